"""The ledger's file: what a kill, a full disk, a foreign file or a newer version does to it."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import msgspec
import pytest

from router.storage.errors import (
    LedgerCorruptError,
    LedgerRefusedError,
    LedgerTooNewError,
    LedgerUnavailableError,
)
from router.storage.journal import Journal, count_pending, find_leftovers, frame, read_frames
from router.storage.migrations import SQLITE_FOLDER
from router.storage.reports import Question
from router.storage.sqlite import SqliteLedger
from router.storage.sqlite_reader import LedgerReader
from tests.storage.rows import attempt_row, entry_of, request_row

ROOT = Path(__file__).parents[2]

VICTIM = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from router.storage.sqlite import SqliteLedger
    from tests.storage.rows import attempt_row, entry_of, request_row

    ledger = SqliteLedger(Path(sys.argv[1]), flush_seconds=float(sys.argv[2]), segment_bytes=20_000)
    while True:
        number = ledger.next_entry()
        row = request_row(number, outcome="open", finished_at=None)
        ledger.begin(row, attempt_row(number, outcome="open", cost_usd="0.5", estimated=True))
        print("begun", row.request_id, flush=True)
        ledger.finish(attempt_row(number, cost_usd="0.25"))
        ledger.record(entry_of(number, attempt_row(number, cost_usd="0.25"), cost_usd="0.25"))
        print("done", row.request_id, flush=True)
    """
)


def _kill_in_flight(path: Path, flush_seconds: float, lines: int) -> list[list[str]]:
    """Run a writer, kill -9 it after that many lines, and give what it said it had noted."""
    command = [sys.executable, "-c", VICTIM, str(path), str(flush_seconds)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        said = [victim.stdout.readline() for _ in range(lines)]
        victim.send_signal(signal.SIGKILL)
        said += victim.stdout.readlines()
    return [line.split() for line in said if line.endswith("\n")]


@pytest.mark.parametrize("flush_seconds", [0.001, 5.0])
@pytest.mark.parametrize("lines", [1, 2, 401])
def test_a_killed_gateway_loses_no_row(tmp_path: Path, flush_seconds: float, lines: int) -> None:
    path = tmp_path / "ledger.sqlite3"
    said = _kill_in_flight(path, flush_seconds, lines)
    begun = {name for word, name in said if word == "begun"}
    done = {name for word, name in said if word == "done"}
    ledger = SqliteLedger(path)
    found = {entry.request.request_id: entry for entry in ledger.entries(Question())}
    ledger.close()
    assert begun <= set(found)
    assert len(set(found) - begun) <= 1  # noted, and killed before it could say so
    for name, entry in found.items():
        if name in done:
            assert (entry.request.outcome, entry.attempts[0].cost_usd) == ("answered", "0.25")
        elif entry.request.outcome == "unknown":
            assert entry.attempts[0].outcome in ("unknown", "answered")
            assert entry.request.cost_usd in ("0.5", "0.25")
    assert list(tmp_path.glob("*-pending-*")) == []


def test_a_call_under_way_when_the_gateway_died_is_kept_at_its_estimate(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    dying = SqliteLedger(path)
    number = dying.next_entry()
    row = request_row(number, outcome="open", finished_at=None, cost_usd=None)
    dying.begin(row, attempt_row(number, 1, outcome="open", cost_usd="0.5", estimated=True))
    dying.finish(attempt_row(number, 1, outcome="failed", cost_usd="0"))
    dying.begin(row, attempt_row(number, 2, outcome="open", cost_usd=None, estimated=True))
    dying.close()

    heir = SqliteLedger(path)
    entry = heir.find(row.request_id)
    again = SqliteLedger(path)
    assert (heir.recovered, again.recovered) == (1, 0)
    heir.close()
    again.close()
    assert entry is not None
    assert entry.request.outcome == "unknown"
    assert [attempt.outcome for attempt in entry.attempts] == ["failed", "unknown"]
    assert (entry.request.cost_usd, entry.request.known_usd) == (None, "0")


def test_a_living_process_keeps_its_open_rows_when_another_opens_the_ledger(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.sqlite3"
    living, visitor = SqliteLedger(path), None
    number = living.next_entry()
    living.begin(request_row(number, outcome="open"), attempt_row(number, outcome="open"))
    visitor = SqliteLedger(path)
    assert visitor.recovered == 0
    assert visitor.next_entry() != living.next_entry()
    living.record(entry_of(number))
    living.flush()
    assert visitor.report(Question()).total.requests == 1
    visitor.close()
    living.close()


def test_the_journal_is_emptied_and_its_old_files_deleted(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.sqlite3", flush_seconds=0.001, segment_bytes=10_000)
    stays_open = ledger.next_entry()
    ledger.begin(request_row(stays_open), attempt_row(stays_open, outcome="open"))
    for _ in range(200):
        number = ledger.next_entry()
        ledger.begin(request_row(number), attempt_row(number, outcome="open"))
        ledger.record(entry_of(number))
    ledger.flush()
    assert len(list(tmp_path.glob("*-pending-*"))) <= 2
    ledger.record(entry_of(stays_open))
    ledger.close()
    assert list(tmp_path.glob("*-pending-*")) == []


def test_a_torn_frame_ends_the_journal_without_harm() -> None:
    whole = frame(b"one") + frame(b"two")
    for cut in range(len(whole)):
        assert list(read_frames(whole[:cut])) == [b"one"] * (cut >= len(frame(b"one")))
    assert list(read_frames(whole)) == [b"one", b"two"]
    damaged = bytearray(whole)
    damaged[-1] ^= 1
    assert list(read_frames(bytes(damaged))) == [b"one"]


def test_a_journal_that_was_emptied_does_not_repeat_what_stood_there(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    journal = Journal(path, 7)
    for note in (b"first", b"again", b"third"):
        journal.append(frame(note))
    journal.clear()
    assert count_pending(path) == 0
    journal.append(frame(b"newer"))  # as long as the first one: the second would follow it
    journal.abandon()
    assert count_pending(path) == 1
    (leftover,) = find_leftovers(path)
    assert list(leftover.payloads()) == [b"newer"]


def test_a_journal_outgrows_the_room_that_was_reserved(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    journal = Journal(path, 7)
    notes = [bytes([number]) * 300_000 for number in range(1, 10)]
    for note in notes:
        journal.append(frame(note))
    journal.rotate([frame(b"open still")])
    assert (journal.past(), journal.size) == (1, len(frame(b"open still")))
    journal.abandon()
    assert [list(leftover.payloads()) for leftover in find_leftovers(path)] == [
        notes,
        [b"open still"],
    ]


def test_a_journal_is_inherited_by_one_heir_only(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    journal = Journal(path, 7)
    journal.append(frame(b"note"))
    assert find_leftovers(path) == []
    journal.abandon()
    (leftover,) = find_leftovers(path)
    assert list(leftover.payloads()) == [b"note"]
    assert find_leftovers(path) == []
    leftover.delete()
    assert find_leftovers(path) == []


def test_a_full_disk_refuses_before_money_is_spent(tmp_path: Path) -> None:
    script = textwrap.dedent(
        """
        import resource, signal, sys
        from pathlib import Path
        from router.storage.errors import LedgerRefusedError
        from router.storage.sqlite import SqliteLedger
        from tests.storage.rows import attempt_row, entry_of, request_row

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        ledger = SqliteLedger(Path(sys.argv[1]), on_failure=sys.argv[2], flush_seconds=30.0)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        number, refused = 0, ""
        for _ in range(8_000):
            number = ledger.next_entry()
            try:
                ledger.begin(request_row(number), attempt_row(number, outcome="open"))
            except LedgerRefusedError as error:
                refused = error.detail
                break
            ledger.record(entry_of(number))
        print(refused or f"served, {ledger.unnoted > 0}", flush=True)
        import os
        os._exit(0)
        """
    )

    def run(on_failure: str) -> str:
        path = tmp_path / f"{on_failure}.sqlite3"
        command = [sys.executable, "-c", script, str(path), on_failure]
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
        ).stdout

    assert re.search("No space left|File too large", run("refuse"))
    assert "served, True" in run("serve")


def test_without_room_for_its_journal_a_ledger_says_so_and_leaves_none_behind(
    tmp_path: Path,
) -> None:
    script = textwrap.dedent(
        """
        import resource, signal, sys
        from pathlib import Path
        from router.storage.errors import LedgerUnavailableError
        from router.storage.sqlite import SqliteLedger

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
        try:
            SqliteLedger(Path(sys.argv[1]))
        except LedgerUnavailableError as error:
            print(error)
        """
    )
    path = tmp_path / "ledger.sqlite3"
    said = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert f"The ledger {path} cannot be used" in said
    assert re.search("No space left|File too large", said)
    assert list(tmp_path.glob("*-pending-*")) == []


def test_when_the_tables_cannot_be_written_new_calls_are_refused_until_they_can(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.sqlite3"
    ledger = SqliteLedger(path, flush_seconds=0.001, busy_seconds=0.01)
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    number = ledger.next_entry()
    ledger.record(entry_of(number))
    with pytest.raises(LedgerUnavailableError, match="locked"):
        ledger.flush()
    with pytest.raises(LedgerRefusedError, match="nothing was sent") as refused:
        ledger.begin(request_row(number + 1), attempt_row(number + 1, outcome="open"))
    assert "locked" in refused.value.detail
    assert str(path) not in refused.value.message
    assert ledger.waiting() == 1
    blocker.execute("ROLLBACK")
    blocker.close()
    _wait_until(lambda: ledger.waiting() == 0 and not ledger.trouble())
    ledger.begin(request_row(number + 1), attempt_row(number + 1, outcome="open"))
    ledger.record(entry_of(number + 1))
    assert ledger.report(Question()).total.requests == 2
    ledger.close()


def test_a_writer_that_falls_behind_makes_new_requests_wait_outside(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.sqlite3", flush_seconds=30.0, waiting_limit=10)
    for _ in range(11):
        ledger.record(entry_of(ledger.next_entry()))
    number = ledger.next_entry()
    with pytest.raises(LedgerRefusedError) as refused:
        ledger.begin(request_row(number), attempt_row(number))
    assert "11 finished requests wait" in refused.value.detail
    ledger.close()


def test_a_row_that_sqlite_cannot_hold_keeps_no_other_out(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.sqlite3", flush_seconds=0.05)
    for changes in ({}, {"difficulty": float("nan")}, {}):
        ledger.record(entry_of(ledger.next_entry(), **changes))
    huge = ledger.next_entry()
    ledger.record(entry_of(huge, attempt_row(huge, prompt_tokens=2**63)))
    assert ledger.report(Question()).total.requests == 2
    assert ledger.rejected == 2
    ledger.close()


def test_a_foreign_file_is_named_with_its_mend(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    path.write_bytes(b"not a ledger at all, but long enough to be read as a header" * 40)
    with pytest.raises(LedgerCorruptError, match="Move it aside"):
        SqliteLedger(path)


def test_a_newer_ledger_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    SqliteLedger(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LedgerTooNewError, match=r"schema 99; this version knows up to \d+"):
        SqliteLedger(path)


def test_a_path_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LedgerUnavailableError, match=r"ledger\.path"):
        SqliteLedger(tmp_path / "file" / "ledger.sqlite3")


def test_recording_from_many_threads_keeps_every_row(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.sqlite3", flush_seconds=0.001, segment_bytes=30_000)

    def write() -> None:
        for _ in range(200):
            number = ledger.next_entry()
            ledger.begin(request_row(number), attempt_row(number, outcome="open"))
            ledger.record(entry_of(number))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.report(Question()).total.requests == 800
    ledger.close()


def _wait_until(condition: object) -> None:
    assert callable(condition)
    ends = time.monotonic() + 30.0
    while not condition():
        assert time.monotonic() < ends, "hangs"
        time.sleep(0.01)


def test_a_ledger_of_an_earlier_version_is_read_as_it_is_and_brought_up_to_date(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.sqlite3"
    first = (SQLITE_FOLDER / "0001_ledger.sql").read_text(encoding="utf-8")
    connection = sqlite3.connect(path)
    connection.executescript(first)
    connection.execute("PRAGMA user_version = 1")
    row = msgspec.structs.asdict(request_row(1))
    old = [name for name in row if name not in ("cache", "saved_usd")]
    connection.execute(
        f"INSERT INTO requests ({', '.join(old)}) VALUES ({', '.join('?' * len(old))})",
        [row[name] for name in old],
    )
    connection.commit()
    connection.close()
    before = LedgerReader(path).find("req-1")
    assert before is not None and before.request == request_row(1)
    assert LedgerReader(path).report(Question()).total.requests == 1
    SqliteLedger(path).close()
    assert LedgerReader(path).find("req-1") == before
