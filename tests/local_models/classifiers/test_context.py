"""Turns read after what was said just before them, and the exchanges that this was learned from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from local_models.classifiers.context import Combiner, Said, load_combiner, save_combiner
from local_models.classifiers.features import read_glance
from local_models.classifiers.head import Head, Reading, load_head
from local_models.classifiers.intents import LABELS, WEIGHTS, IntentReader, IntentReading
from local_models.classifiers.shipped_data import Exchange, read_exchanges
from local_models.classifiers.train_context import Example, Listener, add_up, train_combiner

EXCHANGES = [exchange for language in ("zh", "en") for exchange in read_exchanges(language)]
Talk = tuple[str, str]


@pytest.fixture(scope="module")
def reader() -> IntentReader:
    return IntentReader()


def hear(reader: IntentReader, text: str) -> Said | None:
    return reader.hear(read_glance(text)) if text else None


def read(reader: IntentReader, text: str, before: Talk = ("", "")) -> IntentReading:
    user, agent = (hear(reader, message) for message in before)
    return reader.read(text, read_glance(text), user=user, agent=agent)


@pytest.mark.parametrize(
    ("before", "text", "intent"),
    [
        (("我的钱还没有退回来", "您当时是怎么付款的呢"), "白条", "refund"),
        (("我要退货", "请问是什么原因呢"), "穿着太紧", "return_exchange"),
        (("帮我开张发票", "请提供一下抬头"), "个人", "invoice"),
        (("想取消订单", "请问为什么要取消呢"), "拍错了", "order_modify"),
        (("电视打不开", "请问买了多久了"), "刚一年多", "warranty"),
        (("包裹显示签收了我没拿到", "家里人有没有代收呢"), "都问过了没有", "logistics"),
        (("优惠券用不了", "页面提示什么呢"), "说不满足条件", "promotion"),
        (("登录不上", ""), "密码没错", "account"),
        (("我要退货", ""), "还没拆封", "return_exchange"),
        (("", "需要帮您申请退货吗"), "需要", "return_exchange"),
        (("where is my refund", "How did you pay?"), "paypal", "refund"),
        (("my laptop is broken", "When did you buy it?"), "last year", "warranty"),
    ],
)
def test_a_turn_that_does_not_say_its_matter_takes_it_from_what_was_said_before(
    reader: IntentReader, before: Talk, text: str, intent: str
) -> None:
    reading = read(reader, text, before)
    assert (reading.intent, reading.intents[0]) == (intent, intent)
    assert not reading.is_unsure


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我的快递到哪里了呢", "logistics"),
        ("我想退货怎么操作", "return_exchange"),
        ("帮我开一张公司的发票", "invoice"),
        ("退款什么时候到账啊", "refund"),
        ("转人工", "human_agent"),
        ("我要投诉你们", "complaint"),
        ("快点", "urge"),
        ("好的谢谢", "smalltalk"),
        ("没有了，再见", "smalltalk"),
    ],
)
def test_what_a_turn_says_clearly_is_never_overruled(
    reader: IntentReader, text: str, intent: str
) -> None:
    befores = [(one.user, one.agent) for one in EXCHANGES if one.language == "zh"][::3]
    assert {read(reader, text, before).intent for before in befores} == {intent}


def test_without_an_earlier_turn_the_reading_is_that_of_the_turn_alone(
    reader: IntentReader,
) -> None:
    one = load_head(WEIGHTS / "intent.npz")
    for text in ("白条", "退款什么时候到", "嗯那个就是说", "那怎么弄", "拍错了"):
        reading, main = read(reader, text), one.read(read_glance(text))
        assert not reading.is_from_context
        assert reading.confidence == main.confidence
        assert reading.intent == ("other" if main.is_unsure else main.label)


def test_a_reading_says_whether_what_came_before_decided(reader: IntentReader) -> None:
    before = ("我的钱还没有退回来", "您当时是怎么付款的呢")
    assert read(reader, "白条", before).is_from_context
    assert not read(reader, "我的退款什么时候到账", before).is_from_context


def test_after_mere_pleasantries_a_turn_means_what_it_means_alone(reader: IntentReader) -> None:
    for text in ("那个怎么弄", "退款什么时候到", "发票", "转人工", "谢谢"):
        reading = read(reader, text, ("你好", "您好，请问有什么可以帮您"))
        assert reading.intent == read(reader, text).intent


def test_heads_of_the_shipped_labels_are_read_in_context_in_any_order() -> None:
    one = load_head(WEIGHTS / "intent.npz")
    order = sorted(range(len(LABELS)), key=lambda at: LABELS[at])
    turned = IntentReader(_Turned(one, order))  # type: ignore[arg-type]
    before = ("我的钱还没有退回来", "您当时是怎么付款的呢")
    ours, theirs = read(IntentReader(), "白条", before), read(turned, "白条", before)
    assert (ours.intent, ours.intents) == (theirs.intent, theirs.intents)
    assert ours.confidence == pytest.approx(theirs.confidence, abs=1e-5)


class _Turned:
    """A head with its labels in another order."""

    def __init__(self, head: Head, order: list[int]) -> None:
        self._head, self._order = head, order
        self.labels = tuple(head.labels[at] for at in order)
        self.threshold, self.keys = head.threshold, head.keys

    def read(self, features: object) -> Reading:
        reading = self._head.read(features)  # type: ignore[arg-type]
        turned = [reading.probabilities[at] for at in self._order]
        return msgspec.structs.replace(reading, probabilities=turned)

    def chances(self, features: object) -> list[float]:
        chances = self._head.chances(features)  # type: ignore[arg-type]
        return [chances[at] for at in self._order]


def test_heads_of_other_labels_are_read_turn_by_turn() -> None:
    one = load_head(WEIGHTS / "intent.npz")
    reader = IntentReader(replace(one, labels=(*one.labels[:-1], "mine")))
    assert hear(reader, "我要退货") is None


def test_a_combiner_is_kept_in_one_file(tmp_path: Path) -> None:
    kept = load_combiner(WEIGHTS / "context.npz")
    save_combiner(kept, tmp_path / "context.npz")
    again = load_combiner(tmp_path / "context.npz")
    assert (again.labels, again.temperature) == (kept.labels, kept.temperature)
    assert np.array_equal(again.across, kept.across)


def test_the_same_exchanges_give_the_same_combiner_that_has_learned_them() -> None:
    listener = Listener()
    examples = [
        Example(exchange, line.text, line.intents[0])
        for exchange in EXCHANGES[:40]
        for line in exchange.turns
    ]
    sums = add_up(examples, listener)
    one, two = train_combiner(sums), train_combiner(sums)
    assert np.array_equal(one.inputs, two.inputs)
    assert _share_right(one, examples, listener) > 0.8


def _share_right(combiner: Combiner, examples: list[Example], listener: Listener) -> float:
    sums = add_up(examples, listener)
    said = combiner.scores(sums.by_label, sums.whole).argmax(1)
    return float((said == sums.targets.argmax(1)).mean())


def test_every_exchange_says_something_and_its_turns_have_known_labels() -> None:
    for one in EXCHANGES:
        assert one.user or one.agent
        assert one.about is None or one.about in LABELS
        assert one.turns and {intent for line in one.turns for intent in line.intents} <= set(
            LABELS
        )
        assert all(line.text == line.text.strip() != "" for line in one.turns)
        assert all(line.second in ("", *LABELS) for line in one.turns)


def test_no_turn_follows_one_exchange_twice() -> None:
    seen: dict[tuple[str, str, str], Exchange] = {}
    for one in EXCHANGES:
        for line in one.turns:
            assert seen.setdefault((one.user, one.agent, line.text), one) is one, line.text
        assert len({line.text for line in one.turns}) == len(one.turns), one


def test_every_intent_follows_exchanges_in_both_languages() -> None:
    for language in ("zh", "en"):
        turns = [line.intents[0] for one in read_exchanges(language) for line in one.turns]
        assert set(turns) == set(LABELS)


@pytest.mark.parametrize(
    ("before", "text", "intent"),
    [
        (("where is my parcel", "Which city is it going to?"), "Berlin", "logistics"),
        (("我的快递没到", "您在哪个城市？"), "北京", "logistics"),
        (("我的快递没到", "请问收件人姓名？"), "王伟", "logistics"),
        (
            ("I want to return something", "Which item would you like to return?"),
            "headphones",
            "return_exchange",
        ),
        (("I need an invoice", "How shall we send it?"), "by email", "invoice"),
        (("我要退货", "您要退哪件商品？"), "英语书", "return_exchange"),
        (("I want to return my shoes", "Anything else I can help with?"), "no", "smalltalk"),
        (("我想退款", "还有其他问题吗？"), "不用", "smalltalk"),
        (("我的退款", "好的"), "写一首关于秋天的七言绝句", "other"),
    ],
)
def test_a_bare_answer_belongs_to_the_talk_and_wanting_nothing_more_ends_it(
    reader: IntentReader, before: Talk, text: str, intent: str
) -> None:
    assert read(reader, text, before).intent == intent


ASKED_ZH = ("我想取消订单", "需要我帮您取消吗？")
ASKED_EN = ("my parcel has not come", "Did you check with your neighbours?")
TOLD = ("我的快递到哪了", "明天就能送到。")


@pytest.mark.parametrize(
    ("before", "text", "intent"),
    [
        *((ASKED_ZH, text, "order_modify") for text in ("确认", "确定", "没错", "对的", "对对", "嗯对", "是的", "嗯，是的", "当然", "要", "？", "?", "。。。", "…", "!")),
        *((ASKED_EN, text, "logistics") for text in ("yes I did", "Yes, I did.", "I did", "right", "correct", "that's right", "of course", "yes i have", "no", "No, I didn't", "?", "...")),
        (("我的退款还没到", "您的退款是退到支付宝吗？"), "没错", "refund"),
        (("我的退款还没到", "您的退款是退到支付宝吗？"), "不是", "refund"),
        (TOLD, "？", "logistics"),
        # Wanting nothing more and taking note end a talk.
        (("我想退款", "还有其他问题吗？"), "没有", "smalltalk"),
        (ASKED_ZH, "好的", "smalltalk"),
        (ASKED_ZH, "不用了", "smalltalk"),
        # What is not about anything leaves nothing to be about.
        (("你好", "请问有什么可以帮您？"), "？", "other"),
        (("hello", "How can I help you?"), "?", "other"),
        # Whoever says more says what it is about.
        (ASKED_ZH, "确认一下我的发票抬头改了没", "invoice"),
    ],
)  # fmt: skip
def test_a_yes_a_no_or_a_mark_after_a_question_is_about_what_was_asked(
    reader: IntentReader, before: Talk, text: str, intent: str
) -> None:
    assert read(reader, text, before).intent == intent


@pytest.mark.parametrize("text", ["?", "？", "??", "。。。", "...", "…", "……", "!", "？！", " ? "])
def test_marks_alone_say_little(reader: IntentReader, text: str) -> None:
    reading = read(reader, text)
    assert (reading.intent, reading.intents) == ("other", ("other",))
    assert reading.confidence < 0.5 and not reading.is_from_context
