"""The models that there are, with what every decision would otherwise work out anew."""

from __future__ import annotations

import sys
from collections.abc import Hashable, Iterable, Mapping
from operator import is_
from types import MappingProxyType
from typing import Any, NamedTuple

from policies.decision import Rejected
from policies.outlook import Prices
from policies.pools import Pool, expand, list_models
from policies.scoring import expect_of, expect_quality
from policies.signals import ANY_LOCAL, Candidate, Signals

_MOST_SIZES = 1_024
_MOST_KINDS = 256


class Bench(NamedTuple):
    """The models of one pool, parted before any request comes."""

    able: tuple[str, ...]
    """Those that are on, in the pool's order."""
    never: Mapping[str, Rejected]
    """Those that cannot answer anybody, whatever is asked: they are off, or there is none."""
    narrowest: int
    """Tokens that fit into the window of every model that is on."""


class Standing(NamedTuple):
    """Who of a pool may answer a request and who may not, its length and what it costs aside."""

    open: tuple[Candidate, ...]
    """In the pool's order; at the prices of those deployments that the limits leave."""
    refused: Mapping[str, Rejected]


class Known(NamedTuple):
    """What was worked out for requests of one kind."""

    standings: dict[tuple[str, ...], Standing]
    """By the names that a pool lists."""
    routes: dict[Hashable, Any]
    """Which pools take the places of a plan, see `seating.py`."""


class Roster(dict[str, Candidate]):
    """Candidates by name. It never changes: another list of models is another roster."""

    __slots__ = (
        "_benches",
        "_expected",
        "_kinds",
        "_prices",
        "_uncalled",
    )

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        super().__init__({candidate.name: candidate for candidate in candidates})
        self._benches: dict[tuple[str, ...], Bench] = {}
        self._expected: tuple[tuple[str, ...], dict[int, Mapping[str, float]]] = ((), {})
        self._kinds: dict[Hashable, Known] = {}
        self._prices: dict[tuple[int, int], Prices] = {}
        self._uncalled: dict[int, Mapping[str, Rejected]] = {}

    def recall(self, kind: Hashable) -> Known:
        """What was worked out for requests of this kind.

        The kind holds all that a model's standing hangs on besides its card and the request's length.
        """
        known = self._kinds.get(kind)
        if known is None:
            if len(self._kinds) >= _MOST_KINDS:
                self._kinds.clear()
            known = self._kinds[kind] = Known({}, {})
        return known

    def prices(self, input_tokens: int, wanted_tokens: int) -> Prices:
        """The prices of calls of that size, as far as they were worked out: most requests are about as long
        as some other. `wanted_tokens` is how long the answer would be at a model without a limit."""
        known = self._prices.get((input_tokens, wanted_tokens))
        if known is None:
            if len(self._prices) >= _MOST_SIZES:
                self._prices.clear()
            known = self._prices[input_tokens, wanted_tokens] = {}
        return known

    def expect(self, names: tuple[str, ...], difficulty: float) -> Mapping[str, float]:
        """What each of these models is expected to be worth on a request so hard; strangers are left out.

        Worked out once for each hundredth, as long as the same names are asked for.
        """
        named, by_difficulty = self._expected
        if names is not named:
            by_difficulty = {}
            self._expected = (names, by_difficulty)
        hundredths = round(100 * difficulty)
        expected = by_difficulty.get(hundredths)
        if expected is None:
            found = {
                name: expect_quality(self[name].quality, difficulty)
                for name in expand(names, self)
                if name in self
            }
            expected = by_difficulty[hundredths] = MappingProxyType(found)
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
            narrowest = min([self[name].window_tokens for name in able], default=sys.maxsize)
            bench = self._benches[pool.models] = Bench(able, never, narrowest)
        return bench

    def _never(self, name: str) -> Rejected:
        candidate = self.get(name)
        if candidate is not None:
            return Rejected(name, candidate.why_off or "switched off")
        if name == ANY_LOCAL:
            return Rejected(name, "no model runs in this house")
        return Rejected(name, "no model of that name is configured")


def roster_of(candidates: Iterable[Candidate] | Mapping[str, Candidate]) -> Roster:
    """The candidates as a roster; one that is a roster already is given back.

    Whoever decides again about the very same cards gets the roster that was made of them: it knows
    nothing but what follows from the cards, and these never change.
    """
    global _last
    if isinstance(candidates, Roster):
        return candidates
    cards = tuple(candidates.values() if isinstance(candidates, Mapping) else candidates)
    known, roster = _last
    if len(cards) == len(known) and all(map(is_, cards, known)):
        return roster
    roster = Roster(cards)
    _last = (cards, roster)
    return roster


_last: tuple[tuple[Candidate, ...], Roster] = ((), Roster(()))
"""Read and written as one, so that threads do not get each other's."""
