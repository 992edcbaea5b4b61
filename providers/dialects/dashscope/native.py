"""DashScope's own wire as a second way to stream from Qwen."""

from __future__ import annotations

from providers.base import Model
from providers.calls import Completion
from providers.dialects.dashscope.native_events import FrameReader
from providers.dialects.dashscope.native_request import encode_request, fits, takes_parts
from providers.errors import UnsupportedError
from providers.messages import ChatRequest

HEADERS = {"X-DashScope-SSE": "enable"}
"""Asks for a stream: the body has no word for it."""


class NativeDialect:
    """Satisfies `providers.continuing.OrderedDialect`: streams alone."""

    def path(self, model: Model, *, stream: bool) -> str:
        """Where requests go, below `/api/v1`: models that see live apart."""
        kind = "multimodal-generation" if takes_parts(model) else "text-generation"
        return f"/services/aigc/{kind}/generation"

    def fits(self, model: Model, request: ChatRequest) -> bool:
        """Whether the request can be made on this wire without a loss."""
        return fits(request)

    def encode(
        self, model: Model, request: ChatRequest, *, stream: bool, prefix: str | None = None
    ) -> bytes:
        """The request as this wire has it."""
        return encode_request(request, model, prefix)

    def decode(self, body: bytes) -> Completion:
        """Whole answers are asked for in the compatible mode."""
        raise UnsupportedError("DashScope's own wire is used for streams alone.")

    def reader(self) -> FrameReader:
        """A reader for one stream."""
        return FrameReader()

    def takes_prefix(self, model: Model) -> bool:
        """Whether the model continues an answer that we begin for it."""
        return "prefill" in model.abilities
