"""Difficulty: small talk is easy, proofs are hard, in both languages; and what models make of it."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from local_models.classifiers.difficulty import LABELS, UNKNOWN, DifficultyReader
from local_models.classifiers.features import read_features, read_glance
from local_models.classifiers.language import tell_language
from local_models.classifiers.network import Schedule
from local_models.classifiers.shipped_data import read_grades
from local_models.classifiers.training import Recipe, one_hot, train_head
from local_models.classifiers.traits import split_options

EASY = (
    "我的快递到哪了？",
    "hello",
    "hi",
    "请问退款什么时候能到",
    "where's my order #12345?",
    "can you check my refund status please",
    "我要投诉你们，态度太差了",
    "Do you have gift wrapping?",
    "怎么还没发货啊，都等了一个礼拜了",
    "Can I make a reservation for 4 adults, 2 rooms, for 2 nights from Monday 26th of September please.",
    "Show me a hotel that has good reviews in Kansas City",
    "Please find attached the contract signed by both parties.",
    "需要出具证明吗",
    "需要身份证明吗",
    "合同什么时候寄给我",
)
HARD = (
    "Prove that there are infinitely many primes of the form 4k+3",
    "请逐条审查这份采购合同的违约责任和争议解决条款，并提出修改意见",
    "Review the indemnity clause in this contract and propose changes with the legal basis",
    "Implement a lock-free queue in C++ and prove its linearizability",
    "某商品原价450元，先打八折再满300减50，买3件另付9%的税和每件12元运费，分6期每期手续费0.5%，每期付多少",
    "设计一个高可用的订单系统，说明分库分表、一致性和容灾方案",
)
REPHRASED = (
    ("我的快递到哪了？", "麻烦看下我的包裹现在在哪里"),
    ("can you check my refund status please", "pls tell me what happened to my refund"),
    ("证明根号2是无理数", "请严格证明：2的平方根不能写成两个整数之比"),
)


FOREIGN = (
    "Demuestra que hay infinitos números primos.",
    "소수가 무한히 많음을 증명하시오.",
    "Докажите, что простых чисел бесконечно много.",
    "Beweise, dass es unendlich viele Primzahlen gibt.",
    "素数が無限に存在することを証明せよ。",
    "¿Dónde está mi pedido?",
    "注文した商品はいつ届きますか？",
)
HARD_OPTIONS = "\nA. injective maps of finite sets\nB. no zero divisors\nC. commutativity\nD. none"
UNREAD = {
    "easy en": (0.7, 0.0), "easy zh": (0.7, 0.0), "hard en": (0.0, 0.6), "hard zh": (0.1, 0.4),
    "easy options": (0.5, 0.0), "hard options": (0.1, 0.3),
}  # fmt: skip
"""Of lines that nothing was learned from: the share that reads below 0.2, and the share above 0.7. At least, or at
most where it is the wrong side."""


@pytest.fixture(scope="module")
def reader() -> DifficultyReader:
    return DifficultyReader()


def read(reader: DifficultyReader, text: str) -> float:
    return reader.read(text, read_features(text))


@pytest.mark.parametrize("text", EASY)
def test_everyday_turns_are_easy(reader: DifficultyReader, text: str) -> None:
    assert read(reader, text) < 0.2


@pytest.mark.parametrize("text", HARD)
def test_proofs_contracts_code_and_long_calculations_are_hard(
    reader: DifficultyReader, text: str
) -> None:
    assert read(reader, text) > 0.7


@pytest.mark.parametrize(("one", "other"), REPHRASED)
def test_saying_it_otherwise_changes_little(reader: DifficultyReader, one: str, other: str) -> None:
    assert abs(read(reader, one) - read(reader, other)) < 0.35


@pytest.mark.parametrize("text", ["", "   ", "？", "\u200b", "A" * 60_000, "\ud800 x", "1" * 5_000])
def test_any_text_reads_as_a_share(reader: DifficultyReader, text: str) -> None:
    assert 0.0 <= read(reader, text) <= 1.0


def test_nothing_to_read_is_not_difficult(reader: DifficultyReader) -> None:
    assert read(reader, "") == 0.0


def test_a_question_with_options_reads_within_bounds_and_the_same_each_time(
    reader: DifficultyReader,
) -> None:
    text = "Which of these is a prime?\nA. 91\nB. 87\nC. 97\nD. 51\nAnswer:"
    assert 0.0 < read(reader, text) < 1.0
    assert read(reader, text) == read(DifficultyReader(), text)


def test_lines_that_were_never_learned_read_on_their_side(reader: DifficultyReader) -> None:
    found = defaultdict(list)
    for text, grade in read_grades("blind"):
        kind = "options" if split_options(text)[1] else tell_language(text)
        found[f"{grade} {'zh' if kind == 'mixed' else kind}"].append(read(reader, text))
    for kind, (low, high) in UNREAD.items():
        values = np.array(found[kind])
        below, above = float(np.mean(values < 0.2)), float(np.mean(values > 0.7))
        assert below >= low if kind.startswith("easy") else below <= low, kind
        assert above <= high if kind.startswith("easy") else above >= high, kind


@pytest.mark.parametrize(
    "text", ["Prove that every finite integral domain is a field.", "证明根号2是无理数"]
)
def test_answers_to_choose_from_leave_a_proof_hard(reader: DifficultyReader, text: str) -> None:
    assert read(reader, text) > 0.7
    assert read(reader, text + HARD_OPTIONS) > 0.7


def test_an_easy_question_with_options_is_easy(reader: DifficultyReader) -> None:
    text = "Which of these is a fruit?\nA. carrot\nB. apple\nC. potato\nD. bread"
    assert read(reader, text) < 0.3
    assert read(reader, "您想怎么退款？\nA. 原路退回\nB. 退到余额\nC. 换货\nD. 优惠券") < 0.4


@pytest.mark.parametrize("text", FOREIGN)
def test_what_is_said_in_a_language_never_learned_is_neither_easy_nor_hard(
    reader: DifficultyReader, text: str
) -> None:
    assert read(reader, text) == UNKNOWN


@pytest.mark.parametrize("text", ["iPhone 15 Pro Max", "nouman fareed", "x = [3, 1, 2]", "😀😀"])
def test_names_code_and_signs_are_no_foreign_language(reader: DifficultyReader, text: str) -> None:
    assert read(reader, text) != UNKNOWN


def test_a_head_that_learned_another_language_is_asked_in_it() -> None:
    texts = ["demuestra el teorema", "demuestra la regla", "hola amigo mío", "hola buenos días"] * 8
    names = [LABELS[1], LABELS[1], LABELS[0], LABELS[0]] * 8
    recipe = Recipe(schedule=Schedule(hidden=4, epochs=20), networks=1, min_count=1)
    own = DifficultyReader(train_head(texts, one_hot(names, LABELS), LABELS, recipe))
    assert read(own, "demuestra el teorema") > 0.5 > read(own, "hola buenos días")
    assert read(own, "Gdzie jest moje zamówienie?") == UNKNOWN


def test_a_head_of_the_users_own_is_read_instead() -> None:
    texts = ["prove it", "prove that", "hello there", "hello you"] * 8
    names = [LABELS[1], LABELS[1], LABELS[0], LABELS[0]] * 8
    recipe = Recipe(schedule=Schedule(hidden=4, epochs=20), networks=1, min_count=1)
    head = train_head(texts, one_hot(names, LABELS), LABELS, recipe)
    own = DifficultyReader(head)
    assert read(own, "prove that") > 0.5 > read(own, "hello there")


def test_a_head_with_other_labels_is_refused_with_the_labels_it_needs() -> None:
    labels = ("light", "heavy")
    recipe = Recipe(schedule=Schedule(hidden=4, epochs=1), networks=1, min_count=1)
    head = train_head(["a b", "c d"] * 10, one_hot(["light", "heavy"] * 10, labels), labels, recipe)
    with pytest.raises(ValueError, match="needs the label 'strong_only'"):
        DifficultyReader(head)


@pytest.mark.parametrize(
    "text",
    [
        "证明材料要哪些", "请详细说明保修条款", "proof of purchase needed?", "收入证明怎么开", "需要提供什么证明", "购买证明丢了怎么办", "证明文件上传不了", "进口证明和检疫证明有没有",
        "怎么证明我是会员", "保修条款", "请详细说明退货流程", "详细说明一下运费怎么算", "赔偿方案是什么", "退款原因填什么", "Do I need proof of purchase for the warranty?",
    ],
)  # fmt: skip
def test_papers_and_terms_of_a_shop_are_not_hard(reader: DifficultyReader, text: str) -> None:
    assert read(reader, text) < 0.4


@pytest.mark.parametrize(
    "text",
    [
        "证明根号2是无理数", "证明函数f(x)=x³在R上单调递增", "证明图G连通当且仅当它有生成树", "证明你的结论", "要证明一个数是素数", "请写出完整的证明过程", "这个定理的证明怎么写", "请详细分析这份合同的违约责任条款",
        "请详细说明量子纠缠的物理原理及其在量子计算中的应用", "请写一份解决方案，分析系统架构并评估风险",
    ],
)  # fmt: skip
def test_what_is_to_be_proved_or_analysed_stays_hard(reader: DifficultyReader, text: str) -> None:
    assert read(reader, text) > 0.7


@pytest.mark.parametrize(
    ("text", "dressed"),
    [
        ("证明根号2是无理数", "你好，请问一下证明根号2是无理数，谢谢"),
        ("Prove that the square root of two is irrational", "hi there, Prove that the square root of two is irrational please"),
        ("什么时候发货", "亲，什么时候发货，麻烦了"),
    ],
)  # fmt: skip
def test_greetings_and_thanks_make_nothing_easier(text: str, dressed: str) -> None:
    reader = DifficultyReader()
    assert reader.read(dressed, read_glance(dressed)) == reader.read(text, read_glance(text))
