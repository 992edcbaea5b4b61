"""Several models' chances and costs, learned for each kind of question by itself.

What makes a question hard differs from kind to kind, and so does how far texts of a kind lie apart. Kinds are the leaves
of a small regression tree over the traits; no label is asked for. Within a kind a text is compared with the others
of its kind only, by traits measured against that kind's own mean and spread. Needs scikit-learn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.ranker_training import Corpus
from local_models.classifiers.table import Floats
from local_models.classifiers.vectors import Vocabulary, build_vocabulary, to_matrix

FEWEST = 100
"""Questions in a kind."""
MOST_KINDS = 8
_GAIN = 0.02
"""Share of all variance that a further kind has to explain."""
_WIDTH, _NGRAM_SHARE, _FAR = 0.3, 0.5, 4.0
_ABILITY_RIDGES = (1.0, 4.0)
"""For the first and the second direction in which models' results differ within a kind."""
_OWN_RIDGE, _OWN_SHARE = 4.0, 0.3
"""For what a model makes of a question besides that."""
_COST_RIDGE = 1.0
_ASKED = 0.95
_VIEW_WEIGHTS = (1.0, 1.0, 0.5)


@dataclass(frozen=True, slots=True)
class Kind:
    """Kernel ridge regression among the questions of one kind."""

    mean: Floats
    spread: Floats
    """Infinite for traits that never differ within the kind."""
    places: Floats
    matrix: Any
    dual: Floats
    bias: Floats

    def estimate(self, traits: Floats, matrix: Any) -> Floats:
        """The outputs for texts of this kind."""
        near = _liken(_steady(traits, self.mean, self.spread), self.places, matrix, self.matrix)
        return np.asarray(self.bias + near @ self.dual, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Kinds:
    """All kinds, and the tree that tells which one a text is of."""

    vocabulary: Vocabulary
    tell: Callable[[Floats], NDArray[np.intp]]
    kinds: dict[int, Kind]

    def estimate(self, corpus: Corpus) -> Floats:
        """For each text every model's chance, then the logarithm of what each costs."""
        matrix, traits = to_matrix(corpus.features, self.vocabulary), _all_traits(corpus)
        told = self.tell(corpus.traits)
        found = np.zeros((len(told), len(next(iter(self.kinds.values())).bias)), dtype=np.float32)
        for name in np.unique(told):
            rows = np.flatnonzero(told == name)
            found[rows] = self.kinds[int(name)].estimate(traits[rows], matrix[rows])
        return found


def learn_kinds(
    corpus: Corpus, right: Floats, logarithms: Floats, others: Floats, tell_by: Floats
) -> Kinds:
    """Learn what each model makes of a question and the logarithm of its cost.

    `others` are all models' results, NaN where one was not asked; `tell_by` are the columns, a row
    for each text, that texts of one kind should share.
    """
    from sklearn.tree import DecisionTreeRegressor

    tree = DecisionTreeRegressor(
        min_samples_leaf=min(FEWEST, len(right)), max_leaf_nodes=MOST_KINDS, random_state=0,
        min_impurity_decrease=_GAIN * float(tell_by.var(axis=0).mean()),
    ).fit(corpus.traits, tell_by)  # fmt: skip
    vocabulary = build_vocabulary(corpus.features, min_count=2, view_weights=_VIEW_WEIGHTS)
    matrix, traits = to_matrix(corpus.features, vocabulary), _all_traits(corpus)
    told = tree.apply(corpus.traits)
    kinds = {}
    for name in np.unique(told):
        rows = np.flatnonzero(told == name)
        known = (right[rows], logarithms[rows], others[rows])
        kinds[int(name)] = _learn_kind(traits[rows], matrix[rows], *known)
    return Kinds(vocabulary, tree.apply, kinds)


def _learn_kind(
    traits: Floats, matrix: Any, right: Floats, logarithms: Floats, others: Floats
) -> Kind:
    mean, spread = traits.mean(axis=0), traits.std(axis=0)
    spread = np.where(spread > 1e-6, spread + 1e-3, np.inf).astype(np.float32)
    places = _steady(traits, mean, spread)
    sizes, turned = np.linalg.eigh(_liken(places, places, matrix, matrix).astype(np.float64))

    def solve(columns: Floats, ridge: float) -> Any:
        away = columns - columns.mean(axis=0)
        return turned @ ((turned.T @ away) / (sizes + ridge)[:, None])

    abilities = find_abilities_within(others)
    steps = np.linalg.lstsq(abilities, right - right.mean(axis=0), rcond=None)[0]
    pairs = zip(abilities.T, _ABILITY_RIDGES, strict=False)
    shared = sum(
        solve(column[:, None], ridge) @ steps[[at]] for at, (column, ridge) in enumerate(pairs)
    )
    chances = (1 - _OWN_SHARE) * shared + _OWN_SHARE * solve(right, _OWN_RIDGE)
    dual = np.concatenate([chances, solve(logarithms, _COST_RIDGE)], axis=1)
    bias = np.concatenate([right.mean(axis=0), logarithms.mean(axis=0)])
    return Kind(mean, spread, places, matrix, dual.astype(np.float32), bias.astype(np.float32))


def find_abilities_within(others: Floats) -> Floats:
    """Where questions lie in the main directions in which models' results differ; two columns at most.

    Only models that were asked nearly every question count.
    """
    asked = others[:, np.isnan(others).mean(axis=0) <= 1 - _ASKED]
    if not asked.shape[1]:
        return np.zeros((len(others), 0), dtype=np.float32)
    means = np.nanmean(asked, axis=0)
    away = np.where(np.isnan(asked), 0.0, asked - means)
    left, sizes, _ = np.linalg.svd(away, full_matrices=False)
    kept = sizes[: len(_ABILITY_RIDGES)] > 1e-6 * np.sqrt(len(others))
    places = left[:, : len(kept)] * sizes[: len(kept)]
    return np.asarray(places[:, kept], dtype=np.float32)


def _all_traits(corpus: Corpus) -> Floats:
    return np.concatenate([corpus.traits, corpus.code], axis=1)


def _steady(traits: Floats, mean: Floats, spread: Floats) -> Floats:
    return np.asarray(np.clip((traits - mean) / spread, -_FAR, _FAR), dtype=np.float32)


def _liken(one: Floats, other: Floats, matrix: Any, other_matrix: Any) -> Floats:
    """How alike texts are: in what they are built like and, half as much, in their n-grams."""
    squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2 * one @ other.T
    moving = max(1, int(np.any(other != 0, axis=0).sum()))
    near = np.exp(-_WIDTH / moving * np.maximum(squares, 0))
    ngrams = np.asarray((matrix @ other_matrix.T).todense())
    return np.asarray(near + _NGRAM_SHARE * ngrams, dtype=np.float32)
