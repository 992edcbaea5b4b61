"""The linear machine beside the networks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from local_models.classifiers.features import read_features
from local_models.classifiers.linear import train_linear
from local_models.classifiers.network import Schedule
from local_models.classifiers.training import Recipe, one_hot, prepare, train_head

LABELS = ("a", "b", "c", "d")
DICE = np.random.default_rng(3)
MATRIX = csr_matrix(np.eye(3, dtype=np.float32)[[0, 1, 2] * 6])
MEANT = [DICE.standard_normal((18, 4)).astype(np.float32) * 0.05]
ONES = np.ones(18, dtype=np.float32)


def test_each_label_is_told_from_all_others_and_one_without_texts_from_all() -> None:
    targets = one_hot(["a", "b", "c"] * 6, LABELS)
    machine = train_linear(MATRIX, MEANT, targets, ONES, 2.0)
    assert machine is not None
    scores = machine.scores(MATRIX, MEANT)
    assert scores.shape == (18, 4)
    assert scores.argmax(axis=1).tolist() == [0, 1, 2] * 6
    assert scores[:, 3].tolist() == [-2.0] * 18


@pytest.mark.parametrize("names", [["a", "b"], ["b", "c"]])
def test_two_labels_are_each_other_s_opposite(names: list[str]) -> None:
    machine = train_linear(
        MATRIX[:, :2][[0, 1] * 9], [each[:18] for each in MEANT],
        one_hot(names * 9, LABELS), ONES, 1.0,
    )  # fmt: skip
    assert machine is not None
    scores = machine.scores(MATRIX[:, :2][[0, 1]], [MEANT[0][:2]])
    assert [LABELS[at] for at in scores.argmax(axis=1)] == names


def test_one_label_alone_needs_no_machine() -> None:
    assert train_linear(MATRIX, MEANT, one_hot(["a"] * 18, LABELS), ONES, 2.0) is None


def test_it_comes_out_the_same_each_time_and_as_strong_as_it_is_wanted() -> None:
    targets = one_hot(["a", "b", "c"] * 6, LABELS)
    one, other = (train_linear(MATRIX, MEANT, targets, ONES, strength) for strength in (1.0, 2.0))
    again = train_linear(MATRIX, MEANT, targets, ONES, 1.0)
    assert one is not None
    assert other is not None
    assert again is not None
    scores = one.scores(MATRIX, MEANT)
    assert again.scores(MATRIX, MEANT).tolist() == scores.tolist()
    assert other.scores(MATRIX, MEANT) == pytest.approx(2 * scores, abs=1e-5)


def test_a_head_says_what_networks_and_machine_say_together() -> None:
    texts = ["lost card", "card gone", "play song", "song please", "my card", "a song"]
    labels, recipe = ("card", "song"), Recipe(
        schedule=Schedule(hidden=8, epochs=10, batch=4), networks=1, min_count=1, held_out=0.0,
        reaches=((1.0, 0.0),), margin=3.0,
    )  # fmt: skip
    targets = one_hot(["card", "card", "song", "song", "card", "song"], labels)
    corpus = [read_features(text) for text in texts]
    material = prepare(corpus, targets, recipe)
    machine = material.train_linear(recipe)
    assert machine is not None
    network = material.train(recipe.schedule, recipe.reach(0), lambda: None)
    wanted = network.scores(material.matrix, material.meaning)
    wanted = wanted + machine.scores(material.matrix, material.meant)
    head = train_head(texts, targets, labels, recipe)
    assert np.abs(np.stack([head.scores(each) for each in corpus]) - wanted).max() < 0.2
