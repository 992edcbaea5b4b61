"""What the writer of an e-mail says himself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from local_models.classifiers.mail import read_own_words

WISH = "Where is my order 88123?"
WISH_ZH = "订单88123到哪了？"

BENEATH = {
    "an answer to marked lines": "On Mon, 3 Nov 2026 at 10:12, Tom <tom@shop.example> wrote:\n> Your order 55512 was refunded.\n> Tom",
    "marks alone": "> Your order 55512 was refunded.\n>> I want a manager!",
    "escaped marks": "&gt; Your order 55512 was refunded.\n&gt; Tom",
    "a line that the mail program broke": "On Tue, Nov 3, 2026 at 4:15 PM Customer Care <\ncare@shop.example> wrote:\n\n> Order 55512\n",
    "no marks": "On Mon, 3 Nov 2026 at 10:12, Tom <tom@shop.example> wrote:\n\nYour order 55512 was refunded.",
    "masked addresses": "On Mon, 3 Nov 2026, <NAME_1> <<EMAIL_1>> wrote:\n> Order 55512",
    "Outlook": "From: Support\nSent: Monday\nTo: Ann\nSubject: RE: your complaint\n\nDear Ann, order 55512 is late.",
    "Outlook with a rule": "________________________________\nFrom: Shop <s@shop.example>\nDate: 4 November 2026\nSubject: Re: refund\n\nNo refund.",
    "a rule with words": "-----Original Message-----\nFrom: noreply@shop.example\nSent: 30 October\n\nInvoice 88-1234 for EUR 120.00.",
    "a forwarded mail": "---------- Forwarded message ---------\nFrom: Shop <s@shop.example>\n\nInvoice 88-1234.",
    "German": "Am 3. November 2026 um 10:12 schrieb Tom <tom@shop.example>:\n> Bestellung 55512",
    "a signature": "Kind regards,\nMaria Lopez\nComplaints Manager, Acme Ltd\nTel. +44 20 7946 0958 | maria@acme.example",
    "thanks above a name": "Thanks,\nPriya",
    "a farewell with a name": "With kind regards, Tom Hale",
    "cheers": "Cheers\nSue",
    "a telephone": "Sent from my iPhone",
    "dashes": "-- \nJane Roe\nhead of complaints",
    "a name and a number": "Paul Smith\nDirector, Lawsuit Finance Inc.\n+44 20 7946 0958",
    "a legal notice": "This e-mail and any attachments are confidential. If you are not the intended recipient, delete it.\n\nAny unauthorised use may result in legal action.",
    "a notice with a title": "CONFIDENTIALITY NOTICE: any complaint must be made to the ombudsman.",
    "all of it": "Best regards\nTom Hale\n\nThis e-mail is confidential and may be privileged.\n\nOn 1 Dec 2026, Support wrote:\n> Order 55512\n",
}  # fmt: skip
BENEATH_ZH = {
    "Apple": "在 2026年11月3日，下午4:15，客服 <kefu@shop.example> 写道：\n\n> 订单55512已退款\n",
    "Gmail": "客服中心 <kefu@shop.example> 于2026年11月4日周三 11:20写道：\n\n> 订单55512已退款",
    "QQ": '------------------ 原始邮件 ------------------\n发件人: "客服" <kefu@shop.example>;\n发送时间: 2026年11月2日\n主题: 您的投诉\n\n订单55512已退款',
    "NetEase": "---- 回复的原邮件 ----\n| 发件人 | 客服<kefu@shop.example> |\n| 日期 | 2026年11月2日 |\n| 主题 | 您的投诉 |\n订单55512",
    "Outlook": "发件人: 客服\n发送时间: 2026年11月2日\n收件人: 王\n主题: 回复: 投诉\n\n订单55512已退款",
    "traditional": "寄件者: 客服\n寄件日期: 2026年11月2日\n收件者: 王\n主旨: 回覆\n\n訂單55512已退款",
    "a signature": "此致\n敬礼\n\n王小明\n投诉部经理\n北京华兴贸易有限公司\n电话：010-62345678",
    "thanks above a name": "谢谢\n李娜",
    "wishes with a mark": "顺祝商祺！\n\n陈丽 | 法务主管",
    "a telephone": "发自我的iPhone",
    "a legal notice": "本邮件及其附件含有保密信息，仅限于收件人使用。如果您错收了本邮件，请立即删除，否则将追究法律责任。",
}


@pytest.mark.parametrize("beneath", BENEATH.values(), ids=BENEATH)
@pytest.mark.parametrize("above", ["", "Hello,\n\n", "Dear Maria Lopez,\n"])
def test_what_stands_under_a_wish_is_not_said(beneath: str, above: str) -> None:
    assert read_own_words(f"{above}{WISH}\n\n{beneath}") == WISH


@pytest.mark.parametrize("beneath", BENEATH_ZH.values(), ids=BENEATH_ZH)
@pytest.mark.parametrize("above", ["", "您好：\n\n", "尊敬的客服，\n"])
def test_what_stands_under_a_chinese_wish_is_not_said(beneath: str, above: str) -> None:
    assert read_own_words(f"{above}{WISH_ZH}\n\n{beneath}") == WISH_ZH


@pytest.mark.parametrize(
    ("mail", "own"),
    [
        ("> Which order?\n88123\n> Which item?\nthe lamp\n", "88123\nthe lamp"),
        ("> When did you order, and what?\n\nIn May, a lamp.", "In May, a lamp."),
        ("On Mon, 3 Nov 2026, Tom wrote:\n> Which one?\n\nThe red one.", "The red one."),
        (
            "-----Original Message-----\nFrom: Shop\nSent: Monday\nSubject: RE: Refund\n\nDear Bob, $20.00 for order 40021.\n\nHi, mine is 40022.",
            "Hi, mine is 40022.",
        ),
        (
            "-----Original Message-----\nFrom: Shop\nSent: Monday\n\nWhich order?\n\nKind regards,\nTom\n\nthe one of May",
            "the one of May",
        ),
    ],
)
def test_answers_below_and_between_are_his_own(mail: str, own: str) -> None:
    assert read_own_words(mail) == own


@pytest.mark.parametrize(
    "text",
    [
        "> Where is my order 88123?\n> It is late.",
        "-----Original Message-----\nFrom: a@b.example\nSubject: x\n\nWhere is my order 88123?",
        "Please see below.\n\n> Where is my order 88123?",
        "FYI\n\nOn Mon, 3 Nov 2026 at 10:12, Tom <t@b.example> wrote:\n> Hello",
        "请看下面\n\n> 我的订单88123到哪了",
        "Best regards,\nTom Hale",
        "\n\n\n",
        "> \n",
    ],
)
def test_where_nothing_of_his_own_is_left_all_is_read(text: str) -> None:
    assert read_own_words(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Please translate this e-mail:\n\nFrom: Bob <b@x.example>\nSent: Monday\n\nThe parcel is late.\nKind regards,\nBob",
        "Summarise the thread below\n\n> Where is my order?\n> It is late.",
        "What does the author mean in this passage?\n> It was the best of times, it was the worst of times",
        "Give me the key points.\n\nOn Mon, 3 Nov 2026 at 10:12, Tom <t@b.example> wrote:\n> Hello, we met and agreed.",
        "Write an e-mail to my landlord.\n\nKind regards,\nAnna Stone",
        "把下面这封邮件翻译成英文\n\n发件人: 客服 <k@b.example>\n发送时间: 2026年\n\n订单已退款",
        "x = 3\n>>> print(x)\n>>> 4\nwhy is this wrong?",
        "> npm install foo\nnpm ERR! code 1\nwhat is wrong?",
    ],
)
def test_a_text_to_work_on_is_read_as_it_stands(text: str) -> None:
    assert read_own_words(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Thanks,\nbut the parcel is still not here",
        "Where is it?\nThanks",
        "Where is it?\nThanks!",
        "Regards\n\nwhere is my order",
        "My regards to the team,\nbut where is it?",
        "> 5 kg parcels\ncan you ship those?",
        "Is that too much?\n> 30 days",
        "From: London\nTo: Paris\nDate: 3 Nov\nIs that train refundable?",
        "发件人：张三，北京\n收件人：李四，上海\n什么时候到？",
        "On Monday I wrote:\nwhere is my parcel\nand nobody answered",
        "我周一写道：\n包裹在哪\n没人回",
        "Please send it to my address:\n\nJohn Smith\n5 Elm Rd\nLeeds\n07700 900123",
        "The colours are\nRed\nBlue\nBest\nWhich is in stock?",
        "My order is late.\nRegards,\nA very unhappy customer",
        "I have this question:\ndoes it come in green?",
        "你好",
        "你好\n",
        "Saw the film yesterday.\n\nBest MCU movie.",
        "It works again.\nCheers for that",
        "I wait for the lamp.\nSincerely hope not in vain",
        "Please tell Tom.\nBest regards to all of you",
        "A line\n\n\n",
    ],
)
def test_his_own_words_stay(text: str) -> None:
    assert read_own_words(text) == text


def test_a_postscript_and_his_own_number_stay() -> None:
    mail = "I am waiting.\n\nYours faithfully,\nDr. H. Whitcombe\nBooking LIS-77812\n\nP.S. I love your shop."
    assert read_own_words(mail) == "I am waiting.\n\nBooking LIS-77812\n\nP.S. I love your shop."


@pytest.mark.parametrize(
    ("form", "own"),
    [
        ("Subject: Order 88123\nDate: 1 Dec\nBody: where is it?", "Order 88123\nwhere is it?"),
        ("Subject: Order 88123\n\nwhere is it?", "Order 88123\n\nwhere is it?"),
        (
            "Name: Anna\nOrder: 88123\nProblem: lid broken\nWish: new lid",
            "Order: 88123\nlid broken\nnew lid",
        ),
        ("主题：订单88123\n正文：到哪了？", "订单88123\n到哪了？"),
        (
            "From: ann@x.example\nTo: help@shop.example\nSubject: Invoice for order 88123\n\nCould you send it?",
            "Invoice for order 88123\n\nCould you send it?",
        ),
        ("From: a@x.example\nSubject: Re: your complaint\n\nCould you send it?", "Could you send it?"),
    ],
)  # fmt: skip
def test_of_a_form_the_values_are_said_and_the_labels_are_not(form: str, own: str) -> None:
    assert read_own_words(form) == own


def test_lines_of_every_system_are_read() -> None:
    assert (
        read_own_words("Hi\r\n\r\nWhere is it?\r\n\r\nKind regards,\r\nBob\r\n") == "Where is it?"
    )


HOSTILE: dict[str, Callable[[int], str]] = {
    "blank lines": lambda n: "\n" * n,
    "farewells": lambda n: "hello\n" + "Thanks,\n\n\n" * (n // 10),
    "those who wrote": lambda n: "hello\n" + "On 3 wrote wrote wrote: \n" * (n // 25),
    "heads": lambda n: "hello\n" + "From: x\n" * (n // 8),
    "one line": lambda n: "hello\n" + "re: " * (n // 4) + "\n> x",
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_are_read(make: Callable[[int], str]) -> None:
    assert read_own_words(make(200_000))


@pytest.mark.parametrize(
    ("turn", "own"),
    [
        ("耳机左边没声音，请帮我换一个。\n\n李娜\n2026年11月30日", "耳机左边没声音，请帮我换一个。"),
        ("退款还没到账，麻烦查一下\n以上，盼复。\n\n财务部 刘敏\n2026年11月30日\n分机 8021", "退款还没到账，麻烦查一下"),
        ("发票什么时候开？谢谢！\n李娜", "发票什么时候开？谢谢！"),
        ("请问何时发货。\n盼复。\n\n李娜", "请问何时发货。"),
        ("請儘快退款。\n\n陳怡君\n2026年11月30日", "請儘快退款。"),
        ("快递到了吗？\n\n上海明达贸易有限公司\n刘敏\n2026年11月30日", "快递到了吗？"),
        ("The kettle leaks. Please replace it.\n\nAnna Lee\n30 November 2026", "The kettle leaks. Please replace it."),
    ],
)  # fmt: skip
def test_a_name_and_a_day_at_the_end_sign_a_mail(turn: str, own: str) -> None:
    assert read_own_words(turn) == own


@pytest.mark.parametrize(
    "turn",
    [
        "收件人改成：\n李娜", "帮我改两个收件人。\n李娜\n王强", "李娜\n2026年11月30日", "请改收件人姓名。\n李娜", "我想改到这天。\n2026年12月3日",
        "乘客两位。\n李娜\n2026年11月30日", "我要的型号。\n\nAir Max", "我要这个。\n\n白菜", "红色的。\n\n白色",
    ],
)  # fmt: skip
def test_a_name_or_a_day_that_was_told_stays(turn: str) -> None:
    assert read_own_words(turn) == turn
