"""Each vendor's own client, old and new, sees answers and errors as its users expect them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.clients.cases import BROKEN, CASES, OLDER, REFUSED, STREAMED, Case
from tests.clients.conftest import CLIENTS
from tests.clients.town import MOST_TRIES, Run

RunOf = Callable[[str], Run]
_FINISH = {"openai": ("stop", "tool_calls"), "anthropic": ("end_turn", "tool_use")}
_BY_NAME = {case.name: case for case in CASES}

every_client = pytest.mark.parametrize("client", CLIENTS)


def _vendor(client: str) -> str:
    return client.partition("-")[0]


def _class_of(client: str, case: Case) -> str:
    if _vendor(client) == "anthropic":
        newest = case.anthropic
        return OLDER.get(newest, newest) if client == "anthropic-0" else newest
    # openai-node has no class between the base and those of single statuses.
    is_bare = client == "openai-node" and case.openai == "APIStatusError"
    return "APIError" if is_bare else case.openai


@every_client
def test_the_client_is_the_one_that_was_meant(run_of: RunOf, client: str) -> None:
    version = str(run_of(client).said["version"])
    assert client.endswith("-node") or version.startswith(client.partition("-")[2] + ".")


@every_client
@pytest.mark.parametrize("way", ["chat", "stream"])
def test_an_answer_comes_whole_and_with_its_usage(run_of: RunOf, client: str, way: str) -> None:
    told = run_of(client).said[way]
    assert told["text"]
    assert told["finish"] == _FINISH[_vendor(client)][0]
    assert told["tokens"] > 5
    assert told.get("ids", 1) == 1
    assert told.get("request_id", "-")


@every_client
def test_a_tool_call_makes_its_round_trip(run_of: RunOf, client: str) -> None:
    told = run_of(client).said["tools"]
    stop, calls = _FINISH[_vendor(client)]
    assert (told["first"], told["second"]) == (calls, stop)
    assert told["arguments"] == {"order_number": "JD20261120099"}
    assert told["text"]


@every_client
def test_a_schema_holds_and_an_image_is_passed_through(run_of: RunOf, client: str) -> None:
    run = run_of(client)
    assert set(run.said["schema"]) == {"intent", "urgent"}
    assert run.said["image"]["text"]
    pictures = [one for one in run.upstream if "iVBORw0KGgo" in json.dumps(one["body"])]
    assert len(pictures) == 1


@every_client
@pytest.mark.parametrize(("way", "fault"), [("leave", "stall-forever@6"), ("give_up", "hang")])
def test_who_leaves_takes_the_upstream_call_along(
    run_of: RunOf, client: str, way: str, fault: str
) -> None:
    run = run_of(client)
    calls = [one for one in run.upstream if one["fault"] == fault]
    left = [one["disconnected_at"] for one in calls if one["disconnected_at"]]
    assert left
    assert min(left) < run.said[way]["by"]
    assert run.knocks[way] == 1


@every_client
@pytest.mark.parametrize("name", [case.name for case in (*REFUSED, *STREAMED)])
def test_an_error_before_the_first_token_has_its_own_class(
    run_of: RunOf, client: str, name: str
) -> None:
    case, run = _BY_NAME[name], run_of(client)
    error = run.said[name]["error"]
    assert error["class"] == _class_of(client, case)
    assert error["code"] == case.code
    assert error["request_id"]
    assert error["should_retry"] == "false"
    if _vendor(client) == "anthropic":
        assert error["type"] == case.type
    else:
        assert error["status"] == case.status


@every_client
@pytest.mark.parametrize("name", [case.name for case in BROKEN])
def test_a_broken_stream_raises_while_iterating_and_never_ends_well(
    run_of: RunOf, client: str, name: str
) -> None:
    case, told = _BY_NAME[name], run_of(client).said[name]
    assert "value" not in told
    assert told["pieces"] > 0
    assert told["error"]["class"] == _class_of(client, case)
    assert told["error"]["code"] == case.code
    if _vendor(client) == "anthropic":
        assert told["error"]["type"] == case.type


@every_client
@pytest.mark.parametrize("name", _BY_NAME)
def test_no_client_repeats_what_the_gateway_has_tried(
    run_of: RunOf, client: str, name: str
) -> None:
    case, run = _BY_NAME[name], run_of(client)
    assert run.knocks[name] == 1
    calls = [one for one in run.upstream if one["body"]["model"].endswith(f"!{case.fault}")]
    sharing = sum(other.fault == case.fault for other in CASES) if case.fault else 0
    assert sharing <= len(calls) <= sharing * MOST_TRIES if case.fault else not sharing


@pytest.mark.parametrize(
    "client", [name for name in CLIENTS if CLIENTS[name] == name.partition("-")[0]]
)
def test_the_same_client_without_the_gateway_does_repeat(run_of: RunOf, client: str) -> None:
    run = run_of(client)
    calls = [one for one in run.upstream if one["body"]["model"].endswith("!504")]
    direct = [one for one in calls if one["headers"].get("x-case") == "unguarded"]
    assert run.said["unguarded"]["class"] == "InternalServerError"
    assert len(direct) == 3
