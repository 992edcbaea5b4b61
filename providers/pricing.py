"""What a call costs: dated price lists in decimal, and the one function that applies them.

A price list is a row per day that prices changed. A row has tiers by the size of the whole prompt,
all or nothing: the tier whose `above_tokens < prompt <= up_to_tokens` prices every token of the
call. Service tiers (batch, flex, priority) multiply a row. An unknown price gives None, never zero.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from providers.calls import Usage
from providers.money import BOOK_RATES, ZERO, Exchange, Money

__all__ = [
    "FREE",
    "Exchange",
    "Money",
    "PriceList",
    "PriceRow",
    "Rates",
    "Tier",
    "ceiling",
    "cost",
    "flat",
]

_PLAIN_TIERS = frozenset({None, "", "default", "standard", "auto"})
_MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Prices per million tokens.

    A missing cache rate means that the vendor gives no discount: those tokens cost the input rate.
    A missing `cache_write_1h` is unknown, because that write is dearer everywhere it exists.
    """

    input: Decimal
    output: Decimal
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_1h: Decimal | None = None
    reasoning: Decimal | None = None
    """For reasoning tokens alone, where they differ from other output."""
    thinking_output: Decimal | None = None
    """For the whole output of a call that reasoned at all (Qwen on the mainland)."""

    def price(self, usage: Usage) -> Decimal | None:
        """What this usage costs in millionths of the currency, or None if a rate is missing."""
        if usage.cache_write_1h_tokens and self.cache_write_1h is None:
            return None
        return self._input(usage) + self._output(usage)

    def highest(self, prompt_tokens: int, output_tokens: int) -> Decimal:
        """The most such a call can cost in millionths: every token at its dearest rate."""
        inputs = (self.input, self.cache_write or ZERO, self.cache_write_1h or ZERO)
        outputs = (self.output, self.reasoning or ZERO, self.thinking_output or ZERO)
        return max(inputs) * prompt_tokens + max(outputs) * output_tokens

    def _input(self, usage: Usage) -> Decimal:
        read, written = usage.cache_read_tokens, usage.cache_write_tokens
        long_written = usage.cache_write_1h_tokens
        if not (read or written or long_written):
            return self.input * usage.prompt_tokens
        fresh = max(0, usage.prompt_tokens - read - written - long_written)
        total = self.input * fresh
        total += (self.input if self.cache_read is None else self.cache_read) * read
        total += (self.input if self.cache_write is None else self.cache_write) * written
        return total + (self.cache_write_1h or ZERO) * long_written

    def _output(self, usage: Usage) -> Decimal:
        reasoned = usage.reasoning_tokens
        if reasoned and self.thinking_output is not None:
            return self.thinking_output * usage.completion_tokens
        if reasoned and self.reasoning is not None:
            said = max(0, usage.completion_tokens - reasoned)
            return self.output * said + self.reasoning * reasoned
        return self.output * usage.completion_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Rates that hold when `above_tokens < prompt_tokens <= up_to_tokens` (None: no end)."""

    rates: Rates
    above_tokens: int = -1
    up_to_tokens: int | None = None

    def holds(self, prompt_tokens: int) -> bool:
        """Whether a prompt of that size is priced by this tier."""
        within = self.up_to_tokens is None or prompt_tokens <= self.up_to_tokens
        return within and prompt_tokens > self.above_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """The prices from one day on."""

    starts_on: datetime.date
    tiers: tuple[Tier, ...]
    currency: str = "USD"
    service_tiers: Mapping[str, Decimal] = field(default_factory=dict)
    """What each service tier multiplies the prices by; one that is not named is unknown."""

    def tier_for(self, prompt_tokens: int) -> Tier | None:
        """The tier that prices a prompt of that size, or None past the last."""
        for tier in self.tiers:
            if tier.holds(prompt_tokens):
                return tier
        return None

    def factor_for(self, service_tier: str | None) -> Decimal | None:
        """What to multiply by for a service tier; None if its price is unknown."""
        if service_tier and service_tier in self.service_tiers:
            return self.service_tiers[service_tier]
        return _ONE if service_tier in _PLAIN_TIERS else None


_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class PriceList:
    """Every row of one model in one region, oldest first."""

    rows: tuple[PriceRow, ...]

    def __post_init__(self) -> None:
        if not self.rows:
            raise ValueError("A price list needs a row; write no price list for an unknown price.")
        days = [row.starts_on for row in self.rows]
        if days != sorted(set(days)):
            raise ValueError(f"Price rows must start on rising days, got {[str(d) for d in days]}.")

    def row_on(self, day: datetime.date) -> PriceRow | None:
        """The row that holds on that day, or None before the first."""
        last = self.rows[-1]
        if day >= last.starts_on:
            return last
        at = bisect_right(self.rows, day, key=lambda row: row.starts_on)
        return self.rows[at - 1] if at else None


def flat(rates: Rates, *, currency: str = "USD") -> PriceList:
    """A price list of one row that holds for all time and every size of prompt."""
    row = PriceRow(starts_on=datetime.date.min, tiers=(Tier(rates=rates),), currency=currency)
    return PriceList((row,))


FREE = flat(Rates(input=ZERO, output=ZERO, cache_write_1h=ZERO))
"""What a model in this house costs: a known zero."""


def cost(
    prices: PriceList | None,
    usage: Usage | None,
    at: datetime.datetime,
    *,
    exchange: Exchange = BOOK_RATES,
) -> Money | None:
    """The exact price of one call that was made at that moment (naive times are UTC).

    None when it is not known: no price list, no usage, a day before the first row, a prompt past
    the last tier, or a service tier that the row does not name.
    """
    if prices is None or usage is None:
        return None
    day = _day_of(at)
    row = prices.row_on(day)
    factor = row.factor_for(usage.service_tier) if row else None
    tier = row.tier_for(usage.prompt_tokens) if row else None
    if row is None or tier is None or factor is None:
        return None
    micros = tier.rates.price(usage)
    if micros is None:
        return None
    if factor is not _ONE:
        micros *= factor
    return Money.of(micros * _MILLIONTH, row.currency, day, exchange)


def ceiling(
    prices: PriceList | None,
    *,
    prompt_tokens: int,
    output_tokens: int,
    at: datetime.datetime,
    service_tier: str | None = None,
    exchange: Exchange = BOOK_RATES,
) -> Money | None:
    """The most that a call of that size can cost: what a budget reserves before the call."""
    day = _day_of(at)
    row = prices.row_on(day) if prices else None
    factor = row.factor_for(service_tier) if row else None
    tier = row.tier_for(prompt_tokens) if row else None
    if row is None or tier is None or factor is None:
        return None
    micros = tier.rates.highest(prompt_tokens, output_tokens) * factor
    return Money.of(micros * _MILLIONTH, row.currency, day, exchange)


def _day_of(at: datetime.datetime) -> datetime.date:
    moment = at if at.tzinfo in (None, datetime.UTC) else at.astimezone(datetime.UTC)
    return moment.date()
