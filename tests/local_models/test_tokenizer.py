"""Token estimates: monotone, bounded, and never a download."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local_models.tokenizer import (
    FAMILIES,
    count_classes,
    count_classes_in_bytes,
    count_tokens,
    estimate_tokens,
    family_of,
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


def test_an_empty_text_has_no_tokens_and_any_other_has_one_at_least() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens(" ") == 1


@pytest.mark.parametrize("family", FAMILIES)
def test_more_text_never_has_fewer_tokens(family: str) -> None:
    text = "Please 退款 my order 12345, 谢谢! " * 20
    sizes = [estimate_tokens(text[:end], family) for end in range(0, len(text), 7)]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("family", FAMILIES)
def test_english_words_and_han_cost_what_is_usual(family: str) -> None:
    english = "the customer would like to know when the parcel will arrive at home " * 10
    assert 0.9 <= estimate_tokens(english, family) / 130 <= 1.4
    chinese = "我想问一下我昨天买的那个手机壳到底什么时候发货" * 10
    assert 0.5 <= estimate_tokens(chinese, family) / len(chinese) <= 1.2


def test_without_a_cached_vocabulary_the_count_is_an_estimate_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    count, is_exact = count_tokens("where is my order", "claude")
    assert (count, is_exact) == (estimate_tokens("where is my order", "claude"), False)
    assert count_tokens("where is my order", "cl100k")[1] is False


@given(st.text(max_size=200))
@example("aZ09 .,\n退款，é한\u3000\u2fff\ud7ff\ue000\uffff😀")
@example("half of a pair: \ud83d")
def test_the_compiled_loop_and_the_bytes_count_the_same_classes(text: str) -> None:
    assert list(count_classes(text)) == count_classes_in_bytes(text)
