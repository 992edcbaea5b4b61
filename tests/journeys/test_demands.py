"""What a client of ours refuses by itself is a need in the plan, and never a call that failed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import anthropic
import pytest

from tests.journeys.house import Served, serve

CHAT, ROUTE = "/v1/chat/completions", "/v1/route"
POLICY = """
name: demanding
pools:
  strong: {models: [claude-opus-5-5, gpt-6-sol]}
  claudes: {models: [claude-opus-5-5, claude-sonnet-5-5]}
  two-places: {models: [both]}
default: {use: strong}
"""
BOTH = {
    "base_model": "claude-opus-5-5",
    "deployments": [
        {"provider": "anthropic", "weight": 1000},
        {"provider": "openai", "wire_name": "gpt-6-sol", "weight": 1},
    ],
}
CLAUDE, GPT = "claude-opus-5-5", "gpt-6-sol"
USER = {"role": "user", "content": "Where is my parcel?"}
BEGUN = {"messages": [USER, {"role": "assistant", "content": "Your parcel"}]}
TOOLS = {
    "tools": [
        {"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}},
    ]
}
SEVERAL, FORCED = {"n": 3}, {**TOOLS, "tool_choice": "required"}
NAMED = {**TOOLS, "tool_choice": {"type": "function", "function": {"name": "find"}}}
FILED: dict[str, Any] = {
    "messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "file-1"}}]}]
}
RETIRED = {"messages": [USER, {"role": "function", "name": "find", "content": "1"}, USER]}
DEMANDS = {
    "a begun answer": (BEGUN, "does not go on from an assistant's turn", "messages"),
    "several answers": (SEVERAL, "one answer a call", "n"),
    "a forced call": (FORCED, "cannot be forced to call a tool", "tool_choice"),
    "a named call": (NAMED, "cannot be forced to call a tool", "tool_choice"),
    "a file by its id": (FILED, "not by file id", "messages"),
    "a retired role": (RETIRED, "no role `function`", "messages"),
}
EACH = pytest.mark.parametrize("demand", DEMANDS)


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Served]:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    async with serve(
        tmp_path, vendors=("openai", "anthropic"), policy=str(path), models={"both": BOTH}
    ) as served:
        yield served


async def _post(gateway: Served, body: dict[str, Any], path: str = CHAT) -> Any:
    whole = {"model": "auto", "messages": [USER], **body}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{gateway.url}{path}", json=whole) as reply,
    ):
        text = await reply.text()
        told = text if whole.get("stream") and reply.status == 200 else json.loads(text)
        return reply.status, told, reply.headers


@EACH
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_who_refuses_it_is_left_out_of_the_plan_and_not_called(
    gateway: Served, demand: str, stream: bool
) -> None:
    asked, why, _ = DEMANDS[demand]
    _, told, _ = await _post(gateway, asked, ROUTE)
    assert told["model"] == GPT
    (rejected,) = told["plan"]["rejected"]
    assert rejected["model"] == CLAUDE and why in rejected["why"]
    status, _, headers = await _post(gateway, {**asked, "stream": stream})
    assert (status, headers["x-pointsman-model"]) == (200, GPT)
    assert headers["x-pointsman-attempts"] == "1" == str(len(gateway.upstream_requests()))
    entry = await gateway.entry(headers["x-request-id"])
    assert [(row.model, row.outcome) for row in entry.attempts] == [(GPT, "answered")]


@EACH
async def test_where_all_refuse_it_the_caller_is_told_so_and_nobody_is_called(
    gateway: Served, demand: str
) -> None:
    asked, why, param = DEMANDS[demand]
    for model in ("claudes", CLAUDE):
        status, told, headers = await _post(gateway, {**asked, "model": model})
        error = told["error"]
        assert (status, error["code"], error["param"]) == (400, "unsupported_by_model", param)
        assert why in error["message"]
        entry = await gateway.entry(headers["x-request-id"])
        assert (entry.request.outcome, entry.attempts) == ("refused", ())
    assert gateway.upstream_requests() == []


async def test_a_request_without_any_goes_to_the_first_as_ever(gateway: Served) -> None:
    plain: list[dict[str, Any]] = [
        {},
        {"n": 1},
        {**TOOLS, "tool_choice": "auto"},
        {"messages": [USER, {"role": "assistant", "content": "On its way."}, USER]},
        {"messages": [USER, {"role": "assistant", "content": " "}]},
        {"logprobs": True, "seed": 3, "stop": ["x"], "parallel_tool_calls": False},
    ]
    for asked in plain:
        status, _, headers = await _post(gateway, asked)
        assert (status, headers["x-pointsman-model"]) == (200, CLAUDE), asked


async def test_a_claude_that_goes_on_from_an_answer_does_so(gateway: Served) -> None:
    blank = {"messages": [USER, {"role": "assistant", "content": "Your parcel "}]}
    for asked in (BEGUN, blank):
        status, _, headers = await _post(gateway, {**asked, "model": "claude-haiku-4-5"})
        assert (status, headers["x-pointsman-model"]) == (200, "claude-haiku-4-5")


@EACH
async def test_of_several_deployments_only_those_that_take_it_are_called(
    gateway: Served, demand: str
) -> None:
    asked, why, _ = DEMANDS[demand]
    _, told, _ = await _post(gateway, {**asked, "model": "two-places"}, ROUTE)
    out = [each for each in told["plan"]["reasons"] if "never called" in each["text"]]
    assert why in out[0]["below"][0]["text"]
    for _ in range(4):
        status, _, headers = await _post(gateway, {**asked, "model": "two-places"})
        assert (status, headers["x-pointsman-provider"]) == (200, "openai")
        assert headers["x-pointsman-attempts"] == "1"
    plain = await _post(gateway, {"model": "two-places"}, ROUTE)
    assert not [each for each in plain[1]["plan"]["reasons"] if "never called" in each["text"]]


async def test_anthropics_own_clients_meet_the_same_plan(gateway: Served) -> None:
    client = anthropic.AsyncAnthropic(base_url=gateway.url, api_key="any", max_retries=0)
    reply = await client.messages.with_raw_response.create(
        model="auto",
        max_tokens=20,
        messages=BEGUN["messages"],  # type: ignore[arg-type]
    )
    assert reply.headers["x-pointsman-model"] == GPT


async def test_a_vendor_that_says_so_itself_is_answered_by_the_next_model(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY.replace(CLAUDE, "claude-behind"), encoding="utf-8")
    # The card is wrong: it calls the model able to go on from an answer.
    behind = {"base_model": CLAUDE, "abilities": ["streaming", "prefill"]}
    async with serve(
        tmp_path, vendors=("openai", "anthropic"), policy=str(path),
        models={"both": BOTH, "claude-behind": behind},
    ) as gateway:  # fmt: skip
        status, _, headers = await _post(gateway, BEGUN)
        assert (status, headers["x-pointsman-model"]) == (200, GPT)
        assert headers["x-pointsman-attempts"] == "2" == str(len(gateway.upstream_requests()))


async def test_a_model_of_this_house_is_left_out_of_what_it_would_refuse(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY.replace(CLAUDE, "pointsman-demo"), encoding="utf-8")
    asked: list[dict[str, Any]] = [{"logprobs": True}, FILED]
    async with serve(
        tmp_path,
        vendors=("openai", "anthropic"),
        policy=str(path),
        models={"both": BOTH},
        local={"enabled": True},
    ) as gateway:
        _, told, _ = await _post(gateway, {}, ROUTE)
        assert told["model"] == "pointsman-demo"
        for demanding in asked:
            status, _, headers = await _post(gateway, demanding)
            assert (status, headers["x-pointsman-model"]) == (200, GPT)
            assert headers["x-pointsman-attempts"] == "1"
