"""Anthropic's wire: the client's half in one object."""

from __future__ import annotations

from providers.base import Model
from providers.calls import Completion
from providers.dialects.anthropic.events import MessageReader
from providers.dialects.anthropic.request import encode_request
from providers.dialects.anthropic.response import decode_message
from providers.messages import ChatRequest


class AnthropicDialect:
    """Satisfies `providers.continuing.PrefixDialect`."""

    def path(self, model: Model, *, stream: bool) -> str:
        """Where messages go, below the base URL."""
        return "/v1/messages"

    def encode(
        self, model: Model, request: ChatRequest, *, stream: bool, prefix: str | None = None
    ) -> bytes:
        """The request as the Messages API reads it."""
        return encode_request(request, model, stream=stream, prefix=prefix)

    def decode(self, body: bytes) -> Completion:
        """A whole answer."""
        return decode_message(body)

    def reader(self) -> MessageReader:
        """A reader for one stream."""
        return MessageReader()

    def takes_prefix(self, model: Model) -> bool:
        """Whether the model continues an answer that we begin for it; newer ones refuse to."""
        return "prefill" in model.abilities
