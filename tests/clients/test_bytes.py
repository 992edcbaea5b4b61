"""What curl sees: statuses, headers and bodies, without a client that forgives or repeats."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import cache

import pytest

from tests.clients.bytes_on_the_wire import WAYS, Errand, run_errand
from tests.clients.cases import BROKEN, CASES, REFUSED, STREAMED

RunOf = Callable[[str], Errand]
_BY_NAME = {case.name: case for case in CASES}
every_way = pytest.mark.parametrize("way", WAYS)


@pytest.fixture(scope="module")
def errand_of(tmp_path_factory: pytest.TempPathFactory) -> RunOf:
    """Every request, sent once in one way."""

    @cache
    def run(way: str) -> Errand:
        return asyncio.run(run_errand(way, tmp_path_factory.mktemp(way)))

    return run


@every_way
def test_a_whole_answer_has_what_the_wire_promises(errand_of: RunOf, way: str) -> None:
    reply = errand_of(way).replies["chat"]
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-pointsman-model"] == reply.json["model"] == "fine"
    assert float(reply.headers["x-pointsman-cost"]) > 0
    assert reply.json["object"] == "chat.completion"
    assert reply.json["choices"][0]["message"]["content"]


@every_way
def test_a_stream_ends_with_usage_and_done(errand_of: RunOf, way: str) -> None:
    reply = errand_of(way).replies["stream"]
    assert reply.headers["content-type"].startswith("text/event-stream")
    *chunks, usage, done = reply.events
    assert done == "[DONE]"
    assert json.loads(usage)["usage"]["total_tokens"] > 0
    assert json.loads(usage)["choices"] == []
    assert json.loads(chunks[-1])["choices"][0]["finish_reason"] == "stop"


@every_way
def test_tools_schemas_and_images_work_by_hand(errand_of: RunOf, way: str) -> None:
    errand = errand_of(way)
    (choice,) = errand.replies["tools"].json["choices"]
    assert choice["finish_reason"] == "tool_calls"
    arguments = json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"])
    assert arguments == {"order_number": "JD20261120099"}
    (choice,) = errand.replies["schema"].json["choices"]
    assert set(json.loads(choice["message"]["content"])) == {"intent", "urgent"}
    assert errand.replies["image"].status == 200
    assert any("iVBORw0KGgo" in json.dumps(one["body"]) for one in errand.upstream)


@every_way
@pytest.mark.parametrize("name", [case.name for case in (*REFUSED, *STREAMED)])
def test_an_error_has_its_status_and_all_four_keys(errand_of: RunOf, way: str, name: str) -> None:
    case, reply = _BY_NAME[name], errand_of(way).replies[name]
    assert reply.status == case.status
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-should-retry"] == "false"
    assert reply.headers["x-request-id"]
    error = reply.json["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["code"] == case.code
    assert error["message"]


@every_way
@pytest.mark.parametrize("name", [case.name for case in BROKEN])
def test_a_broken_stream_ends_with_an_error_event_and_without_done(
    errand_of: RunOf, way: str, name: str
) -> None:
    reply = errand_of(way).replies[name]
    assert reply.status == 200
    *begun, last = reply.events
    assert begun
    assert "[DONE]" not in reply.events
    assert set(json.loads(last)["error"]) == {"message", "type", "param", "code"}
    reasons = [json.loads(chunk)["choices"][0]["finish_reason"] for chunk in begun]
    assert set(reasons) == {None}


@every_way
def test_who_hangs_up_takes_the_upstream_call_along(errand_of: RunOf, way: str) -> None:
    errand = errand_of(way)
    assert errand.replies["leave"].events
    assert "[DONE]" not in errand.replies["leave"].events
    (call,) = [one for one in errand.upstream if one["fault"] == "stall-forever@6"]
    assert call["disconnected_at"]
