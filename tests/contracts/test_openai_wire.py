"""Vendors on OpenAI's wire, over real sockets: what is promised of every stream and answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import Any

import pytest

from providers import errors
from providers.calls import (
    Completion,
    Deadline,
    Finished,
    Opened,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    UsageReport,
)
from providers.messages import ChatRequest, Message
from providers.openai import OpenAIProvider
from providers.settings import ProviderSettings
from tests.providers.scripted import JSON, Cut, Hang, Script, ScriptedVendor, card, sse, vendor

REQUEST = ChatRequest(model="m", messages=(Message("user", "Hello"),))
MODEL = card()


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> Any:
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion.chunk", "choices": [choice], **more}


USAGE = {
    "id": "c1",
    "choices": [],
    "usage": {
        "prompt_tokens": 10,
        "completion_tokens": 3,
        "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
        "completion_tokens_details": {"reasoning_tokens": 1},
    },
    "service_tier": "default",
}
ROLE = chunk({"role": "assistant", "content": ""})
GOOD = [ROLE, chunk({"content": "你"}), chunk({"content": "好"}), chunk(finish="stop"), USAGE]


@pytest.fixture
async def provider(vendor_double: ScriptedVendor) -> AsyncIterator[OpenAIProvider]:
    made = OpenAIProvider(
        ProviderSettings(name="p", kind="openai", api_key="k", base_url=vendor_double.url)
    )
    yield made
    await made.close()


@pytest.fixture
async def vendor_double() -> AsyncIterator[ScriptedVendor]:
    async with vendor(Script()) as double:
        yield double


async def collect(provider: OpenAIProvider, into: list[StreamEvent], seconds: float = 5) -> None:
    """Every event but the first, which names the answer: it comes with the first token."""
    stream = provider.stream(MODEL, REQUEST, deadline=Deadline.after(seconds))
    first = await anext(stream)
    assert isinstance(first, Opened)
    assert (first.model, first.provider) == ("m", "p")
    async for event in stream:
        into.append(event)


async def broken(
    provider: OpenAIProvider, double: ScriptedVendor, script: Script, seconds: float = 5
) -> tuple[errors.ProviderError, list[StreamEvent]]:
    double.script = script
    events: list[StreamEvent] = []
    with pytest.raises(errors.ProviderError) as caught:
        await collect(provider, events, seconds)
    assert caught.value.provider == "p" and caught.value.model == "m"
    return caught.value, events


async def test_a_whole_stream_gives_text_then_its_end_then_its_usage(
    provider: OpenAIProvider, vendor_double: ScriptedVendor
) -> None:
    vendor_double.script = Script(sse(*GOOD))
    events: list[StreamEvent] = []
    await collect(provider, events)
    assert events[:3] == [TextDelta("你"), TextDelta("好"), Finished("stop")]
    (report,) = events[3:]
    assert isinstance(report, UsageReport)
    usage = report.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.reasoning_tokens) == (10, 3, 1)
    assert (usage.cache_read_tokens, usage.cache_write_tokens) == (4, 2)
    asked = vendor_double.asked[0]
    assert (asked.method, asked.path) == ("POST", "/chat/completions")
    assert asked.headers["authorization"] == "Bearer k"
    assert asked.json["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize("size", [1, 7])
async def test_how_the_bytes_are_cut_on_the_socket_changes_nothing(
    provider: OpenAIProvider, vendor_double: ScriptedVendor, size: int
) -> None:
    whole = b"".join(sse(*GOOD))
    vendor_double.script = Script([whole[at : at + size] for at in range(0, len(whole), size)])
    events: list[StreamEvent] = []
    await collect(provider, events)
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "你好"
    assert isinstance(events[-1], UsageReport)


async def test_connections_are_used_again_after_whole_streams_and_answers(
    provider: OpenAIProvider, vendor_double: ScriptedVendor
) -> None:
    vendor_double.script = Script(sse(*GOOD))
    for _ in range(5):
        await collect(provider, [])
    assert vendor_double.connections == 1


async def test_reasoning_and_tool_calls_come_as_their_own_events(
    provider: OpenAIProvider, vendor_double: ScriptedVendor
) -> None:
    call = {"index": 0, "id": "t1", "type": "function", "function": {"name": "f", "arguments": ""}}
    more = {"index": 0, "id": "", "function": {"arguments": '{"a":1}'}}
    second = {"index": 1, "id": "t2", "function": {"name": "g", "arguments": "{}"}}
    vendor_double.script = Script(
        sse(
            chunk({"reasoning_content": "hm"}),
            chunk({"tool_calls": [call]}),
            chunk({"tool_calls": [more]}),
            chunk({"tool_calls": [second]}),
            chunk(finish="tool_calls"),
        )
    )
    events: list[StreamEvent] = []
    await collect(provider, events)
    assert events == [
        ReasoningDelta("hm"),
        ToolCallDelta(0, "", "t1", "f"),
        ToolCallDelta(0, '{"a":1}'),
        ToolCallDelta(1, "{}", "t2", "g"),
        Finished("tool_calls"),
    ]


BROKEN: dict[str, tuple[Sequence[bytes | Cut | Hang], str]] = {
    "the connection drops": ([*sse(*GOOD[:2], done=False), Cut()], "cut"),
    "the body ends without finish_reason": (sse(*GOOD[:2], done=False), "cut"),
    "[DONE] comes without finish_reason": (sse(*GOOD[:2]), "cut"),
    "nothing comes at all": ([], "cut"),
    "only [DONE] comes": (sse(), "cut"),
    "only usage comes": (sse(USAGE), "cut"),
    "the last event is half": ([*sse(*GOOD[:2], done=False), b'data: {"id":"c1","choi'], "cut"),
    "a chunk is no JSON": ([*sse(*GOOD[:2], done=False), b"data: {oops}\n\n"], "malformed"),
    "a chunk is no UTF-8": ([b'data: {"choices":[{"delta":{"content":"\xff"}}]}\n\n'], "malformed"),
    "a field that nobody reads is no UTF-8": (
        [b'data: {"x":"\xff","choices":[{"delta":{"content":"x"}}]}\n\n'],
        "malformed",
    ),
    "a chunk lost its field name": (
        [*sse(*GOOD[:2], done=False), b'{"id":"c1"}\n\n', *sse(*GOOD[2:])],
        "malformed",
    ),
    "a chunk has no choices": (sse({"id": "c1"}), "malformed"),
    "a chunk has a wrong type": (sse(chunk({"content": 5})), "malformed"),
    "the finish_reason is unknown": (
        sse(chunk({"content": "x"}), chunk(finish="error")),
        "malformed",
    ),
    "the id changes": (sse(chunk({"content": "x"}), chunk({"content": "y"}, id="c2")), "disorder"),
    "text comes after the end": (sse(*GOOD[:4], chunk({"content": "x"})), "disorder"),
    "it begins anew": (sse(*GOOD[:2], *GOOD), "disorder"),
    "a padded chunk comes twice": (
        sse(ROLE, *[chunk({"content": "x"}, obfuscation="a1b2c3")] * 2, *GOOD[3:]),
        "disorder",
    ),
    "a tool call's arguments are half": (
        sse(
            chunk({"content": "x"}),
            chunk(
                {
                    "tool_calls": [
                        {"index": 0, "id": "t", "function": {"name": "f", "arguments": "{"}}
                    ]
                }
            ),
            chunk(finish="tool_calls"),
        ),
        "malformed",
    ),
    "it ends twice": (sse(*GOOD[:4], chunk(finish="stop")), "disorder"),
    "an error event comes": (
        sse(*GOOD[:2], {"error": {"message": "overloaded", "type": "server_error"}}, done=False),
        "error_event",
    ),
}


@pytest.mark.parametrize("shape", BROKEN)
async def test_a_stream_that_did_not_end_as_an_answer_ends_is_broken(
    provider: OpenAIProvider, vendor_double: ScriptedVendor, shape: str
) -> None:
    pieces, why = BROKEN[shape]
    error, events = await broken(provider, vendor_double, Script(pieces))
    assert isinstance(error, errors.StreamBrokenError)
    assert error.why == why
    assert not any(isinstance(event, UsageReport) for event in events)


def tool(index: int, **more: Any) -> Any:
    return chunk({"tool_calls": [{"index": index, **more}]})


F = {"function": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize(
    "pieces",
    [
        [tool(1, id="a", **F)],
        [tool(0, id="a", **F), tool(2, id="b", **F)],
        [tool(0, id="a", **F), tool(1, id="b", **F), tool(0, function={"arguments": "x"})],
        [tool(0, id="a", **F), tool(1, id="a", **F)],
        [tool(0, id="a", **F), tool(0, id="b", **F)],
        [tool(0, id="a", function={"arguments": "{"})],
    ],
)
async def test_tool_calls_that_are_skipped_repeated_or_reordered_break_the_stream(
    provider: OpenAIProvider, vendor_double: ScriptedVendor, pieces: list[Any]
) -> None:
    error, _ = await broken(provider, vendor_double, Script(sse(*pieces, chunk(finish="stop"))))
    assert isinstance(error, errors.StreamBrokenError)
    assert error.why == "disorder"


async def test_an_error_event_before_the_first_token_is_the_error_itself(
    provider: OpenAIProvider, vendor_double: ScriptedVendor
) -> None:
    said = {"error": {"message": "no money", "type": "insufficient_quota"}}
    error, events = await broken(provider, vendor_double, Script(sse(ROLE, said)))
    assert type(error) is errors.QuotaExhaustedError
    assert events == []


HTML = b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (Script([HTML], headers={"Content-Type": "text/html"}), errors.UpstreamFailedError),
        (Script([HTML], 404, {"Content-Type": "text/html"}), errors.UpstreamFailedError),
        (Script([b"hi"], headers={"Content-Type": "text/plain"}), errors.UpstreamFailedError),
        (Script([b"{}"], headers=JSON), errors.UpstreamFailedError),
        (
            Script([b'{"code":"Arrearage","message":"pay"}'], headers=JSON),
            errors.QuotaExhaustedError,
        ),
        (Script([], 302, {"Location": "http://elsewhere"}), errors.UpstreamFailedError),
    ],
)
async def test_what_is_no_stream_is_no_answer(
    provider: OpenAIProvider,
    vendor_double: ScriptedVendor,
    script: Script,
    kind: type[errors.ProviderError],
) -> None:
    error, events = await broken(provider, vendor_double, script)
    assert type(error) is kind
    assert events == []


def error_body(message: str = "x", type: str = "t", code: Any = None) -> list[bytes]:  # noqa: A002
    return [json.dumps({"error": {"message": message, "type": type, "code": code}}).encode()]


STATUSES: list[tuple[int, list[bytes], type[errors.ProviderError]]] = [
    (400, error_body(), errors.RefusedError),
    (400, error_body(code="context_length_exceeded"), errors.ContextTooLongError),
    (400, error_body(type="exceed_context_size_error", code=400), errors.ContextTooLongError),
    (400, error_body(code="content_filter"), errors.ContentFilteredError),
    (400, error_body(code="data_inspection_failed"), errors.ContentFilteredError),
    (400, error_body(code="Arrearage"), errors.QuotaExhaustedError),
    (401, error_body(code="invalid_api_key"), errors.AuthenticationFailedError),
    (402, error_body(), errors.QuotaExhaustedError),
    (403, error_body(), errors.AuthenticationFailedError),
    (404, error_body(code="model_not_found"), errors.ModelNotFoundError),
    (408, error_body(), errors.UpstreamTimeoutError),
    (413, error_body(), errors.RefusedError),
    (422, error_body(), errors.RefusedError),
    (429, error_body(type="requests", code="rate_limit_exceeded"), errors.OverloadedError),
    (429, error_body(code="insufficient_quota"), errors.QuotaExhaustedError),
    (429, error_body(code="Throttling.AllocationQuota"), errors.OverloadedError),
    (429, [b"slow down"], errors.OverloadedError),
    (500, error_body(), errors.UpstreamFailedError),
    (501, error_body(type="not_supported_error", code=501), errors.UnsupportedError),
    (502, [b""], errors.UpstreamFailedError),
    (503, error_body(type="unavailable_error", code=503), errors.OverloadedError),
    (504, [b"{"], errors.UpstreamFailedError),
    (529, error_body(type="overloaded_error"), errors.OverloadedError),
]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(("status", "body", "kind"), STATUSES)
async def test_every_status_and_code_becomes_its_own_error(
    provider: OpenAIProvider,
    vendor_double: ScriptedVendor,
    status: int,
    body: list[bytes],
    kind: type[errors.ProviderError],
    stream: bool,
) -> None:
    vendor_double.script = Script(body, status, {**JSON, "Retry-After": "7"})
    whole = provider.complete(MODEL, REQUEST, deadline=Deadline.after(5))
    calling: Awaitable[Any] = collect(provider, []) if stream else whole
    with pytest.raises(errors.ProviderError) as caught:
        await calling
    whole.close()
    assert type(caught.value) is kind
    assert caught.value.status == status
    assert caught.value.retry_after_seconds == 7.0


async def complete(provider: OpenAIProvider, double: ScriptedVendor, *body: bytes) -> Completion:
    double.script = Script(body, headers=JSON)
    return await provider.complete(MODEL, REQUEST, deadline=Deadline.after(5))


async def test_a_whole_answer_carries_text_tools_reasoning_and_usage(
    provider: OpenAIProvider, vendor_double: ScriptedVendor
) -> None:
    message = {
        "role": "assistant",
        "content": None,
        "reasoning_content": "hm",
        "tool_calls": [
            {"id": "t", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        ],
    }
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls", "logprobs": None}
    data = json.dumps({"id": "c", "choices": [choice], "usage": USAGE["usage"]}).encode()
    answer = await complete(provider, vendor_double, data)
    (got,) = answer.choices
    assert (got.text, got.reasoning, got.finish_reason) == (None, "hm", "tool_calls")
    assert got.tool_calls[0].function.name == "f"
    assert answer.usage is not None and answer.usage.prompt_tokens == 10
    assert "stream" not in vendor_double.asked[0].json


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b'{"choices":[]}', b'{"choices":[{"message":{"content":"x"}}]}', b"\xff", HTML],
)
async def test_a_body_that_is_no_answer_never_becomes_one(
    provider: OpenAIProvider, vendor_double: ScriptedVendor, body: bytes
) -> None:
    with pytest.raises(errors.UpstreamFailedError):
        await complete(provider, vendor_double, body)


async def test_a_whole_answer_under_a_wrong_content_type_is_no_answer(
    provider: OpenAIProvider, vendor_double: ScriptedVendor
) -> None:
    body = b'{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}'
    vendor_double.script = Script([body], headers={"Content-Type": "application/octet-stream"})
    with pytest.raises(errors.UpstreamFailedError, match="octet-stream"):
        await provider.complete(MODEL, REQUEST, deadline=Deadline.after(5))


async def test_a_body_that_is_cut_never_becomes_an_answer(
    provider: OpenAIProvider, vendor_double: ScriptedVendor
) -> None:
    vendor_double.script = Script([b'{"choices":[', Cut()], headers=JSON)
    with pytest.raises(errors.UpstreamFailedError, match="cut"):
        await provider.complete(MODEL, REQUEST, deadline=Deadline.after(5))


async def test_a_vendor_that_hangs_before_its_first_byte_is_late(
    provider: OpenAIProvider, vendor_double: ScriptedVendor
) -> None:
    error, _ = await broken(provider, vendor_double, Script([b"", Hang()]), seconds=0.2)
    assert type(error) is errors.UpstreamTimeoutError


async def test_a_vendor_that_hangs_after_its_first_token_has_stalled(
    provider: OpenAIProvider, vendor_double: ScriptedVendor
) -> None:
    script = Script([*sse(*GOOD[:2], done=False), Hang()])
    error, events = await broken(provider, vendor_double, script, seconds=0.3)
    assert isinstance(error, errors.StreamBrokenError) and error.why == "stall"
    assert events == [TextDelta("你")]


async def test_nobody_is_asked_when_no_time_is_left(
    provider: OpenAIProvider, vendor_double: ScriptedVendor
) -> None:
    with pytest.raises(errors.UpstreamTimeoutError):
        await collect(provider, [], seconds=0)
    assert vendor_double.asked == []


async def test_a_refused_connection_is_told_apart_from_a_failed_answer() -> None:
    settings = ProviderSettings(name="p", kind="openai", base_url="http://127.0.0.1:1")
    provider = OpenAIProvider(settings)
    with pytest.raises(errors.ConnectionFailedError, match=r"127\.0\.0\.1:1"):
        await collect(provider, [])
    await provider.close()


async def test_closing_the_stream_hangs_up_on_the_vendor_at_once(
    provider: OpenAIProvider, vendor_double: ScriptedVendor
) -> None:
    vendor_double.script = Script([*sse(*GOOD[:2], done=False), Hang()])
    events = provider.stream(MODEL, REQUEST, deadline=Deadline.after(30))
    assert await anext(events) == Opened("m", "p", "c1")
    assert await anext(events) == TextDelta("你")
    await events.aclose()
    await asyncio.wait_for(vendor_double.closed.wait(), 2)


@pytest.mark.parametrize("stream", [True, False])
async def test_cancelling_a_call_hangs_up_on_the_vendor_at_once(
    provider: OpenAIProvider, vendor_double: ScriptedVendor, stream: bool
) -> None:
    vendor_double.script = Script([Hang()], headers=JSON)
    calling: Any = collect(provider, [], 30)
    if not stream:
        calling = provider.complete(MODEL, REQUEST, deadline=Deadline.after(30))
    task = asyncio.ensure_future(calling)
    await asyncio.wait_for(vendor_double.reached.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(vendor_double.closed.wait(), 2)


async def test_models_are_listed_by_name(
    provider: OpenAIProvider, vendor_double: ScriptedVendor
) -> None:
    vendor_double.script = Script([b'{"data":[{"id":"b"},{"id":"a"}]}'], headers=JSON)
    assert await provider.list_models() == ["a", "b"]
    assert vendor_double.asked[0].path == "/models"


async def test_the_vendors_rate_limits_are_told_to_who_wants_them() -> None:
    told: list[Any] = []
    headers = {
        "Content-Type": "text/event-stream",
        "x-ratelimit-remaining-requests": "9",
        "x-ratelimit-reset-requests": "6m0s",
        "x-ratelimit-remaining-tokens": "100",
    }
    async with vendor(Script(sse(*GOOD), headers=headers)) as double:
        provider = OpenAIProvider(
            ProviderSettings(name="p", kind="openai", base_url=double.url),
            on_limits=lambda name, limits: told.append((name, limits)),
        )
        await collect(provider, [])
        await provider.close()
    ((name, limits),) = told
    assert name == "p"
    assert (limits.remaining_requests, limits.reset_requests_seconds) == (9, 360.0)
    assert limits.remaining_tokens == 100
