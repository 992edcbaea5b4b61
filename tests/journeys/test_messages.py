"""Anthropic's door: the same gateway behind Anthropic's own client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import anthropic
import pytest

from router.steps.access import hash_key
from tests.journeys.house import Served, serve

KEY = "pm-test-key-0001"
PHONE = "13812345678"
TOOL: Any = {
    "name": "get_order_status",
    "description": "Look up an order by its number.",
    "input_schema": {
        "type": "object",
        "properties": {"order_number": {"type": "string"}},
        "required": ["order_number"],
    },
}


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve(tmp_path, keys=[{"name": "shop", "sha256": hash_key(KEY)}]) as served:
        yield served


@pytest.fixture
async def client(gateway: Served) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(
        base_url=gateway.url, api_key=KEY, max_retries=0
    ) as anthropics:
        yield anthropics


def _ask(text: str, **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": text}]
    return {"model": "auto", "max_tokens": 300, "messages": messages, **more}


async def _post(gateway: Served, body: Any, path: str = "", **headers: str) -> tuple[int, Any, Any]:
    async with aiohttp.ClientSession() as session:
        url = f"{gateway.url}/v1/messages{path}"
        async with session.post(url, json=body, headers={"x-api-key": KEY, **headers}) as reply:
            return reply.status, await reply.json(), reply.headers


async def test_any_model_answers_a_message(
    gateway: Served, client: anthropic.AsyncAnthropic
) -> None:
    asked = _ask("hello", metadata={"user_id": "u9"})
    reply = await client.messages.with_raw_response.create(**{**asked, "model": "gpt-6-luna"})
    message = await reply.parse()
    assert message.id == f"msg_{reply.headers['request-id']}"
    assert message.model == reply.headers["x-pointsman-model"] == "gpt-6-luna"
    assert message.content[0].type == "text"
    assert message.content[0].text
    assert message.stop_reason == "end_turn"
    assert message.usage.input_tokens > 0 < message.usage.output_tokens
    entry = await gateway.entry(reply.headers["x-request-id"])
    assert (entry.request.outcome, entry.request.user_id) == ("answered", "u9")
    assert entry.request.cost_usd == reply.headers["x-pointsman-cost"]


@pytest.mark.parametrize("model", ["gpt-6-luna", "claude-haiku-5-5", "qwen3.8-flash"])
async def test_a_stream_is_whole_and_counted(client: anthropic.AsyncAnthropic, model: str) -> None:
    kinds: list[str] = []
    async with client.messages.stream(**{**_ask("hello"), "model": model}) as stream:
        async for event in stream:
            kinds.append(event.type)
        message = await stream.get_final_message()
    assert kinds[0] == "message_start"
    assert kinds[-1] == "message_stop"
    assert message.content[0].type == "text"
    assert message.usage.output_tokens > 1
    assert float(str((message.usage.model_extra or {}).get("cost", 0))) >= 0
    assert message.stop_reason == "end_turn"


@pytest.mark.parametrize("model", ["gpt-6-luna", "claude-haiku-5-5"])
async def test_a_tool_call_makes_its_round_trip(
    client: anthropic.AsyncAnthropic, model: str
) -> None:
    asked = _ask("Where is my order JD20261120099? Please look it up.", tools=[TOOL])
    asked["model"] = model
    async with client.messages.stream(**asked) as stream:
        first = await stream.get_final_message()
    assert first.stop_reason == "tool_use"
    call = first.content[-1]
    assert call.type == "tool_use"
    assert call.input == {"order_number": "JD20261120099"}
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "in transit"}
    asked["messages"] += [
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": [result]},
    ]
    second = await client.messages.create(**asked)
    assert second.stop_reason == "end_turn"
    assert second.content[0].type == "text"


async def test_a_schema_and_an_image_are_passed_through(
    gateway: Served, client: anthropic.AsyncAnthropic
) -> None:
    schema = {
        "type": "object",
        "properties": {"urgent": {"type": "boolean"}},
        "required": ["urgent"],
        "additionalProperties": False,
    }
    told = await client.messages.create(
        **_ask("Classify.", output_config={"format": {"type": "json_schema", "schema": schema}})
    )
    assert told.content[0].type == "text"
    assert set(json.loads(told.content[0].text)) == {"urgent"}
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
    source = {"type": "base64", "media_type": "image/png", "data": pixel}
    asked = _ask("")
    asked["messages"][0]["content"] = [
        {"type": "image", "source": source},
        {"type": "text", "text": "What is wrong with this kettle?"},
    ]
    await client.messages.create(**asked)
    assert pixel in json.dumps(gateway.upstream_requests(), default=str)


async def test_private_data_reaches_no_vendor(
    gateway: Served, client: anthropic.AsyncAnthropic
) -> None:
    asked = _ask(f"我的手机号是{PHONE}，请重复一遍。", system=f"客户电话 {PHONE}")
    async with client.messages.stream(**asked) as stream:
        await stream.get_final_message()
    assert PHONE not in json.dumps(gateway.upstream_requests(), default=str)


@pytest.mark.parametrize("version", ["2023-06-01", "2026-10-21"])
@pytest.mark.parametrize("header", ["x-api-key", "authorization"])
async def test_both_versions_and_both_ways_to_send_a_key(
    gateway: Served, version: str, header: str
) -> None:
    key = KEY if header == "x-api-key" else f"Bearer {KEY}"
    async with aiohttp.ClientSession() as session:
        headers = {header: key, "anthropic-version": version}
        reply = await session.post(
            f"{gateway.url}/v1/messages", json=_ask("hi", temperature=0.2), headers=headers
        )
        assert reply.status == 200


async def test_an_unknown_version_and_a_wrong_key_are_told_in_the_wires_own_shape(
    gateway: Served,
) -> None:
    status, told, headers = await _post(gateway, _ask("hi"), **{"anthropic-version": "1999-01-01"})
    assert (status, told["type"], told["error"]["type"]) == (400, "error", "invalid_request_error")
    assert told["request_id"] == headers["request-id"]
    status, told, _ = await _post(gateway, _ask("hi"), **{"x-api-key": "wrong"})
    assert (status, told["error"]["type"]) == (401, "authentication_error")
    async with aiohttp.ClientSession() as session:
        reply = await session.get(f"{gateway.url}/v1/messages")
        assert (reply.status, reply.headers["allow"]) == (405, "POST")
        assert (await reply.json())["error"]["type"] == "invalid_request_error"


async def test_what_is_ignored_is_said_in_a_header(gateway: Served) -> None:
    _, _, headers = await _post(gateway, _ask("hi", top_k=5, thinking={"type": "adaptive"}))
    assert headers["x-pointsman-ignored"] == "thinking, top_k"


async def test_a_prompt_that_is_too_long_is_said_as_clients_look_for_it(gateway: Served) -> None:
    status, told, _ = await _post(gateway, _ask("[[simulate:context]] hi"))
    assert (status, told["error"]["type"]) == (400, "invalid_request_error")
    assert "prompt is too long" in told["error"]["message"]
    assert told["error"]["details"]["error_code"] == "context_length_exceeded"


async def test_tokens_are_counted_as_an_estimate(
    gateway: Served, client: anthropic.AsyncAnthropic
) -> None:
    asked = _ask("Where is my parcel? " * 20, tools=[TOOL])
    del asked["max_tokens"]
    counted = await client.messages.count_tokens(**asked)
    assert 100 < counted.input_tokens < 300
    assert (counted.model_extra or {})["estimated"] is True
    assert gateway.upstream_requests() == []
    status, _, _ = await _post(gateway, asked, "/count_tokens", **{"x-api-key": "wrong"})
    assert status == 401


async def test_a_client_that_leaves_stops_the_upstream_call(
    gateway: Served, client: anthropic.AsyncAnthropic
) -> None:
    stream = await client.messages.create(
        **_ask("[[simulate:stall@3]] tell me a long story", stream=True)
    )
    await anext(aiter(stream))
    await stream.close()
    async with asyncio.timeout(5):
        while not any(e["disconnected_at"] for e in gateway.upstream_requests()):
            await asyncio.sleep(0.02)
    assert [e["completed"] for e in gateway.upstream_requests()] == [False]


async def test_the_doors_are_in_the_openapi_document(gateway: Served) -> None:
    async with aiohttp.ClientSession() as session:
        document = await (await session.get(f"{gateway.url}/openapi.json")).json()
    assert {"/v1/messages", "/v1/messages/count_tokens"} <= set(document["paths"])
