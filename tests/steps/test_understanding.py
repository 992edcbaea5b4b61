"""The understanding step: from a chat request to signals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import pytest
import yaml
from msgspec import Raw
from msgspec.structs import replace

from local_models.classifiers.context import Said
from local_models.classifiers.features import Features
from local_models.classifiers.head import save_head
from local_models.classifiers.intents import LABELS, IntentReader
from local_models.classifiers.network import Schedule
from local_models.classifiers.train import retrain
from local_models.classifiers.training import Recipe, one_hot, train_head
from policies.conditions import Condition
from policies.facts import Facts
from policies.implications import EVERY_IMPLICATION, choose_implications, show
from policies.questions import build_condition
from policies.schema import ConditionDoc
from policies.signals import Caller, Signals
from policies.values import parse_zone
from providers.messages import (
    AudioPart,
    ChatRequest,
    Function,
    ImagePart,
    ImageUrl,
    JsonSchema,
    Message,
    ResponseFormat,
    TextPart,
    Tool,
)
from router.measuring import estimate_prompt
from router.steps.understanding import Understanding, read_before
from tests.policies.worlds import AROUND, make_model


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return Understanding()


def ask(*turns: str) -> ChatRequest:
    return ChatRequest(
        model="auto", messages=tuple(Message(role="user", content=turn) for turn in turns)
    )


def read(understanding: Understanding, *turns: str) -> Signals:
    return understanding.read(ask(*turns))


@pytest.mark.parametrize(
    ("typed", "simple"),
    [
        ("幫我查下快遞到哪裡了，順便開張發票", "帮我查下快递到哪里了，顺便开张发票"),
        ("優惠券怎麼用不了並且我還要退款", "优惠券怎么用不了并且我还要退款"),
        ("機器壞了，責任在你們，煩死了，經理叫來", "机器坏了，责任在你们，烦死了，经理叫来"),
        ("證明根號2是無理數", "证明根号2是无理数"),
        ("三個禮拜了還沒發貨，真行", "三个礼拜了还没发货，真行"),
        ("謝謝，鋪貨很快", "谢谢，铺货很快"),
    ],
)
def test_traditional_characters_are_read_like_simplified_ones(
    understanding: Understanding, typed: str, simple: str
) -> None:
    told, known = read(understanding, typed), read(understanding, simple)
    assert [len(values) for values in told.slots.values()] == [
        len(values) for values in known.slots.values()
    ]
    alike = {"slots": known.slots, "prompt_tokens": 0, "tokens_by_family": {}}
    assert replace(told, **alike) == replace(known, **alike)


def test_a_refund_question_is_read_whole(understanding: Understanding) -> None:
    signals = read(understanding, "你好，订单<ORDER_1>的退款99元什么时候到账？")
    assert signals.intent == "refund"
    assert signals.intents == ("refund",)
    assert signals.intent_group == "handle"
    assert signals.intent_confidence > 0.5
    assert signals.language == "zh"
    assert signals.slots["order_number"] == ("<ORDER_1>",)
    assert signals.slots["amount"] == ("99元",)
    assert signals.turns == 1 and not signals.is_reask and not signals.is_escalation


def test_the_last_user_turn_decides_and_a_later_assistant_turn_does_not_hide_it(
    understanding: Understanding,
) -> None:
    request = ChatRequest(
        model="auto",
        messages=(
            Message(role="system", content="投诉 投诉 投诉"),
            Message(role="user", content="发票怎么开"),
            Message(role="assistant", content="在订单页里申请。"),
            Message(role="user", content="那快递到哪了"),
            Message(role="assistant", content=None),
        ),
    )
    signals = understanding.read(request)
    assert signals.intent == "logistics"
    assert signals.turns == 2


def talk(*messages: tuple[Literal["user", "assistant"], str]) -> ChatRequest:
    return ChatRequest(
        model="auto",
        messages=tuple(Message(role=role, content=content) for role, content in messages),
    )


def test_a_turn_within_a_talk_is_read_after_what_was_said_before_it(
    understanding: Understanding,
) -> None:
    whole = talk(
        ("user", "发票怎么开"),
        ("assistant", "在订单页里申请。"),
        ("user", "我的退款一直没到"),
        ("assistant", "您当时是怎么付款的呢？"),
        ("user", "白条"),
    )
    signals = understanding.read(whole)
    assert (signals.intent, signals.intent_from_context) == ("refund", True)
    assert signals.intent_group == "handle"
    alone = read(understanding, "白条")
    assert (alone.intent, alone.intent_from_context) == ("payment", False)


def test_what_came_just_before_is_the_user_turn_and_the_last_answer_to_it() -> None:
    said = talk(
        ("user", "发票"), ("assistant", "好的"), ("user", "退货"),
        ("assistant", "稍等"), ("assistant", "什么原因"), ("user", "太大"),
    )  # fmt: skip
    assert read_before(said.messages) == ("退货", "什么原因")
    assert read_before(said.messages[:3]) == ("发票", "好的")
    assert read_before(said.messages[:1]) == ("", "")
    assert read_before(talk(("assistant", "您好"), ("user", "在吗")).messages) == ("", "您好")
    assert read_before(talk(("user", "退货"), ("user", "太大")).messages) == ("退货", "")
    assert read_before(()) == ("", "")


def test_a_long_answer_is_kept_by_its_head_and_tail() -> None:
    user, agent = read_before(talk(("assistant", "答" * 50_000), ("user", "好")).messages)
    assert user == "" and len(agent) < 700


def test_earlier_messages_are_heard_once_however_long_the_talk_goes_on() -> None:
    heard: list[str] = []

    class Counting(IntentReader):
        def hear(self, features: Features) -> Said | None:
            heard.append(features.text)
            return super().hear(features)

    reader = Understanding(intents=Counting())
    first = talk(("user", "我要退货"), ("assistant", "什么原因"), ("user", "太大"))
    reader.read(first)
    reader.read(first)
    assert sorted(heard) == sorted(["我要退货", "什么原因"])
    more = (
        *first.messages,
        Message(role="assistant", content="拆了吗"),
        Message(role="user", content="没"),
    )
    reader.read(ChatRequest(model="auto", messages=more))
    assert len(heard) == 4
    reader.read(ask("我要退货"))
    assert len(heard) == 4


@pytest.mark.parametrize(
    ("turns", "language"),
    [
        (("我上周买的东西想退款", "nike air max"), "zh"),
        (("我上周买的东西想退款", "88812345678"), "zh"),
        (("我上周买的东西想退款", "？？？", "XL", "ok"), "zh"),
        (("我上周买的东西想退款", "Where is it?"), "en"),
        (("我上周买的东西想退款", "Where is it?", "XL"), "en"),
        (("我上周买的东西想退款", "¿Dónde está mi pedido?", "12345"), "other"),
        (("Where is my order?", "12345"), "en"),
        (("Where is my order?", "我要退款"), "zh"),
        (("12345", "XL"), "en"),
    ],
)
def test_a_turn_that_is_no_sentence_is_in_the_language_of_the_talk(
    understanding: Understanding, turns: tuple[str, ...], language: str
) -> None:
    assert read(understanding, *turns).language == language


def test_only_what_the_user_says_tells_the_language_of_a_talk(understanding: Understanding) -> None:
    whole = talk(("user", "退款"), ("assistant", "Which order is it about?"), ("user", "12345"))
    assert understanding.read(whole).language == "zh"


def test_a_request_without_a_user_turn_is_read_as_nothing(understanding: Understanding) -> None:
    signals = understanding.read(
        ChatRequest(model="auto", messages=(Message(role="system", content="你是客服"),))
    )
    assert signals.emotion == "neutral" and signals.turns == 1 and signals.difficulty == 0.0


def test_asking_again_more_angrily_is_seen_over_the_turns(understanding: Understanding) -> None:
    signals = read(
        understanding,
        "我的退款什么时候到账",
        "谢谢你",
        "我的退款到底什么时候到账，你们太过分了，我要投诉",
    )
    assert signals.is_reask and signals.is_escalation
    assert signals.emotion == "negative" and signals.emotion_intensity > 0.0
    assert signals.emotion_trend < 0.0
    assert signals.turns == 3


def say(*said: str) -> ChatRequest:
    """The customer and the assistant in turn; "a|b" is said in two messages."""
    roles: tuple[Literal["user", "assistant"], ...] = ("user", "assistant")
    messages = [
        Message(role=roles[at % 2], content=line)
        for at, lines in enumerate(said)
        for line in lines.split("|")
    ]
    return ChatRequest(model="auto", messages=tuple(messages))


@pytest.mark.parametrize(
    "said",
    [
        ("I want to speak to a manager", "Please give me your order number first.", "88123"),
        ("I want to speak to a manager", "I can help you myself. What is it about?", "no"),
        ("I want to speak to a manager", "Shall I connect you?", "yes please"),
        ("I'm going to sue you", "I'm sorry.", "give me my 300 dollars back"),
        ("转人工", "请问您要咨询什么问题", "退款", "请提供订单号", "88123456"),
        ("my tv is broken|I want to speak to a manager|now",),
        ("i want|to speak|to a manager",),
    ],
)
def test_a_call_for_a_person_stands_until_it_is_settled(
    understanding: Understanding, said: tuple[str, ...]
) -> None:
    assert understanding.read(say(*said)).is_escalation


@pytest.mark.parametrize(
    "said",
    [
        ("I want to speak to a manager", "A manager will call you today.", "ok"),
        ("I want to speak to a manager", "What is it about?", "never mind, you do it"),
        ("human please", "Your parcel arrives tomorrow.", "great, thank you so much"),
        ("get me a manager|never mind",),
        ("转人工", "需要为您转人工吗", "不用了"),
        ("我要投诉你们", "主管会在两小时内给您回电。", "好的"),
        (
            "I'll sue you", "I'm sorry.", "where is my parcel", "On its way.", "how much is shipping to Norway",
            "Five euros.", "do you have the blue shoes in size 42",
        ),
        ("where is my parcel", "On its way.", "thanks"),
        ("I want to talk to a manager", "It'll be there today at 5pm. Anything else?", "nope that's everything"),
        ("我要投诉", "已补发，请问还有其他问题吗", "没有了，谢谢"),
        ("再不退款我就报警", "已退", "已经收到退款了"),
        ("If it's not here by Friday I'll sue", "Has it arrived?", "yes got it today"),
    ],
)  # fmt: skip
def test_what_settles_a_call_ends_it(understanding: Understanding, said: tuple[str, ...]) -> None:
    assert not understanding.read(say(*said)).is_escalation


@pytest.mark.parametrize(
    "text",
    ["I'll go to the police", "final notice before I go to court", "I'll put this on social media", "打市长热线", "法庭見"],
)  # fmt: skip
def test_a_threat_is_a_complaint_and_said_to_the_shop(
    understanding: Understanding, text: str
) -> None:
    signals = understanding.read(say(text))
    assert signals.is_escalation and not signals.is_off_topic
    assert signals.intent == "complaint" and signals.emotion != "positive"


@pytest.mark.parametrize(
    ("text", "moods"),
    [
        ("Put me through to your supervisor", ("neutral", "negative")),
        ("Real person please.", ("neutral", "negative")),
        ("叫店长出来", ("neutral", "negative")),
        ("I'll never buy here again", ("negative",)),
        ("thanks a lot for nothing", ("negative",)),
        ("thanks for getting me a manager", ("positive",)),
    ],
)
def test_who_calls_or_threatens_is_not_glad(
    understanding: Understanding, text: str, moods: tuple[str, ...]
) -> None:
    assert understanding.read(say(text)).emotion in moods


def test_what_is_denied_in_cantonese_is_no_wish(understanding: Understanding) -> None:
    assert "complaint" not in understanding.read(say("我唔係要投訴")).intents
    assert "human_agent" not in understanding.read(say("唔使轉真人，你答我就得")).intents


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("i want a refund|for order 88123|pls", "refund"),
        ("where is my parcel|order 88123", "logistics"),
        ("do you have this in blue|size M", "product_consult"),
        ("is there a discount code|for students", "promotion"),
        ("how much is shipping to norway|hello?", "shipping_fee"),
        ("i want a refund|also change my address", "order_modify"),
        ("where is my parcel|actually never mind, i need an invoice instead", "invoice"),
        ("hi|good morning", "smalltalk"),
        ("我要退款|快点", "refund"),
        ("我的快递到哪了|订单号88123456", "logistics"),
        ("快递到哪了|算了，我想改地址", "order_modify"),
        ("密码忘了|登不上去了|在吗", "account"),
    ],
)
def test_messages_in_a_row_are_said_together_and_the_newest_wish_leads(
    understanding: Understanding, said: str, intent: str
) -> None:
    assert understanding.read(say(said)).intent == intent


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("请问您是哪天下单的呢", "5月3号"),
        ("请问您付了多少钱呢", "199"),
        ("When did you order?", "on 3 May"),
        ("How much did you pay?", "$45.20"),
    ],
)
def test_a_talk_goes_on_after_a_day_or_a_sum_was_asked_for(
    understanding: Understanding, question: str, answer: str
) -> None:
    said = ("我的订单还没到", question, answer, "ok", "what now")
    messages = tuple(
        Message(role="assistant" if at % 2 else "user", content=text)
        for at, text in enumerate(said)
    )
    assert understanding.read(ChatRequest(model="auto", messages=messages)).turns == 3


def test_of_messages_in_a_row_the_strongest_mood_counts(understanding: Understanding) -> None:
    angry = understanding.read(say("you useless idiots|where is it"))
    assert angry.emotion == "negative" and angry.intents == ("logistics", "complaint")
    glad = understanding.read(say("This is useless|oh wait it works now!! amazing, thank you"))
    assert glad.emotion == "positive" and "complaint" not in glad.intents


def test_a_long_message_or_an_answer_between_is_said_apart(understanding: Understanding) -> None:
    letter = "This is a terrible shop and I am angry. " * 6
    assert understanding.read(say(f"{letter}|where is my parcel")).emotion == "neutral"
    assert (
        understanding.read(say("you idiots", "Sorry.", "where is my parcel")).emotion == "neutral"
    )


@pytest.mark.parametrize(
    "text",
    [
        "No complaints here, can I order the same again?",
        "not a complaint, just a question about delivery",
        "my complaint has been resolved, please close the case",
        "I'm not angry, I just need the invoice",
        "不是投诉",
        "没有要投诉的意思，就问下什么时候发货",
        "投诉已经解决了，谢谢",
    ],
)
def test_a_complaint_that_is_denied_is_none(understanding: Understanding, text: str) -> None:
    signals = read(understanding, text)
    assert "complaint" not in signals.intents and signals.emotion != "negative"


@pytest.mark.parametrize(
    "text",
    [
        "I'm not angry, I'm disappointed",
        "this is not a complaint, it is a formal notice",
        "I don't want to complain but your driver was rude and threw my parcel",
    ],
)
def test_a_denial_hides_no_real_complaint(understanding: Understanding, text: str) -> None:
    signals = read(understanding, text)
    assert "complaint" in signals.intents or signals.emotion == "negative"


def test_tools_schema_and_images_become_needs(understanding: Understanding) -> None:
    request = ChatRequest(
        model="auto",
        messages=(
            Message(
                role="user",
                content=(
                    TextPart(text="这个坏了吗"),
                    ImagePart(image_url=ImageUrl(url="https://x.invalid/a.png")),
                    AudioPart(input_audio=Raw(b"{}")),
                ),
            ),
        ),
        tools=(Tool(function=Function(name="find", parameters=Raw(b'{"type":"object"}'))),),
        response_format=ResponseFormat(type="json_schema", json_schema=JsonSchema(name="answer")),
        max_tokens=77,
        stream=True,
    )
    signals = understanding.read(request, frozenset({"phone"}))
    assert signals.needs == {"tools", "json_schema", "vision", "audio"}
    assert signals.modalities == {"text", "image", "audio"}
    assert signals.max_output_tokens == 77 and signals.is_stream
    assert signals.pii == {"phone"}


def test_tools_that_may_not_be_called_are_no_need(understanding: Understanding) -> None:
    request = ChatRequest(
        model="auto",
        messages=(Message(role="user", content="hi"),),
        tools=(Tool(function=Function(name="find")),),
        tool_choice="none",
        response_format=ResponseFormat(type="json_object"),
    )
    assert understanding.read(request).needs == {"json_mode"}


def test_tokens_count_history_tools_and_schema() -> None:
    plain = estimate_prompt(ask("where is my order"))
    longer = estimate_prompt(ask("where is my order", "it is number 12345"))
    tool = Tool(
        function=Function(name="find", description="find an order", parameters=Raw(b"{}" * 50))
    )
    with_tool = estimate_prompt(
        ChatRequest(model="auto", messages=ask("where is my order").messages, tools=(tool,))
    )
    assert plain < longer and plain < with_tool


def test_a_long_document_and_code_are_flagged(understanding: Understanding) -> None:
    assert read(understanding, "请总结这份合同：" + "甲方应当按期付款。" * 400).has_long_document
    assert read(understanding, "```python\nprint(1)\n```").has_code


def test_reading_is_a_pure_function_of_the_request(understanding: Understanding) -> None:
    request = ask("退款", "我的退款呢", "帮我查订单，顺便开发票")
    assert (
        understanding.read(request) == understanding.read(request) == Understanding().read(request)
    )


def test_a_hundred_kilobytes_are_read_without_a_stall(understanding: Understanding) -> None:
    for text in ("退款" * 50_000, "refund " * 15_000, "a" * 100_000, "<" * 100_000):
        assert read(understanding, text).prompt_tokens > 1_000


def test_heads_of_one_s_own_replace_the_shipped_ones(tmp_path: Path) -> None:
    labels = ("loan", "card")
    texts, names = (
        ["我想贷款", "贷款利率", "信用卡丢了", "办信用卡"] * 5,
        ["loan"] * 2 + ["card"] * 2,
    )
    recipe = Recipe(schedule=Schedule(hidden=4, epochs=30, rate=0.03, batch=8), networks=1)
    save_head(
        train_head(texts, one_hot(names * 5, labels), labels, recipe), tmp_path / "intent.npz"
    )
    signals = read(Understanding.from_folder(tmp_path), "我想贷款")
    assert signals.intent == "loan" and signals.intent_group == "other"
    assert signals.emotion == "neutral"


@pytest.mark.parametrize(
    "text",
    [
        "¿Dónde está mi pedido?", "Je voudrais retourner cet article", "Ich möchte mein Geld zurück", "Vertel me waar mijn pakket is", "gdzie jest moje zamówienie",
        "返品したいのですが", "환불해 주세요", "Где мой заказ?", "أين طلبي؟", "मेरा ऑर्डर कहाँ है", "คำสั่งซื้อของฉันอยู่ที่ไหน", "Tôi muốn hoàn tiền",
    ],
)  # fmt: skip
def test_of_languages_that_nobody_taught_it_the_reader_knows_nothing(
    understanding: Understanding, text: str
) -> None:
    signals = read(understanding, text)
    assert signals.is_unsure and (signals.intent, signals.intent_confidence) == ("other", 0.0)
    assert (signals.emotion, signals.emotion_confidence, signals.sarcasm) == ("neutral", 0.0, 0.0)
    assert signals.difficulty == 0.5


def test_links_placeholders_numbers_and_english_are_no_strange_words(
    understanding: Understanding,
) -> None:
    for text in ("https://item.example.com/item.htm?id=123", "<PHONE_1>", "12345", "+86 139", "Where is my order?", "iPhone 15 Pro Max"):  # fmt: skip
        signals = read(understanding, text)
        assert not signals.is_unsure and signals.difficulty < 0.5


TALKS = (
    ("你们什么态度，我要投诉",), ("真行啊，拖了我半个月，我要投诉",), ("快递员态度很好，还送上楼",), ("Great service, thank you!",),
    ("退款什么时候到账，另外帮我开张发票，地址也改一下，还有优惠券怎么用",), ("你好",), ("",), ("   ",), ("🦄",), ("asdf qwer zxcv",),
    ("Wo ist mein Paket? Ich warte seit drei Wochen.",), ("Prove that the square root of 2 is irrational.",), ("哦",), ("是的",),
    ("我的快递到哪了", "快递现在在哪里"), ("怎么退款", "谢谢", "太慢了！！！垃圾"), ("白条", "要"), ("人工", "人工"), ("oh lovely, broken again",),
    ("太好了，又一次按时没有到货，你们真棒",), ("I want a refund and an invoice, and where is my parcel?",), ("今天天气不错，帮我查下订单",),
    ("求极限 lim x->0 sin x / x",), ("-" * 6_000,), ("很" * 2_000,), ("refund", "", "refund"), ("没事了", "好的", "嗯", "行", "再见"),
)  # fmt: skip


def test_readers_never_say_together_what_policies_are_told_cannot_be(
    understanding: Understanding,
) -> None:
    greeting = Message(role="assistant", content="您好，请问要退款吗？")
    picture = ImagePart(ImageUrl("https://example.com/a.png"))
    seen = Message(role="user", content=(TextPart("这是什么"), picture))
    heard = Message(role="user", content=(AudioPart(Raw(b'{"data":"AAAA","format":"mp3"}')),))
    requests = [
        *(ask(*turns) for turns in TALKS),
        *(replace(ask(*turns), messages=(greeting, *ask(*turns).messages)) for turns in TALKS),
        *(ChatRequest(model="auto", messages=(each,)) for each in (seen, heard, greeting)),
        replace(ask("JSON"), response_format=ResponseFormat(type="json_object")),
        ask(*["在吗"] * 60),
    ]
    asked = (
        "turns: at least 50",
        "tokens: 7",
        "quality: {of: m, is: above 0.5}",
        "difficulty: 0.7",
    )
    hot = [condition(each) for each in asked]
    known, _ = choose_implications(hot, {"m": 0.6}, by_our_readers=True, has_shipped_intents=True)
    told = dict.fromkeys((*EVERY_IMPLICATION, *known))
    assert len(told) > 25
    met = dict.fromkeys(told, 0)
    models = {"m": make_model("m", quality=0.6)}
    for request in requests:
        facts = Facts(understanding.read(request), Caller(), AROUND, models)
        for each in told:
            if condition(show(each.given)).holds(facts):
                met[each] += 1
                assert condition(show(each.then)).holds(facts), (str(each), facts.signals)
    unmet = [str(each) for each, times in met.items() if not times]
    assert all("video" in each or "json_schema" in each for each in unmet), unmet


def condition(written: str) -> Condition:
    doc = None if written == "every request" else yaml.safe_load(f"{{{written}}}")
    return build_condition(doc and ConditionDoc.model_validate(doc), parse_zone("UTC"))


def test_emoji_alone_are_smalltalk(understanding: Understanding) -> None:
    for text in ("🦄", "👍👍👍", "🥳 🎈", "💐"):
        assert read(understanding, text).intent == "smalltalk"
    assert not read(understanding, "   ").is_unsure


@pytest.mark.parametrize(
    "text",
    [
        "快递员态度很好，还送上楼",
        "师傅安装得很仔细，很满意",
        "You guys are awesome",
        "质量很好，下次还会再买",
    ],
)
def test_praise_is_no_complaint(understanding: Understanding, text: str) -> None:
    signals = read(understanding, text)
    assert signals.emotion == "positive" and "complaint" not in signals.intents
    assert signals.intent_group != "complaint"


def test_a_complaint_stays_one_whatever_else_is_said(understanding: Understanding) -> None:
    for text in ("你们什么态度，我要投诉", "真行啊，拖了我半个月，我要投诉"):
        assert "complaint" in read(understanding, text).intents


def test_with_labels_of_one_s_own_no_shipped_intent_is_mixed_in_and_clauses_are_read(
    tmp_path: Path,
) -> None:
    rows = [{"text": lead + wish, "label": label} for label, wish in OWN for lead in LEADS]
    data = tmp_path / "rows.jsonl"
    data.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    retrain("intent", data, tmp_path / "out")
    own = Understanding.from_folder(tmp_path / "out")
    assert own.intents == ("card_lost", "loan", "other")
    assert read(own, "我要投诉你们把我的信用卡弄丢了").intents == ("card_lost",)
    assert set(read(own, "我的信用卡丢了，另外我想贷款").intents) == {"card_lost", "loan"}
    assert Understanding().intents == LABELS


OWN = (
    ("loan", "我想贷款"), ("loan", "贷款利率是多少"), ("loan", "怎么申请贷款"),
    ("card_lost", "信用卡丢了"), ("card_lost", "我的卡被偷了"), ("card_lost", "卡找不到了"),
)  # fmt: skip
LEADS = ("", "你好，", "请问", "麻烦，", "hi ")


@pytest.mark.parametrize(
    ("wish", "mail"),
    [
        (
            "I have been waiting for three weeks and nobody answers. Where is order 88123?",
            "Hello,\n\n{}\n\nKind regards,\nMaria Lopez\nComplaints Manager, Acme Ltd\n\nThis e-mail is confidential. Unauthorised use may result in legal action.\n\n"
            "On Mon, 1 Dec 2026 at 10:12, Support <s@shop.example> wrote:\n> We refunded $20.00 for order 55512 on 3 March.\n> I want to speak to your manager!\n",
        ),
        (
            "请问订单88123什么时候发货？",
            "您好：\n\n{}\n\n此致\n敬礼\n王小明\n投诉部经理\n\n------------------ 原始邮件 ------------------\n发件人: 客服\n发送时间: 2026年11月2日\n主题: 您的投诉\n\n订单55512已退款20元，我要找你们经理",
        ),
    ],
)
def test_a_mail_is_read_like_the_wish_in_it(
    understanding: Understanding, wish: str, mail: str
) -> None:
    told, bare = read(understanding, mail.format(wish)), read(understanding, wish)
    assert told.prompt_tokens > bare.prompt_tokens
    assert replace(told, prompt_tokens=0, tokens_by_family={}) == replace(
        bare, prompt_tokens=0, tokens_by_family={}
    )


def test_earlier_mails_count_by_what_the_user_said(understanding: Understanding) -> None:
    quote = "\n\nKind regards,\nAnn\n\n> This is the worst shop ever, I am furious!\n> Where is order 55512?"
    mails = read(understanding, f"Where is my order?{quote}", f"Where is my order now?{quote}")
    bare = read(understanding, "Where is my order?", "Where is my order now?")
    assert (mails.is_reask, mails.emotion_trend) == (bare.is_reask, bare.emotion_trend)
    assert (mails.intent, mails.slots) == (bare.intent, bare.slots)


def test_code_in_a_quotation_and_a_long_quotation_are_still_in_the_request(
    understanding: Understanding,
) -> None:
    quoted = "\n> ".join(
        ["```python\n> import os\n> def f(x):\n>     return x\n> ```", *["what we wrote"] * 500]
    )
    signals = read(understanding, f"Did that help?\n\nBest,\nAnn\n\n> {quoted}")
    assert signals.has_code and signals.has_long_document


def test_a_mail_to_be_worked_on_is_no_wish_of_its_reader(understanding: Understanding) -> None:
    signals = read(
        understanding,
        "Please translate this e-mail into French:\n\nFrom: Bob <b@x.example>\nSent: Monday\n\nWhere is my order?\n\nKind regards,\nBob",
    )
    assert signals.is_off_topic


def test_an_order_number_stays_known_until_another_is_named_or_meant(
    understanding: Understanding,
) -> None:
    begun: list[tuple[Literal["user", "assistant"], str]] = [
        ("user", "my parcel hasn't arrived"),
        ("assistant", "Could you give me the order number, please?"),
        ("user", "88123, I bought it on 3 May"),
        ("assistant", "Thank you, I look it up."),
    ]

    def slots(*more: tuple[Literal["user", "assistant"], str]) -> dict[str, tuple[str, ...]]:
        return dict(understanding.read(talk(*begun, *more)).slots)

    assert slots(("user", "and when will it come")) == {"order_number": ("88123",)}
    assert slots(("user", "sorry, it is order 99124"))["order_number"] == ("99124",)
    assert "order_number" not in slots(("user", "I have another order as well"))
    assert slots(("user", "typo, 88132"), ("assistant", "Sure."), ("user", "is it late?")) == {
        "order_number": ("88132",)
    }
    wrong = [("user", "单号错了，是88132"), ("assistant", "好的"), ("user", "到哪了")]
    assert slots(*wrong) == {"order_number": ("88132",)}  # type: ignore[arg-type]
    meant = [("user", "I mean a different order"), ("assistant", "Sure."), ("user", "is it late?")]
    assert "order_number" not in slots(*meant)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("turn", "is_off_topic"),
    [
        ("is that working days or calendar days", False),
        ("what happens to the toaster after that", False),
        ("是工作日还是自然日", False),
        ("write me a poem about that", True),
        ("which of these is a noble gas? A. Oxygen B. Neon C. Nitrogen", True),
        ("who won the world cup in 1998", True),
    ],
)
def test_what_goes_on_with_a_talk_is_on_its_topic(
    understanding: Understanding, turn: str, is_off_topic: bool
) -> None:
    answered = "You get the refund within 3-5 days after the parcel reaches us."
    before = [("user", "I want to return this toaster, it is broken"), ("assistant", answered)]
    read = understanding.read(talk(*before, ("user", turn)))  # type: ignore[arg-type]
    assert read.is_off_topic is is_off_topic
