"""Finds limits that hang on what a dispatcher outside says: it reads the text that they would keep back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.bounds import UNBOUND, Bounds, why_outside
from policies.conditions import All, AnyOf, Cel, Condition, Not, QualityInRange
from policies.expression_check import asks_for
from policies.findings import Finding
from policies.implications import key_of, leaves
from policies.lint_findings import Models, find
from policies.located import Path
from policies.logic import Logic, UndecidedError
from policies.pools import list_models
from policies.rules import Policy
from policies.signals import Candidate

_READ = (
    "intent", "intents", "intent_group", "intent_count", "confidence", "unsure", "from_context", "emotion",
    "intensity", "emotion_confidence", "difficulty",
)  # fmt: skip
"""What a dispatcher's model says in place of our own reader."""
_BY_DIFFICULTY = ("quality", "expected_quality")
_ABILITY = "json_schema"
_MEND = (
    "Let a model of this house read (`dispatcher: {use: …}` with `any-local`), let the limit hang on something "
    "that no reading changes, or ask less: `dispatcher: {when: …}`."
)


def lint_readers(policy: Policy, models: Models, logic: Logic) -> Iterator[Finding]:
    """Give the limits that may hold only after a model outside them has read the text."""
    inquiry = policy.inquiry
    if inquiry is None:
        return
    asked = [models[name] for name in list_models(inquiry.pool, models) if name in models]
    asked = [each for each in asked if _ABILITY in each.abilities]
    limits: list[tuple[Path, str, Condition, Bounds]] = [
        *(
            (("constraints", at), f"constraint '{each.name}'", each.condition, each.bounds)
            for at, each in enumerate(policy.constraints)
        ),
        *(
            (("rules", at), f"rule '{each.name}'", each.condition, each.bounds)
            for at, each in enumerate(policy.rules[:-1])
        ),
    ]
    for where, who, condition, bounds in limits:
        read = _list_read(condition)
        outside = [each.name for each in asked if _is_outside(each, bounds)]
        if read and outside and _may_come_too_late(inquiry.condition, condition, logic):
            message = (
                f"{who} hangs on what the dispatcher reads ({', '.join(read)}), and {', '.join(outside)}, which "
                "it would keep out, may be the one who reads: where our own reader does not see it, the text "
                "has left before the limit holds."
            )
            yield find(policy, "warning", "read-outside", where, message, _MEND)


def _list_read(condition: Condition) -> list[str]:
    """What a condition asks for that a dispatcher's model may say otherwise."""
    found: dict[str, None] = {}
    for leaf in leaves(condition):
        if isinstance(leaf, QualityInRange):
            found["quality"] = None
        elif isinstance(leaf, Cel):
            names = (*_READ, *_BY_DIFFICULTY)
            found |= dict.fromkeys(each for each in names if asks_for(leaf.expression, each))
        elif (key := key_of(leaf)) in _READ:
            found[str(key)] = None
    return list(found)


def _is_outside(model: Candidate, bounds: Bounds) -> bool:
    """Whether some place where the model may be called is one that the limits leave out."""
    if bounds is UNBOUND:
        return False
    places = model.sites or (model,)
    local, regions = bounds.must_stay_local, bounds.regions
    return any(why_outside(each, must_stay_local=local, regions=regions) for each in places)


def _may_come_too_late(asked_when: Condition, condition: Condition, logic: Logic) -> bool:
    """Whether a model may be asked where the condition does not hold yet, and it may hold afterwards."""
    try:
        if logic.is_covered(asked_when, [condition]):
            return False
        after = _whatever_is_read(condition, is_wanted=True)
        return not Logic([asked_when, after]).never_holds(asked_when, after)
    except UndecidedError:
        return True


def _whatever_is_read(condition: Condition, *, is_wanted: bool) -> Condition:
    """What is left of a condition when all that is read may be as it likes."""
    if isinstance(condition, Not):
        return Not(_whatever_is_read(condition.part, is_wanted=not is_wanted))
    if isinstance(condition, All | AnyOf):
        parts: Sequence[Condition] = condition.parts
        kept = tuple(_whatever_is_read(each, is_wanted=is_wanted) for each in parts)
        return All(kept) if isinstance(condition, All) else AnyOf(kept)
    if _list_read(condition):
        return All(()) if is_wanted else AnyOf(())
    return condition
