"""Which models of a pool may answer at all, and in which order."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from policies.bounds import Limits
from policies.decision import Rejected, Selected
from policies.facts import Facts
from policies.pools import Option, Pool, rank
from policies.roster import Bench, roster_of
from policies.scoring import USUAL_DIFFICULTY, expect_of, expect_output_tokens
from policies.signals import HEALTHY, NO_TOKENS, NOTHING


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


def look_at(
    bench: Bench,
    answer_tokens: int,
    limits: Limits,
    facts: Facts,
    refusals: dict[str, Rejected],
    options: dict[str, Option],
) -> None:
    """Ask every model that was not asked yet whether it may answer at all."""
    refusals.update(bench.never)
    signals, health, candidates = facts.signals, facts.around.health, facts.candidates
    known = signals.expected_quality
    is_bound = limits.leave_sites_out
    for name in bench.able:
        if name in refusals or name in options:
            continue
        candidate = limits.price(candidates[name]) if is_bound else candidates[name]
        quality = known.get(name)
        if quality is None:
            quality = expect_of(candidate, signals)
        option = Option(
            candidate,
            health.get(name, HEALTHY),
            quality,
            limits.tokens_for(candidate.family),
            expect_output_tokens(signals, candidate, answer_tokens),
            name in signals.learned_odds,
        )
        why = limits.refuse(option)
        if why:
            rests = not option.health.is_available and not limits.without("rest").refuse(option)
            refusals[name] = Rejected(name, why, rests)
        else:
            options[name] = option


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
    refusals: dict[str, Rejected] = {}
    options: dict[str, Option] = {}
    bench = roster_of(facts.candidates).bench_of(pool)
    look_at(bench, errand.output_tokens, limits, own, refusals, options)
    ranking = rank(pool, list(options.values()), unit_of(pool, own), room)
    return Seats(tuple(ranking.selected), (*refusals.values(), *ranking.rejected))
