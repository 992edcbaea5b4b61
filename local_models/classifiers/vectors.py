"""Training side of the feature pass: a vocabulary over a corpus, and its sparse matrix.

Imported by training code only (scipy is not a run-time dependency).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.features import Features
from local_models.classifiers.prior import Prior
from local_models.classifiers.table import Floats, scale_views


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The n-grams worth a row, and how rare each is."""

    keys: NDArray[np.uint32]
    idf: Floats
    view_weights: Floats
    learned: NDArray[np.bool_]
    """Which of them the corpus itself holds often enough; the others stand in the prior."""


def build_vocabulary(
    corpus: Sequence[Features],
    *,
    min_count: int,
    view_weights: Sequence[float],
    prior: Prior | None = None,
) -> Vocabulary:
    """Every n-gram that at least `min_count` texts hold, and every one of the prior."""
    everything = np.concatenate([features.hashes for features in corpus])
    keys, counts = np.unique(everything, return_counts=True)
    kept = counts >= min_count
    rarity = np.log((1 + len(corpus)) / (1 + counts[kept])) + 1.0
    # Rounded as it will be stored, so that training sees what run time sees.
    keys, idf = keys[kept], rarity.astype(np.float16).astype(np.float32)
    weights = np.asarray(view_weights, dtype=np.float32)
    if prior is None:
        return Vocabulary(keys, idf, weights, np.ones(len(keys), dtype=np.bool_))
    union = np.union1d(keys, prior.keys)
    rarities = np.empty(len(union), dtype=np.float32)
    rarities[union.searchsorted(prior.keys)] = prior.idf
    own = union.searchsorted(keys)
    rarities[own] = idf
    learned = np.zeros(len(union), dtype=np.bool_)
    learned[own] = True
    return Vocabulary(union, rarities, weights, learned)


def lay_out(prior: Prior | None, vocabulary: Vocabulary) -> tuple[NDArray[np.intp], Floats]:
    """Where the prior's n-grams stand in a vocabulary, and their vectors; none without a prior.

    Each is taken by how rare the prior found the n-gram, whatever the vocabulary says.
    """
    if prior is None:
        return np.zeros(0, dtype=np.intp), np.zeros((0, 0), dtype=np.float32)
    at = vocabulary.keys.searchsorted(prior.keys)
    ratio = prior.idf / vocabulary.idf[at]
    return at, prior.rows(np.arange(len(prior.keys))) * ratio[:, None]


def to_matrix(corpus: Sequence[Features], vocabulary: Vocabulary) -> Any:
    """The corpus as a scipy CSR matrix, each row weighted exactly as a head weighs it."""
    from scipy.sparse import csr_matrix

    rows = [_row(features, vocabulary) for features in corpus]
    ends = np.cumsum([0, *(len(indices) for indices, _ in rows)])
    indices = np.concatenate([indices for indices, _ in rows])
    values = np.concatenate([values for _, values in rows])
    return csr_matrix((values, indices, ends), shape=(len(rows), len(vocabulary.keys)))


def _row(features: Features, vocabulary: Vocabulary) -> tuple[NDArray[np.intp], Floats]:
    # In one order whoever read them, so that training comes out the same everywhere.
    order = np.argsort(features.hashes)
    hashes, weights = features.hashes[order], features.weights[order]
    at = np.searchsorted(vocabulary.keys, hashes)
    at[at == len(vocabulary.keys)] = 0
    known = vocabulary.keys[at] == hashes
    values = weights[known] * vocabulary.idf[at[known]]
    return at[known], scale_views(hashes[known], values, vocabulary.view_weights)
