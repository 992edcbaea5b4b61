"""How well the gateway reads every customer's message of a talk, after all that was said before it.

    uv run python -m bench.talks --talks FILE [--talks FILE ...] [--messages 500]

FILE has one talk a line, `{"said": [["user", TEXT, INTENT, SECOND], ["agent", TEXT], ...]}`; the second intent, which is just as fair,
may be left out. `local_models/classifiers/data/talks_*_blind.jsonl` were never learned. Each message is read as a request
that holds the talk so far, and counts as read rightly by its intent, or by either intent. Three readers are measured in the same run: the message
alone, what the heads make of the two messages before it, and the words of the talk too; with the deviation over talks, and
the CPU time a message takes by each (a talk's earlier messages are remembered, as they are when it is served).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from bench.report import print_report
from bench.tables import InputError, read_table, refusing
from local_models.classifiers.intents import LABELS, IntentReader
from providers.messages import ChatRequest, Message
from router.steps.understanding import Understanding

_ROLES: dict[str, Literal["user", "assistant"]] = {"user": "user", "agent": "assistant"}
_DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Turn:
    """A customer's message with what was said before it."""

    talk: str
    """The file and the line that it stands in."""
    messages: tuple[Message, ...]
    intents: tuple[str, ...]
    """The one that it has, and a second that is just as fair."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--talks", type=Path, action="append", required=True, help="labelled talks")
    parser.add_argument("--messages", type=int, default=None, help="how many are read at most")
    options = parser.parse_args(arguments)
    with refusing():
        turns = [turn for path in options.talks for turn in read_turns(path)][: options.messages]
    heads, words = Understanding(IntentReader(by_word=False)), Understanding()
    readers = {
        "the message alone": (heads, 1), "the heads' reading of two before": (heads, None),
        "the words of the talk too": (words, None),
    }  # fmt: skip
    result = {name: measure(reader, turns, most) for name, (reader, most) in readers.items()}
    rows = [
        [name, *(f"{100 * told[key]:.1f}" for key in ("first", "either", "deviation")), f"{told['cpu_ms']:.2f}"]
        for name, told in result.items()
    ]  # fmt: skip
    talks = len({turn.talk for turn in turns})
    print_report(
        f"{len(turns)} messages of customers in {talks} talks, percent read rightly",
        ["reader", "first intent", "either", "±", "CPU ms"], rows,
        {"bench": "talks", "messages": len(turns), "readers": result},
    )  # fmt: skip


def measure(reader: Understanding, turns: Sequence[Turn], most: int | None) -> dict[str, float]:
    """The shares that are read rightly, the deviation of the first over talks, milliseconds a message."""
    began = time.process_time()
    told = [read_intent(reader, turn, most) for turn in turns]
    spent = 1e3 * (time.process_time() - began) / len(turns)
    first = [intent == turn.intents[0] for intent, turn in zip(told, turns, strict=True)]
    either = [intent in turn.intents for intent, turn in zip(told, turns, strict=True)]
    return {
        "first": float(np.mean(first)), "either": float(np.mean(either)),
        "deviation": spread(first, [turn.talk for turn in turns]), "cpu_ms": spent,
    }  # fmt: skip


def read_turns(path: Path) -> list[Turn]:
    """Every customer's message of the talks in a file.

    Raises:
        InputError: a line is no talk; says which and why.
    """
    turns = []
    for line, record in read_table(path):
        said = record.get("said")
        if not isinstance(said, list):
            raise InputError(
                f'{path}, line {line}: a talk is {{"said": [...]}}, with nothing else.'
            )
        messages: tuple[Message, ...] = ()
        for one in said:
            if not (isinstance(one, list) and len(one) > 1 and one[0] in _ROLES):
                raise InputError(
                    f'{path}, line {line}: a message is ["user", TEXT, INTENT] or ["agent", TEXT], not {json.dumps(one, ensure_ascii=False)}.'
                )
            role, text, *intents = map(str, one)
            messages += (Message(role=_ROLES[role], content=text),)
            if unknown := [intent for intent in intents if intent not in LABELS]:
                raise InputError(
                    f"{path}, line {line}: there is no intent {unknown[0]!r}; there are {', '.join(LABELS)}."
                )
            if role == "user" and intents:
                turns.append(Turn(f"{path}:{line}", messages, tuple(intents)))
    if not turns:
        raise InputError(f"{path} holds no customer's message with an intent.")
    return turns


def read_intent(reader: Understanding, turn: Turn, most: int | None) -> str:
    """The intent that the gateway reads, given so many of the newest messages."""
    messages = turn.messages if most is None else turn.messages[-most:]
    return reader.read(ChatRequest(model="auto", messages=messages)).intent


def spread(right: Sequence[bool], talks: Sequence[str]) -> float:
    """The deviation of the share that is right, over draws of talks."""
    places = np.unique(np.array(talks), return_inverse=True)[1]
    counts = np.bincount(places)
    sums = np.bincount(places, weights=np.array(right, float))
    drawn = np.random.default_rng(0).integers(0, len(counts), (_DRAWS, len(counts)))
    return float((sums[drawn].sum(1) / counts[drawn].sum(1)).std())


if __name__ == "__main__":
    main()
