"""Whose first answers are judged, and by which models, on one request."""

from __future__ import annotations

from collections.abc import Sequence

from policies.asides import Jury, Trial
from policies.bounds import Limits
from policies.decision import Cascade, Judge, Reason
from policies.facts import Facts
from policies.seating import Errand, Seats, seat_errand

_VERDICT_TOKENS = 64
"""What a yes or no in JSON takes, with room to spare."""
_INSTRUCTION_TOKENS = 200


def plan_cascade(
    trial: Trial,
    first: Sequence[str],
    *,
    has_others: bool,
    limits: Limits,
    facts: Facts,
    answer_tokens: int,
) -> tuple[Cascade | None, list[Reason]]:
    """Give the cascade of a plan, or None and why its first answer is not judged.

    `first` are the models of the rule's own pool; `has_others` whether anybody stands behind them.
    A judge that nobody may play is left out: the others still judge.
    """
    if not first:
        return None, [
            Reason("cascade: nobody of the first pool may answer, so none is judged", False)
        ]
    if not has_others:
        return None, [Reason("cascade: nobody stands behind the first pool", False)]
    judges: list[Judge] = []
    reasons: list[Reason] = []
    for jury in trial.juries:
        judge, reason = _seat_jury(jury, limits, facts, answer_tokens)
        reasons.append(reason)
        if judge is not None:
            judges.append(judge)
    if not judges:
        return None, [Reason("cascade: nobody may judge", False, tuple(reasons))]
    said = f"cascade: {' or '.join(first)} answers first and is judged; then the others"
    cascade = Cascade(first=tuple(first), judges=tuple(judges), judge_seconds=trial.judge_seconds)
    return cascade, [Reason(said, True, tuple(reasons))]


def _seat_jury(
    jury: Jury, limits: Limits, facts: Facts, answer_tokens: int
) -> tuple[Judge | None, Reason]:
    if jury.pool is None:
        said = _SAID[jury.kind] + (" of the same model" if jury.kind == "agreement" else "")
        return Judge(kind=jury.kind, at_least=jury.at_least), Reason(f"judge: {said}", True)
    seats = seat_errand(jury.pool, _errand(jury, limits, facts, answer_tokens), limits, facts)
    if not seats.selected:
        why = f"judge: nobody of '{jury.pool.name}' may give {_SAID[jury.kind]}"
        return None, Reason(why, False, _refusals(seats))
    judge = Judge(kind=jury.kind, models=seats.selected, at_least=jury.at_least)
    return judge, Reason(f"judge: {_SAID[jury.kind]} by {seats.selected[0].model}", True)


_SAID = {
    "refusal": "an answer that says it cannot help fails",
    "agreement": "a second answer",
    "check": "a check",
}


def _errand(jury: Jury, limits: Limits, facts: Facts, answer_tokens: int) -> Errand:
    # A second answer is asked for with the same prompt in front.
    tokens = limits.tokens_for("o200k")
    if jury.kind == "agreement":
        return Errand(limits.needs, tokens, answer_tokens, limits.demands)
    whole = tokens + answer_tokens + _INSTRUCTION_TOKENS
    return Errand(frozenset({"json_schema"}), whole, _VERDICT_TOKENS)


def _refusals(seats: Seats) -> tuple[Reason, ...]:
    return tuple(Reason(f"{each.model}: {each.why}", False) for each in seats.rejected)
