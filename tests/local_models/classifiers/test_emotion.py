"""Moods: what the shipped heads say, and how they are trained."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from local_models.classifiers.data.emotion_compose import compose_moods, disturb
from local_models.classifiers.data.emotion_scenes import read_scenes
from local_models.classifiers.data.emotion_twins import (
    compose_scenes,
    compose_twins,
    read_events,
    read_praise,
)
from local_models.classifiers.emotion import LABELS, SARCASTIC, WEIGHTS, EmotionReader, join_heads
from local_models.classifiers.features import read_features
from local_models.classifiers.head import load_head
from local_models.classifiers.mood_features import read_mood_features
from local_models.classifiers.mood_method import CUED, train_moods
from local_models.classifiers.network import Schedule
from local_models.classifiers.train_emotion import (
    KEPT_BACK,
    RECIPE,
    MoodLine,
    lean,
    read_mood_lines,
    split_groups,
    train_mood_head,
    train_strength_head,
    weigh,
)


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


@pytest.mark.parametrize(
    ("kept", "macro_f1", "sarcasm_found", "twins_wrong"),
    [
        ("dev", 0.93, 0.88, 0.12),
        ("blind", 0.90, 0.82, 0.18),
        ("others_dev", 0.91, 0.74, 0.10),
        ("others_blind", 0.94, 0.84, 0.06),
    ],
)
def test_the_shipped_head_holds_its_worth_on_lines_kept_back(
    reader: EmotionReader, kept: str, macro_f1: float, sarcasm_found: float, twins_wrong: float
) -> None:
    lines = read_mood_lines(kept)
    worth = weigh([reader.read(line.text).emotion for line in lines], lines)
    assert worth.macro_f1 >= macro_f1
    assert worth.sarcasm_found >= sarcasm_found
    assert worth.twins_wrong <= twins_wrong


def test_a_head_of_ones_own_tells_the_mood_and_the_shipped_one_how_strong() -> None:
    lines = [MoodLine(f"{lead}{text}", label) for lead in ("", "嗯，", "哎，") for text, label in (
        ("太好吃了", "positive"), ("难吃死了", "negative"), ("几点开门", "neutral"),
    )]  # fmt: skip
    recipe = replace(CUED, schedule=Schedule(hidden=4, epochs=40), networks=1, min_count=1)
    mood = train_moods([line.text for line in lines], [line.label for line in lines], recipe)
    reading = EmotionReader(mood.head).read("哎，难吃死了")
    assert reading.emotion == "negative"
    assert reading.intensity > 0.3


@pytest.mark.parametrize("kept", [*KEPT_BACK, "calm_dev"])
def test_lines_kept_back_are_never_learned_from(kept: str) -> None:
    names = ("zh", "en", "calm_zh", "calm_en")
    learned = {line.text for name in names for line in read_mood_lines(name)}
    assert not learned & {line.text for line in read_mood_lines(kept)}


def test_leaning_raises_the_odds_of_sarcasm_and_nothing_else() -> None:
    head = load_head(WEIGHTS)
    text = read_mood_features("服务真到位，等了三个礼拜")
    plain, leaned = head.probabilities(text), lean(head, 0.7).probabilities(text)
    at = head.labels.index(SARCASTIC)
    change = np.log(leaned / plain)
    assert change[at] - np.delete(change, at) == pytest.approx([0.7] * 3, abs=1e-3)


def test_no_line_stands_in_the_data_twice() -> None:
    names = ("zh", "en", "calm_zh", "calm_en")
    texts = [line.text for name in names for line in read_mood_lines(name)]
    assert len(texts) == len(set(texts))


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


def test_composed_twins_differ_in_the_event_only_and_are_the_same_each_time() -> None:
    made = compose_twins(1, seed=3)
    assert made == compose_twins(1, seed=3)
    goods = {event.bad: event.good for event in read_events()}
    for at, line in enumerate(made):
        if line.is_sarcastic:
            twin = made[at + 1]
            assert twin.label == "positive"
            assert any(
                bad in line.text and line.text.replace(bad, good) == twin.text
                for bad, good in goods.items()
            )
    assert sum(line.is_sarcastic for line in made) == len(read_events())
    assert not any("{e}" in line.text or "{p}" in line.text for line in made)


def test_composed_scenes_are_the_same_each_time_with_every_gap_filled() -> None:
    made = compose_scenes(400, seed=3)
    assert made == compose_scenes(400, seed=3)
    assert sum(line.is_sarcastic for line in made) == 400
    assert all(
        made[at + 1].label == "positive" for at, line in enumerate(made) if line.is_sarcastic
    )
    assert {line.label for line in made if not line.is_sarcastic} == set(LABELS)
    assert not any("{" in line.text for line in made)


def test_a_scene_tells_both_ends_of_the_same_thing_and_has_praise_that_fits() -> None:
    rng, praise = random.Random(3), read_praise()
    for scene in read_scenes():
        assert (scene.language, scene.about) in praise
        bad, good = scene.draw(rng)
        assert bad != good
        assert any(bad.startswith(thing) and good.startswith(thing) for thing in scene.objects)


def test_no_end_of_a_scene_counts_as_good_and_as_bad() -> None:
    for scene in read_scenes():
        assert not set(scene.bad) & set(scene.good)


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


@pytest.fixture
def a_few_lines(monkeypatch: pytest.MonkeyPatch) -> list[MoodLine]:
    """Enough to train a tiny head: one line of each kind in ten clothes, nothing composed."""
    monkeypatch.setattr("local_models.classifiers.train_emotion.enrich", list)
    kinds = (
        ("又坏了，气死我了", "negative", 0.9), ("怎么开发票", "neutral", 0.0),
        ("太好用了，谢谢", "positive", 0.6), ("真行，又坏了", "sarcastic", 0.7),
    )  # fmt: skip
    leads = ("", "嗯，", "哎，", "那个，", "你好，", "客服，", "喂，", "请注意，", "各位，", "亲，")
    return [
        MoodLine(lead + text, label, strength) for lead in leads for text, label, strength in kinds
    ]


def test_joined_heads_say_what_each_says_alone(a_few_lines: list[MoodLine]) -> None:
    recipe = replace(RECIPE, schedule=Schedule(hidden=4, epochs=20), networks=2, min_count=1)
    classes = train_mood_head(a_few_lines, recipe)
    strength = train_strength_head(a_few_lines, min_count=1)
    joined = join_heads(classes, strength)
    assert joined.labels == (*classes.labels, *strength.labels)
    for text in ("真行，又坏了", "怎么开发票"):
        features = read_mood_features(text)
        alone = [*classes.scores(features).tolist(), *strength.scores(features).tolist()]
        assert joined.scores(features).tolist() == pytest.approx(alone, abs=1e-4)


def test_heads_over_other_words_cannot_be_joined(a_few_lines: list[MoodLine]) -> None:
    recipe = replace(RECIPE, schedule=Schedule(hidden=4, epochs=1), networks=1, min_count=1)
    one, other = train_mood_head(a_few_lines, recipe), train_mood_head(a_few_lines[:4], recipe)
    with pytest.raises(ValueError, match="same n-grams"):
        join_heads(one, other)


@pytest.mark.parametrize(
    "text", ["where is my order 😡", "refund 👿", "🤬 where is it", "🖕", "🤮"]
)
def test_a_sign_of_rage_counts_beside_any_words(reader: EmotionReader, text: str) -> None:
    found = reader.read(text)
    assert found.emotion == "negative" and found.intensity >= 0.6


@pytest.mark.parametrize("text", ["😂", "🤣😂", "😅", "🤷", "🤷🏻‍♀️"])
def test_laughing_and_shrugging_alone_are_no_anger(reader: EmotionReader, text: str) -> None:
    assert reader.read(text).emotion == "neutral"


@pytest.mark.parametrize(
    "text", ["haha ok", "where is my order", "this is a disgrace", "thank you"]
)
def test_beside_words_they_do_not_change_the_mood(reader: EmotionReader, text: str) -> None:
    assert reader.read(f"{text} 😂") == reader.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "[发怒]还不发货", "[怒]", "还没到[抓狂]", "快递呢[生气]", "[發怒]到底發不發", "发货了吗😡", "nmsl", "尼玛", "草泥马", "神经病", "操！", "煞笔", "脑残", "智障吗你们",
        "特么的三天了", "去你大爷的", "黑店", "詐騙集團是不是", "真的很雷", "廢到爆", "好气啊", "客服sb吧", "f*ck you", "scumbags",
    ],
)  # fmt: skip
def test_signs_in_brackets_and_insults_are_anger(reader: EmotionReader, text: str) -> None:
    found = reader.read(text)
    assert found.emotion == "negative" and found.intensity >= 0.6


@pytest.mark.parametrize(
    "text",
    [
        "有😡玩偶吗", "🤮 孕吐吃这个可以吗", "笑死我了😡开玩笑的", "😠表情贴纸多少钱", "do you have the 😡 plush", "废物利用的花盆有吗", "智障人士用的轮椅有吗",
        "尼玛县能送吗", "我妈的手机号", "雷人的款", "草泥马毛绒玩具有吗", "广播体操怎么做", "神经病学的书有吗", "好气质的裙子", "[微笑]",
    ],
)  # fmt: skip
def test_goods_and_fun_are_none(reader: EmotionReader, text: str) -> None:
    assert reader.read(text).emotion != "negative"
