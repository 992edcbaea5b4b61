"""What a model asks for prompts of every size, in dollars per million tokens."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple


class Step(NamedTuple):
    """The prices of prompts of more than `above_tokens`. None: unknown, never the same as zero."""

    above_tokens: int
    input_usd: Decimal | None
    output_usd: Decimal | None


Steps = tuple[Step, ...]
"""From the shortest prompts to the longest; each step holds until the next begins. Never empty."""

UNKNOWN: Steps = (Step(0, None, None),)


def dearest(several: Sequence[Steps]) -> Steps:
    """Give the most that any of these asks, size by size; unknown where one of them is unknown."""
    if len(set(several)) == 1:
        return several[0]
    sizes = sorted({step.above_tokens for steps in several for step in steps})
    return tuple([_dearest_above(size, several) for size in sizes])


def _dearest_above(size: int, several: Sequence[Steps]) -> Step:
    holding = [[each for each in steps if each.above_tokens <= size][-1] for steps in several]
    inputs = [each.input_usd for each in holding]
    outputs = [each.output_usd for each in holding]
    return Step(size, _most(inputs), _most(outputs))


def _most(prices: Sequence[Decimal | None]) -> Decimal | None:
    known = [price for price in prices if price is not None]
    return max(known) if len(known) == len(prices) else None
