"""What LiteLLM's names meant is what they mean here, and what cannot be kept is told."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from policies.litellm_import import import_litellm
from tests.policies.litellm_imports import KNOWN, asked, entry, noted, of, places, taken


def test_two_groups_of_one_model_stay_two_places(tmp_path: Path) -> None:
    imported = of(
        entry("gpt-4o-eu", "openai/gpt-4o", params={"api_base": "https://eu.example/v1"}),
        entry("gpt-4o-us", "openai/gpt-4o", params={"api_base": "https://us.example/v1"}),
    )
    found = places(imported, tmp_path)
    providers = imported.config["providers"]
    for name, base_url in (
        ("gpt-4o-eu", "https://eu.example/v1"),
        ("gpt-4o-us", "https://us.example/v1"),
    ):
        (model,) = asked(imported, name, tmp_path).models
        (place,) = found[model]
        assert providers[place.vendor]["base_url"] == base_url
        assert place.model.wire_name == "gpt-4o"
        assert place.model.window_tokens == 128_000


def test_regions_of_bedrock_and_vertex_stay_apart(tmp_path: Path) -> None:
    model, info = "bedrock/anthropic.claude-v2", {"max_input_tokens": 100_000}
    imported = of(
        entry("eu", model, params={"aws_region_name": "eu-central-1"}, model_info=info),
        entry("us", model, params={"aws_region_name": "us-east-1"}, model_info=info),
    )
    found = places(imported, tmp_path)
    for name, region in (("eu", "eu-central-1"), ("us", "us-east-1")):
        (model,) = asked(imported, name, tmp_path).models
        (place,) = found[model]
        options = imported.config["providers"][place.vendor]["options"]
        assert options == {"aws_region_name": region}


def test_names_that_share_a_deployment_share_the_model_but_not_the_fallbacks(
    tmp_path: Path,
) -> None:
    imported = of(
        entry("fast", "openai/gpt-4o"),
        entry("same", "openai/gpt-4o"),
        entry("safe", "openai/gpt-4o"),
        entry("b", "openai/gpt-4.1"),
        entry("c", "openai/gpt-4.1-mini"),
        router_settings={"fallbacks": [{"fast": ["b"]}, {"same": "b"}, {"safe": "c"}]},
    )
    assert len(imported.config["models"]) == 3
    for name, models in (
        ("fast", ("gpt-4o", "gpt-4.1")),
        ("same", ("gpt-4o", "gpt-4.1")),
        ("safe", ("gpt-4o", "gpt-4.1-mini")),
    ):
        assert asked(imported, name, tmp_path).models == models


def test_deployments_that_differ_in_price_are_models_of_one_pool(tmp_path: Path) -> None:
    free = {"input_cost_per_token": 0, "output_cost_per_token": 0}
    imported = of(entry("chat", "openai/gpt-4o", params=free), entry("chat", "openai/gpt-4o"))
    assert asked(imported, "chat", tmp_path).pool == "chat"
    cards = imported.config["models"]
    assert sorted(cards) == ["chat-gpt-4o", "chat-gpt-4o-2"]
    assert cards["chat-gpt-4o"]["prices"] == {"input": "0", "output": "0"}


@pytest.mark.parametrize("name", ["通用", "My GPT 4 (prod)", "团队/客服 🚀"])
def test_a_name_that_no_model_can_have_goes_on_as_an_alias(name: str, tmp_path: Path) -> None:
    imported = of(entry(name, "openai/gpt-4.1"), entry("客服", "openai/gpt-4.1-mini"))
    assert asked(imported, name, tmp_path).models == ("gpt-4.1",)
    assert asked(imported, "客服", tmp_path).models == ("gpt-4.1-mini",)


def test_pools_whose_names_cannot_be_kept_have_distinct_ones_and_a_note(tmp_path: Path) -> None:
    pair = ("openai/gpt-4.1", "anthropic/claude-sonnet-5-5")
    imported = of(*(entry(name, model) for name in ("通用", "客服") for model in pair))
    assert set(imported.policy["pools"]) == {"pool", "pool-2"}
    assert asked(imported, "通用", tmp_path).pool == "pool"
    assert asked(imported, "客服", tmp_path).pool == "pool-2"
    assert {"通用", "客服"} <= set(noted(imported))


def test_a_name_that_cannot_even_be_an_alias_is_told() -> None:
    imported = of(entry("two\nlines", "openai/gpt-4.1"))
    assert "gpt-4.1" in noted(imported)["two\nlines"]
    assert "aliases" not in imported.policy


def test_a_group_called_auto_is_where_auto_goes(tmp_path: Path) -> None:
    imported = of(entry("other", "openai/gpt-4.1"), entry("auto", "openai/gpt-4o"))
    assert asked(imported, "auto", tmp_path).models == ("gpt-4o",)
    assert "auto" in noted(imported)


def test_wildcards_are_told_and_write_nothing() -> None:
    imported = taken("""
    model_list:
      - {model_name: "*", litellm_params: {model: "*"}}
      - {model_name: "anthropic/*", litellm_params: {model: "anthropic/*", api_key: os.environ/A}}
      - {model_name: gpt-4o, litellm_params: {model: openai/gpt-4o}}
    """)
    assert list(imported.config["models"]) == ["gpt-4o"]
    assert list(imported.config["providers"]) == ["openai"]
    assert imported.variables == ("OPENAI_API_KEY",)
    assert {f"model_list[{at}].litellm_params.model" for at in (0, 1)} <= set(noted(imported))


def test_model_info_is_taken_over_where_it_has_a_place_and_noted_where_not() -> None:
    imported = taken("""
    model_list:
      - model_name: mine
        litellm_params: {model: azure/prod-4o, api_key: os.environ/K, api_version: "2024-06-01"}
        model_info:
          max_input_tokens: 64000
          max_output_tokens: 4096
          supports_vision: true
          supports_function_calling: true
          supports_response_schema: false
          supports_prompt_caching: true
          mode: chat
          team: blue
    """)
    assert imported.config["models"]["prod-4o"] == {
        "provider": "litellm",
        "window_tokens": 64_000,
        "max_output_tokens": 4096,
        "abilities": ["streaming", "tools", "vision"],
        "deployments": [{"provider": "litellm", "wire_name": "azure/prod-4o"}],
    }
    assert imported.config["providers"]["litellm"]["options"] == {"api_version": "2024-06-01"}
    told = {where for where in noted(imported) if "model_info" in where}
    assert told == {
        "model_list[0].model_info.supports_prompt_caching",
        "model_list[0].model_info.team",
    }


def test_base_model_says_what_a_deployment_is(tmp_path: Path) -> None:
    info = {"base_model": "azure/gpt-4o-2024-08-06"}
    imported = of(entry("mine", "azure/prod", model_info=info))
    (place,) = places(imported, tmp_path)["gpt-4o"]
    assert place.model.wire_name == "azure/prod"
    assert "prices of 'gpt-4o'" in noted(imported)["model_list[0].litellm_params"]


def test_a_model_outside_the_catalog_has_what_check_wants_or_is_asked_for() -> None:
    imported = of(
        entry("known", "groq/llama-x", model_info={"max_input_tokens": 8192}),
        entry("unknown", "ollama/llama3"),
    )
    due = [note for note in imported.notes if note.is_due]
    assert [(note.where.rpartition(".")[2], note.message.split("`")[1]) for note in due[:3]] == [
        ("llama-x", "abilities:"),
        ("llama3", "window_tokens:"),
        ("llama3", "abilities:"),
    ]
    assert [note.where for note in due[3:]] == ["pointsman.yaml, providers"]
    about = [note.message for note in imported.notes if note.where == due[1].where]
    assert any("prices" in each for each in about)


def test_the_cheapest_of_models_without_prices_asks_for_prices() -> None:
    info = {"max_input_tokens": 8192}
    imported = of(
        entry("chat", "groq/llama-x", model_info=info),
        entry("chat", "openai/gpt-4o"),
        router_settings={"routing_strategy": "cost-based-routing"},
    )
    (due,) = [note for note in imported.notes if note.is_due and "prices" in note.message]
    assert due.where == "pointsman.yaml, models.llama-x"


def test_a_deployment_without_weight_in_the_traffic_gets_none() -> None:
    imported = of(
        entry("chat", "openai/gpt-4o", params={"weight": 0}),
        entry("chat", "openai/gpt-4.1", params={"weight": "high"}),
    )
    assert list(imported.config["models"]) == ["gpt-4.1"]
    assert {f"model_list[{at}].litellm_params.weight" for at in (0, 1)} <= set(noted(imported))


def test_a_server_of_ones_own_never_gets_another_vendors_key() -> None:
    imported = taken("""
    model_list:
      - {model_name: a, litellm_params: {model: hosted_vllm/qwen, api_base: "http://gpu:8000/v1"}}
      - {model_name: b, litellm_params: {model: lm_studio/phi, api_base: "http://pc:1234/v1"}}
    """)
    assert [each["api_key"] for each in imported.config["providers"].values()] == [
        "${HOSTED_VLLM_API_KEY:-}",
        "${LM_STUDIO_API_KEY:-none}",
    ]


def test_credentials_that_entries_name_are_theirs() -> None:
    imported = taken("""
    credential_list:
      - {credential_name: eu, credential_values: {api_key: os.environ/EU, api_base: "https://eu"}}
      - {credential_name: idle, credential_values: {api_key: os.environ/IDLE}}
    model_list:
      - {model_name: a, litellm_params: {model: openai/gpt-4o, litellm_credential_name: eu}}
      - {model_name: b, litellm_params: {model: openai/gpt-4o, litellm_credential_name: nobody}}
    """)
    assert imported.config["providers"] == {
        "openai": {"kind": "openai", "api_key": "${EU}", "base_url": "https://eu"}
    }
    told = noted(imported)
    assert "credential_list, 'idle'" in told
    assert "model_list[1].litellm_params.litellm_credential_name" in told


@pytest.mark.parametrize("value", [1234, ["sk-1"], {"a": 1}, "sk-1234"])
def test_a_master_key_closes_the_door_however_it_is_written(value: object) -> None:
    imported = of(entry("a", "openai/gpt-4o"), general_settings={"master_key": value})
    assert imported.config["keys"] == [{"name": "master", "key": "${IMPORTED_KEY_1}"}]
    assert "IMPORTED_KEY_1" in imported.variables


def test_an_open_door_is_told() -> None:
    assert "general_settings.master_key" in noted(of(entry("a", "openai/gpt-4o")))


@pytest.mark.parametrize("key", ["api_base", "api_key", "custom_llm_provider", "vertex_project"])
def test_a_deployment_whose_account_cannot_be_read_is_left_out(key: str) -> None:
    imported = of(entry("a", "vertex_ai/gemini", params={key: ["x"]}))
    assert imported.config["models"] == {}
    assert f"model_list[0].litellm_params.{key}" in noted(imported)


def test_an_order_of_deployments_is_an_ordered_pool(tmp_path: Path) -> None:
    first = entry("chat", "openai/gpt-6-sol", params={"order": 1, "weight": 3})
    second = entry("chat", "anthropic/claude-opus-5-5", params={"order": 2})
    unsaid = entry("chat", "openai/gpt-6-luna")
    imported = of(second, unsaid, first)
    pool = imported.policy["pools"]["chat"]
    assert pool == {
        "objective": "ordered",
        "models": ["gpt-6-sol", "claude-opus-5-5", "gpt-6-luna"],
    }
    assert "its pool is `ordered`" in noted(imported)["model_list, 'chat'"]
    assert asked(imported, "chat", tmp_path).models[:2] == ("gpt-6-sol", "claude-opus-5-5")
    same = {"base_model": "gpt-6-sol"}
    twice = of(
        entry(
            "chat",
            "openai/gpt-6-sol",
            params={"order": 2, "api_key": "os.environ/B"},
            model_info=same,
        ),
        entry("chat", "openai/gpt-6-sol", params={"order": 1}, model_info=same),
    )
    names = twice.policy["pools"]["chat"]["models"]
    keys = [places(twice, tmp_path)[name][0].vendor for name in names]
    assert [twice.config["providers"][key]["api_key"] for key in keys] == ["${K}", "${B}"]
    alike = of(
        *(
            entry("chat", f"openai/{name}", params={"order": 1})
            for name in ("gpt-6-sol", "gpt-6-luna")
        )
    )
    assert alike.policy["pools"]["chat"]["objective"] == "weighted"


def test_keys_that_litellm_reads_by_itself_are_among_those_to_set() -> None:
    models = (
        "openai/gpt-6-sol",
        "anthropic/claude-opus-5-5",
        "dashscope/qwen3.8-max",
        "deepseek/deepseek-chat",
    )
    imported = of(
        *(entry(f"m{at}", model, params={"api_key": None}) for at, model in enumerate(models))
    )
    assert set(imported.variables) >= {
        "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "DASHSCOPE_API_KEY", "DEEPSEEK_API_KEY",
    }  # fmt: skip
    assert not any("api_key" in each for each in imported.config["providers"].values())
    assert "OPENAI_API_KEY" not in of(entry("m", "openai/gpt-6-sol")).variables


ELSEWHERE = [
    ("openai/gpt-6-sol", ("OPENAI_API_BASE",), "OPENAI_API_BASE"),
    ("gpt-6-sol", ("OPENAI_API_BASE", "OPENAI_BASE_URL"), "OPENAI_BASE_URL"),
    ("anthropic/claude-opus-5-5", ("ANTHROPIC_BASE_URL",), "ANTHROPIC_BASE_URL"),
    ("claude-opus-5-5", ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_BASE"), "ANTHROPIC_API_BASE"),
    ("dashscope/qwen3.8-max", ("DASHSCOPE_API_BASE",), "DASHSCOPE_API_BASE"),
    ("dashscope/qwen3.8-max", ("DASHSCOPE_BASE_URL",), "DASHSCOPE_BASE_URL"),
]


@pytest.mark.parametrize(("model", "named", "read"), ELSEWHERE)
def test_an_address_among_the_files_variables_is_the_providers(
    model: str, named: tuple[str, ...], read: str
) -> None:
    imported = of(
        entry("m", model), environment_variables=dict.fromkeys(named, "https://proxy.example/v1")
    )
    (provider,) = imported.config["providers"].values()
    assert provider["base_url"] == f"${{{read}}}"
    assert read in imported.variables and read in noted(imported)["environment_variables"]


@pytest.mark.parametrize(
    ("model", "params", "variables", "base_url"),
    [
        ("openai/gpt-6-sol", {}, {}, None),
        ("openai/gpt-6-sol", {}, {"OPENAI_API_BASE": ""}, None),
        ("openai/gpt-6-sol", {}, {"OPENAI_API_BASE": None}, None),
        ("openai/gpt-6-sol", {}, {"ANTHROPIC_API_BASE": "https://a"}, None),
        ("openai/gpt-6-sol", {}, ["OPENAI_API_BASE"], None),
        ("openai/gpt-6-sol", {"api_base": "https://own"}, {"OPENAI_API_BASE": "b"}, "https://own"),
        ("hosted_vllm/q", {}, {"OPENAI_API_BASE": "https://b"}, "${HOSTED_VLLM_API_BASE}"),
        ("lm_studio/q", {"api_base": "http://pc"}, {"OPENAI_BASE_URL": "b"}, "http://pc"),
        ("groq/llama", {}, {"OPENAI_API_BASE": "https://b"}, None),
    ],
)
def test_an_entry_of_its_own_address_or_of_another_vendor_stays_where_it_is(
    model: str, params: dict[str, Any], variables: Any, base_url: str | None
) -> None:
    imported = of(entry("m", model, params=params), environment_variables=variables)
    (provider,) = imported.config["providers"].values()
    assert provider.get("base_url") == base_url


def test_a_model_that_its_vendor_retired_is_to_be_replaced() -> None:
    gone = dataclasses.replace(
        KNOWN["gpt-6-sol"], is_retired=True, why_off="retired by the vendor on 2026-10-23"
    )
    listed = [entry("chat", "openai/gpt-6-sol")]
    imported = import_litellm({"model_list": listed}, known={**KNOWN, "gpt-6-sol": gone})
    notes = [each for each in imported.notes if each.where == "pointsman.yaml, models.gpt-6-sol"]
    assert (
        notes[0].is_due
        and "was retired by the vendor on 2026-10-23: name another" in notes[0].message
    )


def test_retries_by_kind_of_error_are_told_with_where_ours_are() -> None:
    imported = of(
        entry("m", "openai/gpt-6-sol"), router_settings={"retry_policy": {"TimeoutErrorRetries": 3}}
    )
    assert "`retries_per_model`" in noted(imported)["router_settings.retry_policy"]
