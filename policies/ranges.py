"""Numbers as a policy writes them: `above 0.6`, `at most 3`, `100 to 500`, `7`, `50%`, `"> 0.6"`."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

_NUMBER = r"([-+]?\d+(?:[._]\d+)*(?:\.\d+)?(?:[eE][-+]?\d+)?(?:[kKmM]|\s?%)?)"
_ONE_SIDED = re.compile(rf"(above|below|at least|at most|over|under|>=|<=|>|<|=)\s*{_NUMBER}")
_TWO_SIDED = re.compile(rf"{_NUMBER}\s*(?:to|\.\.)\s*{_NUMBER}")
_PLAIN = re.compile(_NUMBER)
_FACTORS = {"k": 1_000.0, "m": 1_000_000.0}
_SIZES = ("at least 3", "above 6", "below 10", "at most 5", "1 to 5")
_SHARES = ("above 0.6", "at least 0.3", "below 0.8", "at most 0.5", "0.2 to 0.7")
_TRENDS = ("below -0.2", "at most -0.5", "above 0.3", "at least 0.1", "-0.2 to 0.2")


@dataclass(frozen=True, slots=True)
class Range:
    """A set of numbers between two ends, each end in or out."""

    low: float = -math.inf
    high: float = math.inf
    holds_low: bool = True
    holds_high: bool = True

    def holds(self, value: float) -> bool:
        """Whether the number lies inside."""
        if value < self.low or value > self.high:
            return False
        if value == self.low and not self.holds_low:
            return False
        return self.holds_high or value != self.high

    def is_inside(self, other: Range) -> bool:
        """Whether every number of this range is one of the other's."""
        low_fits = self.low > other.low or (
            self.low == other.low and (other.holds_low or not self.holds_low)
        )
        high_fits = self.high < other.high or (
            self.high == other.high and (other.holds_high or not self.holds_high)
        )
        return low_fits and high_fits

    def meets(self, other: Range) -> bool:
        """Whether some number lies in both."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return low < high or (low == high and self.holds(low) and other.holds(low))

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{self.low:g}"
        if self.high == math.inf:
            return f"{'at least' if self.holds_low else 'above'} {self.low:g}"
        if self.low == -math.inf:
            return f"{'at most' if self.holds_high else 'below'} {self.high:g}"
        return f"{self.low:g} to {self.high:g}"


def parse_range(text: object, examples: Sequence[str] = _SIZES) -> Range:
    """Read a range; a plain number means exactly that number.

    Raises:
        ValueError: the text is none of the known forms; the message shows them by the examples.
    """
    if isinstance(text, Range):
        return text
    if isinstance(text, bool) or not isinstance(text, int | float | str):
        raise ValueError(f"{text!r} is not a number or a range. {_how(examples)}")
    words = " ".join(str(text).lower().split())
    if match := _ONE_SIDED.fullmatch(words):
        return _one_sided(match[1], _number(match[2]))
    if match := _TWO_SIDED.fullmatch(words):
        low, high = _number(match[1]), _number(match[2])
        if low > high:
            raise ValueError(f"'{text}' ends before it begins. Swap the two numbers.")
        return Range(low, high)
    if _PLAIN.fullmatch(words):
        value = _number(words)
        return Range(value, value)
    raise ValueError(f"'{text}' is not a number or a range. {_how(examples)}")


def _how(examples: Sequence[str]) -> str:
    *others, last = (f"'{each}'" for each in examples)
    return f"Write it as {', '.join(others)} or {last}."


def _one_sided(word: str, value: float) -> Range:
    if word in ("above", "over", ">"):
        return Range(low=value, holds_low=False)
    if word in ("at least", ">="):
        return Range(low=value)
    if word in ("below", "under", "<"):
        return Range(high=value, holds_high=False)
    if word in ("at most", "<="):
        return Range(high=value)
    return Range(value, value)


def _number(text: str) -> float:
    digits = text.rstrip("km% ").replace("_", "")
    value = float(digits) * _FACTORS.get(text[-1], 1.0)
    if not math.isfinite(value):
        raise ValueError(f"{text} is larger than any number that can be meant")
    return value / 100 if text.endswith("%") else value


@dataclass(frozen=True, slots=True)
class Domain:
    """The numbers that a fact can be."""

    low: float = -math.inf
    high: float = math.inf
    is_whole: bool = False

    @property
    def is_share(self) -> bool:
        """Whether it is read in parts of one, so that 50% means 0.5."""
        return self.high == 1

    @property
    def examples(self) -> Sequence[str]:
        """Ranges in which such a number can lie, one of each form."""
        if not self.is_share:
            return _SIZES
        return _SHARES if self.low >= 0 else _TRENDS

    def read(self, text: object) -> Range:
        """Read a range of which some number is possible.

        Raises:
            ValueError: it is no range, or lies outside of what is possible; says what is.
        """
        found = parse_range(text, self.examples)
        if not self.is_share and "%" in str(text):
            raise ValueError(f"'{text}' is in %, and this is {self}. Write a plain number")
        ends = [each for each in (found.low, found.high) if math.isfinite(each)]
        is_beyond = math.isfinite(self.high) and any(
            not self.low <= each <= self.high for each in ends
        )
        if is_beyond or not self.can_be_in(found):
            raise ValueError(f"'{text}' is not possible: this is {self}.{self._mend(ends)}")
        return found

    def can_be_in(self, found: Range) -> bool:
        """Whether some number that is possible lies in the range."""
        if not self.is_whole:
            return found.meets(Range(self.low, self.high))
        low, high = max(found.low, self.low), min(found.high, self.high)
        first = low if math.isinf(low) else math.ceil(low)
        if first == found.low and not found.holds_low:
            first += 1
        return first < high or (first == high and found.holds(first))

    def _mend(self, ends: list[float]) -> str:
        end = next((each for each in ends if 10 <= each <= 100), None)
        if end is None or not self.is_share:
            return ""
        return f" Write {end / 100:g} or {end:g}% if you mean that part of all"

    def __str__(self) -> str:
        kind = "a whole number" if self.is_whole else "a number"
        if math.isfinite(self.high):
            return f"{kind} from {self.low:g} to {self.high:g}"
        return f"{kind}, {self.low:g} or more" if math.isfinite(self.low) else kind


ANY_NUMBER = Domain()
SHARE = Domain(0, 1)
TREND = Domain(-1, 1)
COUNT = Domain(0, is_whole=True)
COUNT_FROM_ONE = Domain(1, is_whole=True)
MEASURE = Domain(0)
