"""How difficulty is learned from who answered rightly: one way for benchmarks and for the shipped weights.

Questions with answers to choose from and open questions are different worlds, told apart by the
text alone; each gets a ranker of its own where there are enough of it. Needs scikit-learn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.head import Floats
from local_models.classifiers.kinds import Kinds, learn_kinds
from local_models.classifiers.ranker import Ranker
from local_models.classifiers.ranker_training import (
    Corpus,
    Recipe,
    predict_many,
    train_ranker,
)
from local_models.classifiers.traits import TRAITS

LARGE = Recipe(
    shares=(0.0, 0.5, 0.5), second_ridge=10.0, linear_over_first=True, products=True,
    narrow_trees=100, narrow_share=0.4, boosted_share=0.0, trees_learn_helpers=True,
    waves=768, wave_share=1.0,
)  # fmt: skip
"""Level one's left-out guesses of the weak model, of the strong one and of the two together say nearly
everything that level two can know; their products say it best."""
SMALL = Recipe(shares=(0.15, 0.25, 0.6), boosted_share=0.0, leaf=8, ridge=4.0, topics=0)
"""For fewer than SMALL_BELOW questions: lean on what cannot overfit."""
ROUTES = Recipe()
"""For several models side by side, each with its cost."""
SMALL_ROUTES = replace(
    SMALL, shares=(0.15, 0.4, 0.45), ridge=1.0, second_ridge=30.0, linear_over_first=True,
    trees_learn_helpers=True,
)  # fmt: skip
"""The same for few questions: what draws every model towards its mean hides which of two is the better
buy, so nothing here does so much of it."""
SMALL_BELOW = 2_500
FEWEST = 200
ABILITIES = 12
"""Directions in which models' results differ that level one learns."""
ABILITY_SPREAD = 0.3
"""Their standard deviation, about that of a column of results."""
KINDS_SHARE = 0.5
"""How much a router hears what was learned within kinds of questions."""
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
    helpers = tell_apart(weak, strong)
    return learn(corpus, targets, ("gain",), (helpers[:, :2], helpers))


def tell_apart(weak: Floats, strong: Floats) -> Floats:
    """What helps to learn their difference: weak, strong, and where only the strong model is right."""
    return np.stack([weak, strong, strong * (1 - weak)], axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Router:
    """For each of several models: the probability that it is right, and what it will cost."""

    experts: Experts
    kinds: Kinds
    scale: float

    def estimate(self, corpus: Corpus) -> tuple[Floats, Floats]:
        """Probabilities and costs, a row for each text and a column for each model."""
        found = (1 - KINDS_SHARE) * self.experts.predict_many(corpus)
        found += KINDS_SHARE * self.kinds.estimate(corpus)
        models = found.shape[1] // 2
        return np.clip(found[:, :models], 0.001, 0.999), np.exp(found[:, models:]) * np.float32(
            self.scale
        )


def learn_routes(
    corpus: Corpus, right: Floats, cost: Floats, others: NDArray[Any], names: Sequence[str]
) -> Router:
    """Learn what each model makes of a question and, by its logarithm, what that costs.

    `others` are all models' results, NaN where one was not asked: the few main directions in which
    they differ steady each column, the more the fewer questions there are.
    """
    scale = float(cost.mean())
    logarithms = np.log(np.maximum(cost, 1e-9 * scale) / scale)
    targets = np.concatenate([right, logarithms], axis=1).astype(np.float32)
    outputs = (*names, *(f"cost of {name}" for name in names))
    helpers = find_abilities(fill_gaps(others))
    recipes = (SMALL_ROUTES, ROUTES)
    tell_by = np.concatenate([helpers, ABILITY_SPREAD * logarithms], axis=1)
    return Router(
        learn(corpus, targets, outputs, (helpers, helpers), recipes),
        learn_kinds(corpus, right, logarithms, others, tell_by), scale,
    )  # fmt: skip


def fill_gaps(right: NDArray[Any]) -> NDArray[Any]:
    """Results with each model's mean where it was not asked; models that were never asked left out."""
    asked = right[:, ~np.isnan(right).all(axis=0)]
    return np.where(np.isnan(asked), np.nanmean(asked, axis=0), asked)


def find_abilities(right: NDArray[Any]) -> Floats:
    """What questions ask of models, from who got which right: where each lies in the main directions."""
    away = right - right.mean(axis=0)
    sizes, directions = np.linalg.eigh(away.T @ away)
    kept = sizes > 1e-6 * sizes[-1]
    places = away @ directions[:, kept][:, ::-1][:, :ABILITIES]
    return np.asarray(ABILITY_SPREAD * places / places.std(axis=0), dtype=np.float32)


def learn(
    corpus: Corpus, targets: Floats, outputs: Sequence[str], helpers: tuple[Floats, Floats],
    recipes: tuple[Recipe, Recipe] = (SMALL, LARGE),
) -> Experts:  # fmt: skip
    """One ranker for each form of question that has enough of them, with the first helpers and recipe
    where there are few questions and with the second where there are many."""
    has = has_options(corpus)
    forms = [np.flatnonzero(has), np.flatnonzero(~has)]
    if min(map(len, forms)) < FEWEST:
        forms = [np.arange(len(has))]
    rankers = []
    for rows in forms:
        size = int(len(rows) >= SMALL_BELOW)
        known, part = helpers[size][rows], corpus.take(rows)
        rankers.append(train_ranker(part, targets[rows], outputs, recipes[size], helpers=known))
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
