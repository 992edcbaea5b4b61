"""Finds rules and constraints that can never hold, or that others above always take the place of."""

from __future__ import annotations

from collections.abc import Iterator

from policies.conditions import Condition
from policies.findings import Finding
from policies.lint_findings import find, rule_path
from policies.located import Path
from policies.logic import Logic, UndecidedError
from policies.rules import Policy, Rule

_CONTRADICT = "its lines contradict each other, or ask for what no request has"
_MOST_TOLD = 3


def lint_shadows(policy: Policy, logic: Logic) -> Iterator[Finding]:
    """Give what no request ever reaches; what was too much to search through is said too."""
    for at, rule in enumerate(policy.rules):
        where = rule_path(policy, at)
        try:
            yield from _rule(policy, at, where, logic)
        except UndecidedError:
            message = f"whether rule '{rule.name}' is ever reached was not found out."
            yield _undecided(policy, where, message)
    yield from _idle(policy)
    for at, constraint in enumerate(policy.constraints):
        where = ("constraints", at)
        try:
            if logic.never_holds(constraint.condition):
                why = _contradict(logic, constraint.condition)
                message = f"constraint '{constraint.name}' can never hold: {why}."
                mend = "Use `any:` if one of them is enough, or remove the constraint."
                yield find(policy, "error", "never", where, message, mend)
        except UndecidedError:
            message = f"whether constraint '{constraint.name}' can ever hold was not found out."
            yield _undecided(policy, where, message)


def _rule(policy: Policy, at: int, where: Path, logic: Logic) -> Iterator[Finding]:
    rule, earlier = policy.rules[at], policy.rules[:at]
    if logic.never_holds(rule.condition):
        message = f"rule '{rule.name}' can never hold: {_contradict(logic, rule.condition)}."
        mend = "Use `any:` if one of them is enough, or remove the rule."
        yield find(policy, "error", "never", where, message, mend)
        return
    covering = logic.list_covering(rule.condition, [each.condition for each in earlier])
    if not covering:
        return
    names = [f"'{earlier[each].name}'" for each in covering]
    if len(names) == 1:
        above = f"{names[0]} above always holds first"
    else:
        above = f"{', '.join(names[:-1])} or {names[-1]} above always holds first"
    if at == len(policy.rules) - 1:
        message = f"`default` is never reached: {above}."
        mend = "Remove the rule that always holds, or give it a `when`."
        yield find(policy, "warning", "shadowed", where, message, mend)
    else:
        message = f"rule '{rule.name}' is never reached: {above}."
        mend = "Move it up, narrow the one above, or remove it."
        yield find(policy, "error", "shadowed", where, message, mend)


def _contradict(logic: Logic, condition: Condition) -> str:
    """Say that a condition never holds, and what of reading requests makes it so."""
    told = logic.list_reasons(condition)[:_MOST_TOLD]
    return f"{_CONTRADICT} ({', '.join(told)})" if told else _CONTRADICT


def _idle(policy: Policy) -> Iterator[Finding]:
    """Find the last rules where they send their requests just where `default` does."""
    *rules, default = policy.rules
    for at, rule in reversed(list(enumerate(rules))):
        if _course(rule) != _course(default):
            return
        message = f"rule '{rule.name}' does what `default` does, so that it changes nothing."
        mend = "Move it up if it is to stand before other rules, change it, or remove it."
        yield find(policy, "warning", "like-default", rule_path(policy, at), message, mend)


def _course(rule: Rule) -> tuple[object, ...]:
    """All that a rule says of its requests."""
    return rule.stages, rule.prompt, rule.bounds, rule.terms, rule.splits, rule.trial


def _undecided(policy: Policy, where: Path, message: str) -> Finding:
    mend = "Its conditions have too many cases: split it, or hold it with a case under `expect`."
    return find(policy, "warning", "undecided", where, message, mend)
