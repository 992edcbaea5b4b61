"""The decision itself: a pure function of policy, signals, caller, candidates and surroundings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from policies.bounds import Limits, gather_limits
from policies.decision import Arm, Plan, Reason, Rejected, Selected
from policies.errors import NoCandidateError, UnknownChoiceError
from policies.facts import Facts
from policies.findings import nearest
from policies.pools import Option, Pool, list_models, rank
from policies.rules import AUTO, NAMED, Policy, Rule, pool_of_one
from policies.scoring import expect_output_tokens
from policies.signals import ANY_LOCAL, HEALTHY, Caller, Candidate, Signals, Surroundings
from policies.splits import Draw, Side, draw


@dataclass(frozen=True, slots=True)
class _Course:
    """Where a request is to go, before any model was looked at."""

    rule: str
    stages: tuple[Pool, ...]
    prompt: str | None
    arms: tuple[Arm, ...] = ()
    propensity: float = 1.0
    is_diverted: bool = False
    """A split has already put another pool or model first."""
    reasons: tuple[Reason, ...] = ()


class _Seats(NamedTuple):
    """Who may answer, in order, and who may not."""

    selected: list[Selected]
    rejected: list[Rejected]
    pool: str
    propensity: float
    reasons: list[Reason]


def decide(
    policy: Policy,
    signals: Signals,
    caller: Caller,
    candidates: Sequence[Candidate],
    surroundings: Surroundings,
    requested: str = AUTO,
    *,
    thorough: bool = False,
) -> Plan:
    """Choose who answers and who stands behind them.

    The first rule whose condition holds names a pool; the pool's objective orders its eligible
    models, best first: the first is the primary and the others its fallbacks, and after them come
    the pools that stand behind. A caller who asks for a pool or a model by name gets that one; the
    limits of the policy's constraints and of the matching rule still hold for every model of the
    plan. `thorough` adds to the reasons why each earlier rule did not hold.

    Raises:
        NoCandidateError: nobody is eligible; carries why each one is not.
        UnknownChoiceError: `requested` is no model, pool or alias; suggests one.
    """
    by_name = {candidate.name: candidate for candidate in candidates}
    facts = Facts(signals, caller, surroundings, by_name, policy.members)
    at, rule = _first_that_holds(policy, facts)
    reasons = _rule_reasons(policy, at, facts, thorough=thorough)
    limits = _limit(policy, rule, facts, reasons)
    if requested == AUTO:
        course = _follow(policy, rule, facts)
    else:
        course = _obey(policy, rule, by_name, requested)
    reasons += course.reasons
    seats = _seat(policy, course, limits, facts, rule.terms.max_attempts)
    reasons += seats.reasons
    if not seats.selected:
        raise NoCandidateError(course.rule, course.stages[0].name, seats.rejected, reasons)
    primary, *fallbacks = seats.selected
    return Plan(
        rule=course.rule,
        pool=seats.pool,
        primary=primary,
        fallbacks=tuple(fallbacks),
        rejected=tuple(seats.rejected),
        reasons=tuple(reasons),
        arms=course.arms,
        prompt=course.prompt,
        terms=rule.terms,
        must_stay_local=limits.must_stay_local,
        propensity=course.propensity * seats.propensity,
        policy=policy.name,
        policy_version=policy.version,
    )


def _first_that_holds(policy: Policy, facts: Facts) -> tuple[int, Rule]:
    for at, rule in enumerate(policy.rules):
        if rule.condition.holds(facts):
            return at, rule
    return len(policy.rules) - 1, policy.rules[-1]


def _rule_reasons(policy: Policy, at: int, facts: Facts, *, thorough: bool) -> list[Reason]:
    earlier, rule = policy.rules[:at], policy.rules[at]
    reasons: list[Reason] = []
    if thorough:
        reasons = [
            Reason(f"rule '{each.name}'", False, (each.condition.explain(facts),))
            for each in earlier
        ]
    elif earlier:
        reasons.append(rule.passed_over)
    if at == len(policy.rules) - 1:
        reasons.append(Reason("no rule held, so the default decides", True))
    else:
        reasons.append(Reason(f"rule '{rule.name}'", True, (rule.condition.explain(facts),)))
    return reasons


def _limit(policy: Policy, rule: Rule, facts: Facts, reasons: list[Reason]) -> Limits:
    bounds = rule.bounds
    for constraint in policy.constraints:
        if constraint.condition.holds(facts):
            bounds = bounds.with_(constraint.bounds)
            why = constraint.condition.explain(facts)
            reasons.append(Reason(f"constraint '{constraint.name}'", True, (why,)))
    limits = gather_limits(
        bounds,
        facts.signals,
        must_stay_local=facts.caller.must_stay_local,
        headroom_tokens=policy.headroom_tokens,
        budget_left_usd=facts.around.budget_left_usd,
    )
    said = _say_limits(limits, facts.caller)
    if said:
        reasons.append(Reason(f"limits for every model of the plan: {said}"))
    return limits


def _say_limits(limits: Limits, caller: Caller) -> str:
    said: list[str] = []
    if limits.must_stay_local:
        said.append("stay in this house" + (" (the caller's wish)" * caller.must_stay_local))
    if limits.regions is not None:
        said.append(f"region {' or '.join(limits.regions) or 'none'}")
    if limits.needs:
        said.append(f"able to do {', '.join(sorted(limits.needs))}")
    return "; ".join(said)


def _follow(policy: Policy, rule: Rule, facts: Facts) -> _Course:
    """Go where the rule says, through the experiments that stand on the way."""
    course = _Course(rule.name, rule.stages, rule.prompt)
    if not rule.splits:
        return course
    moment = facts.around.now.isoformat()
    for split in rule.splits:
        course = _branch(policy, course, draw(split, facts.caller, moment))
    return course


def _branch(policy: Policy, course: _Course, drawn: Draw) -> _Course:
    """Put the caller on the side where the split dealt them."""
    split, side = drawn.split, drawn.side
    if side is None:
        said = f"split '{split.name}': not among its {split.traffic:.4g} share of the traffic"
        reason = Reason(said, False)
        return replace(course, reasons=(*course.reasons, reason))
    sticks = f"by {split.by}" if drawn.is_sticky else f"by the moment, as no {split.by} came along"
    reason = Reason(f"split '{split.name}': side '{side.name}' at {drawn.place:.4f} {sticks}", True)
    changed = replace(
        course,
        arms=(*course.arms, Arm(split.name, side.name, drawn.place)),
        prompt=side.prompt or course.prompt,
        propensity=course.propensity * _chance(split.sides, side.use),
        reasons=(*course.reasons, reason),
    )
    if side.use is None or course.is_diverted:
        return changed
    own = course.stages[0]
    first = policy.pools.get(side.use) or Pool(name=own.name, models=(side.use,))
    return replace(changed, stages=(first, *course.stages), is_diverted=True)


def _chance(sides: Iterable[Side], use: str | None) -> float:
    """Give the share of all sides that send users to the same place."""
    return sum(side.share for side in sides if side.use == use)


def _obey(policy: Policy, rule: Rule, by_name: Mapping[str, Candidate], requested: str) -> _Course:
    """Go where the caller says: an alias, a pool, or a model and its own fallbacks."""
    name = policy.aliases.get(requested, requested)
    if name == AUTO:
        return _Course(rule.name, rule.stages, rule.prompt)
    if name in policy.pools:
        said = Reason(f"the caller asked for pool '{requested}'", True)
        return _Course(NAMED, policy.pool_stages[name], rule.prompt, reasons=(said,))
    if name in by_name:
        said = Reason(f"the caller asked for model '{requested}'", True)
        stages = (pool_of_one(name), *policy.model_fallbacks.get(name, ()))
        return _Course(NAMED, stages, None, reasons=(said,))
    known = {AUTO, *policy.pools, *policy.aliases, *by_name}
    raise UnknownChoiceError(requested, nearest(requested, known))


def _seat(policy: Policy, course: _Course, limits: Limits, facts: Facts, room: int) -> _Seats:
    """Ask the models stage by stage: hard limits first, then the pool's own wishes.

    No more models are taken than there may be attempts.
    """
    refusals: dict[str, str] = {}
    options: dict[str, Option] = {}
    selected: list[Selected] = []
    taken: set[str] = set()
    pool, propensity = course.stages[0].name, 1.0
    reasons: list[Reason] = []
    for stage in course.stages:
        if len(selected) >= room:
            break
        names = list_models(stage, facts.candidates)
        _look_at(names, policy, limits, facts, refusals, options)
        open_ = [options[name] for name in names if name in options and name not in taken]
        ranking = rank(stage, open_, _unit(stage, facts), room - len(selected))
        for each in ranking.rejected:
            refusals[each.model] = each.why
        if not ranking.selected:
            reasons.append(Reason(f"pool '{stage.name}' has nobody else who may answer", False))
            continue
        if not selected:
            pool, propensity = stage.name, ranking.propensity
            reasons.append(Reason(f"pool '{stage.name}', {_WORDS[stage.objective]}", True))
        selected += ranking.selected
        taken.update([each.model for each in ranking.selected])
    rejected = [Rejected(name, why) for name, why in refusals.items() if name not in taken]
    return _Seats(selected, rejected, pool, propensity, reasons)


_WORDS = {
    "best": "the best first",
    "cheapest": "the cheapest first",
    "fastest": "the fastest first",
    "weighted": "drawn by weight",
    "ordered": "in the order written",
}


def _look_at(
    names: Sequence[str],
    policy: Policy,
    limits: Limits,
    facts: Facts,
    refusals: dict[str, str],
    options: dict[str, Option],
) -> None:
    """Ask every model that was not asked yet whether it may answer at all."""
    signals = facts.signals
    for name in names:
        if name in refusals or name in options:
            continue
        candidate = facts.candidates.get(name)
        if candidate is None:
            refusals[name] = (
                "no model runs in this house"
                if name == ANY_LOCAL
                else "no model of that name is configured"
            )
            continue
        option = Option(
            candidate,
            facts.around.health.get(name, HEALTHY),
            signals.expected_quality.get(name, candidate.quality),
            signals.prompt_tokens,
            expect_output_tokens(signals, candidate, policy.answer_tokens),
        )
        why = limits.refuse(option)
        if why:
            refusals[name] = why
        else:
            options[name] = option


def _unit(pool: Pool, facts: Facts) -> str:
    """Give what a weighted draw sticks to: the user, else the session, else the moment."""
    if pool.objective != "weighted":
        return ""
    caller = facts.caller
    return caller.user or caller.session or f"moment {facts.around.now.isoformat()}"
