"""The Responses API as a second way to stream from OpenAI."""

from __future__ import annotations

from providers.base import Model
from providers.calls import Completion
from providers.dialects.responses.events import ResponseReader
from providers.dialects.responses.request import encode_request, fits
from providers.errors import UnsupportedError
from providers.messages import ChatRequest


class ResponsesDialect:
    """Satisfies `providers.continuing.OrderedDialect`: streams alone, and nothing is continued."""

    def path(self, model: Model, *, stream: bool) -> str:
        """Where requests go, below the base URL."""
        return "/responses"

    def fits(self, model: Model, request: ChatRequest) -> bool:
        """Whether the request can be made on this wire without a loss."""
        return fits(request)

    def encode(
        self, model: Model, request: ChatRequest, *, stream: bool, prefix: str | None = None
    ) -> bytes:
        """The request as this wire has it."""
        return encode_request(request, model)

    def decode(self, body: bytes) -> Completion:
        """Whole answers are asked for as chat completions."""
        raise UnsupportedError("The Responses API is used for streams alone.")

    def reader(self) -> ResponseReader:
        """A reader for one stream."""
        return ResponseReader()

    def takes_prefix(self, model: Model) -> bool:
        """Never: an assistant's message is history here."""
        return False
