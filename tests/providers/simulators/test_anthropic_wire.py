"""Anthropic's own client against the simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import anthropic
import pytest

from providers.simulators.process import LocalSimulator
from tests.providers.simulators.raw import send

HELLO: Any = {"role": "user", "content": "hello"}
TOOLS: Any = [
    {
        "name": "get_order",
        "description": "Look up an order by its number",
        "input_schema": {
            "type": "object",
            "properties": {"order_number": {"type": "string"}},
            "required": ["order_number"],
        },
    }
]


@pytest.fixture
async def client(anthropic_simulator: LocalSimulator) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(
        base_url=anthropic_simulator.base_url, api_key="key", max_retries=0
    ) as made:
        yield made


async def _create(client: anthropic.AsyncAnthropic, **body: Any) -> Any:
    given = {"model": "claude-sonnet-5", "max_tokens": 500, "messages": [HELLO], **body}
    return await client.messages.create(**given)


async def _stream(client: anthropic.AsyncAnthropic, **body: Any) -> Any:
    given = {"model": "claude-sonnet-5", "max_tokens": 500, "messages": [HELLO], **body}
    async with client.messages.stream(**given) as stream:
        return await stream.get_final_message()


async def test_streamed_and_whole_answers_agree(client: anthropic.AsyncAnthropic) -> None:
    whole, streamed = await _create(client), await _stream(client)
    assert whole.content[0].text == streamed.content[0].text
    assert whole.stop_reason == streamed.stop_reason == "end_turn"
    assert whole.usage.output_tokens == streamed.usage.output_tokens > 10
    assert whole._request_id.startswith("req_")


async def test_a_tool_round_trip_ends_in_words(client: anthropic.AsyncAnthropic) -> None:
    question: Any = {"role": "user", "content": "What is the state of order A1234567?"}
    called = await _stream(client, messages=[question], tools=TOOLS)
    block = called.content[0]
    assert called.stop_reason == "tool_use" and block.input == {"order_number": "A1234567"}
    result = {"type": "tool_result", "tool_use_id": block.id, "content": "shipped yesterday"}
    turns = [
        question,
        {
            "role": "assistant",
            "content": [block.model_dump(include={"type", "id", "name", "input"})],
        },
        {"role": "user", "content": [result]},
    ]
    answered = await _create(client, messages=turns, tools=TOOLS)
    assert "shipped yesterday" in answered.content[0].text
    with pytest.raises(anthropic.BadRequestError, match="without `tool_result`"):
        await _create(client, messages=[*turns[:2], HELLO], tools=TOOLS)


async def test_thinking_comes_first_with_a_signature(client: anthropic.AsyncAnthropic) -> None:
    made = await _stream(
        client, thinking={"type": "enabled", "budget_tokens": 1024}, max_tokens=2000
    )
    assert [block.type for block in made.content] == ["thinking", "text"]
    assert made.content[0].signature


async def test_a_marked_prompt_is_written_to_the_cache_and_then_read(
    client: anthropic.AsyncAnthropic,
) -> None:
    system = [{"type": "text", "text": "Be kind. " * 800, "cache_control": {"type": "ephemeral"}}]
    first = await _create(client, system=system)
    again = await _create(client, system=system)
    written = first.usage.cache_creation_input_tokens
    assert written > 1024 and first.usage.cache_read_input_tokens == 0
    assert again.usage.cache_read_input_tokens == written
    assert first.usage.input_tokens == again.usage.input_tokens < 50
    lasting = [
        {**system[0], "text": "Other. " * 900, "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    ]
    hour = await _create(client, system=lasting)
    assert hour.usage.cache_creation.ephemeral_1h_input_tokens > 1024


async def test_each_error_is_raised_as_the_clients_own_class(
    client: anthropic.AsyncAnthropic,
) -> None:
    kinds: dict[str, type[Exception]] = {
        "400": anthropic.BadRequestError,
        "401": anthropic.AuthenticationError,
        "402": anthropic.PaymentRequiredError,
        "403": anthropic.PermissionDeniedError,
        "404": anthropic.NotFoundError,
        "413": anthropic.ContentTooLargeError,
        "429": anthropic.RateLimitError,
        "500": anthropic.InternalServerError,
        "504": anthropic.GatewayTimeoutError,
        "529": anthropic.OverloadedError,
        "reset": anthropic.APIConnectionError,
    }
    for fault, kind in kinds.items():
        with pytest.raises(kind):
            await _create(client, extra_headers={"x-simulate": fault})
    with pytest.raises(anthropic.APIStatusError) as broken:
        await _stream(client, extra_headers={"x-simulate": "error-event@3"})
    assert broken.value.type == "overloaded_error" and broken.value.status_code == 200
    with pytest.raises(
        anthropic.BadRequestError, match="prompt is too long: 220000 tokens > 200000"
    ):
        await _create(client, extra_headers={"x-simulate": "context"})


async def _post(simulator: LocalSimulator, version: str, **more: Any) -> Any:
    body = {"model": "claude-haiku-4-5", "max_tokens": 100, "messages": [HELLO], **more}
    return await send(simulator, "/v1/messages", body, {"anthropic-version": version})


@pytest.mark.parametrize("field", ["temperature", "top_p", "top_k"])
async def test_only_the_newest_version_refuses_sampling_fields(
    anthropic_simulator: LocalSimulator, field: str
) -> None:
    old = await _post(anthropic_simulator, "2023-06-01", **{field: 1})
    new = await _post(anthropic_simulator, "2026-10-21", **{field: 1})
    assert (old.status, new.status) == (200, 400)
    assert field.encode() in new.body


async def test_both_kinds_of_key_are_taken_and_a_version_is_needed(
    anthropic_simulator: LocalSimulator,
) -> None:
    body = {"model": "claude-sonnet-5", "max_tokens": 9, "messages": [HELLO]}
    version = {"anthropic-version": "2023-06-01"}
    for headers in ({"authorization": "Bearer k"}, {"authorization": "", "x-api-key": "k"}):
        raw = await send(anthropic_simulator, "/v1/messages", body, {**headers, **version})
        assert raw.status == 200
    bare = {"authorization": ""}
    assert (
        await send(anthropic_simulator, "/v1/messages", body, {**bare, **version})
    ).status == 401
    assert (await send(anthropic_simulator, "/v1/messages", body, {})).status == 400
    assert (await _post(anthropic_simulator, "2020-01-01")).status == 400


async def test_max_tokens_is_required_and_ends_the_answer(
    anthropic_simulator: LocalSimulator, client: anthropic.AsyncAnthropic
) -> None:
    short = await _create(client, max_tokens=3)
    assert short.stop_reason == "max_tokens" and short.content[0].text == "Hello, and"
    stopped = await _create(client, stop_sequences=["welcome"])
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", "welcome")
    raw = await _post(anthropic_simulator, "2023-06-01", max_tokens=None)
    assert raw.status == 400 and b"max_tokens: Field required" in raw.body


async def test_tokens_are_counted_and_models_are_listed(client: anthropic.AsyncAnthropic) -> None:
    counted = await client.messages.count_tokens(model="claude-sonnet-5", messages=[HELLO])
    made = await _create(client)
    assert counted.input_tokens == made.usage.input_tokens
    assert "claude-sonnet-5" in [model.id async for model in client.models.list()]
