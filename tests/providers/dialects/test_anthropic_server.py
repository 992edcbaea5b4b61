"""Anthropic's wire from the server's side: requests read from clients, answers written to them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from providers.calls import (
    Choice,
    Completion,
    Finished,
    Opened,
    ReasoningDelta,
    RefusalDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
    UsageReport,
)
from providers.dialects.anthropic.events import MessageReader
from providers.dialects.anthropic.response import decode_message
from providers.dialects.anthropic.server_events import MessageWriter
from providers.dialects.anthropic.server_request import decode_request
from providers.dialects.anthropic.server_response import encode_error, encode_message
from providers.dialects.errors import DecodeError
from providers.errors import UpstreamFailedError
from providers.messages import (
    ChatRequest,
    FilePart,
    FunctionCall,
    ImagePart,
    NamedTool,
    TextPart,
    ToolCall,
)
from providers.sse import SseReader

SCHEMA = {"type": "object", "properties": {"order": {"type": "string"}}}
USAGE = Usage(
    prompt_tokens=100,
    completion_tokens=7,
    cache_read_tokens=30,
    cache_write_tokens=20,
    cache_write_1h_tokens=10,
)


def _body(*messages: Any, **more: Any) -> bytes:
    turns = messages or ({"role": "user", "content": "hi"},)
    return json.dumps({"model": "auto", "max_tokens": 50, "messages": turns, **more}).encode()


def _chat(*messages: Any, **more: Any) -> ChatRequest:
    return decode_request(_body(*messages, **more)).chat


def test_options_get_their_places() -> None:
    chat = _chat(
        system="Be kind.",
        stream=True,
        stop_sequences=["END"],
        temperature=0.3,
        top_p=0.9,
        metadata={"user_id": "u7", "tier": "gold"},
        output_config={"effort": "low", "format": {"type": "json_schema", "schema": SCHEMA}},
    )
    assert [(m.role, m.content) for m in chat.messages] == [
        ("system", "Be kind."),
        ("user", "hi"),
    ]
    assert (chat.stream, chat.stop, chat.temperature, chat.top_p) == (True, ("END",), 0.3, 0.9)
    assert (chat.user, chat.metadata, chat.max_tokens) == ("u7", {"tier": "gold"}, 50)
    with pytest.raises(DecodeError, match=r"metadata\.tags: must be a text, a number"):
        _chat(metadata={"user_id": "u7", "tags": ["a"]})
    said = _chat(metadata={"user_id": 7, "must_stay_local": True, "tier": None})
    assert (said.user, said.metadata) == ("7", {"must_stay_local": "true"})
    assert chat.reasoning_effort == "low"
    assert chat.response_format is not None
    assert chat.response_format.json_schema is not None
    assert json.loads(bytes(chat.response_format.json_schema.schema)) == SCHEMA  # type: ignore[arg-type]


def test_a_wish_that_is_said_twice_is_refused() -> None:
    whole = b'{"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}], "metadata": %s}'
    for said, place in (
        (b'{"must_stay_local": true, "must_stay_local": false}', "metadata.must_stay_local"),
        (b'{"privacy": "local"}, "metadata": {}', "metadata"),
    ):
        with pytest.raises(DecodeError, match="twice") as caught:
            decode_request(whole % said)
        assert caught.value.param == place


def test_cache_marks_of_the_system_prompt_are_kept() -> None:
    mark = {"type": "ephemeral", "ttl": "1h"}
    blocks = [{"type": "text", "text": "Long.", "cache_control": mark}]
    assert _chat(system=blocks).messages[0].content == (TextPart("Long.", mark),)


def test_tool_results_stand_right_behind_their_calls_and_pictures_move_to_the_user() -> None:
    pixel = {"type": "base64", "media_type": "image/png", "data": "iVBORw0="}
    chat = _chat(
        {"role": "user", "content": "Where is it?"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Look it up.", "signature": "x"},
                {"type": "redacted_thinking", "data": "?"},
                {"type": "text", "text": "Let me see."},
                {"type": "tool_use", "id": "t1", "name": "look", "input": {"order": "7"}},
                {"type": "tool_use", "id": "t2", "name": "look", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "And hurry."},
                {
                    "type": "tool_result",
                    "tool_use_id": "t1",
                    "content": [
                        {"type": "text", "text": "shipped"},
                        {"type": "image", "source": pixel},
                    ],
                },
                {"type": "tool_result", "tool_use_id": "t2", "is_error": True, "content": "gone"},
            ],
        },
    )
    said = chat.messages[1]
    assert (said.content, said.reasoning_content) == ("Let me see.", "Look it up.")
    assert [(c.id, json.loads(c.function.arguments)) for c in said.tool_calls] == [
        ("t1", {"order": "7"}),
        ("t2", {}),
    ]
    results = [(m.tool_call_id, m.content) for m in chat.messages[2:4]]
    assert results == [("t1", "shipped"), ("t2", "Error: gone")]
    last = chat.messages[4]
    assert last.role == "user"
    assert isinstance(last.content, tuple)
    text, image = last.content
    assert text == TextPart("And hurry.")
    assert isinstance(image, ImagePart)
    assert image.image_url.url == "data:image/png;base64,iVBORw0="


def test_documents_travel_as_files_and_plain_texts_as_words() -> None:
    pdf = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}
    plain = {"type": "text", "media_type": "text/plain", "data": "All sales are final."}
    content = _chat(
        {
            "role": "user",
            "content": [
                {"type": "document", "source": pdf, "title": "bill.pdf"},
                {"type": "document", "source": plain, "title": "Terms"},
            ],
        }
    ).messages[0].content  # fmt: skip
    assert isinstance(content, tuple)
    assert isinstance(content[0], FilePart)
    assert json.loads(bytes(content[0].file)) == {
        "file_data": "data:application/pdf;base64,JVBERi0=",
        "filename": "bill.pdf",
    }
    assert content[1] == TextPart("Terms\n\nAll sales are final.")


@pytest.mark.parametrize(
    ("wire", "ours"), [("auto", "auto"), ("any", "required"), ("none", "none"), ("tool", "look")]
)
def test_tool_choices_are_ours_by_another_name(wire: str, ours: str) -> None:
    tool = {"name": "look", "description": "Look.", "input_schema": SCHEMA}
    named = {"name": "look"} if wire == "tool" else {}
    choice = {"type": wire, "disable_parallel_tool_use": True, **named}
    chat = _chat(tools=[tool], tool_choice=choice)
    chosen = chat.tool_choice
    assert (chosen.function.name if isinstance(chosen, NamedTool) else chosen) == ours
    assert chat.parallel_tool_calls is False
    assert json.loads(bytes(chat.tools[0].function.parameters)) == SCHEMA  # type: ignore[arg-type]


def test_what_nobody_acts_on_is_named() -> None:
    asked = decode_request(
        _body(top_k=5, thinking={"type": "adaptive"}, service_tier="standard_only", betas=[])
    )
    assert asked.ignored == ("service_tier", "thinking", "top_k")
    assert decode_request(_body(service_tier="auto", later=None)).ignored == ()
    assert asked.shows_thinking
    assert asked.chat.extra == {}
    assert decode_request(_body(thinking={"type": "disabled"})).ignored == ()


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"{", None),
        (b'{"model": "auto", "max_tokens": 5}', "messages"),
        (b'{"model": "auto", "messages": [{"role": "user", "content": "x"}]}', "max_tokens"),
        (_body(temperature=1.5), "temperature"),
        (_body(max_tokens="many"), "max_tokens"),
        (_body(mcp_servers=[{"url": "http://x"}]), "mcp_servers"),
        (_body(tools=[{"type": "web_search_20250305", "name": "web_search"}]), "tools.0.type"),
        (_body(tools=[{"name": "look"}]), "tools.0.input_schema"),
        (_body(tool_choice={"type": "tool"}), "tool_choice.name"),
        (_body({"role": "user", "content": [{"type": "odd"}]}), "messages[0].content[0].type"),
        (
            _body(
                {
                    "role": "user",
                    "content": [{"type": "image", "source": {"type": "file", "file_id": "f"}}],
                }
            ),
            "messages.0.content.0.source",
        ),
        (
            _body(
                {
                    "role": "assistant",
                    "content": [{"type": "tool_use", "id": "t", "name": "n", "input": "7"}],
                }
            ),
            "messages.0.content.0.input",
        ),
        (
            _body({"role": "user", "content": [{"type": "thinking", "thinking": "hm"}]}),
            "messages.0.content.0",
        ),
    ],
)
def test_a_mistake_is_refused_and_named(body: bytes, param: str | None) -> None:
    with pytest.raises(DecodeError) as caught:
        decode_request(body)
    assert caught.value.param == param
    assert caught.value.message.endswith(".")


def test_counting_needs_no_max_tokens() -> None:
    body = b'{"model": "auto", "messages": [{"role": "user", "content": "x"}]}'
    assert decode_request(body, counts_only=True).chat.max_tokens is None


def _completion(**choice: Any) -> Completion:
    return Completion(choices=(Choice(**choice),), usage=USAGE, model="gpt-6-luna")


def _encoded(**choice: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(encode_message(_completion(**choice), id="msg_1", cost="0.5"))
    return body


def test_a_whole_answer_is_read_back_by_our_own_client_half() -> None:
    call = ToolCall("t1", FunctionCall("look", '{"order": "7"}'))
    told = _completion(text="Let me see.", tool_calls=(call,), finish_reason="tool_calls")
    back = decode_message(encode_message(told, id="msg_1"))
    assert back.choices[0].text == "Let me see."
    assert back.choices[0].tool_calls[0].function.name == "look"
    assert back.choices[0].finish_reason == "tool_calls"
    assert back.usage is not None
    counted = (back.usage.prompt_tokens, back.usage.cache_write_1h_tokens)
    assert counted == (100, 10)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("stop", "end_turn"), ("length", "max_tokens"), ("content_filter", "refusal")],
)
def test_each_reason_to_stop_has_its_word(ours: str, theirs: str) -> None:
    body = _encoded(text="x", finish_reason=ours)
    assert (body["stop_reason"], body["stop_sequence"]) == (theirs, None)
    assert body["usage"]["input_tokens"] == 40
    assert body["usage"]["cost"] == 0.5


def test_a_refusal_is_said_in_words_and_as_the_reason() -> None:
    body = _encoded(refusal="I cannot.", finish_reason="stop")
    assert body["content"] == [{"type": "text", "text": "I cannot."}]
    assert body["stop_reason"] == "refusal"


def test_thinking_is_shown_to_those_who_asked() -> None:
    told = _completion(text="4", reasoning="2 and 2", finish_reason="stop")
    shown = json.loads(encode_message(told, id="m", shows_thinking=True))
    assert [block["type"] for block in shown["content"]] == ["thinking", "text"]
    hidden = json.loads(encode_message(told, id="m"))
    assert [block["type"] for block in hidden["content"]] == ["text"]


def test_a_call_cut_by_the_token_limit_is_left_out_and_a_broken_one_is_no_answer() -> None:
    half = (ToolCall("t1", FunctionCall("look", '{"order": "7')),)
    assert _encoded(text="x", tool_calls=half, finish_reason="length")["content"] == [
        {"type": "text", "text": "x"}
    ]
    listed = (ToolCall("t1", FunctionCall("look", "[1]")),)
    with pytest.raises(UpstreamFailedError, match="no JSON object"):
        encode_message(_completion(tool_calls=listed, finish_reason="tool_calls"), id="m")


def _written(*events: StreamEvent, thinks: bool = False) -> list[dict[str, Any]]:
    writer = MessageWriter("msg_1", "gpt-6-luna", prompt_tokens=90, shows_thinking=thinks)
    data = b"".join(map(writer.write, events)) + writer.done("0.25")
    found = []
    for event in SseReader().feed(data):
        if event.data is not None:
            body = json.loads(event.data)
            assert event.event == body["type"]
            found.append(body)
    return found


def test_a_stream_opens_once_and_its_blocks_follow_each_other() -> None:
    events = _written(
        ReasoningDelta("Hm."),
        TextDelta("Let "),
        TextDelta("me\u2028see."),
        ToolCallDelta(0, "", "t1", "look"),
        ToolCallDelta(0, '{"order":'),
        ToolCallDelta(0, '"7"}'),
        ToolCallDelta(1, "{}", "t2", "look"),
        Finished("tool_calls"),
        UsageReport(USAGE),
        thinks=True,
    )
    opened = [e["content_block"]["type"] for e in events if e["type"] == "content_block_start"]
    assert opened == ["thinking", "text", "tool_use", "tool_use"]
    assert [e["index"] for e in events if e["type"] == "content_block_start"] == [0, 1, 2, 3]
    assert [e["index"] for e in events if e["type"] == "content_block_stop"] == [0, 1, 2, 3]
    kinds = [event["type"] for event in events]
    assert kinds[0] == "message_start"
    assert kinds.count("message_start") == 1
    assert kinds[-2:] == ["message_delta", "message_stop"]
    end = events[-2]
    assert end["delta"]["stop_reason"] == "tool_use"
    assert (end["usage"]["input_tokens"], end["usage"]["cost"]) == (40, 0.25)


def test_a_written_stream_is_read_back_by_our_own_client_half() -> None:
    events: list[StreamEvent] = [
        TextDelta("好的，"),
        TextDelta("稍等。"),
        ToolCallDelta(0, '{"order":"7"}', "t1", "look"),
        Finished("tool_calls"),
        UsageReport(USAGE),
    ]
    writer = MessageWriter("msg_1", "m", prompt_tokens=9)
    data = b"".join(map(writer.write, events)) + writer.done()
    reader = MessageReader()
    back = [ours for event in SseReader().feed(data) for ours in reader.read(event)]
    back += reader.finish()
    assert "".join(e.text for e in back if isinstance(e, TextDelta)) == "好的，稍等。"
    arguments = "".join(e.arguments for e in back if isinstance(e, ToolCallDelta))
    assert arguments == '{"order":"7"}'
    assert Finished("tool_calls") in back
    assert isinstance(back[-1], UsageReport)
    assert back[-1].usage.prompt_tokens == 100


def test_thoughts_are_held_back_but_open_the_message() -> None:
    writer = MessageWriter("msg_1", "m", prompt_tokens=9)
    assert b"message_start" in writer.write(ReasoningDelta("Hm."))
    assert writer.write(ReasoningDelta("Hm.")) == b""


def test_a_refusal_in_a_stream_ends_as_one() -> None:
    events = _written(RefusalDelta("I can"), RefusalDelta("not."), Finished("stop"))
    assert events[-2]["delta"]["stop_reason"] == "refusal"
    said = [e["delta"]["text"] for e in events if e["type"] == "content_block_delta"]
    assert said == ["I can", "not."]


def test_a_seam_is_a_comment_and_an_unfinished_answer_cannot_end_well() -> None:
    writer = MessageWriter("msg_1", "m", prompt_tokens=9)
    writer.write(TextDelta("Half"))
    assert writer.write(Opened("other", "anthropic", seam=True)).startswith(b": continued by other")
    with pytest.raises(RuntimeError, match="message_stop"):
        writer.done()
    error = encode_error("Cut.", type="api_error", request_id="r1", code="upstream_stream_broken")
    (event,) = SseReader().feed(writer.error(error))
    assert event.event == "error"
    assert json.loads(event.data or b"") == {
        "type": "error",
        "error": {
            "type": "api_error",
            "message": "Cut.",
            "details": {"error_code": "upstream_stream_broken"},
        },
        "request_id": "r1",
    }
