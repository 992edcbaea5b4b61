"""Frames of a streamed answer on DashScope's own wire, where each has a number (`id:`)."""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from providers.calls import Finished, ReasoningDelta, StreamEvent, TextDelta, UsageReport
from providers.dialects.dashscope.native_wire import (
    FRAME_DECODER,
    Frame,
    NativeChoice,
    NativeMessage,
    NativeUsage,
    usage_of,
)
from providers.dialects.numbering import FrameNumbers
from providers.dialects.openai.events import finish_reason_of, present
from providers.dialects.reading import (
    ErrorEvent,
    check_text,
    cut,
    disorder,
    error_of,
    malformed,
)
from providers.dialects.toolcalls import ToolCallOrder
from providers.sse import SseEvent

_NOT_YET = frozenset({None, "", "null"})
_MOST_DIGITS = 18


def _number_of(event: SseEvent) -> int | None:
    is_number = event.id.isdecimal() and len(event.id) <= _MOST_DIGITS
    return int(event.id) if is_number else None


class FrameReader:
    """Turns DashScope's frames into events; satisfies `providers.dialects.reading.EventReader`."""

    __slots__ = ("_finished", "_numbers", "_tools", "_usage", "done", "upstream_id")

    def __init__(self) -> None:
        self.done = False
        self.upstream_id: str | None = None
        self._numbers = FrameNumbers(first=1)
        self._tools = ToolCallOrder()
        self._finished = False
        self._usage: NativeUsage | None = None

    def read(self, event: SseEvent) -> list[StreamEvent]:
        """The events of one frame."""
        if event.event == "error":
            raise ErrorEvent(error_of(event))
        if event.stray:
            raise malformed("a line that is no part of an event")
        if event.data is None:
            return []
        frame = self._decoded(event, event.data)
        self._numbers.take(_number_of(event))
        self.upstream_id = frame.request_id or self.upstream_id
        if frame.usage is not None and frame.usage.input_tokens is not None:
            self._usage = frame.usage
        if not frame.output or not frame.output.choices:
            return []
        return self._read_choice(frame.output.choices[0])

    def finish(self) -> list[StreamEvent]:
        """The usage, once the answer has said why it ended."""
        if not self._finished:
            raise cut("it ended without a finish_reason")
        return [] if self._usage is None else [UsageReport(usage_of(self._usage))]

    def _decoded(self, event: SseEvent, data: bytes) -> Frame:
        try:
            check_text(data)
            frame = FRAME_DECODER.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise malformed("a frame that cannot be read", data) from None
        if frame.code:
            raise ErrorEvent(error_of(event))
        if frame.output is UNSET:
            raise malformed("a frame without an output", data)
        return frame

    def _read_choice(self, choice: NativeChoice) -> list[StreamEvent]:
        events = [] if choice.message is None else self._read_message(choice, choice.message)
        if self._finished and events:
            raise disorder("more of the answer came after its end")
        if choice.finish_reason in _NOT_YET:
            return events
        if self._finished:
            raise disorder("the answer ended twice")
        reason = finish_reason_of(choice.finish_reason, len(self._tools))
        if reason == "tool_calls":
            self._tools.check_whole()
        self._finished = True
        return [*events, Finished(reason)]

    def _read_message(self, choice: NativeChoice, message: NativeMessage) -> list[StreamEvent]:
        events: list[StreamEvent] = []
        if message.reasoning_content:
            events.append(ReasoningDelta(message.reasoning_content))
        content = message.content
        text = "".join(p.text or "" for p in content) if isinstance(content, list) else content
        if text:
            events.append(TextDelta(text, logprobs=present(choice.logprobs)))
        for piece in message.tool_calls or ():
            function = piece.function
            name, arguments = (function.name, function.arguments) if function else (None, None)
            events.append(self._tools.take(piece.index, piece.id, name or None, arguments))
        return events
