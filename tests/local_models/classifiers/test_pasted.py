"""Tables, bills and logs beside a wish: what is left of a turn, and which rows stay."""

from __future__ import annotations

import pytest

from local_models.classifiers.addresses import is_address
from local_models.classifiers.difficulty import wants_thought
from local_models.classifiers.normalise import normalise
from local_models.classifiers.pasted import leave_records_out
from providers.messages import ChatRequest, Message
from router.steps.understanding import Understanding

LOG = "2026-06-01 08:12 Shenzhen Picked up\n2026-06-02 14:30 Shenzhen Departed"
TABLE = "Item | Qty | Price\n---|---|---\nA-100 | 2 | 12.50\nB-200 | 1 | 3.00"
BILL = "June plan $30.00\nOverage $12.50\nTax 3.20"


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return Understanding()


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        (f"{LOG}\nWhere is my parcel?", "Where is my parcel?"),
        (f"Where is my parcel?\n{LOG}", "Where is my parcel?"),
        (f"{TABLE}\nB-200 is missing from my parcel.", "B-200 is missing from my parcel."),
        (f"{BILL}\nwhy did you charge me twice", "why did you charge me twice"),
        ("商品,数量,价格\n牛奶,2,12.5\n面包,1,8\n牛奶没收到", "牛奶没收到"),
        ("牛奶 12.50\n面包 8元\n合计 20.50\n为什么多收了5块", "为什么多收了5块"),
        ("05-12 10:20 已揽收\n05-13 08:00 到达杭州\n怎么不动了", "怎么不动了"),
        ("sku\tname\tprice\nA1\t2\t3\nA2\t4\t5\nthe second one is broken", "the second one is broken"),
    ],
)  # fmt: skip
def test_pasted_rows_are_set_aside(turn: str, said: str) -> None:
    assert leave_records_out(turn) == said


@pytest.mark.parametrize(
    "turn",
    [
        "", "where is my parcel", TABLE, LOG, f"{TABLE}\nok", f"{TABLE}\nadd up the prices please", f"{TABLE}\n把这些价格加起来是多少",
        f"{LOG}\ntranslate this into Chinese", "I paid $30.00\nyou charged $40.00\nwhy", "你好\n我的订单呢\n快点",
        "milk 2.00\nwhere is my milk", "I want three things: apples, pears, plums\nand a refund, please, thanks, bye",
    ],
)  # fmt: skip
def test_what_was_said_stays_and_so_do_rows_to_work_on(turn: str) -> None:
    assert leave_records_out(turn) == turn


@pytest.mark.parametrize(
    ("turn", "intent"),
    [
        (f"{LOG}\nWhere is my parcel?", "logistics"),
        (f"{TABLE}\nB-200 is missing from my parcel.", "return_exchange"),
        ("商品,数量,价格\n牛奶,2,12.5\n面包,1,8\n牛奶没收到", "logistics"),
    ],
)
def test_a_wish_beside_rows_is_read_as_it_is_alone(
    understanding: Understanding, turn: str, intent: str
) -> None:
    read = understanding.read(_ask(turn))
    alone = understanding.read(_ask(leave_records_out(turn)))
    assert read.intent == alone.intent == intent
    assert not read.is_off_topic
    assert read.difficulty == alone.difficulty < 0.5


def test_slots_are_found_in_the_rows_too(understanding: Understanding) -> None:
    turn = "订单号,商品\n订单88123456,牛奶,2\n订单88123457,面包,1\n牛奶没收到"
    assert understanding.read(_ask(turn)).slots["order_number"] == ("88123456", "88123457")


@pytest.mark.parametrize(
    ("turn", "intent"),
    [
        ("I was charged $58.57 but total was $48.57", "payment"),
        ("You charged me $58.57 instead of $48.57", "payment"),
    ],
)
def test_sums_make_no_exercise_of_a_customers_words(
    understanding: Understanding, turn: str, intent: str
) -> None:
    read = understanding.read(_ask(turn))
    assert (read.intent, read.is_off_topic) == (intent, False)


@pytest.mark.parametrize(
    "turn",
    [
        "If I buy 4 at $12.50 each and get 20% off, what's my total?",
        "A baker sells 12 cakes at $3 each and 5 pies at $7. How much does she earn?",
        "小明买了3支笔，每支2元，又买了5本书，每本8元，一共多少元？",
    ],
)
def test_exercises_stay_exercises(understanding: Understanding, turn: str) -> None:
    assert understanding.read(_ask(turn)).is_off_topic


@pytest.mark.parametrize(
    "turn",
    [
        "地址：台北市信義區松仁路100號3樓之2", "浙江省杭州市西湖区文三路90号1号楼", "12 Baker Street, London NW1 6XE",
        "张三 13800138000 江苏省南京市鼓楼区中山路18号2单元501室",
    ],
)  # fmt: skip
def test_an_address_is_not_off_topic(understanding: Understanding, turn: str) -> None:
    assert not understanding.read(_ask(turn)).is_off_topic


@pytest.mark.parametrize(
    "turn",
    [
        "南京市鼓楼区有什么好吃的", "介绍一下北京市朝阳区建国路88号的历史", "translate 12 baker street into french", "地址改成12号", "深圳市到广州市坐什么车",
        "上海市浦东新区张江路88弄3号楼送到了吗", "i live at 12 baker street, where is my parcel",
    ],
)  # fmt: skip
def test_what_asks_or_tells_more_is_no_address(turn: str) -> None:
    assert not is_address(normalise(turn))


@pytest.mark.parametrize(
    "turn",
    ["Is the XPS 15 9530 in stock? How much for the 32GB/1TB model?", "A-100 x2, B-200 x1, C-300 x5 有货吗", "取件码8-2-3301 这个驿站关门了怎么取"],
)  # fmt: skip
def test_codes_and_sizes_make_no_plain_wish_hard(understanding: Understanding, turn: str) -> None:
    assert understanding.read(_ask(turn)).difficulty <= 0.6


def test_a_complaint_with_the_hours_in_front_is_heard_whole(understanding: Understanding) -> None:
    turn = "12:30 司机打电话骂人\n12:35 司机把包裹扔地上\n13:00 投诉没人理\n请处理"
    assert "complaint" in understanding.read(_ask(turn)).intents
    turn = "11/20 10:00 agent promised refund\n11/25 12:00 agent lied again\n11/30 09:00 hung up on me\nwhere is my refund?"
    assert understanding.read(_ask(turn)).emotion == "negative"


def test_what_wants_thought_may_be_hard(understanding: Understanding) -> None:
    turn = "满300减50叠加9折券再用2000积分抵20元，原价459元的两件怎么凑单最划算"
    assert understanding.read(_ask(turn)).difficulty > 0.6


@pytest.mark.parametrize(
    ("turn", "is_thought"),
    [
        ("退款接口怎么保证幂等", True), ("15% off and 8.25% tax, what is the total", True), ("两款有什么区别", True), ("compare both plans", True),
        ("取件码8-2-3301 怎么取", False), ("how much for the 32gb/1tb model", False), ("a-100 x2, b-200 x1 有货吗", False), ("红色m 2件", False),
    ],
)  # fmt: skip
def test_reckoning_and_comparing_are_thought(turn: str, is_thought: bool) -> None:
    assert wants_thought(turn) == is_thought


def test_a_table_to_choose_from_is_read_whole() -> None:
    table = "| city | price | tax |\n| A | 10 | 2% |\n| B | 9 | 9% |\n"
    asked = "Which one is cheaper after tax for 30 orders?"
    assert leave_records_out(table + asked) == table + asked


def _ask(text: str) -> ChatRequest:
    return ChatRequest(model="auto", messages=(Message(role="user", content=text),))
