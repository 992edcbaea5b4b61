"""Many small regression trees as four flat arrays, walked one by one in compiled code or, with numpy,
all at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.compiled import NATIVE, CompiledTrees
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
    _trees: CompiledTrees | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        trees = None if NATIVE is None else NATIVE.Trees(
            _flat(self.column, "i2"), _flat(self.threshold, "f4"), _flat(self.children, "i4"),
            _flat(self.value, "f4"), _flat(self.roots, "i4"), self.depth,
        )  # fmt: skip
        object.__setattr__(self, "_trees", trees)

    @property
    def compiled(self) -> CompiledTrees | None:
        """The trees in the compiled module's hands, where it is there."""
        return self._trees

    def add_up(self, inputs: Floats) -> Floats:
        """The sum of the leaves that one text falls into."""
        if self._trees is None:
            return self.add_up_with_numpy(inputs)
        return np.frombuffer(self._trees.add_up(inputs), np.float32)

    def add_up_with_numpy(self, inputs: Floats) -> Floats:
        """What the compiled loop does."""
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


def _flat(values: NDArray[Any], kind: str) -> NDArray[Any]:
    """The values as the compiled loop takes them."""
    return np.ascontiguousarray(values, dtype=kind)
