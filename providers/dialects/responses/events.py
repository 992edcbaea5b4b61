"""Events of a streamed response, read from OpenAI."""

from __future__ import annotations

from providers.calls import (
    Finished,
    FinishReason,
    ReasoningDelta,
    RefusalDelta,
    StreamEvent,
    TextDelta,
    Usage,
    UsageReport,
)
from providers.dialects.failures import VendorError
from providers.dialects.numbering import FrameNumbers
from providers.dialects.reading import (
    ErrorEvent,
    cut,
    decode_event,
    disorder,
    error_of,
    malformed,
)
from providers.dialects.responses.wire import EVENT_DECODER, Response, ResponseEvent, usage_of
from providers.dialects.toolcalls import ToolCallOrder
from providers.sse import SseEvent

_INCOMPLETE: dict[str | None, FinishReason] = {
    "max_output_tokens": "length",
    "content_filter": "content_filter",
}


class ResponseReader:
    """Turns the Responses API's events into ours; satisfies `providers.dialects.reading.EventReader`.

    Every event carries the number after the one before, whatever its type, so a piece that is
    moved, repeated or lost is seen before anything wrong is given out. Types that we do not know
    are passed over; their numbers count.
    """

    __slots__ = ("_finished", "_kinds", "_numbers", "_tools", "_usage", "done", "upstream_id")

    def __init__(self) -> None:
        self.done = False
        self.upstream_id: str | None = None
        self._numbers = FrameNumbers()
        self._kinds: dict[int, str] = {}
        """What each item is, by its place in the output."""
        self._tools = ToolCallOrder()
        self._finished = False
        self._usage: Usage | None = None

    def read(self, event: SseEvent) -> list[StreamEvent]:
        """Our events for one of theirs."""
        wire = decode_event(event, EVENT_DECODER.decode, is_over=self.done)
        if wire is None:
            return []
        if wire.type == "error" or not wire.type:
            raise ErrorEvent(error_of(event))
        handle = _HANDLERS.get(wire.type)
        if handle is None and wire.sequence_number is None:
            # A sign of life that a proxy put in between: nothing of the answer.
            return []
        self._numbers.take(wire.sequence_number)
        return handle(self, wire) if handle else []

    def finish(self) -> list[StreamEvent]:
        """The usage, once the response has said that it is over."""
        if not self._finished:
            raise cut("it ended without a completed response")
        return [] if self._usage is None else [UsageReport(self._usage)]

    def _open(self, wire: ResponseEvent) -> list[StreamEvent]:
        if self._kinds:
            raise disorder("the response began anew in its middle")
        if wire.response is not None:
            self.upstream_id = wire.response.id
        return []

    def _begin(self, wire: ResponseEvent) -> list[StreamEvent]:
        item, at = wire.item, wire.output_index
        if item is None or at is None:
            raise malformed("an item without its type or place")
        if at in self._kinds:
            raise disorder(f"item {at} began twice")
        self._kinds[at] = item.type
        if item.type != "function_call":
            return []
        if not item.call_id or not item.name:
            raise malformed("a function call without an id or a name")
        return [self._tools.take(len(self._tools), item.call_id, item.name, item.arguments)]

    def _speak(self, wire: ResponseEvent) -> list[StreamEvent]:
        self._check(wire, "message")
        return [TextDelta(wire.delta)] if wire.delta else []

    def _refuse(self, wire: ResponseEvent) -> list[StreamEvent]:
        self._check(wire, "message")
        return [RefusalDelta(wire.delta)] if wire.delta else []

    def _think(self, wire: ResponseEvent) -> list[StreamEvent]:
        self._check(wire, "reasoning")
        return [ReasoningDelta(wire.delta)] if wire.delta else []

    def _argue(self, wire: ResponseEvent) -> list[StreamEvent]:
        self._check(wire, "function_call")
        if not wire.delta:
            return []
        return [self._tools.take(len(self._tools) - 1, None, None, wire.delta)]

    def _complete(self, wire: ResponseEvent) -> list[StreamEvent]:
        self._tools.check_whole()
        return self._close(wire, "tool_calls" if len(self._tools) else "stop")

    def _break_off(self, wire: ResponseEvent) -> list[StreamEvent]:
        details = wire.response.incomplete_details if wire.response else None
        said = details.reason if details else None
        reason = _INCOMPLETE.get(said)
        if reason is None:
            raise malformed(f"the response is incomplete for the unknown reason {said!r}")
        return self._close(wire, reason)

    def _close(self, wire: ResponseEvent, reason: FinishReason) -> list[StreamEvent]:
        if not self._kinds and reason == "stop":
            raise cut("it ended without a single token")
        self._usage = usage_of(wire.response or Response())
        self._finished = self.done = True
        return [Finished(reason)]

    def _fail(self, wire: ResponseEvent) -> list[StreamEvent]:
        problem = wire.response.error if wire.response else None
        if problem is None:
            raise ErrorEvent(VendorError(message="the response failed without a reason"))
        raise ErrorEvent(VendorError(message=problem.message, code=problem.code))

    def _check(self, wire: ResponseEvent, kind: str) -> None:
        if wire.output_index is None or self._kinds.get(wire.output_index) != kind:
            raise disorder(f"a piece came for item {wire.output_index}, which is no open {kind}")


_HANDLERS = {
    "response.created": ResponseReader._open,
    "response.output_item.added": ResponseReader._begin,
    "response.output_text.delta": ResponseReader._speak,
    "response.refusal.delta": ResponseReader._refuse,
    "response.reasoning_text.delta": ResponseReader._think,
    "response.reasoning_summary_text.delta": ResponseReader._think,
    "response.function_call_arguments.delta": ResponseReader._argue,
    "response.completed": ResponseReader._complete,
    "response.incomplete": ResponseReader._break_off,
    "response.failed": ResponseReader._fail,
}
