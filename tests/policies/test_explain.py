"""A plan as a tree and as JSON."""

from __future__ import annotations

import datetime
import json

import pytest
from msgspec.structs import replace

from policies.decision import Refusal
from policies.errors import NoCandidateError
from policies.explain import plan_as_json, plan_as_tree, refusal_as_tree
from policies.hindsight import retell
from policies.loader import load_policy
from policies.rules import PASSED_OVER
from policies.signals import Caller, Signals
from tests.policies.worlds import plan, sold_models

ANGRY = Signals(intent="complaint", emotion="negative", emotion_intensity=0.9)


def test_the_tree_tells_model_rule_reasons_fallbacks_and_rejections() -> None:
    made = plan(
        load_policy("customer-service"), ANGRY, models=sold_models("anthropic"), thorough=True
    )
    tree = plan_as_tree(made)
    assert tree.splitlines()[0].startswith(
        "gpt-6-sol  (pool strong, expected quality 0.92, about $"
    )
    for line in (
        "├─ rule: upset   policy: customer-service@",
        "├─ prompt: customer-service/upset",
        "│  ├─ ✗ rule 'long-document'",
        "✓ intents has complaint",
        "2. qwen3.8-max  (expected quality 0.88)",
        "✗ claude-opus-5-5: no ANTHROPIC_API_KEY",
        "└─ terms: 60 s in all",
    ):
        assert line in tree


def test_the_tree_names_the_side_of_an_experiment() -> None:
    made = plan(load_policy("customer-service"), Signals(language="en"), Caller(user="anna"))
    assert "experiments (chance of this model 50%)" in plan_as_tree(made)


def test_the_json_holds_the_whole_plan() -> None:
    made = plan(load_policy("customer-service"), ANGRY)
    said = json.loads(json.dumps(plan_as_json(made)))
    assert said["rule"] == "upset" and said["models"] == list(made.models)
    assert said["terms"]["deadline_seconds"] == 60
    assert said["reasons"][0]["holds"] is False


def test_a_refusal_is_a_tree_too() -> None:
    private = Signals(pii=frozenset({"id_card"}), needs=frozenset({"tools"}))
    with pytest.raises(NoCandidateError) as caught:
        plan(load_policy("privacy-first"), private)
    error = caught.value
    refusal = Refusal(
        refused="Nobody may answer.",
        rule=error.rule,
        pool=error.pool,
        rejected=error.rejected,
        reasons=error.reasons,
    )
    tree = refusal_as_tree(refusal)
    assert tree.startswith("refused: Nobody may answer.")
    assert "✗ pointsman-demo: cannot do tools" in tree
    assert "constraint 'private-data-stays'" in tree


def test_a_decision_from_when_remarks_counted_in_the_version_is_still_told() -> None:
    policy = load_policy("customer-service")
    assert policy.former_version != policy.version
    made = replace(plan(policy, Signals()), policy_version=policy.former_version)
    at = datetime.datetime(2026, 11, 2, 12, tzinfo=datetime.UTC)
    told = retell(made, policy, Signals(), Caller(), at)
    assert not [each for each in told.reasons if each.text.startswith(PASSED_OVER)]
    assert "rule 'upset'" in [each.text for each in told.reasons]
