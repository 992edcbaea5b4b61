"""Heads: that run time computes what training saw, and that files carry all of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from local_models.classifiers.features import read_features
from local_models.classifiers.head import Head, Rows, load_head, save_head
from local_models.classifiers.network import Schedule, train_network
from local_models.classifiers.training import (
    Recipe,
    many_hot,
    merge_networks,
    one_hot,
    train_head,
)
from local_models.classifiers.vectors import build_vocabulary, to_matrix

TEXTS = [
    f"{opener}{wish}"
    for wish in (
        "退款多久到账",
        "发票抬头写错了",
        "快递到哪了",
        "where is my refund",
        "send the invoice",
    )
    for opener in ("", "你好，", "请问", "麻烦 ", "hi ", "问下")
]
NAMES = ["refund"] * 6 + ["invoice"] * 6 + ["logistics"] * 6 + ["refund"] * 6 + ["invoice"] * 6
LABELS = ("refund", "invoice", "logistics")
QUICK = Recipe(schedule=Schedule(hidden=8, epochs=25, batch=8, rate=0.02), networks=2, min_count=1)


@pytest.fixture(scope="module")
def head() -> Head:
    return train_head(TEXTS, one_hot(NAMES, LABELS), LABELS, QUICK)


def test_a_trained_head_reads_what_it_learned(head: Head) -> None:
    right = [
        head.read(read_features(text)).label == name
        for text, name in zip(TEXTS, NAMES, strict=True)
    ]
    assert np.mean(right) > 0.95
    assert head.read(read_features("请问退款几天到账啊")).label == "refund"


def test_probabilities_are_a_distribution(head: Head) -> None:
    chances = head.probabilities(read_features("完全无关的一句话"))
    assert chances.shape == (3,)
    assert float(chances.sum()) == pytest.approx(1.0, abs=1e-5)


def test_a_text_without_any_known_n_gram_falls_back_on_the_bias(head: Head) -> None:
    assert np.isfinite(head.probabilities(read_features(""))).all()
    assert np.isfinite(head.probabilities(read_features("жжж"))).all()


def test_the_threshold_makes_a_head_say_unsure(head: Head) -> None:
    strict = replace(head, threshold=1.01)
    assert strict.read(read_features(TEXTS[0])).is_unsure
    assert not head.read(read_features(TEXTS[0])).is_unsure


def test_run_time_scores_equal_the_trainer_s_scores_up_to_rounding() -> None:
    corpus = [read_features(text) for text in TEXTS]
    vocabulary = build_vocabulary(corpus, min_count=1, view_weights=(1.0, 1.0, 0.5))
    matrix = to_matrix(corpus, vocabulary)
    network = train_network(matrix, one_hot(NAMES, LABELS), QUICK.schedule)
    merged = merge_networks([network], vocabulary, LABELS, QUICK)
    there = np.stack([merged.scores(features) for features in corpus])
    assert np.abs(there - network.scores(matrix)).max() < 0.15


def test_training_twice_gives_the_same_head() -> None:
    recipe = replace(QUICK, networks=1, held_out=0.0)
    one = train_head(TEXTS, one_hot(NAMES, LABELS), LABELS, recipe)
    two = train_head(TEXTS, one_hot(NAMES, LABELS), LABELS, recipe)
    assert np.array_equal(one.wide.cells, two.wide.cells)


def test_a_saved_head_comes_back_whole(head: Head, tmp_path: Path) -> None:
    save_head(replace(head, threshold=0.4, notes="own lines"), tmp_path / "x.npz")
    back = load_head(tmp_path / "x.npz")
    assert back.labels == head.labels and back.threshold == 0.4 and back.notes == "own lines"
    for text in TEXTS:
        features = read_features(text)
        assert np.allclose(back.probabilities(features), head.probabilities(features), atol=0.01)


def test_a_file_that_is_no_head_is_refused_by_name(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", keys=np.zeros(1))
    with pytest.raises(ValueError, match=r"other\.npz is not a classifier head: it lacks about"):
        load_head(tmp_path / "other.npz")


def test_rows_of_a_zero_matrix_stay_zero() -> None:
    assert not Rows.pack(np.zeros((3, 2))).cells.any()


def test_many_labels_are_found_side_by_side() -> None:
    texts = TEXTS + [f"{one}，{two}" for one in TEXTS[:6] for two in TEXTS[6:12]]
    names = [(name,) for name in NAMES] + [("refund", "invoice")] * 36
    recipe = replace(QUICK, schedule=replace(QUICK.schedule, kind="many"))
    many = train_head(texts, many_hot(names, LABELS), LABELS, recipe)
    chances = many.probabilities(read_features("退款多久到账，发票抬头写错了"))
    assert chances[0] > 0.5 and chances[1] > 0.5 and chances[2] < 0.5


def test_targets_of_the_wrong_shape_are_refused_with_both_shapes() -> None:
    with pytest.raises(ValueError, match=r"2 texts with 3 labels need targets of shape \(2, 3\)"):
        train_head(["a", "b"], np.zeros((2, 2), dtype=np.float32), LABELS, QUICK)


def test_several_texts_are_judged_together_as_each_alone(head: Head) -> None:
    texts = [TEXTS[0], "", "жжж", TEXTS[8], f"{TEXTS[0]} {TEXTS[8]}"]
    alone = [head.read(read_features(text)) for text in texts]
    together = head.read_several([read_features(text) for text in texts])
    assert [one.label for one in together] == [one.label for one in alone]
    for one, other in zip(together, alone, strict=True):
        assert np.allclose(one.probabilities, other.probabilities, atol=1e-5)
    assert head.read_several([]) == []
