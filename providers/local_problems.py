"""A local model's own errors in the words of `providers.errors`."""

from __future__ import annotations

from local_models.chat_template import TemplateFailedError
from local_models.errors import (
    EngineBusyError,
    EngineMissingError,
    GrammarError,
    LocalModelError,
    ModelFileError,
    PromptTooLongError,
)
from providers.errors import (
    ContextTooLongError,
    OverloadedError,
    ProviderError,
    StreamBrokenError,
    UnavailableError,
    UnsupportedError,
    UpstreamFailedError,
)

BUSY_PAUSE_SECONDS = 1.0


def translate(problem: LocalModelError, provider: str, model: str, *, began: bool) -> ProviderError:
    """The same problem as the rest of the house knows it."""
    message = str(problem)
    if isinstance(problem, PromptTooLongError):
        return ContextTooLongError(
            message,
            provider=provider,
            model=model,
            status=400,
            vendor_code="context_length_exceeded",
            param="messages",
        )
    if isinstance(problem, EngineBusyError):
        return OverloadedError(
            message,
            provider=provider,
            model=model,
            status=503,
            retry_after_seconds=BUSY_PAUSE_SECONDS,
        )
    if isinstance(problem, GrammarError | TemplateFailedError):
        return UnsupportedError(message, provider=provider, model=model, status=501)
    if isinstance(problem, EngineMissingError | ModelFileError):
        return UnavailableError(message, provider=provider, model=model, status=503)
    if began:
        return StreamBrokenError(message, why="cut", provider=provider, model=model)
    return UpstreamFailedError(message, provider=provider, model=model, status=500)
