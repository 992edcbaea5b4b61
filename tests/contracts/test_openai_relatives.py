"""Vendors near to OpenAI's wire: DashScope and servers of one's own, in the bytes they send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from providers import errors
from providers.base import Model
from providers.calls import (
    Deadline,
    Finished,
    Opened,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    UsageReport,
)
from providers.continuing import ContinuingProvider
from providers.messages import ChatRequest, Message
from providers.registry import open_provider
from providers.settings import ProviderSettings, SettingsError
from tests.providers.scripted import JSON, Script, ScriptedVendor, card, sse, vendor

REQUEST = ChatRequest(model="m", messages=(Message("user", "Hello"),), max_tokens=5)
MODEL = card(abilities=frozenset({"streaming", "prefill"}))


async def stream(
    kind: str, script: Script, **more: Any
) -> tuple[list[StreamEvent], ScriptedVendor]:
    """Every event of one stream but the opening one."""
    async with vendor(script) as double:
        provider = open(kind, double, **more)
        try:
            events = [
                event
                async for event in provider.stream(MODEL, REQUEST, deadline=Deadline.after(5))
                if not isinstance(event, Opened)
            ]
        finally:
            await provider.close()
    return events, double


def open(kind: str, double: ScriptedVendor, **more: Any) -> ContinuingProvider:  # noqa: A001
    settings = ProviderSettings(name="p", kind=kind, api_key="k", base_url=double.url, **more)
    provider = open_provider(settings)
    assert isinstance(provider, ContinuingProvider)
    return provider


def delta(finish: str | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "id": "c1",
        "choices": [{"index": 0, "delta": fields, "finish_reason": finish, "logprobs": None}],
        "usage": None,
    }


async def test_qwens_tool_calls_with_empty_ids_go_on_with_the_same_call() -> None:
    first = {
        "index": 0,
        "id": "call_1",
        "type": "function",
        "function": {"name": "f", "arguments": ""},
    }
    more = {"index": 0, "id": "", "type": "function", "function": {"arguments": '{"a":1}'}}
    usage = {
        "id": "c1",
        "choices": [],
        "usage": {
            "prompt_tokens": 9,
            "completion_tokens": 4,
            "prompt_tokens_details": {"cached_tokens": 2, "cache_creation_input_tokens": 3},
        },
    }
    events, double = await stream(
        "dashscope",
        Script(
            sse(
                delta(role="assistant", content=None, tool_calls=[first]),
                delta(content="", tool_calls=[more]),
                delta("tool_calls", content=""),
                usage,
            )
        ),
    )
    assert events[:3] == [
        ToolCallDelta(0, "", "call_1", "f"),
        ToolCallDelta(0, '{"a":1}'),
        Finished("tool_calls"),
    ]
    assert isinstance(events[3], UsageReport)
    assert (events[3].usage.cache_read_tokens, events[3].usage.cache_write_tokens) == (2, 3)
    assert double.asked[0].json["max_tokens"] == 5


@pytest.mark.parametrize(
    ("status", "code", "message", "kind"),
    [
        (400, "Arrearage", "Access denied, please pay.", errors.QuotaExhaustedError),
        (400, "DataInspectionFailed", "Inappropriate content.", errors.ContentFilteredError),
        (400, "data_inspection_failed", "x", errors.ContentFilteredError),
        (429, "Throttling.RateQuota", "Requests rate limit exceeded", errors.OverloadedError),
        (429, "Throttling.AllocationQuota", "Allocated quota exceeded", errors.OverloadedError),
        (429, "limit_requests", "x", errors.OverloadedError),
        (401, "InvalidApiKey", "x", errors.AuthenticationFailedError),
        (403, "AccessDenied.Unpurchased", "x", errors.AuthenticationFailedError),
        (403, "AllocationQuota.FreeTierOnly", "x", errors.QuotaExhaustedError),
        (404, "Model.NotExist", "x", errors.ModelNotFoundError),
        (
            400,
            "InvalidParameter",
            "Range of input length should be [1, 30720]",
            errors.ContextTooLongError,
        ),
        (400, "InvalidParameter", "temperature out of range", errors.RefusedError),
        (500, "InternalError", "x", errors.UpstreamFailedError),
        (503, "ServiceUnavailable", "x", errors.OverloadedError),
        (200, "Throttling", "a whole answer that is an error", errors.OverloadedError),
    ],
)
@pytest.mark.parametrize("native", [True, False])
async def test_dashscopes_codes_are_our_own_errors_in_both_of_its_shapes(
    status: int, code: str, message: str, kind: type[errors.ProviderError], native: bool
) -> None:
    said: dict[str, Any] = {"code": code, "message": message}
    body = {**said, "request_id": "r"} if native else {"error": {**said, "type": code}}
    with pytest.raises(errors.ProviderError) as caught:
        await stream("dashscope", Script([json.dumps(body).encode()], status, JSON))
    assert type(caught.value) is kind
    assert caught.value.vendor_code == code


async def test_dashscopes_error_events_carry_their_status_in_a_comment() -> None:
    event = (
        b"id:1\nevent:error\n:HTTP_STATUS/429\n"
        b'data:{"code":"Busy","message":"later","request_id":"r"}\n\n'
    )
    with pytest.raises(errors.OverloadedError) as caught:
        await stream("dashscope", Script([event]))
    assert caught.value.status == 429
    with pytest.raises(errors.StreamBrokenError) as broken:
        await stream("dashscope", Script([*sse(delta(content="x"), done=False), event]))
    assert broken.value.why == "error_event"


async def test_more_pieces_than_the_vendors_own_tokens_are_a_repeat() -> None:
    usage = {"id": "c1", "choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}}
    body = sse(*[delta(content="x")] * 3, delta("stop"), usage)
    with pytest.raises(errors.StreamBrokenError) as caught:
        await stream("dashscope", Script(body))
    assert caught.value.why == "disorder"
    events, _ = await stream("openai", Script(body))
    assert isinstance(events[-1], UsageReport)


async def test_llama_servers_first_delta_and_timings_are_understood() -> None:
    end = {**delta("stop"), "timings": {"prompt_n": 3, "predicted_n": 2, "cache_n": 4}}
    events, _ = await stream(
        "llama_server",
        Script(sse(delta(role="assistant", content=None), delta(content="hi"), end)),
    )
    assert events[:2] == [TextDelta("hi"), Finished("stop")]
    assert isinstance(events[2], UsageReport)
    assert (events[2].usage.prompt_tokens, events[2].usage.cache_read_tokens) == (7, 4)


@pytest.mark.parametrize(
    ("status", "type_", "kind"),
    [
        (503, "unavailable_error", errors.OverloadedError),
        (400, "exceed_context_size_error", errors.ContextTooLongError),
        (501, "not_supported_error", errors.UnsupportedError),
        (401, "authentication_error", errors.AuthenticationFailedError),
    ],
)
async def test_llama_servers_whole_number_codes_are_understood(
    status: int, type_: str, kind: type[errors.ProviderError]
) -> None:
    body = {"error": {"code": status, "message": "x", "type": type_}}
    with pytest.raises(errors.ProviderError) as caught:
        await stream("llama_server", Script([json.dumps(body).encode()], status, JSON))
    assert type(caught.value) is kind
    with pytest.raises(errors.ProviderError) as inside:
        await stream("llama_server", Script(sse(body)))
    assert type(inside.value) is kind
    assert inside.value.status == status


async def test_vllms_error_shapes_are_understood() -> None:
    old = {
        "object": "error",
        "message": "This model's maximum context length is 4096 tokens.",
        "type": "BadRequestError",
        "code": 400,
    }
    with pytest.raises(errors.ContextTooLongError):
        await stream("llama_server", Script([json.dumps(old).encode()], 400, JSON))
    with pytest.raises(errors.RefusedError, match="no such field"):
        await stream("llama_server", Script([b'{"detail":"no such field"}'], 422, JSON))


@pytest.mark.parametrize(
    ("kind", "options", "last", "fields"),
    [
        ("dashscope", {}, {"partial": True}, {}),
        ("llama_server", {}, {}, {}),
        (
            "llama_server",
            {"engine": "vllm"},
            {},
            {"continue_final_message": True, "add_generation_prompt": False},
        ),
    ],
)
async def test_a_begun_answer_is_continued_as_each_of_them_does_it(
    kind: str, options: dict[str, str], last: dict[str, Any], fields: dict[str, Any]
) -> None:
    script = Script(sse(delta(content=" upon"), delta("stop")))
    async with vendor(script) as double:
        provider = open(kind, double, options=options)
        assert provider.can_continue(MODEL)
        going = provider.continue_from(MODEL, REQUEST, "Once", deadline=Deadline.after(5))
        assert TextDelta(" upon") in [event async for event in going]
        await provider.close()
    asked = double.asked[0].json
    assert asked["messages"][-1] == {"role": "assistant", "content": "Once", **last}
    assert fields.items() <= asked.items()


async def test_openai_itself_cannot_continue_a_given_beginning() -> None:
    async with vendor(Script()) as double:
        provider = open("openai", double)
        assert not provider.can_continue(MODEL)
        with pytest.raises(errors.UnsupportedError):
            await anext(provider.continue_from(MODEL, REQUEST, "x", deadline=Deadline.after(5)))
        assert double.asked == []


async def test_a_server_without_usage_is_not_asked_for_it() -> None:
    script = Script(sse(delta(content="x"), delta("stop")))
    events, double = await stream("llama_server", script, options={"engine": "llama-cpp-python"})
    assert "stream_options" not in double.asked[0].json
    assert not any(isinstance(event, UsageReport) for event in events)


def test_regions_have_addresses_and_a_wrong_one_is_refused() -> None:
    from providers.dashscope import base_url_of

    def address(region: str, base_url: str = "") -> str:
        return base_url_of(
            ProviderSettings(name="q", kind="dashscope", region=region, base_url=base_url)
        )

    assert address("").startswith("https://dashscope-intl.aliyuncs.com/")
    assert address("cn").startswith("https://dashscope.aliyuncs.com/")
    assert address("moon", "http://x") == "http://x"
    with pytest.raises(SettingsError, match="cn, intl, hk"):
        address("moon")


def test_every_card_that_can_be_continued_belongs_to_a_vendor_that_does_it() -> None:
    from providers.catalog import load_catalog

    def continues(model: Model) -> bool:
        return "prefill" in model.abilities

    vendors = {m.provider for m in load_catalog().models.values() if continues(m)}
    assert vendors == {"anthropic", "dashscope", "local"}
