"""Pools: models that can stand in for each other, put in order by what the pool is for."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from operator import itemgetter

import msgspec

from policies.decision import Reason, Rejected, Selected
from policies.outlook import Outlook
from policies.scoring import show_quality
from policies.signals import ANY_LOCAL, Candidate
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
    why: str = field(init=False, compare=False, repr=False)
    """Why any of its models stands where it does; empty where that hangs on the request."""

    def __post_init__(self) -> None:
        # Said of every request: worked out once.
        how = self.chosen_by or "named directly" if self.is_one else _WORDS[self.objective]
        who = f"model '{self.models[0]}'" if self.is_one else f"pool '{self.name}'"
        object.__setattr__(self, "comes_first", Reason(f"{who}, {how}", True))
        if self.is_one and self.chosen_by:
            who = self.chosen_by
        said = f"{who} has nobody else who may answer"
        object.__setattr__(self, "has_nobody_else", Reason(said, False))
        object.__setattr__(self, "why", self._say_why())

    def _say_why(self) -> str:
        if self.is_one:
            return self.chosen_by or "named directly"
        said = f"as listed in pool '{self.name}'" if self.objective == "ordered" else ""
        return f"{said}, {self.chosen_by}" if said and self.chosen_by else said

    def put_first(self, by: str) -> Pool:
        """Give the same pool as the side of a split puts it first."""
        return replace(self, chosen_by=by)


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


class Ranking(msgspec.Struct, frozen=True):
    """A pool's models in order, those it will not take, and the chance of the first."""

    selected: list[Selected]
    rejected: list[Rejected]
    propensity: float
    beyond: Sequence[str] = ()
    """Models that would come next, for which there is no room."""


NOBODY_RANKED = Ranking([], [], 1.0)

Scored = list[tuple[float, Candidate]]


def rank(
    pool: Pool, models: Sequence[Candidate], outlook: Outlook, unit: str, room: int
) -> Ranking:
    """Put the eligible models of a pool in order, best first, `room` of them at most.

    A model below the pool's quality floor or over its price is not taken. A model whose price is
    unknown comes last where price decides, and is not taken where the pool names a highest price.
    `unit` is what a weighted draw sticks to.
    """
    rejected: list[Rejected] = []
    if pool.quality_floor is not None or pool.under_usd is not None:
        rejected = [
            Rejected(each.name, why) for each in models if (why := reluctance(pool, each, outlook))
        ]
        if rejected:
            names = {each.model for each in rejected}
            models = [each for each in models if each.name not in names]
    scored = _SCORERS[pool.objective](pool, models, outlook, unit)
    propensity = scored[0][0] if scored and pool.objective == "weighted" else 1.0
    beyond: list[str] = []
    if len(scored) > room:
        beyond = [model.name for _, model in scored[room:]]
        scored = scored[:room]
    selected = [_select(pool, score, model, outlook) for score, model in scored]
    return Ranking(selected, rejected, propensity, beyond)


def reluctance(pool: Pool, model: Candidate, outlook: Outlook) -> str:
    """Say why the pool will not take a model that may answer; empty when it will."""
    if pool.quality_floor is not None and (quality := outlook.quality(model)) < pool.quality_floor:
        is_learned = outlook.is_learned(model)
        shown = show_quality(quality, is_learned=is_learned) + "," * is_learned
        return f"{shown} is below pool '{pool.name}' floor {pool.quality_floor:.2f}"
    if pool.under_usd is not None:
        price = outlook.price(model)
        if price.usd is None:
            return f"price unknown, so not provably under pool '{pool.name}' limit"
        if price.usd > pool.under_usd:
            return f"would cost ${price.shown}, over pool '{pool.name}' limit"
    return ""


def _best(_: Pool, models: Sequence[Candidate], outlook: Outlook, __: str) -> Scored:
    return _sorted([(outlook.quality(model), model) for model in models])


def _cheapest(_: Pool, models: Sequence[Candidate], outlook: Outlook, __: str) -> Scored:
    return _sorted([(_worth(outlook.price(model).usd), model) for model in models])


def _worth(usd: Decimal | None) -> float:
    return -math.inf if usd is None else -float(usd)


def _fastest(_: Pool, models: Sequence[Candidate], outlook: Outlook, __: str) -> Scored:
    return _sorted([(-outlook.seconds(model), model) for model in models])


def _ordered(_: Pool, models: Sequence[Candidate], __: Outlook, ___: str) -> Scored:
    return [(1.0 / place, model) for place, model in enumerate(models, 1)]


def _weighted(pool: Pool, models: Sequence[Candidate], _: Outlook, unit: str) -> Scored:
    """Order by weighted rendezvous hashing: a changed weight moves users only to or from it."""
    weights = _weigh(pool, [model.name for model in models])
    total = sum(weights)
    keyed: list[tuple[float, float, Candidate]] = []
    for weight, model in zip(weights, models, strict=True):
        place = max(place_of(f"pool/{pool.name}/{model.name}", unit), 2.0**-64)
        # A model without weight gets no users of its own but may still stand in.
        key = weight / -math.log(place) if weight > 0 else place - 1.0
        keyed.append((key, weight / total if total else 0.0, model))
    keyed.sort(key=itemgetter(0), reverse=True)
    return [(share, model) for _, share, model in keyed]


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


_SCORERS: dict[Objective, Callable[[Pool, Sequence[Candidate], Outlook, str], Scored]] = {
    "best": _best,
    "cheapest": _cheapest,
    "fastest": _fastest,
    "ordered": _ordered,
    "weighted": _weighted,
}


def _select(pool: Pool, score: float, model: Candidate, outlook: Outlook) -> Selected:
    usd = outlook.price(model).shown
    return Selected(
        model=model.name,
        score=None if score == -math.inf else score,
        why=pool.why or _say_order(pool, score, usd, is_learned=outlook.is_learned(model)),
        estimated_usd=usd,
    )


def _say_order(pool: Pool, score: float, usd: str | None, *, is_learned: bool) -> str:
    if pool.objective == "best":
        said = show_quality(score, is_learned=is_learned)
    elif pool.objective == "cheapest":
        said = "price unknown, so after all known ones" if usd is None else f"about ${usd}"
    elif pool.objective == "fastest":
        said = f"about {-score:.1f} s"
    else:
        said = f"drawn by weight, {score:.0%} of the users"
    return f"{said}, {pool.chosen_by}" if pool.chosen_by else said
