"""The step that decides who answers: the current policy over the models that there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from policies.decision import Plan
from policies.engine import decide
from policies.errors import NoCandidateError, UnknownChoiceError
from policies.rules import AUTO, Policy
from policies.signals import Caller, Candidate, Signals, Surroundings
from router.errors import NobodyCanAnswerError, UnknownModelError


class HoldsPolicy(Protocol):
    """Anything that has the policy of the moment: the policy store."""

    @property
    def current(self) -> Policy: ...


class Planner:
    """Plans requests under the current policy; a reload counts from the next request on."""

    def __init__(self, store: HoldsPolicy, candidates: Callable[[], Sequence[Candidate]]) -> None:
        self._store = store
        self._candidates = candidates

    def plan(
        self,
        signals: Signals,
        caller: Caller,
        surroundings: Surroundings,
        requested: str = AUTO,
        *,
        thorough: bool = False,
    ) -> Plan:
        """Choose who answers and who stands behind them.

        `thorough` also says why each earlier rule did not hold: for `explain` and `/v1/route`.

        Raises:
            NobodyCanAnswerError: no model is eligible; the message says why each one is not.
            UnknownModelError: `requested` is no model, pool or alias; suggests one.
        """
        policy = self._store.current
        try:
            return decide(
                policy,
                signals,
                caller,
                self._candidates(),
                surroundings,
                requested,
                thorough=thorough,
            )
        except NoCandidateError as error:
            raise NobodyCanAnswerError(str(error)) from error
        except UnknownChoiceError as error:
            raise UnknownModelError(str(error), param="model") from error
