"""When the ledger is told how a call ended: at once, or with the end of the request itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from router.steps.records import PriceBook, Records
from router.storage.entries import AttemptRow, Entry
from router.storage.journal import find_leftovers
from router.storage.memory import MemoryLedger
from router.storage.recovery import rebuild
from router.storage.sqlite import SqliteLedger
from tests.steps.records.test_record import CARDS, Journey, _attempt


class Told(MemoryLedger):
    """Remembers what it is told, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def finish(self, attempt: AttemptRow) -> None:
        self.words.append(f"call {attempt.number} {attempt.outcome}")

    def record(
        self, entry: Entry, *, revised: bool = False, ended: AttemptRow | None = None
    ) -> None:
        with_it = "" if ended is None else f" with call {ended.number} {ended.outcome}"
        self.words.append(f"request {entry.request.outcome}{with_it}")
        super().record(entry, revised=revised)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def records(told: Told) -> Records:
    return Records(told, PriceBook(CARDS.get))


async def test_a_request_that_ends_with_its_call_is_told_once(told: Told, records: Records) -> None:
    with records.open(Journey()) as record:
        record.begin(1, "primary", "gpt-4.1", "p", "d")
        record.finish(_attempt())
        record.settle()
    await asyncio.sleep(0)
    assert told.words == ["request answered with call 1 answered"]


async def test_a_call_whose_request_goes_on_is_told_in_the_next_turn_of_the_loop(
    told: Told, records: Records
) -> None:
    with records.open(Journey()) as record:
        record.begin(1, "primary", "gpt-4.1", "p", "d")
        record.finish(_attempt())
        await asyncio.sleep(0)
        assert told.words == ["call 1 answered"]
        record.settle()
    assert told.words == ["call 1 answered", "request answered"]


async def test_a_call_is_told_before_the_next_one_begins(told: Told, records: Records) -> None:
    with records.open(Journey()) as record:
        record.begin(1, "primary", "gpt-4.1", "p", "d")
        record.finish(_attempt())
        record.begin(2, "judge", "gpt-4.1", "p", "d")
        assert told.words == ["call 1 answered"]
        record.finish(_attempt(2, kind="judge"))
        record.settle()
    assert told.words[-1] == "request answered with call 2 answered"


async def test_a_call_that_failed_is_told_at_once(told: Told, records: Records) -> None:
    with records.open(Journey()) as record:
        record.begin(1, "primary", "gpt-4.1", "p", "d")
        record.finish(_attempt(outcome="failed", usage=None))
        assert told.words == ["call 1 failed"]
        record.close("failed")


def test_without_an_event_loop_every_end_is_told_at_once(told: Told, records: Records) -> None:
    with records.open(Journey()) as record:
        record.begin(1, "primary", "gpt-4.1", "p", "d")
        record.finish(_attempt())
        assert told.words == ["call 1 answered"]
        record.settle()


async def test_what_was_told_together_is_read_back_whole_from_the_journal(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.sqlite3", flush_seconds=3600)
    with Records(ledger, PriceBook(CARDS.get)).open(Journey()) as record:
        record.begin(1, "primary", "gpt-4.1", "p", "d")
        record.finish(_attempt())
        record.settle()
    noted = ledger._journal.path.read_bytes()
    ledger.close()
    (tmp_path / "dead.sqlite3-pending-9-1").write_bytes(noted)
    (leftover,) = find_leftovers(tmp_path / "dead.sqlite3")
    (entry,) = rebuild(leftover.payloads())
    leftover.leave()
    assert (entry.request.outcome, entry.request.cost_usd) == ("answered", "0.004000")
    assert [attempt.outcome for attempt in entry.attempts] == ["answered"]
