"""Bodies that no reader can follow, and what nobody foresaw: every door says so in its own shape."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from providers.dialects.depth import MOST_LEVELS
from router.pipeline.gateway import Gateway
from tests.journeys.house import Served, serve

ROUTE, CHAT, MESSAGES = "/v1/route", "/v1/chat/completions", "/v1/messages"
COUNT = "/v1/messages/count_tokens"
FUNCTION = '"tools": [{"type": "function", "function": {"name": "f", "parameters": DEEP}}]'
SCHEMA = '"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": DEEP}}'
FIELDS = {
    "tools": FUNCTION,
    "schema": SCHEMA,
    "metadata": '"metadata": {"user": DEEP}',
    "unknown": '"top_a": DEEP',
}
ANTHROPIC = {
    "tools": '"tools": [{"name": "f", "input_schema": DEEP}]',
    "metadata": '"metadata": {"user_id": DEEP}',
    "unknown": '"top_a": DEEP',
}
PLACES = [(door, field) for door in (CHAT, "/v1/chat", ROUTE) for field in FIELDS.values()]
PLACES += [(door, field) for door in (MESSAGES, COUNT) for field in ANTHROPIC.values()]


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve(tmp_path) as served:
        yield served


async def post(gateway: Served, door: str, body: str) -> tuple[int, Any, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{gateway.url}{door}", data=body.encode()) as reply,
    ):
        return reply.status, json.loads(await reply.read()), reply.headers.get("x-request-id", "")


def body_of(field: str, levels: int, *, stream: bool = False) -> str:
    deep = '{"a": ' * (levels - 1) + '{"type": "object"}' + "}" * (levels - 1)
    said = '"model": "auto", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]'
    return f'{{{said}, "stream": {str(stream).lower()}, {field.replace("DEEP", deep)}}}'


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(("door", "field"), PLACES)
async def test_a_body_that_is_nested_too_deep_is_refused_in_the_doors_own_shape(
    gateway: Served, door: str, field: str, stream: bool
) -> None:
    for levels in (1_000, 20_000):
        status, told, _ = await post(gateway, door, body_of(field, levels, stream=stream))
        assert status == 400
        assert f"nested more than {MOST_LEVELS} levels deep" in told["error"]["message"]
        assert told["error"]["type"] == "invalid_request_error"
        assert (told.get("type") == "error") == door.startswith(MESSAGES)
        assert ("param" in told["error"]) != door.startswith(MESSAGES)
    assert not gateway.upstream_requests()


@pytest.mark.parametrize("door", [CHAT, MESSAGES, ROUTE])
async def test_what_is_deep_but_readable_is_served_and_brackets_in_texts_do_not_count(
    gateway: Served, door: str
) -> None:
    wide = json.dumps("[{" * 900 + '"\\')
    field = (ANTHROPIC if door == MESSAGES else FIELDS)["tools"]
    body = body_of(field, MOST_LEVELS - 10).replace('"hello"', wide)
    status, told, _ = await post(gateway, door, body)
    assert status == 200, told


async def test_a_call_whose_arguments_are_too_deep_a_text_is_no_failure_of_the_house(
    gateway: Served,
) -> None:
    call = {"name": "f", "arguments": '{"a":' * 2_000 + "1" + "}" * 2_000}
    turns = [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": call}]},
        {"role": "tool", "tool_call_id": "c", "content": "done"},
    ]
    for model in ("gpt-6-luna", "claude-sonnet-5-5"):
        status, _, _ = await post(gateway, CHAT, json.dumps({"model": model, "messages": turns}))
        assert status != 500


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("door", [CHAT, MESSAGES, ROUTE])
async def test_what_nobody_foresaw_is_told_in_the_doors_own_shape(
    gateway: Served, monkeypatch: pytest.MonkeyPatch, door: str, stream: bool
) -> None:
    def stumble(*_: object) -> None:
        raise ZeroDivisionError("zebra")

    monkeypatch.setattr(Gateway, "prepare", stumble)
    monkeypatch.setattr(Gateway, "consider", stumble)
    status, told, request_id = await post(gateway, door, body_of('"user": "u"', 1, stream=stream))
    assert (status, len(request_id)) == (500, 32)
    assert "did not foresee" in told["error"]["message"]
    assert "zebra" not in json.dumps(told)
    assert (told.get("type") == "error") == (door == MESSAGES)
    assert told["error"]["type"] == ("api_error" if door == MESSAGES else "server_error")
