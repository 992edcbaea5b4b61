"""What a wire understood of one request, in words that every wire shares."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

MARKER = re.compile(r"\s*\[\[simulate:\s*(?:([\w.-]+)/)?([^\]\s]+)\s*\]\]")
_CARRY_ON = re.compile(r"continue|carry on|left off|cut off|继续|接着|中断|续写", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message: who spoke, and the words. Role `tool` holds a tool's result."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A tool that the model may call."""

    name: str
    description: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in the request: its bytes, or where it lies."""

    size_bytes: int | None
    pixels: tuple[int, int] | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Prompt tokens that came from, or went to, the vendor's prompt cache."""

    read: int = 0
    written: int = 0
    written_1h: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request. `prefix` is the beginning of the answer, to be continued and not repeated.

    `tool_choice` is none, auto, required, or the name of one tool. `directives` are those that came
    with the request, such as `cut@20`, or aimed `anthropic/cut@20`.
    """

    model: str
    turns: tuple[Turn, ...]
    stream: bool = False
    continues: bool = False
    """The wire takes a last assistant message as the beginning of the answer."""
    tools: tuple[Offer, ...] = ()
    tool_choice: str = "auto"
    schema: dict[str, Any] | None = None
    json_object: bool = False
    stop: tuple[str, ...] = ()
    max_tokens: int | None = None
    images: tuple[Image, ...] = ()
    thinking: bool = False
    include_usage: bool = False
    choices: int = 1
    logprobs: bool = False
    prompt_tokens: int = 0
    cache: CacheUse = field(default_factory=CacheUse)
    directives: tuple[str, ...] = ()
    question: str = ""
    prefix: str = ""
    tool_results: tuple[str, ...] = ()
    options: frozenset[str] = frozenset()
    """What only one wire knows, such as `cumulative`."""


def read_markers(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without its `[[simulate:…]]` markers, and the directives that they held."""
    if "[[simulate:" not in text:
        return text, ()
    found = tuple(f"{aim}/{what}" if aim else what for aim, what in MARKER.findall(text))
    return MARKER.sub("", text).strip(), found


def results_after_question(turns: Sequence[Turn]) -> tuple[str, ...]:
    """Tool results that came after the last user words."""
    results: list[str] = []
    for turn in reversed(turns):
        if turn.role == "user" and turn.text:
            break
        if turn.role == "tool":
            results.append(turn.text)
    return tuple(reversed(results))


def last_words(turns: Sequence[Turn]) -> str:
    """What the user said last; a prompt without a user is taken whole."""
    for turn in reversed(turns):
        if turn.role == "user" and turn.text:
            return turn.text
    return turns[-1].text if turns else ""


def asks_to_carry_on(turns: Sequence[Turn]) -> tuple[str, str] | None:
    """The question and the half answer, when the last turn asks to go on with that half answer.

    A model that takes no prefilled answer is told in words to continue; a real one obeys.
    """
    trailing = len(turns)
    while trailing and turns[trailing - 1].role in ("system", "developer", "user"):
        trailing -= 1
    asked = " ".join(turn.text for turn in turns[trailing:])
    if not trailing or trailing == len(turns) or turns[trailing - 1].role != "assistant":
        return None
    if not _CARRY_ON.search(asked):
        return None
    question = last_words(turns[: trailing - 1])
    return (question, turns[trailing - 1].text) if question else None
