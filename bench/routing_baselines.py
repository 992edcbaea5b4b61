"""What a router must beat: scores that need no learning, or only the question's subject."""

from __future__ import annotations

import re

import numpy as np

from bench.routing_data import Floats, Questions

SHRINK = 12.0
"""Questions' worth of the overall mean that a subject's own mean is mixed with."""

_HARD = re.compile(
    r"\b(calculate|compute|prove|derive|solve|determine|probability|function|matrix|equation|integral|"
    r"code|python|contract|statute|theorem|algorithm)\b|[=^\\]|\d/\d",
    re.IGNORECASE,
)


def score_baselines(train: Questions, test: Questions, gains: Floats) -> dict[str, Floats]:
    """Scores for each test question by each baseline. `gains` are the training rows'."""
    found = {
        "random": np.random.default_rng(3).random(len(test.texts)),
        "prior": np.full(len(test.texts), gains.mean()),
        "length": np.array([len(text) for text in test.texts], dtype=float),
        "keywords": np.array([len(_HARD.findall(text)) for text in test.texts], dtype=float),
    }
    if any(train.subjects):
        found["subject known"] = _score_subjects(train, test, gains)
    return found


def _score_subjects(train: Questions, test: Questions, gains: Floats) -> Floats:
    overall = float(gains.mean())
    means: dict[str, float] = {}
    names = np.array(train.subjects)
    for name in set(train.subjects):
        own = gains[names == name]
        means[name] = float((own.sum() + SHRINK * overall) / (len(own) + SHRINK))
    return np.array([means.get(name, overall) for name in test.subjects])
