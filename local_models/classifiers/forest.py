"""Many small regression trees as four flat arrays, walked all at once with numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.head import Floats


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees that are summed. A leaf is its own child, so that every walk takes `depth` steps."""

    column: NDArray[np.int16]
    """Which input each node looks at."""
    threshold: Floats
    children: NDArray[np.int32]
    """Two for each node, one after the other: where to go above the threshold, then at most it."""
    value: Floats
    """What each node adds, shape (nodes, outputs)."""
    roots: NDArray[np.int32]
    depth: int

    def add_up(self, inputs: Floats) -> Floats:
        """The sum of the leaves that one text falls into."""
        at = self.roots
        for _ in range(self.depth):
            below = inputs[self.column[at]] <= self.threshold[at]
            at = self.children[2 * at + below]
        return np.asarray(self.value[at].sum(axis=0), dtype=np.float32)

    def add_up_many(self, inputs: Floats) -> Floats:
        """The same for many texts, one row each."""
        at = np.tile(self.roots, (len(inputs), 1))
        rows = np.arange(len(inputs))[:, None]
        for _ in range(self.depth):
            below = inputs[rows, self.column[at]] <= self.threshold[at]
            at = self.children[2 * at + below]
        return np.asarray(
            np.stack(
                [self.value[:, k][at].sum(axis=1) for k in range(self.value.shape[1])], axis=1
            ),
            dtype=np.float32,
        )
