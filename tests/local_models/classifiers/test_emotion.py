"""Moods: what the shipped heads say, and how they are trained."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from local_models.classifiers.data.emotion_compose import compose_moods, disturb
from local_models.classifiers.emotion import LABELS, EmotionReader
from local_models.classifiers.features import read_features
from local_models.classifiers.mood_method import CUED, train_moods
from local_models.classifiers.network import Schedule
from local_models.classifiers.train_emotion import read_mood_lines, split_groups, weigh


@pytest.fixture(scope="module")
def reader() -> EmotionReader:
    return EmotionReader.load()


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("你们太过分了，我很生气", "negative"),
        ("I am really disappointed with this", "negative"),
        ("怎么退款", "neutral"),
        ("my order hasn't arrived yet, can you check?", "neutral"),
        ("谢谢你，问题解决了", "positive"),
        ("thank you, it works now", "positive"),
    ],
)
def test_plain_moods_are_told(reader: EmotionReader, text: str, emotion: str) -> None:
    reading = reader.read(text)
    assert reading.emotion == emotion
    assert 0.0 <= reading.intensity <= 1.0
    assert 1 / 3 <= reading.confidence <= 1.0


@pytest.mark.parametrize(
    ("mocking", "meant"),
    [
        ("你们真行，拖了一个月都没人管", "你们真行，半天就解决了，谢谢"),
        ("great, a third broken one", "great, the third one works perfectly"),
    ],
)
def test_praise_beside_failure_is_sarcasm_and_beside_success_praise(
    reader: EmotionReader, mocking: str, meant: str
) -> None:
    sarcastic, literal = reader.read(mocking), reader.read(meant)
    assert sarcastic.emotion == "negative"
    assert literal.emotion == "positive"
    assert sarcastic.sarcasm > 0.5 > literal.sarcasm


def test_neutral_has_no_intensity_and_anger_more_than_a_mild_letdown(reader: EmotionReader) -> None:
    assert reader.read("发票怎么开").intensity == 0.0
    raging = reader.read("骗子！你们这是诈骗，我要报警！！")
    mild = reader.read("有点失望，没有想象中好")
    assert raging.intensity > mild.intensity > 0.0
    assert raging.valence < mild.valence < 0.0


def test_a_text_and_its_features_are_read_alike_and_nothing_is_neutral(
    reader: EmotionReader,
) -> None:
    text = "等了三个礼拜，服务真到位"
    assert reader.read(text) == reader.read(read_features(text))
    assert reader.read("").emotion == reader.read("   ").emotion == "neutral"


def test_the_shipped_head_holds_its_worth_on_the_lines_kept_for_development(
    reader: EmotionReader,
) -> None:
    lines = read_mood_lines("dev")
    worth = weigh([reader.read(line.text).emotion for line in lines], lines)
    assert worth.macro_f1 >= 0.82
    assert worth.sarcasm_found >= 0.75
    assert worth.twins_wrong <= 0.15


def test_lines_kept_for_development_are_never_learned_from() -> None:
    learned = {line.text for line in read_mood_lines("zh") + read_mood_lines("en")}
    assert not learned & {line.text for line in read_mood_lines("dev")}


def test_every_twin_has_its_sarcastic_line_and_both_stay_in_one_part() -> None:
    lines = read_mood_lines("zh") + read_mood_lines("en")
    parts = split_groups(lines, 4)
    assert sum(map(len, parts)) == len(lines)
    for part in parts:
        mocking = {line.group for line in part if line.label == "sarcastic"}
        assert {line.group for line in part if line.is_twin} <= mocking


def test_composed_lines_are_the_same_each_time_and_of_every_mood() -> None:
    made = compose_moods(300, seed=5)
    assert made == compose_moods(300, seed=5)
    assert len(made) == 600
    assert {line.label for line in made} == set(LABELS)
    assert all(line.label == "negative" for line in made if line.is_sarcastic)
    assert not any("{" in line.text for line in made)


def test_a_disturbed_line_keeps_most_of_its_characters() -> None:
    rng = random.Random(3)
    for _ in range(50):
        text = disturb("it arrived broken, again", "en", rng).lower()
        assert sum((Counter("it arrived broken again") - Counter(text)).values()) <= 2


def test_the_method_learns_any_labels_and_tells_sarcastic_rows_as_their_label() -> None:
    rows = [(f"{lead}{text}", label, mocks) for lead in ("", "嗯，", "哎，", "那个 ") for text, label, mocks in (
        ("太好吃了", "joy", False), ("真难吃", "anger", False), ("难吃死了", "anger", False),
        ("好吃得很", "joy", False), ("真香，香得我吐了", "anger", True), ("真香，吃了三碗", "joy", False),
    )]  # fmt: skip
    texts, names, mocking = zip(*rows, strict=True)
    recipe = replace(CUED, schedule=Schedule(hidden=8, epochs=6), networks=1, min_count=1)
    mood = train_moods(texts, names, recipe, sarcastic=mocking)
    assert set(mood.head.labels) == {"joy", "anger", "anger (sarcastic)"}
    assert mood.read("哎，真香，香得我吐了").labels == ("anger",)
    assert mood.read("太好吃了").labels == ("joy",)
