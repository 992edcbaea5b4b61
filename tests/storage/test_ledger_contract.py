"""What every ledger does, whatever it is kept in."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from router.storage.entries import Entry
from router.storage.memory import MemoryLedger
from router.storage.ports import LedgerStore
from router.storage.reports import GROUPINGS, Line, Question
from router.storage.sqlite import SqliteLedger
from tests.storage.rows import NOON, attempt_row, entry_of, request_row

DAY_SECONDS = 86_400.0


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LedgerStore]:
    store: LedgerStore
    if request.param == "memory":
        store = MemoryLedger()
    else:
        store = SqliteLedger(tmp_path / "ledger.sqlite3", flush_seconds=0.001)
    yield store
    store.close()


def _lines(ledger: LedgerStore, question: Question) -> dict[str, Line]:
    return {line.name: line for line in ledger.report(question).lines}


def test_a_recorded_request_is_found_again_with_all_its_columns(ledger: LedgerStore) -> None:
    kept = entry_of(
        ledger.next_entry(),
        request_id="abc",
        must_stay_local=True,
        arms='["prompt/warm"]',
        first_token_seconds=0.25,
        cost_usd="0.00000000123",
        prompt="service@3",
    )
    ledger.record(kept)
    assert ledger.find("abc") == kept
    assert ledger.find("another") is None


def test_a_client_that_sends_an_id_twice_has_two_rows_and_sees_the_latest(
    ledger: LedgerStore,
) -> None:
    first, second = ledger.next_entry(), ledger.next_entry()
    assert first != second
    ledger.record(entry_of(first, request_id="same", rule="one"))
    ledger.record(entry_of(second, request_id="same", rule="two"))
    found = ledger.find("same")
    assert found is not None and found.request.rule == "two"
    assert ledger.report(Question()).total.requests == 2


def test_a_key_that_sends_anothers_id_hides_nothing(ledger: LedgerStore) -> None:
    for rule, key_name in (("one", "alpha"), ("two", "alpha"), ("three", "beta")):
        row = entry_of(ledger.next_entry(), request_id="same", rule=rule, key_name=key_name)
        ledger.record(row)
    for key_name, rule in (("alpha", "two"), ("beta", "three"), (None, "three")):
        found = ledger.find("same", key_name)
        assert found is not None and found.request.rule == rule
    assert ledger.find("same", "gamma") is None


def test_recording_again_replaces_and_does_not_bill_twice(ledger: LedgerStore) -> None:
    number = ledger.next_entry()
    ledger.record(entry_of(number, attempt_row(number, outcome="unknown", cost_usd="9")))
    ledger.record(entry_of(number, attempt_row(number, cost_usd="0.5")))
    total = ledger.report(Question()).total
    assert (total.requests, total.attempts, total.cost_usd) == (1, 1, Decimal("0.5"))


def test_money_adds_up_exactly(ledger: LedgerStore) -> None:
    for _ in range(10):
        number = ledger.next_entry()
        ledger.record(entry_of(number, attempt_row(number, cost_usd="0.1000000000001")))
    assert ledger.report(Question()).total.cost_usd == Decimal("1.0000000000010")


def test_an_unknown_price_is_counted_apart_and_never_as_zero(ledger: LedgerStore) -> None:
    number = ledger.next_entry()
    known = attempt_row(number, 1, outcome="failed", cost_usd="0.25", model="gpt-4.1")
    unknown = attempt_row(number, 2, kind="fallback", cost_usd=None, amount=None)
    ledger.record(entry_of(number, known, unknown, cost_usd=None, known_usd="0.25"))
    lines = _lines(ledger, Question(by="model"))
    assert lines["qwen-max"].unknown == 1
    assert lines["gpt-4.1"].unknown == 0
    total = ledger.report(Question(by="model")).total
    assert (total.unknown, total.cost_usd) == (1, Decimal("0.25"))


def test_every_call_counts_under_its_model_and_the_total_counts_a_request_once(
    ledger: LedgerStore,
) -> None:
    number = ledger.next_entry()
    failed = attempt_row(number, 1, model="gpt-4.1", outcome="failed", prompt_tokens=None)
    stood_in = attempt_row(number, 2, kind="fallback")
    ledger.record(entry_of(number, failed, stood_in))
    report = ledger.report(Question(by="model"))
    lines = {line.name: line for line in report.lines}
    assert (lines["gpt-4.1"].requests, lines["gpt-4.1"].failed_attempts) == (1, 1)
    assert (lines["qwen-max"].requests, lines["qwen-max"].fallbacks) == (1, 1)
    assert (report.total.requests, report.total.attempts, report.total.failed) == (1, 2, 0)
    assert (report.total.prompt_tokens, report.total.completion_tokens) == (1000, 200)


def test_a_request_that_called_nobody_is_counted(ledger: LedgerStore) -> None:
    row = request_row(ledger.next_entry(), outcome="failed", model="", status=503)
    ledger.record(Entry(row))
    total = ledger.report(Question(by="tier")).total
    assert (total.requests, total.failed, total.attempts, total.unknown) == (1, 1, 0, 0)


@pytest.mark.parametrize("by", GROUPINGS)
def test_every_grouping_finds_the_request(ledger: LedgerStore, by: str) -> None:
    ledger.record(entry_of(ledger.next_entry(), arms='["a/x"]'))
    report = ledger.report(Question(by=by))  # type: ignore[arg-type]
    assert [line.requests for line in report.lines] == [1]
    name = report.lines[0].name
    assert ledger.report(Question(where=((by, name),))).total.requests == 1  # type: ignore[arg-type]
    assert ledger.report(Question(where=((by, "no such"),))).total.requests == 0  # type: ignore[arg-type]


def test_a_request_in_two_experiments_counts_under_both_arms(ledger: LedgerStore) -> None:
    ledger.record(entry_of(ledger.next_entry(), arms='["a/x","b/y"]'))
    ledger.record(entry_of(ledger.next_entry(), arms="[]"))
    report = ledger.report(Question(by="arm"))
    assert sorted(line.name for line in report.lines) == ["", "a/x", "b/y"]
    assert report.total.requests == 2


def test_time_bounds_take_the_start_and_leave_the_end_out(ledger: LedgerStore) -> None:
    for moment in (NOON - DAY_SECONDS, NOON, NOON + DAY_SECONDS):
        ledger.record(entry_of(ledger.next_entry(), started_at=moment))
    report = ledger.report(Question(by="day", since=NOON - DAY_SECONDS, until=NOON + DAY_SECONDS))
    assert [line.name for line in report.lines] == ["2026-09-20", "2026-09-21"]
    assert report.total.requests == 2


def test_an_empty_ledger_reports_zero(ledger: LedgerStore) -> None:
    report = ledger.report(Question(by="model"))
    assert report.lines == ()
    assert report.total == Line("total")


def test_the_answering_calls_are_told_for_what_if(ledger: LedgerStore) -> None:
    number = ledger.next_entry()
    failed = attempt_row(number, 1, model="gpt-4.1", outcome="failed")
    answer = attempt_row(number, 2, cache_read_tokens=600, service_tier="flex")
    held = attempt_row(number, 0, model="in-house")
    judge = attempt_row(number, 3, kind="judge", model="gpt-4.1")
    ledger.record(entry_of(number, held, failed, answer, judge))
    other = ledger.next_entry()
    ledger.record(entry_of(other, attempt_row(other, outcome="broken"), outcome="broken"))
    (told,) = ledger.answered(Question(by="user"))
    assert (told.name, told.model, told.at) == ("u1", "qwen-max", NOON)
    assert (told.usage.prompt_tokens, told.usage.cache_read_tokens) == (1000, 600)
    assert told.usage.service_tier == "flex"


def test_entries_come_in_the_order_of_time(ledger: LedgerStore) -> None:
    for moment in (NOON, NOON + 1, NOON + 2):
        ledger.record(entry_of(ledger.next_entry(), started_at=moment))
    found = list(ledger.entries(Question(since=NOON + 1)))
    assert [entry.request.started_at for entry in found] == [NOON + 1, NOON + 2]
    assert len(found[0].attempts) == 1


def test_a_hit_counts_once_with_what_it_saved_under_the_model_whose_answer_it_was(
    ledger: LedgerStore,
) -> None:
    paid, hit, helped, unknown = (ledger.next_entry() for _ in range(4))
    ledger.record(entry_of(paid, cache="miss"))
    free = {"cache": "hit", "cost_usd": "0"}
    ledger.record(Entry(request_row(hit, **free, saved_usd="0.0014")))
    calls = [attempt_row(helped, number, kind="dispatcher", model="reader") for number in (1, 2)]
    ledger.record(entry_of(helped, *calls, **free, saved_usd="0.0001"))
    ledger.record(Entry(request_row(unknown, **free)))
    total = ledger.report(Question(by="model")).total
    assert (total.requests, total.cache_hits, total.saved_unknown) == (4, 3, 1)
    assert total.saved_usd == Decimal("0.0015")
    line = _lines(ledger, Question(by="model"))["qwen-max"]
    assert (line.requests, line.attempts, line.cache_hits) == (3, 1, 2)
    assert line.saved_usd == Decimal("0.0014")
