"""Which vendors are on, which models they have, and where each is deployed."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from policies.signals import Candidate
from providers.catalog import load_catalog
from router.errors import ConfigError
from router.settings import Settings
from router.vendors import find_models, find_places, find_vendors, list_candidates, statuses

TODAY = datetime.date(2026, 11, 21)


def _settings(**values: Any) -> Settings:
    return Settings.model_validate(values)


def _candidates(
    settings: Settings, environ: dict[str, str], day: datetime.date = TODAY
) -> dict[str, Candidate]:
    vendors = find_vendors(settings, environ)
    catalog = find_models(load_catalog(), settings, vendors)
    places = find_places(catalog, settings, vendors)
    found = list_candidates(catalog, places, statuses(vendors), day)
    return {candidate.name: candidate for candidate in found}


def test_the_environment_switches_vendors_on_and_moves_them() -> None:
    vendors = find_vendors(
        Settings(), {"OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1/"}
    )
    assert vendors["openai"].status.is_on
    assert vendors["openai"].settings.base_url == "http://127.0.0.1:9/v1"
    assert not vendors["anthropic"].status.is_on
    assert "ANTHROPIC_API_KEY" in vendors["anthropic"].status.why


def test_a_model_without_its_vendor_is_off_with_the_reason() -> None:
    found = _candidates(Settings(), {"OPENAI_API_KEY": "sk-1"})
    assert found["gpt-6-luna"].is_on
    assert not found["claude-opus-5-5"].is_on
    assert "ANTHROPIC_API_KEY" in found["claude-opus-5-5"].why_off


def test_a_retired_model_is_off_from_its_day_on() -> None:
    environ = {"ANTHROPIC_API_KEY": "sk-1"}
    before = _candidates(Settings(), environ, datetime.date(2026, 11, 29))["claude-sonnet-4-5"]
    after = _candidates(Settings(), environ, datetime.date(2026, 11, 30))["claude-sonnet-4-5"]
    assert before.is_on
    assert not after.is_on
    assert "2026-11-30" in after.why_off


def test_a_model_of_ones_own_has_its_price_and_its_place() -> None:
    settings = _settings(
        providers={"gpu": {"kind": "llama_server", "base_url": "http://127.0.0.1:1/v1"}},
        models={
            "qwen3-32b": {
                "provider": "gpu",
                "wire_name": "Qwen/Qwen3-32B",
                "window_tokens": 32768,
                "is_local": True,
                "prices": {"input": "0.05", "output": "0.1"},
            }
        },
    )
    found = _candidates(settings, {})["qwen3-32b"]
    assert found.is_on
    assert found.is_local
    assert found.output_usd_per_million == Decimal("0.1")


def test_the_catalogs_model_can_be_changed_without_losing_the_rest() -> None:
    settings = _settings(
        providers={"openai": {"kind": "openai", "api_key": "x"}},
        models={"gpt-6-luna": {"quality": 0.99}},
    )
    found = _candidates(settings, {})["gpt-6-luna"]
    assert found.quality == 0.99
    assert "tools" in found.abilities
    assert found.input_usd_per_million == Decimal("0.1")


def test_several_accounts_of_one_kind_serve_the_same_models() -> None:
    settings = _settings(
        providers={
            "openai-eu": {"kind": "openai", "api_key": "a"},
            "openai-us": {"kind": "openai", "api_key": "b"},
        }
    )
    vendors = find_vendors(settings, {})
    catalog = find_models(load_catalog(), settings, vendors)
    places = find_places(catalog, settings, vendors)["gpt-6-luna"]
    assert [place.vendor for place in places] == ["openai-eu", "openai-us"]


def test_a_deployment_at_an_unknown_provider_is_refused() -> None:
    settings = _settings(
        providers={"openai": {"kind": "openai", "api_key": "x"}},
        models={"gpt-6-luna": {"deployments": [{"provider": "azure"}]}},
    )
    with pytest.raises(ConfigError, match=r"models\.gpt-6-luna\.deployments\[0\].*'azure'"):
        _candidates(settings, {})


def test_a_kind_that_does_not_exist_is_refused_with_the_kinds_there_are() -> None:
    with pytest.raises(ConfigError, match=r"no kind of provider\. Known: openai"):
        find_vendors(_settings(providers={"x": {"kind": "opnai"}}), {})


def test_a_model_that_nobody_knows_must_say_where_it_is() -> None:
    settings = _settings(models={"mystery": {"quality": 0.5}})
    with pytest.raises(ConfigError, match="needs provider and window_tokens"):
        _candidates(settings, {})


def test_a_model_may_be_the_catalogs_under_another_name_in_another_account() -> None:
    accounts = {name: {"kind": "openai", "api_key": name} for name in ("eu", "us")}
    models = {
        f"gpt-4o-{name}": {
            "base_model": "gpt-4o-2024-08-06",
            "max_output_tokens": 100,
            "deployments": [{"provider": name, "wire_name": "gpt-4o"}],
        }
        for name in accounts
    }
    settings = _settings(providers=accounts, models=models)
    vendors = find_vendors(settings, {})
    catalog = find_models(load_catalog(), settings, vendors)
    places = find_places(catalog, settings, vendors)
    card = catalog.find("gpt-4o")
    for name in accounts:
        own = catalog.find(f"gpt-4o-{name}")
        assert (own.window_tokens, own.prices) == (card.window_tokens, card.prices)
        assert own.max_output_tokens == 100 != card.max_output_tokens
        assert [place.vendor for place in places[own.name]] == [name]


def test_a_base_model_that_is_in_no_catalog_is_refused_with_a_suggestion() -> None:
    settings = _settings(models={"mine": {"base_model": "gpt-4oo"}})
    with pytest.raises(ConfigError) as caught:
        find_models(load_catalog(), settings, find_vendors(settings, {}))
    assert "models.mine" in str(caught.value) and "gpt-4o" in str(caught.value)
