"""What was said before and beside the last turn: a request's messages as a talk of two."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from local_models.classifiers.features import GLANCE_CHARS
from local_models.classifiers.mail import read_own_words
from local_models.classifiers.normalise import clip
from local_models.classifiers.standing import Remark
from providers.messages import Message, text_of

Own = Callable[[str], str]
"""Tells what the writer of a turn says himself."""

EARLIER_TURNS = 8
"""User turns before the last one that are looked at for repeats and for the trend of the mood."""
_BUBBLES = 3
"""Messages right before the last user turn, without an answer between, that are said together with it, ..."""
_BUBBLE_CHARS = 160
"""... if they are no longer than that: what is longer is a document or a letter of its own."""


def read_before(messages: Sequence[Message], own: Own = read_own_words) -> tuple[str, str]:
    """The user's turn before the last one, and the last words that were answered to it.

    Either is empty where there is none. Of longer ones it is the head and the tail, which is what a glance
    takes in.
    """
    last = max((at for at, each in enumerate(messages) if each.role == "user"), default=0)
    agent = ""
    for message in reversed(messages[:last]):
        if message.role not in ("user", "assistant") or not (text := text_of(message)).strip():
            continue
        if message.role == "user":
            return part_of(own(text)), agent
        agent = agent or part_of(text)
    return "", agent


def read_turns(messages: Sequence[Message], own: Own = read_own_words) -> list[tuple[str, str]]:
    """The user's turns, newest first, each with the last words that were answered before it; of longer ones
    head and tail."""
    found: list[tuple[str, str]] = []
    agent = ""
    for message in messages:
        if message.role not in ("user", "assistant") or not (text := text_of(message)).strip():
            continue
        if message.role == "user":
            found.append((part_of(own(text)), agent))
            continue
        agent = part_of(text)
    return found[::-1] or [("", "")]


def read_bubbles(
    messages: Sequence[Message], own: Own = read_own_words
) -> tuple[Sequence[Message], tuple[str, ...]]:
    """The messages up to the first of those that are said together, and those before the last of them, the
    oldest first.

    There are none where an answer stands before the last, and none before one that is too long for a line of a chat.
    """
    found: list[str] = []
    last = max((at for at, each in enumerate(messages) if each.role == "user"), default=0)
    start = last
    if not last or len(own(text_of(messages[last]))) > _BUBBLE_CHARS:
        return messages, ()
    for at in range(last - 1, -1, -1):
        if messages[at].role != "user" or len(found) == _BUBBLES:
            break
        text = own(text_of(messages[at])).strip()
        if len(text) > _BUBBLE_CHARS:
            break
        if text:
            found.append(text)
            start = at
    return messages[: start + 1] if found else messages, tuple(reversed(found))


def read_remarks(messages: Sequence[Message], own: Own = read_own_words) -> list[Remark]:
    """What both sides said, the oldest first, from the user's eighth turn before the last on to that."""
    found: list[Remark] = []
    turns = 0
    for message in reversed(messages):
        if message.role not in ("user", "assistant"):
            continue
        is_customers = message.role == "user"
        said = text_of(message)
        if not (text := part_of(own(said) if is_customers else said)):
            continue
        if is_customers or turns:
            found.append(Remark(is_customers, text))
        turns += is_customers
        if turns > EARLIER_TURNS:
            break
    return found[::-1]


def part_of(text: str) -> str:
    """What a glance takes in: nothing else of an earlier message need be remembered."""
    return clip(text.strip(), GLANCE_CHARS)
