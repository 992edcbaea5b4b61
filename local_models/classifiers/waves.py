"""Random Fourier features: nearness in a few numbers, as something linear can learn from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.table import Floats

_FAR = 4.0
"""Spreads from the mean; what lies farther counts as lying there."""


@dataclass(frozen=True, slots=True)
class Waves:
    """Cosines of some numbers of a text: texts that are alike in them come to lie near each other."""

    mean: Floats
    spread: Floats
    slopes: Floats
    """Shape (numbers, waves)."""
    phases: Floats

    def read(self, numbers: Floats) -> Floats:
        """One cosine for each wave; `numbers` of one text or, row by row, of many."""
        steady = (numbers - self.mean) / self.spread
        np.minimum(steady, _FAR, out=steady)
        np.maximum(steady, -_FAR, out=steady)
        angles = steady @ self.slopes
        angles += self.phases
        return np.asarray(np.cos(angles, out=angles), dtype=np.float32)

    def to_arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """What a file stores, under names that begin with `name`."""
        return {
            f"{name}_mean": self.mean, f"{name}_spread": self.spread,
            f"{name}_slopes": self.slopes.astype(np.float16), f"{name}_phases": self.phases,
        }  # fmt: skip

    @classmethod
    def from_arrays(cls, name: str, held: Mapping[str, NDArray[Any]]) -> Waves:
        """Read them back from what a file held."""
        return cls(
            held[f"{name}_mean"], held[f"{name}_spread"],
            held[f"{name}_slopes"].astype(np.float32), held[f"{name}_phases"],
        )  # fmt: skip


def draw_waves(mean: Floats, spread: Floats, width: float, count: int, seed: int) -> Waves:
    """Waves whose products approach a Gaussian kernel (Rahimi and Recht).

    The kernel is exp(-width * squared distance) of numbers less `mean` over `spread`.
    """
    dice = np.random.default_rng(seed)
    slopes = dice.normal(0.0, math.sqrt(2 * width), (len(mean), count)).astype(np.float16)
    return Waves(
        mean.astype(np.float32), spread.astype(np.float32), slopes.astype(np.float32),
        dice.uniform(0, 2 * np.pi, count).astype(np.float32),
    )  # fmt: skip
