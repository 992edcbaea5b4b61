"""Requests as Anthropic takes them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from providers.dialects.anthropic.request import encode_request
from providers.dialects.openai.request import decode_request
from providers.errors import UnsupportedError
from tests.providers.scripted import card

ALL = frozenset({"streaming", "tools", "vision", "json_schema", "prefill", "reasoning"})


def sent(messages: list[dict[str, Any]] | None = None, **fields: Any) -> Any:
    model = card(
        abilities=fields.pop("abilities", ALL), drops=fields.pop("drops", frozenset()), name="c"
    )
    stream = fields.pop("as_stream", False)
    body = {
        "model": "auto",
        "messages": messages or [{"role": "user", "content": "Hello"}],
        **fields,
    }
    request = decode_request(json.dumps(body).encode())
    return json.loads(encode_request(request, model, stream=stream))


CALL = {"id": "t1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


def test_instructions_go_to_system_and_the_limit_comes_from_the_card() -> None:
    asked = sent(
        [
            {"role": "system", "content": "Be kind."},
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": "Hello"},
        ],
        as_stream=True,
    )
    assert asked == {
        "model": "wire-c",
        "max_tokens": 1000,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
        "stream": True,
        "system": "Be kind.\n\nBe brief.",
    }


def test_cache_marks_on_instructions_survive() -> None:
    marked = {"type": "text", "text": "Long.", "cache_control": {"type": "ephemeral"}}
    asked = sent([{"role": "system", "content": [marked]}, {"role": "user", "content": "x"}])
    assert asked["system"] == [marked]


def test_a_round_of_tools_keeps_results_together_with_the_users_next_words() -> None:
    asked = sent(
        [
            {"role": "user", "content": "Where is it?"},
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [CALL, {**CALL, "id": "t2"}],
            },
            {"role": "tool", "tool_call_id": "t1", "content": "here"},
            {"role": "tool", "tool_call_id": "t2", "content": ""},
            {"role": "user", "content": "Well?"},
        ],
        tools=[TOOL],
    )
    question, calls, results = asked["messages"]
    assert question["role"] == "user"
    assert [block["input"] for block in calls["content"]] == [{"a": 1}, {"a": 1}]
    assert results == {
        "role": "user",
        "content": [
            {
                "type": "tool_result",
                "tool_use_id": "t1",
                "content": [{"type": "text", "text": "here"}],
            },
            {"type": "tool_result", "tool_use_id": "t2"},
            {"type": "text", "text": "Well?"},
        ],
    }
    assert asked["tools"] == [{"name": "f", "input_schema": {"type": "object"}}]


@pytest.mark.parametrize(
    ("choice", "parallel", "wire"),
    [
        ("auto", None, {"type": "auto"}),
        ("none", None, {"type": "none"}),
        ("required", None, {"type": "any"}),
        (None, False, {"type": "auto", "disable_parallel_tool_use": True}),
        (
            {"type": "function", "function": {"name": "f"}},
            False,
            {"type": "tool", "name": "f", "disable_parallel_tool_use": True},
        ),
        (None, None, None),
    ],
)
def test_tool_choice_is_said_in_its_words(choice: Any, parallel: bool | None, wire: Any) -> None:
    asked = sent(tools=[TOOL], tool_choice=choice, parallel_tool_calls=parallel)
    assert asked.get("tool_choice") == wire


def test_images_go_as_data_or_as_an_address() -> None:
    def image(url: str) -> Any:
        part = {"type": "image_url", "image_url": {"url": url}}
        return sent([{"role": "user", "content": [part]}])["messages"][0]["content"][0]["source"]

    assert image("https://x/y.png") == {"type": "url", "url": "https://x/y.png"}
    assert image("data:image/jpeg;base64,AAAA") == {
        "type": "base64",
        "media_type": "image/jpeg",
        "data": "AAAA",
    }
    with pytest.raises(UnsupportedError, match="base64"):
        image("data:image/jpeg,hello")


def test_documents_go_as_documents() -> None:
    part = {"type": "file", "file": {"file_data": "AAAA", "filename": "a.pdf"}}
    block = sent([{"role": "user", "content": [part]}])["messages"][0]["content"][0]
    assert block["type"] == "document"
    assert block["title"] == "a.pdf"
    assert block["source"]["media_type"] == "application/pdf"


def test_a_schema_and_an_effort_go_into_the_output_config() -> None:
    schema = {"type": "object", "properties": {}}
    asked = sent(
        response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": schema}},
        reasoning_effort="minimal",
    )
    assert asked["output_config"] == {
        "format": {"type": "json_schema", "schema": schema},
        "effort": "low",
    }


def test_json_mode_is_asked_for_in_words() -> None:
    assert "JSON object" in sent(response_format={"type": "json_object"})["system"]


def test_what_the_model_refuses_is_left_out_and_what_it_lacks_a_scale_for_is_fitted() -> None:
    old = sent(temperature=1.7, top_p=0.9, stop=["END", " "], seed=1, max_tokens=5000)
    assert old["temperature"] == 1.0
    assert old["stop_sequences"] == ["END"]
    assert old["max_tokens"] == 1000
    assert not {"top_p", "seed"} & set(old)
    new = sent(temperature=1.0, top_k=5, drops=frozenset({"temperature", "top_p", "top_k"}))
    assert not {"temperature", "top_k"} & set(new)
    assert sent(top_k=5, verbosity="low")["top_k"] == 5


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"n": 2}, "n=1"),
        ({"tools": [TOOL], "tool_choice": "required", "drops": {"forced_tool_choice"}}, "auto"),
        (
            {
                "abilities": frozenset(),
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "a", "schema": {}},
                },
            },
            "JSON schema",
        ),
        (
            {
                "messages": [
                    {"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}
                ]
            },
            "no audio",
        ),
        (
            {
                "messages": [
                    {
                        "role": "assistant",
                        "tool_calls": [{"id": "t", "function": {"name": "f", "arguments": "[1]"}}],
                    }
                ]
            },
            "JSON object",
        ),
    ],
)
def test_what_it_cannot_do_goes_elsewhere(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(UnsupportedError, match=words):
        sent(**fields)
