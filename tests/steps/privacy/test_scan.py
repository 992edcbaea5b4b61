"""Which words and numbers are private, and which are not."""

from __future__ import annotations

import time

import pytest

from router.steps.privacy import MemoryVaults, Privacy, PrivacySettings, redact
from router.steps.privacy import scan as scan_module
from router.steps.privacy.restore import restore_text
from router.steps.privacy.scan import scan
from tests.steps.privacy.conftest import ask, sent

PRIVATE = [
    ("phone", "13812345678", "我的手机13812345678打不通"),
    ("phone", "138 1234 5678", "电话是138 1234 5678"),
    ("phone", "138-1234-5678", "138-1234-5678"),
    ("phone", "+8613812345678", "+8613812345678"),
    ("phone", "+86 138-1234-5678", "call +86 138-1234-5678 please"),
    ("phone", "008613812345678", "008613812345678"),
    ("phone", "１３８１２３４５６７８", "电话１３８１２３４５６７８。"),
    ("phone", "(415) 555-0134", "My number is (415) 555-0134."),
    ("phone", "415-555-0134", "415-555-0134"),
    ("phone", "+44 20 7946 0958", "ring +44 20 7946 0958"),
    ("phone", "4155550134", "my phone: 4155550134"),
    ("landline", "010-62345678", "座机010-62345678"),
    ("landline", "057156781234", "电话057156781234"),
    ("landline", "0755-26001234", "0755-26001234转8001"),
    ("id_card", "11010119900307123X", "身份证11010119900307123X"),
    ("id_card", "110101 19900307 1233", "110101 19900307 1233"),
    ("id_card", "110101199003071233", "校验位不对的110101199003071233也算"),
    ("id_card", "110101900307123", "身份证号110101900307123"),
    ("bank_card", "6222021234567890128", "卡号6222021234567890128"),
    ("bank_card", "4111 1111 1111 1111", "4111 1111 1111 1111"),
    ("bank_card", "378282246310005", "my amex 378282246310005"),
    ("email", "li.ming+shop@example.com.cn", "发到li.ming+shop@example.com.cn谢谢"),
    ("passport", "E12345678", "护照E12345678"),
    ("passport", "EA1234567", "EA1234567"),
    ("passport", "x1234567", "my passport number is x1234567"),
    ("plate", "京A12345", "车牌京A12345"),
    ("plate", "粤BD12345", "粤BD12345"),
    ("plate", "沪A·88X66", "沪A·88X66"),
    ("company_code", "91350211M000100Y43", "税号91350211M000100Y43"),
    ("ip", "192.168.1.20", "from 192.168.1.20 today"),
    ("ip", "2001:db8:85a3::8a2e:370:7334", "2001:db8:85a3::8a2e:370:7334"),
    ("ssn", "078-05-1120", "SSN 078-05-1120"),
    ("iban", "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 32"),
    ("secret", "sk-proj-abcdef1234567890", "key sk-proj-abcdef1234567890"),
    ("secret", "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ("secret", "github_pat_11ABCDEFG0123456789_abcd", "token github_pat_11ABCDEFG0123456789_abcd"),
    ("secret", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"),
    ("secret", "hunter2!", "my password is hunter2!"),
    ("secret", "Abc12345", "密码是Abc12345"),
    ("secret", "bob:s3cret", "postgres://bob:s3cret@db.internal/x"),
    ("account", "abc_12345", "加我微信abc_12345"),
    ("account", "123456789", "QQ号：123456789"),
    ("national_id", "QQ123456C", "my NI number is QQ123456C"),
    ("national_id", "QQ 12 34 56 C", "NI number QQ 12 34 56 C please"),
    ("national_id", "AB123456C", "AB123456C"),
    ("national_id", "046 454 286", "SIN 046 454 286"),
    ("national_id", "2345 6789 0123", "2345 6789 0123"),
    ("national_id", "234567890124", "my aadhaar number is 234567890124"),
    ("national_id", "ABCDE1234F", "PAN ABCDE1234F"),
    ("national_id", "ABCPE1234F", "ABCPE1234F"),
    ("bank_account", "20-00-00", "sort code 20-00-00 account 12345678"),
    ("bank_account", "12345678", "sort code 20-00-00 account 12345678"),
    ("bank_account", "12345678", "12345678, sort code 20-00-00"),
    ("bank_account", "021000021", "wire it to routing 021000021"),
    ("bank_account", "0012345678", "acct 0012345678"),
    ("bank_account", "114-3941689-8772232", "my account number is 114-3941689-8772232"),
    ("bank_account", "12345678901", "银行账号 12345678901"),
    ("secret", "448812", "OTP 448812"),
    ("secret", "448812", "the code is 448812"),
    ("secret", "448-812", "the code I received is 448-812"),
    ("secret", "448 812", "one-time passcode: 448 812"),
    ("secret", "G-448812", "my verification code is G-448812"),
    ("secret", "4471", "my pin is 4471"),
    ("secret", "123", "cvv 123"),
    ("secret", "448812", "动态码 448812"),
    ("secret", "448812", "验证码448812"),
    ("secret", "8821", "校验码：8821"),
    ("secret", "Sunny123!", "login maria.lopez pw Sunny123!"),
    ("name", "李娜", "我叫李娜，上周买的"),
    ("name", "欧阳若曦", "收货人：欧阳若曦"),
    ("name", "王伟", "姓名王伟电话多少"),
    ("name", "张三丰", "联系人张三丰，"),
    ("name", "赵敏", "赵敏女士您好"),
    ("name", "王伟", "王伟，13812345678"),
    ("name", "John Smith", "My name is John Smith and I"),
    ("name", "Sara O'Neil", "Dear Sara O'Neil,"),
    ("name", "Anna Müller", "this is Anna Müller from Berlin"),
    ("address", "浙江省杭州市西湖区文三路12号翠苑小区3栋2单元501室", "寄到浙江省杭州市西湖区文三路12号翠苑小区3栋2单元501室，别错"),
    ("address", "海淀区中关村大街27号", "我住在海淀区中关村大街27号"),
    ("address", "上海市浦东新区世纪大道100号", "地址：上海市浦东新区世纪大道100号"),
    ("address", "龙山镇慈东滨海区海丰北路602号后面蓝色大门", "收货地址：龙山镇慈东滨海区海丰北路602号后面蓝色大门，谢谢"),
    ("address", "1600 Pennsylvania Avenue NW", "ship to 1600 Pennsylvania Avenue NW"),
    ("address", "221 Baker Street, London", "send it to 221 Baker Street, London"),
    ("address", "12 High Street, Leeds LS1 4DY", "to 12 High Street, Leeds LS1 4DY please"),
    ("address", "12 high street, leeds ls1 4dy", "send to 12 high street, leeds ls1 4dy please"),
    ("address", "10 Downing Street\nLondon\nSW1A 2AA", "10 Downing Street\nLondon\nSW1A 2AA\nThanks"),
    ("address", "Flat 3, 88 Oak Avenue, Manchester", "Flat 3, 88 Oak Avenue, Manchester"),
    ("address", "Flat 3, Rose Court, 88 Oak Avenue, Manchester M1 1AE", "to Flat 3, Rose Court, 88 Oak Avenue, Manchester M1 1AE"),
    ("address", "Flat 12/3, 5 Great Western Terrace Glasgow G12 0UP", "Flat 12/3, 5 Great Western Terrace Glasgow G12 0UP"),
    ("address", "Apt 4B, 350 5th Ave New York 10118", "Apt 4B, 350 5th Ave New York 10118"),
    ("address", "Unit 7, 12 Mill Road, Cambridge CB1 2AD", "it is Unit 7, 12 Mill Road, Cambridge CB1 2AD"),
    ("address", "2nd floor, 14 Elm Grove, Hove BN3 1AB", "2nd floor, 14 Elm Grove, Hove BN3 1AB"),
    ("address", "12 The Gables, Ambleside, LA22 9AB", "12 The Gables, Ambleside, LA22 9AB"),
    ("address", "100 King St W, Toronto, ON M5V 2T6", "100 King St W, Toronto, ON M5V 2T6"),
    ("address", "PO Box 1234, Austin TX 78701", "PO Box 1234, Austin TX 78701"),
    ("name", "Pepper", "Dr. Pepper will see you at ten"),
    ("name", "Strange", "my appointment with Dr. Strange was moved"),
    ("name", "Brown", "Dr. Brown called me"),
    ("name", "Price", "Mr Price said so"),
    ("secret", "Abc12345", "密码Abc12345登不上去"),
    ("secret", "880912", "支付密码880912"),
    ("secret", "Abc12345", "账号lina2020密码Abc12345"),
    ("secret", "Abc54321", "旧密码Abc12345 新密码Abc54321"),
    ("secret", "Abc12345", "密码改成Abc12345了"),
    ("secret", "Abc12345", "密码一直是Abc12345"),
    ("secret", "Abc12345", "密码（Abc12345）"),
    ("secret", "sunshine", "密码是sunshine"),
    ("secret", "Abc12345", "my password was Abc12345"),
    ("secret", "Abc12345", "password changed to Abc12345"),
    ("secret", "8809", "pin码 8809 忘了"),
    ("landline", "0571-88881234", "地址电话：杭州市西湖区文三路90号 0571-88881234"),
    ("address", "杭州市西湖区文三路90号", "地址：杭州市西湖区文三路90号0571-88881234"),
    ("phone", "13812345678", "寄杭州市西湖区文三路90号 13812345678"),
    ("landline", "02079460958", "send to 221 Baker Street, London 02079460958"),
    ("phone", "一三七零零零零幺幺幺幺", "手机一三七零零零零幺幺幺幺"),
    ("phone", "幺三七零零零零一一一一", "打幺三七零零零零一一一一"),
    ("phone", "138 1234五六七八", "我的号码 138 1234五六七八"),
    ("phone", "four one five five five five two six seven one", "my phone is four one five five five five two six seven one"),
    ("id_card", "4258", "我的身份证尾号4258"),
    ("id_card", "07425X", "身份证后六位07425X"),
    ("bank_card", "0128", "银行卡后四位是0128"),
    ("phone", "5678", "手机尾号5678"),
    ("bank_card", "4242", "my card ending in 4242 was charged"),
    ("ssn", "4471", "the last four of my SSN are 4471"),
    ("phone", "5678", "last 4 digits of my phone number 5678"),
    ("id_card", "A123456(7)", "香港身份证 A123456(7)"),
    ("national_id", "A12345678", "社保卡号A12345678"),
    ("passport", "H1234567890", "回乡证H1234567890"),
    ("phone", "13812345678", "订单号忘了，13812345678"),
    ("phone", "13812345678", "订单 13812345678"),
    ("name", "李娜", "乘机人：李娜"),
    ("name", "李娜", "机主李娜"),
    ("name", "李娜", "被保险人 李娜"),
    ("name", "李娜", "就诊人：李娜"),
    ("name", "李娜", "买家：李娜要退货"),
    ("name", "李娜", "学员 李娜"),
]  # fmt: skip

HARMLESS = [
    "订单20240817123456789012一直没发货",
    "订单号123456789012345678，帮我查一下",
    "订单DD1234567890123456",
    "运单号SF1234567890123到哪了",
    "金额9111.72元，2024年8月17日下的单",
    "2024-08-17 11:34:35 order 1234567890",
    "The invoice number 4155550134 is wrong",
    "货号E1234567还有吗",
    "北京到上海的快递要几天",
    "李子和杨梅都烂了，要求退款",
    "我是老客户，我是黄金会员",
    "南京路步行街好逛吗",
    "3号发货还是8月5号发货？5楼有货吗",
    "买3件200元减50，第2件半价",
    "version 1.2.3.4 is out",
    "I am French and this is urgent",
    "I'm sorry, this is not what I ordered",
    "password reset does not work",
    "打10086没人接，400-820-8820也没人接",
    "比例是12:30:45",
    "新IPHONE什么时候到货",
    "谢谢师傅，安装师傅很辛苦，找商家退款",
    "我们在二楼吃饭，郊区都能到市中心",
    "do you ship to Hungary? I AM MISSING CASH",
    "发票号码：10342543，Copyright 联系我们 1999-2008",
    "高兴！何时能到？方便吗？",
    "the number of my booking is 4155552671",
    "the number of my booking is 415-555-2671",
    "tracking no is 4155552671",
    "my order's number is 4155552671",
    "my tracking number is 114-3941689-8772232",
    "my customer number is 4155552671",
    "part no. 800-555-1234",
    "预约号码是4155552671",
    "订单号码是88886666，会员号码：88887777",
    "promo code is 448812, error code is 50012, discount code SAVE20",
    "do you deliver to pin code 560001? opinion 1234",
    "the shopping pin came 5 times, verification code 3 times",
    "验证码一直没收到，订单88123",
    "my account since 2019, my account 2024-08-17",
    "order AB123456C and serial ABCPE1234F",
    "order 2345 6789 0123",
    "I ordered 2 shirts, do you deliver to LS1 4DY?",
    "unit 7 is broken, flat 3 too",
    "Do you have Dr. Martens 1460 in size 8? Is Dr Pepper in the meal deal?",
    "The Miss Dior perfume I bought smells off, my Mr. Coffee machine stopped working",
    "do you sell Mrs. Meyer's soap, Mr. Clean refills, Dr. Scholl's insoles or Dr. Jart cream",
    "Mr Potato Head is missing parts and Mr. Robot season 2 skips",
    "Mrs Brown's Boys tickets, Mr. Price store hours, Dr Dre Beats headphones",
    "Dr. Oetker pizza was cold, Ms. Marvel comics, Mr DIY voucher",
    "My name is Earl DVD box set",
    "快递单号 13812345678 到哪了",
    "订单编号：13812345678",
    "保单号是13812345678，票号13812345679",
    "my tracking number is 13812345678",
    "order no. 13812345678",
    "order number 1234 5678 9012 3456 789",
    "1234 5678 9012 3456 789",
    "密码6位数，密码2024年改的，密码输错3次",
    "忘记密码怎么办，修改密码http://example.com/reset1",
    "订单尾号6688，卡5678元",
    "一二三四五六七八九十",
    "买家任何时候都能退，旅客安全第一，学员方便吗，法人变更",
]
THINGS = ("order", "tracking", "booking", "confirmation", "reference", "ticket", "serial", "claim", "policy", "case", "membership", "invoice")  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "text"), PRIVATE)
def test_private_data_is_found_with_its_exact_borders(kind: str, value: str, text: str) -> None:
    assert (value, kind) in [(text[s.start : s.end], s.kind) for s in scan(text)]


@pytest.mark.parametrize("text", HARMLESS)
def test_order_numbers_amounts_dates_and_plain_words_are_not_private(text: str) -> None:
    assert [(text[s.start : s.end], s.kind) for s in scan(text) if s.kind != "hotline"] == []


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("value", ["4155552671", "07700900123", "555 2671", "415-555-2671"])
def test_a_number_that_is_said_to_be_of_a_thing_is_no_phone(thing: str, value: str) -> None:
    assert scan(f"my {thing} number is {value}") == []
    assert [span.kind for span in scan(f"my {thing} came. My number is {value}")] == ["phone"]


def test_the_word_no_says_nothing_against_what_stands_before_it() -> None:
    for kind, text in (
        ("phone", "my phone no. is 4155552671"),
        ("bank_card", "card no. 4111 1111 1111 1112"),
        ("phone", "customer number 415-555-2671"),
        ("phone", "in case 415-555-2671 does not answer"),
    ):
        assert [span.kind for span in scan(text)] == [kind], text


def test_a_checksum_that_holds_raises_the_confidence() -> None:
    right, wrong = scan("110101199003070011"), scan("110101199003070012")
    held = {span.confidence for span in (*right, *wrong)}
    assert len(right) == len(wrong) == 1 and len(held) == 2


def test_a_checksum_is_asked_for_nothing_but_confidence() -> None:
    for text in ("SIN 046 454 286", "SIN 046 454 287", "2345 6789 0124", "2345 6789 0123"):
        assert [span.kind for span in scan(text)] == ["national_id"], text
    assert scan("SIN 046 454 286")[0].confidence > scan("SIN 046 454 287")[0].confidence
    assert scan("2345 6789 0124")[0].confidence > scan("2345 6789 0123")[0].confidence


def test_two_phones_with_only_a_space_between_are_two_findings() -> None:
    text = "13812345678 13912345678 13712345678"
    assert [text[s.start : s.end] for s in scan(text)] == text.split()


def test_codes_of_several_kinds_are_found_beside_each_other() -> None:
    text = "E12345678, GB82 WEST 1234 5698 7654 32, 税号91350211M000100Y43"
    assert [span.kind for span in scan(text)] == ["passport", "iban", "company_code"]


def test_a_text_with_half_a_surrogate_pair_in_it_is_searched_like_any_other() -> None:
    text = "\ud83d my phone: 4155550134"
    assert [text[span.start : span.end] for span in scan(text)] == ["4155550134"]


@pytest.mark.parametrize("between", ["", " ", "  ", " x", "（", "12 ", " und 7 "])
def test_a_phone_is_found_whatever_digits_stand_near_it(between: str) -> None:
    text = f"电话 3{between or ','}13812345678{between or ','}9"
    assert any("13812345678" in text[span.start : span.end] for span in scan(text))


@pytest.mark.parametrize(
    "text", ["", " ", "5", " 5", "5 ", " 5 ", "-5", "a5", "5a", "12", "一5", "5一", " 1", "to 5"]
)
def test_the_shortest_texts_hold_nothing_and_break_nothing(text: str) -> None:
    assert scan(text) == []
    assert scan(f"{text} {text}") == []


def test_a_public_hotline_is_known_as_one() -> None:
    assert [span.kind for span in scan("打400-820-8820")] == ["hotline"]


def test_redacted_text_names_the_kind_and_never_the_value() -> None:
    assert redact("我叫李娜，13812345678") == "我叫[name]，[phone]"
    assert redact("nothing here") == "nothing here"


HOSTILE = [
    "1" * 100_000, "1 " * 50_000, "13812345678 " * 8_000, "1-" * 50_000, "a" * 100_000, "a@" * 50_000, "a.@" * 33_000,
    "@" * 100_000, "A" * 100_000, "Aa " * 33_000, "://:" * 25_000, "a:b@" * 25_000, "省" * 33_000, "浙江省" * 11_000,
    "路1号" * 11_000, "1栋" * 16_000, "我叫" * 16_000, "name is " * 12_000, "password " * 11_000, "微信" * 16_000, ":" * 100_000,
    "1:" * 50_000, "1.1." * 25_000, "-----BEGIN PRIVATE KEY-----" * 3_700, "eyJ" * 33_000, "eyJaaaaaaaaa." * 7_000, "<PHONE_" * 14_000,
    "<" * 100_000, "12 Aa Bb Cc " * 8_000, "1 a b Apt " * 10_000, "京A" * 16_000, "市" * 10 + "一" * 33_000, "address is 1 " * 7_000,
    "E1" * 50_000, "GB82" * 25_000, "+1 " * 33_000, "(" * 100_000, "0" * 50_000 + "x", "{" * 50_000, '["' * 50_000, '"' * 100_000, "\\" * 100_000,
    " ".join(f"138{number:08d}" for number in range(8_000)), "我叫李娜 " * 9_000, "PHONE_1 <PHONE_2> " * 5_000, '{"name": "李娜"} ' * 4_000,
    '{"a":' * 16_000, "[" * 100_000, '{"a": "' + "13812345678 " * 8_000 + '"}', "Mr " * 33_000, "Mr Aa van de " * 7_000, "passport " * 11_000, "dr. X." * 16_000, "女士" * 16_000, "王女士" * 11_000,
    "account " * 12_000, "account 1" * 11_000, "code is " * 12_000, "pin 1" * 20_000, "sort code 1 " * 8_000, "12345678 " * 11_000 + "sort", "pan a" * 20_000, "AB123456" * 12_000,
    "1 a, LS1 4DY " * 8_000, "1 Aa " * 20_000 + "LS1 4DY", "flat 1, " * 12_000, "Dr. Pepper " * 9_000, "1 high street, " * 7_000,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: f"{text[:12]!r}")
def test_a_hundred_kilobytes_of_hostile_text_take_bounded_time(text: str) -> None:
    privacy = Privacy(PrivacySettings(), MemoryVaults())
    begun = time.process_time()
    masked = privacy.mask(ask(text), "")
    assert restore_text(sent(masked.request), masked.vault) == text
    # A guard against patterns that backtrack: those take minutes here.
    assert time.process_time() - begun < 5


def test_a_text_that_comes_again_is_found_alike_and_nothing_of_it_is_kept() -> None:
    text = "我叫王小明，手机 13812345678，邮箱 xiaoming.wang@example.com"
    first = scan(text)
    assert scan(text) == first and len(first) == 3
    assert scan(text, least_confidence=0.9) == [one for one in first if one.confidence >= 0.9]
    kept = repr(scan_module._scanned)
    assert "13812345678" not in kept and "xiaoming" not in kept and "王小明" not in kept


def test_what_is_remembered_of_scanned_texts_is_bounded() -> None:
    for number in range(scan_module._MOST_REMEMBERED + 50):
        scan(f"call {number}")
    assert len(scan_module._scanned) == scan_module._MOST_REMEMBERED


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("name", "劉芳", "收貨人：劉芳"), ("name", "張偉", "收件人張偉，已付款"), ("phone", "88886666", "聯絡電話 88886666"),
        ("secret", "abc123456", "密碼是abc123456"), ("secret", "482913", "驗證碼 482913"), ("passport", "E12345678", "護照號E12345678"),
        ("phone", "13812345678", "請撥打13812345678聯繫"), ("address", "浙江省杭州市西湖區文三路12號3棟501室", "地址是浙江省杭州市西湖區文三路12號3棟501室"),
        ("bank_account", "012345678901", "銀行帳號012345678901"), ("id_card", "A123456789", "身分證字號A123456789"), ("name", "陳怡君", "聯絡人陳怡君"),
    ],
)  # fmt: skip
def test_traditional_chinese_is_masked_like_simplified(kind: str, value: str, text: str) -> None:
    assert [(text[span.start : span.end], span.kind) for span in scan(text)] == [(value, kind)]
