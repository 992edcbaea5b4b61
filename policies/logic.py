"""What can be proved about conditions without any request: contradictions and implications.

Conditions become a list of cases (an "or" of "and"s); words that may be one of several become a case
each. All answers are on the safe side: `True` is a proof, `False` only means that none was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from policies.conditions import (
    All,
    AnyIn,
    AnyOf,
    Available,
    Condition,
    InRange,
    Is,
    Not,
    OneOf,
    TimeOfDay,
    Weekday,
)

MAX_CASES = 400
Case = tuple[Condition, ...]
_SOME, _NONE = ("any",), ("none",)


def list_cases(condition: Condition) -> list[Case] | None:
    """Give the cases of a condition, each a tuple of leaves; None when there are too many."""
    if isinstance(condition, All):
        return _cross([list_cases(part) for part in condition.parts])
    if isinstance(condition, AnyOf):
        return _join([list_cases(part) for part in condition.parts])
    if isinstance(condition, Not) and isinstance(condition.part, Is):
        part = condition.part
        return [(Is(part.key, not part.wanted, part.get),)]
    if isinstance(condition, OneOf):
        return [(OneOf(condition.key, (word,), condition.get),) for word in condition.words]
    if isinstance(condition, AnyIn):
        return [(AnyIn(condition.key, (word,), condition.get),) for word in condition.words]
    if isinstance(condition, Weekday):
        return [(Weekday((day,), condition.zone),) for day in condition.days]
    return [(condition,)]


def _cross(parts: Sequence[list[Case] | None]) -> list[Case] | None:
    known = [part for part in parts if part is not None]
    size = 1
    for part in known:
        size *= len(part)
    if len(known) < len(parts) or size > MAX_CASES:
        return None
    return [tuple(leaf for case in chosen for leaf in case) for chosen in product(*known)]


def _join(parts: Sequence[list[Case] | None]) -> list[Case] | None:
    cases = [case for part in parts if part is not None for case in part]
    return None if any(part is None for part in parts) or len(cases) > MAX_CASES else cases


def never_holds(condition: Condition) -> bool:
    """Whether no request at all can satisfy the condition."""
    cases = list_cases(condition)
    return cases is not None and all(_is_contradiction(case) for case in cases)


def is_covered(condition: Condition, earlier: Iterable[Condition]) -> bool:
    """Whether every request that satisfies the condition satisfies one of the earlier ones."""
    cases = list_cases(condition)
    if cases is None:
        return False
    possible = [case for case in cases if not _is_contradiction(case)]
    before = [case for each in earlier for case in (_whole(each) or [])]
    return bool(possible) and all(
        any(_case_implies(case, other) for other in before) for case in possible
    )


def _whole(condition: Condition) -> list[Case] | None:
    """Give the cases with word lists left whole: `intent is a or b` covers more than `a`."""
    if isinstance(condition, All):
        return _cross([_whole(part) for part in condition.parts])
    if isinstance(condition, AnyOf):
        return _join([_whole(part) for part in condition.parts])
    return [(condition,)]


def _case_implies(case: Case, other: Case) -> bool:
    return all(any(leaf_implies(leaf, wanted) for leaf in case) for wanted in other)


def leaf_implies(leaf: Condition, other: Condition) -> bool:
    """Whether `other` holds wherever `leaf` does."""
    if leaf == other:
        return True
    if isinstance(leaf, InRange) and isinstance(other, InRange):
        return leaf.key == other.key and leaf.range.is_inside(other.range)
    if isinstance(leaf, OneOf) and isinstance(other, OneOf):
        return leaf.key == other.key and (
            set(leaf.words) <= set(other.words) or other.words == ("*",)
        )
    if isinstance(leaf, AnyIn) and isinstance(other, AnyIn) and leaf.key == other.key:
        if other.words == _SOME:
            return leaf.words != _NONE
        return set(leaf.words) <= set(other.words)
    if isinstance(leaf, OneOf) and isinstance(other, AnyIn):
        return (
            leaf.key == "intent" and other.key == "intents" and set(leaf.words) <= set(other.words)
        )
    if isinstance(leaf, Weekday) and isinstance(other, Weekday):
        return set(leaf.days) <= set(other.days)
    if isinstance(leaf, TimeOfDay) and isinstance(other, TimeOfDay):
        return (
            _is_plain(leaf)
            and _is_plain(other)
            and (other.begins <= leaf.begins and leaf.ends <= other.ends)
        )
    if isinstance(other, Not):
        return leaves_clash(leaf, other.part)
    return False


def _is_plain(span: TimeOfDay) -> bool:
    return span.begins < span.ends


def _is_contradiction(case: Case) -> bool:
    return any(
        leaves_clash(leaf, other) for at, leaf in enumerate(case) for other in case[at + 1 :]
    )


def leaves_clash(leaf: Condition, other: Condition) -> bool:
    """Whether the two can never hold together."""
    if isinstance(other, Not) and not isinstance(leaf, Not):
        return leaf_implies(leaf, other.part)
    if isinstance(leaf, Not) and not isinstance(other, Not):
        return leaf_implies(other, leaf.part)
    if isinstance(leaf, InRange) and isinstance(other, InRange):
        return leaf.key == other.key and not leaf.range.meets(other.range)
    if isinstance(leaf, OneOf) and isinstance(other, OneOf):
        plain = not leaf.patterns and not other.patterns
        return leaf.key == other.key and plain and leaf.plain.isdisjoint(other.plain)
    if isinstance(leaf, Is) and isinstance(other, Is):
        return leaf.key == other.key and leaf.wanted is not other.wanted
    if isinstance(leaf, AnyIn) and isinstance(other, AnyIn):
        return leaf.key == other.key and (leaf.words == _NONE) is not (other.words == _NONE)
    if isinstance(leaf, Available) and isinstance(other, Available):
        return leaf.of == other.of and leaf.wanted is not other.wanted
    if isinstance(leaf, Weekday) and isinstance(other, Weekday):
        return set(leaf.days).isdisjoint(other.days)
    if isinstance(leaf, TimeOfDay) and isinstance(other, TimeOfDay):
        apart = leaf.ends <= other.begins or other.ends <= leaf.begins
        return _is_plain(leaf) and _is_plain(other) and apart
    return False


def lowest(condition: Condition, key: str) -> float | None:
    """Give the least value of a number under which the condition can hold; None: no such bound."""
    cases = list_cases(condition)
    if not cases:
        return None
    bounds = [
        max(
            (leaf.range.low for leaf in case if isinstance(leaf, InRange) and leaf.key == key),
            default=float("-inf"),
        )
        for case in cases
    ]
    least = min(bounds)
    return None if least == float("-inf") else least
