"""Greetings and thanks round a matter: what is taken off, what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_models.classifiers.courtesy import leave_courtesy_out, leave_politeness_out
from local_models.classifiers.normalise import normalise


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("亲，退款多久到啊，谢谢😊", "退款多久到啊"),
        ("你好我要退货", "我要退货"),
        ("你好，请问一下有货吗亲", "有货吗"),
        ("下午好，送到了吗", "送到了吗"),
        ("客服你好，发票开错了", "发票开错了"),
        ("不好意思拍错了", "拍错了"),
        ("那个，嗯……我想问一下退款", "退款"),
        ("能退吗？谢谢", "能退吗?"),
        ("帮我改下地址 麻烦你了", "帮我改下地址"),
        ("什么时候发货啊！！！", "什么时候发货啊"),
        ("说好的赠品呢。。。", "说好的赠品呢"),
        ("Hi there - PO 771233 pls", "PO 771233"),
        ("hello, where is my order? thanks so much", "where is my order?"),
        ("Dear Sir or Madam, I want my money back. Kind regards", "I want my money back"),
        ("Good morning! the box is empty, thank you in advance", "the box is empty"),
        ("sorry to bother you, but is it in stock", "is it in stock"),
    ],
)
def test_the_matter_is_left(text: str, matter: str) -> None:
    assert leave_courtesy_out(text) == matter
    assert leave_courtesy_out(normalise(text)).lower() == normalise(matter)


@pytest.mark.parametrize(
    "text",
    [
        "谢谢", "你好", "亲", "thank you", "hello", "please", "ok", "？", "", "😊", "#E-s[数字x]",  # nothing beside them
        "你好慢啊", "亲戚送的坏了", "亲测有效吗", "问题是电视坏了", "老板娘在不在",  # begin like a greeting
        "下午好送吗", "客服电话多少", "那个重新买了", "his order", "well fitted?",
        "太麻烦了", "不用谢", "快点😡😡",  # end like thanks
    ],
)  # fmt: skip
def test_what_is_no_courtesy_stays(text: str) -> None:
    assert leave_courtesy_out(text) == text


def test_is_anybody_there_is_asked_with_or_without_a_mark() -> None:
    assert {leave_courtesy_out(text) for text in ("在吗", "在吗？", "在吗??", "亲，在吗?")} == {
        "在吗"
    }


@pytest.mark.parametrize(
    ("text", "felt"),
    [
        ("请问一下为什么又坏了！", "为什么又坏了！"),
        ("发票开好了吗，谢谢", "发票开好了吗"),
        ("can you check please!", "can you check!"),
        ("非常感谢", "非常感谢"),
        ("修好了，太感谢了", "修好了，太感谢了"),
        ("it works now, thanks a million", "it works now, thanks a million"),
        ("终于到了😊", "终于到了😊"),
    ],
)
def test_thanks_that_are_felt_and_faces_and_marks_stay_for_the_mood(text: str, felt: str) -> None:
    assert leave_politeness_out(text) == felt


_PIECES = ("谢谢", "亲", "你好", "请问", "，", "。", "...", "?", "？", "😊", "thanks", "hi", "嗯", "那个", "麻烦您了", "退款", "x")  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=80))
def test_any_pile_of_courtesies_comes_to_an_end(pieces: list[str]) -> None:
    """A pattern that may match one text in many ways never comes back from such ones."""
    for text in ("".join(pieces), " ".join(pieces)):
        for leave in (leave_courtesy_out, leave_politeness_out):
            assert len(leave(text)) <= len(text)
            assert bool(leave(text).strip()) == bool(text.strip())


@pytest.mark.parametrize(
    "piece", ["😊", "谢谢", "，谢谢", "。", "...", " ", "亲", "thanks ", "hi ", "嗯..."]
)
def test_long_runs_of_one_courtesy_come_to_an_end(piece: str) -> None:
    text = piece * 400 + "x"
    assert leave_courtesy_out(text)
    assert leave_politeness_out(text)
