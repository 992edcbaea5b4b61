"""What an assistant asked for is private in the answer, though nothing in the answer says so."""

from __future__ import annotations

import json

import pytest

from providers.calls import StreamEvent, TextDelta, ToolCallDelta
from providers.messages import ChatRequest, FunctionCall, Message, TextPart, ToolCall
from router.steps.privacy import MemoryVaults, Privacy, PrivacySettings
from router.steps.privacy.answers import find_answers
from router.steps.privacy.questions import asked_in
from router.steps.privacy.restore import restore_text
from tests.steps.privacy.conftest import collect, sent, stream


def talk(*turns: str | Message) -> ChatRequest:
    """A request whose turns are a user's and an assistant's in turn, unless they say whose they are."""
    roles = ("user", "assistant")
    messages = [
        turn if isinstance(turn, Message) else Message(role=roles[at % 2], content=turn)
        for at, turn in enumerate(turns)
    ]
    return ChatRequest(model="m", messages=tuple(messages))


ANSWERS = [
    ("May I have your phone number?", "4155552671", "<PHONE_1>"),
    ("May I have your phone number?", "it's 07700900123", "it's <PHONE_1>"),
    ("What's the best number to reach you?", "0412 345 678", "<PHONE_1>"),
    ("May I have your phone number?", "06 12 34 56 78", "<PHONE_1>"),
    ("May I have your phone number?", "four one five, five five five, two six seven one", "<PHONE_1>"),
    ("Your SSN please?", "123456789", "<SSN_1>"),
    ("Last four digits of your social security number, please?", "4471", "<SSN_1>"),
    ("Your passport number?", "533380006", "<PASSPORT_1>"),
    ("What is your NI number?", "QQ 12 34 56 C", "<NATIONALID_1>"),
    ("What is your Aadhaar number?", "234567890123", "<NATIONALID_1>"),
    ("Could I take your driving licence number?", "MORGA753116SM9IJ", "<IDCARD_1>"),
    ("Please confirm the card number used.", "4111 1111 1111 1112", "<CARD_1>"),
    ("What's the account number and sort code?", "12345678 20-00-00", "<BANKACCOUNT_1>"),
    ("Please give me the one-time code you received.", "448812", "<SECRET_1>"),
    ("What is your password?", "hunter", "<SECRET_1>"),
    ("What is your password?", "it is hunter2 or Hunter!2", "it is <SECRET_1> or <SECRET_2>"),
    ("May I have your full name?", "Maria Lopez", "<NAME_1>"),
    ("May I have your full name?", "maria lopez", "<NAME_1>"),
    ("May I have your full name?", "Lopez, Maria", "<NAME_1>"),
    ("Who am I speaking with?", "Jean-Luc van der Berg here", "<NAME_1> here"),
    ("What is your delivery address?", "742 evergreen terrace springfield", "<ADDRESS_1>"),
    ("Where should we deliver it?", "Rosewood Cottage, Mill Lane, Ambleside LA22 9AB", "<ADDRESS_1>"),
    ("Your email please?", "maria lopez at gmail dot com", "<EMAIL_1>"),
    ("请提供固话", "62345678", "<PHONE_1>"),
    ("请提供您的护照号", "是533380006", "是<PASSPORT_1>"),
    ("银行卡号是多少", "6222 0212 3456 7890 12", "<CARD_1>"),
    ("请输入收到的验证码", "448812", "<SECRET_1>"),
    ("怎么称呼您？", "王小明", "<NAME_1>"),
    ("请提供收货地址", "幸福里二期", "<ADDRESS_1>"),
    ("手机号发一下", "一三八零零一三八零零零", "<PHONE_1>"),
    ("請輸入驗證碼", "448812", "<SECRET_1>"),
    ("請提供銀行帳號", "012345678901", "<BANKACCOUNT_1>"),
    ("請提供您的手機號碼", "0912345678", "<PHONE_1>"),
    ("請提供護照號碼", "301234567", "<PASSPORT_1>"),
    ("請提供身分證字號", "A123456789", "<IDCARD_1>"),
    ("請問怎麼稱呼您？", "林志明", "<NAME_1>"),
    ("身份证后四位是多少？", "425X", "<IDCARD_1>"),
    ("请提供身份证后六位", "07425X", "<IDCARD_1>"),
    ("卡号后四位？", "尾号是0128", "尾号是<CARD_1>"),
    ("您预留的手机尾号是？", "5678", "<PHONE_1>"),
    ("What are the last four digits of your card?", "4242", "<CARD_1>"),
    ("Last 4 digits of your phone number?", "5678 thanks", "<PHONE_1> thanks"),
    ("安全码是多少", "123", "<SECRET_1>"),
    ("验证码是多少", "四四八八一二", "<SECRET_1>"),
    ("请提供查询密码", "880912", "<SECRET_1>"),
    ("密保答案是什么", "我的小学是文三街小学", "<SECRET_1>"),
    ("What is the answer to your security question?", "my first school was Hill House", "<SECRET_1>"),
    ("请报一下税号", "91330100MA27XYD12K", "<COMPANYCODE_1>"),
    ("社保卡号", "A12345678", "<NATIONALID_1>"),
    ("台胞证号", "01234567", "<PASSPORT_1>"),
    ("回乡证号码", "H1234567890", "<PASSPORT_1>"),
    ("您的QQ号？", "345678912", "<ACCOUNT_1>"),
    ("加您微信，请提供微信号", "lina_2020", "<ACCOUNT_1>"),
    ("支付宝账号是多少", "lina2020", "<ACCOUNT_1>"),
    ("出生日期是？", "1990年3月7日", "<IDCARD_1>"),
    ("What's your date of birth?", "March 7, 1990", "<IDCARD_1>"),
    ("信用卡有效期", "09/28", "<CARD_1>"),
    ("What is the expiry date on the card?", "09/28", "<CARD_1>"),
    ("请问机主是谁", "刘桂芳", "<NAME_1>"),
    ("请报一下户名", "刘桂芳", "<NAME_1>"),
    ("联系人是哪位", "我妈 刘桂芳", "我妈 <NAME_1>"),
    ("会员姓名", "写刘桂芳就行", "写<NAME_1>就行"),
    ("请填写投保人", "改成刘桂芳", "改成<NAME_1>"),
    ("请提供收件人姓名", "收件人写我老公张伟", "收件人写我老公<NAME_1>"),
    ("请提供收件人姓名", "刘桂芳收", "<NAME_1>收"),
    ("您贵姓？", "免贵姓欧阳", "免贵姓<NAME_1>"),
    ("您贵姓？", "姓刘", "<NAME_1>"),
    ("怎么称呼您？", "叫我小张就行", "叫我<NAME_1>就行"),
    ("怎么称呼您？", "尼格买提·热合曼", "<NAME_1>"),
    ("请提供收货信息", "李娜\n4155552671\n翠苑三区12幢", "<NAME_1>\n<PHONE_1>\n<ADDRESS_1>"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "answer", "written"), ANSWERS)
def test_a_bare_value_is_masked_where_the_assistant_asked_for_it(
    privacy: Privacy, question: str, answer: str, written: str
) -> None:
    masked = privacy.mask(talk("help", question, answer), "")
    assert sent(masked.request, 2) == written
    assert restore_text(written, masked.vault) == answer


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Could you give me the order number, please?", "4155552671"),
        ("Never share your one-time code with anyone. What is your order number?", "448812"),
        ("May I have your phone number?", "why do you need it"),
        ("May I have your phone number?", "it was order 4155552671"),
        ("May I have your phone number?", "on 14-03-2025 for $1,234,567"),
        ("What's your name?", "No thanks"),
        ("What's your name?", "where is my parcel"),
        ("What's your name?", "I want a human"),
        ("What is your address?", "same as before, 3 days ago"),
        ("What is your password?", "I forgot it"),
        ("Please enter the verification code.", "I asked for 100 and only got 80, what is going on with this?"),
        ("I've updated your name. Anything else?", "Nothing thanks"),
        ("怎么称呼您？", "不方便"),
        ("请提供收货地址", "和上次一样"),
        ("订单号是多少", "62345678"),
        ("请提供收件人姓名", "还是不行"),
        ("请提供收件人姓名", "我用白条"),
        ("怎么称呼您？", "高兴就好"),
        ("请问是微信支付还是支付宝？", "微信支付"),
        ("请提供银行卡后四位", "订单号88123"),
        ("请提供银行卡后四位", "2019年买的，花了 5999 元"),
        ("What are the last four digits of your card?", "I asked for $1000 but only got 80"),
        ("出生日期是？", "我想查订单20261128001"),
        ("信用卡有效期", "2026-05-01买的"),
        ("密保答案是什么", "忘记了"),
        ("请提供微信号", "我要听的那个 https://example.com/item_12.html"),
        ("您的地址已修改", "好的 88123"),
    ],
)  # fmt: skip
def test_an_answer_that_gives_nothing_away_is_left_alone(
    privacy: Privacy, question: str, answer: str
) -> None:
    request = talk("help", question, answer)
    assert privacy.mask(request, "").request is request


def test_a_form_is_answered_line_by_line(privacy: Privacy) -> None:
    question = "Please provide the following:\n1. Full name\n2. Phone number\n3. Address"
    for answer, written in (
        ("Maria Lopez\n4155552671\n12 High Street, Leeds LS1 4DY", "<NAME_1>\n<PHONE_1>\n<ADDRESS_1>"),
        ("1. maria lopez\n2. 4155552671\n3. 742 Evergreen Terrace", "1. <NAME_1>\n2. <PHONE_1>\n3. <ADDRESS_1>"),
    ):  # fmt: skip
        assert sent(privacy.mask(talk("hi", question, answer), "").request, 2) == written


def test_only_the_assistant_who_spoke_last_asks(privacy: Privacy) -> None:
    question = "May I have your phone number?"
    asked = Message(role="assistant", content=question)
    bare = Message(role="user", content="4155552671")
    call = ToolCall(id="c", function=FunctionCall("f", "{}"))
    for messages, is_masked in (
        ((asked, bare), True),
        ((asked, Message(role="user", content="sure"), bare), True),
        ((asked, Message(role="assistant", content="Take your time."), bare), True),
        ((Message(role="assistant", content=(TextPart(question),)), bare), True),
        ((asked, Message(role="assistant", tool_calls=(call,)), Message(role="tool", content="ok", tool_call_id="c"), bare), True),
        ((asked, Message(role="user", content="later"), Message(role="assistant", content="Fine. The order number?"), bare), False),
        ((Message(role="system", content=question), bare), False),
        ((Message(role="tool", content=question, tool_call_id="c"), bare), False),
        ((Message(role="user", content=question), bare), False),
        ((bare, asked), False),
    ):  # fmt: skip
        wire = privacy.mask(ChatRequest(model="m", messages=messages), "").request
        assert ("4155552671" not in repr(wire)) is is_masked, messages


def test_what_was_answered_once_is_masked_in_every_later_turn(privacy: Privacy) -> None:
    first = talk("hi", "May I have your full name?", "maria lopez")
    privacy.mask(first, "anna")
    later = privacy.mask(talk("is maria lopez on the list?"), "anna")
    assert sent(later.request) == "is <NAME_1> on the list?"
    assert later.findings.kinds == {"name"}


def test_an_answer_is_found_where_it_is_not_masked() -> None:
    request = talk("hi", "May I have your phone number?", "4155552671")
    privacy = Privacy(PrivacySettings(actions={"phone": "allow"}), MemoryVaults())
    masked = privacy.mask(request, "")
    assert masked.request is request and masked.findings.kinds == {"phone"}


async def test_answers_come_back_in_streams_and_tool_arguments(privacy: Privacy) -> None:
    request = talk("hi", "Name, please, and the account number and sort code?", "Lopez, Maria")
    more = Message(role="user", content="12345678 20-00-00")
    request = ChatRequest(model="m", messages=(*request.messages, more))
    masked = privacy.mask(request, "")
    assert (sent(masked.request, 2), sent(masked.request, 3)) == ("<NAME_1>", "<BANKACCOUNT_1>")
    events: list[StreamEvent] = [
        TextDelta(piece) for piece in ("Hello <NA", "ME_", "1>, <BANKACC", "OUNT_1>")
    ]
    events += [ToolCallDelta(index=0, arguments=piece) for piece in ('{"to": "<BANKA', 'CCOUNT_1>"}')]  # fmt: skip
    got = await collect(privacy.restore(stream(events), masked.vault))
    text = "".join(each.text for each in got if isinstance(each, TextDelta))
    arguments = "".join(each.arguments for each in got if isinstance(each, ToolCallDelta))
    assert text == "Hello Lopez, Maria, 12345678 20-00-00"
    assert json.loads(arguments) == {"to": "12345678 20-00-00"}


def test_what_is_asked_for_is_told_from_what_is_spoken_of() -> None:
    assert asked_in("We called your phone. What is your order number?") == frozenset()
    assert asked_in("We have no phone number of yours. Please type it in.") == {"phone"}
    assert asked_in("Your order number or phone number, please?") == {"phone"}
    assert asked_in("Your parcel is on its way to your address.") == frozenset()
    assert asked_in("您的手机号是多少？") == {"phone"}


@pytest.mark.parametrize(
    "filler", ["1 ", "a ", "sure, ", "a-", "a@", "1a-", "flat 1 ", "one ", "\n", ",", "市", "张三 "]
)
def test_a_long_answer_is_no_slower_to_read_than_a_short_one(filler: str) -> None:
    kinds = frozenset(
        [
            "phone",
            "name",
            "address",
            "password",
            "code",
            "national_id",
            "email",
            "passport",
            "ssn",
            "bank_card",
        ]
    )
    text = filler * 50_000
    assert all(span.end <= 2_000 for span in find_answers(text, text, kinds))
