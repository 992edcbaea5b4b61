"""How hard a request is: the probability that only a strong model answers it well."""

from __future__ import annotations

from pathlib import Path

from local_models.classifiers.features import Features
from local_models.classifiers.head import Head, load_head

LABELS = ("any_model", "strong_only")
WEIGHTS = Path(__file__).parent / "weights" / "difficulty.npz"


class DifficultyReader:
    """Reads difficulty with the shipped head, or with another of the same labels."""

    def __init__(self, head: Head | None = None) -> None:
        self._head = head or load_head(WEIGHTS)

    def read(self, features: Features) -> float:
        """0.0 small talk, 1.0 a proof."""
        if not features.text:
            return 0.0
        return float(self._head.probabilities(features)[LABELS.index("strong_only")])
