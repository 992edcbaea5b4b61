"""What a model would cost, how long it would take and how good it would be on one request."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import lru_cache

import msgspec

from policies.signals import Candidate, ModelHealth, Signals

_MILLION = Decimal(1_000_000)
USUAL_FIRST_TOKEN_SECONDS = 1.0
"""Of a model of which neither a measurement nor its card says how soon it begins."""
USUAL_TOKENS_PER_SECOND = 40.0
"""Of a model of which neither a measurement nor its card says how fast it writes."""
USUAL_DIFFICULTY = 0.5
"""Where a card's general quality is taken to hold."""
STEEPNESS = 4.0
"""How much a model's odds shrink from the easiest request to the hardest: e**4."""


def estimate_usd(candidate: Candidate, input_tokens: int, output_tokens: int) -> Decimal | None:
    """Give the list price of a call of that size in dollars; None when a price is unknown."""
    input_price = candidate.input_usd_per_million
    output_price = candidate.output_usd_per_million
    for step in candidate.longer_prompts:
        if input_tokens <= step.above_tokens:
            break
        input_price, output_price = step.input_usd, step.output_usd
    if input_price is None or output_price is None:
        return None
    return (input_price * input_tokens + output_price * output_tokens) / _MILLION


def estimate_seconds(candidate: Candidate, health: ModelHealth, output_tokens: int) -> float:
    """Give how long the whole answer would take: measured where possible, else from the card."""
    first = health.first_token_seconds or candidate.first_token_seconds
    speed = health.tokens_per_second or candidate.tokens_per_second
    return (first or USUAL_FIRST_TOKEN_SECONDS) + output_tokens / (speed or USUAL_TOKENS_PER_SECOND)


def expect_quality(quality: float, difficulty: float) -> float:
    """Give how good a model of this general quality is expected to be on a request so hard, 0..1.

    A card's quality is taken to hold at difficulty 0.5. From there the odds of a good answer fall
    with difficulty as in a one-parameter item response model: logit(expected) = logit(quality) +
    4 * (0.5 - difficulty), the difficulty to the hundredth. The order of the models never changes;
    what changes is how much the better one gains.
    """
    return _expect(quality, round(100 * difficulty))


@lru_cache(maxsize=16_384)
def _expect(quality: float, hundredths: int) -> float:
    safe = min(max(quality, 1e-6), 1 - 1e-6)
    odds = math.log(safe / (1 - safe)) + STEEPNESS * (USUAL_DIFFICULTY - hundredths / 100)
    return round(1 / (1 + math.exp(-odds)), 6)


def expect_learned(odds: float, slope: float, difficulty: float) -> float:
    """Give the same of a model that was taught: by its own log odds at difficulty 0.5, and a slope."""
    moved = odds + slope * (USUAL_DIFFICULTY - difficulty)
    return round(1 / (1 + math.exp(-min(max(moved, -30.0), 30.0))), 6)


def expect_of(candidate: Candidate, signals: Signals) -> float:
    """Give how good a model is expected to be on the request: as learned, else by its card."""
    odds = signals.learned_odds.get(candidate.name)
    if odds is None:
        return expect_quality(candidate.quality, signals.difficulty)
    return expect_learned(odds, signals.learned_slope, signals.difficulty)


def show_quality(quality: float, *, is_learned: bool = False) -> str:
    """Give why a model stands where it does in a pool that puts the best first."""
    return f"expected quality {quality:.2f}" + (", learned" if is_learned else "")


def show_usd(amount: Decimal | None) -> str | None:
    """Give an amount as plain decimal text, to a millionth of a cent, without trailing zeros."""
    if amount is None:
        return None
    text = str(amount)
    point = text.find(".")
    if "E" in text or len(text) - point > 9:
        text = f"{amount:.8f}"
        point = text.find(".")
    return text if point < 0 else text.rstrip("0").rstrip(".")


class Price(msgspec.Struct, frozen=True, gc=False):
    """What a call would cost in dollars; None when a price is unknown."""

    usd: Decimal | None
    shown: str | None
    """The same in words."""


def price_call(candidate: Candidate, input_tokens: int, output_tokens: int) -> Price:
    """Give the list price of a call of that size, with its words."""
    usd = estimate_usd(candidate, input_tokens, output_tokens)
    return Price(usd, show_usd(usd))
