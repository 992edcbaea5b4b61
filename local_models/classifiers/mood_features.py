"""The n-grams of a text with its mood cues beside them, as one more view of the same features.

A view of hashed names: which kinds of cue occur, which two or three occur together, which stands
before which, and each word of praise with what became of the matter ("真行" beside a failure,
"great" beside an end to it). A head of four view weights reads them like any other n-gram.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from itertools import combinations, pairwise

import numpy as np

from local_models.classifiers.cues import Cue, find_cues
from local_models.classifiers.features import VIEWS, Features, read_features
from local_models.classifiers.head import Head

CUES = VIEWS
"""The view of the cues, after those of the n-grams."""

_CORE = (
    "praise", "thanks", "good", "fail", "nice", "bad", "anger", "joy", "odd", "upset", "rhetoric", "ask", "but",
    "again", "long", "short", "quoted", "unpraise", "ungood", "unfail", "unanger", "unjoy",
)  # fmt: skip
_WORDED = frozenset({"praise", "thanks", "rhetoric", "odd", "joy"})
_OUTCOMES = ("fail", "bad", "anger", "good", "nice", "ungood", "unfail", "ask")


def read_mood_features(turn: str | Features) -> Features:
    """The features of a text and its cues; features that were read already are not read again."""
    base = read_features(turn) if isinstance(turn, str) else turn
    names = name_cues(find_cues(base.text), base.text)
    hashes = np.fromiter((_hash(name) for name in names), dtype=np.uint32, count=len(names))
    return Features(
        base.text,
        np.concatenate([base.hashes, hashes]),
        np.concatenate([base.weights, np.ones(len(names), dtype=np.float32)]),
    )


def read_for(head: Head, turn: str | Features) -> Features:
    """The features that a head was trained on: with cues where it has a weight for their view."""
    if len(head.view_weights) > CUES:
        return read_mood_features(turn)
    return read_features(turn) if isinstance(turn, str) else turn


def name_cues(cues: list[Cue], text: str) -> list[str]:
    """What the cues of a text say together, each thing once; never empty."""
    first: dict[str, int] = {}
    for cue in cues:
        first.setdefault(cue.kind, cue.start)
    kinds = [kind for kind in _CORE if kind in first]
    names = {"any", f"length {min(len(text) // 12, 8)}", "set " + " ".join(kinds)}
    names.update(first)
    names.update(f"{one}+{other}" for one, other in combinations(kinds, 2))
    names.update(f"{a}+{b}+{c}" for a, b, c in combinations(kinds[:9], 3))
    names.update(_order(cues, first))
    names.update(_outcomes(cues, first))
    return sorted(names)


def _order(cues: list[Cue], first: dict[str, int]) -> set[str]:
    """Which kinds follow each other, which comes first of all, which is last."""
    row = [cue.kind for cue in cues if cue.kind in _CORE or cue.kind == "not"]
    names = {f"{one}>{other}" for one, other in pairwise(row)}
    names |= {f"{a}>{b}>{c}" for a, b, c in zip(row, row[1:], row[2:], strict=False)}
    if row:
        names |= {f"begins {row[0]}", f"ends {row[-1]}", f"spans {row[0]} {row[-1]}"}
    kinds = sorted(first, key=first.__getitem__)
    names |= {f"{one}<{other}" for one, other in combinations(kinds[:8], 2)}
    return names


def _outcomes(cues: list[Cue], first: dict[str, int]) -> set[str]:
    """Each word of praise or mockery with every outcome that the text tells, or with none."""
    outcomes = [kind for kind in _OUTCOMES if kind in first] or ["nothing"]
    return {f"{cue.word}&{kind}" for cue in cues if cue.kind in _WORDED for kind in outcomes}


@lru_cache(maxsize=16_384)
def _hash(name: str) -> int:
    return (zlib.crc32(name.encode()) & 0x3FFFFFFF) | (CUES << 30)
