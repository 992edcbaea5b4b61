"""What a call costs is known before it is made, and it is the bill of the place that answered."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from router.steps.access import hash_key
from router.storage.entries import decode_plan
from tests.journeys.test_whereabouts import house, post

KEY = "pm-test-key-0001"
OWN = {"provider": "office-gpu", "window_tokens": 32768, "abilities": ["streaming"]}
CHEAPEST = """
name: cheap
pools:
  cheap: {objective: cheapest, models: [house-qwen, gpt-6-luna]}
  mixed: {objective: cheapest, models: [half-out]}
default: {use: cheap}
"""


def _key(**more: Any) -> list[dict[str, Any]]:
    return [{"name": "poor", "sha256": hash_key(KEY), "budget_period": "day", **more}]


async def _ask(served: Any, model: str = "auto", text: str = "hi", **more: Any) -> Any:
    messages: Any = [{"role": "user", "content": text}]
    return await served.client(KEY).chat.completions.with_raw_response.create(
        model=model, messages=messages, max_tokens=20, **more
    )


async def _paid(served: Any, reply: Any) -> list[tuple[str, str | None, str | None, str | None]]:
    entry = await served.entry(reply.headers["x-request-id"])
    return [(e.deployment, e.amount, e.currency, e.cost_usd) for e in entry.attempts]


@pytest.mark.parametrize("who_says", ["model", "provider"])
async def test_a_model_of_this_house_without_prices_is_free_in_decisions_budgets_and_the_bill(
    tmp_path: Path, who_says: str
) -> None:
    local = {"is_local": True}
    kinds = {
        "office-gpu": {"kind": "llama_server", **(local if who_says == "provider" else {})},
        "openai": {"kind": "openai"},
    }
    own = {**OWN, "wire_name": "local-qwen", **(local if who_says == "model" else {})}
    models = {"house-qwen": own, "half-out": {**own, "prices": {"input": 1, "output": 1}}}
    settings = {"models": models, "keys": _key(budget_usd=0)}
    async with house(tmp_path, CHEAPEST, kinds, **settings) as (served, _):
        for model in ("auto", "house-qwen"):
            reply = await _ask(served, model)
            assert reply.headers["x-pointsman-model"] == "house-qwen"
            assert [Decimal(usd or 1) for *_, usd in await _paid(served, reply)] == [0]
        head = ("authorization", f"Bearer {KEY}")
        status, told = await post(served, "/v1/route", {"max_tokens": 20}, head)
    assert status == 200
    assert told["plan"]["primary"]["estimated_usd"] == "0"


async def test_a_deployment_in_this_house_is_free_where_the_request_must_stay(
    tmp_path: Path,
) -> None:
    kinds = {
        "office-gpu": {"kind": "llama_server", "is_local": True},
        "dashscope": {"kind": "dashscope", "region": "cn"},
    }
    places = [{"provider": name, "wire_name": "qwen3-max"} for name in kinds]
    mixed = {"base_model": "qwen3-max", "deployments": places}
    models = {"house-qwen": OWN, "half-out": mixed}
    settings = {"models": models, "keys": _key(budget_usd="0.000001")}
    policy = CHEAPEST.replace(", gpt-6-luna", "")
    async with house(tmp_path, policy, kinds, **settings) as (served, vendors):
        reply = await _ask(served, "mixed", metadata={"must_stay_local": "yes"})
        ((where, _, _, usd),) = await _paid(served, reply)
        assert (where, Decimal(usd or 1)) == ("office-gpu/half-out", 0)
        with pytest.raises(Exception, match="half-out: would cost"):
            await _ask(served, "mixed")
        assert vendors["dashscope"].log() == []


async def test_each_deployment_is_billed_at_the_prices_of_its_own_region(tmp_path: Path) -> None:
    kinds = {
        "ds": {"kind": "dashscope", "region": "intl"},
        "dscn": {"kind": "dashscope", "region": "cn"},
    }
    places = [{"provider": "ds"}, {"provider": "dscn"}]
    models = {
        "both-max": {"base_model": "qwen3-max", "wire_name": "qwen3-max", "deployments": places},
        "both-plus": {
            "base_model": "qwen3.7-plus", "wire_name": "qwen3.7-plus", "deployments": places
        },
    }  # fmt: skip
    policy = """
name: regions
pools: {max: {models: [both-max]}, plus: {models: [both-plus]}}
constraints:
  - {name: cn, when: {metadata: {law: pipl}}, region: cn}
  - {name: intl, when: {metadata: {law: gdpr}}, region: intl}
default: {use: max}
"""
    async with house(tmp_path, policy, kinds, models=models) as (served, _):
        paid: dict[tuple[str, str], tuple[str | None, str | None, str | None]] = {}
        for model in ("both-max", "both-plus"):
            for law in ("pipl", "gdpr"):
                reply = await _ask(served, model, metadata={"law": law})
                usage = reply.parse().usage
                ((where, amount, currency, usd),) = await _paid(served, reply)
                paid[model, where] = (amount, currency, usd)
                if (model, law) == ("both-max", "pipl"):
                    yuan = Decimal("2.5") * usage.prompt_tokens + 10 * usage.completion_tokens
                    assert Decimal(amount or 0) == yuan / 1_000_000
        status, told = await post(served, "/v1/route", {"model": "both-plus"})
    assert {key: currency for key, (_, currency, _) in paid.items()} == {
        ("both-max", "dscn/both-max#2"): "CNY",
        ("both-max", "ds/both-max"): "USD",
        ("both-plus", "dscn/both-plus#2"): None,
        ("both-plus", "ds/both-plus"): "USD",
    }
    assert paid["both-plus", "dscn/both-plus#2"] == (None, None, None)
    # Nobody knows beforehand which of them will answer, so its price is not known.
    assert status == 200 and told["plan"]["primary"]["estimated_usd"] is None


async def test_long_prompts_are_weighed_at_the_prices_of_long_prompts(tmp_path: Path) -> None:
    kinds = {
        "openai": {"kind": "openai"},
        "dashscope": {"kind": "dashscope", "region": "intl"},
    }
    policy = """
name: long
pools:
  cheap: {objective: cheapest, models: [qwen3-max, gpt-6-sol]}
  capped: {under_usd: 0.1, models: [qwen3-max, gpt-6-luna]}
default: {use: cheap}
"""
    text = "the parcel has not arrived and I am waiting for it. " * 6000
    long = {"messages": [{"role": "user", "content": text}], "max_tokens": 50}
    short = {"max_tokens": 50}
    async with house(tmp_path, policy, kinds) as (served, _):
        chosen = {
            (model, "long" if body is long else "short"): (
                await post(served, "/v1/route", {"model": model, **body})
            )[1]["plan"]
            for model in ("auto", "capped")
            for body in (short, long)
        }
    first = {key: plan["primary"]["model"] for key, plan in chosen.items()}
    assert first == {
        ("auto", "short"): "qwen3-max",
        ("auto", "long"): "gpt-6-sol",
        ("capped", "short"): "qwen3-max",
        ("capped", "long"): "gpt-6-luna",
    }
    (dear,) = chosen["auto", "long"]["fallbacks"]
    assert Decimal("0.14") < Decimal(dear["estimated_usd"]) < Decimal("0.2")


async def test_the_prompt_of_the_house_is_in_the_price_that_the_plan_says_and_in_the_row(
    tmp_path: Path,
) -> None:
    policy = """
name: told
pools: {only: {models: [gpt-6-sol]}}
rules: [{name: greet, when: {tokens: below 100}, use: only, prompt: customer-service}]
default: {use: only}
"""
    async with house(tmp_path, policy, {"openai": {"kind": "openai"}}, keys=_key(budget_usd=5)) as (
        served,
        _,
    ):
        reply = await _ask(served, text="where is my parcel")
        entry = await served.entry(reply.headers["x-request-id"])
    (call,) = entry.attempts
    assert call.prompt_tokens is not None and call.prompt_tokens > 300
    assert entry.request.prompt_tokens == pytest.approx(call.prompt_tokens, rel=0.15)
    plan = decode_plan(entry.request.plan)
    assert Decimal(plan.primary.estimated_usd or 0) >= Decimal(call.cost_usd or 0) * Decimal("0.9")
