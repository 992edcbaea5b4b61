"""The step that decides who answers: the current policy over the models that there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec.structs import replace

from policies.bounds import NOTHING_EARLIER, Earlier
from policies.consulting import Consultation, consult
from policies.decision import Plan, Refusal
from policies.engine import decide
from policies.errors import NoCandidateError, UnknownChoiceError
from policies.roster import Roster
from policies.rules import AUTO, Policy
from policies.signals import NO_PROMPTS, Caller, Candidate, Signals, Surroundings
from providers.demands import PARAMS
from router.errors import (
    BudgetExhaustedError,
    EverybodyRestsError,
    NobodyAbleError,
    NobodyCanAnswerError,
    RequestTooLongError,
    UnknownModelError,
)


class HoldsPolicy(Protocol):
    """Anything that has the policy of the moment: the policy store."""

    @property
    def current(self) -> Policy: ...


class Planner:
    """Plans requests under the current policy; a reload counts from the next request on."""

    def __init__(self, store: HoldsPolicy, candidates: Callable[[], Sequence[Candidate]]) -> None:
        self._store = store
        self._candidates = candidates
        self._listed: Sequence[Candidate] = ()
        self._last_roster = Roster(())

    @property
    def may_inquire(self) -> bool:
        """Whether the policy has a model asked what some requests are about."""
        return self._store.current.inquiry is not None

    @property
    def prompts(self) -> tuple[str, ...]:
        """Every prompt that the policy of the moment names."""
        return self._store.current.prompts

    def weigh(
        self, signals: Signals, prompts: Mapping[str, Mapping[str, tuple[int, int]]] = NO_PROMPTS
    ) -> Signals:
        """The signals with what each model of the policy is expected to be worth on the request, and with
        what each prompt would add to it.

        Whatever changes the difficulty afterwards wants them weighed again.
        """
        named = self._store.current.weighed
        expected = self._roster().expect_on(named, signals)
        return replace(signals, expected_quality=expected, prompts=prompts)

    def inquire(
        self,
        signals: Signals,
        caller: Caller,
        surroundings: Surroundings,
        requested: str = AUTO,
    ) -> Consultation | None:
        """Whom to ask what this request is about; None when nobody need be asked."""
        policy = self._store.current
        return consult(policy, signals, caller, self._roster(), surroundings, requested)

    def plan(
        self,
        signals: Signals,
        caller: Caller,
        surroundings: Surroundings,
        requested: str = AUTO,
        *,
        thorough: bool = False,
        also: Earlier = NOTHING_EARLIER,
    ) -> Plan:
        """Choose who answers and who stands behind them.

        `thorough` also says why each earlier rule did not hold: for `explain` and `/v1/route`.
        `also` holds besides what the policy's constraints ask for now.

        Raises:
            NobodyCanAnswerError: no model is eligible; the message says why each one is not.
                Its subclasses say what stands in the way where that could go away: budget, health,
                the request's length, or what it needs.
            UnknownModelError: `requested` is no model, pool or alias; suggests one.
        """
        policy = self._store.current
        try:
            return decide(
                policy,
                signals,
                caller,
                self._roster(),
                surroundings,
                requested,
                thorough=thorough,
                also=also,
            )
        except NoCandidateError as error:
            told = _tell(error, self._find_param(error, signals))
            told.refusal = Refusal(
                refused=told.message,
                rule=error.rule,
                pool=error.pool,
                rejected=error.rejected,
                reasons=error.reasons,
                must_stay_local=error.must_stay_local,
                policy=policy.name,
                policy_version=policy.version,
            )
            raise told from error
        except UnknownChoiceError as error:
            raise UnknownModelError(str(error), param="model") from error

    def _find_param(self, error: NoCandidateError, signals: Signals) -> str | None:
        """The field of the request for which models are out of the question, if it is one."""
        roster = self._roster()
        known = [roster[each.model] for each in error.rejected if each.model in roster]
        places = [place for each in known for place in each.sites or (each,)]
        refused = {demand for place in places for demand in place.refuses}
        params = {PARAMS[demand] for demand in signals.demands & refused if demand in PARAMS}
        return params.pop() if len(params) == 1 else None

    def _roster(self) -> Roster:
        """The candidates of the moment, put in order only when there is another list of them."""
        listed = self._candidates()
        if listed is not self._listed:
            self._listed, self._last_roster = listed, Roster(listed)
        return self._last_roster


def _tell(error: NoCandidateError, param: str | None) -> NobodyCanAnswerError:
    """What stands in the way, as the caller is told of it; `param` is what some model refuses."""
    message = str(error)
    if error.obstacle == "budget":
        return BudgetExhaustedError(message)
    if error.obstacle == "rest":
        return EverybodyRestsError(message, error.but_for)
    if error.obstacle == "window":
        return RequestTooLongError(message, param="messages")
    if error.obstacle == "abilities":
        return NobodyAbleError(message, param=param)
    return NobodyCanAnswerError(message)
