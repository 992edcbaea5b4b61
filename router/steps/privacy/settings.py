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

DEFAULT_ACTIONS: Mapping[str, Action] = MappingProxyType({"hotline": "allow"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacySettings:
    """Which kinds are looked for and what happens to them.

    `mask` replaces a value and restores it for the caller, `block` refuses the request, `allow`
    lets the value pass and does not count it. Public hotlines (400-…, 800-…) pass by default.
    """

    enabled: bool = True
    kinds: frozenset[str] = frozenset(KINDS)
    actions: Mapping[str, Action] = field(default_factory=lambda: DEFAULT_ACTIONS)
    """Action by kind; `mask` where a kind is not named."""
    allow: frozenset[str] = frozenset()
    """Values that are public, such as the shop's own phone and address: never masked."""
    least_confidence: float = 0.5
    """0..1: findings below this are not private data. Lower masks more."""
    vault_seconds: float = 86_400.0
    """How long a conversation's placeholders are remembered after its last request."""
    most_vaults: int = 100_000
    """How many conversations are remembered at most; the one unused longest goes first."""
    _masked: frozenset[str] = field(init=False, repr=False)

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
        watched = {kind for kind in self.kinds if self.action(kind) != "allow"}
        object.__setattr__(self, "_masked", frozenset(watched))

    @property
    def watched(self) -> frozenset[str]:
        """Kinds that are masked or blocked."""
        return self._masked

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
