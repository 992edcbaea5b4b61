"""The planning step: the store's policy over today's models, with errors that callers are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.expectations import run_expectations
from policies.loader import load_policy, shipped_policies
from policies.signals import Caller, Signals
from policies.store import PolicyStore
from providers.messages import ChatRequest, Message
from router.errors import NobodyCanAnswerError, UnknownModelError
from router.steps.planning import Planner
from router.steps.understanding import Understanding
from tests.policies.worlds import AROUND, sold_models


def test_a_request_is_planned_under_the_policy_of_the_store() -> None:
    planner = Planner(PolicyStore("customer-service"), sold_models)
    made = planner.plan(Signals(intent="complaint"), Caller(), AROUND)
    assert (made.rule, made.pool, made.prompt) == ("upset", "strong", "customer-service/upset")
    assert planner.plan(Signals(), Caller(), AROUND, "gpt-6-luna").primary.model == "gpt-6-luna"


def test_a_reload_counts_from_the_next_request_on(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    text = "{name: p, pools: {p: {models: [gpt-6-sol]}}, default: {use: p}}"
    path.write_text(text, encoding="utf-8")
    store = PolicyStore(path)
    planner = Planner(store, sold_models)
    before = planner.plan(Signals(), Caller(), AROUND)
    path.write_text(text.replace("gpt-6-sol", "qwen3.8-max"), encoding="utf-8")
    assert store.reload().swapped
    after = planner.plan(Signals(), Caller(), AROUND)
    assert (before.primary.model, after.primary.model) == ("gpt-6-sol", "qwen3.8-max")
    assert before.policy_version != after.policy_version


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return Understanding()


@pytest.mark.parametrize("name", shipped_policies())
def test_the_utterances_in_our_policies_are_read_and_go_where_they_say(
    name: str, understanding: Understanding
) -> None:
    def read(text: str) -> Signals:
        message = Message(role="user", content=text)
        return understanding.read(ChatRequest(model="auto", messages=(message,)), frozenset())

    assert run_expectations(load_policy(name), sold_models(), read) == []


def test_models_that_come_and_go_are_seen_at_once() -> None:
    off: list[str] = []
    planner = Planner(PolicyStore("quality-first"), lambda: sold_models(*off))
    assert planner.plan(Signals(), Caller(), AROUND).primary.model == "claude-opus-5-5"
    off.append("anthropic")
    assert planner.plan(Signals(), Caller(), AROUND).primary.model == "gpt-6-sol"


def test_an_unknown_model_is_a_404_with_a_suggestion() -> None:
    planner = Planner(PolicyStore("customer-service"), sold_models)
    with pytest.raises(UnknownModelError, match="Did you mean 'gpt-6-sol'") as caught:
        planner.plan(Signals(), Caller(), AROUND, "gpt6-sol")
    assert caught.value.status == 404 and caught.value.param == "model"


def test_nobody_eligible_is_told_by_what_stands_in_the_way_and_why_each_one_is_not() -> None:
    planner = Planner(PolicyStore("privacy-first"), lambda: sold_models("local"))
    too_long = Signals(pii=frozenset({"phone"}), prompt_tokens=100_000)
    with pytest.raises(NobodyCanAnswerError, match="its window holds 2048") as caught:
        planner.plan(too_long, Caller(), AROUND)
    assert (caught.value.status, caught.value.code) == (400, "context_length_exceeded")
    assert "must stay in this house" not in str(caught.value)
