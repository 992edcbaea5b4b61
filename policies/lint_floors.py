"""Finds quality floors that nobody reaches: never, on a rule's requests, or on the hardest of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from policies.findings import Finding, Severity
from policies.lint_findings import Models, find, rule_path
from policies.logic import Logic
from policies.pools import Pool, list_models
from policies.rules import Policy, Rule
from policies.scoring import USUAL_DIFFICULTY, expect_quality
from policies.signals import Candidate

_HUNDREDTHS = range(100, -1, -1)


def lint_floors(policy: Policy, models: Models, logic: Logic) -> Iterator[Finding]:
    """Give the pools and rules whose floors keep out every model, and when."""
    for pool in policy.pools.values():
        yield from _pool(policy, pool, _known(pool, models))
    for at, rule in enumerate(policy.rules):
        earlier = [each.condition for each in policy.rules[:at]]
        span = logic.span("difficulty", rule.condition, earlier)
        if span is not None:
            yield from _rule(policy, at, models, *span)


def _known(pool: Pool, models: Models) -> list[Candidate]:
    return [models[name] for name in list_models(pool, models) if name in models]


def _reaches(pool: Pool, group: Collection[Candidate], difficulty: float) -> bool:
    floor = pool.quality_floor or 0.0
    return any(expect_quality(each.quality, difficulty) >= floor for each in group)


def _pool(policy: Policy, pool: Pool, known: Collection[Candidate]) -> Iterator[Finding]:
    """Find pools that take nobody, or nobody but on easy requests."""
    on = [each for each in known if each.is_on]
    groups: list[tuple[str, Severity, Collection[Candidate]]] = [("no model", "error", known)]
    if on and len(on) < len(known):
        groups.append(("none of the models that are on", "warning", on))
    for which, severity, group in groups:
        if not group or _reaches(pool, group, USUAL_DIFFICULTY):
            continue
        message = f"{which} of pool '{pool.name}' reaches its quality floor {pool.quality_floor:g}"
        best = max(each.quality for each in group)
        mend = f"The best has {best:g}. Lower the floor or add a better model."
        if _reaches(pool, group, 0.0):
            message += f" on a request of difficulty {USUAL_DIFFICULTY:g}, only on easier ones"
            severity = "warning"
        yield find(policy, severity, "too-low", ("pools", pool.name), f"{message}.", mend)
        return


def _rule(policy: Policy, at: int, models: Models, low: float, high: float) -> Iterator[Finding]:
    """Find a rule whose own pool takes nobody, and one whose hardest requests are refused."""
    rule = policy.rules[at]
    first = rule.stages[0]
    known = _known(first, models)
    if known and _reaches(first, known, 0.0) and not _reaches(first, known, low):
        message = (
            f"no model of pool '{first.name}' reaches its quality floor {first.quality_floor:g} on a "
            f"request of rule '{rule.name}', whose difficulty is {low:g} and more."
        )
        best = max(expect_quality(each.quality, low) for each in known)
        mend = f"The best is expected to be worth {best:.2f} there. Lower the floor, or use another pool."
        yield find(policy, "warning", "too-low", rule_path(policy, at), message, mend)
    most = _hardest(rule, models)
    if most is not None and most < high:
        message = (
            f"rule '{rule.name}' refuses requests whose difficulty is above {most:.2f}: every pool "
            "behind it has a quality floor that no model reaches there."
        )
        mend = "Put a pool without a floor last."
        yield find(policy, "warning", "floors", rule_path(policy, at), message, mend)


def _hardest(rule: Rule, models: Models) -> float | None:
    """The greatest difficulty at which somebody reaches a floor; None where floors keep out nobody.

    Models that are off count only where all are.
    """
    stages = [(stage, _known(stage, models)) for stage in rule.stages]
    is_on = any(each.is_on for _, known in stages for each in known)
    asked: Sequence[tuple[Pool, list[Candidate]]] = [
        (stage, [each for each in known if each.is_on or not is_on]) for stage, known in stages
    ]
    reached = [
        difficulty
        for hundredth in _HUNDREDTHS
        for difficulty in (hundredth / 100,)
        if any(_reaches(stage, known, difficulty) for stage, known in asked)
    ]
    if not any(known for _, known in asked) or not reached or reached[0] == 1.0:
        return None
    return reached[0]
