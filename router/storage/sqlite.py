"""The ledger in one SQLite file: written by one thread, many requests a transaction.

Whoever answers a request only notes it in the journal, which survives `kill -9`; a thread moves
finished requests into the tables. Whoever opens the ledger next finishes what the dead left behind.
"""

from __future__ import annotations

import itertools
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from router.storage.entries import AttemptRow, Entry, RequestRow
from router.storage.errors import LedgerRefusedError, LedgerUnavailableError
from router.storage.journal import Journal, find_leftovers
from router.storage.recovery import (
    Asked,
    Begun,
    Ended,
    Whole,
    closing_of,
    rebuild,
    write_note,
)
from router.storage.reports import Answered, Question, Report
from router.storage.sqlite_files import insert, new_writer, open_for_writing
from router.storage.sqlite_reader import LedgerReader
from router.telemetry.logs import get_logger

_log = get_logger(__name__)
_WRITER_BITS = 40
"""An entry's number is its writer's number times 2^40 plus a count: unique without asking."""
_TRUNCATE_BYTES = 64 * 1024


class SqliteLedger:
    """A `LedgerStore` on one file.

    Raises:
        LedgerUnavailableError: the file cannot be opened or written.
        LedgerCorruptError: the file is damaged or no ledger.
        LedgerTooNewError: a newer version has written it.
    """

    def __init__(
        self,
        path: Path,
        *,
        on_failure: Literal["refuse", "serve"] = "refuse",
        synchronous: Literal["normal", "full"] = "normal",
        flush_seconds: float = 0.2,
        busy_seconds: float = 10.0,
        waiting_limit: int = 20_000,
        segment_bytes: int = 32 * 1024 * 1024,
    ) -> None:
        self.path = path
        self._reader = LedgerReader(path)
        self._on_failure = on_failure
        self._flush_seconds = flush_seconds
        self._waiting_limit = waiting_limit
        self._segment_bytes = segment_bytes
        self._connection = open_for_writing(path, synchronous, busy_seconds)
        self.recovered = self._inherit()
        """Requests that an earlier process left unfinished or unwritten."""
        self.rejected = 0
        """Rows that SQLite refused for their content; a NaN, a number past 64 bits."""
        self.unnoted = 0
        """Calls that were made without a note because `on_failure` is `serve`."""
        writer, self._journal = self._begin_journal()
        self._numbers = itertools.count(writer << _WRITER_BITS)
        self._lock = threading.Lock()
        self._open: dict[int, bytes] = {}
        self._queue: deque[Entry] = deque()
        self._recorded = 0
        self._committed = 0
        self._marks: deque[int] = deque()
        self._trouble = ""
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._settled = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="ledger", daemon=True)
        self._thread.start()

    def _begin_journal(self) -> tuple[int, Journal]:
        """A writer's number that nobody had, and its journal."""
        try:
            writer = new_writer(self._connection)
            return writer, Journal(self.path, writer)
        except (OSError, sqlite3.Error) as error:
            self._connection.close()
            raise LedgerUnavailableError(self.path, error) from error

    def next_entry(self) -> int:
        return next(self._numbers)

    def waiting(self) -> int:
        return self._recorded - self._committed

    def trouble(self) -> str:
        return self._trouble

    # -- noting, on the caller's thread ---------------------------------------------------------

    def begin(self, request: RequestRow, attempt: AttemptRow, *, revised: bool = False) -> None:
        is_new = revised or request.entry not in self._open
        notes = write_note(Asked(request, attempt) if is_new else Begun(attempt))
        if why := self._why_not():
            self._fail(why)
        try:
            with self._lock:
                self._note(notes)
                self._open[request.entry] = self._open.get(request.entry, b"") + notes
        except OSError as error:
            self._fail(error.strerror or str(error))

    def _fail(self, why: str) -> None:
        if self._on_failure == "refuse":
            raise LedgerRefusedError(self.path, why)
        self.unnoted += 1

    def finish(self, attempt: AttemptRow) -> None:
        note = write_note(Ended(attempt))
        with self._lock:
            if attempt.entry in self._open:
                self._open[attempt.entry] += note
                self._try_note(note)

    def record(
        self, entry: Entry, *, revised: bool = False, ended: AttemptRow | None = None
    ) -> None:
        if entry.request.entry in self._open and not revised:
            note = write_note(closing_of(entry.request))
            if ended is not None:
                note = write_note(Ended(ended)) + note
        else:
            note = write_note(Whole(entry))
        with self._lock:
            self._try_note(note)
            self._open.pop(entry.request.entry, None)
            self._queue.append(entry)
            self._recorded += 1
        if not self._wake.is_set():
            self._wake.set()

    def _why_not(self) -> str:
        """What speaks against spending money now; empty when nothing does."""
        waiting = len(self._queue)
        if waiting > self._waiting_limit:
            return f"{waiting} finished requests wait to be written"
        return self._trouble

    def _note(self, notes: bytes) -> None:
        if self._journal.size > self._segment_bytes:
            self._journal.rotate(self._open.values())
            self._marks.append(self._recorded)
        self._journal.append(notes)

    def _try_note(self, note: bytes) -> None:
        """The money is spent: without a note the row still goes to the tables from memory."""
        try:
            self._note(note)
        except OSError as error:
            self.unnoted += 1
            self._tell(str(error))
            self._wake.set()

    # -- writing, on the ledger's thread --------------------------------------------------------

    def _work(self) -> None:
        pause_seconds = self._flush_seconds
        while True:
            self._wake.wait()
            self._hurry.wait(pause_seconds)
            self._wake.clear()
            if self._commit():
                pause_seconds = self._flush_seconds
            else:
                pause_seconds = min(2.0, pause_seconds * 2)
                self._hurry.clear()
                self._wake.set()
            if self._stopping and (self._trouble or not self._queue):
                return

    def _commit(self) -> bool:
        batch = list(itertools.islice(self._queue, 2_000))
        try:
            self.rejected += insert(self._connection, batch)
        except sqlite3.Error as error:
            self._tell(str(error))
            self._announce()
            return False
        for _ in batch:
            self._queue.popleft()
        self._committed += len(batch)
        self._tell("")
        self._tidy()
        self._announce()
        if self._queue:
            self._wake.set()
        return True

    def _tidy(self) -> None:
        done = sum(mark <= self._committed for mark in self._marks)
        self._journal.forget(done)
        for _ in range(done):
            self._marks.popleft()
        with self._lock:
            idle = not self._open and self._recorded == self._committed
            if idle and self._journal.size > _TRUNCATE_BYTES:
                self._journal.clear()

    def _tell(self, trouble: str) -> None:
        """Remember what is wrong, and log it when that changes."""
        if bool(trouble) != bool(self._trouble):
            if trouble:
                _log.error("ledger_trouble", path=str(self.path), why=trouble)
            else:
                _log.info("ledger_mended", path=str(self.path))
        self._trouble = trouble

    def _announce(self) -> None:
        self._hurry.clear()
        with self._settled:
            self._settled.notify_all()

    def flush(self, timeout_seconds: float = 30.0) -> None:
        """Return once everything recorded so far can be read.

        Raises:
            LedgerUnavailableError: it could not be written, and why.
        """
        goal = self._recorded

        def is_settled() -> bool:
            if self._committed < goal and not self._trouble:
                self._hurry.set()
                self._wake.set()
            return self._committed >= goal or bool(self._trouble)

        with self._settled:
            self._settled.wait_for(is_settled, timeout_seconds)
        if self._committed < goal:
            raise LedgerUnavailableError(self.path, self._trouble or "the disk is too slow")

    def close(self) -> None:
        """Write what waits; what cannot be written stays in the journal for the next start."""
        if self._stopping:
            return
        self._stopping = True
        self._hurry.set()
        self._wake.set()
        self._thread.join()
        self._connection.close()
        if self._queue or self._open:
            self._journal.abandon()
        else:
            self._journal.close()

    def _inherit(self) -> int:
        """Finish what dead processes left: their journals become rows."""
        leftovers = find_leftovers(self.path)
        try:
            entries = rebuild(payload for leftover in leftovers for payload in leftover.payloads())
            if entries:
                insert(self._connection, entries)
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            for leftover in leftovers:
                leftover.leave()
            why = f"what an earlier process left ({leftovers[0].path.name}) cannot be read in: {error}"
            raise LedgerUnavailableError(self.path, why) from error
        for leftover in leftovers:
            leftover.delete()
        if entries:
            _log.warning("ledger_recovered", path=str(self.path), requests=len(entries))
        return len(entries)

    # -- reading, on any thread -----------------------------------------------------------------

    def find(self, request_id: str, key_name: str | None = None) -> Entry | None:
        self.flush()
        return self._reader.find(request_id, key_name)

    def report(self, question: Question) -> Report:
        self.flush()
        return self._reader.report(question)

    def answered(self, question: Question) -> Iterator[Answered]:
        self.flush()
        return self._reader.answered(question)

    def entries(self, question: Question) -> Iterator[Entry]:
        self.flush()
        return self._reader.entries(question)
