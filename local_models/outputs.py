"""What a model writes, told apart: the answer, its thinking aloud, and calls of tools.

Qwen marks thinking with `<think>` and calls with `<tool_call>`. A mark that arrives in pieces is
held back until it is whole or cannot become one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "thinking", "tool_call"]
_OPENERS: dict[str, Kind] = {"<think>": "thinking", "<tool_call>": "tool_call"}
_CLOSERS: dict[Kind, str] = {"thinking": "</think>", "tool_call": "</tool_call>"}


@dataclass(frozen=True, slots=True)
class Part:
    """Some text of one kind; a tool call comes whole, thinking and answers as they come."""

    kind: Kind
    text: str


class OutputReader:
    """Splits a stream of text into parts. `opened` says that the prompt left a mark open."""

    def __init__(self, opened: Kind = "text") -> None:
        self._kind: Kind = opened
        self._held = ""
        self._trims = True

    def feed(self, text: str) -> list[Part]:
        """The parts that are certain now."""
        self._held += text
        return list(self._advance())

    def finish(self) -> list[Part]:
        """What is left at the end; a call that never ended is shown as the text that it is."""
        held, self._held = self._held, ""
        if not held:
            return []
        if self._kind == "tool_call":
            return [Part("text", "<tool_call>" + held)]
        return list(self._shown(held))

    def _advance(self) -> Iterator[Part]:
        while True:
            marks = [_CLOSERS[self._kind]] if self._kind != "text" else list(_OPENERS)
            at, mark = _first(self._held, marks)
            if mark is None:
                break
            before, self._held = self._held[:at], self._held[at + len(mark) :]
            if self._kind == "tool_call":
                yield Part("tool_call", before.strip())
            else:
                yield from self._shown(before.rstrip() if self._kind == "thinking" else before)
            self._kind = _OPENERS.get(mark, "text")
            self._trims = True
        if self._kind != "tool_call":
            keep = max(_overlap(self._held, mark) for mark in marks)
            ready = self._held[: len(self._held) - keep]
            self._held = self._held[len(ready) :]
            yield from self._shown(ready)

    def _shown(self, text: str) -> Iterator[Part]:
        """Text without the line ends that only set a mark apart."""
        if self._trims:
            text = text.lstrip("\n")
        if text:
            self._trims = False
            yield Part(self._kind if self._kind == "thinking" else "text", text)


def _first(text: str, marks: list[str]) -> tuple[int, str | None]:
    found = [(at, mark) for mark in marks if (at := text.find(mark)) >= 0]
    return min(found, default=(-1, None), key=lambda pair: pair[0])


def _overlap(text: str, mark: str) -> int:
    sizes = range(min(len(text), len(mark) - 1), 0, -1)
    return next((size for size in sizes if text.endswith(mark[:size])), 0)
