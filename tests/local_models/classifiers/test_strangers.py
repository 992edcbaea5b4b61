"""What the shipped heads are worth on lines by hands that wrote nothing they learned from.

Of these only the praise was looked at while the heads were made: see the card of moods.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from local_models.classifiers.emotion import EmotionReader
from local_models.classifiers.features import read_features, read_glance
from local_models.classifiers.head import load_head
from local_models.classifiers.intents import WEIGHTS, IntentReader
from local_models.classifiers.shipped_data import (
    DATA,
    read_fragments,
    read_general,
    read_lines,
    read_places,
    read_turns,
)


def strangers(name: str) -> list[dict[str, Any]]:
    rows = (DATA / f"{name}_blind.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(row) for row in rows if row]


@pytest.fixture(scope="module")
def reader() -> IntentReader:
    return IntentReader()


def test_english_turns_are_read() -> None:
    head, rows = load_head(WEIGHTS / "intent.npz"), strangers("turns_en")
    right = [head.read(read_glance(row["text"])).label == row["label"] for row in rows]
    assert len(rows) == 450
    assert sum(right) / len(right) > 0.83


@pytest.mark.parametrize(("is_chinese", "share"), [(True, 0.77), (False, 0.81)])
def test_wishes_side_by_side_are_all_read(
    reader: IntentReader, is_chinese: bool, share: float
) -> None:
    rows = [
        row
        for row in strangers("several")
        if any("\u4e00" <= sign <= "\u9fff" for sign in row["text"]) == is_chinese
    ]
    found = [reader.read(row["text"], read_features(row["text"])).intents for row in rows]
    right = [set(intents) == set(row["label"]) for intents, row in zip(found, rows, strict=True)]
    assert sum(right) / len(right) > share


def test_what_is_said_to_an_assistant_is_known_and_customers_are_not_taken_for_its_users(
    reader: IntentReader,
) -> None:
    def count(texts: list[str]) -> float:
        return sum(reader.read(text, read_glance(text)).is_off_topic for text in texts) / len(texts)

    assert count([row["text"] for row in strangers("general_en")]) > 0.85
    assert count([row["text"] for row in strangers("turns_en")]) < 0.07


def test_sincere_praise_is_seldom_taken_for_mockery() -> None:
    moods, rows = EmotionReader(), strangers("emotion_further")
    praise = [row["text"] for row in rows if "praise" in row["group"]]
    assert len(praise) == 230
    assert sum(moods.read(text).emotion == "negative" for text in praise) <= 12


def read_learned() -> set[str]:
    """Every text that the heads learned as it stands."""
    learned = {
        line.text
        for read in (read_lines, read_turns, read_fragments, read_places)
        for line in read("en") + read("zh")
    }
    return learned | {line.text for line in read_general("en")}


@pytest.mark.parametrize("name", ["zh", "hk", "tw", "mixed", "india", "learners"])
def test_hardly_any_turn_of_other_places_was_learned_too(name: str) -> None:
    texts, learned = [row["text"] for row in strangers(f"turns_{name}")], read_learned()
    assert len(texts) >= 300
    assert sum(text in learned for text in texts) <= 0.08 * len(texts)


def test_only_commonplaces_were_learned_too() -> None:
    learned = read_learned()
    for name in ("turns_en", "several", "general_en"):
        texts = [row["text"] for row in strangers(name)]
        assert len(set(texts)) == len(texts)
        shared = [text for text in texts if text in learned]
        assert len(shared) <= 0.08 * len(texts)
        assert max((len(text.split()) for text in shared), default=0) <= 7


@pytest.mark.parametrize(("language", "mood", "share"), [
    ("en", "negative", 0.78), ("en", "neutral", 0.93), ("en", "positive", 0.9),
    ("zh", "negative", 0.88), ("zh", "neutral", 0.93), ("zh", "positive", 0.85),
])  # fmt: skip
def test_plain_anger_is_heard_and_calm_words_about_trouble_are_calm(
    language: str, mood: str, share: float
) -> None:
    moods = EmotionReader()
    rows = [
        row for row in strangers("emotion_plain") if (row["lang"], row["label"]) == (language, mood)
    ]
    heard = [moods.read(row["text"]).emotion == mood for row in rows]
    assert sum(heard) / len(heard) > share
