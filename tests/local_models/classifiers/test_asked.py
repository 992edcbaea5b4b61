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
