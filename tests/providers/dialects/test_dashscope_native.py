"""Chat requests and answers over DashScope's own wire."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import Raw

from providers.calls import (
    Finished,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
    UsageReport,
)
from providers.dialects.dashscope.native import NativeDialect
from providers.dialects.dashscope.native_events import FrameReader
from providers.dialects.reading import ErrorEvent
from providers.errors import StreamBrokenError, UnnumberedError
from providers.messages import (
    ChatRequest,
    Function,
    FunctionCall,
    ImagePart,
    ImageUrl,
    Message,
    ResponseFormat,
    TextPart,
    Tool,
    ToolCall,
    VideoPart,
)
from providers.sse import SseEvent
from tests.providers.scripted import card

SEEING = frozenset({"streaming", "vision", "prefill"})
HELLO = ChatRequest(model="m", messages=(Message("user", "Hello"),))


def sent(request: ChatRequest, prefix: str | None = None, **model: Any) -> dict[str, Any]:
    return json.loads(NativeDialect().encode(card(**model), request, stream=True, prefix=prefix))


def test_a_request_is_input_and_parameters_and_asks_for_pieces() -> None:
    body = sent(
        ChatRequest(
            model="m",
            messages=(Message("developer", "Be kind."), Message("user", "Hello")),
            tools=(Tool(Function("f")),),
            tool_choice="auto",
            response_format=ResponseFormat("json_object"),
            max_tokens=9,
            stop=("x",),
            seed=3,
            reasoning_effort="none",
            user="anna",
            extra={"top_k": Raw(b"7"), "metadata": Raw(b"{}")},
        )
    )
    assert body["model"] == "wire-m"
    assert body["input"]["messages"] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hello"},
    ]
    assert body["parameters"] == {
        "tools": [{"type": "function", "function": {"name": "f"}}],
        "tool_choice": "auto",
        "response_format": {"type": "json_object"},
        "max_tokens": 9,
        "stop": ["x"],
        "seed": 3,
        "enable_thinking": False,
        "top_k": 7,
        "result_format": "message",
        "incremental_output": True,
    }


def test_models_that_see_live_elsewhere_and_take_parts() -> None:
    dialect = NativeDialect()
    assert dialect.path(card(), stream=True).endswith("/text-generation/generation")
    assert dialect.path(card(abilities=SEEING), stream=True).endswith(
        "/multimodal-generation/generation"
    )
    parts = (TextPart("What is this?"), ImagePart(ImageUrl("https://x/y.png")))
    call = ToolCall("c", FunctionCall("f", "{}"))
    request = ChatRequest(
        model="m",
        messages=(
            Message("user", parts),
            Message("assistant", tool_calls=(call,)),
            Message("tool", "a kettle", tool_call_id="c"),
        ),
    )
    assert sent(request, "It is", abilities=SEEING)["input"]["messages"] == [
        {"role": "user", "content": [{"text": "What is this?"}, {"image": "https://x/y.png"}]},
        {
            "role": "assistant",
            "content": [{"text": ""}],
            "tool_calls": [
                {"id": "c", "function": {"name": "f", "arguments": "{}"}, "type": "function"}
            ],
        },
        {"role": "tool", "content": [{"text": "a kettle"}], "tool_call_id": "c"},
        {"role": "assistant", "content": [{"text": "It is"}], "partial": True},
    ]


def test_several_answers_and_films_do_not_fit() -> None:
    fits = NativeDialect().fits
    assert fits(card(), HELLO)
    film = Message("user", (VideoPart(Raw(b"{}")),))
    for wrong in (
        ChatRequest(model="m", messages=HELLO.messages, n=2),
        ChatRequest(model="m", messages=HELLO.messages, frequency_penalty=0.5),
        ChatRequest(model="m", messages=(film,)),
    ):
        assert not fits(card(), wrong)


def frame(
    number: int | str, message: dict[str, Any], finish: str = "null", **usage: Any
) -> SseEvent:
    output = {"choices": [{"message": message, "finish_reason": finish}]}
    body = {"output": output, "usage": usage, "request_id": "r1"}
    return SseEvent(json.dumps(body).encode(), "result", id=str(number))


def events(*frames: SseEvent) -> list[StreamEvent]:
    reader = FrameReader()
    made = [event for each in frames for event in reader.read(each)]
    return made + reader.finish()


def test_frames_are_pieces_of_thought_text_and_calls() -> None:
    piece = {"index": 0, "id": "", "function": {"name": "", "arguments": "{}"}}
    begun = {"index": 0, "id": "call_1", "function": {"name": "f", "arguments": ""}}
    reader = FrameReader()
    made = [
        event
        for each in (
            frame(1, {"content": "", "reasoning_content": "hm"}),
            frame(2, {"content": "Hi"}, input_tokens=9, output_tokens=2),
            frame(3, {"content": [{"text": " there"}]}),
            frame(4, {"content": "", "tool_calls": [begun]}),
            frame(5, {"content": "", "tool_calls": [piece]}),
            frame(
                6,
                {"content": ""},
                "tool_calls",
                input_tokens=9,
                output_tokens=7,
                prompt_tokens_details={"cached_tokens": 4},
                output_tokens_details={"reasoning_tokens": 1},
            ),
        )
        for event in reader.read(each)
    ]
    assert [*made, *reader.finish()] == [
        ReasoningDelta("hm"),
        TextDelta("Hi"),
        TextDelta(" there"),
        ToolCallDelta(0, "", "call_1", "f"),
        ToolCallDelta(0, "{}"),
        Finished("tool_calls"),
        UsageReport(
            Usage(prompt_tokens=9, completion_tokens=7, cache_read_tokens=4, reasoning_tokens=1)
        ),
    ]
    assert reader.upstream_id == "r1"


@pytest.mark.parametrize("numbers", [(1, 1), (1, 3), (1, 0), (1, "x"), (1, "9" * 5000)])
def test_a_frame_out_of_its_place_breaks_the_stream_before_it_is_told(
    numbers: tuple[int | str, int | str],
) -> None:
    reader = FrameReader()
    first, second = numbers
    reader.read(frame(first, {"content": "a"}))
    with pytest.raises(StreamBrokenError) as caught:
        reader.read(frame(second, {"content": "b"}))
    assert (caught.value.why, caught.value.spoilt) == ("disorder", False)


def test_a_stream_that_lacks_its_first_frames_is_not_begun() -> None:
    with pytest.raises(StreamBrokenError, match="began with frame 3"):
        events(frame(3, {"content": "a"}))


def test_frames_without_numbers_are_not_believed() -> None:
    with pytest.raises(UnnumberedError):
        events(frame("", {"content": "a"}))


@pytest.mark.parametrize(
    ("frames", "why"),
    [
        ([frame(1, {"content": "a"})], "cut"),
        ([frame(1, {"content": "a"}, "abort")], "malformed"),
        ([frame(1, {"content": "a"}, "stop"), frame(2, {"content": "b"})], "disorder"),
        ([frame(1, {"content": "a"}, "stop"), frame(2, {"content": ""}, "stop")], "disorder"),
        ([SseEvent(b"{}", "result", id="1")], "malformed"),
        ([SseEvent(b"{", "result", id="1")], "malformed"),
        ([SseEvent(b"{}", "result", stray=True, id="1")], "malformed"),
    ],
)
def test_what_is_no_whole_answer_never_passes_for_one(frames: list[SseEvent], why: str) -> None:
    with pytest.raises(StreamBrokenError) as caught:
        events(*frames)
    assert caught.value.why == why


def test_an_error_in_a_frame_is_the_vendors_error() -> None:
    wrong = SseEvent(b'{"code":"Throttling","message":"later","request_id":"r"}', "result", id="1")
    with pytest.raises(ErrorEvent, match="later"):
        events(wrong)
