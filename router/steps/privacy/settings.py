"""How private data is to be treated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal

from router.errors import ConfigError
from router.steps.privacy.spans import KINDS

Action = Literal["mask", "block", "allow"]

USUAL_CONFIDENCE = 0.5
"""Findings from here on are private data, unless the configuration lowers the bar."""
DEFAULT_ACTIONS: Mapping[str, Action] = MappingProxyType({"hotline": "allow"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacySettings:
    """Which kinds are looked for and what happens to them.

    `mask` replaces a value and restores it for the caller, `block` refuses the request, `allow`
    lets the value pass; policies are told of it all the same. Public hotlines (400-…, 800-…) pass by
    default, and where they pass they are no private data.
    """

    enabled: bool = True
    kinds: frozenset[str] = frozenset(KINDS)
    actions: Mapping[str, Action] = field(default_factory=lambda: DEFAULT_ACTIONS)
    """Action by kind; `mask` where a kind is not named."""
    allow: frozenset[str] = frozenset()
    """Values that are public, such as the shop's own phone and address: never masked."""
    least_confidence: float = USUAL_CONFIDENCE
    """0..1: findings below this pass. Lower masks more."""
    vault_seconds: float = 86_400.0
    """How long a conversation's placeholders are remembered after its last request."""
    most_vaults: int = 100_000
    """How many conversations are remembered at most; the one unused longest goes first."""
    watched: frozenset[str] = field(init=False, repr=False)
    """Kinds that are masked or blocked."""
    found: frozenset[str] = field(init=False, repr=False)
    """Kinds that policies are told of, whatever happens to them."""
    counts_from: float = field(init=False, repr=False)
    """The confidence from which on they are: a bar that lets more pass hides nothing from them."""

    def __post_init__(self) -> None:
        problems = [*_unknown("kinds", self.kinds), *_unknown("actions", self.actions)]
        problems += [
            f"privacy.actions.{kind}: '{action}' is no action; use mask, block or allow."
            for kind, action in self.actions.items()
            if action not in ("mask", "block", "allow")
        ]
        if not 0 <= self.least_confidence <= 1:
            problems.append(
                f"privacy.least_confidence: {self.least_confidence} is not within 0..1."
            )
        if problems:
            raise ConfigError(problems)
        watched = frozenset(kind for kind in self.kinds if self.action(kind) != "allow")
        found = watched | (self.kinds - DEFAULT_ACTIONS.keys()) if self.enabled else frozenset()
        object.__setattr__(self, "watched", watched)
        object.__setattr__(self, "found", found)
        object.__setattr__(self, "counts_from", min(self.least_confidence, USUAL_CONFIDENCE))

    def action(self, kind: str) -> Action:
        """What happens to a value of this kind."""
        return self.actions.get(kind, "mask")


def _unknown(where: str, kinds: Mapping[str, Action] | frozenset[str]) -> list[str]:
    return [
        f"privacy.{where}: unknown kind '{kind}'.{_suggest(kind)} Known: {', '.join(KINDS)}."
        for kind in sorted(set(kinds) - set(KINDS))
    ]


def _suggest(kind: str) -> str:
    close = get_close_matches(kind, KINDS, n=1)
    return f" Did you mean '{close[0]}'?" if close else ""
