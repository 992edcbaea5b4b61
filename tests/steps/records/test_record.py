"""A request's record: every call priced, and closed exactly once however it ends."""

from __future__ import annotations

import asyncio
import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from policies.decision import Arm, Plan, Reason, Selected
from policies.signals import Caller, Signals
from providers.base import Model
from providers.calls import Attempt, Usage
from providers.errors import OverloadedError
from providers.money import BOOK_RATES
from providers.pricing import PriceList, PriceRow, Rates, Tier
from router.steps.records import PriceBook, Records
from router.storage.entries import AttemptRow, RequestRow, decode_plan, decode_signals
from router.storage.errors import LedgerRefusedError
from router.storage.memory import MemoryLedger
from router.storage.reports import Question
from router.storage.sqlite import SqliteLedger

NOW = 1_790_000_000.0


def _model(name: str, *, prices: PriceList | None = None, is_local: bool = False) -> Model:
    return Model(
        name=name,
        provider="p",
        wire_name=name,
        window_tokens=1000,
        max_output_tokens=100,
        prices=prices,
        is_local=is_local,
    )


def _prices(currency: str, per_million: str) -> PriceList:
    rates = Rates(input=Decimal(per_million), output=Decimal(per_million) * 4)
    row = PriceRow(
        starts_on=datetime.date(2026, 1, 1), tiers=(Tier(rates=rates),), currency=currency
    )
    return PriceList((row,))


CARDS = {
    "gpt-4.1": _model("gpt-4.1", prices=_prices("USD", "2")),
    "qwen-max": _model("qwen-max", prices=_prices("CNY", "2.4")),
    "mystery": _model("mystery"),
    "in-house": _model("in-house", is_local=True),
}


CALLER = Caller(key_name="shop", user="u1", tier="vip", order_number="A77")
SIGNALS = Signals(
    intent="refund",
    intents=("refund", "urge"),
    emotion="negative",
    language="zh",
    prompt_tokens=900,
    pii=frozenset({"phone", "email"}),
    slots={"order_number": ("A77",)},
    is_stream=True,
)


@dataclass(frozen=True)
class Journey:
    request_id: str = "req-1"
    requested: str = "auto"
    caller: Caller = CALLER
    signals: Signals = SIGNALS
    plan: Plan = field(
        default_factory=lambda: Plan(
            rule="refunds",
            pool="strong",
            primary=Selected(model="gpt-4.1", score=0.9, why="best", estimated_usd="0.05"),
            fallbacks=(Selected(model="mystery", score=0.5, why="next"),),
            reasons=(Reason("intent is refund", True),),
            arms=(Arm("tone", "warm", 0.25),),
            prompt="service@3",
            policy="customer-service",
            policy_version="abc",
        )
    )


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Counting:
    opened: int = 0
    billed: list[AttemptRow] = field(default_factory=list)
    ended: list[RequestRow] = field(default_factory=list)

    def on_open(self) -> None:
        self.opened += 1

    def on_billed(self, attempt: AttemptRow) -> None:
        self.billed.append(attempt)

    def on_request(self, request: RequestRow) -> None:
        self.ended.append(request)


class House:
    def __init__(self) -> None:
        self.store = MemoryLedger()
        self.clock = Clock()
        self.seen = Counting()
        self.records = Records(
            self.store, PriceBook(CARDS.get), observer=self.seen, clock=self.clock
        )


@pytest.fixture
def house() -> House:
    return House()


def _attempt(number: int = 1, **changes: object) -> Attempt:
    columns: dict[str, object] = {
        "number": number,
        "kind": "primary",
        "model": "gpt-4.1",
        "provider": "p",
        "deployment": "d",
        "started_at": NOW + 0.5,
        "seconds": 1.0,
        "outcome": "answered",
        "first_token_seconds": 0.25,
        "usage": Usage(prompt_tokens=1000, completion_tokens=250),
    }
    return Attempt(**(columns | changes))  # type: ignore[arg-type]


def _entry(house: House, request_id: str = "req-1") -> tuple[RequestRow, tuple[AttemptRow, ...]]:
    entry = house.store.find(request_id)
    assert entry is not None
    return entry.request, entry.attempts


def _serve(house: House, attempt: Attempt, error: BaseException) -> None:
    with house.records.open(Journey()) as record:
        record.begin(1, "primary", attempt.model, "p", "d")
        record.finish(attempt)
        raise error


def test_an_answered_request_has_its_bill_and_everything_that_decided_it(house: House) -> None:
    journey = Journey()
    with house.records.open(journey) as record:
        record.begin(1, "primary", "gpt-4.1", "p", "d")
        record.finish(_attempt())
        house.clock.now += 3.0
        settled = record.settle(Usage(prompt_tokens=1000, completion_tokens=250))
    assert (settled.cost_usd, settled.attempts) == (Decimal("0.004"), 1)
    request, (attempt,) = _entry(house)
    assert (request.outcome, request.status, request.seconds) == ("answered", 200, 3.0)
    assert (request.model, request.provider, request.cost_usd) == ("gpt-4.1", "p", "0.004000")
    assert request.first_token_seconds == 0.75
    assert (request.user_id, request.order_number, request.arms) == ("u1", "A77", '["tone/warm"]')
    assert (request.pii, request.intents) == ('["email","phone"]', '["refund","urge"]')
    kept = decode_signals(request.signals)
    assert kept.slots == {"order_number": ("[hidden]",)}
    assert msgspec.structs.replace(kept, slots=journey.signals.slots) == journey.signals
    assert decode_plan(request.plan) == journey.plan
    assert attempt.price_source == "gpt-4.1 from 2026-01-01"
    assert house.seen.opened == 1 and house.seen.billed == [attempt]
    assert house.seen.ended == [request]


def test_a_bill_in_yuan_is_kept_in_yuan_beside_its_worth_in_dollars(house: House) -> None:
    with house.records.open(Journey()) as record:
        record.begin(1, "primary", "qwen-max", "p", "d")
        record.finish(_attempt(model="qwen-max"))
    _, (attempt,) = _entry(house)
    assert (attempt.amount, attempt.currency) == ("0.0048000", "CNY")
    day = datetime.date(2026, 9, 21)
    assert attempt.cost_usd is not None
    assert Decimal(attempt.cost_usd) == BOOK_RATES.in_dollars(Decimal("0.0048"), "CNY", day)


def test_one_unknown_price_makes_the_total_unknown_and_keeps_the_known_part(house: House) -> None:
    with house.records.open(Journey()) as record:
        record.begin(1, "primary", "gpt-4.1", "p", "d")
        record.finish(_attempt(outcome="broken"))
        record.begin(2, "fallback", "mystery", "p", "d")
        record.finish(_attempt(2, kind="fallback", model="mystery"))
        assert record.cost_usd is None
        assert record.known_usd == Decimal("0.004")
        assert record.settle().cost_usd is None
    request, _ = _entry(house)
    assert (request.cost_usd, request.known_usd) == (None, "0.004000")
    total = house.store.report(Question()).total
    assert (total.unknown, total.cost_usd) == (1, Decimal("0.004"))


def test_a_model_in_this_house_is_a_known_zero(house: House) -> None:
    with house.records.open(Journey()) as record:
        record.begin(1, "primary", "in-house", "p", "d")
        record.finish(_attempt(model="in-house"))
        assert record.cost_usd == Decimal(0)
    assert house.store.report(Question()).total.unknown == 0


def test_a_call_that_never_connected_costs_nothing(house: House) -> None:
    failed = _attempt(outcome="failed", usage=None, first_token_seconds=None, model="mystery")
    with house.records.open(Journey()) as record:
        record.begin(1, "primary", "mystery", "p", "d")
        record.finish(failed)
    request, (attempt,) = _entry(house)
    assert (request.outcome, request.cost_usd) == ("failed", "0")
    assert attempt.price_source == "nothing used"


def test_a_call_that_gave_tokens_but_no_usage_is_unknown(house: House) -> None:
    with house.records.open(Journey()) as record:
        record.begin(1, "primary", "gpt-4.1", "p", "d")
        record.finish(_attempt(outcome="broken", usage=None))
        assert record.cost_usd is None


@pytest.mark.parametrize(
    ("error", "outcome", "status"),
    [
        (asyncio.CancelledError(), "cancelled", 499),
        (GeneratorExit(), "cancelled", 499),
        (OverloadedError("busy", status=529), "failed", 529),
        (LedgerRefusedError("l", "disk full"), "failed", 503),
        (KeyError("x"), "failed", None),
    ],
)
def test_whatever_ends_the_request_closes_it(
    house: House, error: BaseException, outcome: str, status: int | None
) -> None:
    with pytest.raises(type(error)):
        _serve(house, _attempt(outcome="failed", first_token_seconds=None), error)
    request, _ = _entry(house)
    assert (request.outcome, request.status) == (outcome, status)
    assert len(house.seen.ended) == 1


def test_a_stream_that_broke_after_its_first_token_says_whose_it_was(house: House) -> None:
    with pytest.raises(OverloadedError):
        _serve(house, _attempt(outcome="broken"), OverloadedError("gone"))
    request, _ = _entry(house)
    assert (request.outcome, request.model) == ("broken", "gpt-4.1")


def test_closing_twice_writes_once(house: House) -> None:
    with house.records.open(Journey()) as record:
        record.settle()
        record.close("failed", status=500)
    request, _ = _entry(house)
    assert request.outcome == "answered"
    assert len(house.seen.ended) == 1


def test_a_call_still_open_at_the_end_is_kept_at_its_estimate_and_corrected_later(
    house: House,
) -> None:
    with house.records.open(Journey()) as record:
        record.begin(1, "primary", "qwen-max", "p", "d")
        record.finish(_attempt(model="qwen-max"))
        record.begin(2, "hedge", "gpt-4.1", "p", "d")
        record.settle()
    request, attempts = _entry(house)
    assert [row.outcome for row in attempts] == ["answered", "unknown"]
    assert (attempts[1].cost_usd, attempts[1].estimated) == ("0.05", True)
    record.finish(_attempt(2, kind="hedge", outcome="lost"))
    request, attempts = _entry(house)
    assert [row.outcome for row in attempts] == ["answered", "lost"]
    assert request.cost_usd is not None
    assert Decimal(request.cost_usd) == Decimal("0.004672")
    assert (request.model, len(house.seen.ended)) == ("qwen-max", 1)


def test_a_request_that_calls_nobody_is_recorded(house: House) -> None:
    with house.records.open(Journey()) as record:
        record.close("answered", status=200)
    request, attempts = _entry(house)
    assert (attempts, request.cost_usd, request.model) == ((), "0", "")


def test_if_the_ledger_refuses_no_call_is_counted(tmp_path: Path) -> None:
    store = SqliteLedger(tmp_path / "l.sqlite3", flush_seconds=30.0, waiting_limit=0)
    records = Records(store, PriceBook(CARDS.get))
    with records.open(Journey(request_id="first")) as record:
        record.settle()
    with pytest.raises(LedgerRefusedError), records.open(Journey()) as record:
        record.begin(1, "primary", "gpt-4.1", "p", "d")
    found = store.find("req-1")
    store.close()
    assert found is not None
    assert (found.request.outcome, found.request.status, found.attempts) == ("failed", 503, ())
