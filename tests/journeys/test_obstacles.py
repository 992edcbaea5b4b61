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
