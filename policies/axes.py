"""What conditions ask about, as facts with finitely many values that matter.

Every fact is an *axis*: the words, stretches of numbers, days or times of day that some condition
tells apart are its *classes*, and what a condition allows is a set of them (bits of an integer). A
condition becomes a formula over such sets. Two requests whose facts lie in the same classes get the
same answer of every condition, so that what holds for no class holds for no request.

Where facts hang together in ways that are written neither here nor in `implications.py`, classes may come
together that no request has: what is proved stays true, and some things are not found.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import combinations
from math import comb
from typing import NamedTuple

from policies.conditions import (
    DAYS,
    All,
    AnyIn,
    AnyOf,
    Available,
    Condition,
    HealthInRange,
    InRange,
    Not,
    OneOf,
    QualityInRange,
    TimeOfDay,
    Weekday,
)
from policies.conditions import Is as Flag
from policies.implications import Qualities, Worth, choose_implications, key_of, leaves
from policies.ranges import Range
from policies.scoring import expect_quality
from policies.signals import (
    EMOTIONS,
    GROUP_OF,
    INTENT_GROUPS,
    INTENTS,
    LANGUAGES,
    MODALITIES,
    NEEDS,
    PII_KINDS,
    SLOTS,
)

NO, YES = 1, 2
Axis = Hashable
NOBODY: Qualities = {}
_CLOSED = {"intent_group": INTENT_GROUPS, "emotion": EMOTIONS, "language": LANGUAGES}
_CLOSED_SETS = {"modality": MODALITIES, "needs": NEEDS, "pii": PII_KINDS, "slots": SLOTS}
MOST_INTENTS = 4
"""So many intents are read in one message at most."""
_MOST_SETS = 150
"""Of intents that cannot all be there: with more of them their number says nothing."""
_ANY_LETTERS = "\0"
"""Stands for what a `*` of one pattern takes up when another pattern is asked whether it covers it."""


class Literal(NamedTuple):
    """The axis is in one of the classes."""

    axis: Axis
    classes: int


@dataclass(frozen=True, slots=True)
class Both:
    """Every part is true."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part is true."""

    parts: tuple[Formula, ...]


Formula = bool | Literal | Both | Either


@dataclass(frozen=True, slots=True)
class Extent:
    """Which numbers an axis can be at all."""

    low: float = -math.inf
    high: float = math.inf
    is_whole: bool = False
    may_miss: bool = False
    """The number may be unknown, and then lies in no range."""


_SHARE = Extent(0.0, 1.0)
_COUNT = Extent(1, is_whole=True)
_EXTENTS: dict[str, Extent] = {
    "intent_count": Extent(1, MOST_INTENTS, is_whole=True),
    "confidence": _SHARE,
    "intensity": _SHARE,
    "emotion_confidence": _SHARE,
    "emotion_trend": Extent(-1.0, 1.0),
    "sarcasm": _SHARE,
    "difficulty": _SHARE,
    "tokens": Extent(0, is_whole=True),
    "max_output_tokens": Extent(1, is_whole=True, may_miss=True),
    "turns": _COUNT,
    "load": Extent(0.0),
    "budget_left_usd": Extent(may_miss=True),
    "error_rate": Extent(0.0),
    "quality": _SHARE,
}
_UNKNOWN = Extent(may_miss=True)


class Stretch(NamedTuple):
    """One number, or all between two."""

    low: float
    high: float

    def is_inside(self, wanted: Range) -> bool:
        """Whether the range holds all of the stretch; the range's ends are ends of stretches."""
        if self.low == self.high:
            return wanted.holds(self.low)
        return wanted.low <= self.low and self.high <= wanted.high


def _cut(ends: Iterable[float], extent: Extent) -> list[Stretch]:
    """Cut the numbers of an axis at some ends."""
    points = sorted({end for end in ends if math.isfinite(end)})
    stretches: list[Stretch] = []
    for low, high in zip([-math.inf, *points], [*points, math.inf], strict=True):
        stretches.append(Stretch(low, high))
        if math.isfinite(high):
            stretches.append(Stretch(high, high))
    return [each for each in stretches if _is_possible(each, extent)]


def _is_possible(stretch: Stretch, extent: Extent) -> bool:
    if stretch.low == stretch.high:
        fits = extent.low <= stretch.low <= extent.high
        return fits and (not extent.is_whole or float(stretch.low).is_integer())
    low, high = max(stretch.low, extent.low), min(stretch.high, extent.high)
    if not extent.is_whole:
        return low < high
    first = _first_whole(stretch, extent)
    return first < stretch.high and first <= extent.high


def _first_whole(stretch: Stretch, extent: Extent) -> float:
    """The least whole number of a stretch; its end or more where it has none."""
    if stretch.low == stretch.high or stretch.low < extent.low:
        return max(stretch.low, extent.low)
    return math.floor(stretch.low) + 1


class Axes:
    """The axes of some conditions, cut where any of them asks, and the conditions as formulas."""

    def __init__(
        self,
        conditions: Iterable[Condition],
        intents: Iterable[str] = (),
        *,
        qualities: Qualities = NOBODY,
        by_our_readers: bool = False,
    ) -> None:
        """`qualities` says what models and pools are worth by their cards, None where that says nothing;
        `by_our_readers` that no model reads a request again."""
        self._words: dict[str, dict[str, None]] = {}
        self._patterns: dict[str, dict[str, None]] = {}
        self._members: dict[str, dict[str, None]] = {}
        self._ends: dict[Axis, set[float]] = {}
        self._moments: set[float] = set()
        self._qualities = qualities
        labels = tuple(dict.fromkeys((*INTENTS, *intents)))
        self._vocabulary = {**_CLOSED, "intent": labels}
        self._members_known = {**_CLOSED_SETS, "intents": labels}
        kept = tuple(conditions)
        chosen, facts = choose_implications(
            kept,
            qualities,
            by_our_readers=by_our_readers,
            has_shipped_intents=len(labels) == len(INTENTS),
        )
        implied = [part for each in chosen for part in (each.given, each.then)]
        for condition in (*kept, *implied):
            for leaf in leaves(condition):
                self._gather(leaf)
        if "intent" in facts:
            self._words.setdefault("intent", dict.fromkeys(labels))
        if "intent_count" in self._ends:
            self._ends["intent_count"].update(range(1, MOST_INTENTS))
        self._stretches = {
            axis: _cut(ends, self._extent(axis)) for axis, ends in self._ends.items()
        }
        self._hours = sorted(self._moments)
        self.relations = tuple(self._relations())
        self.implied = [
            (each, either((self.negate(self.read(each.given)), self.read(each.then))))
            for each in chosen
        ]
        """What readers never say together, each as a formula too."""
        self.always = (*self.relations, *(formula for _, formula in self.implied))

    def _gather(self, leaf: Condition) -> None:
        if isinstance(leaf, OneOf):
            words = self._words.setdefault(
                leaf.key, dict.fromkeys(self._vocabulary.get(leaf.key, ()))
            )
            words |= dict.fromkeys(word for word in leaf.asked if word in leaf.plain)
            self._patterns.setdefault(leaf.key, {}).update(dict.fromkeys(leaf.patterns))
        elif isinstance(leaf, AnyIn):
            members = leaf.words if leaf.words not in (("any",), ("none",)) else ()
            self._members.setdefault(leaf.key, {}).update(dict.fromkeys(members))
        elif isinstance(leaf, TimeOfDay):
            self._moments |= {_minute(leaf.begins), _minute(leaf.ends)}
        elif isinstance(leaf, InRange | HealthInRange | QualityInRange):
            ends = self._ends.setdefault(key_of(leaf), set())
            ends |= {leaf.range.low, leaf.range.high}

    def _extent(self, axis: Axis) -> Extent:
        if isinstance(axis, tuple):
            card = self._qualities.get(axis[2]) if axis[0] == "quality" else None
            if isinstance(card, Worth):
                low, high = expect_quality(card.worst, 1.0), expect_quality(card.best, 0.0)
                return Extent(low, high, may_miss=True)
            if card is not None:
                return Extent(expect_quality(card, 1.0), expect_quality(card, 0.0))
            # A figure of models, of which there may be none.
            return replace(_EXTENTS.get(axis[0], _UNKNOWN), may_miss=True)
        return _EXTENTS.get(str(axis), _UNKNOWN)

    def full(self, axis: Axis) -> int:
        """All classes of an axis."""
        if axis == "weekday":
            return (1 << len(DAYS)) - 1
        if axis == "time":
            return (1 << len(self._hours)) - 1
        if axis in self._stretches:
            missing = self._extent(axis).may_miss
            return (1 << (len(self._stretches[axis]) + missing)) - 1
        if axis in self._words:
            return (1 << (len(self._words[str(axis)]) + self._is_open(str(axis)))) - 1
        return NO | YES

    def least(self, axis: Axis, classes: int) -> float | None:
        """The least whole number in some classes of a number's axis; None: it may be unknown."""
        stretches = self._stretches.get(axis, ())
        if not stretches or classes >> len(stretches):
            return None
        at = (classes & -classes).bit_length() - 1
        return _first_whole(stretches[at], self._extent(axis))

    def parts(self, key: str) -> list[tuple[Formula, tuple[float, float]]]:
        """The stretches of a number's axis, each as what is true there and with its ends, lowest first."""
        extent = self._extent(key)
        stretches = self._stretches.get(key)
        if stretches is None:
            return [(True, (extent.low, extent.high))]
        return [
            (
                self._literal(key, 1 << at),
                (max(each.low, extent.low), min(each.high, extent.high)),
            )
            for at, each in enumerate(stretches)
        ]

    def members(self, key: str) -> tuple[str, ...]:
        """The words that conditions look for in a set."""
        return tuple(self._members.get(key, ()))

    def read(self, condition: Condition) -> Formula:
        """Give a condition as a formula."""
        if isinstance(condition, All):
            return both(self.read(part) for part in condition.parts)
        if isinstance(condition, AnyOf):
            return either(self.read(part) for part in condition.parts)
        if isinstance(condition, Not):
            return self.negate(self.read(condition.part))
        return self._leaf(condition)

    def negate(self, formula: Formula) -> Formula:
        """Give what is true where the formula is not."""
        if isinstance(formula, bool):
            return not formula
        if isinstance(formula, Literal):
            return self._literal(formula.axis, self.full(formula.axis) & ~formula.classes)
        parts = [self.negate(part) for part in formula.parts]
        return either(parts) if isinstance(formula, Both) else both(parts)

    def _literal(self, axis: Axis, classes: int) -> Formula:
        if classes == 0:
            return False
        return True if classes == self.full(axis) else Literal(axis, classes)

    def _leaf(self, leaf: Condition) -> Formula:
        if isinstance(leaf, OneOf):
            return self._one_of(leaf)
        if isinstance(leaf, AnyIn):
            return self._any_in(leaf)
        if isinstance(leaf, InRange | HealthInRange | QualityInRange):
            return self._inside(key_of(leaf), leaf.range)
        if isinstance(leaf, Weekday):
            return self._literal("weekday", _bits(day in leaf.days for day in DAYS))
        if isinstance(leaf, TimeOfDay):
            return self._literal("time", _bits(_is_within(at, leaf) for at in self._hours))
        if isinstance(leaf, Flag):
            return Literal(("is", leaf.key), YES if leaf.wanted else NO)
        if isinstance(leaf, Available):
            return Literal(("available", leaf.of), YES if leaf.wanted else NO)
        return Literal(("asks", leaf), YES)

    def _is_open(self, key: str) -> bool:
        return key not in self._vocabulary

    def _other(self, key: str) -> int:
        """The class of all words that no condition names."""
        return 1 << len(self._words[key])

    def _one_of(self, leaf: OneOf) -> Formula:
        named = _bits(
            word in leaf.plain or any(fnmatchcase(word, each) for each in leaf.patterns)
            for word in self._words[leaf.key]
        )
        parts = [self._literal(leaf.key, named)]
        if self._is_open(leaf.key):
            other = Literal(leaf.key, self._other(leaf.key))
            for pattern in leaf.patterns:
                parts.append(both((other, Literal((leaf.key, pattern), YES))))
        literals = [part.classes for part in parts if isinstance(part, Literal)]
        if len(literals) == len(parts) and literals:
            merged = 0
            for classes in literals:
                merged |= classes
            return self._literal(leaf.key, merged)
        return either(parts)

    def _any_in(self, leaf: AnyIn) -> Formula:
        if leaf.words in (("any",), ("none",)):
            something = self._something(leaf.key)
            return something if leaf.words == ("any",) else self.negate(something)
        return either(Literal(has(leaf.key, word), YES) for word in leaf.words)

    def _something(self, key: str) -> Formula:
        words = [Literal(has(key, word), YES) for word in self._members[key]]
        return either([*words, Literal((key, "has more"), YES)])

    def _relations(self) -> Iterator[Formula]:
        """What holds between axes for every request, by what the facts are."""
        if "intents" in self._members:
            yield self._something("intents")
            yield from self._intents()
        if "intent" in self._words and "intent_group" in self._words:
            for word in self._words["intent"]:
                group = GROUP_OF.get(word, "other")
                in_group = self._literal("intent_group", self._bit("intent_group", group))
                yield either((self._is_not("intent", word), in_group))
        for key, members in self._members.items():
            if set(self._members_known.get(key, ())) <= members.keys():
                yield Literal((key, "has more"), NO)
        for key, patterns in self._patterns.items():
            yield from _related_patterns(key, list(patterns))

    def _intents(self) -> Iterator[Formula]:
        """The main intent is one of those there are, and no more are there than their number."""
        members = self._members["intents"]
        there = {word: Literal(has("intents", word), YES) for word in members}
        if "intent" in self._words:
            for word in members:
                yield either((self._is_not("intent", word), there[word]))
        for most in range(1, MOST_INTENTS + 1):
            more: Formula = False
            if "intent_count" in self._ends:
                more = self._inside("intent_count", Range(low=most, holds_low=False))
            elif most < MOST_INTENTS:
                continue
            if most == 1 and "intent" in self._words:
                for word in members:
                    is_main = self._literal("intent", self._bit("intent", word))
                    yield either((more, self.negate(there[word]), is_main))
            if comb(len(members), most + 1) <= _MOST_SETS:
                for several in combinations(there.values(), most + 1):
                    yield either((more, *map(self.negate, several)))

    def _is_not(self, key: str, word: str) -> Formula:
        return self.negate(self._literal(key, self._bit(key, word)))

    def _inside(self, axis: Axis, span: Range) -> Formula:
        """The number lies in a span whose ends are ends of stretches."""
        return self._literal(axis, _bits(each.is_inside(span) for each in self._stretches[axis]))

    def _bit(self, key: str, word: str) -> int:
        words = list(self._words[key])
        return 1 << words.index(word) if word in words else 0


def has(key: str, word: str) -> Axis:
    """The axis of whether a set holds a word."""
    return (key, "has", word)


def both(parts: Iterable[Formula]) -> Formula:
    """Give what is true where all parts are."""
    kept: list[Formula] = []
    for part in parts:
        if part is False:
            return False
        if isinstance(part, Both):
            kept += part.parts
        elif part is not True:
            kept.append(part)
    if not kept:
        return True
    return kept[0] if len(kept) == 1 else Both(tuple(kept))


def either(parts: Iterable[Formula]) -> Formula:
    """Give what is true where one part is."""
    kept: list[Formula] = []
    for part in parts:
        if part is True:
            return True
        if isinstance(part, Either):
            kept += part.parts
        elif part is not False:
            kept.append(part)
    if not kept:
        return False
    return kept[0] if len(kept) == 1 else Either(tuple(kept))


def _bits(chosen: Iterable[bool]) -> int:
    return sum(1 << at for at, each in enumerate(chosen) if each)


def _minute(moment: datetime.time) -> float:
    return moment.hour * 60 + moment.minute


def _is_within(minute: float, span: TimeOfDay) -> bool:
    """Whether the stretch that begins at this minute lies in the span."""
    begins, ends = _minute(span.begins), _minute(span.ends)
    if begins <= ends:
        return begins <= minute < ends
    return minute >= begins or minute < ends


def _related_patterns(key: str, patterns: list[str]) -> Iterator[Formula]:
    """What a word that matches one pattern says about the others."""
    for one in patterns:
        for other in patterns:
            if one == other or not (_is_plain(one) and _is_plain(other)):
                continue
            if fnmatchcase(one.replace("*", _ANY_LETTERS), other):
                yield either((Literal((key, one), NO), Literal((key, other), YES)))
            elif one < other and _are_apart(one, other):
                yield either((Literal((key, one), NO), Literal((key, other), NO)))


def _is_plain(pattern: str) -> bool:
    """Whether `*` is the only sign in a pattern that stands for others."""
    return not set(pattern) & set("?[")


def _are_apart(one: str, other: str) -> bool:
    """Whether no word matches both, as their beginnings or their ends differ."""
    begins, ends = one.partition("*")[0], one.rpartition("*")[2]
    its_begin, its_end = other.partition("*")[0], other.rpartition("*")[2]
    same_begin = begins.startswith(its_begin) or its_begin.startswith(begins)
    return not same_begin or not (ends.endswith(its_end) or its_end.endswith(ends))
