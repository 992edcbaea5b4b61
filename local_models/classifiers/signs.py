"""What stands in a text besides its words: signs, capitals, numbers, sentences, names.

Counted in one compiled pass where that is to be had, and by patterns with the same results otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from local_models.classifiers.compiled import NATIVE

# A pattern that begins with one character is looked for much quicker than with a repeated one.
_NUMBER = re.compile(r"\d\d*(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"\d(?:\d{3,}|,\d{3})")
_FRACTION = re.compile(r"\d/\d")
_NAME = re.compile(r"[A-Z](?<=[a-z,] [A-Z])[a-z]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SENTENCE = re.compile(r"[.!?。！？;；](?:\s|$|(?<=[。！？；]))")
_ASCII = 128
_MOST = 1e12


class Signs(NamedTuple):
    """The counts of one text."""

    ascii: Sequence[int]
    """How often each of the 128 ASCII characters stands there."""
    capitals: int
    """Of any script."""
    han: int
    foreign: int
    """Characters that are not ASCII."""
    numbers: int
    distinct_numbers: int
    largest: float
    """The largest number, 1e12 at most; 0 where there is none."""
    decimals: int
    """Numbers with a point."""
    thousands: int
    """Numbers of four digits or more, or with a comma for the thousands."""
    fractions: int
    names: int
    """Distinct capitalised words in the middle of a sentence."""
    sentences: int
    last_start: int
    """Where the last sentence begins and ends: the whole text where there is none."""
    last_end: int


def read_signs(text: str) -> Signs:
    """Count what stands in a text."""
    if NATIVE is None:
        return read_signs_with_patterns(text)
    census, *rest = NATIVE.signs(text)
    return Signs(memoryview(census).cast("I"), *rest)


def read_signs_with_patterns(text: str) -> Signs:
    """What the compiled pass does."""
    plain = text.encode("ascii", "ignore")
    numbers = _NUMBER.findall(text)
    parts = [part for part in _split(text) if text[part].strip()]
    last = parts[-1] if parts else slice(0, len(text))
    return Signs(
        ascii=[plain.count(code) for code in range(_ASCII)],
        capitals=sum(map(str.isupper, text)),
        han=len(_HAN.findall(text)),
        foreign=len(text) - len(plain),
        numbers=len(numbers),
        distinct_numbers=len(set(numbers)),
        largest=max(map(_value_of, numbers), default=0.0),
        decimals=sum("." in number for number in numbers),
        thousands=len(_THOUSANDS.findall(text)),
        fractions=len(_FRACTION.findall(text)),
        names=len(set(_NAME.findall(text))),
        sentences=len(parts),
        last_start=last.start,
        last_end=last.stop,
    )


def _split(text: str) -> list[slice]:
    ends = list(_SENTENCE.finditer(text))
    starts = [0, *(end.end() for end in ends)]
    stops = [*(end.start() for end in ends), len(text)]
    return [slice(start, stop) for start, stop in zip(starts, stops, strict=True)]


def _value_of(number: str) -> float:
    digits = number.replace(",", "")
    return min(float(digits), _MOST) if digits.count(".") < 2 else 0.0
