"""Customers who close a talk, and what only sounds like it."""

from __future__ import annotations

import pytest

from local_models.classifiers.standing import Remark, drops_call, sounds_glad, still_stands

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
    assert drops_call(
        "yes got it today", "Has it arrived?", call="If it is not here by Friday I will sue"
    )
    assert drops_call("收到了", "请问退款收到了吗", call="再不退款我就投诉")
    assert not drops_call("收到了", "验证码收到了吗", call="再不退款我就投诉")
    assert not drops_call("没有", "退款收到了吗", call="再不退款我就投诉")


@pytest.mark.parametrize(
    ("turn", "answer"),
    [
        ("ok that's fine", "You're number 5 in line, about 10 min."),
        ("works for me", "The estimated wait time is 15 minutes."),
        ("that's fine thanks", "The wait is about an hour."),
        ("perfect", "The wait for a manager is 30 minutes."),
        ("ok bye", "Our agents are back at 9am."),
        ("sounds good", "We'll be with you shortly."),
        ("ok that's fine", "Please stay connected."),
        ("no", "You are in the queue. Anything else I can help with?"),
        ("可以，谢谢", "前面还有20人排队，预计15分钟。"),
        ("好的，沒問題，謝謝", "目前排隊人數5人。"),
        ("好的，拜拜", "人工客服上班时间为9:00-18:00"),
        ("行，谢谢", "您前面还有3位客户"),
        ("可以，谢谢", "您是第5位"),
        ("没有了", "已为您排队，请问还有什么可以帮您？"),
    ],
)
def test_who_agrees_to_wait_still_calls(turn: str, answer: str) -> None:
    assert not drops_call(turn, answer)
    since = [Remark(False, answer), Remark(True, turn)]
    assert still_stands(since, is_other_matter=lambda text: False, is_glad=lambda text: True)


@pytest.mark.parametrize(
    ("turn", "answer"),
    [
        ("no", "Is that everything that was missing?"),
        ("no", "I can't transfer you. Anything else I can help with?"),
        ("no", "Did anyone else sign for it?"),
        ("no", "Have you tried anything else?"),
        ("no", "Is anything else broken?"),
        ("no that's all", "Is anything else missing?"),
        ("no", "Is that all that happened?"),
        ("no", "Was that all that was in the box?"),
        ("no", "Will that be all?"),
        ("no", "I can help with anything else. What is your order number?"),
        ("no", "Noted. Anything else?"),
        ("no", "Do you need anything else replaced?"),
        ("no", "Did that fix it? Is there anything else I can help with?"),
        ("nope", "Are there any other issues with the lamp?"),
        ("没有了", "还有哪些地方破损？"),
        ("没有了", "还有什么证据吗"),
        ("没有", "设备还有什么异常"),
        ("没有了", "除了外壳破损，还有其他问题吗"),
        ("沒有了", "除了這個訂單還有別的問題嗎"),
        ("没有了，谢谢", "已为您记录外壳破损，还有其他问题吗？"),
        ("没有了", "屏幕碎了，还有其他问题吗"),
        ("没有其他问题了", "除了外壳破损，还有其他问题没"),
    ],
)
def test_no_more_of_the_story_is_no_end_of_it(turn: str, answer: str) -> None:
    assert not drops_call(turn, answer)


@pytest.mark.parametrize(
    ("turn", "answer"),
    [
        ("nope", "I've refunded you. Is there anything else I can help you with today?"),
        ("no thanks, that's all", "I've refunded you. Do you need anything else?"),
        ("yes that's all thanks", "I've refunded you. Will that be all?"),
        ("没有了", "已为您退款，请问还有其他问题吗？"),
        ("没有了，谢谢", "破损的杯子已补发。还有什么可以帮您？"),
        ("沒有了", "已補發，請問還有其他需要幫助的嗎"),
    ],
)
def test_who_wants_no_further_help_calls_no_more(turn: str, answer: str) -> None:
    assert drops_call(turn, answer)


@pytest.mark.parametrize(
    ("call", "answer", "turn"),
    [
        ("再不退款我就打12315了", "您收到货了吗？", "收到了"),
        ("再不退款我就打12315了", "您收到货了吗？", "收到了，谢谢您"),
        ("再不退款我就打12315了", "您的货已送达", "收到货了，挺好的"),
        ("商品坏了，不赔我就起诉", "请问货收到了吗？", "收到了"),
        ("外賣灑了，不賠我就投訴", "請問餐收到了嗎？", "收到了"),
        ("你们骑手辱骂我，不处理我就投诉", "请问餐收到了吗？", "收到了"),
        ("再不发货我就投诉", "请问收到发票了吗？", "收到了"),
        ("不处理我就投诉", "请问收到货了吗？", "收到了"),
        ("少发了一件，不补发我就投诉", "您收到货了吗？", "收到了"),
        ("If you don't refund me for the broken lamp I'll sue", "Did you get the parcel?", "yes I got it yesterday"),
        ("Refund me or I'll report you to the BBB", "Your refund was sent.", "the order arrived"),
        ("I'll report you to the BBB", "Your refund was sent.", "the order arrived"),
        ("If you don't compensate me I'll sue", "Has the parcel arrived?", "yes it arrived today"),
        ("If it's not here by Friday I'll sue", "Did you get the refund?", "yes just got it"),
    ],
)  # fmt: skip
def test_what_was_not_called_for_settles_nothing(call: str, answer: str, turn: str) -> None:
    assert not drops_call(turn, answer, call=call)
    since = [Remark(False, answer), Remark(True, turn)]
    assert still_stands(
        since, call=call, is_other_matter=lambda text: False, is_glad=lambda text: "谢" in text
    )


@pytest.mark.parametrize(
    ("call", "answer", "turn"),
    [
        ("再不发货我就投诉", "请问货收到了吗？", "收到了"),
        ("再不發貨我就投訴", "請問收到貨了嗎？", "收到了，謝謝"),
        ("再不退款我就打12315了", "已退", "已经收到退款了"),
        ("不补发我就投诉", "补发的收到了吗", "收到了"),
        ("转人工", "已经发出", "收到货了，挺好的"),
        ("Refund me or I'll report you to the BBB", "It was sent.", "I got the refund now"),
        ("If it doesn't arrive by Friday I'll complain", "It's on its way.", "my parcel arrived today"),
        ("再不退款我就投诉", "您的货已送达", "哦收到货了，不好意思，是我误会了"),
    ],
)  # fmt: skip
def test_what_was_called_for_settles_it(call: str, answer: str, turn: str) -> None:
    assert drops_call(turn, answer, call=call)


def test_thanks_for_nothing_are_no_gladness() -> None:
    assert not sounds_glad("no thanks to you")
