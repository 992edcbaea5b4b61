"""Replaying the past under another policy."""

from __future__ import annotations

from decimal import Decimal

from policies.loader import load_policy, parse_policy
from policies.replay import LoggedRequest, replay
from policies.signals import Caller, ModelHealth, Signals
from tests.policies.worlds import NOON, make_model, plan, sold_models

OLD = "{name: old, pools: {p: {models: [dear, cheap]}}, default: {use: p}}"
NEW = """
name: new
pools: {p: {models: [dear]}, q: {objective: cheapest, models: [cheap, dear]}}
rules: [{name: hard, when: {difficulty: above 0.7}, use: p}]
default: {use: q}
"""
MODELS = [
    make_model("dear", input_usd_per_million=Decimal(10), output_usd_per_million=Decimal(20)),
    make_model("cheap", input_usd_per_million=Decimal(1), output_usd_per_million=Decimal(2)),
]


def logged(name: str, difficulty: float, **changes: object) -> LoggedRequest:
    values: dict[str, object] = {
        "request_id": name,
        "signals": Signals(difficulty=difficulty, prompt_tokens=1_000),
        "caller": Caller(user=name),
        "now": NOON,
        "model": "dear",
        "rule": "default",
        "input_tokens": 1_000,
        "output_tokens": 500,
        "cost_usd": Decimal("0.02"),
    }
    return LoggedRequest(**(values | changes))  # type: ignore[arg-type]


def test_a_replay_tells_who_moves_and_what_it_would_have_cost() -> None:
    found = replay(parse_policy(NEW), [logged("a", 0.9), logged("b", 0.1)], MODELS)
    assert (found.requests, found.compared, found.refused, found.unknown) == (2, 2, 0, 0)
    assert [(one.request_id, one.model_after) for one in found.changes] == [("b", "cheap")]
    assert found.cost_before_usd == Decimal("0.04")
    assert found.cost_after_usd == Decimal("0.022")
    assert found.delta_usd == Decimal("-0.018")
    assert found.models_after == {"dear": 1, "cheap": 1}


def test_unknown_costs_are_left_out_and_counted_never_taken_for_zero() -> None:
    models = [MODELS[0], make_model("cheap", input_usd_per_million=None)]
    log = [logged("a", 0.1, cost_usd=None), logged("b", 0.9)]
    found = replay(parse_policy(NEW), log, models)
    assert (found.compared, found.unknown) == (1, 1)
    assert found.cost_before_usd == found.cost_after_usd == Decimal("0.02")


def test_requests_that_nobody_could_have_answered_are_told() -> None:
    down = {name: ModelHealth(is_available=False) for name in ("dear", "cheap")}
    found = replay(parse_policy(NEW), [logged("a", 0.9, health=down), logged("b", 0.1)], MODELS)
    assert found.refused == 1
    assert found.changes[0].model_after == "" and "No model may answer" in found.changes[0].why


def test_the_same_policy_replayed_changes_nothing() -> None:
    policy = load_policy("customer-service")
    log = []
    for at in range(200):
        signals = Signals(difficulty=at / 200, language="en", prompt_tokens=100)
        made = plan(policy, signals, Caller(user=f"u{at}"))
        log.append(
            logged("x", 0, signals=signals, caller=Caller(user=f"u{at}"), model=made.primary.model)
        )
    assert replay(policy, log, sold_models()).changes == ()
