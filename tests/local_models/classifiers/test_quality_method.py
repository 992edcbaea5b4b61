"""Levels, slope and texts count as far as the labels bear them out."""

from __future__ import annotations

import numpy as np
import pytest

from local_models.classifiers.features import read_glance
from local_models.classifiers.own_quality import suit_recipe
from local_models.classifiers.quality_method import (
    Matrix,
    choose_shares,
    fit_levels,
    fold,
    learn_quality,
    sigmoid,
)
from local_models.classifiers.scored import group
from tests.local_models.classifiers.quality_rows import invent

DICE = np.random.default_rng(3)


def answers(count: int, levels: list[float], slope: float) -> tuple[Matrix, Matrix]:
    """Who was right of so many questions, and by how much each was easier than usual."""
    easier = DICE.uniform(-0.5, 0.5, count)
    chance = sigmoid(np.array(levels) + slope * easier[:, None])
    return (DICE.random(chance.shape) < chance).astype(float), easier


def test_a_model_with_few_labels_lies_near_the_others_and_one_with_many_where_it_was_seen() -> None:
    right, easier = answers(400, [1.0, 1.2, 0.8, -1.5, -1.5], 0.0)
    right[:, 4] = np.nan
    right[:3, 4] = 0.0
    levels = fit_levels(right, easier, np.arange(400)).levels
    assert levels[:3] == pytest.approx([1.0, 1.2, 0.8], abs=0.35)
    assert levels[3] == pytest.approx(-1.5, abs=0.35)
    # Three wrong answers out of three say little: by themselves they would be minus infinity.
    assert -2.0 < levels[4] < levels[:3].min()


def test_the_slope_is_found_where_there_is_one_and_harder_never_counts_as_better() -> None:
    right, easier = answers(1_500, [0.5, -0.5], 3.0)
    assert fit_levels(right, easier, np.arange(1_500)).slope == pytest.approx(3.0, abs=0.6)
    upside_down, easier = answers(1_500, [0.5, -0.5], -3.0)
    assert fit_levels(upside_down, easier, np.arange(1_500)).slope == 0.0


def test_one_question_asked_many_times_over_does_not_make_the_slope_sure() -> None:
    right, easier = answers(30, [0.0], 3.0)
    often, easier_often = np.repeat(right, 40, axis=0), np.repeat(easier, 40)
    once = fit_levels(right, easier, np.arange(30)).slope
    many = fit_levels(often, easier_often, np.repeat(np.arange(30), 40)).slope
    taken_for_many = fit_levels(often, easier_often, np.arange(1_200)).slope
    assert many == pytest.approx(once, abs=0.3) and taken_for_many > many


def test_models_that_are_always_right_stay_finite() -> None:
    levels = fit_levels(np.ones((20, 2)), np.zeros(20), np.arange(20)).levels
    assert np.isfinite(levels).all() and (levels > 0).all()


def test_texts_count_where_they_tell_and_not_where_they_do_not() -> None:
    rows = invent(160)
    texts = [row["text"] for row in rows]
    corpus, models = [read_glance(text) for text in texts], ("coder", "writer")
    right = np.array([[row["score"][name] for name in models] for row in rows], dtype=float)
    told = learn_quality(corpus, right, np.zeros(160), group(texts), models, suit_recipe(160))
    assert told.said is not None and told.said.own > 0.3 and told.said.head.labels == models
    odds = told.odds([read_glance("debug my python code"), read_glance("写一封信")], np.zeros(2))
    assert odds[0, 0] > odds[0, 1] and odds[1, 0] < odds[1, 1]
    shuffled = DICE.permutation(right)
    mute = learn_quality(corpus, shuffled, np.zeros(160), group(texts), models, suit_recipe(160))
    assert mute.said is None or mute.said.own == 0


def test_what_gains_no_more_than_chance_counts_for_nothing() -> None:
    flat, none = np.zeros((200, 2)), np.zeros(200)
    right = (DICE.random((200, 2)) < 0.5).astype(float)
    noise = DICE.normal(size=(200, 2))
    assert choose_shares(right, flat, none, noise, np.arange(200)) == (0.0, 0.0)
    assert choose_shares(right, flat, none, 4 * right - 2, np.arange(200)) == (1.0, 1.0)


def test_how_hard_a_text_is_may_count_without_who_is_good_at_it() -> None:
    flat, none = np.zeros((200, 2)), np.zeros(200)
    both = np.repeat((DICE.random((200, 1)) < 0.5).astype(float), 2, axis=1)
    said = 4 * both - 2 + DICE.normal(size=(200, 1)) * [2.0, -2.0]
    common, own = choose_shares(both, flat, none, said, np.arange(200))
    assert common > 0.7 and own < 0.3


def test_what_would_choose_worse_models_does_not_count_however_right_it_is_on_the_whole() -> None:
    # What is said tells the third model from the others, and always prefers the worse one of these.
    right = np.tile([0.9, 0.8, 0.2], (200, 1))
    said = np.tile([1.2, 1.3, -2.5], (200, 1)) * DICE.normal(1.0, 0.1, (200, 1))
    without = np.tile([0.02, 0.0, 0.0], (200, 1))
    everywhere = np.arange(200)
    assert choose_shares(right, without, np.zeros(200), said, everywhere)[1] <= 0.1
    fair = said[:, [1, 0, 2]]
    assert choose_shares(right, without, np.zeros(200), fair, everywhere)[1] >= 0.8


def test_equal_questions_are_in_one_fold() -> None:
    groups = group(
        [f"{word} {at}{mark}" for at in range(30) for word in ("a",) for mark in ("", "!")]
    )
    parts = fold(groups, 3, seed=1)
    assert all(len(set(parts[groups == each].tolist())) == 1 for each in set(groups.tolist()))
    assert set(parts.tolist()) == {0, 1, 2}
