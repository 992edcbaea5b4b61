"""What a key may spend: read from the ledger, held while requests run, and never passed in parallel."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import anthropic
import openai
import pytest

from router.steps.access import hash_key
from router.storage.reports import Question
from tests.journeys.house import Served, serve

KEY = "pm-test-key-0001"
POLICY = """
name: one-model
pools: {only: {models: [gpt-6-sol]}}
default: {use: only}
"""
SHORT = {"max_completion_tokens": 100}


def _settings(folder: Path, usd: str, **more: Any) -> dict[str, Any]:
    path = folder / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    key = {"name": "shop", "sha256": hash_key(KEY), "budget_usd": usd, "budget_period": "day"}
    return {"keys": [key], "policy": str(path), **more}


async def _ask(served: Served, text: str = "Tell me about your shop.", **more: Any) -> Any:
    request = {"model": "auto", "messages": [{"role": "user", "content": text}], **more}
    return await served.client(KEY).chat.completions.with_raw_response.create(**request)


async def _spent(served: Served) -> Decimal:
    await asyncio.to_thread(served.house.ledger.flush)
    return served.house.ledger.report(Question()).total.cost_usd


async def _route(served: Served) -> dict[str, Any]:
    body = {"model": "auto", "messages": [{"role": "user", "content": "hello"}], **SHORT}
    head = {"authorization": f"Bearer {KEY}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{served.url}/v1/route", json=body, headers=head) as reply,
    ):
        told: dict[str, Any] = await reply.json()
        return told


async def test_two_hundred_parallel_requests_cannot_spend_past_the_budget(tmp_path: Path) -> None:
    async with serve(tmp_path, vendors=("openai",), **_settings(tmp_path, "0.02")) as served:
        asked = [_ask(served, **SHORT) for _ in range(200)]
        replies = await asyncio.gather(*asked, return_exceptions=True)
        refused = [each for each in replies if isinstance(each, openai.RateLimitError)]
        answered = [each for each in replies if not isinstance(each, BaseException)]
        assert len(refused) + len(answered) == 200
        assert refused and answered
        assert Decimal(0) < await _spent(served) <= Decimal("0.02")


async def test_a_spent_budget_is_a_429_in_openais_shape_that_says_how_it_stands(
    tmp_path: Path,
) -> None:
    async with serve(tmp_path, vendors=("openai",), **_settings(tmp_path, "0")) as served:
        with pytest.raises(openai.RateLimitError) as caught:
            await _ask(served)
        body = caught.value.body
        assert isinstance(body, dict)
        assert (body["code"], body["type"]) == ("budget_exhausted", "insufficient_quota")
        assert "budget of key 'shop'" in body["message"] and "$0 a day" in body["message"]
        assert "gpt-6-sol: would cost" in body["message"]
        assert caught.value.response.headers["x-should-retry"] == "false"
        assert served.upstream_requests() == []
        other = anthropic.AsyncAnthropic(base_url=served.url, api_key=KEY, max_retries=0)
        with pytest.raises(anthropic.APIStatusError) as told:
            await other.messages.create(
                model="auto", max_tokens=50, messages=[{"role": "user", "content": "hello"}]
            )
        assert told.value.status_code == 402


async def test_what_was_spent_before_a_restart_still_counts(tmp_path: Path) -> None:
    settings = _settings(tmp_path, "1")
    async with serve(tmp_path, vendors=("openai",), **settings) as served:
        await _ask(served, **SHORT)
        spent = await _spent(served)
    settings["keys"][0]["budget_usd"] = str(spent)
    async with serve(tmp_path, vendors=("openai",), **settings) as served:
        with pytest.raises(openai.RateLimitError, match=f"{spent.normalize():f} spent"):
            await _ask(served, **SHORT)


async def test_a_running_request_holds_the_most_it_can_cost_and_gives_back_the_rest(
    tmp_path: Path,
) -> None:
    settings = _settings(tmp_path, "0.002")
    async with serve(tmp_path, vendors=("openai",), **settings) as served:
        slow = asyncio.create_task(_ask(served, "[[simulate:slow=1]] Tell me.", **SHORT))
        await asyncio.sleep(0.3)
        with pytest.raises(openai.RateLimitError, match="held for requests under way") as caught:
            await _ask(served, **SHORT)
        assert caught.value.response.headers["x-should-retry"] == "true"
        assert caught.value.response.headers["retry-after"] == "1"
        await slow
        await _ask(served, **SHORT)


async def test_a_rule_on_the_budget_holds_and_the_reasons_say_what_is_left(tmp_path: Path) -> None:
    settings = _settings(tmp_path, "0.4") | {"policy": "cost-first"}
    async with serve(tmp_path, **settings) as served:
        told = await _route(served)
        assert told["plan"]["rule"] == "money-is-running-out"
        assert "$0.4 left of the budget" in str(told["plan"]["reasons"])
        metrics = served.house.metrics.render().decode()
        assert 'pointsman_budget_usd{key="shop",period="day"} 0.4' in metrics
        assert 'pointsman_budget_left_usd{key="shop"} 0.4' in metrics


async def test_a_budget_for_all_keys_is_each_ones_own(tmp_path: Path) -> None:
    keys = [
        {"name": "shop", "sha256": hash_key(KEY)},
        {"name": "rich", "sha256": hash_key("pm-rich"), "budget_usd": 10},
    ]
    settings = _settings(tmp_path, "1") | {"keys": keys, "budget": {"usd": 0, "period": "week"}}
    async with serve(tmp_path, vendors=("openai",), **settings) as served:
        with pytest.raises(openai.RateLimitError, match=r"\$0 a week"):
            await _ask(served)
        asked = {"model": "auto", "messages": [{"role": "user", "content": "hello"}]}
        await served.client("pm-rich").chat.completions.create(**asked)  # type: ignore[call-overload]
