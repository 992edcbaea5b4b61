"""The price of one upstream call, with the price row that it came from."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

import msgspec

from providers.base import Model
from providers.calls import Attempt, Usage
from providers.money import BOOK_RATES, Exchange
from providers.pricing import FREE, ceiling, cost


class Priced(msgspec.Struct, frozen=True):
    """What a call cost. `usd` is None where no exchange rate is known."""

    amount: Decimal
    currency: str
    usd: Decimal | None
    source: str
    """Which prices were used, such as `qwen-max from 2026-01-15`."""


Pricer = Callable[[str, Usage, datetime.datetime], Priced | None]
"""Prices a model's usage at a moment; None when the price is unknown."""

NOTHING_USED = Priced(Decimal(0), "USD", Decimal(0), "nothing used")


class PriceBook:
    """A `Pricer` over the model cards. A local model without prices is a known zero.

    `find` gives a model's card by name, or None: `catalog.get`, or a dict's own `get`.
    """

    def __init__(
        self, find: Callable[[str], Model | None], exchange: Exchange = BOOK_RATES
    ) -> None:
        self._find = find
        self._exchange = exchange
        self._sources: dict[tuple[str, datetime.date | None], str] = {}

    def __call__(self, model: str, usage: Usage, at: datetime.datetime) -> Priced | None:
        card = self._find(model)
        if card is None:
            return None
        prices = card.prices or (FREE if card.is_local else None)
        money = cost(prices, usage, at, exchange=self._exchange)
        if prices is None or money is None:
            return None
        if prices is FREE:
            return Priced(money.amount, money.currency, money.usd, "runs in this house")
        row = prices.row_on(at.date())
        source = self._source(model, None if row is None else row.starts_on)
        return Priced(money.amount, money.currency, money.usd, source)

    def at_most(
        self,
        model: str,
        prompt_tokens: int,
        output_tokens: int | None,
        at: datetime.datetime,
        *,
        answers: int = 1,
    ) -> Decimal | None:
        """The most dollars that one call of that size can cost; None when a price is unknown.

        Without `output_tokens` each answer may be as long as the model can give.
        """
        card = self._find(model)
        if card is None:
            return None
        prices = card.prices or (FREE if card.is_local else None)
        longest = card.max_output_tokens
        output = longest if output_tokens is None else min(output_tokens, longest)
        money = ceiling(
            prices,
            prompt_tokens=prompt_tokens,
            output_tokens=output * answers,
            at=at,
            exchange=self._exchange,
        )
        return None if money is None else money.usd

    def _source(self, model: str, since: datetime.date | None) -> str:
        said = self._sources.get((model, since))
        if said is None:
            is_dated = since is not None and since != datetime.date.min
            said = f"{model} from {since}" if is_dated else f"{model} as configured"
            self._sources[model, since] = said
        return said


def price_attempt(attempt: Attempt, price: Pricer) -> Priced | None:
    """What an attempt cost; nothing when it used nothing.

    A call that gave tokens but no usage is unknown: it will be on the vendor's invoice.
    """
    if attempt.usage is not None:
        at = datetime.datetime.fromtimestamp(attempt.started_at, datetime.UTC)
        return price(attempt.model, attempt.usage, at)
    if attempt.first_token_seconds is not None or attempt.outcome == "answered":
        return None
    return NOTHING_USED
