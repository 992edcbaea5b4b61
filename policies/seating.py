"""Which models of a pool may answer at all, and in which order."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from policies.bounds import Limits
from policies.decision import Reason, Rejected, Selected
from policies.facts import Facts
from policies.outlook import Outlook, know_no_prices
from policies.pools import NOBODY_RANKED, Pool, Ranking, rank
from policies.roster import Bench, Known, Roster, Standing, roster_of
from policies.scoring import USUAL_DIFFICULTY
from policies.signals import NO_TOKENS, NOTHING, Candidate, ModelHealth

_MOST_ROUTES = 4_096


class Errand(NamedTuple):
    """Something that a model is asked besides the request itself."""

    needs: frozenset[str]
    prompt_tokens: int
    output_tokens: int
    demands: frozenset[str] = frozenset()


class Seats(NamedTuple):
    """Who may run an errand, in order, and who may not."""

    selected: tuple[Selected, ...]
    rejected: tuple[Rejected, ...]


class Lineup(msgspec.Struct, frozen=True):
    """Who may answer, in order, and who may not."""

    selected: tuple[Selected, ...]
    rejected: tuple[Rejected, ...]
    pool: str
    propensity: float
    reasons: tuple[Reason, ...]
    first: tuple[str, ...] = ()
    """Those of the first pool, where their answers are judged."""


class Stop(NamedTuple):
    """A pool, whom of it to put in order, and how many places there are for them."""

    pool: Pool
    models: Sequence[Candidate]
    places: int


class Route(NamedTuple):
    """Which pools take the places of a plan, for every request of a kind that no pool is reluctant about."""

    stages: tuple[Pool, ...]
    """Kept, so that their identity stays their own."""
    narrowest: int
    """Tokens that fit into every window that was looked at."""
    stops: tuple[Stop, ...]
    """Only at the last of them there may be fewer places than models."""
    reasons: tuple[Reason, ...]
    others: Mapping[str, Rejected]
    """Whoever has no place, but for models of the last stop that are in no pool after it."""


def line_up(
    stages: tuple[Pool, ...],
    limits: Limits,
    facts: Facts,
    answer_tokens: int,
    room: int,
    *,
    is_judged: bool = False,
    is_named: bool = False,
) -> Lineup:
    """Ask the models stage by stage: hard limits first, then the pool's own wishes.

    No more models are taken than there may be attempts (`room`). Of those beyond nothing else is
    asked. Where first answers are judged, half of the room is for who answers when they fail. The
    stages that a caller named are no part of the policy, and nothing about them is remembered.
    """
    look = _Look(roster_of(facts.candidates), limits, facts, answer_tokens)
    if not (is_judged or is_named or look.is_special):
        route = look.route(stages, room)
        lineup = _go(route, look, room) if route is not None else None
        if lineup is not None:
            return lineup
    return _walk(stages, look, room, is_judged=is_judged)


def _go(route: Route, look: _Look, room: int) -> Lineup | None:
    """Put the models of every stop in order; None where that changes who takes the places."""
    if look.longest > route.narrowest or not route.stops:
        return None
    first: Ranking | None = None
    selected: list[Selected] = []
    for pool, models, places in route.stops:
        ranking = rank(pool, models, look.outlook, unit_of(pool, look.facts), places)
        if ranking.rejected:
            return None
        first = first or ranking
        selected += ranking.selected
    return Lineup(
        tuple(selected),
        _tell_others(route, ranking, look.roster.uncalled(room)),
        route.stops[0].pool.name,
        first.propensity if first else 1.0,
        route.reasons,
    )


def _tell_others(
    route: Route, last: Ranking, uncalled: Mapping[str, Rejected]
) -> tuple[Rejected, ...]:
    """Give everybody who has no place, those first for whom the last stop had none."""
    if not last.beyond:
        return tuple(route.others.values())
    told = {name: uncalled[name] for name in last.beyond}
    told |= route.others
    for each in last.selected:
        told.pop(each.model, None)
    return tuple(told.values())


def _survey(stages: tuple[Pool, ...], look: _Look, room: int) -> Route | None:
    """Find out which pools take the places; None for a request too long for one of those windows."""
    refusals: dict[str, Rejected] = {}
    beyond: list[str] = []
    stops: list[Stop] = []
    taken: set[str] = set()
    reasons: list[Reason] = []
    left, narrowest = room, sys.maxsize
    for stage in stages:
        bench = look.roster.bench_of(stage)
        if left <= 0:
            refusals.update(bench.never)
            beyond += bench.able
            continue
        if look.longest > bench.narrowest:
            return None
        narrowest = min(narrowest, bench.narrowest)
        standing = look.at(stage)
        refusals.update(standing.refused)
        models = [each for each in standing.open if each.name not in taken]
        if not models:
            reasons.append(stage.has_nobody_else)
            continue
        if not stops:
            reasons.append(stage.comes_first)
        stops.append(Stop(stage, models, left))
        left -= len(models)
        if left >= 0:
            taken.update([each.name for each in models])
    others = {name: look.roster.uncalled(room)[name] for name in beyond} | refusals
    others = {name: each for name, each in others.items() if name not in taken}
    return Route(stages, narrowest, tuple(stops), tuple(reasons), others)


def _walk(stages: Sequence[Pool], look: _Look, room: int, *, is_judged: bool) -> Lineup:
    """Ask stage by stage, where who is asked next hangs on who was taken before."""
    refusals: dict[str, Rejected] = {}
    beyond: list[str] = []
    selected: list[Selected] = []
    taken: set[str] = set()
    pool, propensity = stages[0].name, 1.0
    reasons: list[Reason] = []
    first: tuple[str, ...] = ()
    for at, stage in enumerate(stages):
        left = room - len(selected)
        if left <= 0:
            bench = look.roster.bench_of(stage)
            refusals.update(bench.never)
            beyond += bench.able
            continue
        standing = look.at(stage)
        refusals.update(standing.refused)
        models = [each for each in standing.open if each.name not in taken]
        if at == 0 and is_judged:
            left = max(1, room // 2)
        ranking = NOBODY_RANKED
        if models:
            ranking = rank(stage, models, look.outlook, unit_of(stage, look.facts), left)
        for each in ranking.rejected:
            refusals[each.model] = each
        beyond += ranking.beyond
        if not ranking.selected:
            reasons.append(stage.has_nobody_else)
            continue
        if not selected:
            pool, propensity = stage.name, ranking.propensity
            reasons.append(stage.comes_first)
        selected += ranking.selected
        names = tuple([each.model for each in ranking.selected])
        taken.update(names)
        if at == 0 and is_judged:
            first = names
    uncalled = look.roster.uncalled(room)
    told = {name: uncalled[name] for name in beyond} | refusals
    rejected = tuple([each for name, each in told.items() if name not in taken])
    return Lineup(tuple(selected), rejected, pool, propensity, tuple(reasons), first)


class _Look:
    """Looks at the models of one pool after the other, for one request."""

    __slots__ = ("_known", "facts", "is_special", "limits", "longest", "outlook", "roster")

    def __init__(self, roster: Roster, limits: Limits, facts: Facts, answer_tokens: int) -> None:
        health = facts.around.health
        # Limits may narrow down where a model is asked, and then its price is not that of its card.
        prices = know_no_prices if limits.leave_sites_out else roster.prices
        self.outlook = Outlook(facts.signals, answer_tokens, health, prices, limits.tokens_for)
        self.roster = roster
        self.limits = limits
        self.facts = facts
        self.longest = limits.longest()
        self.is_special = limits.budget_left_usd is not None or bool(limits.lifted)
        """Whether it is of no kind: its limits are all its own."""
        self._known = Known({}, {}) if self.is_special else _recall(roster, limits, health)

    def route(self, stages: tuple[Pool, ...], room: int) -> Route | None:
        """Give which of the policy's own pools take the places."""
        routes, key = self._known.routes, (id(stages), room)
        route = routes.get(key)
        if route is None:
            route = _survey(stages, self, room)
            if route is not None:
                if len(routes) >= _MOST_ROUTES:
                    routes.clear()
                routes[key] = route
        return route

    def at(self, pool: Pool) -> Standing:
        """Give who of a pool may answer at all.

        Where the request fits into every window, that is the same for all of its kind.
        """
        bench = self.roster.bench_of(pool)
        if self.longest > bench.narrowest:
            return self._ask(bench)
        standings = self._known.standings
        standing = standings.get(pool.models)
        if standing is None:
            standing = standings[pool.models] = self._ask(bench)
        return standing

    def _ask(self, bench: Bench) -> Standing:
        limits, outlook = self.limits, self.outlook
        able: list[Candidate] = []
        refused = dict(bench.never)
        for name in bench.able:
            model = limits.price(self.roster[name])
            why = limits.refuse(model, outlook)
            if why:
                is_down = not outlook.health(model).is_available
                rests = is_down and not limits.without("rest").refuse(model, outlook)
                refused[name] = Rejected(name, why, rests)
            else:
                able.append(model)
        return Standing(tuple(able), refused)


def _recall(roster: Roster, limits: Limits, health: Mapping[str, ModelHealth]) -> Known:
    """Give what is known of requests of this kind."""
    down = [(name, each.why) for name, each in health.items() if not each.is_available]
    kind = (limits.must_stay_local, limits.regions, limits.needs, limits.demands, tuple(down))
    return roster.recall(kind)


def unit_of(pool: Pool, facts: Facts) -> str:
    """Give what a weighted draw sticks to: the user, else the session, else the moment."""
    if pool.objective != "weighted":
        return ""
    caller = facts.caller
    return caller.user or caller.session or f"moment {facts.around.now.isoformat()}"


def seat_errand(pool: Pool, errand: Errand, limits: Limits, facts: Facts, room: int = 2) -> Seats:
    """Put the models of a pool in order for an errand, `room` of them at most.

    The request's hard limits hold; its own needs, its length, its modality and its difficulty do
    not, since only the errand's text goes there: a model is worth what its card says.
    """
    signals = msgspec.structs.replace(
        facts.signals,
        prompt_tokens=errand.prompt_tokens,
        tokens_by_family=NO_TOKENS,
        max_output_tokens=errand.output_tokens,
        difficulty=USUAL_DIFFICULTY,
        expected_quality=NOTHING,
        learned_odds=NOTHING,
    )
    own = Facts(signals, facts.caller, facts.around, facts.candidates)
    limits = msgspec.structs.replace(
        limits,
        needs=errand.needs,
        demands=errand.demands,
        signals=signals,
        answer_tokens=errand.output_tokens,
        headroom_tokens=0,
        added=NO_TOKENS,
    )
    roster = roster_of(facts.candidates)
    look = _Look(roster, limits, own, errand.output_tokens)
    standing = look.at(pool)
    ranking = rank(pool, standing.open, look.outlook, unit_of(pool, own), room)
    return Seats(tuple(ranking.selected), (*standing.refused.values(), *ranking.rejected))
