"""What clients receive: chunks and answers in OpenAI's shape."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from providers.dialects.openai.events import ChunkReader, ChunkWriter
from providers.dialects.openai.response import decode_completion, encode_completion, encode_error
from providers.messages import FunctionCall, ToolCall
from providers.sse import SseReader

USED = Usage(prompt_tokens=10, completion_tokens=3, cache_read_tokens=4, reasoning_tokens=1)


def writer(include_usage: bool = False) -> ChunkWriter:
    return ChunkWriter("chatcmpl-1", 1700000000, 'm"1', include_usage)


def bodies(data: bytes) -> list[Any]:
    events = SseReader().feed(data)
    return [json.loads(event.data) for event in events if event.data and event.data != b"[DONE]"]


def written(*events: StreamEvent, include_usage: bool = False, cost: str | None = None) -> bytes:
    chunks = writer(include_usage)
    return b"".join(map(chunks.write, events)) + chunks.done(cost)


def test_every_chunk_carries_the_same_names_and_the_role_comes_once() -> None:
    data = written(TextDelta("你"), TextDelta("好"), Finished("stop"))
    chunks = bodies(data)
    assert {(c["id"], c["created"], c["model"], c["object"]) for c in chunks} == {
        ("chatcmpl-1", 1700000000, 'm"1', "chat.completion.chunk")
    }
    deltas = [c["choices"][0]["delta"] for c in chunks]
    assert deltas == [
        {"role": "assistant", "content": "", "refusal": None},
        {"content": "你"},
        {"content": "好"},
        {},
    ]
    assert [c["choices"][0]["finish_reason"] for c in chunks] == [None, None, None, "stop"]
    assert all("usage" not in chunk for chunk in chunks)
    assert data.endswith(b"data: [DONE]\n\n")


def test_usage_comes_last_with_the_cost_as_an_exact_number() -> None:
    data = written(
        TextDelta("x"), UsageReport(USED), Finished("stop"), include_usage=True, cost="0.000123"
    )
    *rest, last = bodies(data)
    assert all(chunk["usage"] is None for chunk in rest)
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] == 13
    assert last["usage"]["prompt_tokens_details"]["cached_tokens"] == 4
    assert b'"cost":0.000123' in data


def test_usage_is_not_sent_to_clients_that_did_not_ask() -> None:
    assert len(bodies(written(TextDelta("x"), Finished("stop"), UsageReport(USED)))) == 3


def test_a_tool_call_begins_with_its_name_and_goes_on_with_arguments() -> None:
    data = written(
        ToolCallDelta(0, "", "t1", "f"), ToolCallDelta(0, '{"a"'), Finished("tool_calls")
    )
    role, first, more, _ = (c["choices"][0]["delta"] for c in bodies(data))
    assert role["content"] is None
    assert first["tool_calls"] == [
        {
            "index": 0,
            "id": "t1",
            "type": "function",
            "function": {"name": "f", "arguments": ""},
        }
    ]
    assert more["tool_calls"] == [{"index": 0, "function": {"arguments": '{"a"'}}]


def test_logprobs_are_passed_on_as_they_came() -> None:
    raw = msgspec.Raw(b'{"content":[{"token":"x"}]}')
    data = written(TextDelta("x", logprobs=raw), Finished("stop"))
    assert bodies(data)[1]["choices"][0]["logprobs"] == {"content": [{"token": "x"}]}


def test_a_seam_is_a_comment_and_an_opening_is_nothing() -> None:
    chunks = writer()
    assert chunks.write(Opened("m", "p")) == b""
    seam = chunks.write(Opened("m2\ndata: {}", "p", seam=True))
    assert seam == b": continued by m2 data: {}\n\n"


def test_an_answer_that_has_not_finished_cannot_end_cleanly() -> None:
    chunks = writer()
    with pytest.raises(RuntimeError, match="not finished"):
        chunks.done()
    chunks.write(TextDelta("x"))
    chunks.write(TextDelta("y", choice=1))
    chunks.write(Finished("stop"))
    with pytest.raises(RuntimeError, match="not finished"):
        chunks.done()
    assert chunks.error(b'{"error":{}}') == b'data: {"error":{}}\n\n'


EVENTS = st.lists(
    st.one_of(
        st.builds(TextDelta, st.text(min_size=1), st.integers(0, 1)),
        st.builds(ReasoningDelta, st.text(min_size=1), st.integers(0, 1)),
        st.builds(RefusalDelta, st.text(min_size=1), st.integers(0, 1)),
    ),
    max_size=8,
)


@given(EVENTS)
def test_what_is_written_is_read_back_event_for_event(events: list[StreamEvent]) -> None:
    told = [
        *events,
        ToolCallDelta(0, "", "t", "f"),
        ToolCallDelta(0, '{"\u2028":1}'),
        Finished("tool_calls"),
        Finished("length", 1),
        UsageReport(USED),
    ]
    reader = ChunkReader()
    heard = [
        event
        for block in SseReader().feed(written(*told, include_usage=True))
        for event in reader.read(block)
    ]
    assert [*heard, *reader.finish()] == told
    assert reader.done and reader.upstream_id == "chatcmpl-1"


def test_a_whole_answer_is_read_back_as_it_was_written() -> None:
    answer = Completion(
        choices=(
            Choice(text="hi", finish_reason="length"),
            Choice(
                index=1,
                reasoning="hm",
                tool_calls=(ToolCall("t", FunctionCall("f", "{}")),),
                finish_reason="tool_calls",
            ),
        ),
        usage=USED,
    )
    data = encode_completion(answer, id="c", created=1, model="m", cost="0.1")
    body = json.loads(data)
    assert body["object"] == "chat.completion"
    assert body["usage"]["cost"] == 0.1
    assert body["choices"][1]["message"]["content"] is None
    assert decode_completion(data) == msgspec.structs.replace(
        answer, upstream_id="c", usage=msgspec.structs.replace(USED, service_tier="default")
    )


def test_an_error_has_all_four_keys() -> None:
    body = json.loads(encode_error("no", type="server_error"))
    assert body == {"error": {"message": "no", "type": "server_error", "param": None, "code": None}}
