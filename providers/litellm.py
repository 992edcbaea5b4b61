"""The long tail of vendors, through the optional package litellm.

It is imported on first use, in a thread, because that takes seconds; and told before to read its
price map from its own files, because otherwise the import fetches one from the network.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import os
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import msgspec

from providers.base import Model
from providers.calls import Completion, Deadline, Finished, Opened, StreamEvent
from providers.dialects.failures import VendorError, broken, failure
from providers.dialects.openai.differences import OPENAI
from providers.dialects.openai.events import ChunkReader
from providers.dialects.openai.request import encode_request
from providers.dialects.openai.response import decode_completion
from providers.dialects.reading import ErrorEvent, cut
from providers.errors import ProviderError, StreamBrokenError, UpstreamTimeoutError
from providers.http import late
from providers.messages import ChatRequest
from providers.settings import ProviderSettings, SettingsError, check_options
from providers.sse import SseEvent

_DIFFERENCES = replace(OPENAI, max_tokens_field="max_tokens", constant_id=False)
_OPTIONS = (
    *("api_version", "region_name", "tenant_id", "client_id", "client_secret", "azure_ad_token"),
    *("aws_region_name", "aws_profile_name", "aws_role_name", "aws_session_name"),
    *("aws_access_key_id", "aws_secret_access_key", "aws_session_token"),
    *("aws_bedrock_runtime_endpoint", "vertex_project", "vertex_location", "vertex_credentials"),
)
"""What litellm takes with a call to choose the region and the account."""
_MEND = "install it with `uv sync --extra litellm`, or use one of the built-in kinds"


class LiteLLMProvider:
    """Any vendor that litellm knows; a model's `wire_name` is litellm's name, `groq/llama-…`.

    Satisfies `providers.base.Provider`. litellm's own retries and fallbacks are off.
    """

    def __init__(self, settings: ProviderSettings, **_hooks: Any) -> None:
        check_options(settings, dict.fromkeys(_OPTIONS, ()))
        if importlib.util.find_spec("litellm") is None:
            raise SettingsError(f"Provider {settings.name!r} needs the package litellm: {_MEND}.")
        self.name = settings.name
        self._settings = settings
        self._module: Any = None
        self._importing: asyncio.Future[Any] | None = None

    async def complete(
        self, model: Model, request: ChatRequest, *, deadline: Deadline
    ) -> Completion:
        """The whole answer."""
        answer = await self._ask(model, request, deadline, stream=False)
        try:
            return decode_completion(_json_of(answer))
        except ErrorEvent as event:
            raise failure(event.error, provider=self.name, model=model.name) from event
        except ProviderError as problem:
            problem.provider, problem.model = self.name, model.name
            raise

    async def stream(
        self, model: Model, request: ChatRequest, *, deadline: Deadline
    ) -> AsyncGenerator[StreamEvent, None]:
        """The answer as it comes; see `providers.base.Provider` for what is promised."""
        chunks = await self._ask(model, request, deadline, stream=True)
        reader = ChunkReader(_DIFFERENCES)
        began = False
        try:
            while (chunk := await self._next(chunks, model, deadline, began)) is not None:
                for event in reader.read(SseEvent(_json_of(chunk))):
                    if isinstance(event, Finished):
                        _check_said(chunks)
                    if not began:
                        began = True
                        yield Opened(model.name, self.name, reader.upstream_id)
                    yield event
            for event in reader.finish():
                yield event
        except ErrorEvent as event:
            tell = broken if began else failure
            raise tell(event.error, provider=self.name, model=model.name) from event
        except ProviderError as problem:
            problem.provider, problem.model = self.name, model.name
            raise
        finally:
            await _close(chunks)

    async def list_models(self) -> list[str]:
        """Names that litellm itself lists; it cannot ask a vendor what our key may use."""
        module = await self._litellm()
        return sorted(module.model_list)

    async def close(self) -> None:
        """Nothing to close: litellm keeps its clients to itself."""

    async def _ask(
        self, model: Model, request: ChatRequest, deadline: Deadline, *, stream: bool
    ) -> Any:
        try:
            async with asyncio.timeout(deadline.left()):
                module = await self._litellm()
        except TimeoutError as problem:
            raise late(self.name, model.name) from problem
        body = msgspec.json.decode(encode_request(request, model, _DIFFERENCES, stream=stream))
        try:
            async with asyncio.timeout(deadline.left()):
                return await module.acompletion(
                    **body, **self._fixed(), timeout=deadline.left(), num_retries=0, max_retries=0
                )
        except TimeoutError as problem:
            raise late(self.name, model.name) from problem
        except module.openai.OpenAIError as problem:
            raise self._failure(problem, model) from problem

    async def _next(self, chunks: Any, model: Model, deadline: Deadline, began: bool) -> Any | None:
        try:
            async with asyncio.timeout(deadline.left()):
                return await anext(chunks, None)
        except TimeoutError as problem:
            error: ProviderError = late(self.name, model.name)
            if began:
                error = StreamBrokenError(error.message, why="stall")
            raise error from problem
        except self._module.openai.OpenAIError as problem:
            error = self._failure(problem, model)
            if began:
                why = "stall" if isinstance(error, UpstreamTimeoutError) else "error_event"
                error = StreamBrokenError(error.message, why=why)
            raise error from problem

    def _fixed(self) -> dict[str, object]:
        settings = self._settings
        fixed: dict[str, object] = {"api_key": settings.api_key, "api_base": settings.base_url}
        fixed["extra_headers"] = dict(settings.headers)
        fixed.update(settings.options)
        return {name: value for name, value in fixed.items() if value}

    def _failure(self, problem: Any, model: Model) -> ProviderError:
        """litellm's exceptions are the openai package's, with a status of its own making."""
        status = getattr(problem, "status_code", None)
        code = getattr(problem, "code", None)
        response = getattr(problem, "response", None)
        said = VendorError(
            message=str(getattr(problem, "message", problem)),
            type=getattr(problem, "type", None),
            code=str(code) if code else None,
        )
        return failure(
            said,
            provider=self.name,
            model=model.name,
            status=status,
            headers=getattr(response, "headers", None),
        )

    async def _litellm(self) -> Any:
        """The package. One import serves every call that waits, and outlives one that gave up."""
        if self._module is None:
            if self._importing is None:
                self._importing = asyncio.ensure_future(asyncio.to_thread(_import))
            self._module = await asyncio.shield(self._importing)
        return self._module


def _import() -> Any:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    module: Any = importlib.import_module("litellm")
    module.telemetry = False
    module.suppress_debug_info = True
    module.drop_params = True
    return module


def _check_said(chunks: Any) -> None:
    """Refuse an end that litellm made up: it says `stop` for streams that were cut."""
    if getattr(chunks, "received_finish_reason", "") is None:
        raise cut("it ended without a finish_reason")


def _json_of(answer: Any) -> bytes:
    return bytes(answer.model_dump_json().encode())


async def _close(chunks: Any) -> None:
    close = getattr(chunks, "aclose", None)
    if close is not None:
        await close()
