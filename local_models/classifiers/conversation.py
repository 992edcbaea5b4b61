"""Signals of the whole conversation: asked again, mood over turns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from local_models.classifiers.compiled import NATIVE
from local_models.classifiers.features import Features

REASK_SIMILARITY = 0.6
"""Share of the shorter turn's n-grams from which on a turn says again what an earlier one said."""
REASK_CHARS = 4
"""Shorter turns ("好的", "ok") repeat each other without meaning to."""


def is_reask(now: Features, earlier: Sequence[Features]) -> bool:
    """Whether this turn repeats an earlier one, by the overlap of their n-grams."""
    if len(now.text) < REASK_CHARS:
        return False
    told = [before for before in earlier if len(before.text) >= REASK_CHARS]
    return any(similarity(now, before) >= REASK_SIMILARITY for before in told)


def similarity(one: Features, other: Features) -> float:
    """Common n-grams over those of the shorter text, 0..1."""
    shorter = min(len(one.hashes), len(other.hashes))
    return count_shared(one, other) / shorter if shorter else 0.0


def count_shared(one: Features, other: Features) -> int:
    """How many n-grams two texts have in common."""
    if NATIVE is None:
        return count_shared_with_numpy(one, other)
    return NATIVE.shared(one.raw_hashes, other.raw_hashes)


def count_shared_with_numpy(one: Features, other: Features) -> int:
    """What the compiled loop does."""
    return len(np.intersect1d(one.hashes, other.hashes, assume_unique=True))


def mood_trend(moods: Sequence[float]) -> float:
    """The last third of the turns against those before it: below 0 worse, above 0 better, -1..1.

    Each mood runs from -1 (as angry as can be) to 1.
    """
    if len(moods) < 2:
        return 0.0
    last = max(1, len(moods) // 3)
    late, early = moods[-last:], moods[:-last]
    return max(-1.0, min(1.0, (sum(late) / len(late) - sum(early) / len(early)) / 2.0))
