"""How difficulty is learned from who answered rightly: one way for benchmarks and for the shipped weights.

Questions with answers to choose from and open questions are different worlds, told apart by the
text alone; each gets a ranker of its own where there are enough of it. Needs scikit-learn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.head import Floats
from local_models.classifiers.ranker import Ranker
from local_models.classifiers.ranker_training import (
    Corpus,
    Recipe,
    predict_many,
    train_ranker,
)
from local_models.classifiers.traits import TRAITS

LARGE = Recipe()
SMALL = Recipe(shares=(0.15, 0.25, 0.6), boosted_share=0.0, leaf=8, ridge=4.0, topics=0)
"""For fewer than SMALL_BELOW questions: lean on what cannot overfit."""
SMALL_ROUTES = replace(SMALL, shares=(0.3, 0.0, 0.7), ridge=2.0)
"""The same for several models side by side: what draws every model towards its mean hides which of
two is the better buy, so nothing here does so much of it."""
SMALL_BELOW = 2_500
FEWEST = 200
_OPTIONS = TRAITS.index("options")


@dataclass(frozen=True, slots=True)
class Experts:
    """A ranker for questions with options and one for open ones; the same one where only one was learned."""

    with_options: Ranker
    without: Ranker

    def predict_many(self, corpus: Corpus) -> Floats:
        """The outputs for texts that were read already, one row each."""
        has = has_options(corpus)
        found = np.zeros((len(has), len(self.without.outputs)), dtype=np.float32)
        for ranker, chosen in ((self.with_options, has), (self.without, ~has)):
            rows = np.flatnonzero(chosen)
            if len(rows):
                found[rows] = predict_many(ranker, corpus.take(rows))
        return found


def has_options(corpus: Corpus) -> NDArray[np.bool_]:
    """Which texts give answers to choose from."""
    return np.asarray(corpus.traits[:, _OPTIONS] > 0)


def learn_gain(corpus: Corpus, weak: Floats, strong: Floats) -> Experts:
    """Learn `strong - weak`, how much better the strong model does, -1..1."""
    targets = np.stack([strong - weak], axis=1).astype(np.float32)
    helpers = np.stack([weak, strong], axis=1).astype(np.float32)
    return learn(corpus, targets, ("gain",), helpers)


@dataclass(frozen=True, slots=True)
class Router:
    """For each of several models: the probability that it is right, and what it will cost."""

    experts: Experts
    scale: float

    def estimate(self, corpus: Corpus) -> tuple[Floats, Floats]:
        """Probabilities and costs, a row for each text and a column for each model."""
        found = self.experts.predict_many(corpus)
        models = found.shape[1] // 2
        return np.clip(found[:, :models], 0.001, 0.999), np.exp(found[:, models:]) * np.float32(
            self.scale
        )


def learn_routes(
    corpus: Corpus, right: Floats, cost: Floats, others: Floats, names: Sequence[str]
) -> Router:
    """Learn what each model makes of a question and, by its logarithm, what that costs.

    `others` are further models' results: what they share with ours steadies each column, the more
    the fewer questions there are.
    """
    scale = float(cost.mean())
    logarithms = np.log(np.maximum(cost, 1e-9 * scale) / scale)
    targets = np.concatenate([right, logarithms], axis=1).astype(np.float32)
    outputs = (*names, *(f"cost of {name}" for name in names))
    level = others.mean(axis=1, keepdims=True).astype(np.float32)
    return Router(learn(corpus, targets, outputs, level, small=SMALL_ROUTES), scale)


def learn(
    corpus: Corpus, targets: Floats, outputs: Sequence[str], helpers: Floats, small: Recipe = SMALL
) -> Experts:
    """One ranker for each form of question that has enough of them; `small` where there are few."""
    has = has_options(corpus)
    forms = [np.flatnonzero(has), np.flatnonzero(~has)]
    if min(map(len, forms)) < FEWEST:
        forms = [np.arange(len(has))]
    rankers = []
    for rows in forms:
        recipe = small if len(rows) < SMALL_BELOW else LARGE
        part = corpus.take(rows)
        rankers.append(train_ranker(part, targets[rows], outputs, recipe, helpers=helpers[rows]))
    return Experts(rankers[0], rankers[-1])


def as_probability(gains: Floats, mean: float, base: float) -> Floats:
    """Gains as the probability that only the strong model is right, in the same order.

    A logistic curve through the training questions' mean gain at `base` (the share of questions that only the strong
    model got right), with the slope that a step of gain has there.
    """
    base = min(max(base, 0.01), 0.99)
    slope = 1 / (base * (1 - base))
    offset = np.log(base / (1 - base))
    return np.asarray(1 / (1 + np.exp(-(offset + slope * (gains - mean)))), dtype=np.float32)
