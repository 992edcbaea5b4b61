"""What counts as a refusal, and how alike two answers are."""

from __future__ import annotations

import time

import pytest

from prompts.library import shipped
from router.steps.cascade import is_refusal, likeness
from router.steps.cascade.judges import PROMPT
from tests.steps.cascade.sayings import GOOD, KEPT_BACK_GOOD, KEPT_BACK_REFUSALS, REFUSALS


@pytest.mark.parametrize(
    "text",
    [
        "抱歉，这个超出了我的能力。我是一个小型演示模型，只能回答购物相关的问题。",
        "这个我不知道，不想随便乱说。",
        "收到。我是一个小型演示模型，看不到实时订单，请在“我的订单”里查看。",
        "我不太明白您的意思，请说得具体一些。",
        "不好意思，我暂时无法查询您的物流。",
        "很抱歉，我无法回答这个问题。",
        "作为一个AI，我没有相关信息。",
        "目前没有找到相关资料。",
        "Sorry, that is beyond me. I am a small demo model.",
        "I do not know that, and I would rather not guess.",
        "Thank you. I am a small demo model and cannot see live orders.",
        "Sorry, I am not sure what you mean.",
        "I'm sorry, but I can’t help with that.",
        "I don't have access to your account.",
        "As an AI language model, I have no opinion.",
    ],
)
def test_who_says_that_it_cannot_help_is_taken_at_its_word(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "抱歉给您带来了不好的体验，我马上为您登记，两小时内客服会联系您。",
        "内衣拆封后不能退换，其他商品七天内可以退。",
        "您的订单已发货，预计明天送达。",
        "如果您无法登录，请点击“忘记密码”。",
        "不知道尺码的话，可以看详情页的尺码表。",
        "您可以在“我的订单”里申请退款，三到五个工作日到账。",
        "I'm sorry that you waited two weeks for an empty box. We send a new one today.",
        "Opened underwear cannot be returned; everything else can, within seven days.",
        "If you cannot sign in, choose 'forgot password'.",
        "You can see the parcel under My orders.",
        "Sure! The discount applies to all shoes.",
        "我是小型演示模型，不是真人。常见的售后问题我能答，答不了的我会直说。",
        "I am a small demo model. I know common questions and say so when I do not know.",
        "It depends on the item, and I'd rather not guess. Send me the order number, please.",
    ],
)
def test_an_apology_or_a_rule_of_the_shop_is_no_refusal(text: str) -> None:
    assert not is_refusal(text)


@pytest.mark.parametrize("text", REFUSALS)
def test_an_assistant_that_cannot_do_what_is_its_own_to_do_refuses(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize("text", GOOD)
def test_a_rule_of_the_shop_a_condition_or_a_question_back_is_an_answer(text: str) -> None:
    assert not is_refusal(text)


def test_sentences_that_the_patterns_were_not_made_from_are_mostly_told_apart() -> None:
    assert sum(map(is_refusal, KEPT_BACK_REFUSALS)) >= 24
    assert sum(map(is_refusal, KEPT_BACK_GOOD)) <= 2
    assert len(KEPT_BACK_REFUSALS) == len(KEPT_BACK_GOOD) == 30


@pytest.mark.parametrize("piece", ["我", "我是", "抱歉，", "如果", "I am ", "don't ", '"', "没"])
def test_no_text_makes_the_patterns_slow(piece: str) -> None:
    began = time.process_time()
    is_refusal(piece * 10_000)
    assert time.process_time() - began < 0.2


def test_a_remark_far_down_in_an_answer_is_no_refusal() -> None:
    assert not is_refusal("You can return shoes within seven days. " * 10 + "I don't know more.")


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("七天内可以退货。", "七天内可以退货", 1.0, 1.0),
        ("七天内未使用可以无理由退货", "未使用的话七天内可以退货", 0.5, 0.95),
        ("七天内可以退货", "请拨打客服热线咨询", 0.0, 0.1),
        ("退款会在3到5个工作日内退回", "3到5个工作日内退款", 0.5, 0.95),
        ("Returns take seven days.", "returns take SEVEN days", 1.0, 1.0),
        ("Returns take seven days.", "The weather is fine today", 0.0, 0.1),
        ("You owe 5 dollars", "You owe 50 dollars", 0.3, 0.8),
        ("", "", 1.0, 1.0),
        ("yes", "", 0.0, 0.0),
    ],
)
def test_likeness_is_the_share_of_words_in_common(
    one: str, other: str, least: float, most: float
) -> None:
    assert least <= likeness(one, other) <= most
    assert likeness(one, other) == likeness(other, one)


def test_the_check_has_a_prompt_in_both_languages_that_names_its_verdicts() -> None:
    for language in ("zh", "en"):
        prompt = shipped().find(PROMPT, language)
        assert prompt.language == language
        assert all(word in prompt.text for word in ("verdict", "pass", "fail"))
