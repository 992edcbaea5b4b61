"""How hard a request is: 0 for small talk, 1 for a proof.

Learned from which model answered which question rightly, and from the project's own graded
requests. Questions with answers to choose from have weights of their own: there, difficulty is how
much better the strong model did than the weak one. See docs/model-cards/difficulty.md.
"""

from __future__ import annotations

import math
from pathlib import Path

from local_models.classifiers.features import Features
from local_models.classifiers.head import Head
from local_models.classifiers.ranker import load_ranker
from local_models.classifiers.sample import Sample
from local_models.classifiers.table import TableHolder
from local_models.classifiers.traits import split_options

LABELS = ("any_model", "strong_only")
"""What a user's own labelled file says of a request."""
WEIGHTS = Path(__file__).parent / "weights"
OPEN, WITH_OPTIONS = WEIGHTS / "difficulty_open.npz", WEIGHTS / "difficulty_options.npz"

_CENTRE, _SHARPNESS = 0.42, 7.5
"""Regression pulls towards the middle: open-ended readings are pulled apart again around it."""


class DifficultyReader:
    """Reads difficulty with the shipped weights, or with a head that a user trained on LABELS."""

    def __init__(self, head: Head | None = None) -> None:
        self._head = head
        if head is None:
            self._open, self._with_options = load_ranker(OPEN), load_ranker(WITH_OPTIONS)
        elif LABELS[1] not in head.labels:
            raise ValueError(
                f"A difficulty head needs the label '{LABELS[1]}'; this one has "
                f"{', '.join(head.labels)}: relabel the file with {' and '.join(LABELS)}."
            )

    @property
    def tables(self) -> tuple[TableHolder, ...]:
        """Who looks most texts up here."""
        return (self._open,) if self._head is None else (self._head,)

    def read(self, text: str | Sample, features: Features) -> float:
        """0.0 small talk, 1.0 a proof. `features` are those of a glance at the same text."""
        sample = Sample.of(text)
        if not features.text:
            return 0.0
        if self._head is not None:
            chances = self._head.probabilities(features)
            return float(chances[self._head.labels.index(LABELS[1])])
        stem, options = split_options(sample.text.strip())
        ranker = self._with_options if options else self._open
        raw = float(ranker.predict_parts(sample, stem, options, features)[0])
        if options:
            return min(1.0, max(0.0, raw))
        return 1 / (1 + math.exp(-_SHARPNESS * (raw - _CENTRE)))
