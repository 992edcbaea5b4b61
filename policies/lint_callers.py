"""Finds names of callers that nobody bears: keys that are not configured, tenants that no key has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from policies.expression_check import asks_for, list_asked
from policies.findings import Finding, did_you_mean
from policies.letters import fold
from policies.lint_findings import find
from policies.lint_names import list_conditions
from policies.located import Path
from policies.questions import LOOSE
from policies.rules import Policy

Callers = Mapping[str, Collection[str]]
"""By what conditions ask of a caller (`key`, `tenant`, ...), all that it can be; what is not there can be anything."""
_WHO = {
    "key": "no key is called '{word}'",
    "tenant": "no key has the tenant '{word}', and each has one of its own",
    "tier": "no key has the tier '{word}', and each has one of its own",
    "user": "no key has the user '{word}', and each has one of its own",
}


def lint_callers(policy: Policy, callers: Callers) -> Iterator[Finding]:
    """Give the names in conditions and in the callers of tests that no caller of this gateway has."""
    for words, key, where in _asked(policy, callers):
        known = callers[key]
        for word in words:
            if not _is_borne(word, known, is_loose=key in LOOSE):
                message = f"{_WHO[key].format(word=word)}."
                mend = did_you_mean(word, known)
                yield find(policy, "warning", "unknown-caller", where, message, mend)


def lint_budgets(policy: Policy) -> Iterator[Finding]:
    """Give the questions for what is left of a budget where nobody has one."""
    for asked, where in list_conditions(policy):
        is_plain = asked.budget_left_usd is not None
        cel = asked.cel or ""
        if (
            not is_plain
            and not asks_for(cel, "budget_left_usd")
            and not asks_for(cel, "has_budget")
        ):
            continue
        message = "no key has a budget here, so `budget_left_usd` is known of nobody."
        mend = "Write `budget: {usd: 20}`, or `budget_usd:` with a key, in the configuration."
        at = (*where, "budget_left_usd" if is_plain else "cel")
        yield find(policy, "warning", "no-budget", at, message, mend)


def _asked(policy: Policy, callers: Callers) -> Iterator[tuple[Iterable[str], str, Path]]:
    for asked, where in list_conditions(policy):
        for key in callers:
            yield getattr(asked, key) or (), key, (*where, key)
            yield list_asked(asked.cel or "", key), key, (*where, "cel")
    for at, case in enumerate(policy.doc.expect):
        for key in callers:
            given = case.caller.get("key_name" if key == "key" else key, case.caller.get(key))
            if given and isinstance(given, str):
                yield (given,), key, ("expect", at, "caller", key)


def _is_borne(word: str, known: Collection[str], *, is_loose: bool) -> bool:
    """Whether a word of a condition, stars and all, is one of those that are known."""
    asked, there = (fold(word), set(map(fold, known))) if is_loose else (word, set(known))
    pattern = asked.replace("[", "[[]").replace("?", "[?]")
    return asked in there or any(fnmatchcase(each, pattern) for each in there)
