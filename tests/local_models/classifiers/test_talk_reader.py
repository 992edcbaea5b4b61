"""Turns read by the words of what was said before them, and the talks that this was learned from."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from local_models.classifiers.features import read_glance, spell_glance
from local_models.classifiers.intents import LABELS, IntentReader
from local_models.classifiers.shipped_data import Message, Talk, read_fragments, read_talks
from local_models.classifiers.talk_reader import (
    ROOM,
    UNKNOWN,
    WEIGHTS,
    Before,
    Cutter,
    TalkReader,
    load_talk,
    save_talk,
)
from local_models.classifiers.train_talk import (
    Material,
    Row,
    draw,
    fragment_rows,
    shorten,
    talk_rows,
)

LEARNED = ("zh", "en")
KEPT_BACK = (
    "dev", "zh_blind", "en_blind", "zh_hurried_blind", "en_hurried_blind", "hk_blind", "tw_blind", "learners_blind",
)  # fmt: skip
TALKS = {name: read_talks(name) for name in (*LEARNED, *KEPT_BACK)}
READ_RIGHTLY = 0.6
"""Of a stranger's turns that follow something; labellers agree on nine of ten."""


@pytest.fixture(scope="module")
def reader() -> TalkReader:
    return TalkReader.load()


@pytest.fixture(scope="module")
def intents() -> IntentReader:
    return IntentReader()


def before(*messages: str) -> list[Before]:
    """Messages from the oldest on, customer's but for those that begin with "A:"; given newest first."""
    return [
        Before(not text.startswith("A:"), spell_glance(text.removeprefix("A:")))
        for text in reversed(messages)
    ]


def weigh(reader: TalkReader, turn: str, *messages: str) -> str:
    chances = reader.weigh(spell_glance(turn), before(*messages))
    assert sum(chances) == pytest.approx(1.0, abs=1e-4)
    return reader.labels[chances.index(max(chances))]


def test_the_shipped_reader_knows_the_shipped_intents(reader: TalkReader) -> None:
    assert reader.labels == LABELS


@pytest.mark.parametrize(
    ("messages", "turn", "intent"),
    [
        (("我要退货", "A:请问您要退几件呢"), "两件", "return_exchange"),
        (("帮我开发票", "A:请问是个人还是单位呢", "单位", "A:请提供一下税号"), "发你了", "invoice"),
        (
            ("我的快递到哪了", "A:亲，显示在途中呢", "还要几天", "A:大概两天"),
            "后天我不在家",
            "logistics",
        ),
        (("空调不制冷了", "A:请问买了多久了呢", "去年夏天"), "是不是要加氟", "warranty"),
        (("can i get a refund", "A:How did you pay?"), "with my visa card", "refund"),
        (
            ("the kettle i bought stopped working", "A:When did you buy it?"),
            "back in march",
            "warranty",
        ),
        (("我的快递到哪了", "A:亲，显示在途中呢"), "好的谢谢", "smalltalk"),
    ],
)
def test_a_turn_takes_its_matter_from_the_talk(
    reader: TalkReader, messages: tuple[str, ...], turn: str, intent: str
) -> None:
    assert weigh(reader, turn, *messages) == intent


@pytest.mark.parametrize("name", KEPT_BACK)
def test_strangers_talks_are_read(reader: TalkReader, name: str) -> None:
    rows = [row for row in talk_rows(TALKS[name]) if row.before]
    right = 0
    for row in rows:
        chances = reader.weigh(row.text, row.before)
        right += reader.labels[chances.index(max(chances))] == row.intent
    assert right / len(rows) >= READ_RIGHTLY


def test_intents_go_by_words_where_the_talk_is_told(intents: IntentReader) -> None:
    messages = ("帮我开发票", "A:请问是个人还是单位呢", "单位", "A:请提供一下税号")
    agent, user = (intents.hear(read_glance(each.text)) for each in before(*messages)[:2])
    turn = "发你了"
    with_words = intents.read(
        turn, read_glance(turn), user=user, agent=agent, talk=before(*messages)
    )
    assert (with_words.intent, with_words.is_from_context) == ("invoice", True)
    without = IntentReader(by_word=False)
    told = without.read(turn, read_glance(turn), user=user, agent=agent, talk=before(*messages))
    untold = intents.read(turn, read_glance(turn), user=user, agent=agent)
    assert told == untold


def test_a_clear_turn_is_not_overruled(intents: IntentReader) -> None:
    messages = ("我的快递到哪了", "A:亲，显示在途中呢")
    agent, user = (intents.hear(read_glance(each.text)) for each in before(*messages))
    turn = "帮我开一张增值税专用发票"
    read = intents.read(turn, read_glance(turn), user=user, agent=agent, talk=before(*messages))
    assert read == intents.read(turn, read_glance(turn))


def test_short_turns_after_nothing_are_read_by_their_words_and_long_ones_are_not(
    intents: IntentReader,
) -> None:
    short, long = "这要自己出钱不", "我想问一下之前跟你们说的那个事情现在到底是一个什么样的情况呢"
    told = intents.read(short, read_glance(short), talk=())
    assert not told.is_from_context
    assert told.confidence != intents.read(short, read_glance(short)).confidence
    assert intents.read(long, read_glance(long), talk=()) == intents.read(long, read_glance(long))


def test_a_turn_that_tells_a_story_is_read_without_the_words(intents: IntentReader) -> None:
    messages = ("我的快递到哪了", "A:亲，显示在途中呢")
    agent, user = (intents.hear(read_glance(each.text)) for each in before(*messages))
    turn = "是这样的，" + "我昨天晚上下班回家以后又看了一下，" * 3 + "想想还是说一声"
    told = intents.read(turn, read_glance(turn), user=user, agent=agent, talk=before(*messages))
    assert told == intents.read(turn, read_glance(turn), user=user, agent=agent)


def test_a_long_talk_keeps_what_is_newest(reader: TalkReader) -> None:
    said = before(*["A:您好，很高兴为您服务，请问有什么可以帮您的呢", "我买的冰箱"] * 30)
    cutter = Cutter(load_talk(WEIGHTS).pieces, load_talk(WEIGHTS).scores)
    laid = cutter.lay(spell_glance("不制冷"), said)
    assert 3 < len(laid) < len(said)
    assert sum(map(len, laid)) <= ROOM
    assert reader.weigh("不制冷", said) == reader.weigh("不制冷", said[: len(laid) - 1])
    assert sum(map(len, cutter.lay("字" * 600, before("字" * 600)))) <= ROOM
    assert UNKNOWN in cutter.cut("ꙮ")


def test_any_text_is_read(reader: TalkReader) -> None:
    rng = random.Random(0)
    for size in (0, 1, 7, 300):
        text = "".join(chr(rng.randrange(32, 0x11000)) for _ in range(size)).replace("\ud800", "")
        chances = reader.weigh(text, [Before(False, text), Before(True, "")])
        assert len(chances) == len(LABELS)
        assert np.isfinite(chances).all()


def test_a_reader_comes_back_as_it_was_saved(tmp_path: Path, reader: TalkReader) -> None:
    save_talk(load_talk(WEIGHTS), tmp_path / "again.npz")
    again = TalkReader.load(tmp_path / "again.npz")
    said = before("我要退货", "A:请问您要退几件呢")
    assert again.weigh("两件", said) == reader.weigh("两件", said)
    np.savez(tmp_path / "other.npz", scale=np.zeros(3))
    with pytest.raises(ValueError, match=r"other\.npz is no reader of talks"):
        load_talk(tmp_path / "other.npz")


@pytest.mark.parametrize("name", TALKS)
def test_every_customers_message_has_an_intent_of_ours(name: str) -> None:
    for talk in TALKS[name]:
        for message in talk.messages:
            assert message.text.strip()
            assert bool(message.intent) == message.is_customers
            assert {message.intent, message.second} <= {"", *LABELS}
            assert not message.second or message.second != message.intent


def test_no_talk_of_the_strangers_is_learned() -> None:
    def told(names: tuple[str, ...]) -> set[tuple[str, ...]]:
        return {
            tuple(each.text for each in talk.messages) for name in names for talk in TALKS[name]
        }

    assert not told(LEARNED) & told(KEPT_BACK)


def test_turns_are_learned_after_all_or_some_of_what_was_said_before() -> None:
    talk = Talk((
        Message(True, "退货", "return_exchange"), Message(False, "几件"), Message(True, "两件", "return_exchange"),
        Message(True, "钱呢", "refund", "return_exchange"),
    ))  # fmt: skip
    first, second, third = talk_rows([talk])
    assert first.before == ()
    assert second.before == (Before(False, "几件"), Before(True, "退货"))
    assert (third.intent, third.second, len(third.before)) == ("refund", "return_exchange", 3)
    assert shorten(third.before, 1) == (Before(True, "两件"),)
    assert shorten(third.before, 2) == third.before


def test_a_pass_takes_every_turn_of_the_talks_and_a_part_of_the_rest() -> None:
    names = ("talks", "fragments", "exchanges", "lines")
    rows = {name: [Row(name, (), "other")] * 20 for name in names}
    drawn = [row.text for row in draw(Material(**rows), random.Random(0))]
    assert [drawn.count(name) for name in names] == [20, 20, 5, 7]
    assert Material(**rows).texts() == sorted(names)


def test_customers_messages_are_learned_bare_and_answers_with_their_courtesy() -> None:
    talk = Talk((
        Message(True, "你好，發飄幾時開俾我呀，唔該晒", "invoice"), Message(False, "亲，您好，是電子發票，謝謝"),
        Message(True, "oder number pls, thanks", "order_query"),
    ))  # fmt: skip
    first, second = talk_rows([talk])
    assert first.text == "发票什么时候开给我呀"
    assert second.text == "order number"
    assert [each.text for each in second.before] == ["亲,您好,是电子发票,谢谢", first.text]


def test_fragments_are_the_talks_turns() -> None:
    said = {each.text for name in LEARNED for talk in TALKS[name] for each in talk.messages}
    alone = fragment_rows()
    assert len(alone) > 43_000 and all(row.before == () and row.intent in LABELS for row in alone)
    texts = [line.text for tongue in LEARNED for line in read_fragments(tongue)]
    assert sum(text in said for text in texts) / len(texts) > 0.99
