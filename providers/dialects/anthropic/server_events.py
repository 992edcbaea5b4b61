"""Events of a streamed message, written to one of Anthropic's clients."""

from __future__ import annotations

import msgspec

from providers.calls import (
    Finished,
    Opened,
    ReasoningDelta,
    RefusalDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
    UsageReport,
)
from providers.dialects.anthropic.server_response import STOP_REASONS, wire_usage
from providers.sse import write_comment, write_event

Block = dict[str, object]
_encode = msgspec.json.Encoder().encode
_TEXT_TAIL = b"}}\n\n"
_STOP = write_event(b'{"type":"message_stop"}', "message_stop")


class MessageWriter:
    """Writes one streamed answer: a message that opens once, blocks one after another, one end.

    `write` gives the bytes of one event (possibly none). The end is held back until `done`, because
    it carries the usage; `done` is only for an answer that finished. `error` ends a broken one.
    """

    __slots__ = (
        "_index",
        "_is_refused",
        "_kind",
        "_opening",
        "_reason",
        "_shows_thinking",
        "_text_head",
        "_tool",
        "_usage",
    )

    def __init__(
        self,
        id: str,  # noqa: A002
        model: str,
        *,
        prompt_tokens: int,
        shows_thinking: bool = False,
    ) -> None:
        """`prompt_tokens` is an estimate for the opening; the end brings the vendor's own count."""
        usage = Usage(prompt_tokens=prompt_tokens, completion_tokens=1)
        message: dict[str, object] = {
            "id": id,
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": wire_usage(usage),
        }
        self._opening = _event("message_start", message=message)
        self._shows_thinking = shows_thinking
        self._index = -1
        self._kind = ""
        self._tool = -1
        self._text_head = b""
        self._reason: str | None = None
        self._is_refused = False
        self._usage: Usage | None = None

    def write(self, event: StreamEvent) -> bytes:
        """This event as SSE bytes."""
        opening = self._opening
        if opening:
            self._opening = b""
        if isinstance(event, TextDelta):
            first = opening if self._kind == "text" else opening + self._open_text()
            return b"%b%b%b%b" % (first, self._text_head, _encode(event.text), _TEXT_TAIL)
        return opening + self._write_rest(event)

    def done(self, cost: str | None = None) -> bytes:
        """Why it stopped, what it used, and the message's end; `cost` becomes `usage.cost`.

        Raises:
            RuntimeError: the answer has not finished: such a one must end with `error`.
        """
        if self._reason is None:
            raise RuntimeError("An answer that has not finished cannot end with message_stop.")
        delta = {"stop_reason": self._reason, "stop_sequence": None, "stop_details": None}
        usage = wire_usage(self._usage or Usage(estimated=True), cost)
        return self._close() + _event("message_delta", delta=delta, usage=usage) + _STOP

    def error(self, body: bytes) -> bytes:
        """An error body as the last event of an answer that broke. No end may follow."""
        return write_event(body, "error")

    def _write_rest(self, event: StreamEvent) -> bytes:
        if isinstance(event, ToolCallDelta):
            return self._write_tool(event)
        if isinstance(event, Finished):
            self._reason = "refusal" if self._is_refused else STOP_REASONS[event.reason]
        elif isinstance(event, UsageReport):
            self._usage = event.usage
        elif isinstance(event, ReasoningDelta):
            return self._write_thought(event) if self._shows_thinking else b""
        elif isinstance(event, RefusalDelta):
            self._is_refused = True
            first = b"" if self._kind == "text" else self._open_text()
            return first + self._text_head + _encode(event.text) + _TEXT_TAIL
        elif isinstance(event, Opened) and event.seam:
            return write_comment(f"continued by {event.model}")
        return b""

    def _write_tool(self, event: ToolCallDelta) -> bytes:
        first = b""
        if self._kind != "tool_use" or event.index != self._tool:
            self._tool = event.index
            block: Block = {"type": "tool_use", "id": event.id, "name": event.name, "input": {}}
            first = self._open(block)
        return first + self._grow({"type": "input_json_delta", "partial_json": event.arguments})

    def _write_thought(self, event: ReasoningDelta) -> bytes:
        block: Block = {"type": "thinking", "thinking": "", "signature": ""}
        first = b"" if self._kind == "thinking" else self._open(block)
        return first + self._grow({"type": "thinking_delta", "thinking": event.text})

    def _open_text(self) -> bytes:
        opened = self._open({"type": "text", "text": ""})
        self._text_head = (
            b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,'
            b'"delta":{"type":"text_delta","text":' % self._index
        )
        return opened

    def _open(self, block: Block) -> bytes:
        closed = self._close()
        self._index += 1
        self._kind = str(block["type"])
        return closed + _event("content_block_start", index=self._index, content_block=block)

    def _grow(self, delta: dict[str, object]) -> bytes:
        return _event("content_block_delta", index=self._index, delta=delta)

    def _close(self) -> bytes:
        if not self._kind:
            return b""
        self._kind = ""
        return _event("content_block_stop", index=self._index)


def _event(kind: str, **fields: object) -> bytes:
    return write_event(_encode({"type": kind, **fields}), kind)
