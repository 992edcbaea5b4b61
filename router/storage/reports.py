"""Questions to the ledger and their answers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from providers.calls import Usage

Grouping = Literal[
    "all",
    "model",
    "provider",
    "deployment",
    "kind",
    "user",
    "tenant",
    "tier",
    "key",
    "session",
    "intent",
    "emotion",
    "language",
    "rule",
    "pool",
    "arm",
    "policy",
    "day",
]
GROUPINGS: tuple[str, ...] = get_args(Grouping)


@dataclass(frozen=True, slots=True)
class Question:
    """Which requests, put together how. Moments are Unix time; `until` is excluded."""

    by: Grouping = "all"
    since: float | None = None
    until: float | None = None
    where: tuple[tuple[Grouping, str], ...] = ()
    """Only requests (or attempts) of this user, model, ...; all must hold."""


@dataclass(frozen=True, slots=True)
class Line:
    """One group of a report. By model or provider, a request counts under each that it called.

    One that was answered from the cache counts under the model whose answer it was.
    """

    name: str
    requests: int = 0
    failed: int = 0
    """Requests that ended without a whole answer."""
    attempts: int = 0
    failed_attempts: int = 0
    fallbacks: int = 0
    """Upstream calls that stood in for another model."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    """The sum of what is known; beside `unknown`, never instead of it."""
    unknown: int = 0
    """Upstream calls whose price is unknown."""
    estimated: int = 0
    """Upstream calls whose tokens we counted ourselves."""
    cache_hits: int = 0
    """Requests that were answered from the cache."""
    saved_usd: Decimal = Decimal(0)
    """What their answers had cost when a model gave them, as far as that is known."""
    saved_unknown: int = 0
    """Hits whose answers had an unknown price."""


@dataclass(frozen=True, slots=True)
class Report:
    """Lines, dearest first (days in order), and the total, which counts every request once."""

    by: Grouping
    lines: tuple[Line, ...]
    total: Line


@dataclass(frozen=True, slots=True)
class Answered:
    """The call that answered one request: what another model would have been asked instead."""

    name: str
    """The group that the question asked for."""
    model: str
    usage: Usage
    at: float


def sort_lines(by: Grouping, lines: list[Line]) -> tuple[Line, ...]:
    """Days in order, all else dearest first."""
    if by == "day":
        return tuple(sorted(lines, key=lambda line: line.name))
    return tuple(sorted(lines, key=lambda line: (-line.cost_usd, -line.requests, line.name)))
