"""Facts that imply facts: what the readers of a request never say together.

An implication is two conditions: a request for which the first holds is one for which the second does, too.
The search in `logic.py` takes those that concern what it is asked. Whoever changes how requests are read
changes these lines with it: the tests hold them against real readings.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, NamedTuple

from policies.conditions import (
    All,
    AnyIn,
    AnyOf,
    Condition,
    HealthInRange,
    InRange,
    Not,
    OneOf,
    QualityInRange,
)
from policies.conditions import Is as Flag
from policies.ranges import Range, parse_range
from policies.scoring import expect_quality

_TOKENS_OF_A_TURN = 4
"""What each message counts for at least."""
SHIPPED_THRESHOLD = 0.35
"""The confidence below which the shipped head is unsure."""
_LINKS: tuple[frozenset[object], ...] = (
    frozenset({"intent", "intents"}),
    frozenset({"intent", "intent_group"}),
    frozenset({"intents", "intent_count"}),
    frozenset({"intent", "intent_count"}),
)
"""Facts that `axes.py` itself connects."""


class Worth(NamedTuple):
    """What the worst and the best model of a pool are worth by their cards.

    The best that can be called counts, and that may be any of them, or none.
    """

    worst: float
    best: float


Qualities = Mapping[str, float | Worth | None]
"""By model and pool; None where cards say nothing."""


@dataclass(frozen=True, slots=True)
class Implication:
    """A request for which the one holds is one for which the other does."""

    given: Condition
    then: Condition

    @property
    def keys(self) -> frozenset[object]:
        """The facts that it connects."""
        return frozenset(map(key_of, [*leaves(self.given), *leaves(self.then)]))

    def __str__(self) -> str:
        return f"`{show(self.given)}` means `{show(self.then)}`"


def leaves(condition: Condition) -> Iterator[Condition]:
    """Give the questions that a condition is put together from."""
    if isinstance(condition, All | AnyOf):
        for part in condition.parts:
            yield from leaves(part)
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    else:
        yield condition


def key_of(leaf: Condition) -> object:
    """Give the fact that a question asks for."""
    if isinstance(leaf, OneOf | AnyIn | InRange | Flag):
        return leaf.key
    if isinstance(leaf, QualityInRange):
        return ("quality", "of", leaf.of)
    if isinstance(leaf, HealthInRange):
        return (leaf.figure, "of", leaf.of)
    return leaf


def _unasked(_: object) -> Any:
    """These conditions are only reasoned about."""
    raise NotImplementedError


def _word(key: str, *words: str) -> Condition:
    return OneOf(key, words, _unasked)


def _has(key: str, *words: str) -> Condition:
    return AnyIn(key, words, _unasked)


def _is(key: str, wanted: bool = True) -> Condition:
    return Flag(key, wanted, _unasked)


def _number(key: str, written: str | Range) -> Condition:
    return InRange(key, parse_range(written), _unasked)


_ALWAYS = (
    Implication(_is("unsure"), _word("intent", "other")),
    Implication(_is("unsure"), _is("from_context", False)),
    Implication(_is("off_topic"), _word("intent", "other", "smalltalk")),
    Implication(_is("off_topic"), _is("from_context", False)),
    Implication(_word("intent", "smalltalk", "other"), _number("intent_count", "1")),
    Implication(_has("intents", "smalltalk"), _word("intent", "smalltalk")),
    Implication(_has("intents", "other"), _word("intent", "other")),
    Implication(_word("emotion", "neutral"), _number("intensity", "0")),
    Implication(_number("turns", "1"), _is("reask", False)),
    Implication(_number("turns", "1"), _number("emotion_trend", "0")),
    *(
        Implication(one, other)
        for modality, ability in (("image", "vision"), ("audio", "audio"), ("video", "video"))
        for one, other in permutations((_has("modality", modality), _has("needs", ability)))
    ),
    Implication(_has("needs", "json_mode"), Not(_has("needs", "json_schema"))),
    Implication(_has("modality", "image"), _number("tokens", "at least 800")),
    Implication(All(()), _has("modality", "text")),
    # 6,000 characters: only a text of blanks is taken for fewer tokens.
    Implication(_is("long_document"), _number("tokens", "at least 100")),
)
"""Whoever reads: our own readers, or a dispatcher's model."""
_BY_OUR_READERS = (
    Implication(_word("emotion", "positive"), Not(_has("intents", "complaint"))),
    Implication(_number("sarcasm", "above 0.5"), _word("emotion", "negative")),
    # The likeliest of three.
    Implication(
        _word("emotion", "negative", "positive"), _number("emotion_confidence", "at least 0.33")
    ),
)
"""Where no model reads the request again: it may say what our readers never would."""
_BY_SHIPPED_INTENTS = (
    Implication(_is("unsure"), _number("confidence", f"below {SHIPPED_THRESHOLD}")),
    Implication(_is("unsure", False), _number("confidence", f"at least {SHIPPED_THRESHOLD}")),
)


EVERY_IMPLICATION = (*_ALWAYS, *_BY_OUR_READERS, *_BY_SHIPPED_INTENTS)
"""All that hang neither on the models nor on the numbers that are asked for."""


def choose_implications(
    conditions: Iterable[Condition],
    qualities: Qualities,
    *,
    by_our_readers: bool,
    has_shipped_intents: bool,
) -> tuple[list[Implication], frozenset[object]]:
    """Give those that can say something about these conditions, and all facts that they connect.

    `qualities` are what models, and those of pools, are worth by their cards. What leads to no
    other fact that is asked for is left out: it could be chosen to fit whatever is asked.
    """
    asked = [leaf for condition in conditions for leaf in leaves(condition)]
    known = [*_ALWAYS, *_about_turns(asked), *_about_quality(asked, qualities)]
    if by_our_readers:
        known += _BY_OUR_READERS
        known += _BY_SHIPPED_INTENTS if has_shipped_intents else ()
    keys = frozenset(map(key_of, asked))
    links: list[frozenset[object]] = [*_LINKS, *(each.keys for each in known)]
    kept = _connecting(keys, links)
    chosen = [each for each in known if each.keys in kept]
    return chosen, keys.union(*kept) if kept else keys


def _connecting(
    asked: frozenset[object], links: Sequence[frozenset[object]]
) -> set[frozenset[object]]:
    """The links on ways between facts that are asked for, and those within one of them."""
    left = list(dict.fromkeys(links))
    while True:
        at = {key: sum(key in each for each in left) for each in left for key in each}
        kept = [each for each in left if all(key in asked or at[key] > 1 for key in each)]
        if len(kept) == len(left):
            break
        left = kept
    reached = set(asked)
    found: set[frozenset[object]] = set()
    while more := {each for each in left if each & reached} - found:
        found |= more
        reached.update(*more)
    return found


def _about_turns(asked: Iterable[Condition]) -> Iterator[Implication]:
    """So many turns are so many messages, each of a few tokens."""
    for each in asked:
        if isinstance(each, InRange) and each.key == "turns":
            for end in (each.range.low, each.range.high):
                if 1 < end < math.inf:
                    many = _number("turns", Range(low=end))
                    yield Implication(many, _number("tokens", Range(low=end * _TOKENS_OF_A_TURN)))


def _about_quality(asked: Iterable[Condition], qualities: Qualities) -> Iterator[Implication]:
    """What is expected of a model that has a card falls as the request gets harder."""
    for each in asked:
        card = qualities.get(each.of) if isinstance(each, QualityInRange) else None
        if isinstance(each, QualityInRange) and card is not None:
            for end in (each.range.low, each.range.high):
                if math.isfinite(end):
                    yield from _around(each.of, card, end)


def _around(of: str, card: float | Worth, end: float) -> Iterator[Implication]:
    """How hard a request may be at most of which this much is expected, and at least where no more is."""
    worst, best = card if isinstance(card, Worth) else (card, card)
    steps = [hundredth / 100 for hundredth in range(101)]
    good = [at for at, each in enumerate(steps) if expect_quality(best, each) >= end]
    poor = [at for at, each in enumerate(steps) if expect_quality(worst, each) <= end]
    if good:
        most = _number("difficulty", Range(high=(good[-1] + 0.5) / 100))
        yield Implication(QualityInRange(of, Range(low=end)), most)
    if poor:
        least = _number("difficulty", Range(low=(poor[0] - 0.5) / 100))
        yield Implication(QualityInRange(of, Range(high=end)), least)


def show(condition: Condition) -> str:
    """Give a condition as a policy writes it."""
    if isinstance(condition, Not):
        return f"not: {{{show(condition.part)}}}"
    if isinstance(condition, QualityInRange):
        return f"quality: {{of: {condition.of}, is: {condition.range}}}"
    if isinstance(condition, OneOf | AnyIn):
        words = ", ".join(condition.words)
        return f"{condition.key}: " + (words if len(condition.words) == 1 else f"[{words}]")
    if isinstance(condition, InRange):
        return f"{condition.key}: {condition.range}"
    if isinstance(condition, Flag):
        return f"{condition.key}: {str(condition.wanted).lower()}"
    return "every request"
