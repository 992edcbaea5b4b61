"""The answer to an ask: the same one every time, cut into tokens."""

from __future__ import annotations

import functools
import hashlib
import re
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from providers.simulators.asks import Ask, Image, Offer, asks_to_carry_on
from providers.simulators.texts import is_chinese, say, say_images, say_more, say_result
from providers.simulators.tokens import count_tokens, split_tokens
from providers.simulators.values import make_value

ANNOUNCEMENT = "[simulated] "
_WORD = re.compile(r"[a-z]{4,}|[\u4e00-\u9fff]{2}")
_DULL = frozenset(["this", "that", "with", "from", "what", "when", "your", "have", "please", "given",
                   "tool", "function", "call", "user", "customer", "about"])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call; `pieces` joined are its arguments as JSON text."""

    id: str
    name: str
    pieces: tuple[str, ...]

    @property
    def arguments(self) -> str:
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says. `finish` is stop, length, tool_calls or content_filter."""

    tokens: tuple[str, ...]
    calls: tuple[Call, ...] = ()
    reasoning: tuple[str, ...] = ()
    finish: str = "stop"
    stop_sequence: str | None = None

    @property
    def text(self) -> str:
        return "".join(self.tokens)

    @property
    def reasoning_tokens(self) -> int:
        return len(self.reasoning)

    @property
    def completion_tokens(self) -> int:
        """Tokens of text, reasoning and tool calls together, as a vendor bills them."""
        called = sum(len(call.pieces) + count_tokens(call.name) + 4 for call in self.calls)
        return len(self.tokens) + len(self.reasoning) + called


def make_answer(ask: Ask, *, announce: bool = False, length_tokens: int | None = None) -> Answer:
    """Answer the ask: a tool call where one is due, else words or JSON, as far as limits allow."""
    reasoning = split_tokens(_think(ask.question)) if ask.thinking else ()
    calls = _calls(ask)
    if calls:
        return Answer((), calls, reasoning, "tool_calls")
    text = _whole_text(ask, length_tokens)
    text = ANNOUNCEMENT + text if announce and ask.schema is None and not ask.prefix else text
    return _limit(Answer(split_tokens(_rest(ask, text)), (), reasoning), ask)


def _think(question: str) -> str:
    if is_chinese(question):
        return "用户在询问一件具体的事。先确认问题的类别，再给出清楚的步骤。"
    return "The customer asks about one concrete thing. Name the case first, then give clear steps."


def _whole_text(ask: Ask, length_tokens: int | None) -> str:
    """The whole answer, wherever it is taken up."""
    if ask.schema is not None or ask.json_object:
        schema = ask.schema or {"type": "object", "properties": {"answer": {"type": "string"}}}
        return msgspec.json.encode(make_value(schema, ask.question)).decode()
    if ask.tool_results:
        text = say_result(ask.question, ask.tool_results)
    elif ask.images:
        text = say_images(ask.question, tuple(_describe(image) for image in ask.images))
    else:
        text = say(ask.question)
    return text if length_tokens is None else _stretch(text, length_tokens)


@functools.lru_cache(maxsize=1024)
def _stretch(text: str, length_tokens: int) -> str:
    """The text repeated, or cut, to exactly so many tokens."""
    times = -(-length_tokens // len(split_tokens(text)))
    longer = " ".join([text] * (times + 1))
    return "".join(split_tokens(longer)[:length_tokens])


def _describe(image: Image) -> str:
    if image.size_bytes is None:
        return f"at {image.url}"
    shape = f"{image.pixels[0]}x{image.pixels[1]} pixels, " if image.pixels else ""
    return f"{shape}{image.size_bytes} bytes"


def _rest(ask: Ask, text: str) -> str:
    """What is still to be said after the ask's prefix."""
    if not ask.prefix:
        return text
    if text.startswith(ask.prefix):
        return text[len(ask.prefix) :]
    trimmed = ask.prefix.strip()
    if text.startswith(trimmed):
        return text[len(trimmed) :].lstrip()
    return say_more(is_chinese(ask.question + ask.prefix))


def read_continuation(ask: Ask) -> Ask:
    """The ask with `question` and `prefix` set when its last turn carries a half answer."""
    if ask.continues and ask.turns and ask.turns[-1].role == "assistant" and ask.turns[-1].text:
        return replace(ask, prefix=ask.turns[-1].text)
    carried = asks_to_carry_on(ask.turns)
    if carried is None:
        return ask
    question, begun = carried
    earlier = replace(ask, question=question, prefix="", tool_results=())
    if begun.strip() and _whole_text(earlier, None).startswith(begun.strip()):
        return replace(earlier, prefix=begun)
    return ask


def _limit(answer: Answer, ask: Ask) -> Answer:
    """Apply stop sequences first, then the token limit."""
    text = answer.text
    hits = [(text.index(stop), stop) for stop in ask.stop if stop and stop in text]
    if hits:
        at, stop = min(hits)
        answer = replace(answer, tokens=split_tokens(text[:at]), stop_sequence=stop)
    if ask.max_tokens is None or ask.max_tokens >= len(answer.tokens) + len(answer.reasoning):
        return answer
    reasoning = answer.reasoning[: ask.max_tokens]
    tokens = answer.tokens[: ask.max_tokens - len(reasoning)]
    return Answer(tokens, (), reasoning, "length")


def _calls(ask: Ask) -> tuple[Call, ...]:
    """The tool calls that the ask is due; none when the model should speak."""
    if not ask.tools or ask.tool_choice == "none" or ask.prefix:
        return ()
    chosen = next((each for each in ask.tools if each.name == ask.tool_choice), None)
    if chosen is None and ask.tool_choice == "auto":
        if ask.tool_results:
            return ()
        chosen = _wanted(ask)
    elif chosen is None:
        chosen = _wanted(ask) or ask.tools[0]
    return () if chosen is None else (_call(chosen, ask),)


def _wanted(ask: Ask) -> Offer | None:
    """The tool whose name and description share most words with the question."""
    asked = _words(ask.question)
    scored = [(len(asked & _words(f"{each.name} {each.description}")), each) for each in ask.tools]
    score, best = max(scored, key=lambda pair: pair[0])
    return best if score else None


def _words(text: str) -> set[str]:
    lowered = text.lower().replace("_", " ")
    pairs = {lowered[i : i + 2] for i in range(len(lowered) - 1)}
    chinese = {pair for pair in pairs if _WORD.fullmatch(pair)}
    return (set(_WORD.findall(lowered)) | chinese) - _DULL


def _call(tool: Offer, ask: Ask) -> Call:
    arguments: Any = make_value({"type": "object", **tool.schema}, ask.question)
    text = msgspec.json.encode(arguments).decode()
    digest = hashlib.sha256(f"{tool.name}{text}".encode()).hexdigest()
    return Call(digest[:24], tool.name, split_tokens(text))
