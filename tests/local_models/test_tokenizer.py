"""Token estimates: monotone, near the vocabularies, hardly ever passed, and never a download."""

from __future__ import annotations

import base64
import json
import random
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local_models.token_traits import TRAITS, count_traits, count_traits_in_arrays
from local_models.tokenizer import (
    FAMILIES,
    count_tokens,
    estimate_by_family,
    estimate_tokens,
    family_of,
    name_family,
)

_RNG = random.Random(3)
# What the vocabularies say of texts of many kinds, none of which the weights were fitted on.
_HERE = Path(__file__).parent
MEASURED = json.loads((_HERE / "token_texts.json").read_text("utf-8"))
# The same of texts that nobody thinks of: vowel points, letters of mathematics, scripts of few, hand-written patterns.
STRANGERS = json.loads((_HERE / "token_strangers.json").read_text("utf-8"))
ORDINARY = (
    "english chat",
    "english docs",
    "chinese chat",
    "python",
    "json indented",
    "markdown table",
)


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-4o-mini", "o200k"), ("gpt-5.1", "o200k"), ("gpt-4-turbo", "cl100k"),
        ("claude-sonnet-4-5", "claude"), ("qwen-max", "qwen"), ("Qwen/Qwen3-8B", "qwen"),
        ("something-new", "o200k"), ("qwen", "qwen"),
    ],
)  # fmt: skip
def test_a_model_s_name_tells_its_family(model: str, family: str) -> None:
    assert family_of(model).name == family


def test_an_unknown_name_has_no_family_and_the_most_that_any_measured_one_has() -> None:
    assert name_family("something-new") == ""
    told = estimate_by_family("请问我的订单到哪里了？13800138000")
    assert told[""].at_most == max(told[name].at_most for name in ("o200k", "cl100k", "qwen"))


def test_an_empty_text_has_no_tokens_and_any_other_has_one_at_least() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens(" ") == 1
    assert set(estimate_by_family("").values()) == {(0, 0)}


@pytest.mark.parametrize("family", FAMILIES)
def test_more_text_never_has_fewer_tokens(family: str) -> None:
    text = "Please 退款 my order 12345, 谢谢! ---- \n\n   aaaa ПРИВЕТ émoji 😀 " * 20
    sizes = [estimate_tokens(text[:end], family) for end in range(0, len(text), 7)]
    assert sizes == sorted(sizes)


def test_every_family_weighs_every_trait_and_its_most_is_never_less() -> None:
    for family in FAMILIES.values():
        assert len(family.weights) == len(family.at_most) == len(TRAITS)
        assert min(family.weights) >= 0
        assert all(
            most >= about for about, most in zip(family.weights, family.at_most, strict=True)
        )


@pytest.mark.parametrize("kind", MEASURED)
def test_the_estimate_comes_near_what_the_vocabularies_say(kind: str) -> None:
    text, true = MEASURED[kind]["text"], MEASURED[kind]["tokens"]
    told = estimate_by_family(text)
    for family, tokens in true.items():
        about, at_most = told[family]
        assert tokens * 0.65 <= about <= tokens * 1.6, (family, about, tokens)
        assert at_most >= tokens, (family, at_most, tokens)


@pytest.mark.parametrize("kind", STRANGERS)
def test_no_text_of_a_strange_kind_has_more_tokens_than_the_most(kind: str) -> None:
    for each in STRANGERS[kind]:
        told = estimate_by_family(each["text"])
        for family, tokens in each["tokens"].items():
            assert told[family].at_most >= tokens, (family, each["text"])
        assert told[""].at_most >= max(each["tokens"].values())


@pytest.mark.parametrize("kind", ORDINARY)
def test_the_most_of_an_ordinary_text_wastes_no_window(kind: str) -> None:
    told = estimate_by_family(MEASURED[kind]["text"])
    for family, tokens in MEASURED[kind]["tokens"].items():
        assert told[family].at_most <= tokens * 1.45, (family, told[family], tokens)


@given(st.text(max_size=200))
@example("𒀀𒈾 𒂍𒀀 \U0001d15e क़ שּׁ")
def test_no_text_has_more_tokens_than_bytes_even_once_it_is_normalised(text: str) -> None:
    most = sum(len(unicodedata.normalize("NFC", each).encode("utf-8", "replace")) for each in text)
    told = estimate_by_family(text)
    for family in ("o200k", "cl100k", "qwen", "llama"):
        about, at_most = told[family]
        assert about <= at_most <= max(1, 4 * len(text), most)


@pytest.mark.parametrize(
    ("plain", "stranger"),
    [
        ("please cancel the order", "plaese cnacel teh odrer"),
        ("Please Cancel The Order", "PleASE CanCEL thE ORdER"),
        ("שלום עולם", "שָׁלוֹם עוֹלָם"),
        ("καλημέρα κόσμε", "κᾶλημὲρα κόσμἐ"),
        ("我们今天去北京", "我 们 今 天 去 北 京"),
        ("Give it to me", "𝗚𝗶𝘃𝗲 𝗶𝘁 𝘁𝗼 𝗺𝗲"),
        ("한국어", unicodedata.normalize("NFD", "한국어")),
        ("ホテル", "ﾎﾃﾙ"),
        ("for each of them", "ˈfɔːɹ ˈiːtʃ ɒv ðəm"),
    ],
)
@pytest.mark.parametrize("family", ["o200k", "cl100k"])
def test_what_is_written_unusually_counts_for_more(plain: str, stranger: str, family: str) -> None:
    one, two = estimate_by_family(plain)[family], estimate_by_family(stranger)[family]
    assert two.about > one.about and two.at_most > one.at_most


@pytest.mark.parametrize("word", ["please", "Please", "ORDER", "commande", "заказ", "طلب"])
def test_a_word_that_the_vocabulary_holds_is_no_stranger(word: str) -> None:
    def strange(text: str) -> int:
        found = dict(zip(TRAITS, count_traits(text), strict=True))
        return found["strange_letters_o200k"] + found["strange_script_o200k"]

    assert strange(f"1 {word}") == 0
    assert strange(f"1 {word[::-1]}q{word}") > 0


def test_a_row_of_one_mark_costs_little_and_blanks_something() -> None:
    assert 30 <= estimate_tokens("-" * 3_000) <= 200
    assert 20 <= estimate_tokens(" " * 3_000) <= 120


def test_base64_costs_what_it_costs() -> None:
    text = base64.b64encode(_RNG.randbytes(3_000)).decode()
    assert 0.6 <= estimate_tokens(text) / len(text) <= 0.85


def test_without_a_cached_vocabulary_the_count_is_an_estimate_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    count, is_exact = count_tokens("where is my order", "claude")
    assert (count, is_exact) == (estimate_tokens("where is my order", "claude"), False)
    assert count_tokens("where is my order", "cl100k")[1] is False


def test_a_hundred_kilobytes_take_time_in_proportion() -> None:
    def seconds(text: str) -> float:
        start = time.process_time()
        count_traits(text)
        return time.process_time() - start

    for filler in ("word 12 ", "哈", "-", "\n", "aB3"):
        short, long = (filler * (size // len(filler)) for size in (25_000, 100_000))
        least = [min(seconds(text) for _ in range(5)) for text in (short, long)]
        assert least[1] < 12 * max(least[0], 50e-6)


@given(st.text(max_size=200))
@example("aZ09 .,\n退款，é한\u3000\u2fff\ud7ff\ue000\uffff😀")
@example("half of a pair: \ud83d")
@example("aaaa    \n\n\n\n----1111 aB1b2 ĐđƯ 體龘𠀀🇨🇳\u200d")
@example("哈哈哈哈 ﾎﾃﾙ 한국 שָׁלוֹם ж Ж é \t \t {}{}{} ───── ———— HTTPServer fooBar ффффф")
@example("and a word of more than twenty letters: counterrevolutionarily\x00\x7f")
def test_the_compiled_loop_and_the_arrays_count_the_same_traits(text: str) -> None:
    assert list(count_traits(text)) == count_traits_in_arrays(text)
