"""Cantonese and Taiwanese usage in the words that the heads know."""

from __future__ import annotations

import pytest

from local_models.classifiers.bare_turn import read_bare_turn, undress
from local_models.classifiers.features import read_glance
from local_models.classifiers.normalise import normalise
from local_models.classifiers.regional import speak_mandarin


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("點解仲未收到嘅", "为什么还没收到的"),
        ("幾時出貨呀", "什么时候发货呀"),
        ("幾耐先到", "多久先到"),
        ("我搵唔到張單", "我找不到张单"),
        ("退唔退得返俾我", "能不能退返给我"),
        ("你哋係咪呃人", "你们是不是骗人"),
        ("部電話話唔啱", "手机说不对"),
        ("宅配什麼時候到", "快递什么时候到"),
        ("保固幾年", "保修几年"),
        ("發票要打統編", "发票要打税号"),
    ],
)
def test_words_are_told_one_by_one(typed: str, told: str) -> None:
    assert speak_mandarin(normalise(typed)) == told


@pytest.mark.parametrize(
    "text",
    ["系统显示联系客服", "电话打不通", "仲裁", "三点可以送吗", "喇叭坏了", "什么时候发货", "where is it", "会话记录呢", ""],
)  # fmt: skip
def test_mandarin_stays(text: str) -> None:
    assert speak_mandarin(text) == text


def test_is_and_says_keep_their_other_meanings_in_cantonese() -> None:
    assert speak_mandarin("系统话唔得,电话又冇人听") == "系统说不行,电话又没有人听"


def test_a_bare_turn_is_mandarin_spelt_right_without_courtesy() -> None:
    assert read_bare_turn("你好，發飄幾時開俾我呀，唔該晒").text == "发票什么时候开给我呀"
    plain = read_glance("发票什么时候开")
    assert undress(plain) is plain
