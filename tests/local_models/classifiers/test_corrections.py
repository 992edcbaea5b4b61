"""A wrong order number, and the right one that takes its place."""

from __future__ import annotations

import pytest

from local_models.classifiers.corrections import correct, find_correction


@pytest.mark.parametrize(
    ("known", "turn", "number"),
    [
        ("88123456", "打错了，是88123465", "88123465"),
        ("88123456", "更正：88123465", "88123465"),
        ("88123456", "單號錯了，是88123465", "88123465"),
        ("88123456", "88123465", "88123465"),
        ("88123", "typo, 88132", "88132"),
        ("88123", "I mean 88132", "88132"),
        ("88123", "not 88123, 88132", "88132"),
        ("8812", "sorry, 88123", "88123"),
        ("AB-12345", "it's AB-12354", "AB-12354"),
        ("88123", "8813", ""),
        ("88123", "I also have 88132", ""),
        ("88123", "我付了12999呢", ""),
        ("88123", "邮编 10002 是不是错了", ""),
        ("88123456", "13800138000", ""),
        ("88123", "AB132", ""),
    ],
)
def test_a_number_of_its_shape_takes_the_place_of_a_wrong_one(
    known: str, turn: str, number: str
) -> None:
    assert find_correction(known, turn, "") == number


@pytest.mark.parametrize(
    ("turn", "answer", "number"),
    [
        ("483920", "麻烦提供下验证码", ""),
        ("483920", "What is the code that we sent you?", ""),
        ("483920", "Thanks, one moment please.", "483920"),
        ("打错了，是483920", "请问是订单483902吗？", "483920"),
        ("打错了，是483920", "请提供验证码", ""),
    ],
)
def test_what_answers_another_question_corrects_no_order(
    turn: str, answer: str, number: str
) -> None:
    assert find_correction("483902", turn, answer) == number


def test_of_several_orders_none_is_taken_for_another() -> None:
    assert correct(("88123", "88124"), [("sorry, 88132", "")]) == ()
    assert correct(("88123",), [("hm", ""), ("sorry, 88132", "")]) == ("88132",)
