"""Slips of the finger: which are mended to what, and what stays as it was typed."""

from __future__ import annotations

import pytest

from local_models.classifiers import spelling, train_spelling
from local_models.classifiers.escalation import is_escalation
from local_models.classifiers.spelling import is_right, mend_homophones, mend_spelling, mend_word


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("my oder hasnt arived", "my order hasnt arrived"),
        ("i want a reufnd for the frigde", "i want a refund for the fridge"),
        ("can u chnage the adress plz", "can you change the address please"),
        ("wher is my parcle??", "where is my parcel??"),
        ("the deliverry is laate", "the delivery is late"),
        ("seperately", "separately"),
        ("live cht", "live chat"),
        ("teh wrong colour", "the wrong colour"),
    ],
)
def test_an_english_slip_becomes_the_word_that_was_meant(typed: str, meant: str) -> None:
    assert mend_spelling(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "where is the parcel that i ordered two weeks ago", "it's broken, isn't it",
        "the jumpers shrank and the cancelled order still shows", "klarna and paypal don't work", "is there a pint of milk",
        "mail me at joehn@exmaple.com or see www.exmaple.com/odrer", "kx-440b", "",
    ],
)  # fmt: skip
def test_english_that_is_right_stays(text: str) -> None:
    assert mend_spelling(text) == text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("发飘开错了", "发票开错了"),
        ("快弟什么时候到", "快递什么时候到"),
        ("新疆那边包不包油", "新疆那边包不包邮"),
        ("秘码忘了", "密码忘了"),
        ("申青退宽", "申请退款"),
    ],
)
def test_a_wrong_homophone_becomes_the_one_that_was_meant(typed: str, meant: str) -> None:
    assert mend_spelling(typed) == meant


@pytest.mark.parametrize(
    "text", ["我要退货", "发票开错了", "在吗", "这个多少钱", "帮我查下物流", "再见"]
)
def test_chinese_that_is_right_stays(text: str) -> None:
    assert mend_spelling(text) == text


def test_a_chinese_text_keeps_its_english_words() -> None:
    assert mend_spelling("我的oder呢") == "我的oder呢"


def test_other_scripts_are_no_chinese() -> None:
    assert mend_spelling("où est mon ordr") == "où est mon order"
    assert mend_spelling("注文はどこ") == "注文はどこ"


def test_a_form_of_a_known_word_is_known() -> None:
    known = {"order", "bake", "ship", "quick"}
    assert all(is_right(word, known) for word in ("orders", "ordered", "baking", "shipped", "quickly"))  # fmt: skip
    assert not any(is_right(word, known) for word in ("ordr", "shpped", "bed"))


def test_what_is_mended_is_a_word() -> None:
    """Whatever one slip makes of a word, what comes out is known or what was typed."""
    for word in ("refund", "delivery", "invoice", "warranty", "password"):
        for typo in train_spelling.typos_of(word):
            mended = mend_word(typo)
            assert mended == typo or is_right(mended, spelling._load_english()) or " " in mended


def test_english_words_are_counted_without_slips_of_others() -> None:
    texts = ["where is my order"] * 20 + ["my ordr", "the ordr", "a teal wombatx", "a wombatx"]
    counts = dict(line.split("\t") for line in train_spelling.count_english([*texts, "订单 oder"]))
    assert counts["order"] == "20"
    assert "ordr" not in counts  # a slip of "order"
    assert "oder" not in counts  # not an English text
    assert counts["wombatx"] == "2"  # no neighbour of anything, and there twice


def test_pairs_that_sound_like_a_word_are_found() -> None:
    sounds = {"发": "fa", "票": "piao", "飘": "piao", "漂": "piao", "亮": "liang", "开": "kai"}
    texts = ["开发票"] * 40 + ["漂亮"] * 40 + ["发漂亮"] * 3
    lines = train_spelling.find_sounds(texts, sounds)
    assert "s\tpiao\t漂票飘" in lines
    assert "w\t发票\t40" in lines
    right = next(line for line in lines if line.startswith("r\t"))
    assert "发漂" in right  # stands often enough by itself
    assert "发飘" not in right


def test_a_character_that_makes_a_word_with_its_other_neighbour_stays() -> None:
    assert mend_homophones("下物") == "下午"
    assert mend_homophones("查下物流") == "查下物流"


@pytest.mark.parametrize(
    "text",
    ["get me a humna", "let me tlak to your manger", "agnet", "can i speak to a persn pls", "live caht plz thx", "转人公", "我要投素你们，麻烦了"],
)  # fmt: skip
def test_a_call_for_a_person_is_heard_through_its_slips(text: str) -> None:
    assert is_escalation(text)


@pytest.mark.parametrize("text", ["the manger in the nativity set is broken", "parsnip seeds pls", "agnes is my name", "人功智能音箱怎么用", ""])  # fmt: skip
def test_mending_calls_for_nobody(text: str) -> None:
    assert not is_escalation(text)
