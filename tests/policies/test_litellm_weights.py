"""A deployment's share of the requests is the one that LiteLLM gives it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policies.litellm_import import Imported
from tests.policies.litellm_imports import asked, entry, noted, of

MODELS = ("openai/gpt-6-sol", "anthropic/claude-opus-5-5", "dashscope/qwen3.8-max")


def shared(*weights: object, **router_settings: Any) -> Imported:
    """Give the import of one group with a deployment for each weight."""
    listed = (
        entry("chat", model, params={} if weight is None else {"weight": weight})
        for model, weight in zip(MODELS, weights, strict=False)
    )
    return of(*listed, router_settings=router_settings)


@pytest.mark.parametrize(
    ("weights", "shares"),
    [
        ((1, None), [1.0, 0.0]),
        ((3, None, 1), [3.0, 0.0, 1.0]),
        ((0.5, None, None), [0.5, 0.0, 0.0]),
        ((0, None, 2), [0.0, 2.0]),
    ],
)
def test_without_a_weight_beside_a_first_one_with_it_a_deployment_only_stands_in(
    weights: tuple[object, ...], shares: list[float], tmp_path: Path
) -> None:
    imported = shared(*weights)
    pool = imported.policy["pools"]["chat"]
    assert list(pool["weights"].values()) == shares
    assert "only stand in here, too" in noted(imported)["model_list, 'chat'"]
    plan = asked(imported, "chat", tmp_path)
    assert set(plan.models) == set(pool["models"])
    assert pool["weights"][plan.models[0]] > 0 and pool["weights"][plan.models[-1]] == 0


@pytest.mark.parametrize("weights", [(None, 3), (None, None, 9), (None, 2, 1)])
def test_weights_behind_a_first_deployment_without_one_do_not_count(
    weights: tuple[object, ...],
) -> None:
    imported = shared(*weights)
    assert set(imported.policy["pools"]["chat"]["weights"].values()) == {1.0}
    assert "all have the same share here, too" in noted(imported)["model_list, 'chat'"]


@pytest.mark.parametrize(
    ("weights", "shares"),
    [((2, 1), [2.0, 1.0]), ((None, None), [1.0, 1.0]), (("high", 2), [1.0, 2.0]), ((0, None), [1])],
)
def test_weights_of_all_or_none_stay_what_they_are(
    weights: tuple[object, ...], shares: list[float]
) -> None:
    imported = shared(*weights)
    (pool,) = imported.policy["pools"].values()
    assert list(pool.get("weights", {"": 1}).values()) == shares
    assert "model_list, 'chat'" not in noted(imported)


def test_two_accounts_of_one_model_are_two_models_where_one_only_stands_in(tmp_path: Path) -> None:
    first = entry("chat", "openai/gpt-6-sol", params={"weight": 1})
    second = entry("chat", "openai/gpt-6-sol", params={"api_key": "os.environ/B"})
    imported = of(first, second)
    weights = imported.policy["pools"]["chat"]["weights"]
    assert list(weights.values()) == [1.0, 0.0]
    assert asked(imported, "chat", tmp_path).models == tuple(weights)
    cards = imported.config["models"]
    keys = [imported.config["providers"][cards[name]["provider"]]["api_key"] for name in weights]
    assert keys == ["${K}", "${B}"]
    alike = of(first, entry("chat", "openai/gpt-6-sol", params={"weight": 3}))
    places = alike.config["models"]["gpt-6-sol"]["deployments"]
    assert [place["weight"] for place in places] == [1.0, 3.0]


def test_each_order_is_weighed_by_itself(tmp_path: Path) -> None:
    said = [{"order": 1}, {"order": 2}, {"order": 1, "weight": 5}]
    listed = [entry("chat", model, params=each) for model, each in zip(MODELS, said, strict=True)]
    assert "heeds none" in str(of(*listed).notes)
    listed = [listed[2], listed[1], listed[0]]
    imported = of(*listed)
    assert asked(imported, "chat", tmp_path).models == (
        "qwen3.8-max", "gpt-6-sol", "claude-opus-5-5",
    )  # fmt: skip
    assert "only stand in" in str(imported.notes)
    apart = [entry("chat", MODELS[0], params={"order": 1, "weight": 5}), listed[1]]
    assert "only stand in" not in str(of(*apart).notes)


@pytest.mark.parametrize("strategy", ["latency-based-routing", "cost-based-routing", "least-busy"])
def test_strategies_that_weigh_nothing_make_nobody_stand_in(strategy: str) -> None:
    imported = shared(1, None, routing_strategy=strategy)
    assert "weights" not in imported.policy["pools"]["chat"]
    assert "model_list, 'chat'" not in noted(imported)
