"""Finds what cannot be meant in a policy's dispatcher and cascades."""

from __future__ import annotations

from collections.abc import Iterator

from policies.findings import Finding
from policies.lint_findings import Models, find
from policies.located import Path
from policies.logic import Logic, UndecidedError
from policies.pools import Pool, list_models
from policies.rules import Policy, Rule, resolve
from policies.schema import CascadeDoc

_ABILITY = "json_schema"


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


def _cascades(policy: Policy) -> Iterator[tuple[Path, Rule, CascadeDoc]]:
    for at, each in enumerate(policy.doc.rules):
        if each.cascade is not None:
            yield ("rules", at, "cascade"), policy.rules[at], each.cascade
    if policy.doc.default.cascade is not None:
        yield ("default", "cascade"), policy.rules[-1], policy.doc.default.cascade
