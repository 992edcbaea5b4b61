"""Chat requests and answers over the Responses API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import Raw

from providers.calls import (
    Finished,
    ReasoningDelta,
    RefusalDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
    UsageReport,
)
from providers.dialects.reading import ErrorEvent
from providers.dialects.responses.events import ResponseReader
from providers.dialects.responses.request import encode_request, fits
from providers.errors import StreamBrokenError, UnnumberedError
from providers.messages import (
    AudioPart,
    ChatRequest,
    Function,
    FunctionCall,
    ImagePart,
    ImageUrl,
    JsonSchema,
    Message,
    NamedFunction,
    NamedTool,
    ResponseFormat,
    TextPart,
    Tool,
    ToolCall,
)
from providers.sse import SseEvent
from tests.providers.scripted import card

HELLO = ChatRequest(model="m", messages=(Message("user", "Hello"),))


def asked(**more: Any) -> ChatRequest:
    return ChatRequest(**{"model": "m", "messages": HELLO.messages, **more})


def sent(request: ChatRequest, **model: Any) -> dict[str, Any]:
    return json.loads(encode_request(request, card(**model)))


def test_a_conversation_becomes_items_and_nothing_is_kept_at_the_vendor() -> None:
    image = ImagePart(ImageUrl("data:image/png;base64,AA=="))
    call = ToolCall("call_1", FunctionCall("f", '{"a":1}'))
    body = sent(
        asked(
            messages=(
                Message("system", "Be kind."),
                Message("user", (TextPart("What is this?"), image)),
                Message("assistant", "Let me look.", tool_calls=(call,)),
                Message("tool", "A kettle.", tool_call_id="call_1"),
            )
        )
    )
    assert body["input"] == [
        {"type": "message", "role": "system", "content": "Be kind."},
        {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_text", "text": "What is this?"},
                {"type": "input_image", "image_url": image.image_url.url, "detail": "auto"},
            ],
        },
        {"type": "message", "role": "assistant", "content": "Let me look."},
        {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": '{"a":1}'},
        {"type": "function_call_output", "call_id": "call_1", "output": "A kettle."},
    ]
    assert (body["model"], body["stream"], body["store"]) == ("wire-m", True, False)


def test_options_get_their_names_here() -> None:
    schema = JsonSchema("answer", Raw(b'{"type":"object"}'), strict=True)
    body = sent(
        asked(
            tools=(Tool(Function("f", "does f")),),
            tool_choice=NamedTool(NamedFunction("f")),
            response_format=ResponseFormat("json_schema", schema),
            max_tokens=64,
            temperature=0.5,
            reasoning_effort="low",
            metadata={"user": "anna"},
            extra={"service_tier": Raw(b'"flex"')},
        ),
        drops=frozenset({"temperature"}),
    )
    del body["input"]
    assert body == {
        "model": "wire-m",
        "stream": True,
        "store": False,
        "tools": [
            {
                "type": "function",
                "name": "f",
                "description": "does f",
                "parameters": {"type": "object", "properties": {}},
                "strict": False,
            }
        ],
        "tool_choice": {"type": "function", "name": "f"},
        "text": {
            "format": {
                "type": "json_schema",
                "name": "answer",
                "schema": {"type": "object"},
                "strict": True,
            }
        },
        "max_output_tokens": 64,
        "reasoning": {"effort": "low"},
        "service_tier": "flex",
    }


@pytest.mark.parametrize(
    "more",
    [
        {"n": 2},
        {"stop": ("x",)},
        {"seed": 1},
        {"logprobs": True},
        {"presence_penalty": 0.1},
        {"frequency_penalty": 0.1},
        {"max_tokens": 15},
        {"extra": {"logit_bias": Raw(b"{}")}},
        {"messages": (Message("user", (AudioPart(Raw(b"{}")),)),)},
        {"messages": (Message("user", "Hi", name="anna"),)},
    ],
)
def test_what_this_api_cannot_be_asked_does_not_fit(more: dict[str, Any]) -> None:
    assert fits(HELLO)
    assert fits(asked(max_tokens=16, temperature=0.1, tools=(Tool(Function("f")),)))
    assert not fits(asked(**more))


def events(*bodies: dict[str, Any]) -> list[StreamEvent]:
    """What a reader makes of these events, numbered as the vendor does."""
    reader = ResponseReader()
    made: list[StreamEvent] = []
    for number, body in enumerate(bodies):
        made += reader.read(told({"sequence_number": number, **body}))
    return made + reader.finish()


def told(body: dict[str, Any]) -> SseEvent:
    return SseEvent(json.dumps(body).encode(), body["type"])


OPENED = {"type": "response.created", "response": {"id": "resp_1"}}
MESSAGE = {"type": "response.output_item.added", "output_index": 0, "item": {"type": "message"}}
DONE = {"type": "response.completed", "response": {"id": "resp_1"}}


def say(text: str, at: int = 0) -> dict[str, Any]:
    return {"type": "response.output_text.delta", "output_index": at, "delta": text}


def call(at: int, **item: Any) -> dict[str, Any]:
    item = {"type": "function_call", "call_id": f"c{at}", "name": "f", "arguments": "", **item}
    return {"type": "response.output_item.added", "output_index": at, "item": item}


def argue(at: int, text: str) -> dict[str, Any]:
    kind = "response.function_call_arguments.delta"
    return {"type": kind, "output_index": at, "delta": text}


def test_text_thoughts_refusals_and_calls_are_told_apart() -> None:
    usage = {
        "input_tokens": 9,
        "output_tokens": 7,
        "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
        "output_tokens_details": {"reasoning_tokens": 3},
    }
    thought = {"type": "response.reasoning_summary_text.delta", "output_index": 0, "delta": "hm"}
    refusal = {"type": "response.refusal.delta", "output_index": 1, "delta": "no"}
    begin = "response.output_item.added"
    made = events(
        OPENED,
        {"type": begin, "output_index": 0, "item": {"type": "reasoning"}},
        thought,
        {"type": begin, "output_index": 1, "item": {"type": "message"}},
        say("Hi", 1),
        {"type": "response.something.new"},
        refusal,
        call(2),
        argue(2, '{"a":'),
        argue(2, "1}"),
        call(3, arguments="{}"),
        {**DONE, "response": {"usage": usage, "service_tier": "flex"}},
    )
    assert made == [
        ReasoningDelta("hm"),
        TextDelta("Hi"),
        RefusalDelta("no"),
        ToolCallDelta(0, "", "c2", "f"),
        ToolCallDelta(0, '{"a":'),
        ToolCallDelta(0, "1}"),
        ToolCallDelta(1, "{}", "c3", "f"),
        Finished("tool_calls"),
        UsageReport(
            Usage(
                prompt_tokens=9,
                completion_tokens=7,
                cache_read_tokens=4,
                cache_write_tokens=2,
                reasoning_tokens=3,
                service_tier="flex",
            )
        ),
    ]


@pytest.mark.parametrize(
    ("reason", "ours"), [("max_output_tokens", "length"), ("content_filter", "content_filter")]
)
def test_an_incomplete_response_says_why(reason: str, ours: str) -> None:
    end = {"type": "response.incomplete", "response": {"incomplete_details": {"reason": reason}}}
    assert events(OPENED, MESSAGE, say("x"), end)[-1] == Finished(ours)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bodies", "why"),
    [
        ([OPENED, MESSAGE, say("x")], "cut"),
        ([OPENED, DONE], "cut"),
        ([OPENED, MESSAGE, say("x"), {**say("y"), "sequence_number": 2}], "disorder"),
        ([OPENED, MESSAGE, say("x"), {**say("y"), "sequence_number": 4}], "disorder"),
        ([OPENED, MESSAGE, say("x"), {**say("y"), "sequence_number": None}], "disorder"),
        ([OPENED, MESSAGE, say("x"), OPENED], "disorder"),
        ([OPENED, MESSAGE, MESSAGE], "disorder"),
        ([OPENED, say("x")], "disorder"),
        ([OPENED, call(0), argue(0, '{"a'), DONE], "malformed"),
        ([OPENED, call(0, name=None)], "malformed"),
        (
            [
                OPENED,
                MESSAGE,
                {
                    "type": "response.incomplete",
                    "response": {"incomplete_details": {"reason": "bored"}},
                },
            ],
            "malformed",
        ),
    ],
)
def test_what_is_no_whole_answer_in_order_never_passes_for_one(
    bodies: list[dict[str, Any]], why: str
) -> None:
    with pytest.raises(StreamBrokenError) as caught:
        events(*bodies)
    assert caught.value.why == why


def test_a_server_that_numbers_nothing_is_not_believed() -> None:
    with pytest.raises(UnnumberedError):
        ResponseReader().read(told(OPENED))


def test_a_sign_of_life_without_a_number_is_passed_over() -> None:
    ping = {"type": "keepalive", "sequence_number": None}
    reader = ResponseReader()
    made = [
        event
        for number, body in ((0, OPENED), (None, ping), (1, MESSAGE), (2, say("x")), (3, DONE))
        for event in reader.read(told({"sequence_number": number, **body}))
    ]
    assert made == [TextDelta("x"), Finished("stop")]


def test_a_failed_response_is_the_vendors_error() -> None:
    failed = {"code": "rate_limit_exceeded", "message": "slow down"}
    with pytest.raises(ErrorEvent, match="slow down") as caught:
        events(OPENED, {"type": "response.failed", "response": {"error": failed}})
    assert caught.value.error.code == "rate_limit_exceeded"
    with pytest.raises(ErrorEvent, match="oh no") as caught:
        ResponseReader().read(told({"type": "error", "message": "oh no", "code": None}))
    assert caught.value.error.message == "oh no"
