"""From labelled rows to a reader: what each method promises."""

from __future__ import annotations

import numpy as np
import pytest

from local_models.classifiers.methods import (
    LABELS,
    NOWHERE,
    RejectingReader,
    read_all,
    suit,
    train_one,
    train_rejecting,
)
from local_models.classifiers.network import Schedule
from local_models.classifiers.training import Recipe

WISHES = {
    "refund": ["give my money back", "i want a refund", "退款多久到账", "refund this order"],
    "delivery": ["where is my parcel", "has it shipped", "快递到哪了", "when will it arrive"],
    "invoice": [
        "send me the invoice",
        "the bill has a wrong name",
        "发票抬头写错了",
        "i need a receipt",
    ],
}
OPENERS = ("", "hi, ", "please ", "hello there, ", "请问", "excuse me, ", "sorry, ", "well ")
TEXTS = [opener + wish for wishes in WISHES.values() for wish in wishes for opener in OPENERS]
NAMES = [name for name, wishes in WISHES.items() for _ in range(len(wishes) * len(OPENERS))]
ELSEWHERE = [
    opener + text
    for text in ("sing me a song", "who won the match", "今天天气怎么样", "tell me a joke")
    for opener in OPENERS
]
SMALL = Recipe(
    schedule=Schedule(hidden=16),
    networks=2,
    min_count=1,
    held_out=0.3,
    reaches=((0.0, 0.0), (4.0, 0.0)),
)


def test_every_pass_is_announced_and_told() -> None:
    announced: list[int] = []
    passes: list[int] = []
    train_one(TEXTS, NAMES, SMALL, on_start=announced.append, on_pass=lambda: passes.append(1))
    assert announced == [len(passes)]


def test_the_same_seed_gives_the_same_answers() -> None:
    one, two = train_one(TEXTS, NAMES, SMALL), train_one(TEXTS, NAMES, SMALL)
    assert read_all(one, TEXTS) == read_all(two, TEXTS)


def test_texts_that_belong_nowhere_are_rejected_and_others_are_not() -> None:
    reader = train_rejecting(TEXTS, NAMES, SMALL, outside=ELSEWHERE)
    inside = [answer.labels for answer in read_all(reader, TEXTS)]
    assert np.mean([said == (name,) for said, name in zip(inside, NAMES, strict=True)]) > 0.95
    outside = read_all(reader, ["well sing me another song", "who won the last match"])
    assert [answer.labels for answer in outside] == [(), ()]
    assert all(0.0 <= answer.confidence <= 1.0 for answer in outside)


def test_a_higher_bar_rejects_more() -> None:
    reader = train_rejecting(TEXTS, NAMES, SMALL, outside=ELSEWHERE)
    strict = RejectingReader(reader.head, 1e9)
    assert all(answer.labels == () for answer in read_all(strict, TEXTS))


def test_without_any_text_that_belongs_nowhere_there_is_nothing_to_learn_rejecting_from() -> None:
    with pytest.raises(ValueError, match=f"No text is labelled '{NOWHERE}'"):
        train_rejecting(TEXTS, NAMES, SMALL)


def test_few_texts_are_seen_more_often_and_many_classes_go_without_the_wide_half() -> None:
    few, many = suit(LABELS, 500, 20).schedule, suit(LABELS, 100_000, 150).schedule
    assert few.epochs > many.epochs
    assert few.batch < many.batch
    assert (few.is_wide, many.is_wide) == (True, False)
