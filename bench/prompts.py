"""Requests of 1.5 kB for the benches, every one different, so that nothing can be remembered."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

PROMPT_CHARS = 1500
_SYSTEM = (
    "You are the assistant of an online shop. Answer briefly and politely, in the customer's language. "
    "Never promise what you cannot do. Ask for the order number when you need it, name the next step, "
    "and hand over to a person when the customer asks for one. Returns are free within seven days, "
    "exchanges within fifteen; refunds take one to five working days. "
)
_PIECES = (
    "I ordered a {thing} {days} days ago and it still has not arrived.",
    "The tracking page says that it left the warehouse, but nothing has moved since {day}.",
    "I would like to know where order {number} is and when it will be here.",
    "Can I still change the delivery address to my office on {street} street?",
    "The {thing} that came last {day} does not work, so please tell me how to send it back.",
    "What happens if the parcel with the {thing} is lost on its way?",
    "My invoice for {number} shows the wrong name; could you issue a new one?",
    "A colleague told me that the {thing} was cheaper on {day}. Is there a price guarantee?",
    "Please do not call me before {day}, writing is fine.",
    "I paid for {number} with my card and the money was taken twice.",
)
_WORDS = {
    "thing": ("kettle", "coffee machine", "lamp", "keyboard", "jacket", "tent", "drill", "camera"),
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "street": ("Mill", "Station", "Garden", "Harbour", "Church", "Market"),
}


def new_messages(seed: int) -> Iterator[list[dict[str, Any]]]:
    """One user message of 1.5 kB after another."""
    chance = random.Random(seed)
    while True:
        yield [{"role": "user", "content": _say(chance, PROMPT_CHARS)}]


def new_talks(seed: int) -> Iterator[list[dict[str, Any]]]:
    """Conversations of 1.5 kB: a system prompt, two earlier turns and a last one of two sentences."""
    chance = random.Random(seed)
    while True:
        last = _say(chance, 150)
        earlier = _say(chance, (PROMPT_CHARS - len(_SYSTEM) - len(last)) // 2)
        answer = _say(chance, PROMPT_CHARS - len(_SYSTEM) - len(last) - len(earlier))
        yield [
            {"role": "system", "content": _SYSTEM},
            {"role": "user", "content": earlier},
            {"role": "assistant", "content": answer},
            {"role": "user", "content": last},
        ]


def encode(messages: list[dict[str, Any]], *, stream: bool = False) -> bytes:
    """The body of a chat request."""
    request: dict[str, Any] = {"model": "auto", "messages": messages}
    if stream:
        request |= {"stream": True, "stream_options": {"include_usage": True}}
    return json.dumps(request).encode()


def _say(chance: random.Random, chars: int) -> str:
    text = ""
    while len(text) < chars:
        words = {name: chance.choice(choices) for name, choices in _WORDS.items()}
        words |= {"days": str(chance.randint(3, 40)), "number": str(chance.randint(10**7, 10**8))}
        text += chance.choice(_PIECES).format(**words) + " "
    return text[:chars]
