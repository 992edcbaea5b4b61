"""Everything that `check` does with a policy file: read it, look for trouble, run its tests."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from policies.errors import PolicyFileError
from policies.expectations import Read, run_expectations
from policies.findings import Finding, did_you_mean
from policies.lint import lint
from policies.lint_callers import Callers, lint_budgets, lint_callers
from policies.lint_private import lint_private
from policies.loader import load_policy
from policies.rules import Policy
from policies.signals import Candidate


def check_file(
    name_or_path: str | Path,
    candidates: Sequence[Candidate],
    *,
    read: Read | None = None,
    prompts: Collection[str] | None = None,
    intents: Collection[str] | None = None,
    taught: Collection[str] = (),
    private: Collection[str] | None = None,
    callers: Callers | None = None,
    has_budgets: bool = True,
) -> list[Finding]:
    """Give all findings about a policy file in the order of its lines; none: all is well."""
    try:
        policy = load_policy(name_or_path, own_intents=intents or ())
    except PolicyFileError as error:
        return list(error.findings)
    return check_policy(
        policy,
        candidates,
        read=read,
        prompts=prompts,
        intents=intents,
        taught=taught,
        private=private,
        callers=callers,
        has_budgets=has_budgets,
    )


def check_policy(
    policy: Policy,
    candidates: Sequence[Candidate],
    *,
    read: Read | None = None,
    prompts: Collection[str] | None = None,
    intents: Collection[str] | None = None,
    taught: Collection[str] = (),
    private: Collection[str] | None = None,
    callers: Callers | None = None,
    has_budgets: bool = True,
) -> list[Finding]:
    """Give all findings about a policy that was read already.

    `taught` names the models whose quality was learned: how good they are hangs on each request, so no
    floor is out of their reach. `private` are the kinds of private data that are looked for (None: all),
    `callers` what each caller of the gateway is called (None: anything),
    and `has_budgets` says whether what any of them spends is limited.
    """
    able = [replace(each, quality=1.0) if each.name in taught else each for each in candidates]
    found = [
        *lint(policy, able, prompts, intents),
        *(() if private is None else lint_private(policy, private)),
        *(() if callers is None else lint_callers(policy, callers)),
        *(() if has_budgets else lint_budgets(policy)),
        *_find_strangers(taught, candidates),
        *run_expectations(policy, candidates, read, intents),
    ]
    return sorted(found, key=lambda finding: finding.line)


def _find_strangers(taught: Collection[str], candidates: Sequence[Candidate]) -> Iterator[Finding]:
    """Find what was learned of models that nobody can ask."""
    known = {each.name for each in candidates}
    for name in taught:
        if name not in known:
            message = f"quality.npz was taught of '{name}', and no model is called so."
            mend = did_you_mean(name, known)
            yield Finding(severity="warning", code="unknown-model", message=message, mend=mend)
