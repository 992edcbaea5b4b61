"""What words mean before training: the table, its file, and what a head takes from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from local_models.classifiers.features import read_features
from local_models.classifiers.network import Schedule
from local_models.classifiers.prior import (
    LANGUAGES,
    WEIGHTS,
    Prior,
    choose_prior,
    load_prior,
    pack,
    save_prior,
)
from local_models.classifiers.train_prior import Plan, fit_prior
from local_models.classifiers.training import Recipe, one_hot, prepare, train_head

PLAIN = Recipe(schedule=Schedule(hidden=16, epochs=30, batch=8, rate=0.01), networks=2, min_count=1)


def direction(prior: Prior, text: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """What a prior says of a text."""
    features = read_features(text)
    known = np.isin(features.hashes, prior.keys)
    at = prior.keys.searchsorted(features.hashes[known])
    total = (features.weights[known] * prior.idf[at]) @ prior.rows(at)
    return np.asarray(total / np.linalg.norm(total))


@pytest.mark.parametrize(
    ("language", "text", "alike", "other"),
    [
        ("en", "i lost my credit card", "my visa was stolen", "play some jazz music"),
        ("zh", "肚子疼", "医院", "股票"),
    ],
)
def test_what_means_alike_lies_near(language: str, text: str, alike: str, other: str) -> None:
    prior = load_prior(WEIGHTS / f"prior_{language}.npz")
    near = direction(prior, text) @ direction(prior, alike)
    assert near > direction(prior, text) @ direction(prior, other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_s_keys_are_sorted_and_each_its_own(language: str) -> None:
    prior = load_prior(WEIGHTS / f"prior_{language}.npz")
    assert (prior.keys[1:] > prior.keys[:-1]).all()
    assert len(prior.keys) == len(prior.idf) == len(prior.cells) == len(prior.scale)


def test_a_table_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    keys, idf = np.array([3, 7, 9], dtype=np.uint32), np.array([1, 2, 3], dtype=np.float32)
    prior = pack(keys, idf, rng.standard_normal((3, 6), dtype=np.float32))
    save_prior(prior, tmp_path / "p.npz", "made up")
    back = load_prior(tmp_path / "p.npz")
    assert np.array_equal(back.rows(np.arange(3)), prior.rows(np.arange(3)))
    assert np.array_equal(back.keys, keys)


def test_the_language_of_the_texts_decides_which_table_is_taken() -> None:
    english = read_features("where is my order and when will it arrive").hashes
    chinese = read_features("我的订单什么时候到").hashes
    assert choose_prior(english) is load_prior(WEIGHTS / "prior_en.npz")
    assert choose_prior(chinese) is load_prior(WEIGHTS / "prior_zh.npz")
    assert choose_prior(read_features("когда придёт мой заказ").hashes) is None


CARDS = ["my card was stolen", "i lost my card", "the card is gone", "someone took my card"]
MUSIC = ["play a song", "play my favourite song", "put on a song", "start the song"]


def test_a_head_knows_words_that_its_own_texts_never_held() -> None:
    targets = one_hot(["card"] * 4 + ["song"] * 4, ("card", "song"))
    head = train_head(
        CARDS + MUSIC, targets, ("card", "song"), replace(PLAIN, reaches=((4.0, 0.0), (10.0, 0.0)))
    )
    assert head.read(read_features("stolen visa")).label == "card"
    for text in ("jazz music", "rock band tracks", "listen to spotify"):
        assert head.read(read_features(text)).label == "song"


def test_a_head_reads_as_the_networks_did_that_it_was_merged_from() -> None:
    targets = one_hot(["card"] * 4 + ["song"] * 4, ("card", "song"))
    recipe = replace(PLAIN, networks=1, reaches=((6.0, 0.0),), held_out=0.0)
    corpus = [read_features(text) for text in CARDS + MUSIC]
    material = prepare(corpus, targets, recipe)
    network = material.train(recipe.schedule, (6.0, 0.0), lambda: None)
    head = train_head(CARDS + MUSIC, targets, ("card", "song"), recipe)
    there = network.scores(material.matrix, material.meaning)
    assert np.abs(np.stack([head.scores(one) for one in corpus]) - there).max() < 0.2


def test_networks_without_reach_leave_the_table_alone() -> None:
    targets = one_hot(["card"] * 4 + ["song"] * 4, ("card", "song"))
    plain = train_head(CARDS + MUSIC, targets, ("card", "song"), PLAIN)
    assert len(plain.keys) < 1_000


def test_a_table_is_fitted_to_an_encoder_s_vectors() -> None:
    texts = [f"{a} {b}" for a in ("red", "green", "blue") for b in ("car", "bus", "bike", "ship")]
    vectors = np.array([[("red" in t), ("green" in t), ("car" in t), 1.0] for t in texts])
    plan = Plan(dims=2, min_count=1, penalty=0.01, iterations=20, keys=500)
    prior = fit_prior(texts, vectors.astype(np.float32), plan)
    red = direction(prior, "red car") @ direction(prior, "red ship")
    assert red > direction(prior, "red car") @ direction(prior, "green ship")
