"""Reads a ledger file without changing anything; any process may, while the gateway writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from router.storage import sqlite_queries as queries
from router.storage.entries import Entry
from router.storage.journal import count_pending
from router.storage.reports import Answered, Question, Report
from router.storage.sqlite_files import open_for_reading


class LedgerReader:
    """The questions of a `LedgerStore` on a file.

    Each raises LedgerUnavailableError where there is no file, and LedgerCorruptError where it is
    no ledger.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def find(self, request_id: str, key_name: str | None = None) -> Entry | None:
        """One request with its calls, of one key or of any; the latest when the id was sent twice."""
        with closing(open_for_reading(self.path)) as connection:
            return queries.find(connection, request_id, key_name)

    def keys_of(self, request_id: str) -> list[str]:
        """The names of all keys that sent this id."""
        with closing(open_for_reading(self.path)) as connection:
            return queries.keys_of(connection, request_id)

    def report(self, question: Question) -> Report:
        """Sums of money, tokens and calls by group."""
        with closing(open_for_reading(self.path)) as connection:
            return queries.report(connection, question)

    def answered(self, question: Question) -> Iterator[Answered]:
        """The answering call of each answered request."""
        with closing(open_for_reading(self.path)) as connection:
            yield from queries.answered(connection, question)

    def entries(self, question: Question) -> Iterator[Entry]:
        """Requests in the order they came."""
        with closing(open_for_reading(self.path)) as connection:
            yield from queries.entries(connection, question)

    def pending(self) -> int:
        """Journals of gateways that died: their last rows count once a gateway starts again."""
        return count_pending(self.path)
