"""One look at a text for all that is counted in it, where the compiled loops are there.

Words by group, the traits that `traits.py` names, and the words' hashes, by which other tables weigh
them without reading the text again.
"""

from __future__ import annotations

from functools import cache

import msgspec

from local_models.classifiers.compiled import NATIVE, CompiledSurvey
from local_models.classifiers.word_groups import ASKED, MARK_GROUPS, TRAITS, WORDS
from local_models.classifiers.words import CompiledWordTable, WordCount

SIGNS = "`~\\^=/($_<[@:\n"
"""Signs without which one pattern or another cannot hold."""


def mask_of(signs: str) -> int:
    """The bits of some of SIGNS."""
    return sum(1 << SIGNS.index(sign) for sign in signs)


def look_for_signs(text: str) -> int:
    """A bit for each of SIGNS that stands in the text."""
    return sum(1 << at for at, sign in enumerate(SIGNS) if sign in text)


class Survey(msgspec.Struct, frozen=True):
    """What one look at a text gave."""

    words: WordCount
    traits: bytearray
    """float32, in the order of `traits.TRAITS`; those that need patterns, or answers to choose from, are
    zero."""
    hashes: bytes
    """Of each word, in order (uint64)."""
    signs: int
    """A bit for each of SIGNS that stands there."""
    is_code_like: bool
    """Whether patterns would find more traits of code."""


def survey(text: str) -> Survey | None:
    """A look at a text; None without the compiled loops."""
    if NATIVE is None:
        return None
    words, traits, hashes, signs, is_code_like = _open().read(text)
    return Survey(WordCount(*words), traits, hashes, signs, is_code_like)


@cache
def _open() -> CompiledSurvey:
    assert NATIVE is not None
    assert isinstance(WORDS, CompiledWordTable)
    return NATIVE.Survey(WORDS.table, list(MARK_GROUPS.items()), len(TRAITS), ASKED, SIGNS)
