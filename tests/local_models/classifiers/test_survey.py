"""One look at a text: compiled and by patterns alike, traits included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local_models.classifiers.compiled import NATIVE
from local_models.classifiers.sample import Sample
from local_models.classifiers.survey import survey
from local_models.classifiers.traits import (
    TRAITS,
    as_array,
    count_parts,
    read_parts_with_patterns,
    split_options,
)
from local_models.classifiers.word_groups import WORDS
from local_models.classifiers.words import PlainWords, open_words, summarise_weights

PARTS = [
    "the first ", "How many", " dollars", "for ", "if x == 3: ", " = ", "don't ", "'abc' ", "\\frac{1}{2}", "[asy]", "triangle ",
    "rectangle", "circle", "___", "\n    return f.x(y)\n", "12,345", "3.14", "1/2/3", "订单", "多少", "解方程", "每天", "%", "。", "，",
    "？", "“", "K", "İ", "\nA. yes", "\n(B) no", "\nC: 12", "\nD、all of the above", "?", ". ", "!", "x^2 < $5 ", "\u2028", "😀", "A Bob",
]  # fmt: skip
TEXTS = st.one_of(st.text(max_size=120), st.lists(st.sampled_from(PARTS), max_size=25).map("".join))


def _stem_of(text: str) -> tuple[Sample, str, list[str]]:
    sample = Sample(text)
    return sample, *split_options(sample.text.strip())


@given(TEXTS)
@example("What is 5%?\nA. one\nB. two\nC. it's 'a' [x]\nD. 每天")
@example("每 5% of it. How many?")
@example("how much is 5% of it")
@example("\0")
@example("İ" * 300)
def test_traits_are_the_same_by_both(text: str) -> None:
    sample, stem, options = _stem_of(text)
    counted, hashes = count_parts(sample, stem, options)
    assert hashes is not None, "the compiled loops are part of what the tests install"
    expected = np.array(read_parts_with_patterns(sample, stem, options), dtype=np.float32)
    found = as_array(counted)
    assert {
        name: (one, other)
        for name, one, other in zip(TRAITS, found.tolist(), expected.tolist(), strict=True)
        if one != pytest.approx(other, rel=1e-6)
    } == {}


@given(TEXTS)
def test_words_are_counted_as_their_table_counts_them(text: str) -> None:
    found = survey(text)
    assert found is not None
    assert found.words == WORDS.read(text.lower())
    assert len(found.hashes) == 8 * found.words.words


@given(TEXTS)
def test_words_are_weighed_by_their_hashes_as_by_the_text(text: str) -> None:
    values = {"the": -1.0, "first": -4.5, "don't": -2.25, "dollars": -3.0}
    table, plain = open_words({}, values, -9.0), PlainWords({}, values, -9.0)
    found = survey(text)
    assert found is not None
    weighed = table.summarise("", found.hashes)
    assert weighed == pytest.approx(plain.summarise(text.lower(), None))
    assert weighed == pytest.approx(summarise_weights(table.weigh(text.lower())))


def test_a_survey_is_taken_once_for_a_sample() -> None:
    sample = Sample("  The first order  ")
    assert sample.survey is sample.survey
    assert sample.survey is not None and sample.words is sample.survey.words


def test_what_does_not_fit_together_is_refused() -> None:
    assert NATIVE is not None
    words = NATIVE.Words([], np.zeros(0, np.uint64), np.zeros(0), 0.0)
    with pytest.raises(ValueError, match="a group of words is not there"):
        NATIVE.Survey(words, [], 2, (2,), "")
    with pytest.raises(ValueError, match="its group is not there"):
        NATIVE.Survey(words, [("多少", 2)], 2, (), "")
    with pytest.raises(ValueError, match="a mark is too long"):
        NATIVE.Survey(words, [("多" * 9, 0)], 2, (), "")
    with pytest.raises(TypeError):
        NATIVE.Survey(words, [], 2, (), "").read(b"bytes")  # type: ignore[arg-type]
