"""Opens a record for each request."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Protocol

import msgspec

from policies.decision import Plan, Refusal
from policies.signals import Caller, Signals
from router.steps.records.budgets import Budgets
from router.steps.records.pricing import PriceBook
from router.steps.records.purse import AtMost, Purse, dearest
from router.steps.records.record import Record
from router.steps.records.rows import open_row
from router.storage.entries import AttemptRow, Entry, RequestRow
from router.storage.ports import LedgerStore

_MARGIN_PERCENT = 130
"""Prompts are counted by estimate, within 30 % for the families that we know."""


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
        price: PriceBook,
        *,
        observer: RequestObserver | None = None,
        budgets: Budgets | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._price = price
        self._observer = observer
        self._budgets = budgets
        self._clock = clock

    def open(self, journey: Journey, *, answers: int = 1) -> Record:
        """The record of one request for so many answers; use it in a `with` statement.

        From here on its key's budget is smaller by the most that the request can cost.
        """
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
            purse=self._open_purse(journey, answers) if self._budgets else None,
        )

    def refuse(
        self,
        request_id: str,
        requested: str,
        caller: Caller,
        signals: Signals,
        refusal: Refusal,
        status: int,
    ) -> None:
        """Keep a request that nobody might answer: it called nobody and cost nothing."""
        now = self._clock()
        row = open_row(
            self._store.next_entry(), request_id, caller, signals, refusal, requested, now
        )
        row = msgspec.structs.replace(
            row, outcome="refused", status=status, finished_at=now, seconds=0.0, cost_usd="0"
        )
        self._store.record(Entry(row))
        if self._observer is not None:
            self._observer.on_open()
            self._observer.on_request(row)

    def _open_purse(self, journey: Journey, answers: int) -> Purse | None:
        budgets, key_name = self._budgets, journey.caller.key_name
        if budgets is None or not budgets.has(key_name):
            return None
        at_most = self._sizing(journey.signals, answers)
        hold = budgets.hold(key_name, dearest(journey.plan.models, at_most))
        return None if hold is None else Purse(key_name, hold, at_most)

    def _sizing(self, signals: Signals, answers: int) -> AtMost:
        now = datetime.datetime.fromtimestamp(self._clock(), datetime.UTC)
        prompt_tokens = -(-signals.prompt_tokens * _MARGIN_PERCENT // 100) + _longest_prompt(
            signals
        )

        def at_most(model: str, deployment: str = "") -> Decimal | None:
            return self._price.at_most(
                model,
                prompt_tokens,
                signals.max_output_tokens,
                now,
                answers=answers,
                deployment=deployment,
            )

        return at_most


def _longest_prompt(signals: Signals) -> int:
    """Tokens of ours that may go along at most: the plan may still change after a model has read the request."""
    return max([most for each in signals.prompts.values() for _, most in each.values()], default=0)


def _ignore(_: object) -> None:
    """Nobody counts."""
