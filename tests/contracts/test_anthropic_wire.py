"""Claude over real sockets: what is promised of every stream and answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from providers import errors
from providers.anthropic import AnthropicProvider
from providers.calls import (
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
from providers.settings import ProviderSettings, SettingsError
from tests.providers.scripted import JSON, Cut, Hang, Script, ScriptedVendor, card, named, vendor

REQUEST = ChatRequest(model="m", messages=(Message("user", "Hello"),))
MODEL = card(abilities=frozenset({"streaming", "prefill"}))

START = (
    "message_start",
    {
        "type": "message_start",
        "message": {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "content": [],
            "stop_reason": None,
            "usage": {
                "input_tokens": 10,
                "cache_read_input_tokens": 20,
                "cache_creation_input_tokens": 7,
                "cache_creation": {
                    "ephemeral_5m_input_tokens": 4,
                    "ephemeral_1h_input_tokens": 3,
                },
                "output_tokens": 1,
                "service_tier": "standard",
            },
        },
    },
)
PING = ("ping", {"type": "ping"})
STOP = ("message_stop", {"type": "message_stop"})
Event = tuple[str, dict[str, Any]]


def opened(index: int, **block: Any) -> Event:
    return "content_block_start", {
        "type": "content_block_start",
        "index": index,
        "content_block": block,
    }


def grown(index: int, **delta: Any) -> Event:
    return "content_block_delta", {
        "type": "content_block_delta",
        "index": index,
        "delta": delta,
    }


def text(index: int, words: str) -> Event:
    return grown(index, type="text_delta", text=words)


def closed(index: int) -> Event:
    return "content_block_stop", {"type": "content_block_stop", "index": index}


def ended(reason: str = "end_turn", tokens: int = 6) -> Event:
    return "message_delta", {
        "type": "message_delta",
        "delta": {"stop_reason": reason, "stop_sequence": None},
        "usage": {"output_tokens": tokens},
    }


TEXT = [START, opened(0, type="text", text=""), PING, text(0, "你"), text(0, "好"), closed(0)]
GOOD = [*TEXT, ended(), STOP]


@pytest.fixture
async def vendor_double() -> AsyncIterator[ScriptedVendor]:
    async with vendor(Script()) as double:
        yield double


@pytest.fixture
async def provider(vendor_double: ScriptedVendor) -> AsyncIterator[AnthropicProvider]:
    made = AnthropicProvider(
        ProviderSettings(name="p", kind="anthropic", api_key="k", base_url=vendor_double.url)
    )
    yield made
    await made.close()


async def collect(provider: AnthropicProvider, into: list[StreamEvent], seconds: float = 5) -> None:
    stream = provider.stream(MODEL, REQUEST, deadline=Deadline.after(seconds))
    assert await anext(stream) == Opened("m", "p", "msg_1")
    async for event in stream:
        into.append(event)


async def test_a_whole_stream_gives_text_its_end_and_usage_with_the_cache_in_the_prompt(
    provider: AnthropicProvider, vendor_double: ScriptedVendor
) -> None:
    vendor_double.script = Script(named(*GOOD))
    events: list[StreamEvent] = []
    await collect(provider, events)
    assert events[:3] == [TextDelta("你"), TextDelta("好"), Finished("stop")]
    (report,) = events[3:]
    assert isinstance(report, UsageReport)
    usage = report.usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (37, 6)
    assert (usage.cache_read_tokens, usage.cache_write_tokens) == (20, 4)
    assert (usage.cache_write_1h_tokens, usage.service_tier) == (3, "standard")
    asked = vendor_double.asked[0]
    assert asked.path == "/v1/messages"
    assert asked.headers["x-api-key"] == "k"
    assert asked.headers["anthropic-version"] == "2023-06-01"
    assert "authorization" not in asked.headers
    assert asked.json["max_tokens"] == 1000


async def test_thinking_and_tool_calls_come_as_their_own_events(
    provider: AnthropicProvider, vendor_double: ScriptedVendor
) -> None:
    vendor_double.script = Script(
        named(
            START,
            opened(0, type="thinking", thinking=""),
            grown(0, type="thinking_delta", thinking="hm"),
            grown(0, type="signature_delta", signature="s"),
            closed(0),
            ("a_new_event", {"type": "a_new_event"}),
            opened(1, type="tool_use", id="t1", name="f", input={}),
            grown(1, type="input_json_delta", partial_json=""),
            grown(1, type="input_json_delta", partial_json='{"a":'),
            grown(1, type="input_json_delta", partial_json=" 1 }"),
            closed(1),
            opened(2, type="tool_use", id="t2", name="g", input={}),
            closed(2),
            ended("tool_use"),
            STOP,
        )
    )
    events: list[StreamEvent] = []
    await collect(provider, events)
    assert events[:6] == [
        ReasoningDelta("hm"),
        ToolCallDelta(0, "", "t1", "f"),
        ToolCallDelta(0, '{"a":'),
        ToolCallDelta(0, " 1 }"),
        ToolCallDelta(1, "", "t2", "g"),
        Finished("tool_calls"),
    ]


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("pause_turn", "length"),
        ("refusal", "content_filter"),
    ],
)
async def test_every_stop_reason_has_its_finish_reason(
    provider: AnthropicProvider, vendor_double: ScriptedVendor, word: str, reason: str
) -> None:
    vendor_double.script = Script(named(*TEXT, ended(word), STOP))
    events: list[StreamEvent] = []
    await collect(provider, events)
    assert Finished(reason) in events  # type: ignore[arg-type]


BROKEN: dict[str, tuple[Sequence[bytes | Cut | Hang], str]] = {
    "the connection drops": ([*named(*TEXT[:4]), Cut()], "cut"),
    "the body ends early": (named(*TEXT[:4]), "cut"),
    "message_stop comes without a stop_reason": (named(*TEXT, STOP), "cut"),
    "an event is no JSON": ([*named(*TEXT[:4]), b"event: ping\ndata: {oops\n\n"], "malformed"),
    "the stop_reason is unknown": (named(*TEXT, ended("tired")), "malformed"),
    "a block opens twice": (named(*TEXT[:4], opened(1, type="text")), "disorder"),
    "a block is skipped": (named(*TEXT, opened(2, type="text")), "disorder"),
    "a block is repeated": (named(*TEXT, opened(0, type="text")), "disorder"),
    "text comes for a closed block": (named(*TEXT, text(0, "x")), "disorder"),
    "text comes for another block": (named(*TEXT[:4], text(1, "x")), "disorder"),
    "it ends inside a block": (named(*TEXT[:4], ended()), "disorder"),
    "it starts again": (named(*TEXT[:4], START), "disorder"),
    "pieces come twice": (
        named(*TEXT[:5], *[text(0, "x")] * 5, closed(0), ended(), STOP),
        "disorder",
    ),
    "a tool call's arguments are half": (
        named(
            *TEXT,
            opened(1, type="tool_use", id="t", name="f", input={}),
            grown(1, type="input_json_delta", partial_json='{"a"'),
            closed(1),
            ended("tool_use"),
            STOP,
        ),
        "malformed",
    ),
    "it ends twice": (named(*TEXT, ended(), ended()), "disorder"),
    "text comes after the end": (named(*TEXT, ended(), opened(1, type="text")), "disorder"),
    "an error event comes": (
        named(
            *TEXT[:4],
            ("error", {"type": "error", "error": {"type": "overloaded_error", "message": "O"}}),
        ),
        "error_event",
    ),
}


@pytest.mark.parametrize("shape", BROKEN)
async def test_a_stream_that_did_not_end_as_a_message_ends_is_broken(
    provider: AnthropicProvider, vendor_double: ScriptedVendor, shape: str
) -> None:
    pieces, why = BROKEN[shape]
    vendor_double.script = Script(pieces)
    events: list[StreamEvent] = []
    with pytest.raises(errors.StreamBrokenError) as caught:
        await collect(provider, events)
    assert caught.value.why == why
    assert TextDelta("你") in events
    assert not any(isinstance(event, UsageReport) for event in events)


@pytest.mark.parametrize("pieces", [[], named(START), named(START, PING, STOP), named(PING)])
async def test_a_stream_without_a_token_is_cut(
    provider: AnthropicProvider, vendor_double: ScriptedVendor, pieces: list[bytes]
) -> None:
    vendor_double.script = Script(pieces)
    with pytest.raises(errors.StreamBrokenError) as caught:
        await collect(provider, [])
    assert caught.value.why == "cut"


TYPES: list[tuple[int, str, str, type[errors.ProviderError]]] = [
    (400, "invalid_request_error", "bad", errors.RefusedError),
    (
        400,
        "invalid_request_error",
        "prompt is too long: 210000 tokens > 200000 maximum",
        errors.ContextTooLongError,
    ),
    (
        400,
        "invalid_request_error",
        "Your credit balance is too low to access the API",
        errors.QuotaExhaustedError,
    ),
    (401, "authentication_error", "x", errors.AuthenticationFailedError),
    (402, "billing_error", "x", errors.QuotaExhaustedError),
    (403, "permission_error", "x", errors.AuthenticationFailedError),
    (404, "not_found_error", "model: m", errors.ModelNotFoundError),
    (413, "request_too_large", "x", errors.RefusedError),
    (429, "rate_limit_error", "x", errors.OverloadedError),
    (500, "api_error", "x", errors.UpstreamFailedError),
    (504, "timeout_error", "x", errors.UpstreamTimeoutError),
    (529, "overloaded_error", "Overloaded", errors.OverloadedError),
]


@pytest.mark.parametrize("in_stream", [False, True])
@pytest.mark.parametrize(("status", "type_", "message", "kind"), TYPES)
async def test_every_type_of_error_is_our_own_as_a_status_and_inside_a_stream(
    provider: AnthropicProvider,
    vendor_double: ScriptedVendor,
    status: int,
    type_: str,
    message: str,
    kind: type[errors.ProviderError],
    in_stream: bool,
) -> None:
    body = {"type": "error", "error": {"type": type_, "message": message}, "request_id": "r"}
    whole = Script([json.dumps(body).encode()], status, {**JSON, "retry-after": "3"})
    vendor_double.script = Script(named(START, ("error", body))) if in_stream else whole
    with pytest.raises(errors.ProviderError) as caught:
        await collect(provider, [])
    assert type(caught.value) is kind
    assert caught.value.vendor_type == type_
    assert caught.value.retry_after_seconds == (None if in_stream else 3.0)


async def test_a_whole_message_carries_text_thinking_tools_and_usage(
    provider: AnthropicProvider, vendor_double: ScriptedVendor
) -> None:
    message = {
        "id": "msg_2",
        "type": "message",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "text", "text": "Let me look."},
            {"type": "tool_use", "id": "t", "name": "f", "input": {"a": [1, "二"]}},
        ],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 5, "output_tokens": 9},
    }
    vendor_double.script = Script([json.dumps(message).encode()], headers=JSON)
    answer = await provider.complete(MODEL, REQUEST, deadline=Deadline.after(5))
    (choice,) = answer.choices
    assert (choice.text, choice.reasoning) == ("Let me look.", "hm")
    assert choice.finish_reason == "tool_calls"
    assert json.loads(choice.tool_calls[0].function.arguments) == {"a": [1, "二"]}
    assert answer.usage is not None and answer.usage.prompt_tokens == 5
    assert answer.upstream_id == "msg_2"


@pytest.mark.parametrize("body", [b"{}", b"", b'{"content":[],"stop_reason":null}'])
async def test_a_body_that_is_no_message_never_becomes_an_answer(
    provider: AnthropicProvider, vendor_double: ScriptedVendor, body: bytes
) -> None:
    vendor_double.script = Script([body], headers=JSON)
    with pytest.raises(errors.UpstreamFailedError):
        await provider.complete(MODEL, REQUEST, deadline=Deadline.after(5))


async def test_a_begun_answer_is_sent_as_the_assistants_turn_to_models_that_take_it(
    provider: AnthropicProvider, vendor_double: ScriptedVendor
) -> None:
    vendor_double.script = Script(named(*GOOD))
    stream = provider.continue_from(MODEL, REQUEST, "Once upon ", deadline=Deadline.after(5))
    assert TextDelta("你") in [event async for event in stream]
    turns = vendor_double.asked[0].json["messages"]
    assert turns[-1] == {"role": "assistant", "content": "Once upon"}
    newer = card(abilities=frozenset({"streaming"}))
    assert not provider.can_continue(newer)
    with pytest.raises(errors.UnsupportedError, match="cannot continue"):
        await anext(provider.continue_from(newer, REQUEST, "x", deadline=Deadline.after(5)))


async def test_version_and_the_way_of_sending_the_key_can_be_chosen() -> None:
    async with vendor(Script(named(*GOOD))) as double:
        provider = AnthropicProvider(
            ProviderSettings(
                name="p",
                kind="anthropic",
                api_key="k",
                base_url=double.url + "/v1/",
                options={"auth": "bearer", "version": "2026-10-21"},
            )
        )
        await collect(provider, [])
        await provider.close()
    asked = double.asked[0]
    assert asked.path == "/v1/messages"
    assert asked.headers["authorization"] == "Bearer k"
    assert asked.headers["anthropic-version"] == "2026-10-21"
    assert "x-api-key" not in asked.headers


def test_an_option_that_does_not_exist_is_refused_with_those_that_do() -> None:
    for options in ({"vresion": "1"}, {"auth": "basic"}):
        with pytest.raises(SettingsError, match=r"version|x-api-key"):
            AnthropicProvider(ProviderSettings(name="p", kind="anthropic", options=options))
