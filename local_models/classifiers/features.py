"""One pass over a text: the hashed n-grams that every head gathers its rows from.

Views, told apart by the top two bits of each 32-bit hash:

* characters: windows of 1 to 4 (Chinese) or 2 to 5 (other scripts, not across words)
* words: single words and neighbouring pairs
* pairs: two words, or two Chinese characters, that stand near each other with a gap between

Everything is numpy over code points: a window's hash is a rolling polynomial, a word's hash a
difference of prefix sums, so the cost of a character does not depend on Python.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.normalise import MAX_CHARS, normalise

VIEWS = 3
CHARACTERS, WORDS, PAIRS = range(VIEWS)

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_WORD_SEED = np.uint64(0xC2B2AE3D27D4EB4F)
_PAIR_SEED = np.uint64(0x165667B19E3779F9)


def _powers(base: int, count: int) -> NDArray[np.uint64]:
    out, value = np.empty(count, dtype=np.uint64), 1
    for i in range(count):
        out[i] = value
        value = value * base & 0xFFFFFFFFFFFFFFFF
    return out


_POWERS = _powers(_BASE, MAX_CHARS + 8)
_INVERSE_POWERS = _powers(_INVERSE, MAX_CHARS + 8)
_STEP = np.uint64(_BASE)


@dataclass(frozen=True, slots=True)
class Features:
    """The distinct n-grams of one text, sorted by hash, with how often each occurs (damped)."""

    text: str
    """The normalised text."""
    hashes: NDArray[np.uint32]
    weights: NDArray[np.float32]
    """1 + log(count)."""


def read_features(text: str) -> Features:
    """Hash every n-gram of a text, whatever its language; an empty text has no features."""
    plain = normalise(text)
    codes = np.frombuffer(f" {plain} ".encode("utf-32-le", "replace"), dtype="<u4")
    codes = codes[: MAX_CHARS + 4].astype(np.uint64)
    is_space = codes == 32
    is_han = _is_han(codes)
    is_letter = _is_letter(codes, is_han)
    words = _words(codes, is_letter)
    parts = _characters(codes, is_space, is_han, is_letter)
    parts += [_tag(words, WORDS), _tag(_join(words, 1) + _WORD_SEED, WORDS)]
    parts += [_tag(_join(words, 2) + _PAIR_SEED, PAIRS)]
    parts += _han_pairs(codes, is_han)
    hashes, counts = np.unique(np.concatenate(parts), return_counts=True)
    return Features(plain, hashes, (1.0 + np.log(counts)).astype(np.float32))


def _is_han(codes: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Scripts written without spaces: Han, kana, Hangul, and the marks for numbers and names."""
    return ((codes >= 0x3040) & (codes <= 0x9FFF)) | ((codes >= 0xAC00) & (codes <= 0xE01F))


def _is_letter(codes: NDArray[np.uint64], is_han: NDArray[np.bool_]) -> NDArray[np.bool_]:
    latin = ((codes >= 97) & (codes <= 122)) | ((codes >= 0xC0) & (codes < 0x2000)) | (codes == 39)
    return np.asarray(latin | ((codes >= 0xE000) & is_han), dtype=np.bool_)


def _characters(
    codes: NDArray[np.uint64],
    is_space: NDArray[np.bool_],
    is_han: NDArray[np.bool_],
    is_letter: NDArray[np.bool_],
) -> list[NDArray[np.uint32]]:
    """Windows of n characters that hold a space at most at either end."""
    spaces, hans = _running(is_space), _running(is_han)
    found, rolling = [], codes + np.uint64(1)
    found.append(_tag(rolling[~is_space & (is_han | ~is_letter)], CHARACTERS))
    for n in range(2, 6):
        rolling = rolling[:-1] * _STEP + codes[n - 1 :]
        count = len(rolling)
        if count <= 0:
            break
        inner = spaces[n - 1 : n - 1 + count] == spaces[1 : 1 + count]
        inner &= spaces[n : n + count] - spaces[:count] < n
        if n == 5:
            inner &= hans[n : n + count] == hans[:count]
        found.append(_tag(rolling[inner], CHARACTERS))
    return found


def _running(flags: NDArray[np.bool_]) -> NDArray[np.int32]:
    out = np.zeros(len(flags) + 1, dtype=np.int32)
    np.cumsum(flags, out=out[1:])
    return out


def _words(codes: NDArray[np.uint64], is_letter: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """A hash for each run of letters, by differences of a prefix sum (all modulo 2**64)."""
    edges = np.diff(is_letter.astype(np.int8))
    starts, ends = np.flatnonzero(edges == 1) + 1, np.flatnonzero(edges == -1) + 1
    sums = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum((codes + np.uint64(7)) * _POWERS[: len(codes)], out=sums[1:])
    return (sums[ends] - sums[starts]) * _INVERSE_POWERS[starts]


def _join(words: NDArray[np.uint64], gap: int) -> NDArray[np.uint64]:
    return words[:-gap] * _STEP + words[gap:] if len(words) > gap else words[:0]


def _han_pairs(codes: NDArray[np.uint64], is_han: NDArray[np.bool_]) -> list[NDArray[np.uint32]]:
    """Two characters with one or two others between them."""
    found = []
    for gap in (2, 3):
        both = is_han[:-gap] & is_han[gap:]
        pair = codes[:-gap][both] * _STEP + codes[gap:][both] * _PAIR_SEED
        found.append(_tag(pair, PAIRS))
    return found


def _tag(hashes: NDArray[np.uint64], view: int) -> NDArray[np.uint32]:
    """Mix to 30 bits and write the view into the two above."""
    mixed = hashes ^ (hashes >> np.uint64(31))
    mixed = mixed * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(29)
    return ((mixed >> np.uint64(16)) & np.uint64(0x3FFFFFFF)).astype(np.uint32) | np.uint32(
        view << 30
    )
