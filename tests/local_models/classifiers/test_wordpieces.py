"""Cutting texts into BERT's pieces of words, against what its authors' tokenizer makes of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_models.classifiers.wordpieces import cut_pieces, load_pieces, split_words

CLS, SEP, UNKNOWN = 101, 102, 100


def test_the_vocabulary_is_that_of_bert_base_uncased() -> None:
    pieces = load_pieces()
    assert len(pieces) == 30_522
    known = {"[PAD]": 0, "[UNK]": 100, "[CLS]": 101, "[SEP]": 102, "the": 1996, "##s": 2015}
    assert {piece: pieces[piece] for piece in known} == known


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("How do I locate my card?", [2129, 2079, 1045, 12453, 2026, 4003, 1029]),
        ("unaffable", [14477, 20961, 3468]),
        ("CAFÉ naïve", [7668, 15743]),
        ("我的卡", [1855, 1916, 100]),
        ("", []),
        ("  \t\n", []),
    ],
)
def test_texts_are_cut_as_the_models_authors_cut_them(text: str, numbers: list[int]) -> None:
    assert cut_pieces(text, 128) == [CLS, *numbers, SEP]


def test_marks_and_chinese_characters_are_words_and_invisible_signs_are_none() -> None:
    assert split_words("don't\u200bstop, 退款now!") == [
        "don", "'", "tstop", ",", "退", "款", "now", "!",
    ]  # fmt: skip
    assert split_words("$5.00~") == ["$", "5", ".", "00", "~"]


def test_a_word_that_nobody_could_have_typed_is_unknown() -> None:
    assert cut_pieces("x" * 101, 16) == [CLS, UNKNOWN, SEP]
    assert len(cut_pieces("word " * 500, 64)) == 64
    assert cut_pieces("word " * 500, 64)[-1] == SEP


@given(st.text(max_size=80), st.integers(2, 40))
def test_any_text_is_cut_into_known_pieces_within_its_bound(text: str, most: int) -> None:
    numbers = cut_pieces(text, most)
    assert 2 <= len(numbers) <= most
    assert (numbers[0], numbers[-1]) == (CLS, SEP)
    assert all(0 <= number < 30_522 for number in numbers)
