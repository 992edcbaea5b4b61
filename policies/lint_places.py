"""Finds models that a policy names and that are not where their name says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from policies.findings import Finding
from policies.located import Path
from policies.rules import Policy
from policies.signals import Candidate


def lint_places(
    mentioned: Iterable[tuple[str, Path]], policy: Policy, models: Mapping[str, Candidate]
) -> Iterator[Finding]:
    """Give the first mention of each model that is off because it is deployed in other regions only."""
    seen: set[str] = set()
    for name, where in mentioned:
        candidate = models.get(name)
        if candidate is None or name in seen or not _is_elsewhere(candidate):
            continue
        seen.add(name)
        there = ", ".join(
            f"{site.name.partition('/')[0]} is in {site.region}" for site in candidate.sites
        )
        file, line = policy.place(*where)
        yield Finding(
            severity="warning",
            code="elsewhere",
            message=f"model '{name}' is of region {candidate.region}, where no provider is: {there}.",
            mend=f"Give a provider `region: {candidate.region}` and its own key, or name a model of "
            "the region that there is.",
            file=file,
            line=line,
        )


def _is_elsewhere(candidate: Candidate) -> bool:
    if candidate.is_on or not candidate.region or not candidate.sites:
        return False
    return all(
        site.region not in (None, candidate.region) and not site.is_local
        for site in candidate.sites
    )
