"""Scores as chances: weighed against each other, or each by itself."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.compiled import NATIVE

Scores = bytes | NDArray[np.float32]
"""One raw score a label, float32."""

_MOST = 80.0
"""A chance of exp(-80) is as good as none."""


def softmax(scores: Scores, steepness: float, count: int) -> list[float]:
    """Chances of the first `count` that are 1 together; a score counts `steepness` times."""
    if NATIVE is None:
        return softmax_in_python(list_scores(scores)[:count], steepness)
    return NATIVE.softmax(scores, steepness, count)


def sigmoids(scores: Scores, steepness: float, count: int) -> list[float]:
    """A chance for each of the first `count` by itself."""
    if NATIVE is None:
        return sigmoids_in_python(list_scores(scores)[:count], steepness)
    return NATIVE.sigmoids(scores, steepness, count)


def softmax_in_python(scores: Sequence[float], steepness: float) -> list[float]:
    """What the compiled loop does."""
    most = max(scores)
    raised = [math.exp((score - most) * steepness) for score in scores]
    whole = sum(raised)
    return [value / whole for value in raised]


def sigmoids_in_python(scores: Sequence[float], steepness: float) -> list[float]:
    """What the compiled loop does."""
    return [1.0 / (1.0 + math.exp(min(-score * steepness, _MOST))) for score in scores]


def list_scores(scores: Scores) -> list[float]:
    """The scores as plain numbers."""
    told: list[float] = np.frombuffer(scores, np.float32).tolist()
    return told
