"""The record of one request: it takes each upstream call and closes once, however it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import msgspec

from policies.decision import Plan, Reason, Refusal
from policies.signals import Signals
from providers.calls import Attempt, AttemptKind, Usage
from router.errors import PointsmanError
from router.steps.records.pricing import Pricer, price_attempt
from router.steps.records.purse import Purse
from router.steps.records.rows import attempt_row, redecided_row
from router.storage.entries import (
    ASIDES,
    AttemptRow,
    Entry,
    RequestOutcome,
    RequestRow,
    encode_plan,
)
from router.storage.ports import LedgerStore
from router.storage.recovery import add_up, close_open

_CLIENT_LEFT = 499
"""The status that proxies log for a client that did not wait."""


class Settled(msgspec.Struct, frozen=True):
    """The bill of a request after its last token."""

    usage: Usage | None
    cost_usd: Decimal | None
    """None when the price of any attempt is unknown."""
    attempts: int
    remark: str = ""
    """What became of the answer besides, in few words; empty as a rule."""
    cache: str = ""
    """What the answer cache had to say: hit, miss or off; empty where it was not asked."""
    price_usd: str | None = None
    """Of the call that gave the answer alone; None when it is unknown."""
    stands_in: bool = False
    """Somebody failed whose answer or judgement was wanted, and the answer is what there was instead."""


class Record:
    """Notes every upstream call before it is made and writes the request's rows at its end.

    Use it in a `with` statement: what leaves the block without `settle` or `close` is closed as
    cancelled (the client left) or failed. It is the dispatcher's attempt sink.
    """

    def __init__(
        self,
        row: RequestRow,
        plan: Plan,
        store: LedgerStore,
        price: Pricer,
        clock: Callable[[], float],
        on_request: Callable[[RequestRow], None],
        on_attempt: Callable[[AttemptRow], None],
        purse: Purse | None = None,
    ) -> None:
        self.row = row
        self._plan = plan
        self._store = store
        self._price = price
        self._clock = clock
        self._on_request = on_request
        self._on_attempt = on_attempt
        self._purse = purse
        self._rows: dict[int, AttemptRow] = {}
        self._untold: AttemptRow | None = None
        """A call that answered, while the request may end in this very moment: one note for both."""
        self._is_revised = False
        self.remark = ""
        """What became of the answer besides, in few words."""
        self._stands_in = False
        self._told_at: float | None = None
        self._passed_over = 0
        self.is_closed = False

    @property
    def attempts(self) -> int:
        """Upstream calls so far, those under way included."""
        return len(self._rows)

    @property
    def tries(self) -> int:
        """Those of them that were made for the answer itself."""
        return sum(row.kind not in ASIDES for row in self._rows.values())

    @property
    def cost_usd(self) -> Decimal | None:
        """All attempts together, or None while the price of any of them is unknown."""
        total = self.row.cost_usd if self.is_closed else add_up(self._rows.values())[0]
        return None if total is None else Decimal(total)

    @property
    def known_usd(self) -> Decimal:
        """The sum of what is known; equals `cost_usd` when nothing is unknown."""
        return Decimal(add_up(self._rows.values())[1])

    @property
    def budget_left_usd(self) -> Decimal | None:
        """What a further call of this request may cost; None where its key has no budget."""
        return None if self._purse is None else self._purse.left_usd

    def begin(
        self, number: int, kind: AttemptKind, model: str, provider: str, deployment: str
    ) -> None:
        """Note a call that is about to be made, at the price that the plan estimated.

        Raises:
            LedgerRefusedError: it cannot be noted, so it must not be made.
            BudgetExhaustedError: what is left of the key's budget does not reach for it.
        """
        self._tell_end()
        estimate = self._estimate(model)
        if self._purse is not None:
            self._purse.check(model, estimate)
        row = AttemptRow(
            entry=self.row.entry,
            number=number,
            kind=kind,
            model=model,
            provider=provider,
            deployment=deployment,
            started_at=self._clock(),
            cost_usd=estimate,
            estimated=True,
        )
        self._store.begin(self.row, row, revised=self._is_revised)
        self._rows[number] = row
        if self._purse is not None:
            self._purse.begin(number, model, estimate, deployment)

    def finish(self, attempt: Attempt) -> None:
        """Take a call's end and its price; one that ends after the request corrects its rows."""
        row = attempt_row(self.row.entry, attempt, price_attempt(attempt, self._price))
        self._rows[attempt.number] = row
        if self._purse is not None:
            self._purse.finish(attempt.number, row.cost_usd)
        if self.is_closed or not self._may_wait(row):
            self._store.finish(row)
        self._on_attempt(row)
        if self.is_closed:
            self._write()

    def redecide(self, signals: Signals, plan: Plan) -> None:
        """Take what was understood and decided after the record was opened."""
        self._plan = plan
        self._is_revised = True
        self.row = redecided_row(self.row, signals, plan)
        if self._purse is not None:
            self._purse.reserve(plan.models)

    def refuse(self, signals: Signals, refusal: Refusal, status: int) -> None:
        """Close as refused: after a model had read the request, nobody might answer it."""
        self._is_revised = True
        self.row = redecided_row(self.row, signals, refusal)
        self.close("refused", status=status)

    def tell(self, reason: Reason, remark: str, *, stands_in: bool = False) -> None:
        """Add to the plan's reasons what became of an answer that was held.

        One whose reason does not hold was not given out: none of the calls so far answered.
        `stands_in` says that the answer to come is not the one that was wanted.
        """
        self._plan = msgspec.structs.replace(self._plan, reasons=(*self._plan.reasons, reason))
        self._is_revised = True
        self.row = msgspec.structs.replace(self.row, plan=encode_plan(self._plan))
        self.remark = remark
        self._stands_in = self._stands_in or stands_in
        self._told_at = self._clock()
        self._passed_over = 0 if reason.holds else self.attempts

    def tell_cache(
        self,
        reason: Reason,
        word: str,
        *,
        model: str = "",
        provider: str = "",
        saved_usd: str | None = None,
    ) -> None:
        """Add to the plan's reasons what the answer cache had to say, before anybody is called.

        On a hit: whose answer it is, and what that one had cost.
        """
        self._plan = msgspec.structs.replace(self._plan, reasons=(*self._plan.reasons, reason))
        self._is_revised = self._is_revised or bool(self._rows)
        self.row = msgspec.structs.replace(
            self.row,
            plan=encode_plan(self._plan),
            cache=word,
            model=model,
            provider=provider,
            saved_usd=saved_usd,
        )

    def settle(self, usage: Usage | None = None) -> Settled:
        """Close as answered, and give the bill."""
        self.close("answered", status=200)
        winner = self._winner()
        return Settled(
            usage,
            self.cost_usd,
            self.attempts,
            self.remark,
            self.row.cache,
            None if winner is None else winner.cost_usd,
            self._stands_in,
        )

    def close(
        self,
        outcome: RequestOutcome,
        *,
        status: int | None = None,
        answered_by: str | None = None,
        first_token_seconds: float | None = None,
    ) -> None:
        """Write the request's rows; every time after the first does nothing.

        Who answered, and when its first token came (seconds after the request's start), is read
        off the attempts unless it is given.
        """
        if self.is_closed:
            return
        self.is_closed = True
        now = self._clock()
        winner = self._winner()
        first = first_token_seconds
        if first is None and winner is not None and winner.first_token_seconds is not None:
            first = winner.started_at - self.row.started_at + winner.first_token_seconds
            if self._told_at is not None:
                first = max(first, self._told_at - self.row.started_at)
        self._write(
            finished_at=now,
            seconds=max(0.0, now - self.row.started_at),
            first_token_seconds=first,
            outcome=outcome,
            status=status,
            model=answered_by or (self.row.model if winner is None else winner.model),
            provider=self.row.provider if winner is None else winner.provider,
        )
        if self._purse is not None:
            self._purse.close()
        self._on_request(self.row)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.is_closed:
            return
        if error is None:
            self.close("answered" if self._winner() else "failed")
        elif isinstance(error, (asyncio.CancelledError, GeneratorExit)):
            self.close("cancelled", status=_CLIENT_LEFT)
        else:
            is_broken = any(row.outcome == "broken" for row in self._rows.values())
            self.close("broken" if is_broken else "failed", status=_status_of(error))

    def _may_wait(self, row: AttemptRow) -> bool:
        """Whether this end is told later in this turn of the event loop, with the request's own.

        Nothing can happen in between: without a loop, or unless the call answered, it is told now.
        """
        self._tell_end()
        if row.outcome != "answered":
            return False
        try:
            asyncio.get_running_loop().call_soon(self._tell_end)
        except RuntimeError:
            return False
        self._untold = row
        return True

    def _tell_end(self) -> None:
        row, self._untold = self._untold, None
        if row is not None:
            self._store.finish(row)

    def _write(self, **changes: Any) -> None:
        rows = self._rows
        numbers = sorted(rows) if len(rows) > 1 else rows
        attempts = tuple([close_open(rows[number]) for number in numbers])
        total, known = add_up(attempts)
        self.row = msgspec.structs.replace(self.row, **changes, cost_usd=total, known_usd=known)
        ended, self._untold = self._untold, None
        self._store.record(Entry(self.row, attempts), revised=self._is_revised, ended=ended)

    def _winner(self) -> AttemptRow | None:
        """The call that gave the answer: the last one that ended whole, or that gave tokens."""
        began: AttemptRow | None = None
        for row in reversed(self._rows.values()):
            if row.kind in ASIDES or row.number <= self._passed_over:
                continue
            if row.outcome == "answered":
                return row
            spoke = row.outcome in ("broken", "cancelled") and row.first_token_seconds is not None
            if spoke and began is None:
                began = row
        return began

    def _estimate(self, model: str) -> str | None:
        primary = self._plan.primary
        if primary.model == model:
            return primary.estimated_usd
        for choice in self._plan.fallbacks:
            if choice.model == model:
                return choice.estimated_usd
        return None


def _status_of(error: BaseException) -> int | None:
    if isinstance(error, PointsmanError):
        return error.status
    status = getattr(error, "status", None)
    return status if isinstance(status, int) else None
