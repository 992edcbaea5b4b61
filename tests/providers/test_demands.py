"""What a client refuses by itself is known before anybody is called, and nothing else is refused so."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from local_models.engine import Sampling
from policies.signals import DEMANDS
from providers.base import Model
from providers.demands import NO_REFUSALS, PARAMS, Refusals, check_demands, find_demands
from providers.dialects.anthropic.refusals import refusals_of
from providers.dialects.anthropic.request import encode_request as to_anthropic
from providers.dialects.dashscope.differences import COMPATIBLE
from providers.dialects.openai.differences import OPENAI, Differences
from providers.dialects.openai.request import decode_request
from providers.dialects.openai.request import encode_request as to_openai
from providers.errors import UnsupportedError
from providers.local_prompts import CHATML, prepare
from providers.local_refusals import REFUSALS
from providers.messages import ChatRequest
from tests.providers.scripted import card

Fields = dict[str, Any]
USER = {"role": "user", "content": "Where is my parcel?"}
TOOL = {"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}
PNG = "data:image/png;base64,iVBORw0KGgo="


def said(text: Any, **more: Any) -> Fields:
    return {"role": "assistant", "content": text, **more}


def talk(*messages: Fields) -> Fields:
    return {"messages": [*messages]}


def part(**fields: Any) -> Fields:
    return talk({"role": "user", "content": [{"type": "text", "text": "Look."}, fields]})


def image(url: str) -> Fields:
    return part(type="image_url", image_url={"url": url})


def file(**fields: Any) -> Fields:
    return part(type="file", file=fields)


def called(arguments: str) -> Fields:
    call = {"id": "c", "type": "function", "function": {"name": "find", "arguments": arguments}}
    result = {"role": "tool", "tool_call_id": "c", "content": "on its way"}
    return {**talk(USER, said(None, tool_calls=[call]), result), "tools": [TOOL]}


def shaped(**fields: Any) -> Fields:
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "x", **fields}}}


MADE: list[tuple[Fields, set[str]]] = [
    ({}, set()),
    ({"n": 1}, set()),
    ({"n": 2}, {"several_answers"}),
    ({"tools": [TOOL]}, set()),
    ({"tools": [TOOL], "tool_choice": "auto"}, set()),
    ({"tools": [TOOL], "tool_choice": "none"}, set()),
    ({"tools": [TOOL], "parallel_tool_calls": False}, set()),
    ({"tools": [TOOL], "tool_choice": "required"}, {"forced_call"}),
    (
        {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "find"}}},
        {"forced_call"},
    ),
    ({"seed": 1, "stop": ["x"], "temperature": 0.1, "presence_penalty": 1}, set()),
    ({"logprobs": False}, set()),
    ({"logprobs": True, "top_logprobs": 2}, {"logprobs"}),
    ({"response_format": {"type": "text"}}, set()),
    ({"response_format": {"type": "json_object"}}, set()),
    (shaped(schema={"type": "object"}), {"json_schema"}),
    (shaped(), {"json_schema", "missing_schema"}),
    ({"response_format": {"type": "json_schema"}}, {"json_schema", "missing_schema"}),
    (talk(USER, said("Your parcel")), {"begun_answer"}),
    (talk(USER, said("Your parcel "), {"role": "system", "content": "Be kind."}), {"begun_answer"}),
    (talk(USER, said([{"type": "text", "text": "Your"}])), {"begun_answer"}),
    (talk(USER, said(None, refusal="I cannot")), {"begun_answer"}),
    (talk(USER, said("Your parcel"), said(" ")), {"begun_answer"}),
    (talk(USER, said("Your parcel"), USER), set()),
    (talk(USER, said("")), set()),
    (talk(USER, said(" \n")), set()),
    (talk(USER, said([{"type": "text", "text": " "}])), set()),
    (talk({"role": "system", "content": "Be kind."}), set()),
    (image("https://example.com/a.png"), {"image"}),
    (image(PNG), {"image"}),
    (image("data:image/svg+xml,%3Csvg/%3E"), {"image", "plain_data_url"}),
    (image("data:image/png;base64,***"), {"image", "plain_data_url"}),
    (image("data:image/png"), {"image", "plain_data_url"}),
    (file(file_data="JVBERi0="), {"file"}),
    (file(file_data="data:application/pdf;base64,JVBERi0="), {"file"}),
    (file(file_data="data:text/plain,hello"), {"file", "plain_data_url"}),
    (file(file_data="not base64!"), {"file", "plain_data_url"}),
    (file(file_id="file-1"), {"file", "file_by_id"}),
    (part(type="input_audio", input_audio={"data": "AA", "format": "wav"}), {"audio"}),
    (part(type="video_url", video_url={"url": "https://example.com/a.mp4"}), {"video"}),
    (talk(USER, {"role": "function", "name": "f", "content": "1"}), {"function_role"}),
    (called('{"number": "1"}'), set()),
    (called(""), set()),
    (called(" "), set()),
    (called("[1]"), {"loose_arguments"}),
    (called('"x"'), {"loose_arguments"}),
    (called('{"number": '), {"loose_arguments"}),
    (called("[" * 10_000), {"loose_arguments"}),
]


def asked(fields: Fields) -> ChatRequest:
    return decode_request(json.dumps({"model": "auto", **talk(USER), **fields}).encode())


class _Engine:
    chat_template = CHATML
    control_texts = ()

    def grammar_for(self, schema: Any) -> str:
        return "root ::= x"


def to_local(request: ChatRequest, model: Model) -> None:
    plain = replace(request, tools=(), tool_choice=None)
    prepare(_Engine(), plain, prefix=None, defaults=_SAMPLING)  # type: ignore[arg-type]


def to_compatible(request: ChatRequest, model: Model, differences: Differences = OPENAI) -> None:
    to_openai(request, model, differences, stream=False)


_SAMPLING = Sampling()
ABLE = card("able", abilities=frozenset({"json_schema", "prefill", "tools", "vision"}))
FORCED = frozenset({"forced_tool_choice"})
CLIENTS: dict[str, tuple[Refusals, Callable[[ChatRequest], object]]] = {
    "an old claude": (refusals_of(ABLE), lambda r: to_anthropic(r, ABLE, stream=False)),
    "a new claude": (
        refusals_of(card("new", drops=FORCED)),
        lambda r: to_anthropic(r, card("new", drops=FORCED), stream=True),
    ),
    "local": (REFUSALS, lambda r: to_local(r, ABLE)),
    "openai": (NO_REFUSALS, lambda r: to_compatible(r, ABLE)),
    "dashscope": (NO_REFUSALS, lambda r: to_compatible(r, ABLE, COMPATIBLE)),
}


def _shorten(value: Fields | set[str]) -> str:
    """The same in every process: sets have no order."""
    return "+".join(sorted(value)) if isinstance(value, set) else str(value)[:60]


@pytest.mark.parametrize(("fields", "demands"), MADE, ids=_shorten)
def test_a_request_makes_these_demands(fields: Fields, demands: set[str]) -> None:
    assert find_demands(asked(fields)) == demands


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_refuses_what_is_said_of_it_and_nothing_else(client: str) -> None:
    refused, encode = CLIENTS[client]
    for fields, demands in MADE:
        request = asked(fields)
        if not demands & refused.keys():
            encode(request)
            continue
        with pytest.raises(UnsupportedError) as caught:
            encode(request)
        assert caught.value.message.rstrip(".") in refused.values(), fields


def test_every_demand_has_its_word_in_policies_and_its_field() -> None:
    assert set(PARAMS) == set(DEMANDS) == set().union(*(demands for _, demands in MADE))
    for refused in (refusals for refusals, _ in CLIENTS.values()):
        assert refused.keys() <= set(DEMANDS)


def test_a_refusal_names_the_field() -> None:
    with pytest.raises(UnsupportedError) as caught:
        check_demands({"several_answers"}, refusals_of(ABLE))
    assert caught.value.param == "n"


def test_an_old_claude_goes_on_from_an_answer_without_the_blanks_at_its_end() -> None:
    def last(*messages: Fields) -> Any:
        sent = to_anthropic(asked(talk(*messages)), ABLE, stream=False)
        return json.loads(sent)["messages"][-1]

    begun = {"role": "assistant", "content": [{"type": "text", "text": "Your parcel"}]}
    assert last(USER, said("Your parcel \n")) == begun
    assert last(USER, said("Your parcel"), said(" ")) == begun
    assert last(USER, said(" "))["role"] == "user"
