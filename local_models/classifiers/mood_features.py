"""The n-grams of a text with its mood cues beside them, as one more view of the same features.

A view of hashed names: which kinds of cue occur, what a word of good will meets, which kind stands
before which, whether good or bad outweighs, and each word of praise with that balance ("真行"
beside a failure, "great" beside an end to it). A head of four view weights reads them like any
other n-gram.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.amounts import Amount, find_amounts, lay_out, name_amounts
from local_models.classifiers.compiled import NATIVE, CompiledCues
from local_models.classifiers.cues import TURNED, UNITS_EN, Found, find_bare_cues, load_lexicon
from local_models.classifiers.features import VIEWS, Features, read_features

CUES = VIEWS
"""The view of the cues, after those of the n-grams."""

_CORE = (
    "praise", "thanks", "good", "fail", "nice", "bad", "anger", "joy", "odd", "upset", "rhetoric", "ask", "but",
    "again", "long", "short", "soon", "late", "quoted", "unpraise", "ungood", "unfail", "unanger", "unjoy",
)  # fmt: skip
_WILL = ("praise", "thanks", "rhetoric", "odd", "joy")
_WORDED = frozenset(_WILL)
_OUTCOMES = (
    "fail", "bad", "anger", "good", "nice", "ungood", "unfail", "ask", "soon", "late", "again", "long", "short",
)  # fmt: skip
_WEIGHT = {
    "good": 1, "nice": 1, "unfail": 1, "soon": 1, "short": 1,
    "fail": -1, "bad": -1, "anger": -1, "upset": -1, "ungood": -1, "late": -1, "again": -1,
}  # fmt: skip
_SPECIAL = ("not", "again", "count", "short", "long", "wonder", "bang", "dots", "quoted")
"""Kinds that no word of the lexicon need have, in the compiled loop's order."""
_ONES = np.ones(4_096, dtype=np.float32).tobytes()
"""The weights of cues, float32: a text of MAX_CHARS has fewer cues."""
_MOST = 24
"""Cues after so many no longer count for what stands before what."""


def read_mood_features(turn: str | Features) -> Features:
    """The features of a text and its cues; features that were read already are not read again."""
    base = read_features(turn) if isinstance(turn, str) else turn
    cues, hashes, weights = _read_raw(base.text, base.typed), base.raw_hashes, base.raw_weights
    if isinstance(cues, bytes) and isinstance(hashes, bytes) and isinstance(weights, bytes):
        return Features(base.text, hashes + cues, weights + _ONES[: len(cues)], base.typed)
    known = np.frombuffer(cues, np.uint32)
    return Features(
        base.text,
        np.concatenate((base.hashes, known)),
        np.concatenate((base.weights, np.ones(len(known), dtype=np.float32))),
        base.typed,
    )


def read_cues(plain: str, typed: str = "") -> NDArray[np.uint32]:
    """A hash for each thing that the cues of a plain text, and the amounts of it as it was typed, say
    together; never empty."""
    return np.frombuffer(_read_raw(plain, typed), np.uint32)


def _read_raw(plain: str, typed: str) -> bytes | NDArray[np.uint32]:
    compiled = open_cues()
    if compiled is None:
        return hash_cues(find_bare_cues(plain), len(plain), find_amounts(typed))
    return compiled.read(plain, typed)


@cache
def open_cues() -> CompiledCues | None:
    """The same in compiled loops, where they are there."""
    if NATIVE is None:
        return None
    lexicon = load_lexicon()
    known = {kind for pattern in lexicon.patterns for kind in pattern.kinds}
    lists = (_CORE, _WILL, _OUTCOMES, _SPECIAL)
    known.update(*lists, UNITS_EN.values(), TURNED, TURNED.values())
    names = tuple(sorted(known))
    at = {name: place for place, name in enumerate(names)}
    patterns = sorted(lexicon.patterns, key=itemgetter(0))
    return NATIVE.Cues(
        [(one.word, tuple(at[kind] for kind in one.kinds), one.flags) for one in patterns],
        [(word, at[kind]) for word, kind in UNITS_EN.items()], names,
        tuple(at.get(TURNED.get(name, ""), -1) for name in names),
        tuple(_WEIGHT.get(name, 0) for name in names),
        tuple(tuple(at[name] for name in kinds) for kinds in lists), lay_out(), CUES,
    )  # fmt: skip


def hash_cues(
    cues: Sequence[Found], length: int, amounts: Sequence[Amount] = ()
) -> NDArray[np.uint32]:
    """What the compiled loop does once it has found the cues and the amounts."""
    kinds = [cue[0] for cue in cues]
    balance = _balance(kinds)
    held = frozenset(kinds)
    known = {_hash(f"length {min(length // 12, 8)}"), *_hash_held(held, balance)}
    if kinds:
        known |= {_hash_pair(one, other) for one, other in pairwise(kinds[:_MOST])}
        known |= {_hash_pair("begins", kinds[0], " "), _hash_pair("ends", kinds[-1], " ")}
    if not _WORDED.isdisjoint(held):
        known |= {_hash(f"{cue[1]}&{balance}") for cue in cues if cue[0] in _WORDED}
    if amounts:
        known |= set(map(_hash, name_amounts(amounts, _WORDED & held)))
    return np.array(list(known), dtype=np.uint32)


def name_kinds(kinds: Sequence[str]) -> set[str]:
    """What kinds of cue say in this order; never empty. Their hashes are those of `hash_cues`."""
    pairs = [f"{one}>{other}" for one, other in pairwise(kinds[:_MOST])]
    ends = [f"begins {kinds[0]}", f"ends {kinds[-1]}"] if kinds else []
    return {*_name_held(frozenset(kinds), _balance(kinds)), *pairs, *ends}


def _name_held(held: frozenset[str], balance: int) -> list[str]:
    """What kinds say by being there at all, and which way the outcomes lean beside that."""
    outcomes = [kind for kind in _OUTCOMES if kind in held]
    present = " ".join([kind for kind in _CORE if kind in held])
    met = [f"{will}+{outcome}" for will in _WILL if will in held for outcome in outcomes]
    leans = [f"{will}&{balance}" for will in _WILL if will in held]
    return ["any", f"balance {balance}", f"set {present}", *held, *met, *leans]


def _balance(kinds: Sequence[str]) -> int:
    """Good outcomes less bad ones, at most two either way."""
    weigh = _WEIGHT.get
    return max(-2, min(2, sum([weigh(kind, 0) for kind in kinds])))


@lru_cache(maxsize=16_384)
def _hash_held(held: frozenset[str], balance: int) -> tuple[int, ...]:
    return tuple(map(_hash, _name_held(held, balance)))


@lru_cache(maxsize=4_096)
def _hash_pair(one: str, other: str, between: str = ">") -> int:
    return _hash(one + between + other)


@lru_cache(maxsize=65_536)
def _hash(name: str) -> int:
    return (zlib.crc32(name.encode()) & 0x3FFFFFFF) | (CUES << 30)
