"""Whether there is a mood at all: what the shipped head says, and what it is trained from."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from local_models.classifiers.emotion import CALM_WEIGHTS, EmotionReader, weigh_calm
from local_models.classifiers.head import load_head
from local_models.classifiers.shipped_data import read_calm
from local_models.classifiers.train_calm import gather
from local_models.classifiers.train_emotion import read_mood_lines


@pytest.fixture(scope="module")
def reader() -> EmotionReader:
    return EmotionReader()


def test_calm_lines_of_all_walks_of_life_are_read_as_calm(reader: EmotionReader) -> None:
    lines = read_mood_lines("calm_dev")
    told = [reader.read(line.text).emotion for line in lines]
    assert told.count("neutral") >= 0.92 * len(lines)


@pytest.mark.parametrize(
    "text",
    [
        "Write a Python function that reverses a linked list.",
        "Prove that the square root of 2 is irrational.",
        "Draft an email to my landlord about the lease renewal.",
        "Convert 10 miles to kilometers.",
        "Calculate 15% of 240.",
        "Classify these reviews as positive or negative.",
        "Peter has 30 roses. He gave 24 to his mother and bought 15 more. How many are left?",
        "Which of the following is NOT a cause of World War I?\nA. alliances\nB. nationalism\nC. the internet\nD. imperialism",
        "def add(a, b):\n    return a - b\n\nWhy does this fail my test?",
        "turn off the lights in the kitchen",
        "My card got stuck in the machine on Main Street.",
        "证明根号2是无理数",
        "下列关于法律责任的表述，不正确的是\nA. 法律责任具有强制性\nB. 权利没有受到侵犯就不会产生",
        "帮我写一封请假邮件",
        "青岛到广州的航班",
        "包裹显示签收但我没收到",
    ],
)
def test_questions_orders_and_calmly_told_troubles_carry_no_mood(
    reader: EmotionReader, text: str
) -> None:
    reading = reader.read(text)
    assert reading.emotion == "neutral" and reading.sarcasm < 0.3


@pytest.mark.parametrize(
    "text", ["你们什么破服务，气死我了", "真行啊，又拖了半个月", "This is outrageous, I want my money back NOW!!"]
)  # fmt: skip
def test_anger_and_mockery_are_no_calm(reader: EmotionReader, text: str) -> None:
    assert reader.read(text).emotion == "negative"


def test_the_chance_of_calm_is_the_gates_and_moods_keep_their_proportions() -> None:
    chances = {"negative": 0.2, "neutral": 0.5, "positive": 0.1, "sarcastic": 0.2}
    weighed = weigh_calm(chances, 0.8)
    assert weighed == pytest.approx(
        {"negative": 0.08, "neutral": 0.8, "positive": 0.04, "sarcastic": 0.08}
    )
    assert sum(weigh_calm({"negative": 0.0, "neutral": 1.0, "positive": 0.0}, 0.3).values()) <= 1.0


def test_a_head_of_ones_own_decides_by_itself() -> None:
    shipped = EmotionReader()
    own = EmotionReader(shipped._head)
    assert len(own.tables) < len(shipped.tables)


def test_the_gate_is_trained_to_tell_two_things() -> None:
    assert set(load_head(CALM_WEIGHTS).labels) == {"calm", "moved"}


def test_calm_texts_of_public_sets_are_read_where_they_lie(tmp_path: Path) -> None:
    rows = [
        {"text": "turn on the radio", "label": "music_radio", "split": "train"},
        {"text": "well done", "label": "general_praise", "split": "train"},
        {"text": "set an alarm", "label": "alarm_set", "split": "test"},
    ]
    (tmp_path / "hwu64.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    other = tmp_path / "other"
    other.mkdir()
    with gzip.open(other / "zeroeval_gsm_crux_mathl5.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"prompt": "What is 2 + 3?", "task": "gsm"}) + "\n")
    found = dict(read_calm([tmp_path, other, tmp_path / "nowhere"]))
    assert found == {
        "hwu64": ("turn on the radio",),
        "zeroeval_gsm_crux_mathl5": ("What is 2 + 3?",),
    }


def test_everything_is_gathered_the_same_way_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"text": f"{feeling} card", "split": "train"} for feeling in ("my new", "what a joke of a")
    ]
    with gzip.open(tmp_path / "multidogo_turn.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(map(json.dumps, rows)))
    monkeypatch.setattr("local_models.classifiers.train_calm.enrich", list)
    gathered = gather([tmp_path])
    assert gathered == gather([tmp_path])
    texts = {line.text for line in gathered if line.label == "neutral"}
    assert "my new card" in texts
    assert {line.label for line in gathered} == {"negative", "neutral", "positive", "sarcastic"}
