"""Finds conditions on private data that nobody looks for: limits that hang on them would never bind."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from policies.expression_check import asks_for, list_asked
from policies.findings import Finding, Severity
from policies.lint_findings import find
from policies.lint_names import is_limit, list_conditions
from policies.located import Path
from policies.rules import Policy
from policies.schema import ConditionDoc

_OFF = (
    "nobody looks for private data here (`privacy: {enabled: false}`), so that it would go anywhere"
)
_MEND_OFF = (
    "Turn it on; what is to leave unmasked gets `privacy: {actions: {phone: allow}}`, and is found all "
    "the same. Or remove the condition."
)


def lint_private(policy: Policy, found: Collection[str]) -> Iterator[Finding]:
    """Give what policies ask about kinds of private data that are not among those that are `found`."""
    for asked, where in list_conditions(policy):
        for key, words in _asked(asked):
            at: Path = (*where, key)
            missing = [word for word in words if word not in (*found, "any", "none")]
            if not found:
                message = f"this asks for `pii`, and {_OFF}."
                yield find(policy, "error", "unread-pii", at, message, _MEND_OFF)
            elif missing:
                names = ", ".join(missing)
                message = f"`pii: {names}` is never found: here it is public and passes."
                mend = f"Write `privacy: {{actions: {{{missing[0]}: mask}}}}` in the configuration, or remove it."
                is_dead = len(missing) == len(words) and key == "pii"
                severity: Severity = "error" if is_dead and is_limit(policy, where) else "warning"
                yield find(policy, severity, "unread-pii", at, message, mend)


def _asked(doc: ConditionDoc) -> Iterator[tuple[str, Sequence[str]]]:
    """The kinds that one condition asks for, by the key that asks."""
    if doc.pii is not None:
        yield "pii", doc.pii
    if doc.cel is not None and asks_for(doc.cel, "pii"):
        yield "cel", list_asked(doc.cel, "pii")
