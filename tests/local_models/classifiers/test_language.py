"""Languages and matters: what a text is written in, and what it holds besides prose."""

from __future__ import annotations

import pytest

from local_models.classifiers.language import tell_language
from local_models.classifiers.matter import tell_matter


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我的快递到哪了", "zh"),
        ("iPhone 15 Pro Max 什么时候有货", "zh"),
        ("订单<ORDER_1>帮我查下", "zh"),
        ("Where is my order?", "en"),
        ("hi", "en"),
        ("I bought 口罩", "en"),
        ("我想 cancel my order 可以吗 please help", "mixed"),
        ("où est ma commande, s'il vous plaît, je ne la trouve pas", "other"),
        ("商品はいつ届きますか", "other"),
        ("Где мой заказ", "other"),
        ("<PHONE_1>", "other"),
        ("12345", "other"),
        ("", "other"),
    ],
)
def test_the_language_of_a_turn(text: str, language: str) -> None:
    assert tell_language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "Où est ma commande", "Je veux un remboursement", "Wo ist mein Paket", "Ich will mein Geld zurück",
        "Necesito la factura", "¿Dónde está mi pedido?", "Gdzie jest moja paczka", "Waar is mijn bestelling",
        "Siparişim nerede", "Ich bin sehr wütend", "saya mau uang kembali", "grazie, non è arrivato",
    ],
)  # fmt: skip
def test_short_texts_in_other_languages_are_not_english(text: str) -> None:
    assert tell_language(text) == "other"


@pytest.mark.parametrize(
    "text",
    [
        "ok", "hi", "refund pls", "iphone case", "Los Angeles store", "5 min late", "non stick pan", "van delivery late",
        "met the courier", "Mon or Tue", "chow mein", "dove soap", "trash bin", "L'Oréal serum order", "size M", "EST please",
    ],
)  # fmt: skip
def test_short_english_stays_english(text: str) -> None:
    assert tell_language(text) == "en"


def test_a_long_document_is_long_in_its_own_script() -> None:
    assert tell_matter("合同条款。" * 500).has_long_document
    assert not tell_matter("clause " * 500).has_long_document
    assert tell_matter("clause " * 1_000).has_long_document


def test_blanks_make_no_document() -> None:
    assert not tell_matter("hi" + " " * 7_000).has_long_document
    assert not tell_matter("你好" + "\n" * 7_000).has_long_document
    assert tell_matter("clause " * 1_000 + "\n" * 7_000).has_long_document


def test_hostile_text_takes_no_time() -> None:
    for text in (
        "x" * 200_000,
        "@" * 200_000,
        "<" * 200_000,
        "<A" * 100_000,
        "[" * 200_000,
        "`" * 99_999,
    ):
        assert tell_language(text) in {"en", "other"}
        assert tell_matter(text).has_long_document
