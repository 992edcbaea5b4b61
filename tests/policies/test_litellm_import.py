"""From LiteLLM's configuration to ours, with a report of what was not understood."""

from __future__ import annotations

import json

import yaml

from policies.litellm_import import import_litellm
from policies.loader import parse_policy
from policies.signals import Candidate
from tests.policies.worlds import make_model, plan

SOURCE = yaml.safe_load("""
model_list:
  - model_name: gpt-4o
    litellm_params: {model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY, rpm: 100, weight: 3}
  - model_name: gpt-4o
    litellm_params: {model: azure/my-4o, api_base: "https://x.example", api_key: os.environ/AZURE}
  - model_name: claude
    litellm_params:
      model: anthropic/claude-sonnet-5-5
      api_key: sk-secret-value
      input_cost_per_token: 0.000002
      output_cost_per_token: 1e-5
    model_info: {cache_read_input_token_cost: 1e-7}
  - model_name: qwen
    litellm_params: {model: dashscope/qwen3.8-max, api_key: os.environ/DASHSCOPE_API_KEY}
  - model_name: qwen
    litellm_params: {model: dashscope/qwen3.8-max, api_key: os.environ/SECOND_KEY}
  - {model_name: broken}
litellm_settings:
  fallbacks: [{gpt-4o: [claude]}, {claude: [qwen]}]
  default_fallbacks: [claude]
  num_retries: 3
  request_timeout: 60
  drop_params: true
router_settings:
  routing_strategy: simple-shuffle
  model_group_alias: {gpt-4: gpt-4o}
  timeout: soon
general_settings: {master_key: sk-1234, database_url: postgres}
guardrails: []
""")


def models() -> list[Candidate]:
    return [make_model(name) for name in ("gpt-4o", "my-4o", "claude-sonnet-5-5", "qwen3.8-max")]


def test_accounts_and_models_are_taken_over_without_any_secret() -> None:
    config = import_litellm(SOURCE).config
    assert config["providers"]["openai"] == {"kind": "openai", "api_key": "${OPENAI_API_KEY}"}
    assert config["providers"]["litellm"]["base_url"] == "https://x.example"
    assert config["providers"]["dashscope-2"]["api_key"] == "${SECOND_KEY}"
    assert len(config["models"]["qwen3.8-max"]["deployments"]) == 2
    assert config["models"]["claude-sonnet-5-5"]["prices"] == {
        "input": "2",
        "output": "10",
        "cache_read": "0.1",
    }
    assert "sk-secret-value" not in json.dumps(config) and "sk-1234" not in json.dumps(config)


def test_groups_fallbacks_and_aliases_become_a_policy_that_works() -> None:
    imported = import_litellm(SOURCE, "Our proxy")
    policy = parse_policy(yaml.safe_dump(imported.policy, sort_keys=False))
    assert policy.name == "Our-proxy"
    by_group = plan(policy, models=models(), requested="gpt-4o")
    assert by_group.pool == "gpt-4o-pool"
    assert set(by_group.models[:2]) == {"gpt-4o", "my-4o"}
    assert by_group.models[2:] == ("claude-sonnet-5-5", "qwen3.8-max")
    assert by_group.terms.deadline_seconds == 60 and by_group.terms.retries_per_model == 3
    by_alias = plan(policy, models=models(), requested="claude")
    assert by_alias.models == ("claude-sonnet-5-5", "qwen3.8-max")
    assert plan(policy, models=models(), requested="gpt-4").pool == "gpt-4o-pool"
    assert plan(policy, models=models()).rule == "default"


def test_what_was_not_understood_is_told_with_its_place() -> None:
    noted = {note.where: note.message for note in import_litellm(SOURCE).notes}
    assert set(noted) >= {
        "model_list[0].litellm_params.rpm",
        "model_list[2].litellm_params.api_key",
        "model_list[5]",
        "litellm_settings.drop_params",
        "router_settings.timeout",
        "general_settings.master_key",
        "general_settings.database_url",
        "guardrails",
        "gpt-4o",
    }
    assert "IMPORTED_KEY_1" in noted["model_list[2].litellm_params.api_key"]
    assert "router_settings.routing_strategy" not in noted


def test_what_is_unknown_of_a_model_is_told_as_it_is() -> None:
    imported = import_litellm(SOURCE, known={each.name: each for each in models()[2:]})
    told = [note for note in imported.notes if note.where == "pointsman.yaml, models.my-4o"]
    due = [note.message for note in told if note.is_due]
    assert any("window_tokens" in each for each in due)
    assert any("tools, images or JSON are never sent" in each for each in due)
    (price,) = [note.message for note in told if "price" in note.message]
    assert "unknown in the bill" in price and "cost nothing" not in price


def test_a_strategy_that_we_lack_is_told_with_what_the_policy_says() -> None:
    source = yaml.safe_load(yaml.safe_dump(SOURCE))
    source["router_settings"]["routing_strategy"] = "usage-based-routing-v2"
    imported = import_litellm(source)
    noted = {note.where: note.message for note in imported.notes}
    assert "fastest healthy one" in noted["router_settings.routing_strategy"]
    assert imported.policy["pools"]["gpt-4o-pool"]["objective"] == "fastest"
    source["model_list"] = source["model_list"][2:5]
    imported = import_litellm(source)
    noted = {note.where: note.message for note in imported.notes}
    assert "no pool has several models" in noted["router_settings.routing_strategy"]
    assert "objective" not in json.dumps(imported.policy)


def test_nonsense_is_noted_and_not_raised() -> None:
    imported = import_litellm({"model_list": "x", "router_settings": [1], "litellm_settings": None})
    noted = {note.where for note in imported.notes}
    assert noted == {"model_list", "router_settings", "general_settings.master_key"}
    assert imported.policy["pools"] == {}
