"""What the shipped file answers: plain wishes in both languages, honestly."""

from __future__ import annotations

import asyncio
import re

from tests.local_models.models import ask, opened, prompt

PLAIN = {
    "怎么开发票": "发票|开票",
    "我要退款": "退款",
    "我的快递到哪了": "物流",
    "转人工": "人工",
    "你们太差劲了，我要投诉": "抱歉|道歉|对不起",
    "写一首诗": "演示模型",
    "你是谁": "演示模型",
    "how do I get an invoice": "nvoice",
    "I want a refund": "refund",
    "where is my parcel": "Track",
    "I want to speak to a human": "person|human",
    "this is terrible, I want to make a complaint": "sorry|apolog",
    "write a poem": "demo model",
    "are you a bot": "demo model",
}


async def test_plain_wishes_get_the_answer_that_fits() -> None:
    async with opened() as scheduler:
        said = await asyncio.gather(
            *(ask(scheduler, prompt(question), max_tokens=200) for question in PLAIN)
        )
    answers = {question: text for question, (text, _) in zip(PLAIN, said, strict=True)}
    wrong = {q: text for q, text in answers.items() if not re.search(PLAIN[q], text)}
    assert not wrong
    assert all(done.reason == "stop" for _, done in said)


async def test_order_numbers_and_placeholders_are_copied_exactly() -> None:
    asked = {
        "查一下订单 20261234 的物流": "20261234",
        "我要退款，订单号<ORDER_1>": "<ORDER_1>",
        "我要开发票，我的电话<PHONE_1>": "<PHONE_1>",
        "I want a refund, order number 88120456": "88120456",
        "where is my parcel, my phone is <PHONE_2>": "<PHONE_2>",
    }
    async with opened() as scheduler:
        for question, copied in asked.items():
            text, _ = await ask(scheduler, prompt(question), max_tokens=200)
            assert copied in text


async def test_a_long_system_prompt_does_not_confuse_it() -> None:
    rules = "\n".join(f"- 规矩{number}：回答要简短礼貌，不编造。" for number in range(60))
    system = f"<|im_start|>system\n你是网店客服。\n{rules}<|im_end|>\n"
    async with opened(window_tokens=4096) as scheduler:
        text, done = await ask(scheduler, system + prompt("怎么开发票"), max_tokens=200)
    assert re.search("发票|开票", text)
    assert done.prompt_tokens > 900
