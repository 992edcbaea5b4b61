"""Finds limits that limit nothing, and limits that nobody can meet."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from policies.bounds import UNBOUND, Bounds, Limits
from policies.findings import Finding, Severity, did_you_mean
from policies.lint_findings import Models, find, list_regions, rule_path, say_refusals
from policies.lint_fit import limit_demand, refuse
from policies.located import Path
from policies.logic import Logic, UndecidedError
from policies.pools import list_models
from policies.rules import Constraint, Policy, Rule, resolve
from policies.signals import Candidate, Signals


def lint_limits(policy: Policy, models: Models, logic: Logic) -> Iterator[Finding]:
    """Give what is wrong with the limits of constraints and rules."""
    yield from _words(policy, models)
    told: set[str] = set()
    for at, constraint in enumerate(policy.constraints):
        where: Path = ("constraints", at)
        if constraint.bounds is UNBOUND:
            message = f"constraint '{constraint.name}' limits nothing."
            mend = "Add `must_stay_local: true`, `region:` or `needs:`, or remove it."
            yield find(policy, "error", "no-limit", where, message, mend)
        else:
            found = list(_constraint(policy, models, logic, at))
            told |= {constraint.name for _ in found}
            yield from found
    for at, rule in enumerate(policy.rules):
        apart = list(_together(policy, rule, rule_path(policy, at), logic))
        yield from apart
        holding = [each for each in policy.constraints if _holds_there(logic, each, rule)]
        if not apart and told.isdisjoint(each.name for each in holding):
            yield from _refused(policy, rule, rule_path(policy, at), models, logic, holding)


def _words(policy: Policy, models: Models) -> Iterator[Finding]:
    """Find regions and abilities that no configured model has."""
    regions = list_regions(models)
    abilities = {ability for each in models.values() for ability in each.abilities}
    places: list[tuple[Path, str, Bounds]] = [
        *(
            (("constraints", at), f"constraint '{each.name}'", each.bounds)
            for at, each in enumerate(policy.constraints)
        ),
        *(
            (rule_path(policy, at), f"rule '{each.name}'", each.bounds)
            for at, each in enumerate(policy.rules)
        ),
    ]
    for where, who, bounds in places:
        for word in bounds.regions or ():
            if word not in regions:
                message = f"{who} allows region '{word}', and no model is there."
                yield _unknown(policy, (*where, "region"), message, word, regions)
        for word in sorted(bounds.needs - abilities):
            message = f"{who} needs '{word}', which no model can do."
            yield _unknown(policy, (*where, "needs"), message, word, abilities)


def _unknown(
    policy: Policy, where: Path, message: str, word: str, known: Collection[str]
) -> Finding:
    """A word that differs from a known one in its case only is a slip; others may be for later."""
    is_slip = word.lower() in {each.lower() for each in known}
    severity: Severity = "error" if is_slip else "warning"
    return find(policy, severity, "unknown-limit", where, message, did_you_mean(word, known))


def _constraint(policy: Policy, models: Models, logic: Logic, at: int) -> Iterator[Finding]:
    constraint, where = policy.constraints[at], ("constraints", at)
    for other in policy.constraints[:at]:
        for one, covered in ((other, constraint), (constraint, other)):
            if _apart(one.bounds, covered.bounds) and _covers(logic, one, covered):
                message = (
                    f"constraints '{other.name}' and '{constraint.name}' leave no region to "
                    f"requests that match both: {_regions(other)} and {_regions(constraint)}."
                )
                mend = (
                    "Only local models could answer. Narrow one `when`, or write one `region` list."
                )
                yield find(policy, "error", "no-region", where, message, mend)
                break
    limited = [rule for rule in policy.rules if _meets(logic, constraint, rule)]
    if not limited:
        return
    reasons: dict[str, str] = {}
    for rule in limited:
        limits = _limits(constraint.bounds.with_(rule.bounds))
        for each in _behind(policy, rule, models):
            why = refuse(limits, each)
            if not why:
                return
            reasons.setdefault(each.name, why)
    if reasons:
        message = (
            f"no model of any rule meets constraint '{constraint.name}': every request that it "
            f"matches is refused ({say_refusals(reasons)})."
        )
        mend = "Put a model that meets it behind a rule, such as the pool `local`."
        yield find(policy, "error", "unmet", where, message, mend)


def _together(policy: Policy, rule: Rule, where: Path, logic: Logic) -> Iterator[Finding]:
    """Find rules whose regions and those of a constraint that always holds there exclude each other."""
    for constraint in policy.constraints:
        if not _apart(rule.bounds, constraint.bounds):
            continue
        if _holds_there(logic, constraint, rule):
            message = (
                f"rule '{rule.name}' and constraint '{constraint.name}', which always holds there, "
                f"leave no region: {' or '.join(rule.bounds.regions or ())} and "
                f"{_regions(constraint)}."
            )
            mend = "Only local models could answer. Change one of the two."
            yield find(policy, "error", "no-region", where, message, mend)


def _refused(
    policy: Policy,
    rule: Rule,
    where: Path,
    models: Models,
    logic: Logic,
    holding: Sequence[Constraint],
) -> Iterator[Finding]:
    """Find rules that constraints which always hold there leave nobody to answer."""
    demands, behind = logic.list_demands(rule.condition), _behind(policy, rule, models)

    def keep_out(constraints: Sequence[Constraint]) -> dict[str, str]:
        """Say why each model is kept out; nothing where one is not."""
        bounds = rule.bounds
        for each in constraints:
            bounds = bounds.with_(each.bounds)
        cases = [limit_demand(policy, bounds, each) for each in demands]
        whys = {model.name: [refuse(each, model) for each in cases] for model in behind}
        if any("" in why for why in whys.values()):
            return {}
        return {name: why[0] for name, why in whys.items()}

    if not demands or not holding or keep_out(()):
        return  # its own limits are told of already
    enough = next(([each] for each in holding if keep_out([each])), holding)
    if reasons := keep_out(enough):
        names = " and ".join(f"'{each.name}'" for each in enough)
        who = f"constraint {names} always holds there"
        if len(enough) > 1:
            who = f"constraints {names} always hold there"
        message = (
            f"rule '{rule.name}' can only refuse: {who}, and no model behind the rule meets it "
            f"({say_refusals(reasons)})."
        )
        mend = (
            "Put a model that meets it behind the rule, or give the constraint a narrower `when`."
        )
        yield find(policy, "error", "unmet", where, message, mend)


def _holds_there(logic: Logic, constraint: Constraint, rule: Rule) -> bool:
    """Whether the constraint holds for every request of the rule."""
    try:
        return logic.is_covered(rule.condition, [constraint.condition])
    except UndecidedError:
        return False


def _apart(one: Bounds, other: Bounds) -> bool:
    """Whether two limits leave no region together."""
    if one.regions is None or other.regions is None:
        return False
    return set(one.regions).isdisjoint(other.regions)


def _regions(constraint: Constraint) -> str:
    return " or ".join(constraint.bounds.regions or ())


def _covers(logic: Logic, one: Constraint, covered: Constraint) -> bool:
    try:
        return logic.is_covered(covered.condition, [one.condition])
    except UndecidedError:
        return False


def _meets(logic: Logic, constraint: Constraint, rule: Rule) -> bool:
    """Whether a request of the rule may match the constraint."""
    try:
        return not logic.never_holds(constraint.condition, rule.condition)
    except UndecidedError:
        return True


def _limits(bounds: Bounds) -> Limits:
    return Limits(
        must_stay_local=bounds.must_stay_local,
        regions=bounds.regions,
        needs=bounds.needs,
        signals=Signals(),
        answer_tokens=0,
        headroom_tokens=0,
        budget_left_usd=None,
    )


def _behind(policy: Policy, rule: Rule, models: Models) -> Sequence[Candidate]:
    names = [name for stage in rule.stages for name in list_models(stage, models)]
    sides = [side.use for split in rule.splits for side in split.sides if side.use is not None]
    names += [name for use in sides for name in list_models(resolve(use, policy.pools), models)]
    return [models[name] for name in dict.fromkeys(names) if name in models]
