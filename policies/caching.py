"""What can be told about a policy's answer cache before the first request asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from policies.findings import Finding
from policies.located import Path
from policies.rules import Policy
from policies.schema import TermsDoc

_FIGURES = ("cache_seconds", "cache_across_users")


def lint_caching(policy: Policy) -> Iterator[Finding]:
    """Find what is said of the cache where no rule that it reaches asks for one."""
    everywhere = [rule.terms for rule in policy.rules]
    for at, (where, terms) in enumerate(_terms(policy)):
        if terms is None:
            continue
        reached = everywhere if at == 0 else everywhere[at - 1 : at]
        for name in _FIGURES:
            if getattr(terms, name) and not any(each.cache for each in reached):
                message = f"`{name}` says nothing, since no rule that it is for has `cache: true`."
                mend = "Add `cache: true` beside it, or remove it."
                yield _warn(policy, "idle-cache-setting", (*where, name), message, mend)


def warn_of_cache(policy: Policy, why_off: str) -> list[Finding]:
    """Find every place that asks for the cache of a gateway that has none; `why_off` says why."""
    if not why_off:
        return []
    message = f"`cache: true` does nothing here: {why_off}."
    mend = "Turn that on, or remove the line."
    return [
        _warn(policy, "cache-off", (*where, "cache"), message, mend)
        for where, terms in _terms(policy)
        if terms is not None and terms.cache
    ]


def _terms(policy: Policy) -> Iterator[tuple[Path, TermsDoc | None]]:
    """Every place for terms: the policy's own, then each rule's in order, the default's last."""
    doc = policy.doc
    yield ("terms",), doc.terms
    for at, rule in enumerate(doc.rules):
        yield ("rules", at, "terms"), rule.terms
    yield ("default", "terms"), doc.default.terms


def _warn(policy: Policy, code: str, where: Path, message: str, mend: str) -> Finding:
    file, line = policy.place(*where)
    return Finding(severity="warning", code=code, message=message, mend=mend, file=file, line=line)
