"""Train a head from labelled texts: vocabulary, networks, calibration, and a threshold.

Several networks that differ only by seed are averaged; an average of wide and deep networks is
again one wide and deep network with a broader hidden layer, so a head stays one file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.features import Features, read_features
from local_models.classifiers.head import Deep, Floats, Head, Rows
from local_models.classifiers.network import (
    Array,
    Network,
    Schedule,
    activate,
    train_network,
)
from local_models.classifiers.vectors import Vocabulary, build_vocabulary, to_matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that decides what a head becomes, besides its data."""

    schedule: Schedule = field(default_factory=Schedule)
    networks: int = 2
    min_count: int = 2
    view_weights: tuple[float, ...] = (1.0, 1.0, 0.5)
    """Characters, words, pairs."""
    held_out: float = 0.15
    """Share of the texts that a first training leaves out to set the temperature."""
    notes: str = ""

    @property
    def passes(self) -> int:
        """Passes over the data in all, for a progress bar."""
        return self.schedule.epochs * (self.networks + (self.held_out > 0))


def train_head(
    texts: Sequence[str],
    targets: Array,
    labels: Sequence[str],
    recipe: Recipe,
    *,
    importance: Array | None = None,
    groups: Sequence[str] | None = None,
    on_pass: Callable[[], None] = lambda: None,
    read: Callable[[str], Features] = read_features,
) -> Head:
    """A calibrated head. `targets` has a row for each text and a column for each label.

    `groups` names where each text comes from: variants of one line are left out together when the
    temperature is set, or confidence would be that of texts seen before.
    `read` turns a text into features; a head must later be given the same kind.

    Raises:
        ValueError: fewer than two texts, or targets of another shape than texts by labels.
    """
    if len(texts) < 2 or targets.shape != (len(texts), len(labels)):
        raise ValueError(
            f"{len(texts)} texts with {len(labels)} labels need targets of shape "
            f"{(len(texts), len(labels))}, two texts at least; got {targets.shape}."
        )
    corpus = [read(text) for text in texts]
    vocabulary = build_vocabulary(
        corpus, min_count=recipe.min_count, view_weights=recipe.view_weights
    )
    matrix = to_matrix(corpus, vocabulary)
    weight = np.ones(len(texts), dtype=np.float32) if importance is None else importance
    left_out = _leave_out(groups or texts, recipe)
    temperature = _find_temperature(matrix, targets, weight, left_out, recipe, on_pass)
    networks = [
        train_network(
            matrix, targets, replace(recipe.schedule, seed=recipe.schedule.seed + 17 * turn),
            importance=weight, on_epoch=on_pass,
        )
        for turn in range(recipe.networks)
    ]  # fmt: skip
    head = merge_networks(networks, vocabulary, labels, recipe)
    return replace(head, temperature=temperature)


def merge_networks(
    networks: Sequence[Network], vocabulary: Vocabulary, labels: Sequence[str], recipe: Recipe
) -> Head:
    """The average of networks as one head."""
    share = 1.0 / len(networks)
    embedding = np.concatenate([network.embedding.value for network in networks], axis=1)
    output = np.concatenate([network.output.value * share for network in networks])
    hidden_bias = np.concatenate([network.hidden_bias.value for network in networks])
    wide = sum((network.wide.value * share for network in networks), np.float32(0))
    bias = sum((network.bias.value * share for network in networks), np.float32(0))
    return Head(
        labels=tuple(labels), kind=recipe.schedule.kind, keys=vocabulary.keys,
        idf=vocabulary.idf, view_weights=vocabulary.view_weights,
        wide=Rows.pack(np.asarray(wide)), bias=np.asarray(bias, dtype=np.float32),
        deep=Deep(Rows.pack(embedding), hidden_bias, output), notes=recipe.notes,
    )  # fmt: skip


def _leave_out(groups: Sequence[str], recipe: Recipe) -> NDArray[np.bool_]:
    """Which texts the first training does not see: whole groups, a share of them."""
    names, at = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
    rng = np.random.default_rng(recipe.schedule.seed + 99)
    return np.asarray(rng.random(len(names))[at] < recipe.held_out, dtype=np.bool_)


def _find_temperature(
    matrix: Any,
    targets: Array,
    weight: Array,
    left_out: NDArray[np.bool_],
    recipe: Recipe,
    on_pass: Callable[[], None],
) -> float:
    """What to divide scores by so that confidence matches accuracy on texts left out."""
    if left_out.sum() < 10 or left_out.all():
        return 1.0
    kept = ~left_out
    network = train_network(
        matrix[kept], targets[kept], recipe.schedule, importance=weight[kept], on_epoch=on_pass
    )
    return fit_temperature(network.scores(matrix[left_out]), targets[left_out], recipe)


def fit_temperature(scores: Array, targets: Array, recipe: Recipe) -> float:
    """The temperature of least log loss, by a scan from 0.2 to 5."""
    kind = recipe.schedule.kind
    grid = np.geomspace(0.2, 5.0, 60)
    return float(min(grid, key=lambda t: _log_loss(activate(scores / t, kind), targets, kind)))


def _log_loss(chances: Array, targets: Array, kind: str) -> float:
    safe = np.clip(chances, 1e-7, 1 - 1e-7)
    loss = -(targets * np.log(safe)).sum(1)
    if kind == "many":
        loss -= ((1 - targets) * np.log(1 - safe)).sum(1)
    return float(loss.mean())


def one_hot(names: Sequence[str], labels: Sequence[str]) -> Array:
    """Targets for texts with one label each."""
    return many_hot([(name,) for name in names], labels)


def many_hot(names: Sequence[Sequence[str]], labels: Sequence[str]) -> Array:
    """Targets for texts with any number of labels each."""
    column = {label: at for at, label in enumerate(labels)}
    targets = np.zeros((len(names), len(labels)), dtype=np.float32)
    for row, held in enumerate(names):
        for name in held:
            targets[row, column[name]] = 1.0
    return targets


def probabilities_of(head: Head, corpus: Sequence[Features]) -> Floats:
    """The head's probabilities for many texts, one row each."""
    return np.stack([head.probabilities(features) for features in corpus])
