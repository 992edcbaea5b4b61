"""A record that is decided anew, or whose first answer was held, tells the truth in the end."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from policies.decision import Reason, Selected
from providers.calls import Attempt, AttemptKind
from router.steps.records import PriceBook, Record, Records
from router.storage.entries import decode_plan, decode_signals
from router.storage.reports import Question
from router.storage.sqlite import SqliteLedger
from tests.steps.records.test_record import CARDS, NOW, House, Journey, _attempt, _entry, house

__all__ = ["house"]
KEPT, FAILED = Reason("the first answer is kept", True), Reason("it is not given out", False)
AGAIN = msgspec.structs.replace(
    Journey().plan,
    rule="simple",
    pool="cheap",
    primary=Selected(model="qwen-max", score=1, why="x"),
)
BETTER = msgspec.structs.replace(
    Journey().signals, intent="urge", intents=("urge",), read_by="model"
)


def _call(record: Record, number: int, kind: AttemptKind, **changes: object) -> Attempt:
    attempt = _attempt(number, kind=kind, **changes)
    record.begin(number, kind, attempt.model, "p", "d")
    record.finish(attempt)
    return attempt


def test_a_request_that_was_decided_anew_has_the_last_decision_and_the_whole_bill(
    house: House,
) -> None:
    with house.records.open(Journey()) as record:
        _call(record, 1, "dispatcher", model="in-house")
        record.redecide(BETTER, AGAIN)
        _call(record, 2, "primary", model="gpt-4.1")
        settled = record.settle()
    row, attempts = _entry(house)
    assert (row.rule, row.pool, row.intent, row.user_id) == ("simple", "cheap", "urge", "u1")
    assert decode_plan(row.plan) == AGAIN
    assert decode_signals(row.signals).read_by == "model"
    assert [each.kind for each in attempts] == ["dispatcher", "primary"]
    assert settled.cost_usd == Decimal(row.cost_usd or "-1")


@pytest.mark.parametrize("kind", ["dispatcher", "judge", "shadow"])
def test_a_call_whose_answer_nobody_gets_never_counts_as_the_one_that_answered(
    house: House, kind: AttemptKind
) -> None:
    with house.records.open(Journey()) as record:
        _call(record, 1, kind, model="in-house")
        _call(record, 2, "primary", outcome="failed", usage=None, first_token_seconds=None)
        record.close("failed", status=502)
    row, _ = _entry(house)
    assert (row.outcome, row.model) == ("failed", "")


def test_a_first_answer_that_was_not_given_out_did_not_answer(house: House) -> None:
    with house.records.open(Journey()) as record:
        _call(record, 1, "primary", model="in-house")
        record.tell(FAILED, "escalated: why")
        _call(record, 2, "fallback", model="qwen-max", outcome="broken")
        record.close("broken")
    row, _ = _entry(house)
    assert row.model == "qwen-max"
    assert decode_plan(row.plan).reasons[-1] == FAILED


def test_an_answer_that_was_held_came_when_it_was_given_out(house: House) -> None:
    with house.records.open(Journey()) as record:
        _call(record, 1, "primary", first_token_seconds=0.25)
        house.clock.now = NOW + 3.0
        record.tell(KEPT, "kept")
        settled = record.settle()
    row, _ = _entry(house)
    assert (row.model, row.first_token_seconds, settled.remark) == ("gpt-4.1", 3.0, "kept")


def test_a_kill_before_the_tables_are_written_keeps_the_last_decision(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    store = SqliteLedger(tmp_path / "one" / "ledger.sqlite3", flush_seconds=3_600)
    records = Records(store, PriceBook(CARDS.get), clock=lambda: NOW)
    with records.open(Journey()) as record:
        _call(record, 1, "dispatcher", model="in-house")
        record.redecide(BETTER, AGAIN)
        _call(record, 2, "primary", model="gpt-4.1")
        record.settle()
    shutil.copytree(tmp_path / "one", tmp_path / "two")  # what a kill would leave
    store.close()
    heir = SqliteLedger(tmp_path / "two" / "ledger.sqlite3")
    entry = heir.find("req-1")
    heir.close()
    assert heir.recovered == 1
    assert entry is not None
    assert (entry.request.rule, entry.request.outcome) == ("simple", "answered")
    assert [each.kind for each in entry.attempts] == ["dispatcher", "primary"]


def test_a_kill_during_the_answer_keeps_what_was_decided_last(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    store = SqliteLedger(tmp_path / "one" / "ledger.sqlite3")
    with Records(store, PriceBook(CARDS.get), clock=lambda: NOW).open(Journey()) as record:
        _call(record, 1, "dispatcher", model="in-house")
        record.redecide(BETTER, AGAIN)
        record.begin(2, "primary", "qwen-max", "p", "d")
        shutil.copytree(tmp_path / "one", tmp_path / "two")  # what a kill would leave
        record.close("cancelled")
    store.close()
    heir = SqliteLedger(tmp_path / "two" / "ledger.sqlite3")
    entry = heir.find("req-1")
    heir.close()
    assert entry is not None
    assert (entry.request.rule, entry.request.outcome) == ("simple", "unknown")
    assert [each.outcome for each in entry.attempts] == ["answered", "unknown"]


def test_what_if_is_asked_of_the_call_that_answered_alone(house: House) -> None:
    with house.records.open(Journey()) as record:
        _call(record, 1, "primary", model="in-house")
        _call(record, 2, "judge", model="qwen-max")
        record.tell(FAILED, "escalated: why")
        _call(record, 3, "fallback", model="gpt-4.1")
        record.settle()
    assert [each.model for each in house.store.answered(Question())] == ["gpt-4.1"]
