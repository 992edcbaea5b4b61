"""What the assistant asks for, and the answer to it whatever its shape."""

from __future__ import annotations

import pytest

from local_models.classifiers.asked import read_asked, speaks_of_another
from local_models.classifiers.entities import find_slots

ORDER = frozenset({"order_number"})


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Could you give me the order number, please?", {"order_number"}),
        ("I'm sorry. May I have your booking reference?", {"order_number"}),
        ("请提供订单号", {"order_number"}),
        ("麻烦您发一下运单号和手机号", {"order_number", "phone"}),
        ("Which date would you like instead?", {"date"}),
        ("How much did you pay?", {"amount"}),
        ("您付了多少？", {"amount"}),
        ("Your order number is 88123. It is on its way.", set()),
        ("Thank you, it will arrive tomorrow.", set()),
    ],
)
def test_what_a_message_asks_for(said: str, asked: set[str]) -> None:
    assert read_asked(said) == asked


@pytest.mark.parametrize(
    ("turn", "numbers"),
    [
        ("88123", ("88123",)),
        ("it's 4471", ("4471",)),
        ("114-3941689-8772232", ("114-3941689-8772232",)),
        ("GB-2024-00871", ("GB-2024-00871",)),
        ("X7KQ2P", ("X7KQ2P",)),
        ("8 8 1 2 3", ("8 8 1 2 3",)),
        ("88123 and 88124", ("88123", "88124")),
        ("是77812", ("77812",)),
        ("I ordered it in 2024", ()),
        ("20 days ago", ()),
        ("I don't have it here", ()),
        ("it was 12/11/2025", ()),
        ("1234 Street", ()),
    ],
)
def test_an_order_number_answers_in_any_shape(turn: str, numbers: tuple[str, ...]) -> None:
    assert find_slots(turn, ORDER).get("order_number", ()) == numbers
    assert "order_number" not in find_slots("88123 maybe")


@pytest.mark.parametrize(
    ("kind", "turn", "value"),
    [
        ("phone", "07700 900123", "07700 900123"),
        ("date", "the 14th, morning if possible", "the 14th"),
        ("date", "10/6", "10/6"),
        ("amount", "49.99", "49.99"),
    ],
)
def test_so_do_a_phone_number_a_day_and_a_sum(kind: str, turn: str, value: str) -> None:
    assert find_slots(turn, frozenset({kind})).get(kind) == (value,)


def test_a_long_turn_tells_something_and_answers_nothing() -> None:
    assert "order_number" not in find_slots("we waited so long " * 12 + "88123", ORDER)


@pytest.mark.parametrize(
    "text", ["ordr 77812", "oder number 77812", "order nr 77812", "ord#77812", "my ord no. 77812"]
)
def test_a_slip_of_the_pen_still_names_an_order(text: str) -> None:
    assert find_slots(text)["order_number"] == ("77812",)


@pytest.mark.parametrize(
    "text", ["I have another order too", "我还有别的订单", "a different parcel"]
)
def test_another_order_is_heard(text: str) -> None:
    assert speaks_of_another(text)
    assert not speaks_of_another("where is my order")


@pytest.mark.parametrize(
    "said",
    [
        "单号多少", "订单号给我一下", "把订单号发我哦", "有订单号吗", "报个单号", "输一下单号", "请问是哪个订单呢？", "是哪一单呀亲",
        "請提供訂單編號", "麻煩給一下單號",
    ],
)  # fmt: skip
def test_everyday_chinese_asks_for_an_order_in_either_script(said: str) -> None:
    assert read_asked(said) == ORDER
    assert find_slots("20261128001", read_asked(said))["order_number"] == ("20261128001",)


@pytest.mark.parametrize(
    "said",
    [
        "您的订单号是88123，正在配送",
        "订单号已发送至您的手机",
        "您可以在订单页查看单号",
        "已登记，单号20261128001",
    ],
)
def test_what_only_names_an_order_asks_for_none(said: str) -> None:
    assert read_asked(said) == frozenset()


def test_an_order_may_be_named_by_its_end_where_one_was_asked_for() -> None:
    assert find_slots("尾号6688那个", ORDER)["order_number"] == ("尾号6688",)
    assert find_slots("ending in 4471", ORDER)["order_number"] == ("ending in 4471",)
    assert find_slots("手机尾号6688", ORDER) == {}


@pytest.mark.parametrize(
    "turn",
    [
        "不是这一单，是鞋子那单", "另外那单呢", "第二单呢", "换个订单", "查错单了", "我还有一单", "上一单", "另一單呢", "我還有一個訂單",
        "之前那个订单呢", "not this one, the shoes", "you looked up the wrong order", "the second order", "what about the other one",
    ],
)  # fmt: skip
def test_another_case_is_told_in_many_words(turn: str) -> None:
    assert speaks_of_another(turn)


@pytest.mark.parametrize(
    "turn",
    [
        "刚才那单", "我那单到哪了", "这单什么时候到", "换个快递可以吗", "换个订单地址", "第二单半价吗", "另外单独包装", "发错货了",
        "还有一件没到", "I received the wrong order", "不是这个问题",
    ],
)  # fmt: skip
def test_the_same_case_stays_known(turn: str) -> None:
    assert not speaks_of_another(turn)


@pytest.mark.parametrize(
    ("turn", "amounts"),
    [
        ("两百九十九", ("两百九十九",)), ("三百多", ("三百多",)), ("2k", ("2k",)), ("1.2w", ("1.2w",)), ("3百多", ("3百多",)),
        ("two hundred and ninety-nine", ("two hundred and ninety-nine",)), ("三十天了", ()), ("maybe three weeks", ()),
    ],
)  # fmt: skip
def test_a_sum_that_was_asked_for_may_stand_in_words(turn: str, amounts: tuple[str, ...]) -> None:
    assert find_slots(turn, frozenset({"amount"})).get("amount", ()) == amounts


@pytest.mark.parametrize(
    ("turn", "amounts"),
    [
        ("退了我一百二", ("一百二",)), ("扣了我三百", ("三百",)), ("充了一百", ("一百",)), ("退了我一百二十元", ("一百二十元",)),
        ("they charged me three hundred", ("three hundred",)), ("退了三十天了", ()), ("收了一百个", ()), ("转了三十圈", ()),
        ("充了百分之八十", ()), ("it took three hundred days", ()),
    ],
)  # fmt: skip
def test_what_was_paid_is_a_sum_without_a_currency(turn: str, amounts: tuple[str, ...]) -> None:
    assert find_slots(turn).get("amount", ()) == amounts


@pytest.mark.parametrize("asked", ["date", "amount"])
def test_an_earlier_answer_is_searched_for_numbers_only(asked: str) -> None:
    for turn in ("2024-05-03", "去年夏天", "199.5", "order 88123456 on 3 May"):
        found = find_slots(turn, frozenset({asked, "order_number"}), only_numbers=True)
        assert set(found) <= {"order_number", "phone"}


@pytest.mark.parametrize(
    ("turn", "slots"),
    [
        ("没有，手机号13800138000", {"phone": ("13800138000",)}),
        ("没有订单号，我用的是手机13800138000下的单", {"phone": ("13800138000",)}),
        ("13800138000是我手机号", {"phone": ("13800138000",)}),
        ("不记得了，13800138000", {"phone": ("13800138000",)}),
        ("13800138000 88123456", {"phone": ("13800138000",), "order_number": ("88123456",)}),
        ("I don't have it, my phone is 415-555-0132", {"phone": ("415-555-0132",)}),
        ("can't find it, my zip is 94107 and card ends in 4471", {}),
        ("我身份证后四位 1234", {}), ("验证码是 483920", {}), ("会员号 88123456", {}), ("实付1299 退1179", {}),
        ("my customer number is 778812", {}), ("I was born 1985, name is Sam", {}), ("1299 is the price I think", {}),
        ("it's under my email jane99@doe.com", {}), ("那个 12999 的冰箱", {}), ("SKU 100234, 100235", {}),
        ("13800138000", {"order_number": ("13800138000",)}),
        ("i paid by card and it's 88123", {"order_number": ("88123",)}),
        ("88123 is the phone I ordered", {"order_number": ("88123",)}),
        ("88123的物流到哪了", {"order_number": ("88123",)}),
        ("the reference is X7KQ2P", {"order_number": ("X7KQ2P",)}),
        ("是不是88123", {"order_number": ("88123",)}),
        ("not 88123, 88132", {"order_number": ("88132",)}),
        ("不是88123456，是88123465", {"order_number": ("88123465",)}),
    ],
)  # fmt: skip
def test_a_number_is_what_its_owner_calls_it_though_an_order_s_was_asked_for(
    turn: str, slots: dict[str, tuple[str, ...]]
) -> None:
    assert find_slots(turn, ORDER) == slots


@pytest.mark.parametrize(
    "turn",
    ["订单号88123456", "just use the order number 88123456", "my order is 88123456", "88123456是订单号"],
)  # fmt: skip
def test_an_order_s_number_is_no_phone_though_one_was_asked_for(turn: str) -> None:
    assert find_slots(turn, frozenset({"phone"})) == {"order_number": ("88123456",)}


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("查不到这个订单", ORDER), ("查詢不到這個訂單", ORDER), ("再核对一下", ORDER), ("check the number", ORDER),
        ("I can't find that order.", ORDER), ("That order number doesn't exist.", ORDER), ("没有查到相关订单呢", ORDER),
        ("您再核对一下地址", set()), ("check the phone number", set()), ("查不到物流", set()), ("这边再核实下", set()),
        ("I can't find order 88123. Please check the number on the confirmation.", ORDER),
        ("We see no such parcel, that number doesn't come up.", ORDER), ("Please verify the number.", ORDER),
        ("Please verify the number on your card.", set()), ("Please check the number of items", set()),
        ("Your order is packed. Please check the number of items.", set()), ("Please verify your ID.", set()),
        ("This number is not supported", set()), ("We texted you. Please confirm the number.", set()),
        ("会员号没查到，请再核对一下", set()), ("把會員編號發過來", set()), ("麻烦发一下编号", ORDER),
        ("没有看到记录，辛苦您再发一次。", set()), ("我帮您核对一下订单号", set()),
    ],
)  # fmt: skip
def test_who_cannot_find_an_order_asks_for_its_number(said: str, asked: set[str]) -> None:
    assert read_asked(said) == asked


@pytest.mark.parametrize(
    ("turn", "numbers"),
    [
        ("88123456的耳机有杂音", ("88123456",)), ("88123456 的商品少发了", ("88123456",)),
        ("88123456 的鞋子尺寸不對", ("88123456",)), ("A1234567的洗衣機", ("A1234567",)),
        ("X7KQ2P的耳机坏了", ("X7KQ2P",)), ("那个88123456的耳机", ("88123456",)),
        ("88123 的衣服坏了", ("88123",)), ("要退的商品88123456", ("88123456",)), ("刚刚支付 88123456", ("88123456",)),
        ("12999 的冰箱", ()), ("这个88123的衣服", ()), ("我买的 88123 的电视", ()), ("1299的耳机", ()),
        ("RTX4090的显卡", ()), ("刚刚支付 1299", ()), ("商品号88123456", ()), ("商品RTX4090", ()),
    ],
)  # fmt: skip
def test_an_order_s_number_may_stand_before_its_goods_where_it_is_no_price(
    turn: str, numbers: tuple[str, ...]
) -> None:
    assert find_slots(turn, ORDER).get("order_number", ()) == numbers
