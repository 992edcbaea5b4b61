"""One pass over a text: the hashed n-grams that every head gathers its rows from.

Views, told apart by the top two bits of each 32-bit hash:

* characters: windows of 1 to 4 (Chinese) or 2 to 5 (other scripts, not across words)
* words: single words and neighbouring pairs
* pairs: two words, or two Chinese characters, that stand near each other with a gap between

A window's hash is a rolling polynomial over code points. The loops are compiled where a compiler was
at hand; without them everything is numpy, where a word's hash is a difference of prefix sums and
several short texts are read in one pass, because a short one costs little but the numpy calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.compiled import NATIVE
from local_models.classifiers.normalise import MAX_CHARS, clip, normalise
from local_models.classifiers.traditional import simplify

GLANCE_CHARS = 600
"""Of a longer text a glance takes in the beginning and the end, each half of this."""

VIEWS = 3
CHARACTERS, WORDS, PAIRS = range(VIEWS)

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_WORD_SEED = np.uint64(0xC2B2AE3D27D4EB4F)
_PAIR_SEED = np.uint64(0x165667B19E3779F9)
_STEP = np.uint64(_BASE)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_LOW_30 = np.uint64(0x3FFFFFFF)
_BITS_16, _BITS_29, _BITS_31, _BITS_32 = map(np.uint64, (16, 29, 31, 32))
_ONE, _SEVEN = np.uint64(1), np.uint64(7)

_GAP = "   "
"""Stands between texts read together: no window and no pair of characters reaches across it."""
_ROOM = MAX_CHARS + 64

_SPACE, _HAN, _LETTER, _ALONE = 1, 2, 4, 8
"""A code point that is alone counts as an n-gram by itself: all but spaces and letters."""

Hashes = NDArray[np.uint64]
Places = NDArray[np.intp]
Piece = tuple[Hashes, Places]
"""N-grams, and where in the text each begins."""


def _powers(base: int, count: int) -> Hashes:
    out, value = np.empty(count, dtype=np.uint64), 1
    for i in range(count):
        out[i] = value
        value = value * base & 0xFFFFFFFFFFFFFFFF
    return out


def _kinds() -> NDArray[np.uint8]:
    """What each code point of the basic plane is; those beyond it are nothing special.

    Han means every script written without spaces (kana and Hangul too) and the marks that
    `normalise` puts for numbers and names, which count as letters as well.
    """
    kinds = np.full(1 << 16, _ALONE, dtype=np.uint8)
    kinds[32] = _SPACE
    kinds[0x3040:0xA000] = kinds[0xAC00:0xE020] = _HAN | _ALONE
    kinds[39] = kinds[97:123] = kinds[0xC0:0x2000] = _LETTER
    kinds[0xE000:0xE020] = _HAN | _LETTER | _ALONE
    return kinds


_POWERS = _powers(_BASE, _ROOM)
_INVERSE_POWERS = _powers(_INVERSE, _ROOM)
_KINDS = _kinds()
_DAMPED = (1.0 + np.log(np.arange(1, _ROOM + 1))).astype(np.float32)
_WINDOWS = None if NATIVE is None else NATIVE.Windows(_KINDS, _DAMPED, _ROOM)


class Features:
    """The distinct n-grams of one text, in no order to count on, with how often each occurs (damped)."""

    __slots__ = ("raw_hashes", "raw_weights", "text", "typed")

    def __init__(
        self,
        text: str,
        hashes: bytes | NDArray[np.uint32],
        weights: bytes | NDArray[np.float32],
        typed: str = "",
    ) -> None:
        """Hashes (uint32) and weights (float32) as bytes, which compiled loops give and take, or as arrays."""
        self.text = text
        """The normalised text."""
        self.typed = typed
        """The text as it was typed, numbers and all, in simplified characters; empty where only the
        normalised one was known."""
        self.raw_hashes = hashes
        self.raw_weights = weights

    @property
    def hashes(self) -> NDArray[np.uint32]:
        """The n-grams."""
        return np.frombuffer(self.raw_hashes, np.uint32)

    @property
    def weights(self) -> NDArray[np.float32]:
        """1 + log(count)."""
        return np.frombuffer(self.raw_weights, np.float32)


def read_features(text: str) -> Features:
    """Hash every n-gram of a text, whatever its language; an empty text has no features."""
    text = simplify(text)
    return read_plain(normalise(text), text)


def read_glance(text: str) -> Features:
    """The features of a text by its head and its tail, which is all of most texts.

    Those say what a letter wants, how its writer feels and what a question is about; the story between
    them dilutes it.
    """
    text = simplify(clip(text, GLANCE_CHARS))
    return read_plain(normalise(text), text)


def spell_glance(text: str) -> str:
    """A glance's text, normalised, without its features."""
    return normalise(clip(text, GLANCE_CHARS))


def read_several(texts: Sequence[str]) -> list[Features]:
    """The features of each text. Together they may be about as long as one text; what is longer
    loses its end."""
    if not texts:
        return []
    room = max(0, _ROOM // len(texts) - len(_GAP) - 2)
    plains = [normalise(text)[:room] for text in texts]
    if _WINDOWS is None:
        return read_plains_with_numpy(plains)
    return [read_plain(plain) for plain in plains]


def read_plain(plain: str, typed: str = "") -> Features:
    """The features of a text that was normalised already, and was `typed` so."""
    if _WINDOWS is None:
        return read_plain_with_numpy(plain, typed)
    return Features(plain, *_WINDOWS.read(plain), typed)


def read_plain_with_numpy(plain: str, typed: str = "") -> Features:
    """What the compiled loop does."""
    tagged, _ = _read_windows(f" {plain[: _ROOM - 2]} ", None)
    hashes, counts = _distinct(tagged)
    return Features(plain, hashes, _damp(counts), typed)


def read_plains_with_numpy(plains: Sequence[str]) -> list[Features]:
    """Several at once, in one pass: much quicker than one by one where all are short."""
    lengths = [len(plain) + 2 + len(_GAP) for plain in plains]
    owners = np.arange(len(plains), dtype=np.uint64).repeat(lengths)
    tagged, starts = _read_windows(_GAP.join([f" {plain} " for plain in plains]), owners)
    keys, counts = _distinct(owners[starts] << _BITS_32 | tagged)
    hashes, weights = keys.astype(np.uint32), _damp(counts)
    ends = keys.searchsorted(np.arange(len(plains) + 1, dtype=np.uint64) << _BITS_32).tolist()
    return [
        Features(plain, hashes[start:end], weights[start:end])
        for plain, start, end in zip(plains, ends, ends[1:], strict=False)
    ]


def _read_windows(text: str, owners: Hashes | None) -> tuple[NDArray[np.uint32], Places]:
    """The hash of every n-gram, repeats and all, and where in the text each begins.

    The text begins and ends with a space. `owners` says whose each character is where several
    texts stand in it.
    """
    narrow = np.frombuffer(text.encode("utf-32-le", "replace"), dtype="<u4")
    kinds = _KINDS.take(narrow, mode="clip")
    codes = narrow.astype(np.uint64)
    is_han = (kinds & _HAN) != 0
    has_han = bool(is_han.any())
    characters = _characters(codes, kinds, ~is_han if has_han else None)
    words = _words(codes, (kinds & _LETTER) != 0)
    pairs = [_join(words, 2, _PAIR_SEED, owners)]
    if has_han:
        pairs += _han_pairs(codes, is_han)
    return _tag(characters, [words, _join(words, 1, _WORD_SEED, owners)], pairs)


def _characters(
    codes: Hashes, kinds: NDArray[np.uint8], is_other: NDArray[np.bool_] | None
) -> list[Piece]:
    """Windows of n characters that hold a space at most at either end.

    `is_other` marks what is written with spaces between words; None when all of it is.
    """
    some = kinds != _SPACE
    two = some[:-1] & some[1:]
    five = two[1:-2] & some[3:-1]
    if is_other is not None:
        others = is_other[:-1] & is_other[1:]
        five &= others[:-3] & others[2:-1] & is_other[4:]
    masks = ((kinds & _ALONE) != 0, some[:-1] | some[1:], some[1:-1], two[1:-1], five)
    found: list[Piece] = []
    rolling = codes + _ONE
    for n, mask in enumerate(masks):
        if n:
            rolling = rolling[:-1] * _STEP
            rolling += codes[n:]
        at = mask.nonzero()[0]
        found.append((rolling[at], at))
    return found


def _words(codes: Hashes, is_letter: NDArray[np.bool_]) -> Piece:
    """A hash for each run of letters, by differences of a prefix sum (all modulo 2**64)."""
    edges = (is_letter[1:] != is_letter[:-1]).nonzero()[0]
    before, last = edges[::2], edges[1::2]
    terms = codes + _SEVEN
    terms *= _POWERS[: len(codes)]
    sums = terms.cumsum()
    starts = before + 1
    return (sums[last] - sums[before]) * _INVERSE_POWERS[starts], starts


def _join(words: Piece, gap: int, seed: np.uint64, owners: Hashes | None) -> Piece:
    """Each word with the one so many further on."""
    hashes, starts = words
    joined = hashes[:-gap] * _STEP + hashes[gap:] + seed
    if owners is None:
        return joined, starts[:-gap]
    is_one = owners[starts[:-gap]] == owners[starts[gap:]]
    return joined[is_one], starts[:-gap][is_one]


def _han_pairs(codes: Hashes, is_han: NDArray[np.bool_]) -> list[Piece]:
    """Two characters with one or two others between them."""
    found: list[Piece] = []
    for gap in (2, 3):
        at = (is_han[:-gap] & is_han[gap:]).nonzero()[0]
        found.append((codes[at] * _STEP + codes[at + gap] * _PAIR_SEED, at))
    return found


def _tag(*views: list[Piece]) -> tuple[NDArray[np.uint32], Places]:
    """All hashes mixed to 30 bits with the view in the two above, and all places."""
    mixed = np.concatenate([hashes for pieces in views for hashes, _ in pieces])
    mixed ^= mixed >> _BITS_31
    mixed *= _MIX
    mixed ^= mixed >> _BITS_29
    mixed >>= _BITS_16
    mixed &= _LOW_30
    tagged = mixed.astype(np.uint32)
    start = 0
    for view, pieces in enumerate(views):
        end = start + sum(len(hashes) for hashes, _ in pieces)
        if view:
            tagged[start:end] |= np.uint32(view << 30)
        start = end
    return tagged, np.concatenate([places for pieces in views for _, places in pieces])


def _distinct(keys: NDArray[Any]) -> tuple[NDArray[Any], Places]:
    """Each key once, in order, and how often it occurs. Sorts in place."""
    keys.sort()
    is_first = np.ones(len(keys), dtype=np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
    at = is_first.nonzero()[0]
    counts = np.empty_like(at)
    np.subtract(at[1:], at[:-1], out=counts[:-1])
    counts[-1:] = len(keys) - at[-1:]
    return keys[at], counts


def _damp(counts: Places) -> NDArray[np.float32]:
    return _DAMPED.take(counts - 1, mode="clip")
