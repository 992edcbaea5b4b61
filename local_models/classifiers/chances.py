"""Scores as chances: weighed against each other, or each by itself."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.compiled import NATIVE

Scores = bytes | NDArray[np.float32]
"""One raw score a label, float32."""

_MOST = 80.0
"""A chance of exp(-80) is as good as none."""


def softmax_in_python(scores: Scores, steepness: float, count: int) -> list[float]:
    """What the compiled loop does."""
    told = list_scores(scores)[:count]
    most = max(told)
    raised = [math.exp((score - most) * steepness) for score in told]
    whole = sum(raised)
    return [value / whole for value in raised]


def sigmoids_in_python(scores: Scores, steepness: float, count: int) -> list[float]:
    """What the compiled loop does."""
    told = list_scores(scores)[:count]
    return [1.0 / (1.0 + math.exp(min(-score * steepness, _MOST))) for score in told]


def list_scores(scores: Scores) -> list[float]:
    """The scores as plain numbers."""
    told: list[float] = np.frombuffer(scores, np.float32).tolist()
    return told


Chances = Callable[[Scores, float, int], list[float]]
softmax: Chances = softmax_in_python if NATIVE is None else NATIVE.softmax
"""Chances of the first so many scores that are 1 together; a score counts so many times."""
sigmoids: Chances = sigmoids_in_python if NATIVE is None else NATIVE.sigmoids
"""A chance for each of the first so many by itself."""
