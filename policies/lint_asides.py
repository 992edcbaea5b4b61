"""Finds what cannot be meant in a policy's dispatcher and cascades."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from msgspec.structs import replace

from policies.bounds import UNBOUND, Bounds, Limits
from policies.conditions import Condition
from policies.findings import Finding
from policies.lint_findings import Models, find, say_refusals
from policies.lint_fit import limit_demand, refuse
from policies.located import Path
from policies.logic import Demand, Logic, UndecidedError
from policies.pools import Pool, list_models
from policies.rules import Policy, Rule, resolve
from policies.schema import CascadeDoc

_ABILITY = "json_schema"
_NO_OTHER = "it has no other model"


def mentioned_models(policy: Policy) -> Iterator[tuple[str, Path]]:
    """Every pool or model that the dispatcher and the cascades name, and where."""
    doc = policy.doc
    if doc.dispatcher is not None:
        yield doc.dispatcher.use, ("dispatcher", "use")
    for where, _, cascade in _cascades(policy):
        yield cascade.escalate, (*where, "escalate")
        judge = cascade.judge
        if judge.check is not None:
            yield judge.check, (*where, "judge", "check")
        if judge.agreement is not None and judge.agreement.with_ is not None:
            yield judge.agreement.with_, (*where, "judge", "agreement", "with")


def used_pools(policy: Policy) -> set[str]:
    """Names of the pools that the dispatcher and the judges are taken from."""
    return {name for name, _ in mentioned_models(policy)}


def lint_asides(policy: Policy, models: Models, logic: Logic) -> Iterator[Finding]:
    """Give what is wrong with the dispatcher and with the rules whose answers are judged."""
    yield from _dispatcher(policy, models, logic)
    for where, rule, cascade in _cascades(policy):
        yield from _escalation(policy, where, rule, models)
        yield from _kept_out(policy, where, rule, models, logic)
        if cascade.judge.check is not None:
            pool = resolve(cascade.judge.check, policy.pools)
            at = (*where, "judge", "check")
            yield from _able(policy, pool, at, models, "give its verdict by a JSON schema")


def _dispatcher(policy: Policy, models: Models, logic: Logic) -> Iterator[Finding]:
    inquiry, doc = policy.inquiry, policy.doc.dispatcher
    if inquiry is None or doc is None:
        return
    where: Path = ("dispatcher", "use")
    yield from _able(policy, inquiry.pool, where, models, "answer by a JSON schema")
    try:
        if logic.never_holds(inquiry.condition):
            message = (
                "the dispatcher can never be asked: the lines of its `when` contradict each other."
            )
            mend = "Leave `when` out to ask where the reader is unsure."
            yield find(policy, "error", "never", ("dispatcher", "when"), message, mend)
    except UndecidedError:
        message = "whether the dispatcher is ever asked was not found out."
        mend = "Its `when` has too many cases: make it shorter."
        yield find(policy, "warning", "undecided", ("dispatcher", "when"), message, mend)
    bounds = _bounds_of(policy, inquiry.condition, UNBOUND, logic)
    task = replace(limit_demand(policy, bounds, Demand()), needs=frozenset())
    if why := _refused(inquiry.pool, [task], models):
        message = (
            f"the dispatcher can never be asked: limits that hold there keep out everybody ({why})."
        )
        mend = "Name a pool that may be asked, such as one with `any-local`."
        yield find(policy, "error", "kept-out", where, message, mend)
    shortest = min(rule.terms.deadline_seconds for rule in policy.rules)
    if inquiry.deadline_seconds >= shortest:
        message = (
            f"the dispatcher may take {inquiry.deadline_seconds:g} s, and a rule gives the whole "
            f"request {shortest:g} s."
        )
        mend = "Give the dispatcher a small part of it, such as 1.5."
        yield find(policy, "error", "too-slow", ("dispatcher", "deadline_seconds"), message, mend)


def _able(policy: Policy, pool: Pool, where: Path, models: Models, task: str) -> Iterator[Finding]:
    known = [models[name] for name in list_models(pool, models) if name in models]
    if known and not any(_ABILITY in each.abilities for each in known):
        message = f"no model of '{pool.name}' can {task}."
        mend = f"Name one that has the ability `{_ABILITY}`; `main.py models` lists them."
        yield find(policy, "error", "unable", where, message, mend)


def _escalation(policy: Policy, where: Path, rule: Rule, models: Models) -> Iterator[Finding]:
    assert rule.trial is not None
    first = set(list_models(rule.stages[0], models))
    if not set(list_models(rule.trial.escalate, models)) - first:
        message = f"rule '{rule.name}' escalates to the models that answered first."
        mend = "Name a stronger pool in `escalate`."
        yield find(policy, "error", "same-pool", (*where, "escalate"), message, mend)
    if rule.terms.max_attempts < 2:
        message = f"rule '{rule.name}' allows one call, so no answer can be escalated."
        mend = "Set `max_attempts` to 2 or more, or remove the cascade."
        yield find(policy, "error", "no-room", where, message, mend)


def _kept_out(
    policy: Policy, where: Path, rule: Rule, models: Models, logic: Logic
) -> Iterator[Finding]:
    """Find judges, and those who would answer what fails, whom the rule's own limits keep out."""
    assert rule.trial is not None
    bounds = _bounds_of(policy, rule.condition, rule.bounds, logic)
    cases = [limit_demand(policy, bounds, each) for each in logic.list_demands(rule.condition)]
    if not cases:
        return
    first, *behind = rule.stages
    answering = set(list_models(first, models))
    if not any(set(list_models(each, models)) - answering for each in behind):
        return  # told already
    whys = [_refused(each, cases, models, without=answering) for each in behind]
    if all(whys):
        message = (
            f"nobody may answer what fails in the cascade of rule '{rule.name}', so that its first answers are "
            f"not judged at all ({'; '.join(dict.fromkeys(whys))})."
        )
        mend = "Name a pool in `escalate` that meets the limits, or remove the cascade."
        yield find(policy, "error", "kept-out", (*where, "escalate"), message, mend)
    elif whys[0] not in ("", _NO_OTHER) and behind[0] == rule.trial.escalate:
        message = f"rule '{rule.name}' can never escalate to '{behind[0].name}' ({whys[0]}): its fallbacks answer."
        mend = "Name a pool in `escalate` that meets the limits."
        yield find(policy, "warning", "kept-out", (*where, "escalate"), message, mend)
    for jury in rule.trial.juries:
        reads_only = jury.kind == "check"
        tasks = [replace(each, needs=frozenset()) if reads_only else each for each in cases]
        if jury.pool is not None and (why := _refused(jury.pool, tasks, models)):
            message = f"'{jury.pool.name}' may never judge an answer of rule '{rule.name}' ({why})."
            mend = "Name a judge that meets the limits, or remove it."
            at = (*where, "judge", jury.kind)
            yield find(policy, "error", "kept-out", at, message, mend)


def _bounds_of(policy: Policy, condition: Condition, bounds: Bounds, logic: Logic) -> Bounds:
    """The limits on every request for which the condition holds: its own, and constraints that hold there."""
    for each in policy.constraints:
        try:
            if logic.is_covered(condition, [each.condition]):
                bounds = bounds.with_(each.bounds)
        except UndecidedError:
            continue
    return bounds


def _refused(
    pool: Pool, cases: Sequence[Limits], models: Models, without: Collection[str] = ()
) -> str:
    """Say why no model of a pool may be asked in any case; empty when one may, or there is none."""
    reasons: dict[str, str] = {}
    for name in list_models(pool, models):
        if name in models and name not in without:
            whys = [refuse(each, models[name]) for each in cases]
            if "" in whys:
                return ""
            reasons[name] = whys[0]
    return say_refusals(reasons) or (_NO_OTHER if without else "")


def _cascades(policy: Policy) -> Iterator[tuple[Path, Rule, CascadeDoc]]:
    for at, each in enumerate(policy.doc.rules):
        if each.cascade is not None:
            yield ("rules", at, "cascade"), policy.rules[at], each.cascade
    if policy.doc.default.cascade is not None:
        yield ("default", "cascade"), policy.rules[-1], policy.doc.default.cascade
