"""Questions that a rule asks. Each answers with a verdict: whether it holds, and why.

A condition says `holds`, `write` (the same as an expression: one function is made of all rules and
asked for every request, see `compiling.py`) and `say` (words, only for those who ask why); `check`
gives `holds` and `say`. The leaves are values: equal conditions compare equal, which is what the
lint uses to find rules that stand in each other's shadow.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Protocol

from policies.compiling import Names
from policies.decision import Reason
from policies.expressions import CelError, name_undefined, run_cel
from policies.facts import Facts, Verdict
from policies.letters import fold
from policies.ranges import Range

Get = Callable[[Facts], Any]


def no_remark(facts: Facts) -> str:
    """Of most facts there is nothing to add."""
    return ""


class Condition(Protocol):
    """One question about a request."""

    def holds(self, facts: Facts) -> bool:
        """Whether the answer is yes."""
        ...

    def write(self, names: Names) -> str:
        """Give the question as a Python expression, see `compiling.py`."""
        ...

    def check(self, facts: Facts) -> Verdict:
        """Give the answer with its argument."""
        ...

    def explain(self, facts: Facts) -> Reason:
        """Give the answer as a tree, with the parts of a compound question below it."""
        ...


class Leaf:
    """A question without parts."""

    __slots__ = ()

    def holds(self, facts: Facts) -> bool:
        """Whether the answer is yes."""
        raise TypeError(f"{type(self).__name__} must say when it holds")

    def write(self, names: Names) -> str:
        """Give the question as an expression; most questions that take work ask themselves."""
        return names.ask(self)

    def say(self, facts: Facts, *, holds: bool) -> str:
        """Give the fact and what was asked of it."""
        raise TypeError(f"{type(self).__name__} must say what it asks")

    def check(self, facts: Facts) -> Verdict:
        """Give the answer with its argument."""
        holds = self.holds(facts)
        return Verdict(holds, self.say(facts, holds=holds))

    def explain(self, facts: Facts) -> Reason:
        """Give the answer as a leaf of the tree."""
        holds = self.holds(facts)
        return Reason(self.say(facts, holds=holds), holds)


@dataclass(frozen=True, slots=True)
class OneOf(Leaf):
    """A word is one of those listed; `*` in a listed word stands for anything, and alone for any word at all."""

    key: str
    words: tuple[str, ...] = field(compare=False)
    get: Get = field(compare=False, repr=False)
    remark: Get = field(default=no_remark, compare=False, repr=False)
    """Where the fact comes from, if that is worth a word."""
    is_loose: bool = False
    """Case, width and blanks around it do not matter: the word is one that people choose, and no id."""
    asked: tuple[str, ...] = field(init=False, repr=False)
    """The words as they are compared."""
    plain: frozenset[str] = field(init=False, compare=False, repr=False)
    patterns: tuple[str, ...] = field(init=False, compare=False, repr=False)
    """The words with a star, as `fnmatch` wants them."""

    def __post_init__(self) -> None:
        asked = tuple(map(fold, self.words)) if self.is_loose else self.words
        starred = [word for word in asked if "*" in word]
        object.__setattr__(self, "asked", asked)
        object.__setattr__(self, "patterns", tuple(map(_only_stars, starred)))
        object.__setattr__(self, "plain", frozenset(asked).difference(starred))

    def holds(self, facts: Facts) -> bool:
        word = self.get(facts)
        if self.is_loose:
            word = fold(word)
        if word in self.plain:
            return True
        # What is absent is empty here, and matches nothing: `*` asks whether something is there.
        return bool(self.patterns and word) and any(
            fnmatchcase(word, each) for each in self.patterns
        )

    def write(self, names: Names) -> str:
        if self.patterns:
            return names.ask(self)
        word = names.read(self.get)
        if self.is_loose:
            word = f"{names.bind(fold)}({word})"
        return f"{word} in {names.bind(self.plain)}"

    def say(self, facts: Facts, *, holds: bool) -> str:
        found = self.get(facts)
        said = f"{self.key} is {found if found.strip() else 'empty'}{self.remark(facts)}"
        return said if holds else f"{said}, not {' or '.join(self.words)}"


def _only_stars(word: str) -> str:
    """The word as a pattern in which nothing but `*` stands for anything else."""
    return word.replace("[", "[[]").replace("?", "[?]")


@dataclass(frozen=True, slots=True)
class InRange(Leaf):
    """A number lies in a range; a number that is unknown lies in none."""

    key: str
    range: Range
    get: Get = field(compare=False, repr=False)
    wanted: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "wanted", str(self.range))

    def holds(self, facts: Facts) -> bool:
        value = self.get(facts)
        return value is not None and self.range.holds(value)

    def write(self, names: Names) -> str:
        found = f"(value := {names.read(self.get)}) is not None"
        sides = [
            f"not value {sign} {names.bind(end)}"
            for sign, end in (
                ("<" if self.range.holds_low else "<=", self.range.low),
                (">" if self.range.holds_high else ">=", self.range.high),
            )
            if math.isfinite(end)
        ]
        return " and ".join((found, *sides))

    def say(self, facts: Facts, *, holds: bool) -> str:
        value = self.get(facts)
        shown = "unknown" if value is None else f"{float(value):.10g}"
        verb = "is" if holds else "is not"
        return f"{self.key} {shown} {verb} {self.wanted}"


@dataclass(frozen=True, slots=True)
class Is(Leaf):
    """A yes/no fact is as wanted."""

    key: str
    wanted: bool
    get: Get = field(compare=False, repr=False)

    def holds(self, facts: Facts) -> bool:
        return bool(self.get(facts)) is self.wanted

    def write(self, names: Names) -> str:
        return f"{'' if self.wanted else 'not '}{names.read(self.get)}"

    def say(self, facts: Facts, *, holds: bool) -> str:
        found = "yes" if self.get(facts) else "no"
        wanted = "yes" if self.wanted else "no"
        return f"{self.key}: {found}" + ("" if holds else f", not {wanted}")


@dataclass(frozen=True, slots=True)
class AnyIn(Leaf):
    """A set holds at least one of the words; `any`: it holds something; `none`: it is empty."""

    key: str
    words: tuple[str, ...]
    get: Get = field(compare=False, repr=False)
    remark: Get = field(default=no_remark, compare=False, repr=False)
    wanted: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "wanted", frozenset(self.words))

    def holds(self, facts: Facts) -> bool:
        found = self.get(facts)
        if self.words == ("any",):
            return bool(found)
        if self.words == ("none",):
            return not found
        return not self.wanted.isdisjoint(found)

    def write(self, names: Names) -> str:
        found = names.read(self.get)
        if self.words in (("any",), ("none",)):
            return found if self.words == ("any",) else f"not {found}"
        return f"not {names.bind(self.wanted)}.isdisjoint({found})"

    def say(self, facts: Facts, *, holds: bool) -> str:
        found = ", ".join(sorted(self.get(facts))) or "nothing"
        wanted = " or ".join(self.words)
        return f"{self.key} has {found}{self.remark(facts)}" + ("" if holds else f", not {wanted}")


@dataclass(frozen=True, slots=True)
class TimeOfDay(Leaf):
    """The wall clock is inside a span; a span that ends before it begins runs over midnight."""

    begins: datetime.time
    ends: datetime.time
    zone: datetime.tzinfo = field(compare=False)

    def holds(self, facts: Facts) -> bool:
        now = facts.now(self.zone).time()
        if self.begins <= self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends

    def say(self, facts: Facts, *, holds: bool) -> str:
        verb = "is" if holds else "is not"
        span = f"{self.begins:%H:%M}-{self.ends:%H:%M}"
        return f"time {facts.now(self.zone):%H:%M} ({self.zone}) {verb} in {span}"


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Weekday(Leaf):
    """Today is one of the days."""

    days: tuple[str, ...]
    zone: datetime.tzinfo = field(compare=False)

    def holds(self, facts: Facts) -> bool:
        return DAYS[facts.now(self.zone).weekday()] in self.days

    def say(self, facts: Facts, *, holds: bool) -> str:
        today = DAYS[facts.now(self.zone).weekday()]
        wanted = " or ".join(self.days)
        return f"weekday is {today}" + ("" if holds else f", not {wanted}")


@dataclass(frozen=True, slots=True)
class Available(Leaf):
    """A model, or at least one model of a pool, can be called just now."""

    of: str
    wanted: bool

    def holds(self, facts: Facts) -> bool:
        return self._is_up(facts) is self.wanted

    def say(self, facts: Facts, *, holds: bool) -> str:
        return f"{self.of} is {'available' if self._is_up(facts) else 'unavailable'}"

    def _is_up(self, facts: Facts) -> bool:
        return any(facts.is_up(model) for model in facts.models_of(self.of))


@dataclass(frozen=True, slots=True)
class HealthInRange(Leaf):
    """A health figure of a model lies in a range; for a pool, that of the best of those that can be called does."""

    of: str
    figure: str
    range: Range

    def holds(self, facts: Facts) -> bool:
        value = self._best(facts)
        return value is not None and self.range.holds(value)

    def say(self, facts: Facts, *, holds: bool) -> str:
        value = self._best(facts)
        shown = "unknown" if value is None else f"{value:g}"
        verb = "is" if holds else "is not"
        why = _say_nobody(self.of, facts)
        return f"{self.figure} of {self.of} {shown} {verb} {self.range}{why}"

    def _best(self, facts: Facts) -> float | None:
        figures = [
            getattr(facts.health_of(model), self.figure) for model in facts.weighed_of(self.of)
        ]
        known = [figure for figure in figures if figure is not None]
        if not known:
            return None
        return float(max(known) if self.figure == "tokens_per_second" else min(known))


@dataclass(frozen=True, slots=True)
class QualityInRange(Leaf):
    """The expected quality of a model, or of the best of a pool's models that can be called, lies in a range."""

    of: str
    range: Range

    def holds(self, facts: Facts) -> bool:
        value = self._best(facts)
        return value is not None and self.range.holds(value)

    def say(self, facts: Facts, *, holds: bool) -> str:
        value = self._best(facts)
        shown = "unknown" if value is None else f"{value:.2f}"
        verb = "is" if holds else "is not"
        why = _say_nobody(self.of, facts)
        return f"expected quality of {self.of} {shown} {verb} {self.range}{why}"

    def _best(self, facts: Facts) -> float | None:
        known = [facts.quality_of(model) for model in facts.weighed_of(self.of)]
        return max((each for each in known if each is not None), default=None)


def _say_nobody(of: str, facts: Facts) -> str:
    """Say that a pool's figure is unknown because nobody of it can be called."""
    return "" if facts.weighed_of(of) else ": none of its models can be called just now"


@dataclass(frozen=True, slots=True)
class Cel(Leaf):
    """A CEL expression over the facts is true."""

    expression: str
    program: Any = field(compare=False, repr=False)
    asks_quality: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "asks_quality", "expected_quality" in self.expression)

    def holds(self, facts: Facts) -> bool:
        return self._run(facts)[0]

    def check(self, facts: Facts) -> Verdict:
        holds, trouble = self._run(facts)
        return Verdict(holds, f"CEL {self.expression}: {trouble or ('true' if holds else 'false')}")

    def explain(self, facts: Facts) -> Reason:
        verdict = self.check(facts)
        return Reason(verdict.why, verdict.holds)

    def _run(self, facts: Facts) -> tuple[bool, str]:
        try:
            value = run_cel(self.program, facts.cel_variables(with_quality=self.asks_quality))
        except CelError as error:
            unknown = name_undefined(error)
            return False, f"not computable here ({f'{unknown} is unknown' if unknown else error})"
        if isinstance(value, bool):
            return value, ""
        return False, f"gave {value!r}, which is neither true nor false"


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> bool:
        # A loop instead of all(), which would make a generator.
        for part in self.parts:  # noqa: SIM110
            if not part.holds(facts):
                return False
        return True

    def write(self, names: Names) -> str:
        return " and ".join(map(names.write, self.parts)) or "True"

    def check(self, facts: Facts) -> Verdict:
        """Give the first part that fails, or all of them when none does."""
        verdicts = [part.check(facts) for part in self.parts]
        failed = [verdict.why for verdict in verdicts if not verdict.holds]
        if failed:
            return Verdict(False, failed[0])
        return Verdict(True, " and ".join(verdict.why for verdict in verdicts) or "always")

    def explain(self, facts: Facts) -> Reason:
        below = tuple(part.explain(facts) for part in self.parts)
        if len(below) == 1:
            return below[0]
        return Reason("all of", all(each.holds for each in below), below)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> bool:
        for part in self.parts:  # noqa: SIM110
            if part.holds(facts):
                return True
        return False

    def write(self, names: Names) -> str:
        return " or ".join(map(names.write, self.parts)) or "False"

    def check(self, facts: Facts) -> Verdict:
        """Give the first part that holds, or all of them when none does."""
        verdicts = [part.check(facts) for part in self.parts]
        held = [verdict.why for verdict in verdicts if verdict.holds]
        if held:
            return Verdict(True, held[0])
        return Verdict(False, " and ".join(verdict.why for verdict in verdicts))

    def explain(self, facts: Facts) -> Reason:
        below = tuple(part.explain(facts) for part in self.parts)
        return Reason("any of", any(each.holds for each in below), below)


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition

    def holds(self, facts: Facts) -> bool:
        return not self.part.holds(facts)

    def write(self, names: Names) -> str:
        return f"not {names.write(self.part)}"

    def check(self, facts: Facts) -> Verdict:
        """Turn the part's verdict around."""
        verdict = self.part.check(facts)
        return Verdict(not verdict.holds, f"not: {verdict.why}")

    def explain(self, facts: Facts) -> Reason:
        below = self.part.explain(facts)
        return Reason("not", not below.holds, (below,))


def get_metadata(name: str) -> Get:
    """Give a reader for one metadata entry, whatever the case of its name; a missing one reads as empty."""
    plain = fold(name)

    def get(facts: Facts) -> str:
        told = facts.caller.metadata
        if name in told or not told:
            return told.get(name, "")
        return next((value for each, value in told.items() if fold(each) == plain), "")

    return get


def get_slots(facts: Facts) -> Mapping[str, Sequence[str]]:
    """Give the kinds of entities that were found; an empty list counts as not found."""
    return {kind: values for kind, values in facts.signals.slots.items() if values}
