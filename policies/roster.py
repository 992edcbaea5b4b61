"""The models that there are, with what every decision would otherwise work out anew."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from policies.decision import Reason, Rejected, Selected
from policies.pools import Pool, Way, expand, list_models
from policies.scoring import estimate_usd, expect_of, expect_quality, show_usd
from policies.signals import ANY_LOCAL, Candidate, ModelHealth, Signals

_MOST_PRICES = 8_192


class Bench(NamedTuple):
    """The models of one pool, parted before any request comes."""

    able: tuple[str, ...]
    """Those that are on, in the pool's order."""
    never: Mapping[str, Rejected]
    """Those that cannot answer anybody, whatever is asked: they are off, or there is none."""


class Price(NamedTuple):
    """What a call would cost in dollars; None when a price is unknown."""

    usd: Decimal | None
    shown: str | None
    """The same in words."""

    @classmethod
    def of(cls, usd: Decimal | None) -> Price:
        """Give a price with its words."""
        return cls(usd, show_usd(usd))


class Remembered(NamedTuple):
    """Who answers on one way while nothing about the models changes, prices and qualities aside."""

    way: Way
    """Kept, so that its identity stays its own."""
    narrowest: int
    """Tokens that fit into every window that was looked at."""
    lineup: Lineup


class Lineup(msgspec.Struct, frozen=True):
    """Who may answer, in order, and who may not."""

    selected: tuple[Selected, ...]
    rejected: tuple[Rejected, ...]
    pool: str
    propensity: float
    reasons: tuple[Reason, ...]
    first: tuple[str, ...]
    """Those of the first pool."""
    by_quality: Mapping[str, Pool] = MappingProxyType({})
    """Those that a pool took that puts the best first."""
    by_price: Mapping[str, Pool] = MappingProxyType({})
    """Those that a pool took that puts the cheapest first."""


class Roster(dict[str, Candidate]):
    """Candidates by name. It never changes: another list of models is another roster."""

    __slots__ = (
        "_benches",
        "_expected",
        "_health",
        "_named",
        "_prices",
        "_seatings",
        "_uncalled",
    )

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        super().__init__({candidate.name: candidate for candidate in candidates})
        self._benches: dict[tuple[str, ...], Bench] = {}
        self._named: tuple[str, ...] = ()
        self._expected: dict[int, Mapping[str, float]] = {}
        self._health: Mapping[str, ModelHealth] | None = None
        self._seatings: dict[Hashable, Remembered] = {}
        self._prices: dict[tuple[str, int, int], Price] = {}
        self._uncalled: dict[int, Mapping[str, Rejected]] = {}

    def seatings(self, health: Mapping[str, ModelHealth]) -> dict[Hashable, Remembered]:
        """What was worked out under this very report on the models' health; empty with each new one."""
        if health is not self._health:
            self._health, self._seatings = health, {}
        return self._seatings

    def price_of(self, model: Candidate, input_tokens: int, output_tokens: int) -> Price:
        """What so long a request would cost there.

        Most requests are about as long as some other: one that was worked out is remembered, unless
        limits have narrowed down where the model may be asked.
        """
        if model is not self[model.name]:
            return Price.of(estimate_usd(model, input_tokens, output_tokens))
        key = (model.name, input_tokens, output_tokens)
        try:
            return self._prices[key]
        except KeyError:
            if len(self._prices) >= _MOST_PRICES:
                self._prices.clear()
            price = Price.of(estimate_usd(model, input_tokens, output_tokens))
            self._prices[key] = price
            return price

    def expect(self, names: tuple[str, ...], difficulty: float) -> Mapping[str, float]:
        """What each of these models is expected to be worth on a request so hard; strangers are left out.

        Worked out once for each hundredth, as long as the same names are asked for.
        """
        if names is not self._named:
            self._named, self._expected = names, {}
        hundredths = round(100 * difficulty)
        expected = self._expected.get(hundredths)
        if expected is None:
            found = {
                name: expect_quality(self[name].quality, difficulty)
                for name in expand(names, self)
                if name in self
            }
            expected = self._expected[hundredths] = MappingProxyType(found)
        return expected

    def expect_on(self, names: tuple[str, ...], signals: Signals) -> Mapping[str, float]:
        """The same on a very request: those that were taught as learned, the others by their cards."""
        by_card = self.expect(names, signals.difficulty)
        taught = [name for name in by_card if name in signals.learned_odds]
        if not taught:
            return by_card
        learned = {name: expect_of(self[name], signals) for name in taught}
        return MappingProxyType({**by_card, **learned})

    def uncalled(self, calls: int) -> Mapping[str, Rejected]:
        """Every model as it is told of where so few calls may be made that none is left for it."""
        told = self._uncalled.get(calls)
        if told is None:
            why = f"no call is left for it (`max_attempts: {calls}`)"
            told = self._uncalled[calls] = {name: Rejected(name, why) for name in self}
        return told

    def bench_of(self, pool: Pool) -> Bench:
        """The pool's models, `any-local` told in names."""
        bench = self._benches.get(pool.models)
        if bench is None:
            names = list_models(pool, self)
            able = tuple([name for name in names if name in self and self[name].is_on])
            never = {name: self._never(name) for name in names if name not in able}
            bench = self._benches[pool.models] = Bench(able, never)
        return bench

    def _never(self, name: str) -> Rejected:
        candidate = self.get(name)
        if candidate is not None:
            return Rejected(name, candidate.why_off or "switched off")
        if name == ANY_LOCAL:
            return Rejected(name, "no model runs in this house")
        return Rejected(name, "no model of that name is configured")


def roster_of(candidates: Iterable[Candidate] | Mapping[str, Candidate]) -> Roster:
    """The candidates as a roster; one that is a roster already is given back."""
    if isinstance(candidates, Roster):
        return candidates
    return Roster(candidates.values() if isinstance(candidates, Mapping) else candidates)
