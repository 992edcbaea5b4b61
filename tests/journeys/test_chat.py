"""One request all the way: in by OpenAI's client, out to a vendor, back, and into the ledger."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import openai
import pytest

from router.steps.access import hash_key
from tests.journeys.house import Served, serve

KEY = "pm-test-key-0001"
PHONE, ID_CARD = "13812345678", "11010519491231002X"
TOOL = {
    "type": "function",
    "function": {
        "name": "get_order_status",
        "description": "Look up an order by its number.",
        "parameters": {
            "type": "object",
            "properties": {"order_number": {"type": "string"}},
            "required": ["order_number"],
        },
    },
}


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve(tmp_path, keys=[{"name": "shop", "sha256": hash_key(KEY)}]) as served:
        yield served


def _ask(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "auto", "messages": [{"role": "user", "content": text}], **more}


async def test_a_question_is_answered_priced_and_recorded(gateway: Served) -> None:
    reply = await gateway.client(KEY).chat.completions.with_raw_response.create(
        **_ask("我的快递到哪了？", metadata={"user": "u1", "tier": "gold"})
    )
    answer = reply.parse()
    assert answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer.model == reply.headers["x-pointsman-model"]
    assert reply.headers["x-pointsman-attempts"] == "1"
    entry = await gateway.entry(reply.headers["x-request-id"])
    assert entry.request.outcome == "answered"
    assert (entry.request.user_id, entry.request.tier) == ("u1", "gold")
    assert Decimal(entry.request.cost_usd or "-1") == Decimal(reply.headers["x-pointsman-cost"]) > 0


async def test_a_stream_has_one_role_one_id_usage_with_cost_and_done(gateway: Served) -> None:
    stream = await gateway.client(KEY).chat.completions.create(
        **_ask("hello", stream=True, stream_options={"include_usage": True})
    )
    chunks = [chunk async for chunk in stream]
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1
    roles = [c.choices[0].delta.role for c in chunks if c.choices and c.choices[0].delta.role]
    assert roles == ["assistant"]
    usage = chunks[-1].usage
    assert usage is not None
    assert not chunks[-1].choices
    assert Decimal(str(usage.model_extra and usage.model_extra["cost"])) > 0
    assert chunks[-2].choices[0].finish_reason == "stop"


async def test_a_stream_without_include_usage_has_no_usage_anywhere(gateway: Served) -> None:
    stream = await gateway.client(KEY).chat.completions.create(**_ask("hello", stream=True))
    chunks = [chunk async for chunk in stream]
    assert all(chunk.usage is None for chunk in chunks)


async def test_private_data_reaches_no_vendor_and_comes_back_to_the_caller(gateway: Served) -> None:
    text = f"我的手机号是{PHONE}，身份证{ID_CARD}，请重复一遍我的手机号。"
    stream = await gateway.client(KEY).chat.completions.create(**_ask(text, stream=True))
    answer = "".join(
        [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
    )
    seen = json.dumps(gateway.upstream_requests(), ensure_ascii=False, default=str)
    assert PHONE not in seen
    assert ID_CARD not in seen
    assert "PHONE_1" in seen
    assert "PHONE_1" not in answer


async def test_a_tool_call_makes_its_round_trip(gateway: Served) -> None:
    client = gateway.client(KEY)
    asked = _ask("Where is my order JD20261120099? Please look it up.", tools=[TOOL])
    first = await client.chat.completions.create(**asked)
    message = first.choices[0].message
    assert first.choices[0].finish_reason == "tool_calls"
    assert message.tool_calls
    call = message.tool_calls[0]
    assert call.type == "function"
    assert "JD20261120099" in json.loads(call.function.arguments)["order_number"]
    asked["messages"] += [
        message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": call.id, "content": '{"status": "in transit"}'},
    ]
    second = await client.chat.completions.create(**asked)
    assert second.choices[0].finish_reason == "stop"
    assert second.choices[0].message.content


async def test_a_json_schema_answer_validates(gateway: Served) -> None:
    schema = {
        "type": "object",
        "properties": {"intent": {"type": "string"}, "urgent": {"type": "boolean"}},
        "required": ["intent", "urgent"],
        "additionalProperties": False,
    }
    answer = await gateway.client(KEY).chat.completions.create(
        **_ask(
            "Classify: where is my parcel?",
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "ticket", "strict": True, "schema": schema},
            },
        )
    )
    found = json.loads(answer.choices[0].message.content or "")
    assert set(found) == {"intent", "urgent"}


async def test_an_image_is_passed_through_to_a_model_that_sees(gateway: Served) -> None:
    pixel = (
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
        "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    content = [
        {"type": "text", "text": "What is wrong with this kettle?"},
        {"type": "image_url", "image_url": {"url": pixel}},
    ]
    await gateway.client(KEY).chat.completions.create(
        model="auto",
        messages=[{"role": "user", "content": content}],  # type: ignore[list-item]
    )
    assert pixel.split(",")[1] in json.dumps(gateway.upstream_requests(), default=str)


async def test_no_key_no_service(gateway: Served) -> None:
    with pytest.raises(openai.AuthenticationError) as caught:
        await gateway.client("wrong").chat.completions.create(**_ask("hello"))
    assert caught.value.code == "invalid_api_key"
    assert gateway.upstream_requests() == []


async def test_an_unknown_model_is_not_found_and_suggests_one(gateway: Served) -> None:
    with pytest.raises(openai.NotFoundError, match="gpt-6-luna"):
        await gateway.client(KEY).chat.completions.create(**{**_ask("hi"), "model": "gpt-6-lunar"})


async def test_a_bad_field_is_named(gateway: Served) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await gateway.client(KEY).chat.completions.create(**_ask("hi", temperature="hot"))
    assert caught.value.param == "temperature"
    body = caught.value.body
    assert isinstance(body, dict)
    assert set(body) == {"message", "type", "param", "code"}


async def test_a_client_that_leaves_stops_the_upstream_call(gateway: Served) -> None:
    async with aiohttp.ClientSession() as session:
        reply = await session.post(
            f"{gateway.url}/v1/chat/completions",
            json=_ask("[[simulate:stall@3]] tell me a long story", stream=True),
            headers={"authorization": f"Bearer {KEY}"},
        )
        await reply.content.readany()
        request_id = reply.headers["x-request-id"]
        reply.close()
    async with asyncio.timeout(5):
        while not any(e["disconnected_at"] for e in gateway.upstream_requests()):
            await asyncio.sleep(0.02)
    entry = await gateway.entry(request_id)
    assert entry.request.outcome == "cancelled"
    assert [attempt.outcome for attempt in entry.attempts] == ["cancelled"]
    assert entry.attempts[0].estimated


async def test_route_explains_without_calling_anyone(gateway: Served) -> None:
    async with aiohttp.ClientSession() as session:
        reply = await session.post(
            f"{gateway.url}/v1/route",
            json=_ask("你们什么态度！太气人了，我要投诉！"),
            headers={"authorization": f"Bearer {KEY}"},
        )
        told = await reply.json()
    assert reply.status == 200
    assert told["signals"]["emotion"] == "negative"
    assert told["plan"]["rule"] == "upset"
    assert gateway.upstream_requests() == []


async def test_a_past_request_can_be_asked_why_by_its_own_key_only(gateway: Served) -> None:
    reply = await gateway.client(KEY).chat.completions.with_raw_response.create(**_ask("hello"))
    request_id = reply.headers["x-request-id"]
    async with aiohttp.ClientSession() as session:
        url = f"{gateway.url}/v1/route/{request_id}"
        mine = await session.get(url, headers={"authorization": f"Bearer {KEY}"})
        told = await mine.json()
        assert told["model"] == reply.headers["x-pointsman-model"]
        assert len(told["attempts"]) == 1
        nobody = await session.get(url)
        assert nobody.status == 401


async def test_health_metrics_models_and_docs_answer(gateway: Served) -> None:
    async with aiohttp.ClientSession(headers={"authorization": f"Bearer {KEY}"}) as session:
        assert (await session.get(f"{gateway.url}/health/live")).status == 200
        assert (await session.get(f"{gateway.url}/health/ready")).status == 200
        models = await (await session.get(f"{gateway.url}/v1/models")).json()
        assert {"auto", "strong", "gpt-6-luna"} <= {row["id"] for row in models["data"]}
        metrics = await (await session.get(f"{gateway.url}/metrics")).text()
        assert "pointsman_requests" in metrics
        document = await (await session.get(f"{gateway.url}/openapi.json")).json()
        assert {"/v1/chat/completions", "/v1/chat", "/v1/route"} <= set(document["paths"])
        assert (await session.get(f"{gateway.url}/docs")).status == 200
        unknown = await session.get(f"{gateway.url}/v1/nothing")
        assert (unknown.status, (await unknown.json())["error"]["code"]) == (404, "not_found")
        wrong = await session.get(f"{gateway.url}/v1/chat/completions")
        assert wrong.status == 405
