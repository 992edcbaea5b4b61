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
from policies.decision import Arm, Cascade, Plan, Reason, Rejected, Selected
from policies.errors import NoCandidateError, UnknownChoiceError
from policies.facts import Facts
from policies.findings import nearest
from policies.pools import (
    NOBODY_RANKED,
    Option,
    Pool,
    Way,
    by_price,
    by_quality,
    order_by_price,
    rank,
)
from policies.roster import Lineup, Price, Remembered, Roster, roster_of
from policies.rules import AUTO, NAMED, Policy, Rule, pool_of_one
from policies.scoring import expect_output_tokens, show_usd
from policies.seating import look_at, unit_of
from policies.signals import Caller, Candidate, Signals, Surroundings
from policies.splits import Draw, Side, draw
from policies.splits import unit_of as unit_of_split

_SEVERAL = Reason("cascade: several answers are wanted (`n`), so none is judged", False)


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
    way: Way | None = None
    """What is known of the stages beforehand; None where the caller named them."""


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
    if requested == AUTO:
        course = _follow(rule, facts)
    else:
        course = _obey(policy, rule, roster, requested)
    if course.trial is not None and signals.answers > 1:
        course = replace(course, trial=None, reasons=(*course.reasons, _SEVERAL))
    reasons += course.reasons
    if signals.prompts:
        limits = limits.beside(course.prompt)
    seats = _seat(policy, course, limits, facts, roster, rule.terms.max_attempts)
    reasons += seats.reasons
    if not seats.selected:
        found = _find_obstacle(policy, rule, course, limits, facts, roster)
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
    return _Course(rule.name, rule.stages, rule.prompt, trial=rule.trial, way=rule.way)


def _branch(rule: Rule, course: _Course, drawn: Draw) -> _Course:
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
    way = rule.detours[split.name, side.name]
    return replace(changed, stages=way.stages, way=way, is_diverted=True, trial=None)


def _chance(sides: Iterable[Side], use: str | None) -> float:
    """Give the share of all sides that send users to the same place."""
    return sum(side.share for side in sides if side.use == use)


def _obey(policy: Policy, rule: Rule, by_name: Mapping[str, Candidate], requested: str) -> _Course:
    """Go where the caller says: an alias, a pool, or a model and its own fallbacks."""
    name = policy.aliases.get(requested, requested)
    if name == AUTO:
        return _start(rule)
    if name in policy.pools:
        said = Reason(f"the caller asked for pool '{requested}'", True)
        return _Course(NAMED, policy.pool_stages[name], rule.prompt, reasons=(said,))
    if name in by_name:
        said = Reason(f"the caller asked for model '{requested}'", True)
        stages = (pool_of_one(name), *policy.model_fallbacks.get(name, ()))
        return _Course(NAMED, stages, None, reasons=(said,))
    known = {AUTO, *policy.pools, *policy.aliases, *by_name}
    raise UnknownChoiceError(requested, nearest(requested, known))


def _seat(
    policy: Policy, course: _Course, limits: Limits, facts: Facts, roster: Roster, room: int
) -> Lineup:
    """Give who may answer and in which order; where only price and quality are new, only those are told anew."""
    way = course.way
    if (
        way is None
        or not way.is_steady
        or limits.budget_left_usd is not None
        or ((way.by_quality or way.with_floor) and not _is_as_usual(policy, facts.signals, roster))
    ):
        return _ask_all(policy, course, limits, facts, roster, room)
    seatings = roster.seatings(facts.around.health)
    key = (
        id(way),
        course.trial is None,
        limits.must_stay_local,
        limits.regions,
        limits.needs,
        limits.demands,
        _fall_short(way, facts, roster),
        _line_up(policy, way, limits, facts, roster),
    )
    known = seatings.get(key)
    narrowest = _narrowest(course, roster) if known is None else known.narrowest
    signals = facts.signals
    most = max(
        [each for _, each in signals.tokens_by_family.values()], default=signals.prompt_tokens
    )
    added = max([each for _, each in limits.added.values()], default=0) if limits.added else 0
    if limits.window_for(most, added, limits.answer_tokens) > narrowest:
        return _ask_all(policy, course, limits, facts, roster, room)
    if known is None:
        seats = _ask_all(policy, course, limits, facts, roster, room)
        seatings[key] = Remembered(way, narrowest, seats)
        return seats
    seats = known.lineup
    return replace(
        seats,
        selected=tuple(
            [_tell_anew(each, seats, limits, facts, policy, roster) for each in seats.selected]
        ),
    )


def _fall_short(way: Way, facts: Facts, roster: Roster) -> int | None:
    """Give the hundredth of difficulty at which some model is below its pool's floor; None where none is.

    Models that are as good as their cards say are equally good on every request of that hundredth.
    """
    for pool in way.with_floor:
        for name in roster.bench_of(pool).able:
            if (facts.quality_of(name) or 0.0) < (pool.quality_floor or 0.0):
                return round(100 * facts.signals.difficulty)
    return None


def _line_up(
    policy: Policy, way: Way, limits: Limits, facts: Facts, roster: Roster
) -> tuple[str, ...]:
    """Give the models of every pool that puts the cheapest first in the order of this request's prices,
    whether they may answer or not."""
    names: list[str] = []
    for pool in way.by_price:
        able = roster.bench_of(pool).able
        if len(able) > 1:
            usd = {name: _price(name, limits, facts, policy, roster).usd for name in able}
            names += order_by_price(usd)
    return tuple(names)


def _find_obstacle(
    policy: Policy, rule: Rule, course: _Course, limits: Limits, facts: Facts, roster: Roster
) -> tuple[Obstacle | None, list[str]]:
    """Give what keeps everybody from answering although it could go away, and who would answer then.

    What goes away soonest is thought away first, and stays so: with the last one lifted somebody
    would answer, and without it nobody, whatever became of the others.
    """
    for obstacle in OBSTACLES:
        limits = limits.without(obstacle)
        seats = _ask_all(policy, course, limits, facts, roster, rule.terms.max_attempts)
        if seats.selected:
            return obstacle, [each.model for each in seats.selected]
    return None, []


def _is_as_usual(policy: Policy, signals: Signals, roster: Roster) -> bool:
    """Whether models are expected to be worth what their cards say: then no difficulty changes their order."""
    expected = signals.expected_quality
    return not (expected or signals.learned_odds) or expected is roster.expect(
        policy.weighed, signals.difficulty
    )


def _narrowest(course: _Course, roster: Roster) -> int:
    """Give how many tokens fit into the window of every model that may be looked at."""
    names = {name for stage in course.stages for name in roster.bench_of(stage).able}
    return min([roster[name].window_tokens for name in names], default=0)


def _price(name: str, limits: Limits, facts: Facts, policy: Policy, roster: Roster) -> Price:
    """Give what the request would cost with this model, where it may be asked."""
    model, signals = limits.price(roster[name]), facts.signals
    output_tokens = expect_output_tokens(signals, model, policy.answer_tokens)
    return roster.price_of(model, limits.tokens_for(model.family), output_tokens)


def _tell_anew(
    before: Selected, lineup: Lineup, limits: Limits, facts: Facts, policy: Policy, roster: Roster
) -> Selected:
    """Give the same choice with this request's price, and its quality where that decided."""
    name = before.model
    usd, shown = _price(name, limits, facts, policy, roster)
    if pool := lineup.by_price.get(name):
        return by_price(pool, before, usd, shown)
    if pool := lineup.by_quality.get(name):
        quality = facts.quality_of(name)
        if quality is not None:
            return by_quality(pool, before, quality, shown)
    return Selected(model=name, score=before.score, why=before.why, estimated_usd=shown)


def _ask_all(
    policy: Policy, course: _Course, limits: Limits, facts: Facts, roster: Roster, room: int
) -> Lineup:
    """Ask the models stage by stage: hard limits first, then the pool's own wishes.

    No more models are taken than there may be attempts. Of those beyond nothing else is asked.
    """
    refusals: dict[str, Rejected] = {}
    beyond: list[str] = []
    options: dict[str, Option] = {}
    selected: list[Selected] = []
    taken: set[str] = set()
    pool, propensity = course.stages[0].name, 1.0
    reasons: list[Reason] = []
    first: list[str] = []
    decided: dict[str, dict[str, Pool]] = {"best": {}, "cheapest": {}}
    for at, stage in enumerate(course.stages):
        bench = roster.bench_of(stage)
        left = room - len(selected)
        if left <= 0:
            refusals.update(bench.never)
            beyond += bench.able
            continue
        look_at(bench, policy.answer_tokens, limits, facts, refusals, options)
        open_ = [options[name] for name in bench.able if name in options and name not in taken]
        if at == 0 and course.trial is not None:
            # Who answers when the first answer fails needs places too.
            left = max(1, room // 2)
        ranking = rank(stage, open_, unit_of(stage, facts), left) if open_ else NOBODY_RANKED
        for each in ranking.rejected:
            refusals[each.model] = each
        beyond += ranking.beyond
        if not ranking.selected:
            reasons.append(stage.has_nobody_else)
            continue
        if not selected:
            pool, propensity = stage.name, ranking.propensity
            reasons.append(stage.comes_first)
        selected += ranking.selected
        names = [each.model for each in ranking.selected]
        taken.update(names)
        if stage.objective in decided:
            decided[stage.objective].update(dict.fromkeys(names, stage))
        if at == 0:
            first = names
    if beyond:
        uncalled = roster.uncalled(room)
        refusals = {name: uncalled[name] for name in beyond} | refusals
    rejected = tuple([each for name, each in refusals.items() if name not in taken])
    return Lineup(
        tuple(selected),
        rejected,
        pool,
        propensity,
        tuple(reasons),
        tuple(first),
        decided["best"],
        decided["cheapest"],
    )
