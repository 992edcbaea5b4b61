"""Code and mathematics are told from the talk of a shop."""

from __future__ import annotations

import pytest

from local_models.classifiers.matter import tell_matter
from tests.local_models.classifiers.matter_lines import lines


@pytest.mark.parametrize(
    "text",
    [
        "怎么修改微信小程序的收货地址", "怎么写小程序订单备注", "Let me know (asap)", "using paypal (visa)",
        "private message (DM)", "fix my query please", "积分上限是多少", "尺寸是 30×40 的有吗", "≥3件包邮吗",
        "矩阵大灯保修吗", "我可以证明：我没收到货", "199+30=229，为什么收我259", "199 + 30 = 229", "class action (lawsuit)",
        "return; I want to return the shoes (size 9)", "if (possible) { refund }", "fix the code on my coupon",
    ],
)  # fmt: skip
def test_the_talk_of_a_shop_is_neither_code_nor_mathematics(text: str) -> None:
    matter = tell_matter(text)
    assert (matter.has_code, matter.has_math) == (False, False)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM orders", "int main() { return 0; }", "How do I reverse a list in Python?", "pip install requests",
        '{"a": [1,2,3]}', "TypeError: undefined is not a function", "implement quicksort", "用C语言实现链表", "x = 1\ny = f(x)",
        "\n\n   def f(x):\n",
    ],
)  # fmt: skip
def test_code_is_seen_by_how_it_is_built(text: str) -> None:
    assert tell_matter(text).has_code


@pytest.mark.parametrize(
    "text",
    ["2x + 3 = 7", "证明根号2是无理数", "What is 15% of 200?", "123 * 456 = ?", "3/4 + 1/2", "5!", "$\\frac{1}{2}$"],
)  # fmt: skip
def test_mathematics_is_seen_in_what_is_left_open(text: str) -> None:
    assert tell_matter(text).has_math


@pytest.mark.parametrize("kept_back", [False, True])
def test_nineteen_lines_of_twenty_are_told_right(kept_back: bool) -> None:
    wrong = []
    for text, holds in lines(kept_back=kept_back):
        matter = tell_matter(text)
        found = "C" * matter.has_code + "M" * matter.has_math
        if found != holds if not holds else holds not in found:
            wrong.append(text)
    assert len(wrong) <= len(lines(kept_back=kept_back)) // 20
