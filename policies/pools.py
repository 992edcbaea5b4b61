"""Pools: models that can stand in for each other, put in order by what the pool is for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from policies.decision import Rejected, Selected
from policies.scoring import estimate_seconds, show_usd
from policies.signals import Candidate, ModelHealth
from policies.splits import place_of
from policies.values import Objective


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Models, and how to choose among them."""

    name: str
    models: tuple[str, ...]
    objective: Objective = "ordered"
    quality_floor: float | None = None
    under_usd: Decimal | None = None
    weights: Mapping[str, float] = field(default_factory=dict)


class Option(NamedTuple):
    """A model that may answer, with what is expected of it on this request."""

    candidate: Candidate
    health: ModelHealth
    quality: float
    usd: Decimal | None
    output_tokens: int


class Ranking(NamedTuple):
    """A pool's models in order, those it will not take, and the chance of the first."""

    selected: list[Selected]
    rejected: list[Rejected]
    propensity: float


def rank(pool: Pool, options: Sequence[Option], unit: str) -> Ranking:
    """Put the eligible models of a pool in order, best first.

    A model below the pool's quality floor or over its price is not taken. A model whose price is
    unknown comes last where price decides, and is not taken where the pool names a highest price.
    `unit` is what a weighted draw sticks to.
    """
    rejected: list[Rejected] = []
    kept: list[Option] = []
    for option in options:
        why = _reluctance(pool, option)
        if why:
            rejected.append(Rejected(option.candidate.name, why))
        else:
            kept.append(option)
    if pool.objective == "weighted":
        selected, propensity = _draw(pool, kept, unit)
        return Ranking(selected, rejected, propensity)
    scored = [_score(pool, at, option) for at, option in enumerate(kept)]
    # Stable: equal scores keep the order in which the policy lists the models.
    order = sorted(range(len(kept)), key=lambda at: -scored[at][0])
    return Ranking([_select(kept[at], *scored[at]) for at in order], rejected, 1.0)


def _reluctance(pool: Pool, option: Option) -> str:
    if pool.quality_floor is not None and option.quality < pool.quality_floor:
        floor = f"{pool.quality_floor:.2f}"
        return f"expected quality {option.quality:.2f} is below pool '{pool.name}' floor {floor}"
    if pool.under_usd is not None:
        if option.usd is None:
            return f"price unknown, so not provably under pool '{pool.name}' limit"
        if option.usd > pool.under_usd:
            return f"would cost ${show_usd(option.usd)}, over pool '{pool.name}' limit"
    return ""


def _score(pool: Pool, at: int, option: Option) -> tuple[float, str]:
    """Give the score (higher is better) and what it means."""
    if pool.objective == "best":
        return option.quality, f"expected quality {option.quality:.2f}"
    if pool.objective == "cheapest":
        if option.usd is None:
            return -math.inf, "price unknown, so after all known ones"
        return -float(option.usd), f"about ${show_usd(option.usd)}"
    if pool.objective == "fastest":
        seconds = estimate_seconds(option.candidate, option.health, option.output_tokens)
        return -seconds, f"about {seconds:.1f} s"
    return 1.0 / (at + 1), f"place {at + 1} in pool '{pool.name}'"


def _draw(pool: Pool, options: Sequence[Option], unit: str) -> tuple[list[Selected], float]:
    """Order by weighted rendezvous hashing: a changed weight moves users only to or from it."""
    total = sum(pool.weights.get(option.candidate.name, 1.0) for option in options)
    if not options or total <= 0:
        return [], 1.0
    drawn: list[tuple[float, float, Option]] = []
    for option in options:
        name = option.candidate.name
        weight = pool.weights.get(name, 1.0)
        place = max(place_of(f"pool/{pool.name}/{name}", unit), 2.0**-64)
        # A model without weight gets no users of its own but may still stand in.
        key = weight / -math.log(place) if weight > 0 else place - 1.0
        drawn.append((key, weight / total, option))
    drawn.sort(key=lambda entry: -entry[0])
    selected = [
        _select(option, share, f"drawn by weight, {share:.0%} of the users")
        for _, share, option in drawn
    ]
    return selected, drawn[0][1]


def _select(option: Option, score: float, why: str) -> Selected:
    return Selected(
        model=option.candidate.name,
        score=score,
        why=why,
        estimated_usd=show_usd(option.usd),
    )
