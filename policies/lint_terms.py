"""Finds terms that never take effect, as the deadline of the request is shorter or no call is left."""

from __future__ import annotations

from collections.abc import Iterator

from policies.findings import Finding
from policies.lint_findings import find, rule_path
from policies.located import Path
from policies.rules import Policy, Rule
from policies.schema import DefaultDoc, RuleDoc

_WAITS = ("connect_seconds", "first_token_seconds", "between_tokens_seconds", "crawl_seconds")


def lint_terms(policy: Policy) -> Iterator[Finding]:
    """Give the terms that were written and cannot be meant."""
    written: list[RuleDoc | DefaultDoc] = [*policy.doc.rules, policy.doc.default]
    for at, (rule, doc) in enumerate(zip(policy.rules, written, strict=True)):
        own: Path = (*rule_path(policy, at), "terms")
        places = [(policy.doc.terms, ("terms",)), (doc.terms, own)]
        said: dict[str, Path] = {}
        for terms, where in places:
            if terms is not None:
                said |= dict.fromkeys(terms.model_fields_set, where)
        yield from _waits(policy, rule, said)
        if doc.cascade is None:
            yield from _attempts(policy, rule, said)
        else:
            yield from _judges(policy, rule, rule_path(policy, at))


def _waits(policy: Policy, rule: Rule, said: dict[str, Path]) -> Iterator[Finding]:
    """Find waits that are longer than the whole request may take."""
    deadline = rule.terms.deadline_seconds
    waits = {
        name: (getattr(rule.terms, name), (*said[name], name)) for name in _WAITS if name in said
    }
    hedge = rule.terms.hedge
    if "hedge" in said and hedge is not None and hedge.after_seconds is not None:
        waits["hedge.after_seconds"] = (hedge.after_seconds, (*said["hedge"], "hedge"))
    for name, (seconds, where) in waits.items():
        if seconds >= deadline:
            message = (
                f"`{name}` is {seconds:g} s, and rule '{rule.name}' gives the whole request "
                f"{deadline:g} s: it never takes effect."
            )
            mend = "Make it shorter than `deadline_seconds`."
            yield find(policy, "warning", "too-slow", where, message, mend)


def _attempts(policy: Policy, rule: Rule, said: dict[str, Path]) -> Iterator[Finding]:
    models = {model for stage in rule.stages for model in stage.models}
    if "max_attempts" in said and rule.terms.max_attempts < 2 and len(models) > 1:
        message = f"rule '{rule.name}' allows one call: when it fails, nobody else is asked."
        mend = "Set `max_attempts` to 2 or more, or take its fallbacks away."
        where = (*said["max_attempts"], "max_attempts")
        yield find(policy, "warning", "one-call", where, message, mend)


def _judges(policy: Policy, rule: Rule, where: Path) -> Iterator[Finding]:
    deadline = rule.terms.deadline_seconds
    if rule.trial is not None and rule.trial.judge_seconds >= deadline:
        message = (
            f"a judgement may take {rule.trial.judge_seconds:g} s, and rule '{rule.name}' gives "
            f"the whole request {deadline:g} s."
        )
        mend = "Give it a small part of that, such as 5."
        at = (*where, "cascade", "judge_seconds")
        yield find(policy, "error", "too-slow", at, message, mend)
