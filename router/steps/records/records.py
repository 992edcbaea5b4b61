"""Opens a record for each request."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from policies.decision import Plan
from policies.signals import Caller, Signals
from router.steps.records.pricing import Pricer
from router.steps.records.record import Record
from router.steps.records.rows import open_row
from router.storage.entries import AttemptRow, RequestRow
from router.storage.ports import LedgerStore


class Journey(Protocol):
    """What a record needs to know of a request on its way."""

    @property
    def request_id(self) -> str: ...
    @property
    def requested(self) -> str: ...
    @property
    def caller(self) -> Caller: ...
    @property
    def signals(self) -> Signals: ...
    @property
    def plan(self) -> Plan: ...


class RequestObserver(Protocol):
    """Whoever counts requests: the metrics."""

    def on_open(self) -> None:
        """A request is under way."""
        ...

    def on_billed(self, attempt: AttemptRow) -> None:
        """An upstream call ended and was priced."""
        ...

    def on_request(self, request: RequestRow) -> None:
        """A request ended."""
        ...


class Records:
    """Keeps the bill of every request in a ledger."""

    def __init__(
        self,
        store: LedgerStore,
        price: Pricer,
        *,
        observer: RequestObserver | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._price = price
        self._observer = observer
        self._clock = clock

    def open(self, journey: Journey) -> Record:
        """The record of one request; use it in a `with` statement."""
        row = open_row(
            self._store.next_entry(),
            journey.request_id,
            journey.caller,
            journey.signals,
            journey.plan,
            journey.requested,
            self._clock(),
        )
        observer = self._observer
        if observer is not None:
            observer.on_open()
        return Record(
            row,
            journey.plan,
            self._store,
            self._price,
            self._clock,
            on_request=observer.on_request if observer else _ignore,
            on_attempt=observer.on_billed if observer else _ignore,
        )


def _ignore(_: object) -> None:
    """Nobody counts."""
