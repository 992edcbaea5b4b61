"""Amounts of a text: by value, not by how many digits they have."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from local_models.classifiers.amounts import (
    MAX_CHARS,
    MOST,
    Amount,
    compare_times,
    find_amounts,
    lay_out,
    name_amounts,
)
from local_models.classifiers.cues import find_bare_cues
from local_models.classifiers.mood_features import hash_cues, open_cues, read_cues
from local_models.classifiers.normalise import normalise


def names_of(text: str) -> list[str]:
    return [amount.name for amount in find_amounts(text)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("退款2小时就到", "退款20天才到"),
        ("in 2 days", "in 30 days"),
        ("took 5 minutes", "took 50 minutes"),
        ("等了十分钟", "等了四十分钟"),
        ("一次就好", "十次都没好"),
        ("第一次", "第四次"),
        ("赔了$5", "赔了$500"),
    ],
)
def test_amounts_with_as_many_digits_differ_by_their_value(one: str, other: str) -> None:
    assert len(names_of(one)) == len(names_of(other)) == 1
    assert names_of(one) != names_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("20天", "二十天"),
        ("20 days", "twenty days"),
        ("半小时", "30分钟"),
        ("一个半小时", "90分钟"),
        ("half an hour", "30 minutes"),
        ("第3次", "第三次"),
        ("the 4th call", "the fourth call"),
        ("2.5 hours", "2 hours"),
        ("两个多月", "2个月"),
        ("three business days", "three days"),
        ("30-day wait", "30 days"),
    ],
)
def test_an_amount_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert names_of(one) == names_of(other)


@pytest.mark.parametrize(
    "text",
    ["五月买的", "2019年的款", "12:30", "订单号20240611235", "v2.3", "one moment", "一直", ""],
)
def test_dates_and_bare_numbers_are_no_amounts(text: str) -> None:
    assert names_of(text) == []


def test_what_stands_beside_an_amount_is_told_with_it() -> None:
    names = name_amounts(find_amounts("just took 20 days to reply"))
    assert {"t9", "t9<took", "t9>to"} <= names
    assert {"t4>就", "t4<款"} <= name_amounts(find_amounts("退款2小时就到"))


def test_words_of_will_meet_the_class_and_not_the_neighbours() -> None:
    names = name_amounts(find_amounts("退款2小时就到"), ["praise"])
    assert "praise&t4" in names
    assert not any(name.startswith("praise&t4>") for name in names)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("说24小时，等了240小时", "longer"),
        ("说3天，3小时就到", "shorter"),
        ("2 days, as in two days", "as long"),
        ("3天换了2次", None),
    ],
)
def test_the_last_stretch_of_time_is_compared_with_the_first(text: str, told: str | None) -> None:
    assert compare_times(find_amounts(text)) == told


def test_only_the_ends_of_a_long_text_and_so_many_amounts_are_read() -> None:
    middle = "字" * MAX_CHARS
    assert names_of("3天" + middle + "40分钟") == ["t7", "t3"]
    assert names_of(middle + "3天" + middle) == []
    assert len(names_of("3天，" * (2 * MOST))) == MOST


def test_an_amount_at_both_ends_of_a_text_has_no_neighbours() -> None:
    assert find_amounts("3天") == [Amount("t7", "", "", 2 * 3 * 86_400)]


def same_by_both(typed: str) -> bool:
    plain = normalise(typed)
    assert open_cues() is not None, "the compiled loops are part of what the tests install"
    slow = hash_cues(find_bare_cues(plain), len(plain), find_amounts(typed))
    return sorted(read_cues(plain, typed)) == sorted(slow)


WORDS = [word for word, *_ in lay_out()[0]]
BESIDE = [
    " ", " ", "-", ".", ",", "，", "第", "个", "多", "来", "半", "%", "$", "￥", "th", "nd", "2", "30", "007", "1234567", "3.5",
    "12:30", "Days", "HOURS", "a", "took", "就", "真行", "great", "\x00", "é", "三", "十", "百", "天", "次", "月", "年",
]  # fmt: skip


@given(st.lists(st.sampled_from([*WORDS, *BESIDE]), max_size=30).map("".join))
@example("第三次等了3个半小时，2.5天，the 21st of 3 more long days, $5% 一百二十块")
@example("十" * 400)
@example("3 of a whole day")
@settings(max_examples=600, deadline=None)
def test_the_compiled_loop_reads_the_same_amounts(text: str) -> None:
    assert same_by_both(text)


def test_every_word_of_the_tables_is_read_alike_by_both() -> None:
    for word in WORDS:
        for text in (f"3 {word}", f"3{word}", f"{word} days", f"{word}天", f"第{word}次", word):
            assert same_by_both(text), text
