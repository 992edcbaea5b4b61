"""What the client has been told so far, for continuing an answer and for counting it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.calls import Finished, RefusalDelta, TextDelta, ToolCallDelta

if TYPE_CHECKING:
    from providers.calls import StreamEvent


class Transcript:
    """The text of one answer as it was sent, over every upstream that took part in it."""

    __slots__ = ("_pieces", "has_finished", "has_refusal", "has_tool_call")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self.has_tool_call = False
        self.has_refusal = False
        self.has_finished = False

    def add(self, event: StreamEvent) -> None:
        """Note one event that goes to the client."""
        kind = type(event)
        if kind is TextDelta:
            self._pieces.append(event.text)  # type: ignore[union-attr]
        elif kind is ToolCallDelta:
            self.has_tool_call = True
        elif kind is RefusalDelta:
            self.has_refusal = True
        elif kind is Finished:
            self.has_finished = True

    @property
    def text(self) -> str:
        return "".join(self._pieces)
