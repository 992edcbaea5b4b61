"""The shipped cards, and cards of the user's own."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from providers.calls import Usage
from providers.catalog import CatalogError, ModelNotInCatalogError, load_catalog, read_model
from providers.pricing import cost

CATALOG = load_catalog()
NOW = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
WORDS = {
    "tools", "vision", "audio", "json_mode", "json_schema", "reasoning", "prefill", "streaming",
    "logprobs", "seed",
}  # fmt: skip


def test_every_card_is_whole_and_speaks_the_one_vocabulary() -> None:
    assert {model.provider for model in CATALOG.models.values()} == {
        "openai",
        "anthropic",
        "dashscope",
        "local",
    }
    for name, model in CATALOG.models.items():
        assert model.name == name
        assert model.abilities <= WORDS
        assert "streaming" in model.abilities
        assert 0 < model.quality < 1
        assert 0 < model.max_output_tokens <= model.window_tokens
        assert model.family in {"o200k", "claude", "qwen"}
        assert model.is_local == (model.provider == "local")


def test_every_model_has_prices_except_those_of_a_region_that_lists_none() -> None:
    used = Usage(prompt_tokens=1000, completion_tokens=10)
    unpriced = {n for n, m in CATALOG.models.items() if cost(m.prices, used, NOW) is None}
    assert all(name.endswith("@cn") for name in unpriced)
    assert "qwen3-max@cn" not in unpriced


@pytest.mark.parametrize(
    ("name", "usage", "dollars"),
    [
        ("qwen3-max", Usage(prompt_tokens=100_000, completion_tokens=1_000), "0.252"),
        (
            "claude-sonnet-4-5",
            Usage(prompt_tokens=10_000, cache_read_tokens=8_000, cache_write_tokens=1_000),
            "0.00915",
        ),
        ("gpt-5.4", Usage(prompt_tokens=272_000, completion_tokens=1_000), "0.695"),
        ("gpt-5.4", Usage(prompt_tokens=272_001, completion_tokens=1_000), "1.382505"),
        ("gpt-6-luna", Usage(prompt_tokens=1_000_000, cache_write_tokens=1_000_000), "0.25"),
        ("gpt-5.4-mini", Usage(prompt_tokens=1_000_000, service_tier="flex"), "0.375"),
        ("claude-haiku-5-5", Usage(prompt_tokens=100_001), "0.0500005"),
        ("qwen3-8b", Usage(prompt_tokens=100_000, completion_tokens=1_000), "0"),
    ],
)
def test_bills_of_shipped_models_are_exact(name: str, usage: Usage, dollars: str) -> None:
    money = cost(CATALOG.find(name).prices, usage, NOW)
    assert money is not None
    assert (money.amount, money.currency) == (Decimal(dollars), "USD")


def test_the_mainland_bills_in_yuan_under_a_name_of_its_own_or_by_region() -> None:
    used = Usage(prompt_tokens=1_000_000 // 10, completion_tokens=1_000)
    money = cost(CATALOG.find("qwen3-max@cn").prices, used, NOW)
    assert money is not None and (money.amount, money.currency) == (Decimal("0.416"), "CNY")
    mainland = CATALOG.in_region("dashscope", "cn").find("qwen3-max")
    assert (mainland.region, mainland.wire_name) == ("cn", "qwen3-max")
    assert CATALOG.in_region("dashscope", "intl").find("qwen3-max").region == "intl"
    with pytest.raises(ModelNotInCatalogError, match="cn, intl"):
        CATALOG.in_region("dashscope", "moon")


def test_thinking_makes_the_mainlands_output_dearer() -> None:
    prices = CATALOG.find("qwen-plus@cn").prices
    plain = cost(prices, Usage(completion_tokens=1_000_000), NOW)
    thought = cost(prices, Usage(completion_tokens=1_000_000, reasoning_tokens=1), NOW)
    assert plain is not None and thought is not None
    assert (plain.amount, thought.amount) == (2, 8)


def test_names_that_retire_say_when() -> None:
    assert CATALOG.find("claude-sonnet-4-5").retires_on == datetime.date(2026, 11, 30)
    assert CATALOG.find("gpt-4o").retires_on == datetime.date(2027, 1, 14)


def test_a_wrong_name_is_answered_with_the_nearest_and_an_alias_with_its_card() -> None:
    with pytest.raises(ModelNotInCatalogError, match="Did you mean 'gpt-6-sol'"):
        CATALOG.find("gpt-6-soll")
    assert CATALOG.get("zzz") is None
    assert CATALOG.find("claude-haiku-4-5-20251001").name == "claude-haiku-4-5"


def test_a_card_of_ones_own_is_written_like_a_shipped_one() -> None:
    card = read_model(
        "house",
        {"window": 8192, "max_output": 1024, "prices": [{"in": "0.1", "out": 0.2}]},
        provider="vllm",
    )
    assert card.wire_name == "house"
    money = cost(card.prices, Usage(prompt_tokens=10_000_000), NOW)
    assert money is not None and money.amount == 1
    assert CATALOG.with_models([card]).find("house") is card


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"window": 1, "max_output": 1, "qality": 1}, "qality"),
        ({"window": "big", "max_output": 1}, r"\$.window"),
        ({"window": 1, "max_output": 1, "prices": [{"in": 1}]}, "`in` and `out`"),
    ],
)
def test_a_card_that_cannot_be_read_says_where(values: dict[str, object], words: str) -> None:
    with pytest.raises(CatalogError, match=words):
        read_model("house", values, provider="vllm")


def test_files_with_a_fault_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("provider: p\nmodels: {m: {window: 1}}")
    with pytest.raises(CatalogError, match=r"a\.yaml.*max_output"):
        load_catalog(tmp_path)
    (tmp_path / "a.yaml").write_text("provider: [")
    with pytest.raises(CatalogError, match="is no YAML"):
        load_catalog(tmp_path)
    one = "provider: p\nmodels: {m: {window: 1, max_output: 1}}"
    (tmp_path / "a.yaml").write_text(one)
    (tmp_path / "b.yaml").write_text(one)
    with pytest.raises(CatalogError, match="taken"):
        load_catalog(tmp_path)


def test_names_that_begin_as_an_unknown_one_are_suggested_first() -> None:
    with pytest.raises(
        ModelNotInCatalogError, match=r"Did you mean 'gpt-5\.6-sol' or 'gpt-5\.6-terra'"
    ):
        load_catalog().find("gpt-5.6")
