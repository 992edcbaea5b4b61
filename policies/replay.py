"""What another policy would have decided about requests of the past, and what it would have cost.

Deciding is pure, so the logged signals, caller and moment are enough. Costs are counted from the
tokens that were recorded: exact where the model stays the same, and an estimate where it changes,
since another model writes answers of another length. Model health at the time is taken from the log
where it was kept, else every model counts as healthy.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from policies.engine import decide
from policies.errors import NoCandidateError, UnknownChoiceError
from policies.rules import AUTO, Policy
from policies.scoring import estimate_usd
from policies.signals import Caller, Candidate, ModelHealth, Signals, Surroundings

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """One request of the past, as the ledger knows it."""

    request_id: str
    signals: Signals
    caller: Caller
    now: datetime.datetime
    requested: str = AUTO
    model: str
    """Who answered."""
    rule: str = ""
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal | None
    """None: unknown."""
    health: Mapping[str, ModelHealth] = field(default_factory=lambda: MappingProxyType({}))
    budget_left_usd: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A request that would have gone elsewhere."""

    request_id: str
    model_before: str
    model_after: str
    """Empty when nobody could have answered."""
    rule_before: str
    rule_after: str
    cost_before_usd: Decimal | None
    cost_after_usd: Decimal | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a replay found. Costs count only requests whose cost is known on both sides."""

    policy: str
    policy_version: str
    requests: int
    changes: tuple[Change, ...]
    refused: int
    """Requests that nobody could have answered."""
    compared: int
    """Requests whose cost is known on both sides."""
    cost_before_usd: Decimal
    cost_after_usd: Decimal
    models_before: Mapping[str, int]
    models_after: Mapping[str, int]

    @property
    def delta_usd(self) -> Decimal:
        """After less before: below zero, money would have been saved."""
        return self.cost_after_usd - self.cost_before_usd

    @property
    def unknown(self) -> int:
        """Answered requests that the costs leave out, because a price is unknown."""
        return self.requests - self.refused - self.compared


def replay(
    policy: Policy, log: Iterable[LoggedRequest], candidates: Sequence[Candidate]
) -> Comparison:
    """Decide every logged request again under `policy` and compare."""
    by_name = {candidate.name: candidate for candidate in candidates}
    results = [_again(policy, each, candidates, by_name) for each in log]
    known = [
        (one.cost_before_usd, one.cost_after_usd)
        for one in results
        if one.model_after and one.cost_before_usd is not None and one.cost_after_usd is not None
    ]
    return Comparison(
        policy=policy.name,
        policy_version=policy.version,
        requests=len(results),
        changes=tuple(one for one in results if one.model_before != one.model_after),
        refused=sum(1 for one in results if not one.model_after),
        compared=len(known),
        cost_before_usd=sum((before for before, _ in known), _ZERO),
        cost_after_usd=sum((after for _, after in known), _ZERO),
        models_before=Counter(one.model_before for one in results),
        models_after=Counter(one.model_after for one in results if one.model_after),
    )


def _again(
    policy: Policy,
    logged: LoggedRequest,
    candidates: Sequence[Candidate],
    by_name: Mapping[str, Candidate],
) -> Change:
    around = Surroundings(
        now=logged.now, health=logged.health, budget_left_usd=logged.budget_left_usd
    )
    model, rule, why = "", "", ""
    try:
        plan = decide(policy, logged.signals, logged.caller, candidates, around, logged.requested)
        model, rule = plan.primary.model, plan.rule
        why = plan.primary.why
    except (NoCandidateError, UnknownChoiceError) as error:
        why = str(error)
    return Change(
        request_id=logged.request_id,
        model_before=logged.model,
        model_after=model,
        rule_before=logged.rule,
        rule_after=rule,
        cost_before_usd=logged.cost_usd,
        cost_after_usd=_cost(logged, model, by_name),
        why=why,
    )


def _cost(logged: LoggedRequest, model: str, by_name: Mapping[str, Candidate]) -> Decimal | None:
    if model == logged.model:
        return logged.cost_usd
    if model not in by_name:
        return None
    return estimate_usd(by_name[model], logged.input_tokens, logged.output_tokens)
