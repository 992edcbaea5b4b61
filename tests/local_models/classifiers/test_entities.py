"""Slots: order numbers, phones, dates and amounts in customers' own words."""

from __future__ import annotations

import re
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local_models.classifiers import entities, order_numbers, sums
from local_models.classifiers.compiled import NATIVE
from local_models.classifiers.dates import find_time_starts, find_time_starts_with_patterns
from local_models.classifiers.entities import find_places, find_places_with_patterns, find_slots


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("订单号：238765123456 到哪了", "order_number", ("238765123456",)),
        ("my order #12345678 is late", "order_number", ("12345678",)),
        ("order number AB-99812-X please", "order_number", ("AB-99812-X",)),
        ("单号SF1234567890123查一下", "order_number", ("SF1234567890123",)),
        ("查下<ORDER_1>", "order_number", ("<ORDER_1>",)),
        ("打我电话13812345678", "phone", ("13812345678",)),
        ("联系<PHONE_2>", "phone", ("<PHONE_2>",)),
        ("call (415) 555-0132", "phone", ("(415) 555-0132",)),
        ("3月5日下的单", "date", ("3月5日",)),
        ("昨天买的，下周三要用", "date", ("昨天", "下周三")),
        ("三天前付的款", "date", ("三天前",)),
        ("I ordered it last Friday", "date", ("last Friday",)),
        ("two weeks ago", "date", ("two weeks ago",)),
        ("on March 3rd", "date", ("March 3rd",)),
        ("2026-11-20 下单", "date", ("2026-11-20",)),
        ("退我99.5元", "amount", ("99.5元",)),
        ("扣了我20块钱", "amount", ("20块钱",)),
        ("you charged me $1,200.50", "amount", ("$1,200.50",)),
        ("少退了五十块", "amount", ("五十块",)),
        ("15 dollars", "amount", ("15 dollars",)),
        ("订单号是：12345678", "order_number", ("12345678",)),
        ("订单号为：12345678", "order_number", ("12345678",)),
        ("单号是：YT123456", "order_number", ("YT123456",)),
        ("订单号码12345678", "order_number", ("12345678",)),
        ("Order number is: 12345678", "order_number", ("12345678",)),
        ("my order's number is 12345678", "order_number", ("12345678",)),
        ("tracking id 12345678", "order_number", ("12345678",)),
        ("order ref AB-12345", "order_number", ("AB-12345",)),
        ("十一月三号到的", "date", ("十一月三号",)),
        ("11.11的活动", "date", ("11.11",)),
        ("bought on 11.11", "date", ("11.11",)),
        ("3月底能到吗", "date", ("3月底",)),
        ("昨天下午3点来的", "date", ("昨天下午3点",)),
        ("5日内退货", "date", ("5日内",)),
        ("5/20 买的", "date", ("5/20",)),
        ("付了1万块", "amount", ("1万块",)),
        ("3千块钱", "amount", ("3千块钱",)),
        ("5千元", "amount", ("5千元",)),
        ("1.5万块", "amount", ("1.5万块",)),
        ("花了3.5万买的", "amount", ("3.5万",)),
        ("HK$199", "amount", ("HK$199",)),
        ("100欧元", "amount", ("100欧元",)),
        ("100€", "amount", ("100€",)),
        ("100港币", "amount", ("100港币",)),
        ("99 cents", "amount", ("99 cents",)),
        ("20块运费", "amount", ("20块",)),
        ("花了380块买的，想退", "amount", ("380块",)),
        ("被扣了200块怎么办", "amount", ("200块",)),
        ("我付了500块想退", "amount", ("500块",)),
        ("多扣了30块请退", "amount", ("30块",)),
        ("收了我50块服务费", "amount", ("50块",)),
        ("充了100块没到账", "amount", ("100块",)),
        ("花了380塊買的，想退", "amount", ("380塊",)),
        ("被扣了200塊怎麼辦", "amount", ("200塊",)),
        ("我付了500塊想退", "amount", ("500塊",)),
        ("多扣了30塊請退", "amount", ("30塊",)),
        ("收了我50塊服務費", "amount", ("50塊",)),
        ("充了100塊沒到賬", "amount", ("100塊",)),
        ("380 块买的", "amount", ("380 块",)),
        ("5块买的", "amount", ("5块",)),
        ("三十五块买的", "amount", ("三十五块",)),
        ("二十一块买的", "amount", ("二十一块",)),
        ("一百零五块买的", "amount", ("一百零五块",)),
        ("3块电费", "amount", ("3块",)),
        ("花了一块买的", "amount", ("一块",)),
        ("扣了我3块表面上的钱", "amount", ("3块",)),
        ("五千圆", "amount", ("五千圆",)),
        ("五千圓想退", "amount", ("五千圓",)),
        ("500圆", "amount", ("500圆",)),
        ("３８０块买的", "amount", ("３８０块",)),
        ("单号是９８７６５４", "order_number", ("９８７６５４",)),
        ("單號是ＳＦ９８７６５４", "order_number", ("ＳＦ９８７６５４",)),
        ("€1.299,00 charged", "amount", ("€1.299,00",)),
        ("1.299,00 € bezahlt", "amount", ("1.299,00 €",)),
        ("退款 ￥１２３．５０", "amount", ("￥１２３．５０",)),
        ("￥１，２９９．００", "amount", ("￥１，２９９．００",)),
        ("raised $3.5 million", "amount", ("$3.5 million",)),
        ("$1.2k invoice", "amount", ("$1.2k",)),
        ("$0.002 per token", "amount", ("$0.002",)),
        ("paid $1,200, twice", "amount", ("$1,200",)),
        ("a bill of $1,250,000", "amount", ("$1,250,000",)),
        ("1千5百元", "amount", ("1千5百元",)),
        ("99块9包邮", "amount", ("99块9",)),
        ("三块五一斤", "amount", ("三块五",)),
        ("退我5元5角", "amount", ("5元5角",)),
        ("几百块的东西", "amount", ("几百块",)),
        ("200多块", "amount", ("200多块",)),
        ("3百多块", "amount", ("3百多块",)),
        ("预算100-200元", "amount", ("100-200元",)),
        ("而且,十元一碗", "amount", ("十元",)),
        ("Rs. 499 and ₹2,499", "amount", ("Rs. 499", "₹2,499")),
        ("499 INR", "amount", ("499 INR",)),
        ("1,25,000 rupees", "amount", ("1,25,000 rupees",)),
        ("人民币500，港币300", "amount", ("人民币500", "港币300")),
        ("10k USD", "amount", ("10k USD",)),
        ("3.5 million dollars", "amount", ("3.5 million dollars",)),
        ("5000円", "amount", ("5000円",)),
        ("80 kr och 120 zł", "amount", ("80 kr", "120 zł")),
        ("1 299 kr", "amount", ("1 299 kr",)),
        ("CHF 80", "amount", ("CHF 80",)),
        ("twenty dollars", "amount", ("twenty dollars",)),
        ("a hundred dollars", "amount", ("a hundred dollars",)),
        ("two hundred and fifty dollars", "amount", ("two hundred and fifty dollars",)),
        ("just 50¢", "amount", ("50¢",)),
        ("R$ 99,90", "amount", ("R$ 99,90",)),
        ("I was charged 50$ twice", "amount", ("50$",)),
        ("I paid 50 pounds for it", "amount", ("50 pounds",)),
        ("from $20,000 to $30,000", "amount", ("$20,000", "$30,000")),
        ("it costs \\$5 in all", "amount", ("$5",)),
        ("订单88001234和88001235", "order_number", ("88001234", "88001235")),
        (
            "单号：88001234、88001235、88001236",
            "order_number",
            ("88001234", "88001235", "88001236"),
        ),
        ("orders 10021, 10022 and 10023 are missing", "order_number", ("10021", "10022", "10023")),
        ("orders 88001234 & 88001235", "order_number", ("88001234", "88001235")),
        ("order 88001234, phone 13812345678", "order_number", ("88001234",)),
        ("order A1B2C3D4E5", "order_number", ("A1B2C3D4E5",)),
        ("My order number is AB12-CD34-EF56", "order_number", ("AB12-CD34-EF56",)),
        ("order #A-10023", "order_number", ("A-10023",)),
        ("Order#W123 please", "order_number", ("W123",)),
        ("order number W-12-34-56", "order_number", ("W-12-34-56",)),
        ("订单号 A10-23-45", "order_number", ("A10-23-45",)),
        ("my order (112233)", "order_number", ("112233",)),
        ('order "445566"', "order_number", ("445566",)),
        ("order_id=778899", "order_number", ("778899",)),
        ("Order# 9981", "order_number", ("9981",)),
        ("add a lamp to order 00123842", "order_number", ("00123842",)),
        ("find purchase113542617735902", "order_number", ("113542617735902",)),
        ("订单尾号8812的那个", "order_number", ("尾号8812",)),
        ("order ending in 4471", "order_number", ("ending in 4471",)),
        ("TW20240501-0032 到哪了", "order_number", ("TW20240501-0032",)),
        ("since 5 March 2024", "date", ("5 March 2024",)),
        ("12 Dec 2023", "date", ("12 Dec 2023",)),
        ("5th of May 2024", "date", ("5th of May 2024",)),
        ("of February 19, 1861", "date", ("February 19, 1861",)),
        ("二〇二四年三月五日", "date", ("二〇二四年三月五日",)),
        ("民国113年5月1日", "date", ("民国113年5月1日",)),
        ("24年5月6日付的", "date", ("24年5月6日",)),
        ("05.03.2024", "date", ("05.03.2024",)),
        ("03-05-2024", "date", ("03-05-2024",)),
        ("２０２４－０３－０５", "date", ("２０２４－０３－０５",)),
        ("20240305下的单", "date", ("20240305",)),
        ("since March 2024", "date", ("March 2024",)),
        ("last night", "date", ("last night",)),
        ("this morning", "date", ("this morning",)),
        ("it came on the 5th.", "date", ("the 5th",)),
        ("eight days ago", "date", ("eight days ago",)),
        ("an hour ago", "date", ("an hour ago",)),
        ("a couple of weeks ago", "date", ("a couple of weeks ago",)),
        ("within 3 days", "date", ("within 3 days",)),
        ("at 3pm or 10:30 am", "date", ("3pm", "10:30 am")),
        ("今天餐厅做菜很慢", "date", ("今天",)),
        ("除夕送吗", "date", ("除夕",)),
        ("delivered on 3/4", "date", ("3/4",)),
        ("从5/1到5/7", "date", ("5/1", "5/7")),
    ],
)
def test_a_slot_is_found_as_it_was_written(text: str, kind: str, values: tuple[str, ...]) -> None:
    assert find_slots(text)[kind] == values


@pytest.mark.parametrize(
    "text",
    ["serial number 415-555-1234", "part no. 800-555-1234", "tracking 415-555-2671", "my booking number is (415) 555-2671", "取件码是400-820-8820"],
)  # fmt: skip
def test_the_number_of_a_thing_is_no_phone_however_it_looks(text: str) -> None:
    assert "phone" not in find_slots(text)


def test_a_number_stays_a_phone_where_a_thing_is_spoken_of_elsewhere() -> None:
    assert find_slots("my parcel is lost, call me on 415-555-2671")["phone"] == ("415-555-2671",)
    assert find_slots("订单 13812345678")["phone"] == ("13812345678",)


@pytest.mark.parametrize(
    "text",
    [
        "你好",
        "3号楼",
        "这块儿坏了",
        "i may need help",
        "order it please",
        "",
        "128g的",
        "我们一块去买的",
        "一块手表多少钱",
        "换一块多少钱",
        "两块表都坏了",
        "兩塊錶都壞了",
        "3块新电池",
        "4块屏",
        "两块牛肉",
        "三块巧克力",
        "2块蛋糕",
        "3块都坏了",
        "换1块多少钱",
        "咱们三一块去",
        "万一块头不对",
        "3圆桌",
        "42号的鞋",
        "5号电池",
        "95号汽油",
        "7日无理由退货",
        "Are you open 24/7?",
        "1/2 inch pipe",
        "3万件",
        "版本11.11",
        "3毛绒玩具",
        "5角星",
        "I weigh 150 pounds",
        "50 pounds of flour",
        "$1 is the first argument in bash",
        "awk '{print $2}'",
        "Find $3x^2 + 5$ if $3$ and $7,$ are roots",
        "一元二次方程",
        "the RS 485 bus",
        "百元店",
        "12.5.99.1元",
        "订单10000件",
        "I purchase 10000 units",
        "package 10000 pcs",
        "purchase window-seat-2024",
        "#2014徐浩…夏日签售会#",
        "ISBN 9787111128069 有吗",
        "商品编号100234",
        "the border 12345 km",
        "color #336699",
        "ratio 3/4",
        "9/11 documentary",
        "in 1/10 s, or 3/2",
        "明天会更好这首歌",
        "星期五乐队",
        "《后天》",
        "on the 5th floor",
        "you may 100% agree",
        "I may 5 times",
        "概率是3/7",
        "收入的1/20",
        "腊八蒜",
        "recorder 12345",
        "一分钱一分货",
    ],
)
def test_what_is_no_slot_stays_none(text: str) -> None:
    assert find_slots(text) == {}


def test_a_phone_number_is_not_an_order_number_too() -> None:
    slots = find_slots("订单的电话13812345678")
    assert slots["phone"] == ("13812345678",)
    assert "order_number" not in slots


def test_repeats_are_named_once_in_the_order_of_the_text() -> None:
    assert find_slots("明天，不，后天，还是明天")["date"] == ("明天", "后天")


def test_hostile_text_takes_no_time() -> None:
    for text in (
        "1" * 200_000,
        "order " * 40_000,
        "订单" * 90_000,
        "1-" * 90_000,
        "$" * 200_000,
        "$1," * 60_000,
        "order 1 " * 25_000,
    ):
        assert set(find_slots(text)) <= {"order_number", "phone", "date", "amount"}


def test_a_number_in_a_long_letter_is_found_with_the_words_around_it() -> None:
    story = "It went on and on, and nobody could tell me why that was so. " * 20
    text = (
        f"{story}My order number is AB12345678, paid $89.50 on March 3rd, 2026. {story}"
        f"{story}Call me on 13812345678 or about order <ORDER_2>. {story}"
    )
    slots = find_slots(text)
    assert slots["order_number"] == ("AB12345678", "<ORDER_2>")
    assert slots["phone"] == ("13812345678",)
    assert slots["amount"] == ("$89.50",)
    assert "March 3rd, 2026" in slots["date"]


def test_words_for_days_keep_the_customer_s_own_spelling() -> None:
    assert find_slots("It came Yesterday, not on Monday.")["date"] == ("Yesterday", "on Monday")


PARTS = [
    "1", "23", "4567", "12345678", "13800138000", "123456789012", "1\u0663", "\u00b2", "+", "(", "#", "-", "/", ".", ",",
    " ", "  ", "\n", "\u3000", "\x1f", "jan", "may.", "x-sept", "of ", "th", "st", "年", "月", "号", "元", "块", "¥", "€", "rmb",
    "usd ", "cny", "dollars", "order", "package ", "订单", "单号", "编号 ", "next ", "day", "week", " a ", "in ", "3 ", "tomorrow",
    "x day", "(two ", "ab", "abcd", "é", "z", "", "last ", "on ", "this", "monday", "tues", "thursday's", "weekend", "weeks ",
    "months", "hours ", "ago", "black friday", "day after tomorrow", "number ", "no.", "no ", "id", "is", "是", "：", "=",
    "tracking", "purchase ", "运单", "_", "five", "号码", "码", "ref ", "num", "'s ", "code: ", "万", "千", "港", "cents", "£", "seven ", "ten", "christmas", "tonight",
]  # fmt: skip


@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PARTS), max_size=20).map("".join)))
@example("order " * 70 + "123" + " order" + " " * 60 + "4567")
@example("(next\nweek) x\na day, in 3 days")
@example("¥1 rmb 12 may 3rd, in dec  2024 (13800138000) #12345 ab12345678 1² 12")
def test_numbers_stand_where_both_ways_of_looking_find_them(text: str) -> None:
    assert NATIVE is not None, "the compiled loops are part of what the tests install"
    assert find_places(text.lower()) == find_places_with_patterns(text.lower())
    for most in (16, 30, 600):
        starts = find_time_starts(text.lower(), most)
        assert starts == find_time_starts_with_patterns(text.lower(), most)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("订单1001，99元", ("99元",)),
        ("第3块，20块", ("20块",)),
        ("10块3个", ("10块",)),
        ("款号A12-50元", None),
    ],
)
def test_a_number_beside_a_sum_is_no_part_of_it(text: str, values: tuple[str, ...] | None) -> None:
    assert find_slots(text).get("amount") == values


def test_a_date_may_reach_over_a_line_s_end() -> None:
    assert find_slots("it came 5\ndays ago, no: last\nFriday")["date"] == (
        "5\ndays ago",
        "last\nFriday",
    )


NAMED = [
    "order", "orders", "order's", "ordered ", "border ", "parcel", "packages", "tracking", "id", "ids ", "no", "no. ", "num", "number", "ref ",
    "reference", "code", "is", "were", "that", "which", "with", "ending", "end", "in ", "on ", "the", "a", "to", "#", ":", "-", "_", ", ", "\n",
    " ", " ", " ", "1234", "12345", "88776655", "12-34567", "ab12345", "AB-123456", "x1", "usd", "usd100", "rs", "rs. ", "kr ", "us$", "hk$", "€ ",
    "rmb ", "港币", "xusd ", "akr ", "for ", "100", "99.9", "10,000", "订单", "尾号", "last four digits", "00", "two ", "dollars", "cent", "'", "s",
    "five-", "pounds ", "ｑｕｉｄ", " do", " ki", " days",
]  # fmt: skip


@given(st.lists(st.sampled_from(NAMED), max_size=12).map("".join))
@example("packagesno. 12-34567")
@example("ordersid 1234-")
@example("parcel with number ending in 1234")
@example("parcel with the lamp, ordered for rs 500, kr 30 and xkr 40")
@example("two dollars' worth, five ｑｕｉｄ")
def test_a_glance_passes_over_nothing_that_a_closer_look_would_find(text: str) -> None:
    with (
        patch.object(order_numbers, "_NAMES_NONE", re.compile("(?!)")),
        patch.object(sums, "_may_follow_currency", lambda *_: True),
        patch.object(sums, "_BEFORE_A_WORD", re.compile("(?!)")),
        patch.object(entities, "find_sums", lambda *where, **_: sums.find_sums(*where)),
    ):
        slots = find_slots(text)
    assert find_slots(text) == slots


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("快递单号 13812345678 到哪了", "order_number"),
        ("订单编号：13812345678", "order_number"),
        ("my tracking number is 13812345678", "order_number"),
        ("订单 13812345678", "phone"),
        ("订单号忘了，13812345678", "phone"),
        ("订单的电话13812345678", "phone"),
    ],
)
def test_a_number_that_looks_like_a_mobile_is_what_the_label_right_before_it_says(
    text: str, kind: str
) -> None:
    assert find_slots(text) == {kind: ("13812345678",)}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("订单号是 2026 0603 1145 88，到现在还没发货", "2026 0603 1145 88"),
        ("订单编号 1234 5678 9012 3456", "1234 5678 9012 3456"),
        ("订单号码是 88 123 456", "88 123 456"),
        ("运单号 SF 1234 5678 90123", "SF 1234 5678 90123"),
        ("order number 8812 3456 7890 where is it", "8812 3456 7890"),
        ("tracking number 1Z 999 AA1 01 2345 6784", "1Z 999 AA1 01 2345 6784"),
        ("tracking number RR 123 456 789 CN", "RR 123 456 789 CN"),
        ("Order no. 4471 22 90", "4471 22 90"),
        ("order number is AB 12345", "AB 12345"),
        ("order 88123 2 pieces", "88123"),
        ("order number 88123 2 pieces", "88123"),
        ("order number 4471 2 lamps missing", "4471"),
        ("order 88123 4 days ago", "88123"),
        ("order no 4471 2 days ago", "4471"),
        ("订单号 4471 2件", "4471"),
        ("订单号 4471 99元", "4471"),
        ("订单号 8812 13800138000", "8812"),
        ("order # 4471 on 2024-05-03", "4471"),
        ("order number NO 12345", "12345"),
        ("My VAT number GB123456789 must be on the invoice for order 100045", "100045"),
    ],
)
def test_a_labelled_number_is_read_in_all_its_groups_and_no_further(text: str, number: str) -> None:
    assert find_slots(text)["order_number"] == (number,)


@pytest.mark.parametrize(
    "text",
    [
        "商品编号 100012043978", "工单号 12345", "case #12345", "SKUs: AB12345678, AB12345679, AB12345680", "税号 91310000123456789",
        "invoice #44712", "the order number is in 12345", "ORDER NUMBER IS NOT 12345", "保单号 88123456", "sku 100012043978、100012043979",
    ],
)  # fmt: skip
def test_the_number_of_something_else_is_no_order_s(text: str) -> None:
    assert "order_number" not in find_slots(text)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("手機0912-345-678", "0912-345-678"), ("我的手機是0912345678", "0912345678"), ("電話 02-2345-6789", "02-2345-6789"),
        ("我電話係 9123 4567", "9123 4567"), ("whatsapp +852 9123 4567", "+852 9123 4567"), ("phone 91234567", "91234567"),
        ("call me on 07700 900123", "07700 900123"), ("+44 7700 900123", "+44 7700 900123"), ("phone: +65 9123 4567", "+65 9123 4567"),
        ("电话010-8888 6666转801", "010-8888 6666"), ("座机 0755 8888 6666", "0755 8888 6666"), ("0086-13912345678", "0086-13912345678"),
        ("+886912345678", "+886912345678"), ("电话 9123 4567 2件", "9123 4567"),
    ],
)  # fmt: skip
def test_phones_of_other_places_are_known_by_their_name_or_code(text: str, phone: str) -> None:
    assert find_slots(text) == {"phone": (phone,)}


@pytest.mark.parametrize(
    "text",
    [
        "my phone case 12345678", "call me at 3 2026", "+100000000 points", "手机 2026-05-03", "我打了 12345678 次", "0045-77812 please look",
        "the phone is 1299.00", "打座机 027-8665什么来着", "9123 4567", "tracking number +44 7700 900123",
    ],
)  # fmt: skip
def test_other_digits_are_no_phone(text: str) -> None:
    assert "phone" not in find_slots(text)
