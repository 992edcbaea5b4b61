"""Heads of labels of one's own: what they reject, and what stands in for texts that belong nowhere."""

from __future__ import annotations

import numpy as np
import pytest

from local_models.classifiers.features import read_glance
from local_models.classifiers.head import Head
from local_models.classifiers.intents import IntentReader, IntentReading
from local_models.classifiers.labelled import NOWHERE, Row
from local_models.classifiers.language import tell_language
from local_models.classifiers.meaning import only_meaning, read_meaning
from local_models.classifiers.methods import LABELS_PLAIN
from local_models.classifiers.network import Schedule
from local_models.classifiers.outside import find_touched, gather_outside
from local_models.classifiers.own_labels import count_passes, train_own_labels
from local_models.classifiers.training import Recipe

WISHES = {
    "card_lost": ("I lost my card", "my card is gone", "卡丢了", "someone stole my card"),
    "top_up": ("how do I top up", "add money to my card", "怎么充值", "I want to add funds"),
}
LEADS = ("", "hi ", "please ", "你好，", "excuse me, ", "请问 ")
ROWS = [
    Row(lead + wish, label) for label, wishes in WISHES.items() for wish in wishes for lead in LEADS
]
TEXTS, NAMES = [row.text for row in ROWS], [row.label for row in ROWS]
RECIPE = Recipe(
    schedule=Schedule(hidden=32, epochs=25, smoothing=0.05), networks=1, min_count=1,
    reaches=((4.0, 0.0),), view_weights=LABELS_PLAIN.view_weights,
)  # fmt: skip


def train(stand_ins: list[str], ticks: list[int] | None = None) -> Head:
    return train_own_labels(
        TEXTS, NAMES, RECIPE, stand_ins=stand_ins, read=read_glance,
        on_pass=lambda: (ticks if ticks is not None else []).append(1),
    )  # fmt: skip


@pytest.fixture(scope="module")
def head() -> Head:
    return train(gather_outside(ROWS, 300, seed=3))


def read(head: Head, text: str) -> IntentReading:
    return IntentReader(head).read(text, read_glance(text))


@pytest.mark.parametrize(
    "text",
    ["", "   ", "hello", "你好", "tell me a joke", "我要退款", "where is my parcel", "开发票"],
)
def test_what_belongs_to_no_label_is_unsure(head: Head, text: str) -> None:
    wish = read(head, text)
    assert (wish.intent, wish.intents, wish.is_unsure) == ("other", ("other",), True)
    assert wish.confidence < 0.5


@pytest.mark.parametrize(
    ("label", "text"), [("card_lost", "我的卡丢了"), ("top_up", "top up please")]
)
def test_what_belongs_to_one_is_read(head: Head, label: str, text: str) -> None:
    wish = read(head, text)
    assert wish.intents == (label,) and not wish.is_unsure


def test_belonging_nowhere_is_no_intent(head: Head) -> None:
    assert NOWHERE in head.labels
    assert IntentReader(head).labels == ("card_lost", "top_up", "other")


@pytest.mark.parametrize(
    "text", ["I lost my card. how do I top up", "卡丢了，怎么充值", "add funds, and I lost my card"]
)
def test_two_wishes_are_found_clause_by_clause_however_sure_the_whole_is(
    head: Head, text: str
) -> None:
    assert set(read(head, text).intents) == {"card_lost", "top_up"}


def test_a_clause_that_belongs_nowhere_adds_no_wish(head: Head) -> None:
    assert read(head, "I lost my card, what a lovely day").intents == ("card_lost",)


def test_every_pass_is_told() -> None:
    ticks: list[int] = []
    train(gather_outside(ROWS, 60, seed=1), ticks)
    assert len(ticks) == count_passes(RECIPE)


def test_the_same_rows_and_seed_give_the_same_head(head: Head) -> None:
    again = train(gather_outside(ROWS, 300, seed=3))
    assert np.array_equal(again.bias, head.bias) and again.temperature == head.temperature


def test_stand_ins_that_look_like_a_label_are_not_learned_as_its_opposite() -> None:
    lookalikes = [
        lead + wish
        for lead in ("well, ", "hey ", "so ", "ok ")
        for wish in sum(WISHES.values(), ())
    ]
    confidences = []
    for seed in range(1, 4):  # which texts stand in is chance, and so few rows feel it
        head = train([*gather_outside(ROWS, 300, seed=seed), *lookalikes])
        confidences += [read(head, text).confidence for text in lookalikes]
    assert np.mean(confidences) > 0.7  # learned as opposites, they have little more than a half


def test_matters_of_ours_that_a_label_is_about_do_not_stand_in() -> None:
    rows = [Row(f"{lead}我要退款", "money_back") for lead in LEADS] + [
        Row(f"{lead}where is my parcel", "parcel") for lead in LEADS
    ]
    touched = find_touched(rows)
    assert {"refund", "logistics"} <= touched and "other" not in touched
    assert not [text for text in gather_outside(rows, 600, seed=1) if "退款" in text]


def test_stand_ins_speak_the_languages_of_the_rows() -> None:
    chinese = gather_outside([Row("怎么充值", "a"), Row("卡丢了", "b")], 100, seed=1)
    assert {tell_language(text) for text in chinese} <= {"zh", "mixed", "other", "none"}
    english = gather_outside([Row("how do I top up", "a"), Row("I lost my card", "b")], 100, seed=1)
    assert "zh" not in {tell_language(text) for text in english}
    both = gather_outside(ROWS, 100, seed=1)
    assert {"zh", "en"} <= {tell_language(text) for text in both}
    assert len(set(both)) == 100


def test_a_text_can_be_reduced_to_what_it_means() -> None:
    whole = read_meaning(read_glance("how do I top up"))
    bare = only_meaning(whole)
    assert 0 < len(bare.hashes) < len(whole.hashes)
    assert bare.weights.tolist() == whole.weights[-len(bare.hashes) :].tolist()
