"""The price of one upstream call, with the price row that it came from."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

import msgspec

from providers.base import Model
from providers.calls import Attempt, Usage
from providers.money import BOOK_RATES, Exchange
from providers.pricing import FREE, PriceList, ceiling, cost


class Priced(msgspec.Struct, frozen=True):
    """What a call cost. `usd` is None where no exchange rate is known."""

    amount: Decimal
    currency: str
    usd: Decimal | None
    source: str
    """Which prices were used, such as `qwen-max from 2026-01-15`."""


class Pricer(Protocol):
    """Prices a model's usage at a moment; None when the price is unknown."""

    def __call__(
        self, model: str, usage: Usage, at: datetime.datetime, deployment: str = ""
    ) -> Priced | None: ...


Cards = Mapping[str, Mapping[str, Model]]
"""By model and deployment, the model's card as it is deployed there."""

_ZERO = Decimal(0)
NOTHING_USED = Priced(Decimal(0), "USD", Decimal(0), "nothing used")


class PriceBook:
    """A `Pricer` over the model cards. A local model without prices is a known zero.

    Where the call was made decides its price. Without a deployment it is the dearest of the
    model's, and unknown where one of them is.

    `find` gives a model's card by name, or None: `catalog.get`, or a dict's own `get`.
    """

    def __init__(
        self,
        find: Callable[[str], Model | None],
        places: Cards | None = None,
        exchange: Exchange = BOOK_RATES,
    ) -> None:
        self._find = find
        self._places = places or {}
        self._exchange = exchange
        self._sources: dict[tuple[str, str | None, datetime.date | None], str] = {}

    def __call__(
        self, model: str, usage: Usage, at: datetime.datetime, deployment: str = ""
    ) -> Priced | None:
        cards = self._cards(model, deployment)
        if len(cards) == 1:
            return self._price(model, cards[0], usage, at)
        several = [self._price(model, card, usage, at) for card in cards]
        known = [each for each in several if each is not None and each.usd is not None]
        if not known or len(known) < len(several):
            return None
        return max(known, key=lambda each: each.usd or _ZERO)

    def at_most(
        self,
        model: str,
        prompt_tokens: int,
        output_tokens: int | None,
        at: datetime.datetime,
        *,
        answers: int = 1,
        deployment: str = "",
    ) -> Decimal | None:
        """The most dollars that one call of that size can cost; None when a price is unknown.

        Without `output_tokens` each answer may be as long as the model can give.
        """
        most: Decimal | None = None
        for card in self._cards(model, deployment):
            longest = card.max_output_tokens
            output = longest if output_tokens is None else min(output_tokens, longest)
            money = ceiling(
                _prices_of(card),
                prompt_tokens=prompt_tokens,
                output_tokens=output * answers,
                at=at,
                exchange=self._exchange,
            )
            if money is None or money.usd is None:
                return None
            most = money.usd if most is None else max(most, money.usd)
        return most

    def _cards(self, model: str, deployment: str) -> Sequence[Model]:
        """The card as it is deployed there, or wherever it is; none for a model nobody knows."""
        card = self._find(model)
        if card is None:
            return ()
        there = self._places.get(card.name)
        if not there:
            return (card,)
        return (there[deployment],) if deployment in there else tuple(there.values())

    def _price(self, model: str, card: Model, usage: Usage, at: datetime.datetime) -> Priced | None:
        prices = _prices_of(card)
        money = cost(prices, usage, at, exchange=self._exchange)
        if prices is None or money is None:
            return None
        if prices is FREE:
            return Priced(money.amount, money.currency, money.usd, "runs in this house")
        row = prices.row_on(at.date())
        source = self._source(model, card, None if row is None else row.starts_on)
        return Priced(money.amount, money.currency, money.usd, source)

    def _source(self, model: str, card: Model, since: datetime.date | None) -> str:
        region = card.region if card.regional_prices else None
        said = self._sources.get((model, region, since))
        if said is None:
            is_dated = since is not None and since != datetime.date.min
            where = f"{model} in {region}" if region and is_dated else model
            said = f"{where} from {since}" if is_dated else f"{model} as configured"
            self._sources[model, region, since] = said
        return said


def _prices_of(card: Model) -> PriceList | None:
    return card.prices or (FREE if card.is_local else None)


def price_attempt(attempt: Attempt, price: Pricer) -> Priced | None:
    """What an attempt cost; nothing when it used nothing.

    A call that gave tokens but no usage is unknown: it will be on the vendor's invoice.
    """
    if attempt.usage is not None:
        at = datetime.datetime.fromtimestamp(attempt.started_at, datetime.UTC)
        return price(attempt.model, attempt.usage, at, attempt.deployment)
    if attempt.first_token_seconds is not None or attempt.outcome == "answered":
        return None
    return NOTHING_USED
