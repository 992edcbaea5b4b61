"""Put the private values back, in whole answers and in streams cut at any place."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec

from providers.calls import (
    Choice,
    Completion,
    Finished,
    ReasoningDelta,
    RefusalDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
)
from providers.messages import ToolCall
from router.steps.privacy.json_text import escape
from router.steps.privacy.placeholders import LONGEST, WRITTEN, may_hold, read
from router.steps.privacy.vault import Opened

_BEGINNING = re.compile(
    r"(?:(?P<open>[<＜〈《⟨]|&lt;|\\u003[cC])\s{0,2})?(?P<word>[A-Za-z]*)"
    r"(?P<join>[\s_\-＿]{0,3})(?P<number>[0-9]{0,4})(?P<gap>\s{0,2})(?P<close>&(?:gt?)?|\\(?:u(?:0(?:0(?:3)?)?)?)?)?"
)
_OPENING = re.compile(r"&(?:lt?)?|\\(?:u(?:0(?:0(?:3)?)?)?)?")
_START = re.compile(r"[<＜〈《⟨&\\]|(?<![A-Za-z0-9_])[A-Z]")


def restore_text(text: str, opened: Opened, *, in_json: bool = False) -> str:
    """The text with every placeholder of ours replaced by its value."""
    if not may_hold(text):
        return text
    return _replace(text, opened, in_json)


def restore_completion(completion: Completion, opened: Opened) -> Completion:
    """The answer with the caller's own values in it: text, refusal, thinking, tool arguments."""
    if not opened:
        return completion
    choices = tuple(_restore_choice(choice, opened) for choice in completion.choices)
    return msgspec.structs.replace(completion, choices=choices)


def _restore_choice(choice: Choice, opened: Opened) -> Choice:
    def back(text: str | None, *, in_json: bool = False) -> str | None:
        return restore_text(text, opened, in_json=in_json) if text else text

    return msgspec.structs.replace(
        choice,
        text=back(choice.text, in_json=opened.answers_json),
        refusal=back(choice.refusal),
        reasoning=back(choice.reasoning),
        tool_calls=tuple(_restore_call(call, opened) for call in choice.tool_calls),
    )


def _restore_call(call: ToolCall, opened: Opened) -> ToolCall:
    arguments = restore_text(call.function.arguments, opened, in_json=True)
    function = msgspec.structs.replace(call.function, arguments=arguments)
    return msgspec.structs.replace(call, function=function)


def _replace(text: str, opened: Opened, in_json: bool, start: int = 0) -> str:
    def value(match: re.Match[str]) -> str:
        original = opened.originals.get(read(match))
        if original is None:
            return match.group()
        return escape(original) if in_json else original

    if start == 0:
        return WRITTEN.sub(value, text)
    pieces: list[str] = []
    done = start
    for match in WRITTEN.finditer(text, start):
        pieces += (text[done : match.start()], value(match))
        done = match.end()
    return "".join((*pieces, text[done:]))


class Restorer:
    """Restores one stream of text, holding back only what may still become a placeholder."""

    def __init__(self, opened: Opened, *, in_json: bool = False) -> None:
        self._opened = opened
        self._in_json = in_json
        self._words = frozenset(word for word, _ in opened.originals)
        self._kept = ""
        self._last = ""
        """The character that went out last: a bare word must not begin inside another word."""

    def feed(self, more: str) -> str:
        """What is certain after these characters."""
        text = self._last + self._kept + more
        cut = self._certain_until(text)
        self._kept = text[cut:]
        return self._send(text[:cut])

    def flush(self) -> str:
        """Everything that was still held back: nothing more will come."""
        text = self._last + self._kept
        self._kept = ""
        return self._send(text)

    def _send(self, text: str) -> str:
        known = len(self._last)
        if len(text) == known:
            return ""
        self._last = text[-1]
        if not may_hold(text):
            return text[known:]
        return (
            _replace(text, self._opened, self._in_json, known)
            if known
            else _replace(text, self._opened, self._in_json)
        )

    def _certain_until(self, text: str) -> int:
        """The first place from which the text may still grow into a placeholder, or its end."""
        first = max(len(self._last), len(text) - LONGEST)
        for match in _START.finditer(text, first):
            if self._may_grow(text, match.start()):
                return match.start()
        return len(text)

    def _may_grow(self, text: str, start: int) -> bool:
        if _OPENING.fullmatch(text, start):
            return True
        match = _BEGINNING.fullmatch(text, start)
        if match is None:
            return False
        word, has_more = match["word"], bool(match["join"] or match["number"])
        if match["open"]:
            upper = word.upper()
        elif match["close"] or match["gap"]:
            return False
        else:
            upper = word
            if match["join"] not in ("", "_") or (match["number"] and not match["join"]):
                return False
        if has_more:
            return upper in self._words
        return any(known.startswith(upper) for known in self._words)


_FIELDS = {
    TextDelta: "text",
    ReasoningDelta: "text",
    RefusalDelta: "text",
    ToolCallDelta: "arguments",
}
Place = tuple[type, int, int]
"""One stream of text within the answer: kind of delta, choice, tool call index."""


class StreamRestorer:
    """Restores all the texts that one answer streams side by side."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._restorers: dict[Place, Restorer] = {}

    def feed(self, event: StreamEvent) -> Iterator[StreamEvent]:
        """The events that are certain now."""
        if isinstance(event, Finished):
            yield from self.flush(event.choice)
        field = _FIELDS.get(type(event))
        if field is None:
            yield event
            return
        delta: Any = event
        if not isinstance(event, ReasoningDelta):
            yield from self._flush_where(delta.choice, only=ReasoningDelta)
        before = getattr(delta, field)
        text = self._restorer(delta).feed(before)
        if text == before:
            yield event
        elif text or _carries_more(delta):
            yield msgspec.structs.replace(delta, **{field: text})

    def flush(self, choice: int | None = None) -> Iterator[StreamEvent]:
        """What is still held back, of one choice or of all."""
        yield from self._flush_where(choice)

    def _flush_where(self, choice: int | None, only: type | None = None) -> Iterator[StreamEvent]:
        for (kind, of_choice, index), restorer in self._restorers.items():
            if choice not in (None, of_choice) or only not in (None, kind):
                continue
            text = restorer.flush()
            if text and kind is ToolCallDelta:
                yield ToolCallDelta(index=index, arguments=text, choice=of_choice)
            elif text:
                yield kind(text=text, choice=of_choice)

    def _restorer(self, delta: Any) -> Restorer:
        kind = type(delta)
        place = (kind, delta.choice, getattr(delta, "index", 0))
        restorer = self._restorers.get(place)
        if restorer is None:
            in_json = kind is ToolCallDelta or (kind is TextDelta and self._opened.answers_json)
            restorer = self._restorers[place] = Restorer(self._opened, in_json=in_json)
        return restorer


def _carries_more(delta: Any) -> bool:
    """A tool call's id and name, or logprobs, must go out though no text is certain yet."""
    return any(getattr(delta, name, None) is not None for name in ("id", "name", "logprobs"))


async def restore_events(
    events: AsyncIterator[StreamEvent], opened: Opened
) -> AsyncIterator[StreamEvent]:
    """The events with the caller's values in them; closes `events` when it is closed itself."""
    restorer = StreamRestorer(opened)
    try:
        async for event in events:
            for restored in restorer.feed(event):
                yield restored
        for restored in restorer.flush():
            yield restored
    finally:
        close = getattr(events, "aclose", None)
        if close is not None:
            await close()
