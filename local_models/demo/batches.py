"""Endless training batches of made conversations, alike in length, with the assistant's words marked."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

from local_models.demo.chat import pieces
from local_models.demo.conversations import Writer


@dataclass(frozen=True, slots=True)
class Example:
    """One conversation in tokens; `learns` marks the assistant's; positions may jump."""

    tokens: list[int]
    learns: list[bool]
    positions: list[int]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of equal length: inputs, positions, and where (row, column) what must come next."""

    inputs: Any
    positions: Any
    at: Any
    targets: Any


DRILL_ANSWER_TOKENS = 28
"""A drill stops here: by then the answer has shown whether the wish was understood."""


def encode_drill(writer: Writer, tokenizer: Any) -> Example:
    """One exchange whose answer is cut short: what is learnt is which answer to begin."""
    tokens: list[int] = []
    learns: list[bool] = []
    for text, is_learnt in pieces(writer.drill()):
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        ids = ids[:DRILL_ANSWER_TOKENS] if is_learnt else ids
        tokens += ids
        learns += [is_learnt] * len(ids)
        if is_learnt:
            break
    return Example(tokens, learns, list(range(len(tokens))))


def encode(writer: Writer, tokenizer: Any, rng: random.Random, furthest: int) -> Example:
    """One conversation as tokens.

    In half of them the positions jump ahead after the system prompt, as if it had been longer, so
    that the model answers at every distance up to `furthest`.
    """
    tokens: list[int] = []
    learns: list[bool] = []
    after_system = 0
    for index, (text, is_learnt) in enumerate(pieces(writer.conversation())):
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        tokens += ids
        learns += [is_learnt] * len(ids)
        if index == 2 and not any(learns):
            after_system = len(tokens)
    jump = rng.randint(0, furthest - len(tokens)) if rng.random() < 0.5 else 0
    positions = [at + (jump if at >= after_system else 0) for at in range(len(tokens))]
    return Example(tokens, learns, positions)


def batches(
    tokenizer: Any,
    *,
    seed: int,
    tokens_each: int,
    drills: float = 0.0,
    furthest: int = 3500,
    longest: int = 1400,
) -> Iterator[Batch]:
    """Endless batches of about `tokens_each` tokens; `drills` is the share of cut exchanges."""
    rng = random.Random(seed)
    writer = Writer(rng)
    while True:
        examples = [
            encode_drill(writer, tokenizer)
            if rng.random() < drills
            else encode(writer, tokenizer, rng, furthest)
            for _ in range(512)
        ]
        fitting = sorted((e for e in examples if len(e.tokens) <= longest), key=_length)
        groups = list(_group(fitting, tokens_each))
        rng.shuffle(groups)
        yield from map(_pad, groups)


def _length(example: Example) -> int:
    return len(example.tokens)


def _group(examples: list[Example], tokens_each: int) -> Iterator[list[Example]]:
    group: list[Example] = []
    for example in examples:
        if group and len(example.tokens) * (len(group) + 1) > tokens_each:
            yield group
            group = []
        group.append(example)
    if group:
        yield group


def _pad(group: list[Example]) -> Batch:
    width = max(map(_length, group)) - 1
    inputs = torch.zeros(len(group), width, dtype=torch.long)
    positions = torch.zeros(len(group), width, dtype=torch.long)
    at: list[int] = []
    targets: list[int] = []
    for row, example in enumerate(group):
        length = len(example.tokens) - 1
        inputs[row, :length] = torch.tensor(example.tokens[:-1])
        positions[row, :length] = torch.tensor(example.positions[:-1])
        for column in range(length):
            if example.learns[column + 1]:
                at.append(row * width + column)
                targets.append(example.tokens[column + 1])
    return Batch(inputs, positions, torch.tensor(at), torch.tensor(targets))
