"""Kinds of questions: found without labels, each learned by itself."""

from __future__ import annotations

import numpy as np

from local_models.classifiers.kinds import find_abilities_within, learn_kinds
from local_models.classifiers.ranker_training import Corpus, read_corpus

EACH = 120
DICE = np.random.default_rng(4)
LONG = DICE.random(EACH) < 0.5
SUMS = [
    "What is " + " + ".join(map(str, DICE.integers(1, 99, 9 if long else 3))) + "?" for long in LONG
]
LINES = DICE.random(EACH) < 0.5
PROGRAMS = [
    "def f(word):\n" + "    for sign in word:\n        print(sign)\n" * (5 if many else 1)
    + f"assert f('{DICE.integers(1, 9_999)}') == ??"
    for many in LINES
]  # fmt: skip
HARD = np.concatenate([LONG, LINES])
RIGHT = np.stack([~HARD, np.ones(2 * EACH)], axis=1).astype(np.float32)
LOGARITHMS = np.stack([HARD, 2.0 + HARD], axis=1).astype(np.float32)
OTHERS = np.concatenate([RIGHT, RIGHT[:, :1], np.full((2 * EACH, 1), np.nan)], axis=1)
IS_PROGRAM = np.repeat([0.0, 1.0], EACH)[:, None].astype(np.float32)


def read() -> Corpus:
    return read_corpus(SUMS + PROGRAMS)


def test_questions_that_are_built_alike_are_one_kind() -> None:
    corpus = read()
    told = learn_kinds(corpus, RIGHT, LOGARITHMS, OTHERS, IS_PROGRAM).tell(corpus.traits)
    assert len(set(told[:EACH])) == len(set(told[EACH:])) == 1
    assert told[0] != told[-1]


def test_within_each_kind_hard_questions_are_told_from_easy_ones() -> None:
    corpus = read()
    known, new = np.arange(0, 2 * EACH, 2), np.arange(1, 2 * EACH, 2)
    kinds = learn_kinds(
        corpus.take(known), RIGHT[known], LOGARITHMS[known], OTHERS[known], IS_PROGRAM[known]
    )
    found = kinds.estimate(corpus.take(new))
    for part in (new < EACH, new >= EACH):
        hard, easy = found[part & HARD[new]], found[part & ~HARD[new]]
        assert hard[:, 0].max() < easy[:, 0].min()
        assert hard[:, 2].min() > easy[:, 2].max()
    assert np.allclose(found[:, 1], 1.0, atol=0.01)


def test_a_model_that_was_not_asked_does_not_decide_what_differs() -> None:
    found = find_abilities_within(OTHERS)
    assert found.shape == (2 * EACH, 1)
    assert abs(np.corrcoef(found[:, 0], HARD)[0, 1]) > 0.99
    assert find_abilities_within(np.full((9, 3), np.nan)).shape == (9, 0)


def test_few_questions_are_one_kind() -> None:
    few = np.arange(0, 2 * EACH, 8)
    corpus = read().take(few)
    kinds = learn_kinds(corpus, RIGHT[few], LOGARITHMS[few], OTHERS[few], IS_PROGRAM[few])
    assert len(kinds.kinds) == 1
    assert np.isfinite(kinds.estimate(corpus)).all()
