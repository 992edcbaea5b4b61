"""A request that nobody may answer is refused by what stands in its way: clients act on status and code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import anthropic
import openai
import pytest

from tests.journeys.house import Served, serve
from tests.journeys.scripted_models import serve_models, settings_for

POLICY = """
name: obstacles
pools:
  all: {models: [house-qwen]}
  vendors: {models: [qwen3.8-flash]}
constraints:
  - {name: stays, when: {tier: home}, must_stay_local: true}
rules:
  - {name: paid, when: {tier: paid}, use: vendors}
  - {name: seeing, when: {tier: seeing}, use: vendors, needs: [vision]}
default: {use: all}
"""
HOUSE_QWEN = {
    "provider": "home", "window_tokens": 4096, "max_output_tokens": 512, "quality": 0.5,
    "abilities": ["streaming"], "is_local": True, "prices": {"input": 0, "output": 0},
}  # fmt: skip
PICTURE = "data:image/png;base64,iVBORw0KGgo="


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Served]:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    home = {"kind": "llama_server", "base_url": "http://127.0.0.1:9/v1", "is_local": True}
    async with serve(
        tmp_path,
        vendors=("dashscope",),
        policy=str(path),
        providers={"home": home},
        models={"house-qwen": HOUSE_QWEN},
    ) as served:
        yield served


async def _post(gateway: Served, body: dict[str, Any], path: str = "/v1/chat/completions") -> Any:
    whole = {"model": "auto", "messages": [{"role": "user", "content": "hello"}], **body}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{gateway.url}{path}", json=whole) as reply,
    ):
        return reply.status, await reply.json(), reply.headers


def _long() -> list[dict[str, Any]]:
    return [{"role": "user", "content": "lorem ipsum dolor " * 9000}]


def _seen() -> list[dict[str, Any]]:
    return [
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": PICTURE}}]},
    ]


@pytest.mark.parametrize("model", ["auto", "all", "house-qwen"])
async def test_what_fits_no_window_is_a_400_that_clients_shorten_on(
    gateway: Served, model: str
) -> None:
    status, told, _ = await _post(gateway, {"model": model, "messages": _long()})
    error = told["error"]
    assert (status, error["code"]) == (400, "context_length_exceeded")
    assert (error["type"], error["param"]) == ("invalid_request_error", "messages")
    assert "its window holds 4096" in error["message"]


async def test_anthropics_clients_are_told_that_the_prompt_is_too_long(gateway: Served) -> None:
    client = anthropic.AsyncAnthropic(base_url=gateway.url, api_key="any", max_retries=0)
    with pytest.raises(anthropic.BadRequestError, match="prompt is too long"):
        await client.messages.create(model="auto", max_tokens=9, messages=_long())  # type: ignore[arg-type]


async def test_what_nobody_is_able_to_do_is_a_400(gateway: Served) -> None:
    wanted: list[dict[str, Any]] = [
        {"messages": _seen()},
        {"response_format": {"type": "json_object"}},
        {"messages": _seen(), "model": "house-qwen"},
    ]
    for body in wanted:
        status, told, _ = await _post(gateway, body)
        assert (status, told["error"]["code"]) == (400, "unsupported_by_model"), body
        assert told["error"]["type"] == "invalid_request_error"


async def test_what_the_policy_asks_of_models_is_no_fault_of_the_request(gateway: Served) -> None:
    status, told, _ = await _post(gateway, {"model": "all", "metadata": {"tier": "seeing"}})
    assert (status, told["error"]["code"]) == (503, "no_eligible_model")


async def test_a_request_that_may_go_nowhere_is_still_told_so(gateway: Served) -> None:
    status, told, _ = await _post(gateway, {"model": "qwen3.8-flash", "metadata": {"tier": "home"}})
    assert (status, told["error"]["code"]) == (503, "no_eligible_model")


async def test_the_ledger_and_the_route_say_the_same_status(gateway: Served) -> None:
    status, told, _ = await _post(gateway, {"messages": _long()}, "/v1/route")
    assert status == 200
    assert (told["error"]["status"], told["error"]["code"]) == (400, "context_length_exceeded")
    with pytest.raises(openai.BadRequestError):
        await gateway.client().chat.completions.create(
            model="auto",
            messages=_long(),  # type: ignore[arg-type]
            extra_headers={"x-request-id": "too-long-1"},
        )
    assert (await gateway.entry("too-long-1")).request.status == 400


async def test_one_outage_has_one_answer_however_fresh_the_health_report_is(
    gateway: Served,
) -> None:
    gateway.vendors["dashscope"].set_rates("500:100%")
    asked = {"model": "vendors"}
    for _ in range(30):
        status, told, headers = await _post(gateway, asked)
        if told["error"]["code"] != "upstream_failed":
            break
    answers = set()
    for _ in range(4):
        status, told, headers = await _post(gateway, asked)
        seconds = int(headers["retry-after"])
        answers.add((status, told["error"]["code"], told["error"]["type"]))
        assert 0 < seconds <= 60 and headers["x-should-retry"] == "false"
        await asyncio.sleep(0.3)
    assert answers == {(503, "upstream_unavailable", "server_error")}
    body = {**asked, "max_tokens": 9}
    status, told, headers = await _post(gateway, body, "/v1/messages")
    assert (status, told["error"]["type"]) == (529, "overloaded_error")
    assert int(headers["retry-after"]) > 0


STRONG = """
name: strong
terms: {retries_per_model: 0}
pools:
  strong: {models: [claude-opus-5-5, gpt-6-sol]}
  gpt: {models: [gpt-6-sol, qwen3.8-flash], fallbacks: []}
default: {use: strong}
fallbacks: [house-qwen]
"""


@pytest.fixture
async def strong(tmp_path: Path) -> AsyncIterator[Served]:
    path = tmp_path / "policy.yaml"
    path.write_text(STRONG, encoding="utf-8")
    home = {"kind": "llama_server", "base_url": "http://127.0.0.1:9/v1", "is_local": True}
    async with serve(
        tmp_path,
        policy=str(path),
        providers={"home": home},
        models={"house-qwen": HOUSE_QWEN},
    ) as served:
        yield served


async def _trip(gateway: Served, *models: str) -> None:
    """Ask until each of the models rests behind its breaker."""
    for model in models:
        for _ in range(30):
            if not gateway.house.dispatcher.health()[model].is_available:
                break
            await _post(gateway, {"model": model})
            await asyncio.sleep(0.05)
        else:
            pytest.fail(f"{model} never rested")


SEVERAL = {"n": 2}
FORCED = {
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
    "tool_choice": "required",
}
BEGUN = {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Your"}]}


@pytest.mark.parametrize("asked", [SEVERAL, FORCED, BEGUN], ids=["several", "forced", "begun"])
async def test_a_short_outage_of_those_who_are_able_is_worth_waiting_for(
    strong: Served, asked: dict[str, Any]
) -> None:
    strong.vendors["openai"].set_rates("500:100%")
    await _trip(strong, "gpt-6-sol", "house-qwen")
    status, told, headers = await _post(strong, asked)
    assert (status, told["error"]["code"]) == (503, "upstream_unavailable")
    assert int(headers["retry-after"]) > 0
    status, _, headers = await _post(strong, {})
    assert (status, headers["x-pointsman-model"]) == (200, "claude-opus-5-5")


async def test_what_a_vendor_itself_does_not_support_is_not_the_end_while_others_rest(
    strong: Served,
) -> None:
    strong.vendors["openai"].set_rates("500:100%")
    strong.vendors["anthropic"].set_rates("context:100%")
    await _trip(strong, "gpt-6-sol", "house-qwen")
    status, told, headers = await _post(strong, {})
    assert (status, told["error"]["code"]) == (503, "upstream_unavailable")
    assert int(headers["retry-after"]) > 0
    assert "All 1 calls failed (claude-opus-5-5: ContextTooLongError" in told["error"]["message"]
    assert "gpt-6-sol: breaker open" in told["error"]["message"]


async def test_what_a_vendor_itself_does_not_support_is_told_where_nobody_rests(
    strong: Served,
) -> None:
    strong.vendors["anthropic"].set_rates("context:100%")
    status, told, _ = await _post(strong, {"model": "claude-opus-5-5"})
    assert (status, told["error"]["code"]) == (400, "context_length_exceeded")


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
async def test_too_many_requests_stay_a_429_while_everybody_rests_for_them(
    strong: Served, path: str
) -> None:
    for vendor in ("openai", "dashscope"):
        strong.vendors[vendor].set_rates("429=3:100%")
    asked = {"model": "gpt", "max_tokens": 9}
    answers = set()
    for _ in range(12):
        status, told, headers = await _post(strong, asked, path)
        answers.add((status, told["error"]["type"], told["error"].get("code")))
        assert 0 < int(headers["retry-after"]) <= 3 and headers["x-should-retry"] == "false"
        await asyncio.sleep(0.1)
    code = "rate_limit_exceeded" if "chat" in path else None
    assert answers == {(429, "rate_limit_error", code)}
    _, told, _ = await _post(strong, {"model": "gpt"}, "/v1/route")
    assert (told["error"]["status"], told["error"]["code"]) == (429, "rate_limit_exceeded")


async def test_too_many_requests_that_open_the_breaker_are_no_outage(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(
        "name: limited\nterms: {retries_per_model: 0}\npools: {gpt: {models: [one, two]}}\n"
        "default: {use: gpt}\n",
        encoding="utf-8",
    )
    async with (
        serve_models(one=[429], two=[429]) as models,
        serve(tmp_path, vendors=(), **settings_for(models, str(path))) as served,
    ):
        for _ in range(12):
            status, told, _ = await _post(served, {"model": "gpt"})
            assert (status, told["error"]["code"]) == (429, "rate_limit_exceeded")
            await asyncio.sleep(0.1)
        resting = served.house.dispatcher.resting()
        assert [one.breaker.state for one in resting] == ["open", "open"]
        assert "breaker open" in told["error"]["message"]


async def test_where_one_of_them_is_out_of_capacity_it_is_no_429(strong: Served) -> None:
    strong.vendors["openai"].set_rates("429=3:100%")
    strong.vendors["dashscope"].set_rates("503:100%")
    answers = set()
    for _ in range(12):
        status, told, _ = await _post(strong, {"model": "gpt"})
        answers.add((status, told["error"]["code"]))
        await asyncio.sleep(0.1)
    assert answers == {(503, "upstream_unavailable")}
