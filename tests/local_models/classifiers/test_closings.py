"""Customers who close a talk, and what only sounds like it."""

from __future__ import annotations

import pytest

from local_models.classifiers.standing import drops_call, sounds_glad

TODAY = "It'll be there today at 5pm."
ELSE = "It'll be there today at 5pm. Anything else?"
ELSE_ZH = "已补发，请问还有其他问题吗"


@pytest.mark.parametrize(
    ("turn", "answer"),
    [
        ("no", ELSE),
        ("nope that's everything", ELSE),
        ("No thanks, I'm good", ELSE),
        ("no", "I can call the courier. Is there anything else I can help with?"),
        ("alright, that's all then", TODAY),
        ("No, that's all. Bye", TODAY),
        ("ok that works, thanks", TODAY),
        ("ok perfect", TODAY),
        ("没有了，谢谢", ELSE_ZH),
        ("沒有了", ELSE_ZH),
        ("暂时没有", ELSE_ZH),
        ("冇喇，唔該", "已补发，请问还有什么可以帮您"),
        ("可以，谢谢", "已补发"),
        ("好的，拜拜", "已补发"),
        ("已经收到退款了", "已退"),
        ("收到货了，挺好的", "已经发出"),
        ("I got the refund now", "refunded"),
        ("yes got it today", "It's on the way"),
        ("my parcel arrived this morning", ""),
    ],
)
def test_who_has_what_he_wanted_calls_no_more(turn: str, answer: str) -> None:
    assert drops_call(turn, answer)


@pytest.mark.parametrize(
    ("turn", "answer"),
    [
        ("ok", TODAY),
        ("no", TODAY),
        ("thanks", TODAY),
        ("fine", TODAY),
        ("that's all you have to say?", TODAY),
        ("that's all?", TODAY),
        ("that's not ok", TODAY),
        ("not really perfect", TODAY),
        ("that's it", TODAY),
        ("got it", TODAY),
        ("no", "Did you get an email?"),
        ("no", "Is there anything else you can tell me about the damage?"),
        ("ok perfect", "Shall I connect you to a manager?"),
        ("ok perfect", "Please wait a moment."),
        ("bye", "Unfortunately we cannot refund you."),
        ("perfect", ""),
        ("没有", "收到了吗"),
        ("没有了", "还有什么要补充的吗"),
        ("没有了", "已补发"),
        ("可以", "已补发"),
        ("行了行了！", "已补发"),
        ("可以，谢谢", "需要为您转人工吗"),
        ("好的，拜拜", "抱歉，无法退款"),
        ("没收到退款", "已退"),
        ("收到货了，是坏的", "已经发出"),
        ("货到了是吧", "已经发出"),
        ("收到货了", "请问收到货了吗"),
        ("my parcel arrived broken", ""),
    ],
)
def test_assent_and_answers_close_nothing(turn: str, answer: str) -> None:
    assert not drops_call(turn, answer)


def test_an_answer_settles_what_the_threat_waited_for() -> None:
    assert drops_call("yes got it today", "Has it arrived?", is_conditional=True)
    assert drops_call("收到了", "请问退款收到了吗", is_conditional=True)
    assert not drops_call("收到了", "验证码收到了吗", is_conditional=True)
    assert not drops_call("没有", "退款收到了吗", is_conditional=True)


def test_thanks_for_nothing_are_no_gladness() -> None:
    assert not sounds_glad("no thanks to you")
