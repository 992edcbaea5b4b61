"""The words of a text counted against a table of known ones, compiled where that is to be had.

A word is a run of the letters a to z and apostrophes that begins with a letter; texts are given in
lower case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from local_models.classifiers.compiled import NATIVE, CompiledWords

MOST_GROUPS = 64
LONG_WORD = 9
"""Letters; a word with more is a long one."""

_WORD = re.compile(r"[a-z][a-z']*")


@dataclass(frozen=True, slots=True)
class WordCount:
    """What was found in one text."""

    words: int
    letters: int
    long_words: int
    distinct: int
    in_group: Sequence[int]
    """How many words are in each of MOST_GROUPS groups."""
    values: Sequence[float]
    """The value of each word, in order."""


class WordTable(Protocol):
    """Counts the words of texts."""

    def read(self, lower: str) -> WordCount:
        """Count the words of a text in lower case."""
        ...


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


def open_hints(words: str) -> WordTable:
    """A table that counts these words, their possessives too, as its group 0.

    One pass over a text tells that it holds none of them, and then no pattern need be tried.
    """
    return open_words({form: (0,) for word in words.split() for form in (word, f"{word}'s")}, {}, 0)


@dataclass(frozen=True, slots=True)
class CompiledWordTable:
    """A table in the compiled module's hands."""

    table: CompiledWords

    def read(self, lower: str) -> WordCount:
        """Count the words of a text in lower case."""
        words, letters, long_words, distinct, in_group, values = self.table.read(lower)
        return WordCount(
            words, letters, long_words, distinct,
            memoryview(in_group).cast("I"), memoryview(values).cast("d"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlainWords:
    """The same in Python."""

    groups: Mapping[str, Sequence[int]]
    values: Mapping[str, float]
    otherwise: float

    def read(self, lower: str) -> WordCount:
        """Count the words of a text in lower case."""
        words = _WORD.findall(lower)
        in_group = [0] * MOST_GROUPS
        for word in words:
            for group in self.groups.get(word, ()):
                in_group[group] += 1
        get, otherwise = self.values.get, self.otherwise
        return WordCount(
            words=len(words),
            letters=sum(map(len, words)),
            long_words=sum(len(word) > LONG_WORD for word in words),
            distinct=len(set(words)),
            in_group=in_group,
            values=[get(word, otherwise) for word in words],
        )
