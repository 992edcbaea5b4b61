"""The trainer: a wide and deep network over sparse n-grams, in numpy and scipy.

Only the rows that a batch touches are read and written ("lazy" Adam), so a pass over 10,000 short
texts takes about a second on one core. Given the same seed, the result is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.head import Kind

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How one network is trained."""

    kind: Kind = "one"
    hidden: int = 128
    epochs: int = 15
    batch: int = 128
    rate: float = 0.003
    dropout: float = 0.3
    """Share of n-grams hidden from each look at a text; keeps the rest honest."""
    hidden_dropout: float = 0.3
    meaning_dropout: float = 0.1
    smoothing: float = 0.1
    agreement: float = 0.0
    """How strongly two looks at a text, with other n-grams and hidden units hidden from each, are held
    to say the same (R-Drop); takes a third longer where it is not 0. For `one` only."""
    is_wide: bool = True
    """Whether n-grams have class weights of their own beside the hidden layer. With many classes
    that costs most of the time and adds nothing."""
    seed: int = 0


@dataclass(slots=True)
class Slot:
    """One parameter with Adam's two moments."""

    value: Array
    first: Array
    second: Array

    @classmethod
    def of(cls, value: NDArray[Any]) -> Slot:
        value = value.astype(np.float32)
        return cls(value, np.zeros_like(value), np.zeros_like(value))

    def step(self, gradient: Array, rate: float, at: NDArray[np.intp] | None = None) -> None:
        """Move against the gradient: all of it, or only the given rows.

        Most of the time of a training is spent here, and most of that on memory: so it is used again.
        """
        first = self.first if at is None else self.first.take(at, 0)
        second = self.second if at is None else self.second.take(at, 0)
        first *= np.float32(0.9)
        first += np.float32(0.1) * gradient
        spread = np.float32(0.01) * gradient
        spread *= gradient
        second *= np.float32(0.99)
        second += spread
        np.sqrt(second, out=spread)
        spread += np.float32(1e-6)
        move = np.float32(rate) * first
        move /= spread
        if at is None:
            self.value -= move
        else:
            self.first[at], self.second[at] = first, second
            self.value[at] -= move


@dataclass(slots=True)
class Network:
    """The parameters of one wide and deep network."""

    wide: Slot
    embedding: Slot
    lift: Slot
    """From what a text means by the prior to the hidden layer; no rows without a prior."""
    hidden_bias: Slot
    output: Slot
    bias: Slot

    @classmethod
    def start(cls, inputs: int, classes: int, schedule: Schedule, meanings: int = 0) -> Network:
        rng = np.random.default_rng(schedule.seed)
        hidden = schedule.hidden
        return cls(
            wide=Slot.of(np.zeros((inputs, classes))),
            embedding=Slot.of(rng.standard_normal((inputs, hidden), dtype=np.float32) * 0.03),
            lift=Slot.of(rng.standard_normal((meanings, hidden)) / np.sqrt(max(meanings, 1))),
            hidden_bias=Slot.of(np.zeros(hidden)),
            output=Slot.of(rng.standard_normal((hidden, classes)) * 0.5 / np.sqrt(hidden)),
            bias=Slot.of(np.zeros(classes)),
        )

    def scores(self, matrix: Any, meaning: Array | None = None) -> Array:
        """Raw scores for a whole matrix of texts."""
        before = matrix @ self.embedding.value + self.hidden_bias.value
        if meaning is not None:
            before = before + meaning @ self.lift.value
        hidden = np.maximum(before, 0)
        deep = hidden @ self.output.value
        return np.asarray(deep + matrix @ self.wide.value + self.bias.value, dtype=np.float32)


def train_network(
    matrix: Any,
    targets: Array,
    schedule: Schedule,
    *,
    meaning: Array | None = None,
    importance: Array | None = None,
    start: Network | None = None,
    on_epoch: Callable[[], None] = lambda: None,
) -> Network:
    """Fit one network to texts (sparse rows) and targets (a probability for each class; of kind `many`, NaN
    where nobody knows, which teaches nothing).

    `meaning` says what each text is about by the prior; `importance` weighs the texts; `start` is a
    network to train on, and is changed; `on_epoch` is called after each pass, for a progress bar.
    """
    count, classes = targets.shape
    known = np.zeros((count, 0), dtype=np.float32) if meaning is None else meaning
    network = start or Network.start(matrix.shape[1], classes, schedule, known.shape[1])
    rng = np.random.default_rng(schedule.seed + 1)
    smooth = _smooth(targets, schedule)
    weight = np.ones(count, dtype=np.float32) if importance is None else importance
    steps, done = schedule.epochs * -(-count // schedule.batch), 0
    for _ in range(schedule.epochs):
        order = rng.permutation(count)
        for first in range(0, count, schedule.batch):
            done += 1
            chosen = order[first : first + schedule.batch]
            rate = schedule.rate * max(1.0 - done / steps, 0.02)
            rate *= float(np.sqrt(1 - 0.99**done) / (1 - 0.9**done))
            batch = Batch(matrix[chosen], known[chosen], smooth[chosen], weight[chosen])
            _learn(network, batch, rate, schedule, rng)
        on_epoch()
    return network


def _smooth(targets: Array, schedule: Schedule) -> Array:
    share = schedule.smoothing / (2 if schedule.kind == "many" else targets.shape[1])
    return np.asarray(targets * (1 - schedule.smoothing) + share, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some texts: their n-grams, what they mean by the prior, their targets and weights."""

    matrix: Any
    meaning: Array
    targets: Array
    weight: Array


def _learn(
    network: Network, batch: Batch, rate: float, schedule: Schedule, rng: np.random.Generator
) -> None:
    """One step of Adam on one batch."""
    looks = 2 if schedule.agreement else 1
    known, small = _touched(batch.matrix, schedule.dropout, rng, looks)
    before = small @ network.embedding.value[known] + network.hidden_bias.value
    meaning = np.tile(batch.meaning, (looks, 1))
    if meaning.shape[1]:
        meaning = meaning * _kept(meaning.shape, schedule.meaning_dropout, rng)
        before = before + meaning @ network.lift.value
    gate = (before > 0) * _kept(before.shape, schedule.hidden_dropout, rng)
    hidden = (before * gate).astype(np.float32)
    scores = hidden @ network.output.value + network.bias.value
    if schedule.is_wide:
        scores = scores + small @ network.wide.value[known]
    weight = np.tile(batch.weight, looks) / len(scores)
    chances = activate(scores, schedule.kind)
    targets = np.tile(batch.targets, (looks, 1))
    error = np.where(np.isnan(targets), np.float32(0.0), chances - targets)
    if schedule.agreement:
        error = error + np.float32(schedule.agreement) * _disagreement(chances)
    error = (error * weight[:, None]).astype(np.float32)
    to_hidden = (error @ network.output.value.T * gate).astype(np.float32)
    across = small.T.tocsr()
    network.output.step(hidden.T @ error, rate)
    network.bias.step(error.sum(0), rate)
    network.hidden_bias.step(to_hidden.sum(0), rate)
    network.embedding.step(across @ to_hidden, rate, known)
    network.lift.step(meaning.T @ to_hidden, rate)
    if schedule.is_wide:
        network.wide.step(across @ error, rate, known)


def _disagreement(chances: Array) -> Array:
    """How two looks' scores move apart: the gradient of the mean of both relative entropies.

    `chances` holds the first looks at all texts, then the second ones.
    """
    first, second = np.split(chances, 2)
    apart = np.log(np.maximum(first, 1e-9)) - np.log(np.maximum(second, 1e-9))
    gap = first - second
    to_first = first * (apart - (first * apart).sum(1, keepdims=True)) + gap
    to_second = second * ((second * apart).sum(1, keepdims=True) - apart) - gap
    return np.asarray(0.5 * np.concatenate([to_first, to_second]), dtype=np.float32)


def _touched(
    batch: Any, dropout: float, rng: np.random.Generator, looks: int
) -> tuple[NDArray[np.intp], Any]:
    """The batch over only the columns it uses, some of its cells hidden; below each other, so often
    as it is looked at."""
    from scipy.sparse import csr_matrix

    known, columns = np.unique(batch.indices, return_inverse=True)
    values = np.tile(batch.data, looks)
    values *= _kept(values.shape, dropout, rng)
    ends = batch.indptr[1:] + batch.indptr[-1] * np.arange(looks)[:, None]
    indptr = np.append(0, ends.ravel())
    shape = (batch.shape[0] * looks, len(known))
    return known, csr_matrix((values, np.tile(columns, looks), indptr), shape=shape)


def _kept(shape: tuple[int, ...], dropout: float, rng: np.random.Generator) -> Array:
    kept = rng.random(shape, dtype=np.float32) >= dropout
    return np.asarray(kept / np.float32(1 - dropout), dtype=np.float32)


def activate(scores: Array, kind: Kind) -> Array:
    """Scores as probabilities, by row."""
    if kind == "many":
        return np.asarray(1 / (1 + np.exp(-scores)), dtype=np.float32)
    raised = np.exp(scores - scores.max(1, keepdims=True))
    return np.asarray(raised / raised.sum(1, keepdims=True), dtype=np.float32)
