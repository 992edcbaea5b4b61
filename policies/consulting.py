"""Whether a model is asked what a request is about before it is decided, and which one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policies.asides import Inquiry
from policies.bounds import Earlier
from policies.decision import Plan, Reason, Terms
from policies.engine import constrain, first_that_holds, limit, say_left_out
from policies.facts import Facts
from policies.roster import Roster, roster_of
from policies.rules import AUTO, Policy
from policies.seating import Errand, seat_errand
from policies.signals import Caller, Candidate, Signals, Surroundings

_INSTRUCTION_TOKENS = 500
_TEXT_TOKENS = 1_000
_READING_TOKENS = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """A model is to be asked what a request is about."""

    inquiry: Inquiry
    why: Reason
    """Why it is asked, or why nobody may be."""
    plan: Plan | None
    """Whom to ask; None when nobody may be."""
    earlier: Earlier
    """What the policy's constraints asked for before: it holds whatever the model says."""


def consult(
    policy: Policy,
    signals: Signals,
    caller: Caller,
    candidates: Sequence[Candidate] | Roster,
    surroundings: Surroundings,
    requested: str = AUTO,
) -> Consultation | None:
    """Say whom to ask what the request is about; None when the policy does not want it asked.

    A caller who names a model or a pool has said who may see the text: nobody else is shown it.
    Every limit on the request binds the models that are asked: those of constraints, those of the
    rule that would decide now, the caller's own, and the budget.
    """
    inquiry = policy.inquiry
    if inquiry is None or policy.what_is_called(requested) != AUTO:
        return None
    facts = Facts(signals, caller, surroundings, roster_of(candidates), policy.members)
    if not inquiry.condition.holds(facts):
        return None
    _, rule = first_that_holds(policy, facts)
    limits = limit(policy, rule, facts, [])
    tokens = min(signals.prompt_tokens, _TEXT_TOKENS) + _INSTRUCTION_TOKENS
    errand = Errand(frozenset({"json_schema"}), tokens, _READING_TOKENS)
    seats = seat_errand(inquiry.pool, errand, limits, facts)
    because = inquiry.condition.explain(facts)
    held: list[Reason] = []
    bounds = constrain(policy, facts, held)
    earlier = Earlier(bounds, tuple(held))
    if not seats.selected:
        refused = tuple(Reason(f"{each.model}: {each.why}", False) for each in seats.rejected)
        said = f"dispatcher: nobody of '{inquiry.pool.name}' may be asked"
        why = Reason(said, False, (because, *refused))
        return Consultation(inquiry=inquiry, why=why, plan=None, earlier=earlier)
    primary, *fallbacks = seats.selected
    plan = Plan(
        rule="dispatcher",
        pool=inquiry.pool.name,
        primary=primary,
        fallbacks=tuple(fallbacks),
        # Nobody waits for a second try: the reader's own signals stand ready.
        terms=Terms(deadline_seconds=inquiry.deadline_seconds, max_attempts=2, retries_per_model=0),
        must_stay_local=limits.must_stay_local,
        regions=limits.regions,
        policy=policy.name,
        policy_version=policy.version,
    )
    out = say_left_out([each.model for each in seats.selected], limits, facts.candidates)
    said = f"dispatcher: {primary.model} is asked what this is about"
    why = Reason(said, True, (because, *out))
    return Consultation(inquiry=inquiry, why=why, plan=plan, earlier=earlier)
