"""What each key may still spend: its allowance, less what the ledger knows of and what is under way.

A period is one of the calendar in UTC, and a request belongs to the one in which it began. Money is
decimal. A request under way counts at the most that it can cost until its real cost is known.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from policies.decision import Plan
from router.storage.entries import Entry, decode_decision
from router.storage.reports import Question, Report

Period = Literal["day", "week", "month"]
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much a key may spend in each period."""

    usd: Decimal
    period: Period = "month"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a key's budget stands just now."""

    allowance: Allowance
    spent_usd: Decimal
    held_usd: Decimal
    """The most that requests under way can still add."""
    ends_at: datetime.datetime
    """When the next period begins."""

    @property
    def left_usd(self) -> Decimal:
        """What a further request may cost; below zero when costs came out higher than expected."""
        return self.allowance.usd - self.spent_usd - self.held_usd


class Spending(Protocol):
    """A ledger that can say what was spent."""

    def report(self, question: Question) -> Report: ...
    def entries(self, question: Question) -> Iterator[Entry]: ...


class Hold:
    """What one request takes out of its key's budget: first the most it can cost, then what it did."""

    def __init__(self, account: _Account, usd: Decimal, period: datetime.datetime) -> None:
        self._account = account
        self._period = period
        self._is_open = True
        self.usd = usd
        account.add(period, held=usd)

    @property
    def room_usd(self) -> Decimal:
        """The most that this request may take: what it holds already and what nobody does."""
        return max(self.usd, self.usd + self._account.standing(self._period).left_usd)

    @property
    def standing(self) -> Standing:
        """How the key's budget stands in this request's period."""
        return self._account.standing(self._period)

    def change(self, usd: Decimal) -> None:
        """The request takes this much now."""
        more, self.usd = usd - self.usd, usd
        if self._is_open:
            self._account.add(self._period, held=more)
        else:
            self._account.add(self._period, spent=more)

    def close(self, usd: Decimal) -> None:
        """The request is over and has cost this much; later corrections `change` it."""
        if self._is_open:
            self._is_open = False
            self._account.add(self._period, held=-self.usd, spent=usd)
            self.usd = usd
        else:
            self.change(usd)


class Budgets:
    """The budgets of all keys that have one."""

    def __init__(
        self,
        allowances: Mapping[str, Allowance],
        ledger: Spending,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Read from the ledger what was spent in the periods that run.

        Raises:
            LedgerError: the ledger cannot say.
        """
        self._clock = clock
        self._accounts = {
            name: _Account(allowance, self._now()) for name, allowance in allowances.items()
        }
        for name, account in self._accounts.items():
            account.add(account.period, spent=_spent(ledger, name, account.period))

    @property
    def names(self) -> tuple[str, ...]:
        """The keys that have a budget."""
        return tuple(self._accounts)

    def has(self, key_name: str) -> bool:
        """Whether this key has a budget."""
        return key_name in self._accounts

    def left(self, key_name: str) -> Decimal | None:
        """What this key may still spend; None where it has no budget."""
        account = self._accounts.get(key_name)
        return None if account is None else account.at(self._now()).left_usd

    def standing(self, key_name: str) -> Standing | None:
        """How this key's budget stands; None where it has none."""
        account = self._accounts.get(key_name)
        return None if account is None else account.at(self._now())

    def hold(self, key_name: str, usd: Decimal) -> Hold | None:
        """Take this much out of a key's budget for one request; None where it has none."""
        account = self._accounts.get(key_name)
        if account is None:
            return None
        account.at(self._now())
        return Hold(account, usd, account.period)

    def _now(self) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(self._clock(), datetime.UTC)


class _Account:
    """One key's period; a new one begins at nothing."""

    def __init__(self, allowance: Allowance, now: datetime.datetime) -> None:
        self._allowance = allowance
        self._sums: dict[datetime.datetime, _Sum] = {}
        self.period = begin_of(allowance.period, now)
        self._ends_at = end_of(allowance.period, self.period)

    def at(self, now: datetime.datetime) -> Standing:
        if now >= self._ends_at:
            self.period = begin_of(self._allowance.period, now)
            self._ends_at = end_of(self._allowance.period, self.period)
            # Requests of an earlier period may still end; what is older than that cannot.
            for old in sorted(self._sums)[:-1]:
                del self._sums[old]
        return self.standing(self.period)

    def standing(self, period: datetime.datetime) -> Standing:
        known = self._sums.get(period, _NOTHING)
        ends_at = end_of(self._allowance.period, period)
        return Standing(self._allowance, known.spent, known.held, ends_at)

    def add(
        self, period: datetime.datetime, *, spent: Decimal = _ZERO, held: Decimal = _ZERO
    ) -> None:
        known = self._sums.get(period, _NOTHING)
        self._sums[period] = _Sum(known.spent + spent, known.held + held)


@dataclass(frozen=True, slots=True)
class _Sum:
    spent: Decimal = _ZERO
    held: Decimal = _ZERO


_NOTHING = _Sum()


def begin_of(period: Period, now: datetime.datetime) -> datetime.datetime:
    """When the period began that this moment lies in: midnight UTC, of a Monday, of the 1st."""
    day = now.astimezone(datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "week":
        return day - datetime.timedelta(days=day.weekday())
    return day.replace(day=1) if period == "month" else day


def end_of(period: Period, begin: datetime.datetime) -> datetime.datetime:
    """When the period that began then is over."""
    if period == "month":
        return (begin + datetime.timedelta(days=32)).replace(day=1)
    return begin + datetime.timedelta(days=7 if period == "week" else 1)


def _spent(ledger: Spending, key_name: str, since: datetime.datetime) -> Decimal:
    """What the ledger says that a key has spent; a call of unknown cost counts as it was estimated."""
    question = Question(by="key", since=since.timestamp(), where=(("key", key_name),))
    total = ledger.report(question).total
    if not total.unknown:
        return total.cost_usd
    return total.cost_usd + sum(map(_guess_unknown, ledger.entries(question)), _ZERO)


def _guess_unknown(entry: Entry) -> Decimal:
    unknown = [attempt.model for attempt in entry.attempts if attempt.cost_usd is None]
    if not unknown:
        return _ZERO
    plan = decode_decision(entry.request)
    if not isinstance(plan, Plan):
        return _ZERO
    estimates = {each.model: each.estimated_usd for each in (plan.primary, *plan.fallbacks)}
    return sum((Decimal(estimates.get(model) or 0) for model in unknown), _ZERO)
