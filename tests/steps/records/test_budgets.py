"""What a key has left: periods of the calendar, what is under way, and what the ledger remembers."""

from __future__ import annotations

import datetime
from decimal import Decimal

import msgspec
import pytest

from policies.decision import Plan, Selected
from policies.signals import Caller, Signals
from providers.calls import Attempt, Usage
from router.errors import BudgetExhaustedError
from router.steps.records import Allowance, Budgets, PriceBook, Records
from router.steps.records.budgets import Period, begin_of, end_of
from router.storage.memory import MemoryLedger
from tests.steps.records.test_record import CARDS, NOW, Clock, Journey

PLAN = Plan(
    rule="r",
    pool="p",
    primary=Selected(model="gpt-4.1", score=1.0, why="", estimated_usd="0.0015"),
    fallbacks=(Selected(model="in-house", score=0.5, why="", estimated_usd="0"),),
)
JOURNEY = Journey(
    caller=Caller(key_name="shop"),
    signals=Signals(prompt_tokens=1_000, max_output_tokens=100),
    plan=PLAN,
)
MOST = Decimal("0.0034")
"""1,300 tokens of prompt at $2 and 100 of an answer at $8 a million."""


class House:
    def __init__(self, usd: str = "0.01", period: Period = "day") -> None:
        self.clock = Clock()
        self.ledger = MemoryLedger()
        self.allowances = {"shop": Allowance(Decimal(usd), period)}
        self.restart()

    def restart(self) -> None:
        self.budgets = Budgets(self.allowances, self.ledger, self.clock)
        self.records = Records(
            self.ledger, PriceBook(CARDS.get), budgets=self.budgets, clock=self.clock
        )

    @property
    def left(self) -> Decimal:
        left = self.budgets.left("shop")
        assert left is not None
        return left


def _ended(number: int = 1, usage: Usage | None = None, **more: object) -> Attempt:
    attempt = Attempt(
        number=number,
        kind="primary",
        model="gpt-4.1",
        provider="p",
        deployment="d",
        started_at=NOW,
        seconds=1.0,
        outcome="answered",
        usage=usage or Usage(prompt_tokens=1000, completion_tokens=50),
    )
    return msgspec.structs.replace(attempt, **more)


def test_a_request_holds_the_most_it_can_cost_and_then_counts_at_its_cost() -> None:
    house = House()
    with house.records.open(JOURNEY) as record:
        assert house.left == Decimal("0.01") - MOST
        record.begin(1, "primary", "gpt-4.1", "p", "d")
        assert house.left == Decimal("0.01") - MOST
        record.finish(_ended())
        record.settle()
    assert house.left == Decimal("0.01") - Decimal("0.0024")


def test_calls_at_the_same_time_are_held_together() -> None:
    house = House()
    with house.records.open(JOURNEY) as record:
        record.begin(1, "primary", "gpt-4.1", "p", "d")
        record.begin(2, "hedge", "gpt-4.1", "p", "e")
        assert house.left == Decimal("0.01") - 2 * MOST


def test_a_further_call_that_nobody_can_pay_is_not_made_but_a_free_one_is() -> None:
    house = House("0.003")
    with house.records.open(JOURNEY) as record:
        record.begin(1, "primary", "gpt-4.1", "p", "d")
        record.finish(_ended(outcome="broken"))
        record.begin(2, "fallback", "in-house", "p", "d")
        with pytest.raises(BudgetExhaustedError) as caught:
            record.begin(3, "fallback", "gpt-4.1", "p", "e")
    assert "a call of gpt-4.1 would cost $0.0015 more" in caught.value.message
    entry = house.ledger.find("req-1")
    assert entry is not None
    assert [attempt.number for attempt in entry.attempts] == [1, 2]


def test_an_end_that_comes_after_the_request_corrects_the_sum() -> None:
    house = House()
    with house.records.open(JOURNEY) as record:
        record.begin(1, "primary", "gpt-4.1", "p", "d")
        record.begin(2, "hedge", "gpt-4.1", "p", "e")
        record.finish(_ended())
        record.settle()
    assert house.left == Decimal("0.01") - Decimal("0.0024") - MOST
    record.finish(_ended(2, Usage(prompt_tokens=1000, completion_tokens=0), outcome="lost"))
    assert house.left == Decimal("0.01") - Decimal("0.0024") - Decimal("0.002")


def test_a_call_of_unknown_cost_counts_at_the_most_and_after_a_restart_at_its_estimate() -> None:
    house = House()
    with house.records.open(JOURNEY) as record:
        record.begin(1, "primary", "gpt-4.1", "p", "d")
        record.finish(msgspec.structs.replace(_ended(first_token_seconds=0.1), usage=None))
        record.settle()
    assert house.left == Decimal("0.01") - MOST
    house.restart()
    assert house.left == Decimal("0.01") - Decimal("0.0015")


def test_a_new_day_begins_with_the_whole_allowance_and_old_requests_stay_in_the_old_one() -> None:
    house = House()
    with house.records.open(JOURNEY) as record:
        record.begin(1, "primary", "gpt-4.1", "p", "d")
        house.clock.now += 86_400
        assert house.left == Decimal("0.01")
        record.finish(_ended())
        record.settle()
    assert house.left == Decimal("0.01")


def test_keys_without_a_budget_are_not_counted() -> None:
    house = House()
    stranger = Journey(caller=Caller(key_name="other"), signals=JOURNEY.signals, plan=PLAN)
    with house.records.open(stranger) as record:
        assert record.budget_left_usd is None
    assert house.budgets.left("other") is None
    assert house.left == Decimal("0.01")


@pytest.mark.parametrize(
    ("period", "begin", "end"),
    [
        ("day", "2026-12-31", "2027-01-01"),
        ("week", "2026-12-28", "2027-01-04"),
        ("month", "2026-12-01", "2027-01-01"),
    ],
)
def test_periods_are_those_of_the_calendar_in_utc(period: Period, begin: str, end: str) -> None:
    zone = datetime.timezone(datetime.timedelta(hours=-8))
    now = datetime.datetime(2026, 12, 31, 10, 30, tzinfo=zone)
    began = begin_of(period, now)
    assert (str(began.date()), str(end_of(period, began).date())) == (begin, end)
