"""The words of a text counted against a table of known ones, compiled where that is to be had.

A word is a run of the letters a to z and apostrophes that begins with a letter; texts are given in
lower case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec
import numpy as np

from local_models.classifiers.compiled import NATIVE, CompiledWords

MOST_GROUPS = 64
LONG_WORD = 9
"""Letters; a word with more is a long one."""

_WORD = re.compile(r"[a-z][a-z']*")


class WordCount(msgspec.Struct, frozen=True):
    """What was found in one text."""

    words: int
    letters: int
    long_words: int
    distinct: int
    in_group: Sequence[int]
    """How many words are in each of MOST_GROUPS groups."""


@dataclass(frozen=True, slots=True)
class WordWeights:
    """What the values of one text's words come to."""

    words: int
    total: float
    squares: float
    """The sum of the squared values."""
    strangers: int
    """Words of no greater value than one that the table does not hold."""
    smallest: tuple[float, ...]
    """The three smallest values, or as many as there are words."""


class WordTable(Protocol):
    """Counts the words of texts."""

    def read(self, lower: str) -> WordCount:
        """Count the words of a text in lower case."""
        ...

    def weigh(self, lower: str) -> WordWeights:
        """Add up the values of the words of a text in lower case."""
        ...

    def summarise(self, lower: str, hashes: bytes | None) -> list[float]:
        """What the values of a text's words come to, see `summarise_weights`; by the hashes that a survey
        gave, where there are any."""
        ...


def weigh_values(values: Sequence[float], otherwise: float) -> WordWeights:
    """What these values come to; `otherwise` is a stranger's."""
    return WordWeights(
        words=len(values),
        total=sum(values),
        squares=sum(value * value for value in values),
        strangers=sum(value <= otherwise for value in values),
        smallest=tuple(sorted(values)[:3]),
    )


def summarise_weights(weights: WordWeights) -> list[float]:
    """Mean, standard deviation, share of strangers, the smallest value and the mean of the three smallest;
    zeros without words."""
    count, smallest = weights.words, weights.smallest
    if not count:
        return [0.0] * 5
    mean = weights.total / count
    spread = max(0.0, weights.squares / count - mean * mean) ** 0.5
    strangers = weights.strangers / count
    return [mean, spread, strangers, smallest[0], sum(smallest) / len(smallest)]


def open_words(
    groups: Mapping[str, Sequence[int]], values: Mapping[str, float], otherwise: float
) -> WordTable:
    """The quickest table that there is here: words by the groups they are in, and by their values.

    `otherwise` is the value of a word that has none.
    """
    words = list(dict.fromkeys([*groups, *values]))
    masks = [sum(1 << group for group in groups.get(word, ())) for word in words]
    worth = [values.get(word, otherwise) for word in words]
    if NATIVE is None:
        return PlainWords({word: tuple(groups[word]) for word in groups}, dict(values), otherwise)
    return CompiledWordTable(
        NATIVE.Words(words, np.array(masks, dtype=np.uint64), np.array(worth), otherwise)
    )


@dataclass(frozen=True, slots=True)
class CompiledWordTable:
    """A table in the compiled module's hands."""

    table: CompiledWords

    def read(self, lower: str) -> WordCount:
        """Count the words of a text in lower case."""
        return WordCount(*self.table.read(lower))

    def weigh(self, lower: str) -> WordWeights:
        """Add up the values of the words of a text in lower case."""
        words, total, squares, strangers, *smallest = self.table.weigh(lower)
        return WordWeights(words, total, squares, strangers, tuple(smallest[:words]))

    def summarise(self, lower: str, hashes: bytes | None) -> list[float]:
        """What the values of a text's words come to."""
        return (
            summarise_weights(self.weigh(lower)) if hashes is None else self.table.summarise(hashes)
        )


@dataclass(frozen=True, slots=True)
class PlainWords:
    """The same in Python."""

    groups_of: Mapping[str, Sequence[int]]
    values: Mapping[str, float]
    otherwise: float

    def read(self, lower: str) -> WordCount:
        """Count the words of a text in lower case."""
        words = _WORD.findall(lower)
        in_group = [0] * MOST_GROUPS
        for word in words:
            for group in self.groups_of.get(word, ()):
                in_group[group] += 1
        return WordCount(
            words=len(words),
            letters=sum(map(len, words)),
            long_words=sum(len(word) > LONG_WORD for word in words),
            distinct=len(set(words)),
            in_group=in_group,
        )

    def weigh(self, lower: str) -> WordWeights:
        """Add up the values of the words of a text in lower case."""
        get, otherwise = self.values.get, self.otherwise
        return weigh_values([get(word, otherwise) for word in _WORD.findall(lower)], otherwise)

    def summarise(self, lower: str, hashes: bytes | None) -> list[float]:
        """What the values of a text's words come to."""
        return summarise_weights(self.weigh(lower))
