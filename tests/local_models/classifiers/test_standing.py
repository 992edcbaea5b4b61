"""What settles a call for a person, and what does not."""

from __future__ import annotations

import pytest

from local_models.classifiers.standing import (
    MOVED_ON,
    Remark,
    drops_call,
    hands_over,
    sounds_glad,
    still_stands,
)


@pytest.mark.parametrize(
    "answer",
    [
        "I'm connecting you to a manager now, please hold.",
        "A manager will call you back within the hour.",
        "I have escalated your case to our complaints team.",
        "Sarah has joined the chat.",
        "This is Tom, the duty manager. How can I help?",
        "Unfortunately I can't do that myself, but a specialist will get back to you today.",
        "正在为您转接人工客服，请稍候。",
        "主管会在两小时内给您回电。",
        "您好，人工客服小王为您服务",
        "稍后会有专员联系您。",
        "您的問題已升級給主管處理",
        "好的，马上为您转接",
        "您好，我是人工客服小李，工号1023，请问有什么可以帮您？",
        "客服【小雨】已接入会话",
        "您已进入人工服务",
        "已为您申请专员介入，预计2小时内联系您",
    ],
)
def test_an_answer_that_hands_over_settles_a_call(answer: str) -> None:
    assert hands_over(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "I can help you myself. What is it about?",
        "Shall I connect you to a colleague?",
        "Before I can connect you I need your order number.",
        "Once you give me your number, I will connect you.",
        "Unfortunately no agents are available right now.",
        "I'm a virtual assistant and cannot transfer you.",
        "I have forwarded the invoice to your e-mail.",
        "I've just refunded you 45 dollars.",
        "The courier will call you before delivery.",
        "需要为您转接人工吗？",
        "请先提供订单号，我再为您转人工",
        "抱歉，人工客服目前繁忙",
        "快递员会给您打电话",
        "我是智能助手，请问有什么可以帮您",
        "您好，人工智能客服小蜜为您服务",
        "人工客服9点上线",
        "人工客服未上线",
        "智能客服工号9527为您服务",
        "已为您安排维修专员上门",
        "我已經反饋給倉庫同事了",
        "The AI agent will assist you today.",
    ],
)
def test_an_offer_a_condition_or_a_refusal_settles_nothing(answer: str) -> None:
    assert not hands_over(answer)


@pytest.mark.parametrize(
    ("turn", "answer"),
    [
        ("never mind", ""),
        ("ok you do it", ""),
        ("I don't need a human anymore", ""),
        ("it's solved now", ""),
        ("no thanks", "Shall I connect you?"),
        ("ok", "I can look into it. Shall I try?"),
        ("算了不用了", ""),
        ("不用转人工了", ""),
        ("那你帮我处理吧", ""),
        ("不用了", "需要为您转人工吗？"),
        ("解决了，谢谢", ""),
        ("行吧你先帮我查", ""),
        ("那就先这样吧", ""),
        ("哦好了", ""),
        ("抱歉，搞錯店了", ""),
        ("oh found it, sorry", ""),
    ],
)
def test_the_customer_may_drop_it(turn: str, answer: str) -> None:
    assert drops_call(turn, answer)


@pytest.mark.parametrize(
    ("turn", "answer"),
    [
        ("no", "I can help you myself. What is it about?"),
        ("yes please", "Shall I connect you?"),
        ("you can't", ""),
        ("it is not solved", ""),
        ("88123", "Please give me your order number first."),
        ("I don't want a bot", ""),
        ("问题还没有解决", ""),
        ("解决了吗", ""),
        ("好", "需要为您转接主管吗"),
        ("不行", ""),
    ],
)
def test_other_answers_drop_nothing(turn: str, answer: str) -> None:
    assert not drops_call(turn, answer)


def test_so_many_turns_of_other_matters_end_it() -> None:
    def stands(turns: int) -> bool:
        since = [Remark(True, "how much is shipping")] * turns
        return still_stands(since, is_other_matter=lambda text: True, is_glad=lambda text: False)

    assert stands(MOVED_ON - 1) and not stands(MOVED_ON)


@pytest.mark.parametrize(
    "turn",
    [
        "不用转移话题", "不用找借口", "不用联系仓库了，没用", "等你们解决了我再说", "算了，跟你说不清楚",
        "你解决了什么", "找到了你们的营业执照，准备好吧", "解决了吗？", "发了", "货到了，是坏的", "给我退了",
        "不好意思，我要转人工", "sorry but I want my money",
    ],
)  # fmt: skip
def test_reproaches_and_answers_drop_nothing(turn: str) -> None:
    assert not drops_call(turn, "请上传照片")


def test_a_day_is_no_gladness() -> None:
    assert sounds_glad("太好了，謝謝你")
    assert not sounds_glad("国庆前一天")
