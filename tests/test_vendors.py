"""Which vendors are on, which models they have, and where each is deployed."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from policies.signals import Candidate
from providers.catalog import load_catalog
from router.errors import ConfigError
from router.places import find_places, list_candidates
from router.settings import Settings
from router.vendors import find_models, find_vendors, statuses

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


def _sites(candidate: Candidate) -> dict[str, tuple[str | None, bool]]:
    return {site.name: (site.region, site.is_local) for site in candidate.sites}


def _qwens(**providers: dict[str, Any]) -> Settings:
    return _settings(
        providers={
            name.replace("_", "-"): {"kind": "dashscope", "api_key": "k", **more}
            for name, more in providers.items()
        }
    )


def test_a_name_with_a_region_is_deployed_at_the_providers_of_that_region_alone() -> None:
    found = _candidates(_qwens(ds_cn={"region": "cn"}, ds_intl={"region": "intl"}), {})
    assert _sites(found["qwen3-max@cn"]) == {"ds-cn/qwen3-max@cn": ("cn", False)}
    assert _sites(found["qwen3-max"]) == {"ds-intl/qwen3-max": ("intl", False)}
    found = _candidates(_qwens(dashscope={}, ds_cn={"region": "cn"}), {})
    assert list(_sites(found["qwen3-max@cn"])) == ["ds-cn/qwen3-max@cn"]
    assert list(_sites(found["qwen3-max"])) == ["dashscope/qwen3-max"]


def test_a_name_of_a_region_where_no_provider_is_is_off_and_says_why() -> None:
    found = _candidates(_qwens(dashscope={}), {})["qwen3-max@cn"]
    assert not found.is_on
    assert found.why_off == "it is of region cn, and provider 'dashscope' is in region intl"
    assert _sites(found) == {"dashscope/qwen3-max@cn": ("intl", False)}


def test_a_plain_name_is_billed_as_in_the_region_where_its_only_providers_are() -> None:
    by_kind = _candidates(_qwens(mine={"region": "cn"}), {})["qwen3-max"]
    by_name = _candidates(_qwens(dashscope={"region": "cn"}), {})["qwen3-max"]
    usual = _candidates(_qwens(dashscope={}), {})["qwen3-max"]
    assert by_kind.input_usd_per_million == by_name.input_usd_per_million
    assert by_kind.input_usd_per_million != usual.input_usd_per_million
    assert _sites(by_kind) == {"mine/qwen3-max": ("cn", False)}
    elsewhere = _candidates(_qwens(mine={"region": "hk"}), {})["qwen3-max"]
    assert elsewhere.is_on and elsewhere.input_usd_per_million is None


@pytest.mark.parametrize(
    ("said", "region"),
    [
        ({}, "intl"),
        ({"base_url": "https://dashscope.aliyuncs.com/compatible-mode/v1"}, "cn"),
        ({"base_url": "http://127.0.0.1:9/v1"}, None),
        ({"base_url": "http://127.0.0.1:9/v1", "region": "hk"}, "hk"),
    ],
)
def test_a_provider_is_where_it_says_or_where_its_address_is(
    said: dict[str, Any], region: str | None
) -> None:
    vendors = find_vendors(_qwens(dashscope=said), {})
    assert vendors["dashscope"].status.region == region
    assert vendors["dashscope"].status.is_local is False


def test_a_region_that_contradicts_the_address_is_refused() -> None:
    address = "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"
    with pytest.raises(ConfigError, match=r"providers\.ds-cn\.region: it says cn.*in intl"):
        find_vendors(_qwens(ds_cn={"region": "cn", "base_url": address}), {})


def _house_qwen(*deployments: str, **entry: Any) -> Settings:
    places = [{"provider": name} for name in deployments]
    model = {"provider": deployments[0], "window_tokens": 32768, "deployments": places, **entry}
    return _settings(
        providers={
            "gpu": {"kind": "llama_server", "base_url": "https://gpu.example.com/v1"},
            "home": {"kind": "llama_server", "is_local": True},
            "vllm": {"kind": "openai", "api_key": "k", "base_url": "http://10.0.0.7:8000/v1"},
            "proxy": {"kind": "openai", "api_key": "k", "base_url": "https://llm.example.com/v1"},
            "dashscope": {"kind": "dashscope", "api_key": "k"},
        },
        models={"house-qwen": model},
    )


def test_each_deployment_is_local_by_its_own_provider() -> None:
    mixed = _candidates(_house_qwen("home", "gpu", "dashscope"), {})["house-qwen"]
    assert not mixed.is_local
    assert _sites(mixed) == {
        "home/house-qwen": (None, True),
        "gpu/house-qwen#2": (None, False),
        "dashscope/house-qwen#3": ("intl", False),
    }
    assert _candidates(_house_qwen("home"), {})["house-qwen"].is_local
    assert _candidates(_house_qwen("gpu", "vllm", is_local=True), {})["house-qwen"].is_local
    assert not _candidates(_house_qwen("home", is_local=False), {})["house-qwen"].is_local


@pytest.mark.parametrize("outside", ["dashscope", "proxy"])
def test_a_model_called_local_at_somebody_elses_is_refused(outside: str) -> None:
    with pytest.raises(ConfigError, match=rf"models\.house-qwen\.is_local.*'{outside}'.*Remove"):
        _candidates(_house_qwen("gpu", outside, is_local=True), {})


def test_a_model_said_to_be_in_another_region_than_its_provider_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"models\.house-qwen: .*region cn.*in region intl"):
        _candidates(_house_qwen("dashscope", region="cn"), {})
    there = _candidates(_house_qwen("proxy", region="eu"), {})["house-qwen"]
    assert _sites(there) == {"proxy/house-qwen": ("eu", False)}


def test_a_vendors_own_address_cannot_be_called_local() -> None:
    with pytest.raises(ConfigError, match=r"providers\.dashscope\.is_local: its address dashscope"):
        find_vendors(_qwens(dashscope={"is_local": True}), {})


def test_of_a_model_only_deployments_that_are_on_count_as_its_places() -> None:
    settings = _settings(
        providers={
            "home": {"kind": "llama_server", "is_local": True},
            "dashscope": {"kind": "dashscope"},
        },
        models={
            "q": {
                "provider": "home",
                "window_tokens": 4096,
                "deployments": [{"provider": "dashscope"}, {"provider": "home"}],
            }
        },
    )
    assert list(_sites(_candidates(settings, {})["q"])) == ["home/q#2"]


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


def _own(**more: Any) -> dict[str, Any]:
    return {"provider": "gpu", "window_tokens": 32768, **more}


@pytest.mark.parametrize(
    ("provider", "model"),
    [({}, {"is_local": True}), ({"is_local": True}, {}), ({"is_local": True}, {"is_local": True})],
)
def test_a_model_of_this_house_costs_a_known_zero(
    provider: dict[str, Any], model: dict[str, Any]
) -> None:
    gpu = {"kind": "llama_server", "base_url": "http://127.0.0.1:1/v1", **provider}
    models = {"own": _own(**model), "based": _own(base_model="qwen3-max", **model)}
    found = _candidates(_settings(providers={"gpu": gpu}, models=models), {})
    for name in models:
        assert found[name].input_usd_per_million == found[name].output_usd_per_million == 0
        assert found[name].longer_prompts == ()
    outside = _settings(providers={"gpu": {**gpu, "is_local": False}}, models={"own": _own()})
    assert _candidates(outside, {})["own"].input_usd_per_million is None


def test_each_deployment_has_the_prices_of_its_region_and_the_model_the_dearest() -> None:
    both = {"deployments": [{"provider": "ds-cn"}, {"provider": "ds-intl"}]}
    settings = _qwens(ds_cn={"region": "cn"}, ds_intl={"region": "intl"})
    models = {
        name: {"base_model": name.removeprefix("two-"), **both}
        for name in ("two-qwen3-max", "two-qwen3.7-max")
    }
    settings = Settings.model_validate({**settings.model_dump(), "models": models})
    found = _candidates(settings, {})
    cn, intl = (each.prices for each in found["two-qwen3-max"].sites)
    assert cn and [(step.above_tokens, step.input_usd) for step in cn] == [
        (0, Decimal("0.35")),
        (32_000, Decimal("0.56")),
        (128_000, Decimal("0.98")),
    ]
    assert intl and found["two-qwen3-max"].input_usd_per_million == Decimal("1.2")
    assert [step[:2] for step in found["two-qwen3-max"].longer_prompts] == [
        (step.above_tokens, step.input_usd) for step in intl[1:]
    ]
    # Nobody lists what it costs on the mainland.
    assert found["two-qwen3.7-max"].input_usd_per_million is None
    assert found["two-qwen3.7-max"].sites[1].prices is not None
