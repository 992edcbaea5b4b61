"""What every part of the lint gives: one finding, with its place in the policy's file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policies.findings import Finding, Severity
from policies.located import Path
from policies.rules import Policy
from policies.signals import Candidate

Models = Mapping[str, Candidate]


def find(
    policy: Policy, severity: Severity, code: str, where: Path, message: str, mend: str
) -> Finding:
    """Give a finding about the part of the policy at `where`."""
    file, line = policy.place(*where)
    return Finding(severity=severity, code=code, message=message, mend=mend, file=file, line=line)


def rule_path(policy: Policy, at: int) -> Path:
    """Where the rule of that place is written; the last one is the default."""
    return ("default",) if at == len(policy.rules) - 1 else ("rules", at)


def list_regions(models: Models) -> set[str]:
    """Where the models are: those of their deployments, and of models that list none their card's."""
    cards = models.values()
    places = [site.region for card in cards for site in card.sites]
    places += [card.region for card in cards if not card.sites]
    return {region for region in places if region}


def mend_off(models: Iterable[Candidate], other: str = "") -> str:
    """How to have one of these models on, all of which are off."""
    off = [each for each in models if not each.is_on]
    if off and all(each.is_retired for each in off):
        return f"Name a model that its vendor still has{other}."
    which = "of those that are not retired" if any(each.is_retired for each in off) else "of them"
    return f"Set a key for one {which}{other}."


def say_refusals(reasons: Mapping[str, str]) -> str:
    """Say why models are refused, those with the same reason together."""
    by_reason: dict[str, list[str]] = {}
    for name, why in reasons.items():
        by_reason.setdefault(why, []).append(name)
    return "; ".join(f"{', '.join(names)}: {why}" for why, names in by_reason.items())
