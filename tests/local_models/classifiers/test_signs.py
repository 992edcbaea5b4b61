"""What stands in a text besides words: counted alike by the compiled pass and by patterns."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from local_models.classifiers.compiled import NATIVE
from local_models.classifiers.signs import (
    Signs,
    read_signs,
    read_signs_with_patterns,
)

PARTS = [
    "1", "23", "4,567", "1,2345", "12/34", "1/2/3", "3.14.15", "99.", ",", ".", "!", "?", ";", "。", "？", "；",
    " ", "\n", "\u3000", "\u2028", "Bob", "a Bob", "a, Ann", "ABC", "É", "退款", "٣", "12345678901234567890", "e5", "",
]  # fmt: skip
TEXTS = st.one_of(st.text(max_size=120), st.lists(st.sampled_from(PARTS), max_size=25).map("".join))


def _plain(signs: Signs) -> tuple[object, ...]:
    return (list(signs.ascii), *signs[1:])


@given(TEXTS)
@example("the Red fox met a Red dog, Rex. He ran 12,345 miles; 3/4 of 1.5.2! Why?\n")
@example("。。！ ；a。")
@example("9" * 400 + " 0." + "1" * 80)
def test_both_count_alike(text: str) -> None:
    assert NATIVE is not None, "the compiled loops are part of what the tests install"
    assert _plain(read_signs(text)) == _plain(read_signs_with_patterns(text))


def test_counts_mean_what_they_say() -> None:
    found = read_signs("the Red fox met a Red dog, Rex. He ran 12,345 miles, 3/4 of 1.5! Why")
    assert (found.names, found.capitals, found.sentences) == (2, 5, 3)
    assert (found.numbers, found.distinct_numbers, found.decimals) == (4, 4, 1)
    assert (found.largest, found.thousands, found.fractions) == (12_345.0, 1, 1)
    assert found.ascii[ord("!")] == 1


def test_a_text_without_a_sentence_is_its_own_last_one() -> None:
    found = read_signs(" . ")
    assert (found.sentences, found.last_start, found.last_end) == (0, 0, 3)
