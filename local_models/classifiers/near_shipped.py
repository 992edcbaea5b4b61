"""Train a shipped head further on a user's rows, so that it stays what it was where they say nothing.

Training starts from the shipped head. Beside the user's rows it learns the shipped head's own answers
to the project's own texts. N-grams that only the user's rows hold are added to its table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.features import Features
from local_models.classifiers.head import Head, Rows
from local_models.classifiers.network import Array, Network, Schedule, Slot, activate, train_network
from local_models.classifiers.training import Recipe, merge_networks, one_hot
from local_models.classifiers.vectors import Vocabulary, to_matrix

SCHEDULE = Schedule(epochs=8, batch=128, rate=0.002, dropout=0.3, hidden_dropout=0.3, smoothing=0.0)
_SMOOTHING = 0.1
"""What a user's row leaves to what the shipped head says of it."""
_SHARE = 0.25
"""A few rows are looked at so often that they make up this share of all looks, ..."""
_MOST_LOOKS = 20
"""... but no more than so often in a pass."""
_NEW_AT = 2
"""Texts of the user that must hold an n-gram before it is added."""


def train_near(
    shipped: Head,
    texts: Sequence[str],
    names: Sequence[str],
    anchors: Sequence[str],
    schedule: Schedule = SCHEDULE,
    *,
    read: Callable[[str], Features],
    told_as: Mapping[str, str] = MappingProxyType({}),
    on_pass: Callable[[], None] = lambda: None,
) -> Head:
    """The shipped head after learning the user's rows; labels, temperature and threshold stay.

    `anchors` are texts of which the new head is to say what the shipped one says. `told_as` names labels
    that the user's rows do not tell apart from others: of a row of such a label, the shipped head
    says how it is shared.
    """
    corpus = [read(text) for text in (*texts, *anchors)]
    answers = activate(np.stack([shipped.scores(features) for features in corpus]), "one")
    wanted = _share(one_hot(names, shipped.labels), answers[: len(texts)], shipped.labels, told_as)
    targets = answers.copy()
    targets[: len(texts)] = (1 - _SMOOTHING) * wanted + _SMOOTHING * answers[: len(texts)]
    vocabulary = _widen(shipped, corpus[: len(texts)])
    looks = _look_often(len(texts), len(anchors))
    network = train_network(
        to_matrix(corpus, vocabulary)[looks], targets[looks], schedule,
        start=open_head(shipped, vocabulary), on_epoch=on_pass,
    )  # fmt: skip
    recipe = Recipe(schedule=schedule, networks=1)
    head = merge_networks([network], vocabulary, shipped.labels, recipe)
    return replace(head, temperature=shipped.temperature, threshold=shipped.threshold)


def _share(
    wanted: Array, answers: Array, labels: Sequence[str], told_as: Mapping[str, str]
) -> Array:
    """The wanted labels, those shared that stand for others too."""
    shared = wanted.copy()
    for apart, label in told_as.items():
        pair = np.array([labels.index(label), labels.index(apart)])
        rows = np.flatnonzero(wanted[:, pair[0]])
        part = answers[np.ix_(rows, pair)]
        shared[np.ix_(rows, pair)] = part / part.sum(axis=1, keepdims=True)
    return shared


def _look_often(rows: int, anchors: int) -> NDArray[np.intp]:
    """Which texts one pass looks at: all of them, the user's rows more than once where they are few."""
    times = round(_SHARE / (1 - _SHARE) * anchors / rows)
    times = max(1, min(_MOST_LOOKS, times))
    return np.concatenate([np.tile(np.arange(rows), times), np.arange(rows, rows + anchors)])


def _widen(head: Head, corpus: Sequence[Features]) -> Vocabulary:
    """The head's n-grams and those that it lacks, as rare as the middle one of its own."""
    keys, counts = np.unique(
        np.concatenate([features.hashes for features in corpus]), return_counts=True
    )
    fresh = np.setdiff1d(keys[counts >= _NEW_AT], head.keys)
    union = np.union1d(head.keys, fresh)
    idf = np.full(len(union), np.float16(np.median(head.idf)), dtype=np.float32)
    idf[union.searchsorted(head.keys)] = head.idf
    views = np.asarray(head.view_weights, dtype=np.float32)
    return Vocabulary(union, idf, views, np.ones(len(union), dtype=np.bool_))


def open_head(head: Head, vocabulary: Vocabulary) -> Network:
    """A head as the network that it was; n-grams that it lacks say nothing yet."""
    assert head.deep is not None
    at = vocabulary.keys.searchsorted(head.keys)
    return Network(
        wide=_lay_out(head.wide, at, len(vocabulary.keys)),
        embedding=_lay_out(head.deep.rows, at, len(vocabulary.keys)),
        lift=Slot.of(np.zeros((0, len(head.deep.bias)))),
        hidden_bias=Slot.of(head.deep.bias), output=Slot.of(head.deep.output),
        bias=Slot.of(head.bias),
    )  # fmt: skip


def _lay_out(rows: Rows, at: NDArray[np.intp], count: int) -> Slot:
    spread = np.zeros((count, rows.cells.shape[1]), dtype=np.float32)
    spread[at] = rows.cells * rows.scale
    return Slot.of(spread)
