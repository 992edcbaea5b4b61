"""Events of a streamed message, read from Anthropic."""

from __future__ import annotations

import msgspec

from providers.calls import (
    Finished,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    UsageReport,
)
from providers.dialects.anthropic.wire import (
    EVENT_DECODER,
    STOP_REASONS,
    Block,
    BlockDelta,
    WireEvent,
    WireUsage,
    newer,
    usage_of,
)
from providers.dialects.reading import (
    ErrorEvent,
    check_count,
    cut,
    decode_event,
    disorder,
    error_of,
    malformed,
)
from providers.dialects.toolcalls import ToolCallOrder
from providers.sse import SseEvent


class MessageReader:
    """Turns Anthropic's events into ours; satisfies `providers.dialects.reading.EventReader`.

    Blocks come one after another: 0 opens, grows and closes before 1 opens. Event and block types
    that we do not know are passed over, as the vendor asks of its clients.
    """

    __slots__ = (
        "_block",
        "_finished",
        "_next",
        "_pieces",
        "_started",
        "_tools",
        "_usage",
        "done",
        "upstream_id",
    )

    def __init__(self) -> None:
        self.done = False
        self.upstream_id: str | None = None
        self._started = False
        self._finished = False
        self._block: Block | None = None
        self._next = 0
        self._tools = ToolCallOrder()
        self._pieces = 0
        self._usage = WireUsage()

    def read(self, event: SseEvent) -> list[StreamEvent]:
        """Our events for one of theirs."""
        wire = decode_event(event, EVENT_DECODER.decode, is_over=self.done)
        if wire is None:
            return []
        if wire.type == "error":
            raise ErrorEvent(error_of(event))
        if wire.type == "content_block_delta":
            return self._grow(wire)
        handle = _HANDLERS.get(wire.type)
        return handle(self, wire) if handle else []

    def finish(self) -> list[StreamEvent]:
        """The usage, once the message has said why it stopped."""
        if not self._started:
            raise cut("it ended without a message")
        if not self._finished:
            raise cut("it ended without a stop_reason")
        usage = usage_of(self._usage)
        check_count(self._pieces, usage)
        return [UsageReport(usage)] if usage else []

    def _start(self, wire: WireEvent) -> list[StreamEvent]:
        if self._started:
            raise disorder("the message started twice")
        self._started = True
        if wire.message is not None:
            self.upstream_id = wire.message.id
            self._usage = wire.message.usage or self._usage
        return []

    def _open(self, wire: WireEvent) -> list[StreamEvent]:
        self._check_running()
        if self._block is not None:
            raise disorder(f"block {wire.index} opened before block {self._next - 1} closed")
        if wire.index != self._next:
            raise disorder(f"block {wire.index} opened instead of block {self._next}")
        block = wire.content_block
        if block is None:
            raise malformed("a block that opened without its type")
        self._block = block
        self._next += 1
        if block.type == "tool_use":
            return [self._begin_tool(block)]
        if block.type == "text" and block.text:
            return [TextDelta(block.text)]
        if block.type == "thinking" and block.thinking:
            return [ReasoningDelta(block.thinking)]
        return []

    def _begin_tool(self, block: Block) -> StreamEvent:
        if not block.id or not block.name:
            raise disorder("a tool call began without an id or a name")
        return self._tools.take(len(self._tools), block.id, block.name, _whole_input(block))

    def _grow(self, wire: WireEvent) -> list[StreamEvent]:
        self._check_running()
        block, delta = self._block, wire.delta
        if block is None or wire.index != self._next - 1:
            raise disorder(f"more of block {wire.index} came while it was not open")
        if delta is None:
            raise malformed("a delta without content")
        if delta.type == "text_delta":
            self._check_kind(block, "text")
            self._pieces += 1
            return [TextDelta(delta.text)] if delta.text else []
        return self._grow_other(block, delta)

    def _grow_other(self, block: Block, delta: BlockDelta) -> list[StreamEvent]:
        if delta.type == "thinking_delta":
            self._check_kind(block, "thinking")
            return [ReasoningDelta(delta.thinking)] if delta.thinking else []
        if delta.type == "input_json_delta" and block.type == "tool_use":
            piece = delta.partial_json
            return [self._tools.take(len(self._tools) - 1, None, None, piece)] if piece else []
        return []

    def _close(self, wire: WireEvent) -> list[StreamEvent]:
        if self._block is None or wire.index != self._next - 1:
            raise disorder(f"block {wire.index} closed while it was not open")
        self._block = None
        return []

    def _end(self, wire: WireEvent) -> list[StreamEvent]:
        if not self._started:
            raise disorder("the message ended before it started")
        if wire.usage is not None:
            self._usage = newer(self._usage, wire.usage)
        reason = wire.delta.stop_reason if wire.delta else None
        if reason is None:
            return []
        if self._finished:
            raise disorder("the message ended twice")
        if self._block is not None:
            raise disorder(f"the message ended inside block {self._next - 1}")
        if reason not in STOP_REASONS:
            raise malformed(f"the message ended with the unknown stop_reason {reason!r}")
        if reason == "tool_use":
            self._tools.check_whole()
        self._finished = True
        return [Finished(STOP_REASONS[reason])]

    def _stop(self, wire: WireEvent) -> list[StreamEvent]:
        self.done = True
        return []

    def _check_running(self) -> None:
        if not self._started or self._finished:
            when = "after its end" if self._finished else "before its start"
            raise disorder(f"some of the message came {when}")

    def _check_kind(self, block: Block, kind: str) -> None:
        if block.type != kind:
            raise disorder(f"more {kind} came inside a block of type {block.type}")


def _whole_input(block: Block) -> str:
    """The input of a call that came whole with its opening; usually it is empty there."""
    if isinstance(block.input, msgspec.UnsetType):
        return ""
    text = bytes(block.input).decode()
    return "" if text == "{}" else text


_HANDLERS = {
    "message_start": MessageReader._start,
    "content_block_start": MessageReader._open,
    "content_block_stop": MessageReader._close,
    "message_delta": MessageReader._end,
    "message_stop": MessageReader._stop,
}
