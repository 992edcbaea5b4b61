"""What is not said to a shop: exam questions, orders to an assistant, programs."""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from local_models.classifiers.context import Said
from local_models.classifiers.features import read_features
from local_models.classifiers.head import load_head
from local_models.classifiers.intents import (
    LABELS,
    NEUTRAL,
    WEIGHTS,
    IntentReader,
    IntentReading,
)
from local_models.classifiers.labelled import NOWHERE
from local_models.classifiers.network import Schedule
from local_models.classifiers.shipped_data import (
    DATA,
    read_elsewhere,
    read_exchanges,
    read_general,
    read_lines,
    read_served,
)
from local_models.classifiers.train_emotion import read_mood_lines
from local_models.classifiers.train_shipped import several_job
from local_models.classifiers.training import Recipe, one_hot, train_head


@pytest.fixture(scope="module")
def reader() -> IntentReader:
    return IntentReader()


def read(
    reader: IntentReader, text: str, user: Said | None = None, agent: Said | None = None
) -> IntentReading:
    return reader.read(text, read_features(text), user=user, agent=agent)


def kept_back(language: str) -> list[str]:
    """Lines of the same writers that no head learned."""
    with (DATA / "general_dev.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row["text"] for row in rows if row["lang"] == language]


@pytest.mark.parametrize(
    "text",
    [
        "写一首关于春天的五言绝句",
        "背诵一下《滕王阁序》的第一段",
        "明天早上七点叫我起床",
        "以下关于合同效力的说法，错误的是\nA. 无效合同自始无效\nB. 可撤销合同自始无效",
        "某商店进货120件衬衫，退货率为5%，每退一件损失18元，问总损失多少元？",
        "class OrderService { void refund(Order o) { o.cancel(); } } 这段代码有什么问题",
        "Write a poem about the sea.",
        "wake me at ten to six",
        "Which of these is a prime number? A. 4 B. 6 C. 7 D. 9",
        "Summarise the doctrine of promissory estoppel in two sentences.",
        "Write an essay on why customers complain",
    ],
)
def test_what_no_shop_would_hear_is_off_topic(reader: IntentReader, text: str) -> None:
    reading = read(reader, text)
    assert (reading.intent, reading.intents, reading.group) == ("other", ("other",), "other")
    assert reading.is_off_topic and not reading.is_unsure
    assert 0.5 <= reading.confidence <= 1.0


@pytest.mark.parametrize(
    "text",
    ["我的快递到哪了", "怎么退款", "这个有红色的吗", "我要投诉你们", "where is my parcel?",
     "I want to return these shoes", "改好了", "嗯", "昨天", "the second one", "谢谢", "?"],
)  # fmt: skip
def test_what_is_said_to_a_shop_is_not(reader: IntentReader, text: str) -> None:
    assert not read(reader, text).is_off_topic


@pytest.mark.parametrize(
    ("language", "wishes", "off_topic"), [("zh", 0.18, 0.58), ("en", 0.11, 0.72)]
)
def test_lines_that_were_kept_back_hold_no_wish(
    reader: IntentReader, language: str, wishes: float, off_topic: float
) -> None:
    lines = kept_back(language)
    found = [read(reader, text) for text in lines]
    assert sum(reading.intent not in NEUTRAL for reading in found) <= wishes * len(lines)
    assert sum(reading.is_off_topic for reading in found) >= off_topic * len(lines)


@pytest.mark.parametrize(("language", "share"), [("zh", 0.01), ("en", 0.022)])
def test_hardly_any_own_wish_is_taken_for_one(
    reader: IntentReader, language: str, share: float
) -> None:
    wishes = [line.text for line in read_lines(language) if line.intents[0] not in NEUTRAL][:1_500]
    assert sum(read(reader, text).is_off_topic for text in wishes) <= share * len(wishes)


@pytest.mark.parametrize("name", ["others_dev", "others_blind"])
def test_few_of_those_whom_other_trades_serve_are_off_topic(
    reader: IntentReader, name: str
) -> None:
    lines = read_mood_lines(name)
    assert sum(read(reader, line.text).is_off_topic for line in lines) <= 0.1 * len(lines)


@pytest.mark.parametrize(("language", "share"), [("zh", 0.4), ("en", 0.25)])
def test_after_talk_about_a_matter_it_is_still_none_of_it(
    reader: IntentReader, language: str, share: float
) -> None:
    rng = random.Random(2)
    exchanges = [one for one in read_exchanges(language) if one.about]
    lines = kept_back(language)
    wishes = 0
    for text in lines:
        before = rng.choice(exchanges)
        user, agent = (
            reader.hear(read_features(said)) if said else None
            for said in (before.user, before.agent)
        )
        wishes += read(reader, text, user, agent).intent not in NEUTRAL
    assert wishes <= share * len(lines)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_line_is_text_and_none_is_kept_back_too(language: str) -> None:
    lines = read_general(language)
    texts = {line.text for line in lines}
    assert len(texts) == len(lines) > 1_500
    assert all(line.text == line.text.strip() != "" for line in lines)
    assert {line.intents for line in lines} == {("other",)}
    assert not texts & set(kept_back(language))


def test_of_public_sets_what_a_shop_could_be_asked_is_left_out(tmp_path: Path) -> None:
    rows = [
        {"text": "play some jazz", "label": "play_music", "split": "train"},
        {"text": "has my pizza left yet", "label": "takeaway_query", "split": "train"},
        {"text": "order a pizza", "label": "takeaway_order", "split": "train"},
        {"text": "stop that", "label": "general_commandstop", "split": "train"},
        {"text": "dim the lights", "label": "iot", "split": "test"},
    ]
    (tmp_path / "hwu64.jsonl").write_text("\n".join(map(json.dumps, rows)))
    rows = [
        {"text": "where is my order", "label": "order_status", "split": "train"},
        {"text": "what is my balance", "label": "balance", "domain": "banking", "split": "train"},
        {"text": "tell me a joke", "label": "tell_joke", "split": "train"},
        {"text": "how do you say cat in french", "label": "translate", "split": "train"},
    ]
    with gzip.open(tmp_path / "clinc150.jsonl.gz", "wt") as file:
        file.write("\n".join(map(json.dumps, rows)))
    assert dict(read_elsewhere([tmp_path])) == {
        "clinc150": ("how do you say cat in french",),
        "hwu64": ("play some jazz",),
    }


def test_a_wish_that_rows_of_one_s_own_teach_is_one(reader: IntentReader) -> None:
    text = "play some bossa nova"
    assert read(reader, text).is_off_topic
    head = load_head(WEIGHTS / "intent.npz")
    bias = head.bias.copy()
    bias[head.labels.index("promotion")] += 100.0
    taught = read(IntentReader(replace(head, bias=bias)), text)
    assert (taught.intent, taught.is_off_topic) == ("promotion", False)


def test_a_head_of_other_labels_tells_what_belongs_to_none_of_them(reader: IntentReader) -> None:
    texts = ["book a court", "cancel my court", "what is the weather", "sing a song"] * 8
    names = ["book", "cancel", NOWHERE, NOWHERE] * 8
    labels = ("book", "cancel", NOWHERE)
    recipe = Recipe(schedule=Schedule(hidden=4, epochs=30), networks=1, min_count=1, held_out=0.0)
    own = IntentReader(train_head(texts, one_hot(names, labels), labels, recipe))
    outside = read(own, "what is the weather")
    assert outside.is_off_topic and outside.is_unsure
    inside = read(own, "book a court")
    assert (inside.intent, inside.is_off_topic) == ("book", False)


def test_the_head_of_several_learns_who_is_talked_to_beside_what_is_wanted() -> None:
    job = several_job([])
    assert tuple(job.labels) == (*LABELS, NOWHERE)
    elsewhere = job.targets[:, -1] == 1.0
    assert 0.02 < elsewhere.mean() < 0.2
    assert set(job.targets[elsewhere, :-1].argmax(1)) == {LABELS.index("other")}


def test_tales_of_all_walks_of_life_teach_who_is_talked_to_and_nothing_of_what_is_wanted() -> None:
    job = several_job([])
    unlabelled = np.isnan(job.targets).any(axis=1)
    assert unlabelled.sum() > 5_000
    assert np.isnan(job.targets[unlabelled, :-1]).all()
    assert set(job.targets[unlabelled, -1]) == {0.0}


def test_public_talk_with_customers_is_told_apart_from_orders_to_an_assistant(
    tmp_path: Path,
) -> None:
    rows = [{"text": "my flight was cancelled", "label": "x", "split": "train"}]
    with gzip.open(tmp_path / "multidogo_turn.jsonl.gz", "wt") as file:
        file.write("\n".join(map(json.dumps, rows)))
    found = dict(read_served([tmp_path]))
    assert found["multidogo_turn"] == ("my flight was cancelled",)
    assert set(found) == {"calm_zh", "calm_en", "zh", "en", "multidogo_turn"}
    assert read_elsewhere([tmp_path]) == []
    general = {line.text for language in ("zh", "en") for line in read_general(language)}
    assert not general & {text for texts in found.values() for text in texts}
