"""OpenAI's wire as one vendor speaks it: the client's half in one object."""

from __future__ import annotations

from providers.base import Model
from providers.calls import Completion
from providers.dialects.openai.differences import OPENAI, Differences
from providers.dialects.openai.events import ChunkReader
from providers.dialects.openai.request import encode_request
from providers.dialects.openai.response import decode_completion
from providers.messages import ChatRequest


class OpenAIDialect:
    """Satisfies `providers.wire_provider.Dialect`."""

    def __init__(self, differences: Differences = OPENAI) -> None:
        self.differences = differences

    def path(self, model: Model, *, stream: bool) -> str:
        """Where chat requests go, below the base URL."""
        return self.differences.path

    def encode(
        self, model: Model, request: ChatRequest, *, stream: bool, prefix: str | None = None
    ) -> bytes:
        """The request as this vendor reads it."""
        return encode_request(request, model, self.differences, stream=stream, prefix=prefix)

    def decode(self, body: bytes) -> Completion:
        """A whole answer."""
        return decode_completion(body)

    def reader(self) -> ChunkReader:
        """A reader for one stream."""
        return ChunkReader(self.differences)

    def takes_prefix(self, model: Model) -> bool:
        """Whether the model continues an answer that we begin for it."""
        return self.differences.takes_prefix and "prefill" in model.abilities
