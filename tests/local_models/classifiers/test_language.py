"""Languages and matters: what a text is written in, and what it holds besides prose."""

from __future__ import annotations

import pytest

from local_models.classifiers.language import tell_language
from local_models.classifiers.matter import tell_matter


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我的快递到哪了", "zh"),
        ("iPhone 15 Pro Max 什么时候有货", "zh"),
        ("订单<ORDER_1>帮我查下", "zh"),
        ("Where is my order?", "en"),
        ("hi", "en"),
        ("I bought 口罩", "en"),
        ("我想 cancel my order 可以吗 please help", "mixed"),
        ("où est ma commande, s'il vous plaît, je ne la trouve pas", "other"),
        ("商品はいつ届きますか", "other"),
        ("Где мой заказ", "other"),
        ("<PHONE_1>", "other"),
        ("12345", "other"),
        ("", "other"),
    ],
)
def test_the_language_of_a_turn(text: str, language: str) -> None:
    assert tell_language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "```python\nprint(1)\n```",
        "def f(x):\n    return x\nimport os",
        "write a python function that sorts a list",
        "帮我写个爬虫代码",
        "SELECT name FROM users WHERE id = 1;",
    ],
)
def test_code_and_the_wish_for_code_are_seen(text: str) -> None:
    assert tell_matter(text).has_code


@pytest.mark.parametrize(
    "text",
    [
        "证明：根号2是无理数",
        "solve for x: 3x + 2 = 11",
        r"\frac{1}{2}",
        "求导 y=x^2",
        "$a^2+b^2=c^2$",
    ],
)
def test_mathematics_is_seen(text: str) -> None:
    assert tell_matter(text).has_math


@pytest.mark.parametrize(
    "text",
    ["退款什么时候到账", "发票开错了，税率13%", "my order is late", "买3件打8折", "积分怎么兑换"],
)
def test_customer_turns_are_neither(text: str) -> None:
    matter = tell_matter(text)
    assert (matter.has_code, matter.has_math, matter.has_long_document) == (False, False, False)


def test_a_long_document_is_long_in_its_own_script() -> None:
    assert tell_matter("合同条款。" * 500).has_long_document
    assert not tell_matter("clause " * 500).has_long_document
    assert tell_matter("clause " * 1_000).has_long_document


def test_hostile_text_takes_no_time() -> None:
    for text in (
        "x" * 200_000,
        "@" * 200_000,
        "<" * 200_000,
        "<A" * 100_000,
        "[" * 200_000,
        "`" * 99_999,
    ):
        assert tell_language(text) in {"en", "other"}
        assert tell_matter(text).has_long_document
