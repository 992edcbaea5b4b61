"""A linear machine over n-grams and meanings: squared hinge loss, each label against all others.

It errs elsewhere than the networks do, and is surer of what it is right about; beside them it costs
a head nothing, as its weights are rows like theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

_MEANT = 1.2
"""How long what an encoder says is beside n-grams of length one."""
_PENALTY = 1.0


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights for each label."""

    rows: Array
    """Shape (n-grams, labels)."""
    meant: tuple[Array, ...]
    """For each encoder, shape (numbers, labels)."""
    bias: Array

    def scores(self, matrix: Any, meant: Sequence[Array]) -> Array:
        """Raw scores for a matrix of texts, with what each encoder says of them."""
        scores = matrix @ self.rows + self.bias
        for sums, rows in zip(meant, self.meant, strict=True):
            scores = scores + sums @ rows
        return np.asarray(scores, dtype=np.float32)


def train_linear(
    matrix: Any, meant: Sequence[Array], targets: Array, weight: Array, strength: float
) -> Linear | None:
    """Fit to texts (sparse rows of n-grams, and what each encoder says), of which each has its likeliest
    label; scores come `strength` times as large as the machine's margins. None with fewer than two labels."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.svm import LinearSVC

    wanted = targets.argmax(axis=1)
    there = np.unique(wanted)
    if len(there) < 2:
        return None
    length = np.float32(
        1.0 / max(np.sqrt(float(matrix.multiply(matrix).sum()) / len(wanted)), 1e-9)
    )
    blocks = [matrix * length, *(csr_matrix(sums * np.float32(_MEANT)) for sums in meant)]
    machine = LinearSVC(C=_PENALTY, dual=True, random_state=0, max_iter=2_000)
    machine.fit(csr_matrix(hstack(blocks)), wanted, sample_weight=weight)
    weights, bias = machine.coef_.T, machine.intercept_
    if len(there) == 2:
        weights, bias = np.concatenate([-weights, weights], axis=1), np.array([-bias[0], bias[0]])
    # A label that no text has is as far away as the texts of another.
    rows = np.zeros((len(weights), targets.shape[1]), dtype=np.float32)
    shift = np.full(targets.shape[1], -1.0, dtype=np.float32)
    rows[:, there], shift[there] = weights, bias
    rows, shift = rows * np.float32(strength), shift * np.float32(strength)
    ends = np.cumsum([matrix.shape[1], *(sums.shape[1] for sums in meant)])[:-1]
    own, *others = np.split(rows, ends)
    return Linear(own * length, tuple(each * np.float32(_MEANT) for each in others), shift)
