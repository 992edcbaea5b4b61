"""Pools: models that can stand in for each other, put in order by what the pool is for."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from operator import itemgetter

import msgspec

from policies.decision import Reason, Rejected, Selected
from policies.scoring import estimate_seconds, estimate_usd, show_quality, show_usd
from policies.signals import ANY_LOCAL, Candidate, ModelHealth
from policies.splits import place_of
from policies.values import Objective

_WORDS: dict[Objective, str] = {
    "best": "the best first",
    "cheapest": "the cheapest first",
    "fastest": "the fastest first",
    "weighted": "drawn by weight",
    "ordered": "in the order written",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Models, and how to choose among them."""

    name: str
    models: tuple[str, ...]
    objective: Objective = "ordered"
    quality_floor: float | None = None
    under_usd: Decimal | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    is_one: bool = False
    """No pool of the policy: one model, named where a pool may be."""
    chosen_by: str = ""
    """The side of a split that put it first; empty where none did."""
    comes_first: Reason = field(init=False, compare=False, repr=False)
    has_nobody_else: Reason = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # Said of every request: worked out once.
        how = self.chosen_by or "named directly" if self.is_one else _WORDS[self.objective]
        who = f"model '{self.models[0]}'" if self.is_one else f"pool '{self.name}'"
        object.__setattr__(self, "comes_first", Reason(f"{who}, {how}", True))
        if self.is_one and self.chosen_by:
            who = self.chosen_by
        said = f"{who} has nobody else who may answer"
        object.__setattr__(self, "has_nobody_else", Reason(said, False))

    def put_first(self, by: str) -> Pool:
        """Give the same pool as the side of a split puts it first."""
        return replace(self, chosen_by=by)


@dataclass(frozen=True, slots=True)
class Way:
    """Pools in the order in which they are asked, and what the order of their models hangs on."""

    stages: tuple[Pool, ...]
    is_steady: bool
    """Besides prices and qualities, no request changes who answers and in which order: nobody is drawn, nor
    taken for being fast or under a price."""
    by_price: tuple[Pool, ...]
    """Those that put the cheapest first."""
    by_quality: tuple[Pool, ...]
    """Those that put the best first."""
    with_floor: tuple[Pool, ...]


def survey_way(stages: tuple[Pool, ...]) -> Way:
    """Give the pools with what their order hangs on."""
    return Way(
        stages,
        is_steady=all(
            pool.objective in ("best", "cheapest", "ordered") and pool.under_usd is None
            for pool in stages
        ),
        by_price=tuple(pool for pool in stages if pool.objective == "cheapest"),
        by_quality=tuple(pool for pool in stages if pool.objective == "best"),
        with_floor=tuple(pool for pool in stages if pool.quality_floor is not None),
    )


def list_models(pool: Pool, candidates: Mapping[str, Candidate]) -> tuple[str, ...]:
    """Give the names of a pool's models.

    `any-local` stands for every model of this house that is on, or, when none is, for all of them,
    so that each can say why it is off.
    """
    return expand(pool.models, candidates)


def expand(names: tuple[str, ...], candidates: Mapping[str, Candidate]) -> tuple[str, ...]:
    """Give the names with those of this house's models in place of `any-local`."""
    if ANY_LOCAL not in names:
        return names
    local = [name for name, each in candidates.items() if each.is_local]
    local = [name for name in local if candidates[name].is_on] or local or [ANY_LOCAL]
    whole = [n for name in names for n in (local if name == ANY_LOCAL else [name])]
    return tuple(dict.fromkeys(whole))


class Option(msgspec.Struct, frozen=True):
    """A model that may answer, with what is expected of it on this request."""

    candidate: Candidate
    health: ModelHealth
    quality: float
    input_tokens: int
    output_tokens: int
    is_learned: bool = False
    """The quality was learned from this house's own answers, and is not by the card."""

    def usd(self) -> Decimal | None:
        """Give what the request would cost; None when a price is unknown."""
        return estimate_usd(self.candidate, self.input_tokens, self.output_tokens)

    def seconds(self) -> float:
        """Give how long the whole answer would take."""
        return estimate_seconds(self.candidate, self.health, self.output_tokens)


class Ranking(msgspec.Struct, frozen=True):
    """A pool's models in order, those it will not take, and the chance of the first."""

    selected: list[Selected]
    rejected: list[Rejected]
    propensity: float
    beyond: Sequence[str] = ()
    """Models that would come next, for which there is no room."""


NOBODY_RANKED = Ranking([], [], 1.0)

Scored = list[tuple[float, Option]]


def rank(pool: Pool, options: Sequence[Option], unit: str, room: int) -> Ranking:
    """Put the eligible models of a pool in order, best first, `room` of them at most.

    A model below the pool's quality floor or over its price is not taken. A model whose price is
    unknown comes last where price decides, and is not taken where the pool names a highest price.
    `unit` is what a weighted draw sticks to.
    """
    rejected: list[Rejected] = []
    if pool.quality_floor is not None or pool.under_usd is not None:
        kept: list[Option] = []
        for option in options:
            why = reluctance(pool, option)
            if why:
                rejected.append(Rejected(option.candidate.name, why))
            else:
                kept.append(option)
        options = kept
    scored = _SCORERS[pool.objective](pool, options, unit)
    selected = [_select(pool, score, option) for score, option in scored[:room]]
    propensity = scored[0][0] if scored and pool.objective == "weighted" else 1.0
    beyond = [option.candidate.name for _, option in scored[room:]]
    return Ranking(selected, rejected, propensity, beyond)


def reluctance(pool: Pool, option: Option) -> str:
    """Say why the pool will not take a model that may answer; empty when it will."""
    if pool.quality_floor is not None and option.quality < pool.quality_floor:
        floor = f"{pool.quality_floor:.2f}"
        shown = show_quality(option.quality, is_learned=option.is_learned)
        return f"{shown}{',' * option.is_learned} is below pool '{pool.name}' floor {floor}"
    if pool.under_usd is not None:
        usd = option.usd()
        if usd is None:
            return f"price unknown, so not provably under pool '{pool.name}' limit"
        if usd > pool.under_usd:
            return f"would cost ${show_usd(usd)}, over pool '{pool.name}' limit"
    return ""


def _best(_: Pool, options: Sequence[Option], __: str) -> Scored:
    return _sorted([(option.quality, option) for option in options])


def _cheapest(_: Pool, options: Sequence[Option], __: str) -> Scored:
    return _sorted([(_worth(option.usd()), option) for option in options])


def order_by_price(usd: Mapping[str, Decimal | None]) -> list[str]:
    """Give the names in the order in which a pool that puts the cheapest first has them."""
    return sorted(usd, key=lambda name: _worth(usd[name]), reverse=True)


def _worth(usd: Decimal | None) -> float:
    return -math.inf if usd is None else -float(usd)


def _fastest(_: Pool, options: Sequence[Option], __: str) -> Scored:
    return _sorted([(-option.seconds(), option) for option in options])


def _ordered(_: Pool, options: Sequence[Option], __: str) -> Scored:
    return [(1.0 / place, option) for place, option in enumerate(options, 1)]


def _weighted(pool: Pool, options: Sequence[Option], unit: str) -> Scored:
    """Order by weighted rendezvous hashing: a changed weight moves users only to or from it."""
    weights = _weigh(pool, [option.candidate.name for option in options])
    total = sum(weights)
    keyed: list[tuple[float, float, Option]] = []
    for weight, option in zip(weights, options, strict=True):
        place = max(place_of(f"pool/{pool.name}/{option.candidate.name}", unit), 2.0**-64)
        # A model without weight gets no users of its own but may still stand in.
        key = weight / -math.log(place) if weight > 0 else place - 1.0
        keyed.append((key, weight / total if total else 0.0, option))
    keyed.sort(key=itemgetter(0), reverse=True)
    return [(share, option) for _, share, option in keyed]


def _weigh(pool: Pool, names: Sequence[str]) -> list[float]:
    """Give each model's weight; the models of `any-local` share the one that is written for it."""
    shared = pool.weights.get(ANY_LOCAL)
    if shared is None:
        return [pool.weights.get(name, 1.0) for name in names]
    local = sum(name not in pool.models for name in names)
    return [
        pool.weights.get(name, 1.0) if name in pool.models else shared / local for name in names
    ]


def _sorted(scored: Scored) -> Scored:
    # Stable: equal scores keep the order in which the policy lists the models.
    return scored if len(scored) == 1 else sorted(scored, key=itemgetter(0), reverse=True)


_SCORERS: dict[Objective, Callable[[Pool, Sequence[Option], str], Scored]] = {
    "best": _best,
    "cheapest": _cheapest,
    "fastest": _fastest,
    "ordered": _ordered,
    "weighted": _weighted,
}


def _select(pool: Pool, score: float, option: Option) -> Selected:
    usd = show_usd(option.usd())
    return Selected(
        model=option.candidate.name,
        score=None if score == -math.inf else score,
        why=_say(pool, score, option, usd),
        estimated_usd=usd,
    )


def by_quality(pool: Pool, before: Selected, quality: float, shown_usd: str | None) -> Selected:
    """Give a model that stands where it stood in a pool that puts the best first, at another quality by card."""
    why = before.why if quality == before.score else _beside(pool, show_quality(quality))
    return Selected(model=before.model, score=quality, why=why, estimated_usd=shown_usd)


def by_price(pool: Pool, before: Selected, usd: Decimal | None, shown_usd: str | None) -> Selected:
    """Give a model that stands where it stood in a pool that puts the cheapest first, at another price."""
    score = None if usd is None else -float(usd)
    why = _beside(pool, _say_price(shown_usd))
    return Selected(model=before.model, score=score, why=why, estimated_usd=shown_usd)


def _say_price(usd: str | None) -> str:
    return "price unknown, so after all known ones" if usd is None else f"about ${usd}"


def _beside(pool: Pool, said: str) -> str:
    return f"{said}, {pool.chosen_by}" if pool.chosen_by else said


def _say(pool: Pool, score: float, option: Option, usd: str | None) -> str:
    if pool.is_one:
        return pool.chosen_by or "named directly"
    return _beside(pool, _say_order(pool, score, option, usd))


def _say_order(pool: Pool, score: float, option: Option, usd: str | None) -> str:
    if pool.objective == "best":
        return show_quality(option.quality, is_learned=option.is_learned)
    if pool.objective == "cheapest":
        return _say_price(usd)
    if pool.objective == "fastest":
        return f"about {-score:.1f} s"
    if pool.objective == "weighted":
        return f"drawn by weight, {score:.0%} of the users"
    return f"as listed in pool '{pool.name}'"
