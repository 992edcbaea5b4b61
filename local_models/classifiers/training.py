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
from local_models.classifiers.linear import Linear, train_linear
from local_models.classifiers.meaning import ENGLISH_KEYS, KEYS, MEANING, without
from local_models.classifiers.network import (
    Array,
    Network,
    Schedule,
    Slot,
    activate,
    train_network,
)
from local_models.classifiers.prior import choose_prior
from local_models.classifiers.vectors import Vocabulary, build_vocabulary, lay_out, to_matrix

_ENOUGH_ENGLISH = 0.25
"""From this share of English texts on, the English encoder is learned with."""
_SENSES = 3
"""The prior's table, the encoder of all languages, the English one."""


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
    reaches: tuple[tuple[float, ...], ...] = ()
    """How long what words meant beforehand, and what the text means by the encoder, are beside n-grams of
    length one, for each network in turn; neither at all where this is empty. Networks of different
    reach err differently."""
    reaches_in_english: tuple[tuple[float, ...], ...] = ()
    """The same, and how long what the text means by the English encoder is, where texts are English."""
    margin: float = 0.0
    """How much a linear machine (`linear.py`) has to say beside the networks."""
    notes: str = ""

    def reach(self, turn: int, *, in_english: bool = False) -> tuple[float, ...]:
        """The reaches of one network."""
        reaches = self.reaches_in_english if in_english else self.reaches
        return reaches[turn % len(reaches)] if reaches else (0.0, 0.0)

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
    """A calibrated head. `targets` has a row for each text and a column for each label; NaN where it is not
    known whether a label of kind `many` is there.

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
    material = prepare([read(text) for text in texts], targets, recipe, importance)
    left_out = leave_out(groups or texts, recipe)
    temperature = 1.0
    if 10 <= left_out.sum() < len(texts):
        scores = score_left_out(material, left_out, recipe, on_pass)
        temperature = fit_temperature(scores, targets[left_out], recipe)
    return replace(build_head(material, labels, recipe, on_pass), temperature=temperature)


def build_head(
    material: Material, labels: Sequence[str], recipe: Recipe, on_pass: Callable[[], None]
) -> Head:
    """The recipe's networks, trained and averaged; not calibrated."""
    networks = []
    for turn in range(recipe.networks):
        schedule = replace(recipe.schedule, seed=recipe.schedule.seed + 17 * turn)
        reaches = recipe.reach(turn, in_english=material.is_english)
        networks.append(material.train(schedule, reaches, on_pass))
    return merge_networks(
        networks, material.vocabulary, labels, recipe,
        senses=material.senses, linear=material.train_linear(recipe),
    )  # fmt: skip


def score_left_out(
    material: Material,
    left_out: NDArray[np.bool_],
    recipe: Recipe,
    on_pass: Callable[[], None],
) -> Array:
    """What a network, and the linear machine where there is one, say of texts that they did not learn from."""
    reach = recipe.reach(len(recipe.reaches) // 2, in_english=material.is_english)
    learned, others = material.pick(~left_out), material.pick(left_out)
    network = learned.train(recipe.schedule, reach, on_pass)
    scores = network.scores(others.matrix, others.meaning)
    linear = learned.train_linear(recipe)
    return scores if linear is None else scores + linear.scores(others.matrix, others.meant)


@dataclass(frozen=True, slots=True)
class Sense:
    """What is known of texts before any of them is learned: a vector for each of some n-grams."""

    at: NDArray[np.intp]
    """Where these n-grams stand in the vocabulary."""
    rows: Array
    """Their vectors."""
    sums: Array
    """The vectors summed over each text, of length one on average."""

    def pick(self, chosen: NDArray[np.bool_]) -> Sense:
        """The same for some of the texts."""
        return replace(self, sums=self.sums[chosen])


@dataclass(frozen=True, slots=True)
class Material:
    """Texts as a network learns from them."""

    vocabulary: Vocabulary
    matrix: Any
    """Texts by the n-grams that are learned."""
    targets: Array
    weight: Array
    senses: tuple[Sense, ...] = ()
    """What the prior's table says, and what each of two encoders says; none where the recipe wants neither."""

    def pick(self, chosen: NDArray[np.bool_]) -> Material:
        """Some of the texts."""
        return replace(
            self, matrix=self.matrix[chosen], targets=self.targets[chosen],
            weight=self.weight[chosen], senses=tuple(sense.pick(chosen) for sense in self.senses),
        )  # fmt: skip

    @property
    def meaning(self) -> Array | None:
        """What all senses say of each text, side by side."""
        return np.concatenate([sense.sums for sense in self.senses], 1) if self.senses else None

    @property
    def meant(self) -> list[Array]:
        """What each encoder says of each text."""
        return [sense.sums for sense in self.senses[1:]]

    @property
    def is_english(self) -> bool:
        """Whether the English encoder says anything of these texts."""
        return len(self.senses) == _SENSES and self.senses[-1].sums.shape[1] > 0

    def train_linear(self, recipe: Recipe) -> Linear | None:
        """The linear machine, as strong as the recipe has it; None where it has none."""
        if not recipe.margin or recipe.schedule.kind != "one":
            return None
        return train_linear(self.matrix, self.meant, self.targets, self.weight, recipe.margin)

    def train(
        self, schedule: Schedule, reaches: Sequence[float], on_pass: Callable[[], None]
    ) -> Network:
        """One network, with one reach a sense; it takes sums as they are, whatever their reach."""
        used = [
            sense.sums * np.float32(reach)
            for sense, reach in zip(self.senses, reaches, strict=False)
            if reach
        ]
        network = train_network(
            self.matrix, self.targets, schedule, meaning=np.concatenate(used, 1) if used else None,
            importance=self.weight, on_epoch=on_pass,
        )  # fmt: skip
        lifts, done = [], 0
        for sense, reach in zip(self.senses, reaches, strict=False):
            width = sense.sums.shape[1]
            if reach:
                lifts.append(network.lift.value[done : done + width] * np.float32(reach))
                done += width
            else:
                lifts.append(np.zeros((width, schedule.hidden), dtype=np.float32))
        network.lift = Slot.of(np.concatenate(lifts)) if lifts else network.lift
        return network


def prepare(
    corpus: Sequence[Features], targets: Array, recipe: Recipe, importance: Array | None = None
) -> Material:
    """Vocabulary and matrix of a corpus, with what is known beforehand where the recipe asks for it.

    Where the texts were read with what they mean, the recipe has a weight for that view too.
    """
    corpus = _leave_english_out_if_rare(corpus)
    hashes = np.concatenate([features.hashes for features in corpus])
    prior = choose_prior(hashes[hashes >> 30 != MEANING]) if recipe.reaches else None
    vocabulary = build_vocabulary(
        corpus, min_count=recipe.min_count, view_weights=recipe.view_weights, prior=prior
    )
    weight = np.ones(len(corpus), dtype=np.float32) if importance is None else importance
    if not recipe.reaches:
        return Material(vocabulary, to_matrix(corpus, vocabulary), targets, weight)
    learned = vocabulary.learned & (vocabulary.keys >> 30 != MEANING)
    vocabulary = replace(vocabulary, learned=learned)
    matrix = to_matrix(corpus, vocabulary)
    senses = []
    for at, rows in (
        lay_out(prior, vocabulary),
        _lay_out_meaning(vocabulary, KEYS),
        _lay_out_meaning(vocabulary, ENGLISH_KEYS),
    ):
        sums = np.asarray(matrix[:, at] @ rows, dtype=np.float32)
        factor = np.float32(1.0 / max(float(np.linalg.norm(sums, axis=1).mean()), 1e-9))
        senses.append(Sense(at, rows * factor, sums * factor))
    return Material(vocabulary, matrix[:, learned.nonzero()[0]], targets, weight, tuple(senses))


def _leave_english_out_if_rare(corpus: Sequence[Features]) -> Sequence[Features]:
    """The corpus without what the English encoder says, where it says something of a few texts only."""
    first = ENGLISH_KEYS[0]
    read = [bool((features.hashes == first).any()) for features in corpus]
    if sum(read) >= _ENOUGH_ENGLISH * len(corpus) or not any(read):
        return corpus
    return [
        without(features, ENGLISH_KEYS) if has else features
        for features, has in zip(corpus, read, strict=True)
    ]


def _lay_out_meaning(
    vocabulary: Vocabulary, keys: NDArray[np.uint32]
) -> tuple[NDArray[np.intp], Array]:
    """Where an encoder's numbers stand in a vocabulary, if they do: each is a direction of its own."""
    at = np.flatnonzero(np.isin(vocabulary.keys, keys))
    return at, np.eye(len(at), dtype=np.float32)


def merge_networks(
    networks: Sequence[Network],
    vocabulary: Vocabulary,
    labels: Sequence[str],
    recipe: Recipe,
    *,
    senses: Sequence[Sense] = (),
    linear: Linear | None = None,
) -> Head:
    """The average of networks, and a linear machine beside them, as one head; what was known beforehand
    becomes rows like the others."""
    share = 1.0 / len(networks)
    embedding = np.concatenate([network.embedding.value for network in networks], axis=1)
    output = np.concatenate([network.output.value * share for network in networks])
    hidden_bias = np.concatenate([network.hidden_bias.value for network in networks])
    wide = np.asarray(sum((network.wide.value * share for network in networks), np.float32(0)))
    bias = sum((network.bias.value * share for network in networks), np.float32(0))
    if senses:
        lift = np.concatenate([network.lift.value for network in networks], axis=1)
        embedding = _spread(embedding, vocabulary.learned)
        wide = _spread(wide, vocabulary.learned)
        for sense in senses:
            own, lift = np.split(lift, [sense.rows.shape[1]])
            embedding[sense.at] += sense.rows @ own
    if linear is not None:
        wide += _spread(linear.rows, vocabulary.learned)
        for sense, rows in zip(senses[1:], linear.meant, strict=True):
            wide[sense.at] += sense.rows @ rows
        bias = bias + linear.bias
    return Head(
        labels=tuple(labels), kind=recipe.schedule.kind, keys=vocabulary.keys,
        idf=vocabulary.idf, view_weights=vocabulary.view_weights,
        wide=Rows.pack(wide), bias=np.asarray(bias, dtype=np.float32),
        deep=Deep(Rows.pack(embedding), hidden_bias, output), notes=recipe.notes,
    )  # fmt: skip


def _spread(rows: Array, learned: NDArray[np.bool_]) -> Array:
    """Rows of the learned n-grams among zeros for the others."""
    spread = np.zeros((len(learned), rows.shape[1]), dtype=np.float32)
    spread[learned] = rows
    return spread


def leave_out(groups: Sequence[str], recipe: Recipe) -> NDArray[np.bool_]:
    """Which texts the first training does not see: whole groups, a share of them."""
    # Not np.unique, which makes every text as wide as the widest: gigabytes.
    place = {name: at for at, name in enumerate(sorted(set(groups)))}
    rng = np.random.default_rng(recipe.schedule.seed + 99)
    drawn = rng.random(len(place))[[place[name] for name in groups]]
    return np.asarray(drawn < recipe.held_out, dtype=np.bool_)


def fit_temperature(scores: Array, targets: Array, recipe: Recipe) -> float:
    """The temperature of least log loss, by a scan from 0.2 to 5."""
    kind = recipe.schedule.kind
    grid = np.geomspace(0.2, 5.0, 60)
    return float(min(grid, key=lambda t: _log_loss(activate(scores / t, kind), targets, kind)))


def _log_loss(chances: Array, targets: Array, kind: str) -> float:
    safe = np.clip(chances, 1e-7, 1 - 1e-7)
    loss = -np.nansum(targets * np.log(safe), axis=1)
    if kind == "many":
        loss -= np.nansum((1 - targets) * np.log(1 - safe), axis=1)
    return float(loss.mean())


def find_weightiest(head: Head, corpus: Sequence[Features], most: int) -> NDArray[np.intp]:
    """Which n-grams to keep of a head with a hidden layer, in order: so many at most, those that weigh
    most by themselves and those that move the scores of some text of the corpus farthest.

    How far an n-gram moves a score hangs on its company: what makes up a whole turn of two
    characters counts for more there than a weightier one does in a sentence, and by that alone the
    words of longer texts would all be lost.
    """
    assert head.deep is not None
    reach = head.deep.rows.scale * np.linalg.norm(head.deep.output, axis=1)
    size = _squares(head.wide, head.wide.scale) + _squares(head.deep.rows, reach)
    views = np.asarray(head.view_weights, dtype=np.float32)
    known = Vocabulary(head.keys, head.idf, views, np.ones(len(head.keys), dtype=np.bool_))
    share = to_matrix(corpus, known).max(axis=0).toarray()[0]
    rank = np.minimum(_rank(size * head.idf**2), _rank(size * share**2))
    return np.sort(np.argsort(rank, kind="stable")[:most])


def _rank(values: Array) -> NDArray[np.intp]:
    """0 for the largest."""
    rank = np.empty(len(values), dtype=np.intp)
    rank[np.argsort(-values, kind="stable")] = np.arange(len(values))
    return rank


def _squares(rows: Rows, scale: Array) -> Array:
    return np.asarray(((rows.cells * scale) ** 2).sum(axis=1), dtype=np.float32)


def keep_rows(head: Head, kept: NDArray[np.intp]) -> Head:
    """The head with the chosen n-grams only."""
    assert head.deep is not None
    deep = replace(head.deep, rows=replace(head.deep.rows, cells=head.deep.rows.cells[kept]))
    return replace(
        head, keys=head.keys[kept], idf=head.idf[kept], deep=deep,
        wide=replace(head.wide, cells=head.wide.cells[kept]),
    )  # fmt: skip


def one_hot(names: Sequence[str], labels: Sequence[str]) -> Array:
    """Targets for texts with one label each."""
    return many_hot([(name,) for name in names], labels)


def shared_hot(
    names: Sequence[str], seconds: Sequence[str], labels: Sequence[str], share: float
) -> Array:
    """Targets for texts with one label each, of which some give a share of it to a second one.

    `seconds` has an empty string where there is none.
    """
    targets, column = one_hot(names, labels), {label: at for at, label in enumerate(labels)}
    for row, second in enumerate(seconds):
        if second:
            targets[row] *= np.float32(1.0 - share)
            targets[row, column[second]] += np.float32(share)
    return targets


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
