"""Chunks of a streamed answer: read from a vendor, written to a client."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw, UnsetType

from providers.calls import (
    Finished,
    FinishReason,
    Opened,
    ReasoningDelta,
    RefusalDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
    UsageReport,
)
from providers.dialects.numbering import TokenCount
from providers.dialects.openai.differences import OPENAI, Differences
from providers.dialects.openai.wire import (
    BODY_DECODER,
    Body,
    Delta,
    WireChoice,
    usage_of,
    wire_usage,
)
from providers.dialects.reading import (
    ErrorEvent,
    check_count,
    check_text,
    cut,
    disorder,
    error_of,
    malformed,
)
from providers.dialects.toolcalls import ToolCallOrder
from providers.sse import SseEvent, write_comment, write_event

FINISH_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}
_TELLING_PAD = 6
_NULL = Raw(b"null")
_NOT_YET = frozenset({None, "", "null"})
_encode = msgspec.json.Encoder().encode


class _ChoiceState:
    """How far one choice has come."""

    __slots__ = ("count", "finished", "nameless", "tools")

    def __init__(self, choice: int, count: TokenCount) -> None:
        self.count = count
        self.finished = False
        self.nameless = False
        """Some of it came without a role: a role now would begin it anew."""
        self.tools = ToolCallOrder(choice)


class ChunkReader:
    """Turns a vendor's chunks into events; satisfies `providers.dialects.reading.EventReader`."""

    __slots__ = (
        "_choices",
        "_constant_id",
        "_counted",
        "_counts_exactly",
        "_id",
        "_is_numbered",
        "_numbering",
        "_pads",
        "_pieces",
        "done",
    )

    def __init__(self, differences: Differences = OPENAI) -> None:
        self.done = False
        self._constant_id = differences.constant_id
        self._counts_exactly = differences.counts_exactly
        self._numbering = differences.numbering
        self._is_numbered = differences.numbering != "none"
        self._pads: set[int] = set()
        self._pieces = 0
        self._id: str | None = None
        self._choices: dict[int, _ChoiceState] = {}
        self._counted: Body | None = None
        """The last chunk that counted tokens."""

    @property
    def upstream_id(self) -> str | None:
        """The vendor's own name for this answer, once a chunk has come."""
        return self._id

    def read(self, event: SseEvent) -> list[StreamEvent]:
        """The events of one chunk; none for comments and for `[DONE]`."""
        data = event.data
        if event.event == "error":
            raise ErrorEvent(error_of(event))
        if self.done:
            return []
        if event.stray:
            raise malformed("a line that is no part of an event")
        if data is None:
            return []
        if data == b"[DONE]":
            self.done = True
            return []
        body = self._decoded(event, data)
        self._check_id(body.id)
        if body.obfuscation is not None:
            self._check_pad(body.obfuscation, data)
        if (body.usage is not None or body.timings is not None) and body.counts():
            self._counted = body
        choices = body.choices
        if not choices:
            return []
        events: list[StreamEvent] = []
        for choice in choices:
            self._read_choice(choice, events)
        if self._is_numbered and events:
            self._check_order(body, choices, events)
        return events

    def finish(self) -> list[StreamEvent]:
        """The usage, once every choice that began has finished."""
        states = self._choices.values()
        if not states:
            raise cut("it ended without a single token")
        if not all(state.finished for state in states):
            raise cut("it ended without a finish_reason")
        usage = None if self._counted is None else usage_of(self._counted)
        if self._counts_exactly and len(states) == 1:
            # Of several answers, some servers count only the last one here.
            check_count(self._pieces, usage)
        return [] if usage is None else [UsageReport(usage)]

    def _decoded(self, event: SseEvent, data: bytes) -> Body:
        try:
            check_text(data)
            body = BODY_DECODER.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise malformed("a chunk that cannot be read", data) from None
        if body.has_error() or (body.code is not UNSET and body.choices is UNSET):
            raise ErrorEvent(error_of(event))
        if body.choices is UNSET and body.usage is None:
            raise malformed("a chunk without choices", data)
        return body

    def _check_id(self, chunk_id: str | None) -> None:
        if not chunk_id or chunk_id == self._id:
            return
        if self._id is not None and self._constant_id:
            raise disorder("a chunk carries the id of another answer")
        self._id = chunk_id

    def _check_pad(self, pad: str, data: bytes) -> None:
        """Random padding tells a chunk that came twice from one that says the same again."""
        if len(pad) < _TELLING_PAD:
            return
        mark = hash(data)
        if mark in self._pads:
            raise disorder("a chunk came twice")
        self._pads.add(mark)

    def _check_order(
        self, body: Body, choices: list[WireChoice], events: list[StreamEvent]
    ) -> None:
        """Hold the pieces to the count of tokens that came with them, choice by choice."""
        tokens = body.count_in(self._numbering)
        if tokens is not None and len(choices) == 1:
            self._choices[choices[0].index].count.take(tokens, events)

    def _read_choice(self, choice: WireChoice, events: list[StreamEvent]) -> None:
        state = self._choices.get(choice.index)
        if state is None:
            count = TokenCount(exact=self._counts_exactly)
            state = self._choices[choice.index] = _ChoiceState(choice.index, count)
        if choice.delta is not None:
            before = len(events)
            self._read_delta(choice, choice.delta, state, events)
            if state.finished and len(events) > before:
                raise disorder("more of the answer came after its end")
        if choice.finish_reason is not None and choice.finish_reason not in _NOT_YET:
            self._read_end(choice, state, events)

    def _read_delta(
        self, choice: WireChoice, delta: Delta, state: _ChoiceState, events: list[StreamEvent]
    ) -> None:
        if not delta.role:
            state.nameless = True
        elif state.nameless and choice.finish_reason is None:
            raise disorder("the answer began anew in its middle")
        index = choice.index
        thought = delta.reasoning_content or delta.reasoning
        if thought:
            self._pieces += 1
            events.append(ReasoningDelta(thought, index))
        if delta.content:
            self._pieces += 1
            events.append(TextDelta(delta.content, index, present(choice.logprobs)))
        if delta.refusal:
            events.append(RefusalDelta(delta.refusal, index))
        if not delta.tool_calls:
            return
        for piece in delta.tool_calls:
            function = piece.function
            name, arguments = (function.name, function.arguments) if function else (None, None)
            events.append(state.tools.take(piece.index, piece.id, name, arguments))

    def _read_end(self, choice: WireChoice, state: _ChoiceState, events: list[StreamEvent]) -> None:
        if state.finished:
            raise disorder("a choice ended twice")
        state.finished = True
        reason = finish_reason_of(choice.finish_reason, len(state.tools))
        if reason == "tool_calls":
            state.tools.check_whole()
        events.append(Finished(reason, choice.index))


def finish_reason_of(word: str | None, tool_calls: int) -> FinishReason:
    """The vendor's reason in our words; some servers say `stop` after tool calls.

    Raises:
        StreamBrokenError: a reason that is none, such as `error` or `abort`.
    """
    reason = FINISH_REASONS.get(word or "")
    if reason is None:
        raise malformed(f"the answer ended with the unknown finish_reason {word!r}")
    return "tool_calls" if reason == "stop" and tool_calls else reason


def present(raw: Raw | UnsetType) -> Raw | None:
    """The raw JSON if it is there and is not null."""
    return raw if raw is not UNSET and raw != _NULL else None


class ChunkWriter:
    """Writes one streamed answer to a client: constant id, created and model, one role per choice.

    `write` gives the bytes of one event (possibly none). `done` gives the usage chunk, if it was
    asked for, and `[DONE]`; it is only for an answer that finished. `error` ends a broken one.
    """

    __slots__ = ("_finished", "_head", "_include_usage", "_tail", "_text_tail", "_usage")

    def __init__(self, id: str, created: int, model: str, include_usage: bool = False) -> None:  # noqa: A002
        head = _encode(
            {"id": id, "object": "chat.completion.chunk", "created": created, "model": model}
        )
        self._head = b"data: " + head[:-1] + b',"choices":['
        self._tail = b'],"usage":null}\n\n' if include_usage else b"]}\n\n"
        self._text_tail = b'},"logprobs":null,"finish_reason":null}' + self._tail
        self._include_usage = include_usage
        self._finished: dict[int, bool] = {}
        self._usage: Usage | None = None

    def write(self, event: StreamEvent) -> bytes:
        """This event as SSE bytes."""
        if isinstance(event, TextDelta):
            first = b"" if event.choice in self._finished else self._begin(event.choice, b'""')
            if event.logprobs is None:
                return b'%b%b{"index":%d,"delta":{"content":%b%b' % (
                    first,
                    self._head,
                    event.choice,
                    _encode(event.text),
                    self._text_tail,
                )
            return first + self._chunk(event.choice, {"content": event.text}, event.logprobs)
        if isinstance(event, UsageReport):
            self._usage = event.usage
            return b""
        if isinstance(event, Opened):
            return write_comment(f"continued by {event.model}") if event.seam else b""
        return self._write_rest(event)

    def done(self, cost: str | None = None) -> bytes:
        """The usage chunk, when the client asked for it and it is known, and `[DONE]`.

        `cost` is a decimal number as text and becomes `usage.cost`.

        Raises:
            RuntimeError: a choice has not finished: such an answer must end with `error`.
        """
        if not self._finished or not all(self._finished.values()):
            raise RuntimeError("An answer that has not finished cannot end with [DONE].")
        return self._usage_chunk(cost) + b"data: [DONE]\n\n"

    def error(self, body: bytes) -> bytes:
        """An error body as the last event of an answer that broke. No `[DONE]` may follow."""
        return write_event(body)

    def _write_rest(self, event: StreamEvent) -> bytes:
        choice = event.choice  # type: ignore[union-attr]
        content = b"null" if isinstance(event, ToolCallDelta | RefusalDelta) else b'""'
        first = b"" if choice in self._finished else self._begin(choice, content)
        if isinstance(event, Finished):
            self._finished[choice] = True
            return first + self._chunk(choice, {}, finish=event.reason)
        if isinstance(event, ToolCallDelta):
            return first + self._chunk(choice, {"tool_calls": [_tool_piece(event)]})
        if isinstance(event, ReasoningDelta):
            return first + self._chunk(choice, {"reasoning_content": event.text})
        assert isinstance(event, RefusalDelta)
        return first + self._chunk(choice, {"refusal": event.text})

    def _begin(self, choice: int, content: bytes) -> bytes:
        self._finished[choice] = False
        return b'%b{"index":%d,"delta":{"role":"assistant","content":%b,"refusal":null%b' % (
            self._head,
            choice,
            content,
            self._text_tail,
        )

    def _chunk(
        self,
        choice: int,
        delta: dict[str, object],
        logprobs: Raw | None = None,
        finish: FinishReason | None = None,
    ) -> bytes:
        body = {"index": choice, "delta": delta, "logprobs": logprobs, "finish_reason": finish}
        return self._head + _encode(body) + self._tail

    def _usage_chunk(self, cost: str | None) -> bytes:
        if not self._include_usage or self._usage is None:
            return b""
        usage = _encode(wire_usage(self._usage, cost))
        return b'%b],"usage":%b}\n\n' % (self._head, usage)


def _tool_piece(event: ToolCallDelta) -> dict[str, object]:
    if event.id is None:
        return {"index": event.index, "function": {"arguments": event.arguments}}
    function = {"name": event.name, "arguments": event.arguments}
    return {"index": event.index, "id": event.id, "type": "function", "function": function}
