"""What one request takes out of its key's budget, call by call."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from policies.scoring import show_usd
from router.errors import BudgetExhaustedError
from router.steps.records.budgets import Hold, Standing

_ZERO = Decimal(0)
_SOON_SECONDS = 1.0


class AtMost(Protocol):
    """The most that a call of this request to that model can cost; None when a price is unknown."""

    def __call__(self, model: str, deployment: str = "") -> Decimal | None: ...


class Purse:
    """Holds the most that the request's dearest call can cost, and more where calls come together.

    A call that ended counts at its cost, or at the most it can have cost where that is unknown.
    """

    def __init__(self, key_name: str, hold: Hold, at_most: AtMost) -> None:
        self._key_name = key_name
        self._hold = hold
        self._at_most = at_most
        self._reserve = hold.usd
        self._taken: dict[int, Decimal] = {}

    @property
    def left_usd(self) -> Decimal:
        """What a further call of this request may cost."""
        return self._hold.standing.left_usd + self._hold.usd - self._sum()

    def reserve(self, models: Iterable[str]) -> None:
        """Hold enough for the dearest of these models from now on."""
        self._reserve = dearest(models, self._at_most)
        self._renew()

    def check(self, model: str, estimate: str | None) -> None:
        """See that a further call may be made; the first one was weighed when it was decided.

        Raises:
            BudgetExhaustedError: what is left does not reach, or its price is unknown.
        """
        expected = self._expect(model, estimate)
        if expected is None:
            raise exhausted(self._key_name, self._hold.standing, f"{model}: price unknown")
        if self._taken and self._sum() + expected > self._hold.room_usd:
            why = f"a call of {model} would cost ${show_usd(expected)} more"
            raise exhausted(self._key_name, self._hold.standing, why)

    def begin(self, number: int, model: str, estimate: str | None, deployment: str = "") -> None:
        """A call is about to be made."""
        most = self._at_most(model, deployment)
        self._taken[number] = most if most is not None else Decimal(estimate or 0)
        self._renew()

    def finish(self, number: int, cost_usd: str | None) -> None:
        """A call has ended, at this cost or at an unknown one."""
        if cost_usd is not None:
            self._taken[number] = Decimal(cost_usd)
            self._renew()

    def close(self) -> None:
        """The request is over."""
        self._reserve = _ZERO
        self._hold.close(self._sum())

    def _expect(self, model: str, estimate: str | None) -> Decimal | None:
        return self._at_most(model) if estimate is None else Decimal(estimate)

    def _renew(self) -> None:
        self._hold.change(max(self._reserve, self._sum()))

    def _sum(self) -> Decimal:
        return sum(self._taken.values(), _ZERO)


def dearest(models: Iterable[str], at_most: AtMost) -> Decimal:
    """The most that a call to any of these can cost."""
    return max((at_most(model) or _ZERO for model in models), default=_ZERO)


def exhausted(key_name: str, standing: Standing, why: str) -> BudgetExhaustedError:
    """The error of a request for which a key's budget does not reach."""
    allowance = standing.allowance
    held = ""
    if standing.held_usd:
        held = f", up to ${show_usd(standing.held_usd)} held for requests under way"
    is_held = standing.held_usd > 0 and standing.spent_usd < allowance.usd
    return BudgetExhaustedError(
        f"The budget of key '{key_name}' does not reach for this request: ${allowance.usd:f} a "
        f"{allowance.period}, ${show_usd(standing.spent_usd)} spent{held}. The next {allowance.period} "
        f"begins at {standing.ends_at:%Y-%m-%d %H:%M} UTC. {why}",
        retry_after_seconds=_SOON_SECONDS if is_held else None,
        should_retry=is_held,
    )
