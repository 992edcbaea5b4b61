"""Where a call was made decides its price."""

from __future__ import annotations

import datetime
from decimal import Decimal

from providers.base import Model
from providers.calls import Usage
from providers.pricing import FREE, PriceList, Rates, flat
from router.steps.records import PriceBook

NOW = datetime.datetime(2026, 11, 20, 12, 0, tzinfo=datetime.UTC)
USED = Usage(prompt_tokens=1_000_000)
YUAN = flat(Rates(input=Decimal(3), output=Decimal(3)), currency="CNY")
DOLLARS = flat(Rates(input=Decimal(2), output=Decimal(2)))


def card(prices: PriceList | None) -> Model:
    return Model(
        name="q",
        provider="ds",
        wire_name="q",
        window_tokens=1_000,
        max_output_tokens=1_000_000,
        prices=prices,
    )


def book(**places: PriceList | None) -> PriceBook:
    deployed = {name: card(prices) for name, prices in places.items()}
    return PriceBook({"q": card(DOLLARS)}.get, {"q": deployed})


def test_a_call_is_billed_at_the_prices_of_its_deployment() -> None:
    price = book(cn=YUAN, intl=DOLLARS, house=FREE, nowhere=None)
    billed = {name: price("q", USED, NOW, name) for name in ("cn", "intl", "house", "nowhere")}
    told = {name: each and (each.amount, each.currency) for name, each in billed.items()}
    assert told == {"cn": (3, "CNY"), "intl": (2, "USD"), "house": (0, "USD"), "nowhere": None}


def test_a_call_nobody_made_costs_the_dearest_and_is_unknown_where_one_is() -> None:
    dearest = book(cn=YUAN, intl=DOLLARS, house=FREE)
    priced = dearest("q", USED, NOW)
    assert priced is not None and priced.usd == 2
    assert dearest.at_most("q", 0, 1_000_000, NOW) == 2
    assert dearest.at_most("q", 0, 1_000_000, NOW, deployment="house") == 0
    unknown = book(intl=DOLLARS, nowhere=None)
    assert unknown("q", USED, NOW) is None
    assert unknown.at_most("q", 0, 1, NOW) is None
    assert unknown("stranger", USED, NOW) is None


def test_a_deployment_that_is_gone_costs_what_its_model_does() -> None:
    priced = book(intl=DOLLARS)("q", USED, NOW, "old")
    assert priced is not None and priced.usd == 2
