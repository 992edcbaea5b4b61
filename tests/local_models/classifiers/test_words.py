"""Words against a table: compiled and in Python alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local_models.classifiers.compiled import NATIVE
from local_models.classifiers.sample import Sample
from local_models.classifiers.word_groups import ENGLISH, MATH_HINT
from local_models.classifiers.word_groups import GROUPS as NAMES
from local_models.classifiers.words import MOST_GROUPS, CompiledWordTable, PlainWords, open_words

GROUPS = {"refund": (0,), "my": (1, 63), "don't": (2,), "a": (0, 1)}
VALUES = {"refund": -1.5, "order": -2.25, "a": -0.5}
PARTS = [
    "refund",
    " ",
    "'",
    "a",
    "don't",
    "my",
    "É",
    "订单",
    "z9",
    "-",
    "ab'c",
    "unforgettable",
    " ",
]
TEXTS = st.one_of(st.text(max_size=120), st.lists(st.sampled_from(PARTS)).map("".join))


@given(TEXTS)
@example("a'b ''a my' don't refund's unforgettable")
def test_both_count_alike(text: str) -> None:
    table, plain = open_words(GROUPS, VALUES, -9.0), PlainWords(GROUPS, VALUES, -9.0)
    assert isinstance(table, CompiledWordTable)
    one, other = table.read(text.lower()), plain.read(text.lower())
    assert (one.words, one.letters, one.long_words, one.distinct) == (
        other.words, other.letters, other.long_words, other.distinct,
    )  # fmt: skip
    assert list(one.in_group) == list(other.in_group)
    assert table.weigh(text.lower()) == plain.weigh(text.lower())


def test_a_word_counts_in_each_of_its_groups_and_a_stranger_has_the_other_value() -> None:
    table = open_words(GROUPS, VALUES, -9.0)
    found = table.read("my refund, my order, please")
    assert (found.in_group[0], found.in_group[1], found.in_group[63]) == (1, 2, 2)
    weights = table.weigh("my refund, my order, please")
    assert (weights.total, weights.strangers, weights.smallest) == (-30.75, 3, (-9.0, -9.0, -9.0))
    assert table.weigh("").smallest == ()


def test_a_table_that_does_not_fit_together_is_refused() -> None:
    assert NATIVE is not None
    with pytest.raises(ValueError, match="every word needs its groups and its value"):
        NATIVE.Words(["a", "b"], np.zeros(1, np.uint64), np.zeros(2), 0.0)
    with pytest.raises(ValueError, match="'a' stands twice"):
        NATIVE.Words(["a", "a"], np.zeros(2, np.uint64), np.zeros(2), 0.0)


def test_hints_are_words_and_their_possessives_but_not_parts_of_words() -> None:
    for text in ("the triangle's side", "a Triangle"):
        assert Sample(text).words.in_group[MATH_HINT] == 1
    assert Sample("trianglesque and eigenvaluesque").words.in_group[MATH_HINT] == 0


def test_every_group_of_words_has_a_name_and_room() -> None:
    assert len(set(NAMES)) == len(NAMES) <= MOST_GROUPS
    counts = Sample("The first order, THE last refund").words.in_group
    assert (counts[ENGLISH], counts[NAMES.index("order")]) == (4, 2)


def test_a_sample_is_taken_once_and_remembers_how_long_the_text_was() -> None:
    sample = Sample("a" * 9_000)
    assert Sample.of(sample) is sample
    assert sample.chars == 9_000 > len(sample.text)
