"""Denied complaints are left out, real ones are not."""

from __future__ import annotations

import pytest

from local_models.classifiers.denials import leave_denied_out, leave_person_out


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("No complaints", ""),
        ("not gonna report you, promise", ""),
        ("I'm not going to sue you, don't worry", ""),
        ("不会投诉你们的，放心", ""),
        ("No complaints here, can I order the same again?", "can i order the same again?"),
        ("not a complaint, just a question about delivery", "just a question about delivery"),
        ("I'm not angry, I'm disappointed", "i'm disappointed"),
        ("I don't want to complain but your driver was rude", "but your driver was rude"),
        ("My complaint has been resolved, please close the case", "please close the case"),
        ("I withdraw my complaint, it has arrived", "it has arrived"),
        ("can't complain, works great", "works great"),
        ("不是投诉", ""),
        ("没有要投诉的意思，只是想问问进度", "只是想问问进度"),
        ("投訴已經解決了，請關閉工單", "请关闭工单"),
        ("我没生气，就是想开张发票", "就是想开张发票"),
        ("我唔係要投訴", ""),
        ("我没说要投诉你们", ""),
        ("唔係要告你哋", ""),
        ("I'm not threatening to sue, just asking", "just asking"),
        ("I have no intention of suing you", ""),
    ],
)
def test_what_is_denied_is_left_out(text: str, rest: str) -> None:
    assert leave_denied_out(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        "I want to complain",
        "no complaints procedure?!",
        "this is not a complaint, it is a formal notice",
        "this is not a complaint, it's a promise",
        "I'm not angry, I'm furious",
        "my complaint has not been resolved",
        "why is there no complaints department",
        "where is my parcel",
        "这不是投诉，这是最后警告",
        "我不是生气，是失望透顶",
        "投诉还没解决",
        "我的投诉解决了吗",
        "没有投诉电话吗",
        "要不是投诉你们会理我吗",
        "你哋唔處理我就投訴",
        "I will sue you",
    ],
)
def test_what_is_real_outdone_or_asked_is_not(text: str) -> None:
    assert leave_denied_out(text) is None


@pytest.mark.parametrize(
    "text", ["我不投诉了，麻烦帮我撤回", "投诉可以关闭了", "投訴的事情算了吧", "我撤诉了"]
)
def test_what_is_withdrawn_is_left_out(text: str) -> None:
    assert leave_denied_out(text) == ""


@pytest.mark.parametrize("text", ["为什么撤销我的投诉", "我没撤诉", "投诉算了？做梦"])
def test_what_is_not_let_go_stays(text: str) -> None:
    assert leave_denied_out(text) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("不用轉人工，我就問一下運費", "我就问一下运费"),
        ("人工说可以退，怎么操作", "你们说可以退,怎么操作"),
        ("这个人工草坪多少钱一平", "这个手工草坪多少钱一平"),
        ("no need for a human, just tell me the fee", "just tell me the fee"),
        ("唔使轉真人，你答我就得", "你答我就得"),
        ("转人工", None),
        ("I need a human", None),
        ("为什么不转人工", None),
    ],
)
def test_a_person_who_is_not_called_for_is_left_out(text: str, rest: str | None) -> None:
    assert leave_person_out(text) == rest
