"""One pass over a text: what it hashes, and that it never depends on how the text is spelled."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from local_models.classifiers.features import (
    CHARACTERS,
    PAIRS,
    WORDS,
    Features,
    read_features,
    read_several,
)
from local_models.classifiers.normalise import MAX_CHARS, normalise


def views(text: str) -> list[int]:
    return [int(np.sum(read_features(text).hashes >> 30 == view)) for view in range(3)]


def test_full_width_traditional_and_upper_case_are_spelled_plain() -> None:
    assert normalise("我的訂單ＡＢＣ！") == "我的订单abc!"


def test_placeholders_of_one_kind_are_one_mark_whatever_their_number() -> None:
    assert normalise("电话<PHONE_1>") == normalise("电话<PHONE_27>") == normalise("电话[电话x]")
    assert normalise("<ORDER_1>") != normalise("<PHONE_1>")


def test_digit_runs_count_by_their_length_alone() -> None:
    assert normalise("订单123456789012345") == normalise("订单998877665544332")
    assert normalise("3天") == normalise("7天")


def test_an_unknown_tag_in_angle_brackets_is_left_or_marked_never_lost() -> None:
    assert normalise("a < b > c") == "a < b > c"


def test_an_empty_text_has_no_features() -> None:
    assert len(read_features("").hashes) == 0
    assert len(read_features("  \n ").hashes) == 0


def test_chinese_has_no_words_and_english_has_them() -> None:
    assert views("退款多久到账")[WORDS] == 0
    assert views("where is my order")[WORDS] == 7  # four words, three pairs of neighbours
    assert views("where is my order")[PAIRS] == 2


def test_english_windows_do_not_cross_words() -> None:
    spaced, joined = read_features("ab cd"), read_features("abcd")
    assert views("ab cd")[CHARACTERS] != views("abcd")[CHARACTERS]
    assert not np.array_equal(spaced.hashes, joined.hashes)


def test_the_same_word_hashes_alike_wherever_it_stands() -> None:
    def words(text: str) -> set[int]:
        hashes = read_features(text).hashes
        return set(hashes[hashes >> 30 == WORDS].tolist())

    alone = words("refund")
    assert alone <= words("please refund me")
    assert alone <= words("a much longer sentence that ends in refund")


def test_hashes_are_distinct_and_repeats_weigh_more() -> None:
    features = read_features("退退退款")
    assert len(set(features.hashes.tolist())) == len(features.hashes)
    assert features.weights.max() > 1.0


def test_a_huge_text_is_read_by_head_and_tail() -> None:
    features = read_features("发票" * 100_000 + "退款")
    assert len(features.text) <= MAX_CHARS + 1
    assert set(read_features("退款").hashes.tolist()) & set(features.hashes.tolist())


@given(st.text(max_size=300))
def test_any_text_can_be_read_and_reads_the_same_twice(text: str) -> None:
    one, two = read_features(text), read_features(text)
    assert np.array_equal(one.hashes, two.hashes)
    assert len(one.hashes) == len(one.weights)
    assert np.all(one.weights >= 1.0)


def pairs(features: Features) -> dict[int, float]:
    return dict(zip(features.hashes.tolist(), features.weights.tolist(), strict=True))


def test_texts_that_are_read_together_are_read_as_if_alone() -> None:
    texts = ["查订单", "", "改地址 now", "don't", "退", "  ", "track it 123 😀", "改地址 now"]
    for text, together in zip(texts, read_several(texts), strict=True):
        alone = read_features(text)
        assert together.text == alone.text
        assert pairs(together) == pairs(alone)


def test_many_long_texts_share_the_room_of_one() -> None:
    several = read_several(["发票" * 3_000 + "退款"] * 5 + ["x"])
    assert [len(features.text) > 500 for features in several] == [True] * 5 + [False]
    assert len(several[-1].hashes) == len(read_features("x").hashes)
    assert read_several([]) == []


def test_letters_that_grow_when_lowered_do_not_break_the_longest_text() -> None:
    assert len(read_features("İ" * 5_000).hashes) > 0


@given(st.text(st.characters(exclude_categories=["Z"]), min_size=1, max_size=40))
def test_a_line_is_made_plain_alike_in_a_short_text_and_in_a_long_one(noise: str) -> None:
    line = f"退貨Ａ１２３，請問運費\u200b？{noise.strip()}<PHONE_1>啊啊啊啊 Ok"
    assert normalise(" | ".join([line] * 12)) == " | ".join([normalise(line)] * 12)
