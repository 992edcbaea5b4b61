"""Rankers: traits, forests and the two levels, trained small and read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from local_models.classifiers.compiled import NATIVE
from local_models.classifiers.difficulty_method import (
    find_abilities,
    learn_gain,
    learn_routes,
)
from local_models.classifiers.features import read_features
from local_models.classifiers.ranker import (
    RARITIES,
    Ranker,
    load_ranker,
    multiply_pairs,
    save_ranker,
)
from local_models.classifiers.ranker_training import (
    Recipe,
    predict_many,
    read_corpus,
    train_ranker,
)
from local_models.classifiers.traits import TRAITS, read_traits, split_options

RECIPE = Recipe(bagged_trees=10, boosted_trees=8, depth=4, leaf=2)
TEXTS = [
    f"{verb} {thing} number {at}{tail}"
    for at in range(15)
    for verb, thing, tail in (
        ("prove the theorem about", "groups", " and derive a bound."),
        ("where is", "my parcel", "?"),
        ("compute 12 + 7 for", "each week", " and 30% of the total."),
        ("thanks for", "the help", "!"),
    )
]
HARD = np.array([1.0, 0.0, 0.8, 0.0] * 15, dtype=np.float32)


def trait(text: str, name: str) -> float:
    return float(read_traits(text)[TRAITS.index(name)])


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    return train_ranker(read_corpus(TEXTS), HARD[:, None], ("hard",), RECIPE)


def test_traits_have_a_name_each_and_are_numbers_for_any_text() -> None:
    for text in ("", "?", "你好", "a" * 9_000, "x\nA. 1\nB. 2\nC. 3", "\\frac{1}{2}^2", "\ud800"):
        found = read_traits(text)
        assert found.shape == (len(TRAITS),)
        assert np.isfinite(found).all()


def test_traits_see_numbers_options_and_marked_words_in_both_languages() -> None:
    assert trait("Add 3, 4.5 and 1,200.", "numbers") == 3
    assert trait("Which?\nA. one\nB. two\nC. all of the above", "options") == 3
    assert trait("Which?\nA. one\nB. two\nC. all of the above", "all_or_none") == 1
    assert trait("prove the lemma", "words_prove") == 2
    assert trait("请证明这个定理", "words_prove") == 2
    assert trait("我的快递和订单", "words_order_desk") == 2
    assert trait("def f(x):\n    for i in x:\n        x.append(i)", "loops") == 1


def test_a_line_with_two_options_is_no_choice() -> None:
    assert split_options("Pick\nA. one\nB. two") == ("Pick\nA. one\nB. two", [])
    stem, options = split_options("Pick\nA. one\nB. two\nC. three\nAnswer:")
    assert stem == "Pick" and options == ["one", "two", "three"]


def test_a_ranker_learns_which_texts_score_high(ranker: Ranker) -> None:
    for text, target in zip(TEXTS[:4], HARD[:4], strict=True):
        assert abs(ranker.predict(text, read_features(text))[0] - target) < 0.4


def test_one_by_one_and_all_at_once_agree(ranker: Ranker) -> None:
    together = predict_many(ranker, read_corpus(TEXTS[:8]))
    alone = [ranker.predict(text, read_features(text)) for text in TEXTS[:8]]
    assert np.allclose(together, np.stack(alone), atol=1e-4)


def after_traits(ranker: Ranker) -> int:
    return RARITIES + (0 if ranker.topics is None else len(ranker.topics.centre))


def test_the_compiled_levels_say_what_numpy_says(ranker: Ranker) -> None:
    assert NATIVE is not None, "the compiled loops are part of what the tests install"
    for at, text in enumerate([*TEXTS[:4], "", "x\nA. 1\nB. 22\nC. 333 words", "9" * 400]):
        traits = [float(value) * (1 + at) for value in read_traits(text)]
        sums, rarities = np.full(1, 0.1 * at, np.float32), [0.3 * at] * after_traits(ranker)
        levels = ranker.levels
        assert levels is not None
        compiled = np.frombuffer(levels.predict(sums, traits, rarities), np.float32)
        told = ranker.predict_with_numpy(sums, traits, rarities)
        assert np.allclose(compiled, told, atol=1e-4), text


@pytest.fixture(scope="module")
def with_products() -> Ranker:
    recipe = replace(
        RECIPE, products=True, linear_over_first=True, trees_learn_helpers=True, narrow_trees=5,
        narrow_share=0.5, boosted_share=0.0, shares=(0.2, 0.5, 0.3), second_ridge=1.0,
    )  # fmt: skip
    helpers = np.stack([1 - HARD, HARD > 0.9], axis=1).astype(np.float32)
    return train_ranker(read_corpus(TEXTS), HARD[:, None], ("hard",), recipe, helpers=helpers)


def test_numbers_are_multiplied_with_themselves_and_all_later_ones() -> None:
    assert multiply_pairs(np.array([2.0, 3.0, 5.0], np.float32)).tolist() == [4, 6, 10, 9, 15, 25]
    rows = multiply_pairs(np.array([[2.0, 3.0], [1.0, -1.0]], np.float32))
    assert rows.tolist() == [[4, 6, 9], [1, -1, 1]]


def test_a_ranker_with_products_says_the_same_compiled_by_numpy_and_for_many_texts(
    with_products: Ranker,
) -> None:
    assert NATIVE is not None and with_products.products is not None
    together = predict_many(with_products, read_corpus(TEXTS[:8]))
    compiled = [with_products.predict(text, read_features(text)) for text in TEXTS[:8]]
    assert np.allclose(together, np.stack(compiled), atol=1e-4)
    assert np.ptp(with_products.weigh_products(np.array([[0.1, 0.9], [0.9, 0.1]]))) > 1e-3
    for text, target in zip(TEXTS[:4], HARD[:4], strict=True):
        assert abs(with_products.predict(text, read_features(text))[0] - target) < 0.4


def test_a_ranker_with_products_survives_its_file(with_products: Ranker, tmp_path: Path) -> None:
    save_ranker(with_products, tmp_path / "r.npz")
    again = load_ranker(tmp_path / "r.npz")
    for text in TEXTS[:4]:
        features = read_features(text)
        told = with_products.predict(text, features)
        assert told.shape == (1,)
        assert np.allclose(told, again.predict(text, features), atol=5e-3)


def test_levels_that_do_not_fit_are_refused(ranker: Ranker) -> None:
    levels = ranker.levels
    assert levels is not None and NATIVE is not None and ranker.forest.compiled is not None
    one = np.zeros(1, np.float32)
    with pytest.raises(ValueError, match=f"traits must be {len(TRAITS)} numbers"):
        levels.predict(one, [1.0], [0.0] * after_traits(ranker))
    with pytest.raises(ValueError, match="level one has 1 outputs, not 2"):
        levels.predict(np.zeros(2, np.float32), [0.0] * len(TRAITS), [0.0] * after_traits(ranker))
    with pytest.raises(ValueError, match="do not fit together"):
        NATIVE.Levels((one,) * 8, ranker.forest.compiled, (1.0, 0.0, 0.0))


def test_a_ranker_survives_its_file(ranker: Ranker, tmp_path: Path) -> None:
    save_ranker(ranker, tmp_path / "r.npz")
    again = load_ranker(tmp_path / "r.npz")
    for text in TEXTS[:4]:
        features = read_features(text)
        assert np.allclose(ranker.predict(text, features), again.predict(text, features), atol=5e-3)


def test_a_ranker_without_topics_reads_and_survives_its_file_too(tmp_path: Path) -> None:
    plain = train_ranker(read_corpus(TEXTS), HARD[:, None], ("hard",), replace(RECIPE, topics=0))
    save_ranker(plain, tmp_path / "r.npz")
    again = load_ranker(tmp_path / "r.npz")
    assert again.topics is None
    features = read_features(TEXTS[0])
    assert abs(again.predict(TEXTS[0], features)[0] - HARD[0]) < 0.4


def test_another_file_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", keys=np.zeros(1))
    with pytest.raises(ValueError, match="not a difficulty ranker: it lacks about"):
        load_ranker(tmp_path / "x.npz")


def test_targets_must_fit_the_texts() -> None:
    with pytest.raises(ValueError, match="need targets of shape"):
        train_ranker(read_corpus(TEXTS), HARD[:10, None], ("hard",), RECIPE)


def test_training_twice_gives_the_same_ranker(ranker: Ranker) -> None:
    again = train_ranker(read_corpus(TEXTS), HARD[:, None], ("hard",), RECIPE)
    features = read_features(TEXTS[0])
    assert np.array_equal(ranker.predict(TEXTS[0], features), again.predict(TEXTS[0], features))


def test_where_labels_disagree_the_weightier_text_wins_in_both_levels() -> None:
    corpus = read_corpus([*TEXTS, *TEXTS])
    targets = np.concatenate([HARD, 1 - HARD])[:, None]
    weights = np.concatenate([np.full(len(TEXTS), 5.0), np.ones(len(TEXTS))]).astype(np.float32)
    made = train_ranker(corpus, targets, ("hard",), RECIPE, importance=weights)
    features = read_features(TEXTS[0])
    first, _ = made.read_first(features, read_traits(TEXTS[0]))
    assert first[0] > 0.6 and made.predict(TEXTS[0], features)[0] > 0.6


def test_what_only_the_strong_model_gets_right_ranks_first() -> None:
    corpus = read_corpus(TEXTS)
    weak, strong = (HARD == 0).astype(np.float32), np.ones(len(TEXTS), dtype=np.float32)
    gains = learn_gain(corpus, weak, strong).predict_many(corpus)[:, 0]
    assert gains[HARD > 0].min() > gains[HARD == 0].max()


def test_a_router_tells_each_models_chance_and_cost() -> None:
    corpus = read_corpus(TEXTS)
    right = np.stack([HARD == 0, np.ones(len(TEXTS))], axis=1).astype(np.float32)
    cost = np.where(HARD[:, None] > 0, [[0.02, 0.2]], [[0.01, 0.1]]).astype(np.float32)
    chances, costs = learn_routes(corpus, right, cost, right, ("weak", "strong")).estimate(corpus)
    assert chances[HARD > 0, 0].max() < chances[HARD == 0, 0].min()
    assert (costs[:, 1] > costs[:, 0]).all()
    assert costs[HARD > 0, 1].mean() > costs[HARD == 0, 1].mean()


def test_models_that_get_the_same_questions_right_share_one_ability() -> None:
    one, other = np.tile([0.0, 1.0], 10), np.repeat([0.0, 1.0], 10)
    found = find_abilities(np.stack([one, one, one, other, np.ones(20)], axis=1))
    assert found.shape == (20, 2)
    assert np.allclose(found.std(axis=0), 0.3)
    assert abs(np.corrcoef(found[:, 0], one)[0, 1]) > 0.99
    assert find_abilities(np.ones((20, 3))).shape == (20, 0)
