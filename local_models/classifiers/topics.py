"""What a text is about, as a point among the training texts (latent semantic analysis).

The main directions in which the training texts' n-grams vary, and where a text lies in them. No label
is needed to find them, and what lies near each other there is of one subject.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.table import Floats
from local_models.classifiers.waves import Waves

_SPARE, _ROUNDS = 20, 5
"""Directions sought beyond those wanted, and how often they are turned towards the main ones."""


@dataclass(frozen=True, slots=True)
class Topics:
    """Where texts lie, and what level one of a ranker makes of it.

    Where a text lies is a sum over its n-grams: the table of level one has further columns for it.
    """

    centre: Floats
    """Where the mean text lies."""
    waves: Waves
    weights: Floats
    """Shape (waves, outputs of level one)."""

    def place(self, sums: Floats) -> Floats:
        """Where the text with these sums lies, see `place`."""
        return place(sums, self.centre)

    def weigh(self, places: Floats) -> Floats:
        """What they add to level one's outputs."""
        return np.asarray(self.waves.read(places) @ self.weights, dtype=np.float32)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """What a ranker's file stores of them."""
        own = {"topics_centre": self.centre, "topics_weights": self.weights}
        return own | self.waves.to_arrays("topics")

    @classmethod
    def from_arrays(cls, held: Mapping[str, NDArray[Any]]) -> Topics:
        """Read them back from what a ranker's file held."""
        waves = Waves.from_arrays("topics", held)
        return cls(held["topics_centre"], waves, held["topics_weights"])


def place(sums: Floats, centre: Floats) -> Floats:
    """The direction in which a text lies from the mean text, of length one; row by row for many."""
    away: Floats = sums - centre
    size = np.sqrt(np.add.reduce(away * away, axis=-1, keepdims=True))
    away /= np.maximum(size, 1e-6)
    return away


def find_topics(matrix: Any, count: int, seed: int) -> tuple[Floats, Floats]:
    """The main directions of a sparse matrix of texts by n-grams, and where the mean text lies in them.

    A row of `count` numbers for each n-gram. Found by turning random directions (Halko, Martinsson
    and Tropp).
    """
    mean = np.asarray(matrix.mean(axis=0), dtype=np.float32).ravel()
    across = matrix.T.tocsr()
    wanted = min(count + _SPARE, *matrix.shape)
    found = np.random.default_rng(seed).normal(size=(matrix.shape[0], wanted)).astype(np.float32)
    for _ in range(_ROUNDS):
        turned = _spread_out(across, mean, _basis(found))
        found = matrix @ turned - mean @ turned
    basis = _basis(found)
    left, _, _ = np.linalg.svd(_spread_out(across, mean, basis).T, full_matrices=False)
    directions = _spread_out(across, mean, basis @ left[:, :count])
    directions /= np.maximum(np.linalg.norm(directions, axis=0), 1e-6)
    return directions, np.asarray(mean @ directions, dtype=np.float32)


def _spread_out(across: Any, mean: Floats, found: Floats) -> Floats:
    """The centred matrix, transposed, times `found`."""
    return np.asarray(across @ found - np.outer(mean, found.sum(axis=0)), dtype=np.float32)


def _basis(columns: Floats) -> Floats:
    return np.asarray(np.linalg.qr(columns)[0], dtype=np.float32)
