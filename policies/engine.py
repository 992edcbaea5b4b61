"""The decision itself: a pure function of policy, signals, caller, candidates and surroundings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from policies.asides import Trial
from policies.bounds import (
    NOTHING_EARLIER,
    OBSTACLES,
    UNBOUND,
    Bounds,
    Earlier,
    Limits,
    Obstacle,
    gather_limits,
)
from policies.cascading import plan_cascade
from policies.decision import Arm, Cascade, Plan, Reason
from policies.errors import NoCandidateError, UnknownChoiceError
from policies.facts import Facts
from policies.findings import nearest
from policies.pools import Pool
from policies.roster import Roster, roster_of
from policies.rules import AUTO, NAMED, Policy, Rule, pool_of_one
from policies.scoring import show_usd
from policies.seating import Lineup, line_up
from policies.signals import Caller, Candidate, Signals, Surroundings
from policies.splits import Draw, draw
from policies.splits import unit_of as unit_of_split

_SEVERAL = Reason("cascade: several answers are wanted (`n`), so none is judged", False)
_ELSEWHERE = Reason("cascade: a split sends the request elsewhere, so none is judged", False)


class _Course(msgspec.Struct, frozen=True):
    """Where a request is to go, before any model was looked at."""

    rule: str
    stages: tuple[Pool, ...]
    prompt: str | None
    arms: tuple[Arm, ...] = ()
    propensity: float = 1.0
    is_diverted: bool = False
    """A split has already put another pool or model first."""
    reasons: tuple[Reason, ...] = ()
    trial: Trial | None = None
    """How the first pool's answers are judged; None where they are not."""


def decide(
    policy: Policy,
    signals: Signals,
    caller: Caller,
    candidates: Sequence[Candidate] | Roster,
    surroundings: Surroundings,
    requested: str = AUTO,
    *,
    thorough: bool = False,
    also: Earlier = NOTHING_EARLIER,
) -> Plan:
    """Choose who answers and who stands behind them.

    The first rule whose condition holds names a pool; the pool's objective orders its eligible
    models, best first: the first is the primary and the others its fallbacks, and after them come
    the pools that stand behind. A caller who asks for a pool or a model by name gets that one; the
    limits of the policy's constraints and of the matching rule still hold for every model of the
    plan, and so does what is in `also`. `thorough` adds to the reasons why each earlier rule did not
    hold. A roster saves whoever decides often the work of making one.

    Raises:
        NoCandidateError: nobody is eligible; carries why each one is not.
        UnknownChoiceError: `requested` is no model, pool or alias; suggests one.
    """
    roster = roster_of(candidates)
    facts = Facts(signals, caller, surroundings, roster, policy.members)
    at, rule = first_that_holds(policy, facts)
    reasons = _rule_reasons(policy, at, facts, thorough=thorough)
    limits = limit(policy, rule, facts, reasons, also)
    called = policy.what_is_called(requested)
    if called == AUTO:
        course = _follow(rule, facts)
    else:
        course = _obey(policy, rule, roster, requested, called)
    if course.trial is not None and signals.answers > 1:
        course = replace(course, trial=None, reasons=(*course.reasons, _SEVERAL))
    reasons += course.reasons
    if signals.prompts:
        limits = limits.beside(course.prompt)
    seats = _seat(policy, rule, course, limits, facts)
    reasons += seats.reasons
    if not seats.selected:
        found = _find_obstacle(policy, rule, course, limits, facts)
        raise _nobody(course, seats, limits, reasons, *found)
    cascade = None
    if course.trial is not None:
        cascade, said = _judge(policy, course.trial, seats, limits, facts)
        reasons += said
    reasons += _left_out(seats, cascade, limits, roster)
    return Plan(
        rule=course.rule,
        pool=seats.pool,
        primary=seats.selected[0],
        fallbacks=seats.selected[1:],
        rejected=seats.rejected,
        reasons=tuple(reasons),
        arms=course.arms,
        prompt=course.prompt,
        terms=rule.terms,
        must_stay_local=limits.must_stay_local,
        regions=limits.regions,
        propensity=course.propensity * seats.propensity,
        policy=policy.name,
        policy_version=policy.version,
        cascade=cascade,
    )


def _nobody(
    course: _Course,
    seats: Lineup,
    limits: Limits,
    reasons: Sequence[Reason],
    obstacle: Obstacle | None,
    but_for: Sequence[str],
) -> NoCandidateError:
    """Give the refusal of a request that nobody may answer."""
    return NoCandidateError(
        course.rule,
        course.stages[0].name,
        seats.rejected,
        reasons,
        must_stay_local=limits.must_stay_local,
        obstacle=obstacle,
        but_for=but_for,
    )


def _judge(
    policy: Policy, trial: Trial, seats: Lineup, limits: Limits, facts: Facts
) -> tuple[Cascade | None, list[Reason]]:
    """Give how the first pool's answers are judged, where they are, and why they are not."""
    return plan_cascade(
        trial,
        seats.first,
        has_others=len(seats.selected) > len(seats.first),
        limits=limits,
        facts=facts,
        answer_tokens=policy.answer_tokens,
    )


def _left_out(
    seats: Lineup, cascade: Cascade | None, limits: Limits, roster: Roster
) -> tuple[Reason, ...]:
    """Give which deployments of the plan's models the limits leave out."""
    if not limits.leave_sites_out:
        return ()
    chosen = list(seats.selected)
    if cascade is not None:
        chosen += [each for judge in cascade.judges for each in judge.models]
    return say_left_out([each.model for each in chosen], limits, roster)


def say_left_out(
    models: Iterable[str], limits: Limits, candidates: Mapping[str, Candidate]
) -> tuple[Reason, ...]:
    """Give which deployments of these models may not be called under the limits, and why."""
    names = dict.fromkeys(models)
    out = [reason for name in names for reason in limits.left_out(candidates[name])]
    return (Reason("never called, being outside the limits", None, tuple(out)),) if out else ()


def first_that_holds(policy: Policy, facts: Facts) -> tuple[int, Rule]:
    at = policy.first_that_holds(facts)
    return at, policy.rules[at]


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


def constrain(policy: Policy, facts: Facts, reasons: list[Reason]) -> Bounds:
    """Give what the policy's constraints ask for, and add which of them hold to the reasons."""
    bounds = UNBOUND
    for at in policy.constraints_that_hold(facts):
        constraint = policy.constraints[at]
        bounds = constraint.bounds.with_(bounds)
        why = constraint.condition.explain(facts)
        reasons.append(Reason(f"constraint '{constraint.name}'", True, (why,)))
    return bounds


def limit(
    policy: Policy,
    rule: Rule,
    facts: Facts,
    reasons: list[Reason],
    also: Earlier = NOTHING_EARLIER,
) -> Limits:
    """Give the hard limits on the request, and add them to the reasons."""
    bounds = rule.bounds.with_(constrain(policy, facts, reasons)).with_(also.bounds)
    reasons += also.beside(reasons)
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
    if limits.budget_left_usd is not None:
        said.append(f"${show_usd(limits.budget_left_usd)} left of the budget")
    return "; ".join(said)


def _follow(rule: Rule, facts: Facts) -> _Course:
    """Go where the rule says, through the experiments that stand on the way."""
    course = _start(rule)
    for split in rule.splits:
        moment = "" if unit_of_split(split.by, facts.caller) else facts.around.now.isoformat()
        course = _branch(rule, course, draw(split, facts.caller, moment))
    return course


def _start(rule: Rule) -> _Course:
    return _Course(rule.name, rule.stages, rule.prompt, trial=rule.trial)


def _branch(rule: Rule, course: _Course, drawn: Draw) -> _Course:
    """Put the caller on the side where the split dealt them."""
    split, side = drawn.split, drawn.side
    if side is None:
        said = f"split '{split.name}': not among its {split.traffic:.4g} share of the traffic"
        reason = Reason(said, False)
        return replace(course, reasons=(*course.reasons, reason))
    sticks = f"by {split.by}" if drawn.is_sticky else f"by the moment, as no {split.by} came along"
    reason = Reason(f"split '{split.name}': side '{side.name}' at {drawn.place:.4f} {sticks}", True)
    is_first = side.use is not None and not course.is_diverted
    # An arm that names the rule's own pool sends nobody elsewhere.
    is_elsewhere = is_first and side.use != rule.stages[0].name
    unjudged = [_ELSEWHERE] if is_elsewhere and course.trial is not None else []
    return _Course(
        rule=course.rule,
        stages=rule.detours[split.name, side.name] if is_first else course.stages,
        prompt=side.prompt or course.prompt,
        arms=(*course.arms, Arm(split.name, side.name, drawn.place)),
        propensity=course.propensity * split.chance(side),
        is_diverted=course.is_diverted or is_first,
        reasons=(*course.reasons, reason, *unjudged),
        trial=None if is_elsewhere else course.trial,
    )


def _obey(
    policy: Policy, rule: Rule, by_name: Mapping[str, Candidate], requested: str, name: str
) -> _Course:
    """Go where the caller says: a pool, or a model and its own fallbacks. `name` is what an alias stands for."""
    if name in policy.pools:
        said = Reason(f"the caller asked for pool '{requested}'", True)
        return _Course(NAMED, policy.pool_stages[name], rule.prompt, reasons=(said,))
    if name in by_name:
        said = Reason(f"the caller asked for model '{requested}'", True)
        stages = (pool_of_one(name), *policy.model_fallbacks.get(name, ()))
        return _Course(NAMED, stages, None, reasons=(said,))
    known = {AUTO, *policy.pools, *policy.aliases, *by_name}
    raise UnknownChoiceError(requested, nearest(requested, known))


def _seat(policy: Policy, rule: Rule, course: _Course, limits: Limits, facts: Facts) -> Lineup:
    """Give who may answer and in which order."""
    return line_up(
        course.stages,
        limits,
        facts,
        policy.answer_tokens,
        rule.terms.max_attempts,
        is_judged=course.trial is not None,
        is_named=course.rule == NAMED,
    )


def _find_obstacle(
    policy: Policy, rule: Rule, course: _Course, limits: Limits, facts: Facts
) -> tuple[Obstacle | None, list[str]]:
    """Give what keeps everybody from answering although it could go away, and who would answer then.

    What goes away soonest is thought away first, and stays so: with the last one lifted somebody
    would answer, and without it nobody, whatever became of the others.
    """
    for obstacle in OBSTACLES:
        limits = limits.without(obstacle)
        seats = _seat(policy, rule, course, limits, facts)
        if seats.selected:
            return obstacle, [each.model for each in seats.selected]
    return None, []
