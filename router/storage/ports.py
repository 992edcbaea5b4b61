"""What the house needs of a store; every store passes the same contract tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from router.storage.entries import AttemptRow, Entry, RequestRow
from router.storage.reports import Answered, Question, Report


class LedgerStore(Protocol):
    """Keeps the bill: a row for each request and for each upstream call.

    Writing never waits for a disk: `begin`, `finish` and `record` return within microseconds and
    what they were told survives `kill -9`. Reading may block; call it from a thread.
    """

    def next_entry(self) -> int:
        """A number for a new request, never given twice."""
        ...

    def begin(self, request: RequestRow, attempt: AttemptRow, *, revised: bool = False) -> None:
        """Note an upstream call before its first byte leaves.

        `revised`: the request is no longer what an earlier `begin` told of it.

        Raises:
            LedgerRefusedError: it could not be noted, so the call must not be made.
        """
        ...

    def finish(self, attempt: AttemptRow) -> None:
        """Note how an upstream call ended. Never raises: the money is already spent."""
        ...

    def record(
        self, entry: Entry, *, revised: bool = False, ended: AttemptRow | None = None
    ) -> None:
        """Keep a finished request with all its calls; a second time replaces the first.

        `revised`: it is no longer the request that its first `begin` told of, its end aside.
        `ended`: the call whose end `finish` was not told of, since the request ended with it.

        Never raises: the money is already spent.
        """
        ...

    def waiting(self) -> int:
        """Finished requests that are not yet in the tables."""
        ...

    def trouble(self) -> str:
        """What keeps the store from writing, in words; empty when all is well."""
        ...

    def flush(self) -> None:
        """Return once everything recorded so far can be read."""
        ...

    def find(self, request_id: str, key_name: str | None = None) -> Entry | None:
        """One request with its calls; the latest when the id was sent twice.

        `key_name`: among the requests of this key alone, since clients choose their ids freely.
        """
        ...

    def report(self, question: Question) -> Report:
        """Sums of money, tokens and calls by group."""
        ...

    def answered(self, question: Question) -> Iterator[Answered]:
        """The answering call of each answered request, for "what if it had been that model?"."""
        ...

    def entries(self, question: Question) -> Iterator[Entry]:
        """Requests in the order they came, for replay; `by` is not looked at."""
        ...

    def close(self) -> None:
        """Write what waits and let go of the files."""
        ...
