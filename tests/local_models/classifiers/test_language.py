"""Languages and matters: what a text is written in, and what it holds besides prose."""

from __future__ import annotations

import pytest

from local_models.classifiers.language import tell_language, tell_spoken
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
        ("<PHONE_1>", "none"),
        ("12345", "none"),
        ("？？？", "none"),
        ("😡😡", "none"),
        ("https://a.cn/b", "none"),
        ("", "none"),
        ("ⵜⴰⵎⴰⵣⵉⵖⵜ", "other"),
    ],
)
def test_the_language_of_a_turn(text: str, language: str) -> None:
    assert tell_language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "Où est ma commande", "Je veux un remboursement", "Wo ist mein Paket", "Ich will mein Geld zurück",
        "Necesito la factura", "¿Dónde está mi pedido?", "Gdzie jest moja paczka", "Waar is mijn bestelling",
        "Siparişim nerede", "Ich bin sehr wütend", "saya mau uang kembali", "grazie, non è arrivato", "Guten Tag", "no funciona", "quanto costa", "combien ça coute",
        "cuanto cuesta el envio", "saya mau refund", "saya mau cancel order", "buenos dias", "no ha llegado", "Hilfe bitte", "berapa ongkirnya",
    ],
)  # fmt: skip
def test_short_texts_in_other_languages_are_not_english(text: str) -> None:
    assert tell_language(text) == "other"


@pytest.mark.parametrize(
    "text",
    [
        "ok", "hi", "refund pls", "iphone case", "Los Angeles store", "5 min late", "non stick pan", "van delivery late",
        "met the courier", "Mon or Tue", "chow mein", "dove soap", "trash bin", "L'Oréal serum order", "size M", "EST please", "Sol de Janeiro cream", "Das Keyboard",
        "La Roche Posay", "Beyoncé ticket", "Pokémon cards missing", "costa coffee mug", "no refund", "El Paso store", "Bueno bar",
    ],
)  # fmt: skip
def test_short_english_stays_english(text: str) -> None:
    assert tell_language(text) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "注文番号12345の配送状況を教えてください", "在庫確認お願いします", "商品交換可能ですか", "商品到着予定日の確認をお願い致します", "領収書発行希望", "返金確認", "キャンセル希望",
        "送料について質問", "具体的な到着日を知りたい", "個数を変更したい",
    ],
)  # fmt: skip
def test_japanese_is_not_chinese_however_many_characters_they_share(text: str) -> None:
    assert tell_language(text) == "other"


@pytest.mark.parametrize(
    "text",
    [
        "优の良品什么时候发货", "の字怎么打", "资生堂のアネッサ防晒还有货吗", "我买的是日版ありがとう贴纸，什么时候到", "这个包装上写着「賞味期限はいつ」是什么意思", "“いただきます”是什么意思",
        "領收據可以寄給我嗎", "請問訂單什麼時候發貨", "第三届展会门票", "应届生优惠", "目的地更改", "取消", "退货", "收據",
    ],
)  # fmt: skip
def test_chinese_stays_chinese_beside_a_word_or_a_sign_of_japanese(text: str) -> None:
    assert tell_language(text) == "zh"


@pytest.mark.parametrize(
    "text",
    [
        "iPhone 15 Pro Max", "XL", "SF1234567890123", "nike air max", "88812345678", "https://a.cn/b", "li@qq.com", "？？？", "👍", "", "ok", "thank you", "Li Wei",
        "The North Face", "La Roche-Posay", "<PHONE_1>", "gracias", "estee lauder double wear",
    ],
)  # fmt: skip
def test_names_codes_and_marks_tell_nothing_of_what_is_spoken(text: str) -> None:
    assert tell_spoken(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is it?", "en"), ("it is broken", "en"), ("refund my money", "en"), ("cancel order", "en"), ("Is It Broken?", "en"), ("my name is Anna", "en"),
        ("15块", "zh"), ("男", "zh"), ("no funciona", "other"), ("返品したいです", "other"), ("Где мой заказ", "other"), ("tôi muốn hoàn tiền", "other"),
        ("我想 cancel my order 可以吗 please help", "mixed"),
    ],
)  # fmt: skip
def test_a_sentence_tells_what_is_spoken(text: str, language: str) -> None:
    assert tell_spoken(text) == language


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
        assert tell_language(text) in {"en", "none"}
        assert tell_matter(text).has_long_document


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("my order 还没到", "mixed"), ("where is my 快递", "mixed"), ("can I 退货", "mixed"), ("my order 還沒到", "mixed"), ("请问how to return", "mixed"),
        ("in stock吗", "zh"), ("hello 在吗", "zh"), ("help 转人工", "zh"), ("the size 太小", "zh"), ("thanks 啦", "zh"),
    ],
)  # fmt: skip
def test_chinese_that_speaks_tells_beside_english_words(text: str, language: str) -> None:
    assert tell_language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "do you sell 旗袍", "is the 不锈钢 pot in stock", "the 老干妈 sauce leaked", "do you sell 大白兔奶糖 here", "is 可口可乐 cheaper", "my 饿了么 voucher",
        "what does 怎么 mean", "how do you say 谢谢", "ship to 王小明 please", "ship it to 上海市浦东新区",
    ],
)  # fmt: skip
def test_chinese_that_names_a_thing_leaves_a_sentence_english(text: str) -> None:
    assert tell_language(text) == "en"
