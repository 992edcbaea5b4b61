"""OpenAI's own client against the simulator."""

from __future__ import annotations

import asyncio
import base64
import struct
from collections.abc import AsyncIterator
from typing import Any

import openai
import pydantic
import pytest

from providers.simulators.process import LocalSimulator, serve_simulator
from providers.simulators.settings import INSTANT, Pacing
from tests.providers.simulators.raw import send

QUESTION = {"role": "user", "content": "我的手机是<PHONE_1>，退款多久到账？"}
TOOLS: Any = [
    {
        "type": "function",
        "function": {
            "name": "get_order",
            "description": "Look up an order by its number",
            "parameters": {
                "type": "object",
                "properties": {"order_number": {"type": "string"}},
                "required": ["order_number"],
            },
        },
    }
]


@pytest.fixture
async def client(openai_simulator: LocalSimulator) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        base_url=openai_simulator.base_url, api_key="key", max_retries=0
    ) as made:
        yield made


async def test_a_whole_answer_speaks_the_prompts_language_and_counts_its_tokens(
    client: openai.AsyncOpenAI,
) -> None:
    made: Any = await client.chat.completions.create(model="gpt-5.4", messages=[QUESTION])  # type: ignore[list-item]
    assert (
        "退款" in made.choices[0].message.content and "<PHONE_1>" in made.choices[0].message.content
    )
    assert made.choices[0].finish_reason == "stop"
    assert made.usage.total_tokens == made.usage.prompt_tokens + made.usage.completion_tokens
    assert made._request_id.startswith("req_")


async def test_a_stream_says_the_same_and_sends_usage_only_when_asked(
    client: openai.AsyncOpenAI,
) -> None:
    whole: Any = await client.chat.completions.create(model="gpt-5.4", messages=[QUESTION])  # type: ignore[list-item]
    chunks = await _stream(client, messages=[QUESTION])
    assert _text(chunks) == whole.choices[0].message.content
    assert not any(chunk.usage for chunk in chunks)
    assert len({chunk.id for chunk in chunks}) == 1
    chunks = await _stream(client, messages=[QUESTION], stream_options={"include_usage": True})
    assert chunks[-1].choices == [] and chunks[-1].usage == whole.usage
    assert [chunk.choices[0].finish_reason for chunk in chunks[:-1]][-1] == "stop"


async def _stream(client: openai.AsyncOpenAI, **body: Any) -> list[Any]:
    made: Any = await client.chat.completions.create(model="gpt-5.4", stream=True, **body)
    return [chunk async for chunk in made]


def _text(chunks: list[Any]) -> str:
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


async def test_a_tool_call_goes_out_and_its_result_comes_back_in_words(
    client: openai.AsyncOpenAI,
) -> None:
    messages: list[Any] = [{"role": "user", "content": "What is the state of order A1234567?"}]
    chunks = await _stream(client, messages=messages, tools=TOOLS)
    deltas = [c.choices[0].delta.tool_calls[0] for c in chunks if c.choices[0].delta.tool_calls]
    arguments = "".join(delta.function.arguments for delta in deltas)
    assert deltas[0].function.name == "get_order" and deltas[0].id
    assert arguments == '{"order_number":"A1234567"}'
    assert chunks[-1].choices[0].finish_reason == "tool_calls"
    call = {
        "id": deltas[0].id,
        "type": "function",
        "function": {"name": "get_order", "arguments": arguments},
    }
    messages += [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": deltas[0].id, "content": "shipped yesterday"},
    ]
    made: Any = await client.chat.completions.create(
        model="gpt-5.4", messages=messages, tools=TOOLS
    )
    assert "shipped yesterday" in made.choices[0].message.content


@pytest.mark.parametrize(
    ("choice", "question", "calls"),
    [
        ("none", "state of order 123?", False),
        ("auto", "hello there", False),
        ("required", "hello there", True),
        ({"type": "function", "function": {"name": "get_order"}}, "hello there", True),
    ],
)
async def test_tool_choice_is_obeyed(
    client: openai.AsyncOpenAI, choice: Any, question: str, calls: bool
) -> None:
    made: Any = await client.chat.completions.create(
        model="gpt-5.4",
        messages=[{"role": "user", "content": question}],
        tools=TOOLS,
        tool_choice=choice,
    )
    assert bool(made.choices[0].message.tool_calls) is calls


class _Ticket(pydantic.BaseModel):
    order_number: str
    urgency: int = pydantic.Field(ge=1, le=5)
    tags: list[str] = pydantic.Field(min_length=2)
    parent: _Ticket | None


async def test_a_json_schema_is_answered_with_json_that_fits_it(client: openai.AsyncOpenAI) -> None:
    made = await client.chat.completions.parse(
        model="gpt-5.4",
        messages=[{"role": "user", "content": "Order 998877 is late"}],
        response_format=_Ticket,
    )
    parsed = made.choices[0].message.parsed
    assert parsed is not None and parsed.order_number == "998877"


async def test_images_are_counted_and_measured(client: openai.AsyncOpenAI) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 64, 48) + b"\x08\x02\0\0\0"
    url = "data:image/png;base64," + base64.b64encode(png).decode()
    parts: Any = [
        {"type": "text", "text": "hello"},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    made: Any = await client.chat.completions.create(
        model="gpt-5.4", messages=[{"role": "user", "content": parts}]
    )
    assert f"1 image: 64x48 pixels, {len(png)} bytes" in made.choices[0].message.content


async def test_limits_and_stops_end_the_answer(client: openai.AsyncOpenAI) -> None:
    hello: Any = [{"role": "user", "content": "hello"}]
    short: Any = await client.chat.completions.create(
        model="gpt-5.4", messages=hello, max_completion_tokens=3
    )
    assert short.choices[0].message.content == "Hello, and"
    assert short.choices[0].finish_reason == "length" and short.usage.completion_tokens == 3
    stopped: Any = await client.chat.completions.create(
        model="gpt-5.4", messages=hello, stop=["welcome"]
    )
    assert stopped.choices[0].message.content == "Hello, and "
    assert stopped.choices[0].finish_reason == "stop"


async def test_a_repeated_long_prompt_comes_from_the_cache(client: openai.AsyncOpenAI) -> None:
    messages: list[Any] = [
        {"role": "system", "content": "Be kind. " * 800},
        {"role": "user", "content": "hello"},
    ]
    first: Any = await client.chat.completions.create(model="gpt-6-luna", messages=messages)
    again: Any = await client.chat.completions.create(model="gpt-6-luna", messages=messages)
    written = first.usage.prompt_tokens_details.cache_write_tokens
    assert written > 1024 and written % 128 == 0
    assert again.usage.prompt_tokens_details.cached_tokens == written
    assert first.usage.prompt_tokens == again.usage.prompt_tokens > written


async def test_each_error_is_raised_as_the_clients_own_class(
    openai_simulator: LocalSimulator, client: openai.AsyncOpenAI
) -> None:
    kinds: dict[str, type[Exception]] = {
        "400": openai.BadRequestError,
        "401": openai.AuthenticationError,
        "403": openai.PermissionDeniedError,
        "404": openai.NotFoundError,
        "422": openai.UnprocessableEntityError,
        "429": openai.RateLimitError,
        "quota": openai.RateLimitError,
        "500": openai.InternalServerError,
        "502": openai.InternalServerError,
        "context": openai.BadRequestError,
        "close": openai.APIConnectionError,
        "reset": openai.APIConnectionError,
    }
    for fault, kind in kinds.items():
        with pytest.raises(kind):
            await client.chat.completions.create(
                model="gpt-5.4",
                messages=[QUESTION],  # type: ignore[list-item]
                extra_headers={"x-simulate": fault},
            )
    with pytest.raises(openai.APIError, match="overloaded"):
        await _stream(client, messages=[QUESTION], extra_headers={"x-simulate": "error-event@2"})


async def test_wrong_keys_models_and_options_are_refused(openai_simulator: LocalSimulator) -> None:
    url = openai_simulator.base_url
    async with openai.AsyncOpenAI(base_url=url, api_key="sk-invalid", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError) as refused:
            await client.models.list()
        assert refused.value.code == "invalid_api_key"
    async with openai.AsyncOpenAI(base_url=url, api_key="key", max_retries=0) as client:
        listed = await client.models.list()
        assert "gpt-5.4" in [model.id for model in listed.data]
        with pytest.raises(openai.NotFoundError) as unknown:
            await client.chat.completions.create(model="claude-sonnet-5", messages=[QUESTION])  # type: ignore[list-item]
        assert unknown.value.code == "model_not_found"
        with pytest.raises(openai.BadRequestError, match="stream_options"):
            await client.chat.completions.create(
                model="gpt-5.4",
                messages=[QUESTION],  # type: ignore[list-item]
                stream_options={"include_usage": True},
            )


async def test_a_prompt_that_does_not_fit_is_refused_with_both_numbers() -> None:
    async with (
        serve_simulator("openai", pacing=INSTANT, window_tokens=50) as simulator,
        openai.AsyncOpenAI(base_url=simulator.base_url, api_key="k", max_retries=0) as client,
    ):
        with pytest.raises(openai.BadRequestError, match="length is 50 tokens") as refused:
            await client.chat.completions.create(
                model="gpt-5.4", messages=[{"role": "user", "content": "word " * 60}]
            )
        assert refused.value.code == "context_length_exceeded"


async def test_the_limit_per_minute_is_announced_and_kept() -> None:
    async with (
        serve_simulator("openai", pacing=INSTANT, requests_per_minute=2) as simulator,
        openai.AsyncOpenAI(base_url=simulator.base_url, api_key="k", max_retries=0) as client,
    ):
        asked = client.chat.completions.with_raw_response
        raw = await asked.create(model="gpt-5.4", messages=[QUESTION])  # type: ignore[list-item]
        assert raw.headers["x-ratelimit-remaining-requests"] in ("1", "2")
        # The minute may turn between two requests, and the count with it: at most once.
        waits = []
        for _ in range(7):
            try:
                await asked.create(model="gpt-5.4", messages=[QUESTION])  # type: ignore[list-item]
            except openai.RateLimitError as error:
                waits.append(error.response.headers["retry-after"])
        assert len(waits) >= 4 and set(waits) == {"1"}


@pytest.mark.parametrize("body", [{}, {"model": "gpt-5.4"}, {"model": "gpt-5.4", "messages": [5]},
                                  {"model": "gpt-5.4", "messages": [{"role": "user", "content": 7}]},
                                  {"model": "gpt-5.4", "messages": [{"role": "x"}], "tools": 3}])  # fmt: skip
async def test_a_body_of_the_wrong_shape_is_a_400(
    openai_simulator: LocalSimulator, body: Any
) -> None:
    raw = await send(openai_simulator, "/v1/chat/completions", body, {})
    assert raw.status == 400 and b"invalid_request_error" in raw.body


async def test_a_client_that_leaves_is_noticed(openai_simulator: LocalSimulator) -> None:
    openai_simulator.set_pacing(Pacing(first_token_seconds=0.01, tokens_per_second=20))
    async with openai.AsyncOpenAI(base_url=openai_simulator.base_url, api_key="k") as client:
        made: Any = await client.chat.completions.create(
            model="gpt-5.4",
            messages=[QUESTION],  # type: ignore[list-item]
            stream=True,
        )
        async for _ in made:
            break
        await made.close()
    async with asyncio.timeout(5):
        while openai_simulator.log()[-1]["disconnected_at"] is None:
            await asyncio.sleep(0.01)
    seen = openai_simulator.log()[-1]
    assert not seen["completed"] and seen["tokens_sent"] < 20
    assert openai_simulator.counters()["open_requests"] == 0
