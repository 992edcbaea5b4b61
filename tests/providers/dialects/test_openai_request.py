"""OpenAI's requests, from a client and to a vendor."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from providers.dialects.dashscope.differences import COMPATIBLE
from providers.dialects.errors import DecodeError
from providers.dialects.llama_server.differences import VLLM
from providers.dialects.openai.differences import OPENAI, Differences
from providers.dialects.openai.request import decode_request, encode_request
from providers.messages import ImagePart, NamedTool, TextPart
from tests.providers.scripted import card

HELLO = [{"role": "user", "content": "Hello"}]


def body(**fields: Any) -> bytes:
    return json.dumps({"model": "auto", "messages": HELLO, **fields}, ensure_ascii=False).encode()


def refused(data: bytes) -> DecodeError:
    with pytest.raises(DecodeError) as caught:
        decode_request(data)
    return caught.value


def sent(data: bytes, differences: Differences = OPENAI, **more: Any) -> Any:
    request = decode_request(data)
    stream = more.pop("stream", False)
    prefix = more.pop("prefix", None)
    made = encode_request(request, card(**more), differences, stream=stream, prefix=prefix)
    return json.loads(made)


def test_a_request_with_every_field_is_read_whole() -> None:
    tool = {"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}
    request = decode_request(
        body(
            stream=True,
            stream_options={"include_usage": True},
            tools=[tool],
            tool_choice={"type": "function", "function": {"name": "find"}},
            parallel_tool_calls=False,
            response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": {}}},
            max_tokens=5,
            stop="END",
            temperature=0.5,
            n=2,
            seed=7,
            reasoning_effort="low",
            metadata={"tier": "vip"},
            user="u",
        )
    )
    assert request.include_usage and request.stream
    assert request.tools[0].function.name == "find"
    assert isinstance(request.tool_choice, NamedTool)
    assert request.parallel_tool_calls is False
    assert request.response_format is not None and request.response_format.type == "json_schema"
    assert (request.max_tokens, request.stop, request.n, request.seed) == (5, ("END",), 2, 7)
    assert request.metadata == {"tier": "vip"}
    assert request.extra == {}


def test_parts_of_text_and_image_keep_their_order() -> None:
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "https://x/y.png", "detail": "low"}},
    ]
    request = decode_request(body(messages=[{"role": "user", "content": parts}]))
    content = request.messages[0].content
    assert isinstance(content, tuple)
    assert isinstance(content[0], TextPart) and isinstance(content[1], ImagePart)
    assert sent(body(messages=[{"role": "user", "content": parts}]))["messages"][0] == {
        "role": "user",
        "content": parts,
    }


def test_null_means_left_out_and_the_newer_name_of_max_tokens_wins() -> None:
    request = decode_request(
        body(temperature=None, stop=None, tools=None, max_tokens=5, max_completion_tokens=9)
    )
    assert (request.temperature, request.stop, request.tools, request.max_tokens) == (
        None,
        (),
        (),
        9,
    )


def test_unknown_fields_travel_to_the_vendor_as_they_came() -> None:
    data = body(top_k=20, logit_bias={"5": -100})
    assert bytes(decode_request(data).extra["logit_bias"]) == b'{"5": -100}'
    assert sent(data)["top_k"] == 20


def test_metadata_may_be_said_in_any_single_value() -> None:
    said = {"must_stay_local": True, "beta": False, "user": 1001, "x": 1.5, "y": 2.0, "z": None}
    read = {"must_stay_local": "true", "beta": "false", "user": "1001", "x": "1.5", "y": "2"}
    assert decode_request(body(metadata=said)).metadata == read
    assert decode_request(body(metadata=said, top_a=1)).metadata == read
    long = b'{"model": "m", "messages": [{"role": "user", "content": "hi"}], "metadata": {"id": N}}'
    number = b"12345678901234567890123"
    assert decode_request(long.replace(b"N", number)).metadata == {"id": number.decode()}


@pytest.mark.parametrize(
    ("metadata", "place"),
    [
        (
            '"metadata": {"must_stay_local": true, "must_stay_local": false}',
            "metadata.must_stay_local",
        ),
        (
            '"metadata": {"must_stay_local": false, "app": 1, "must_stay_local": true}',
            "metadata.must_stay_local",
        ),
        ('"metadata": {"privacy": "local"}, "metadata": {}', "metadata"),
        ('"metadata": {"privacy": "local"}, "metadata": null', "metadata"),
        ('"metadata": {"privacy": "local"}, "m\\u0065tadata": {}', "metadata"),
        ('"metadata": {"privacy": "local", "privac\\u0079": "no"}', "metadata.privacy"),
        ('"metadata": {"tier": "a", "tier": null}', "metadata.tier"),
        ('"metadata": {"tier": "a", "tier": "a"}, "strange": 1', "metadata.tier"),
        ('"user": "u", "metadata": {"tier": "a"}, "user": "v"', "user"),
        ('"metadata": {}, "stream": true, "stream": false', "stream"),
        ('"metadata": null, "strange": 1, "strange": 2', "strange"),
    ],
)
def test_a_name_that_a_body_with_metadata_says_twice_is_refused(metadata: str, place: str) -> None:
    twice = '{"model": "m", "messages": [{"role": "user", "content": "hi"}], ' + metadata + "}"
    with pytest.raises(DecodeError, match="stands in the body twice") as caught:
        decode_request(twice.encode())
    assert caught.value.param == place and f"`{place}`" in caught.value.message


def test_equal_names_in_different_places_are_no_repetition() -> None:
    said = body(
        metadata={"user": "a", "model": "b", "metadata": "c"}, user="d", strange={"user": 1}
    )
    assert decode_request(said).metadata == {"user": "a", "model": "b", "metadata": "c"}


def test_metadata_stays_in_the_house() -> None:
    assert "metadata" not in sent(body(metadata={"user": "13800138000"}))


@pytest.mark.parametrize(
    ("data", "param", "words"),
    [
        (b"{", None, "no valid JSON"),
        (b"[]", None, "no chat request"),
        (b'{"model":"auto"}', "messages", "at least one"),
        (body(messages=[]), "messages", "at least one"),
        (b'{"messages":[{"role":"user","content":"x"}]}', "model", "auto"),
        (body(messages=[{"role": "king", "content": "x"}]), "messages[0].role", "king"),
        (body(messages=[{"role": "user", "content": 5}]), "messages[0].content", "str"),
        (body(messages=[{"role": "user"}]), "messages[0].content", "send a text"),
        (
            body(messages=[{"role": "tool", "content": "1"}]),
            "messages[0].tool_call_id",
            "name the call",
        ),
        (body(temperature="hot"), "temperature", "float"),
        (body(temperature=3), "temperature", "between 0 and 2"),
        (body(max_tokens=0), "max_tokens", "between 1"),
        (body(stream_options={"include_usage": True}), "stream_options", "stream: true"),
        (
            body(metadata={"user": "u", "tier": {"a": 5}}),
            "metadata.tier",
            "a text, a number, true or false",
        ),
        (b'{"model": "m", "metadata": {"a": {}}, "messages": [', "metadata", "a text, a number"),
        (body(metadata={"tags": []}), "metadata.tags", "not an object or a list"),
        (body(functions=[]), "functions", "tools"),
        (body(audio={"voice": "x"}), "audio", "not supported"),
        (body(tools=[{"type": "function"}]), "tools[0]", "function"),
        (body(response_format={"type": "xml"}), "response_format.type", "xml"),
        ('{"model":"a\udc80"}'.encode("utf-8", "surrogateescape"), None, "no valid JSON"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(data: bytes, param: str | None, words: str) -> None:
    error = refused(data)
    assert error.param == param
    assert words in error.message


def test_openai_is_asked_in_its_own_words_with_usage_in_streams() -> None:
    asked = sent(body(max_tokens=5, messages=[{"role": "developer", "content": "x"}]), stream=True)
    assert asked == {
        "model": "wire-m",
        "messages": [{"role": "developer", "content": "x"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens": 5,
    }


def test_dashscope_gets_its_own_names_roles_and_switches() -> None:
    messages = [
        {"role": "developer", "content": "x"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
            ],
        },
        {"role": "tool", "tool_call_id": "1", "content": "ok"},
    ]
    asked = sent(
        body(messages=messages, max_tokens=5, reasoning_effort="none", user="u"), COMPATIBLE
    )
    assert asked["max_tokens"] == 5
    assert asked["enable_thinking"] is False
    assert "user" not in asked and "reasoning_effort" not in asked
    assert [m["role"] for m in asked["messages"]] == ["system", "assistant", "tool"]
    assert asked["messages"][1]["content"] == ""
    assert asked["messages"][1]["tool_calls"] == messages[1]["tool_calls"]


def test_marks_that_only_some_vendors_know_are_not_sent_to_openai() -> None:
    part = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}
    data = body(messages=[{"role": "user", "content": [part]}])
    assert sent(data)["messages"][0]["content"] == [{"type": "text", "text": "x"}]
    assert sent(data, COMPATIBLE)["messages"][0]["content"] == [part]


def test_what_a_model_refuses_is_left_out_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        asked = sent(body(temperature=0.5), name="dropper", drops=frozenset({"temperature"}))
    assert "temperature" not in asked
    assert len([r for r in caplog.records if "dropper" in r.getMessage()]) == 1


def test_a_given_beginning_is_marked_as_each_vendor_wants_it() -> None:
    begun = {"role": "assistant", "content": "Once"}
    assert sent(body(), COMPATIBLE, prefix="Once")["messages"][-1] == {**begun, "partial": True}
    vllm = sent(body(), VLLM, prefix="Once")
    assert vllm["messages"][-1] == begun
    assert vllm["continue_final_message"] is True and vllm["add_generation_prompt"] is False


def test_decoding_and_encoding_give_the_same_request_again() -> None:
    data = body(
        temperature=0.5, stop=["a", "b"], tools=[{"type": "function", "function": {"name": "f"}}]
    )
    request = decode_request(data)
    again = decode_request(encode_request(request, card(wire_name="auto"), stream=False))
    assert msgspec.json.encode(again) == msgspec.json.encode(request)
