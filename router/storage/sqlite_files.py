"""Opening a ledger file, and putting rows into it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import msgspec

from router.storage.entries import AttemptRow, Entry, RequestRow
from router.storage.errors import LedgerCorruptError, LedgerUnavailableError
from router.storage.migrations import migrate_sqlite

_NOT_OURS = ("not a database", "malformed", "no such table")


def _insertion(table: str, fields: tuple[str, ...]) -> str:
    marks = ", ".join("?" * len(fields))
    return f"INSERT OR REPLACE INTO {table} ({', '.join(fields)}) VALUES ({marks})"


_INSERT_REQUEST = _insertion("requests", RequestRow.__struct_fields__)
_INSERT_ATTEMPT = _insertion("attempts", AttemptRow.__struct_fields__)


def open_for_writing(
    path: Path, synchronous: str, busy_seconds: float = 10.0
) -> sqlite3.Connection:
    """A connection for the ledger's thread, its tables up to date.

    With `normal` a power cut may lose the last moments but never harms the file; `full` waits for
    the disk at every commit. A crash or `kill -9` of the process loses nothing either way.

    Raises:
        LedgerUnavailableError: the file cannot be opened or written.
        LedgerCorruptError: the file is damaged or no ledger.
        LedgerTooNewError: a newer version has written it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            path, timeout=busy_seconds, isolation_level=None, check_same_thread=False
        )
    except (OSError, sqlite3.Error) as error:
        raise LedgerUnavailableError(path, error) from error
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if synchronous == 'full' else 'NORMAL'}")
        migrate_sqlite(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise _explain(path, error) from error
    return connection


def new_writer(connection: sqlite3.Connection) -> int:
    """A number that no other process has had on this file."""
    cursor = connection.execute("INSERT INTO writers (started_at) VALUES (?)", (time.time(),))
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot change anything, with `decimal_sum` for exact sums.

    Raises:
        LedgerUnavailableError: there is no such file, or it cannot be read.
        LedgerCorruptError: the file is damaged or no ledger.
    """
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10.0)
    except sqlite3.Error as error:
        raise LedgerUnavailableError(path, error) from error
    try:
        connection.execute("SELECT 1 FROM requests LIMIT 1")
        _fill_up(connection)
    except sqlite3.Error as error:
        connection.close()
        raise _explain(path, error) from error
    connection.create_aggregate("decimal_sum", 1, _DecimalSum)  # type: ignore[arg-type]
    connection.create_aggregate("decimal_sum_once", 2, _DecimalSumOnce)  # type: ignore[arg-type]
    return connection


def _fill_up(connection: sqlite3.Connection) -> None:
    """Show a file that no gateway of this version has opened yet as if it had all its columns."""
    there = {row[1] for row in connection.execute("PRAGMA table_info(requests)")}
    missing = [name for name in RequestRow.__struct_fields__ if name not in there]
    if not missing:
        return
    usual = {field.name: field.default for field in msgspec.structs.fields(RequestRow)}
    columns = ", ".join(f"{_literal(usual[name])} AS {name}" for name in missing)
    connection.execute(f"CREATE TEMP VIEW requests AS SELECT *, {columns} FROM main.requests")


def _literal(value: object) -> str:
    return "NULL" if value is None else f"'{value}'"


def insert(connection: sqlite3.Connection, batch: Sequence[Entry]) -> int:
    """Write all in one transaction; how many rows were refused for what they hold.

    Raises:
        sqlite3.Error: nothing was written: the disk is full, the file locked, damaged, ...
    """
    try:
        _insert_together(connection, batch)
    except (sqlite3.IntegrityError, OverflowError, UnicodeEncodeError):
        return sum(_is_refused(connection, entry) for entry in batch)
    return 0


def _insert_together(connection: sqlite3.Connection, batch: Sequence[Entry]) -> None:
    astuple = msgspec.structs.astuple
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany(_INSERT_REQUEST, [astuple(entry.request) for entry in batch])
        attempts = [astuple(attempt) for entry in batch for attempt in entry.attempts]
        connection.executemany(_INSERT_ATTEMPT, attempts)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _is_refused(connection: sqlite3.Connection, entry: Entry) -> bool:
    """One bad row (a NaN, a number past 64 bits) must not keep the others out."""
    try:
        _insert_together(connection, [entry])
    except (sqlite3.IntegrityError, OverflowError, UnicodeEncodeError):
        return True
    return False


def _explain(path: Path, error: sqlite3.Error) -> LedgerCorruptError | LedgerUnavailableError:
    if any(words in str(error) for words in _NOT_OURS):
        return LedgerCorruptError(path, error)
    return LedgerUnavailableError(path, error)


class _DecimalSum:
    """SQL aggregate: the exact sum of decimal texts, as text; NULLs are left out."""

    def __init__(self) -> None:
        self._total = Decimal(0)

    def step(self, value: str | None) -> None:
        if value is not None:
            self._total += Decimal(value)

    def finalize(self) -> str:
        return f"{self._total:f}"


class _DecimalSumOnce(_DecimalSum):
    """The same, of a request's own value, whose row comes once for each of its calls."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: set[int] = set()

    def step(self, entry: int, value: str | None) -> None:  # type: ignore[override]
        if value is not None and entry not in self._seen:
            self._seen.add(entry)
            super().step(value)
