"""Topics: texts of one subject lie near each other, though nobody said what subjects there are."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from local_models.classifiers.features import read_features
from local_models.classifiers.table import Floats
from local_models.classifiers.topics import find_topics, place
from local_models.classifiers.vectors import build_vocabulary, to_matrix
from local_models.classifiers.waves import Waves, draw_waves

SUBJECTS = {
    "cooking": ("salt", "onions", "butter", "garlic", "pepper"),
    "sailing": ("anchor", "harbour", "rudder", "mast", "keel"),
    "chess": ("bishop", "castling", "gambit", "pawn", "checkmate"),
}
TEXTS = [
    f"what does the {one} do with the {other}"
    for words in SUBJECTS.values()
    for one, other in product(words, words)
]
EACH = len(TEXTS) // len(SUBJECTS)


def read(texts: list[str], among: list[str], count: int = 3) -> Floats:
    """Where texts lie among other texts."""
    corpus = [read_features(text) for text in among]
    vocabulary = build_vocabulary(corpus, min_count=2, view_weights=(1.0, 1.0, 0.5))
    directions, centre = find_topics(to_matrix(corpus, vocabulary), count, seed=0)
    matrix = to_matrix([read_features(text) for text in texts], vocabulary)
    return place(matrix @ directions, centre)


def test_texts_of_one_subject_lie_nearer_than_texts_of_two() -> None:
    places = read(TEXTS, TEXTS)
    likeness = (places @ places.T).reshape(3, EACH, 3, EACH).mean(axis=(1, 3))
    own, others = np.diag(likeness), likeness[~np.eye(3, dtype=bool)]
    assert own.min() > others.max() + 0.5


def test_a_new_text_lies_with_its_subject() -> None:
    new = ["is butter better than garlic", "the keel and the harbour", "a gambit with a bishop"]
    near = (read(new, TEXTS) @ read(TEXTS, TEXTS).T).reshape(3, 3, EACH).mean(axis=2)
    assert near.argmax(axis=1).tolist() == [0, 1, 2]


def test_a_text_lies_one_step_from_the_centre_and_one_that_says_nothing_stays_finite() -> None:
    assert np.linalg.norm(read(TEXTS, TEXTS), axis=1) == pytest.approx(1.0, abs=1e-5)
    assert np.isfinite(place(np.zeros(3, np.float32), np.zeros(3, np.float32))).all()


def test_looking_twice_finds_the_same_topics() -> None:
    assert np.array_equal(read(TEXTS, TEXTS), read(TEXTS, TEXTS))


def test_there_are_never_more_topics_than_texts_allow() -> None:
    assert read(TEXTS[:4], TEXTS[:4], count=24).shape[1] <= 4


def test_products_of_waves_tell_how_near_two_texts_are() -> None:
    numbers = np.random.default_rng(3).normal(size=(6, 4)).astype(np.float32)
    waves = draw_waves(np.zeros(4, np.float32), np.ones(4, np.float32), 0.2, 20_000, seed=0)
    read = waves.read(numbers)
    for one, other in pairwise(range(6)):
        distance = float(((numbers[one] - numbers[other]) ** 2).sum())
        likeness = 2 * float(np.mean(read[one] * read[other]))
        assert likeness == pytest.approx(np.exp(-0.2 * distance), abs=0.05)


def test_waves_survive_being_stored() -> None:
    waves = draw_waves(np.zeros(2, np.float32), np.ones(2, np.float32), 1.0, 8, seed=1)
    again = Waves.from_arrays("some", waves.to_arrays("some"))
    numbers = np.array([0.3, -1.2], dtype=np.float32)
    assert np.array_equal(waves.read(numbers), again.read(numbers))
