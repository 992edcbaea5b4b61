"""Difficulty: small talk is easy, proofs are hard, in both languages; and what models make of it."""

from __future__ import annotations

import pytest

from local_models.classifiers.difficulty import LABELS, DifficultyReader
from local_models.classifiers.features import read_features
from local_models.classifiers.network import Schedule
from local_models.classifiers.training import Recipe, one_hot, train_head

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
