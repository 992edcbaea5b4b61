"""Everything that `check` does with a policy file: read it, look for trouble, run its tests."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from policies.errors import PolicyFileError
from policies.expectations import Read, run_expectations
from policies.findings import Finding
from policies.lint import lint
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
) -> list[Finding]:
    """Give all findings about a policy file in the order of its lines; none: all is well."""
    try:
        policy = load_policy(name_or_path, own_intents=intents or ())
    except PolicyFileError as error:
        return list(error.findings)
    return check_policy(policy, candidates, read=read, prompts=prompts, intents=intents)


def check_policy(
    policy: Policy,
    candidates: Sequence[Candidate],
    *,
    read: Read | None = None,
    prompts: Collection[str] | None = None,
    intents: Collection[str] | None = None,
) -> list[Finding]:
    """Give all findings about a policy that was read already."""
    found = [
        *lint(policy, candidates, prompts, intents),
        *run_expectations(policy, candidates, read, intents),
    ]
    return sorted(found, key=lambda finding: finding.line)
