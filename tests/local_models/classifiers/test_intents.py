"""The shipped intent heads, on sentences of every kind that the product must not get wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from local_models.classifiers.emotion import EmotionReader
from local_models.classifiers.features import read_features, read_glance
from local_models.classifiers.head import load_head
from local_models.classifiers.intents import GROUPS, LABELS, WEIGHTS, IntentReader, split_clauses
from local_models.classifiers.shipped_data import read_lines
from policies.signals import EMOTIONS, INTENT_GROUPS, INTENTS


@pytest.fixture(scope="module")
def reader() -> IntentReader:
    return IntentReader()


def intent_of(reader: IntentReader, text: str) -> str:
    return reader.read(text, read_features(text)).intent


def test_the_labels_are_those_that_policies_know() -> None:
    assert LABELS == INTENTS
    assert set(GROUPS) == set(INTENTS)
    assert set(GROUPS.values()) <= set(INTENT_GROUPS)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("到哪了", "logistics"),
        ("还没发货？", "urge"),
        ("能不能改下地址", "order_modify"),
        ("发票抬头开错了", "invoice"),
        ("我想退款", "refund"),
        ("你好，上周买的那个电饭煲，退款多久能到账啊", "refund"),
        ("收到的杯子是碎的，怎么换", "return_exchange"),
        ("优惠券用不了怎么回事", "promotion"),
        ("登录不上去了，收不到验证码", "account"),
        ("退货的运费谁出", "shipping_fee"),
        ("保修期是多久", "warranty"),
        ("我要投诉你们", "complaint"),
        ("转人工", "human_agent"),
        ("你好", "smalltalk"),
        ("这个有黑色的吗", "product_consult"),
        ("付款一直失败", "payment"),
        ("帮我查一下订单状态", "order_query"),
        ("where is my package", "logistics"),
        ("i want my money back", "refund"),
        ("please cancel my order", "order_modify"),
        ("can i talk to a real person", "human_agent"),
        ("write a python function that sorts a list", "other"),
        ("my laptop is broken", "warranty"),
        ("thanks a lot", "smalltalk"),
        ("great, thanks", "smalltalk"),
        ("understood", "smalltalk"),
        ("my card was charged twice", "payment"),
        ("do you have this in blue", "product_consult"),
        ("那收到货以后才能申请价保是吧", "promotion"),
        ("我这单怎么在待收货里面看不到了", "order_query"),
        ("给我打个电话吧，打字说不清楚", "human_agent"),
        ("那我现在要怎么操作呢", "other"),
        ("嗯嗯好的，麻烦你了", "smalltalk"),
    ],
)
def test_a_plain_wish_is_read(reader: IntentReader, text: str, intent: str) -> None:
    assert intent_of(reader, text) == intent


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_shipped_head_has_kept_what_it_learned_in_either_language(
    reader: IntentReader, language: str
) -> None:
    lines = [line for line in read_lines(language) if len(line.intents) == 1][::7]
    right = [intent_of(reader, line.text) in (*line.intents, line.second) for line in lines]
    assert sum(right) / len(right) > 0.93


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("帮我查下订单，顺便改一下收货地址", {"order_query", "order_modify"}),
        ("我要退款，另外发票也开错了", {"refund", "invoice"}),
        ("where is my package and can you send me the invoice", {"logistics", "invoice"}),
    ],
)
def test_several_wishes_in_one_turn_are_all_read(
    reader: IntentReader, text: str, intents: set[str]
) -> None:
    reading = reader.read(text, read_features(text))
    assert set(reading.intents) == intents
    assert reading.intents[0] == reading.intent


def test_a_parcel_that_is_to_be_refused_is_about_the_parcel_and_its_return(
    reader: IntentReader,
) -> None:
    text = "到时候快递来了我不签收可以吧"
    assert set(reader.read(text, read_features(text)).intents) == {"logistics", "return_exchange"}


def test_wishes_that_share_the_certainty_are_read_and_not_rejected() -> None:
    one = replace(load_head(WEIGHTS / "intent.npz"), threshold=1.1)
    reader = IntentReader(one)
    text = "我要退款，另外发票也开错了"
    reading = reader.read(text, read_features(text))
    assert set(reading.intents) == {"refund", "invoice"}
    assert not reading.is_unsure
    assert reader.read("我要退款", read_features("我要退款")).is_unsure


def test_a_turn_without_a_wish_yields_to_the_wish_beside_it(reader: IntentReader) -> None:
    text = "我这会儿在上班，然后就是上次那个东西，帮我把发票重新开一下"
    reading = reader.read(text, read_features(text))
    assert reading.intents == ("invoice",)
    assert (reading.intent, reading.group) == ("invoice", "handle")


@pytest.mark.parametrize(
    "text",
    ["草泥马", "滚", "尼玛", "去你妈的", "有病吧你", "智障", "操", "黑店！", "cnm", "bullshit", "wtf", "you idiots", "神经病"],
)  # fmt: skip
def test_an_insult_alone_is_a_complaint(reader: IntentReader, text: str) -> None:
    assert reader.read(text, read_features(text)).intent == "complaint"
    assert reader.likeliest(read_glance(text))[0] == "complaint"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("草泥马毛绒玩具多少钱", "product_consult"), ("滚筒洗衣机有货吗", "product_consult"), ("怎么退款啊傻逼", "refund"),
        ("这个操作", "other"), ("什么时候发货啊nmd", "logistics"),
    ],
)  # fmt: skip
def test_what_is_said_beside_an_insult_counts_and_names_of_things_are_none(
    reader: IntentReader, text: str, intent: str
) -> None:
    assert reader.read(text, read_features(text)).intent == intent


@pytest.mark.parametrize(
    "text",
    ["#E-s33", "#E-s[数字x]#E-s[数字x]", "[微笑][微笑]", "[OK]", "[好的]！", "/:rose", "/微笑", "[玫瑰] [玫瑰]"],
)  # fmt: skip
def test_faces_in_a_chat_windows_codes_are_small_talk(reader: IntentReader, text: str) -> None:
    assert reader.read(text, read_features(text), talk=()).intent == "smalltalk"
    assert reader.likeliest(read_glance(text), talk=())[0] == "smalltalk"


@pytest.mark.parametrize(
    ("text", "intent"), [("[金额x]", "other"), ("退款到账了[微笑]吗", "refund"), ("/", "other"), ("[发票]", "invoice")]
)  # fmt: skip
def test_words_beside_such_codes_and_other_codes_are_read(
    reader: IntentReader, text: str, intent: str
) -> None:
    assert reader.read(text, read_features(text), talk=()).intent == intent


def test_small_talk_beside_a_wish_is_no_second_intent(reader: IntentReader) -> None:
    text = "你好，谢谢，退款什么时候到账"
    assert reader.read(text, read_features(text)).intents == ("refund",)


def test_confidence_is_a_probability_and_an_unsure_reading_claims_nothing(
    reader: IntentReader,
) -> None:
    for text in ("退款", "嗯那个就是说", "asdkjh qwe zxc", "", "😀"):
        reading = reader.read(text, read_features(text))
        assert 0.0 <= reading.confidence <= 1.0
        if reading.is_unsure:
            assert (reading.intent, reading.intents, reading.group) == (
                "other",
                ("other",),
                "other",
            )


def test_clauses_split_at_marks_and_connectives() -> None:
    assert split_clauses("查订单，改地址") == ["查订单", "改地址"]
    assert split_clauses("track it and cancel it") == ["track it", "cancel it"]
    assert split_clauses("android") == ["android"]


def test_moods_are_those_that_policies_know() -> None:
    reader = EmotionReader()
    for text in ("你们太过分了，我很生气", "谢谢，服务真好", "发票怎么开"):
        assert reader.read(read_features(text)).emotion in EMOTIONS
    assert reader.read(read_features("")).emotion == "neutral"
    assert reader.read(read_features("你们太差劲了，垃圾")).emotion == "negative"
