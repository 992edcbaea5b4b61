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


@pytest.mark.parametrize(
    ("turn", "answer"),
    [
        ("44556677", "We need your membership number to proceed."), ("44556677", "I sent a code to your phone."),
        ("44556677", "Kindly reply with your customer id."), ("44556677", "验证码已发送到您手机"),
        ("44556677", "需要核对您的会员号"), ("44556677", "把会员编号发过来"), ("44556677", "To continue, type the digits we emailed."), ("44556677", "需要您的身份证后八位"), ("44556677", "需要您的身份證後八位"),
        ("sorry, 44556677", "We need your membership number for order 88123456."),
        ("不好意思，44556677", "会员号不对，请核对一下"), ("44556677", "Your locker is 99001122."),
        ("ok 55667788", "Your refund reference is 55667788."), ("好的 55667788", "退款单号是55667788"),
        ("99001122 is not found, wrong tracking?", "It shipped with tracking 99001122."),
        ("99001122 is not found", ""), ("44556677查不到，是不是错了", ""),
    ],
)  # fmt: skip
def test_what_the_shop_asks_for_or_gives_takes_no_order_s_place(turn: str, answer: str) -> None:
    assert find_correction("88123456", turn, answer) == ""


@pytest.mark.parametrize(
    ("known", "turn"),
    [
        ("2026112001", "手机打错了，应该是0912345678"), ("88123456", "電話打錯咗，係91234567"),
        ("88123456", "我银行卡号写错了，是62220212"), ("88123456", "发票税号开错了，应该是91310000"),
        ("88123456", "QQ号填错了是88123450"), ("88123456", "门锁密码说错了，是88123465"),
        ("88123456", "地址填錯了，郵遞區號應該是10012345"), ("5551234567", "wrong phone sorry, it's 4155552671"),
        ("88123456", "you refunded the wrong card, mine ends 88223344"), ("8812", "数量写错了，应该是1200"),
        ("20261130", "wrong date, it should be 20261203"), ("88123456", "typo in my zip code, it's 88123465"),
    ],
)  # fmt: skip
def test_who_corrects_another_thing_corrects_no_order(known: str, turn: str) -> None:
    assert find_correction(known, turn, "在路上。") == ""


@pytest.mark.parametrize(
    ("turn", "answer", "number"),
    [
        ("打错了，是88123465", "退款会退回您的银行卡", "88123465"),
        ("typo, 88123465", "It was refunded to your card.", "88123465"),
        ("订单号错了，是99001122", "需要核对您的会员号和订单", "99001122"),
        ("sorry, I meant 99001122", "Order 88123456 is on its way.", "99001122"),
        ("99001122", "88123456在2026年12月3日送达", "99001122"),
        ("99001122 not 88123456", "On its way.", "99001122"),
        ("99001122", "在路上。", "99001122"),
    ],
)
def test_an_order_is_corrected_beside_what_else_was_said(
    turn: str, answer: str, number: str
) -> None:
    assert find_correction("88123456", turn, answer) == number


@pytest.mark.parametrize(
    ("since", "right"),
    [
        ([("so where is it?", "Thanks."), ("44556677", "We need your membership number.")], ()),
        ([("44556677", "Take your time."), ("let me look", "We need your membership number.")], ()),
        ([("ok 55667788", "Anything else"), ("thanks", "Your refund reference is 55667788.")], ()),
        ([("打错了，是0912345", "好的"), ("我手机0912344", "在路上")], ()),
        ([("打错了，是88123465", "好的"), ("我手机0912344", "在路上")], ("88123465",)),
        ([("so where is it?", "Thanks."), ("typo, 99001122", "On its way.")], ("99001122",)),
    ],
)
def test_a_number_corrects_what_was_spoken_of_last(
    since: list[tuple[str, str]], right: tuple[str, ...]
) -> None:
    assert correct(("88123456",), since) == right
