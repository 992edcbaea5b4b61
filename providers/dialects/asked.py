"""What a door reads off a client's body, on whichever wire it came."""

from __future__ import annotations

import msgspec

from providers.messages import ChatRequest


class Asked(msgspec.Struct, frozen=True):
    """A client's request, and what it said about the form of the answer."""

    chat: ChatRequest
    shows_thinking: bool = False
    """The client wants the model's thinking as blocks of their own."""
    ignored: tuple[str, ...] = ()
    """Fields that it sent and that nobody will act on."""
