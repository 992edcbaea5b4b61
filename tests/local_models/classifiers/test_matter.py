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


@pytest.mark.parametrize(
    "text",
    [
        "I need a proof of insurance for my car", "proof of delivery please", "My proof of age was rejected", "How can I prove the source of my funds?",
        "can you prove that you sent it", "proof that the order number is correct", "proof that the induction cooker is broken", "微积分教材什么时候发货",
        "概率论这本书多少钱", "When does my calculus textbook ship?", "能证明是7月1日签收的吗",
    ],
)  # fmt: skip
def test_proofs_and_books_of_a_shop_are_no_mathematics(text: str) -> None:
    assert not tell_matter(text).has_math


@pytest.mark.parametrize(
    "text",
    [
        "A train travels 60 miles in 1.5 hours. What is its average speed?", "If 3 pens cost $4.50, how much do 7 pens cost?", "Is 91 prime?",
        "Tom has 24 marbles. He gives a third of them to Anna and loses 5. How many marbles does he have left?", "Factor 360 into primes",
        "What is 2 to the power of 10?", "what is twelve plus one hundred and ninety six", "Let G be a group of order 15. Show that G is cyclic.",
        "Prove by induction that 1+2+...+n = n(n+1)/2", "甲乙两车相距300公里相向而行，速度分别是40和60，几小时相遇", "圆的半径是3，面积多少", "求1到100的和", "七乘八等于多少",
        "tan 45度是多少", "91是质数吗", "2的10次方是多少", "12个苹果平均分给4个小朋友，每人分几个？", "这本概率论习题集里求期望的值那题怎么解",
    ],
)  # fmt: skip
def test_sums_that_are_told_in_words_are_mathematics(text: str) -> None:
    assert tell_matter(text).has_math


@pytest.mark.parametrize(
    "text",
    [
        "I ordered 3 shirts at $20 each, how much is shipping?", "I returned 2 of 5 items, how much will be refunded?", "She ordered 3 shirts at $20 each. 2 were returned. How much is shipping?",
        "2 shirts and 1 cap, how much?", "How much does it cost to send 5 kg to Canada?", "满300减50，我买两件便宜多少", "买2件打8折，3件多少钱", "一箱12瓶，3箱多少钱",
        "预售定金50抵100，尾款还要付多少", "订单1到3都没收到，求发货", "半径3公里内能配送吗", "小明同学的音箱多少钱",
    ],
)  # fmt: skip
def test_sums_of_a_customer_are_no_mathematics(text: str) -> None:
    assert not tell_matter(text).has_math


@pytest.mark.parametrize(
    "text",
    [
        "fix ```a b c``` please", "look:\n```\nhello\n```", "~~~\nx = 1\n~~~", "look:\n~~~python\nprint(1)\n~~~\n", "SELECT count(*) from t", "df.groupby('a').agg({'b':'sum'})", "x = [i**2 for i in range(10)]",
        "awk '{print $1}' file.txt", "if [ -f x ]; then echo yes; fi", "for f in *.txt; do wc $f; done", ".header { color: red; margin: 0; }", "ls -la | grep conf",
        "FROM python:3.11\nCOPY . .", "kind: Pod\nspec:\n  containers:\n    - name: web\n  status:\n    phase: up", "apiVersion: v1\nkind: Service", "val xs = List(1, 2).map(_ * 2)",
        "5.times do |i| puts i end", "let rec f n = if n = 0 then 1 else f (n - 1)", "map (+1) [1,2,3]", "(defun add (a b) (+ a b))", "mov eax, 5", "int a[5]; a[5]=1;", "if x > 3:\n    y = 2",
        "NullPointerException怎么解决", "How do I center a div in CSS?", "Refactor this React component to use hooks", "请帮我debug一下：int a[5]; a[5]=1;", "sudo apt install git",
        "npm install react react-dom", "DROP TABLE users", "drop table users;", "create table t (id int)", "from utils import helper, other",
    ],
)  # fmt: skip
def test_code_of_many_tongues_is_seen(text: str) -> None:
    assert tell_matter(text).has_code


@pytest.mark.parametrize(
    "text",
    [
        "屏幕清晰```外观好看``", "`````````很好", "你们发货了吗~~~", "谢谢~~~", "hello~~~ where is my order", "~~~", "~~~你好~~~\n在吗~~~", "drop table lamp price?", "create table reservation for 4", "npm install class near me",
        "sudo cream 125g", "print(er) ink", "from Monday import duty rises", "print(s) on canvas", "alter table height please", "delete from cart the red one",
        "import taxes as expected", "Name: Anna\nOrder: 12345\nSize: M", "Java咖啡什么时候发货", "这个组件少了一个怎么办", "我的代码输错了：AB12", "(refund my order)",
        "add 2, remove 1", "map of stores (Berlin)", "for (my) mother: flowers", "double bed; size 140",
    ],
)  # fmt: skip
def test_words_and_smiles_of_a_shop_are_no_code(text: str) -> None:
    assert not tell_matter(text).has_code


@pytest.mark.parametrize("kept_back", [False, True])
def test_nineteen_lines_of_twenty_are_told_right(kept_back: bool) -> None:
    wrong = []
    for text, holds in lines(kept_back=kept_back):
        matter = tell_matter(text)
        found = "C" * matter.has_code + "M" * matter.has_math
        if found != holds if not holds else holds not in found:
            wrong.append(text)
    assert len(wrong) <= len(lines(kept_back=kept_back)) // 20
