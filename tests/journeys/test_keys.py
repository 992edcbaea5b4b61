"""What a key may look at: the list of what it may name, and its own past requests, whatever else it may ask."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from typer.testing import CliRunner

from router.commands import build
from router.steps.access import hash_key
from tests.journeys.house import Served, serve

ALPHA, BETA, BOUND = "alpha-key-0000", "beta-key-00000", "bound-key-0000"
KEYS = [
    {"name": "alpha", "sha256": hash_key(ALPHA)},
    {"name": "beta", "sha256": hash_key(BETA)},
    {"name": "bound", "sha256": hash_key(BOUND), "models": ["gpt-6-luna", "gpt-6-sol"]},
]
CHAT = "/v1/chat/completions"


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Served]:
    server = {"max_body_bytes": 100_000}
    async with serve(tmp_path, keys=KEYS, server=server) as served:
        yield served


async def _ask(
    gateway: Served,
    path: str,
    key: str = "",
    body: dict[str, Any] | None = None,
    request_id: str = "",
) -> tuple[int, Any]:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    if request_id:
        headers["x-request-id"] = request_id
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            "GET" if body is None else "POST", f"{gateway.url}{path}", json=body, headers=headers
        ) as reply,
    ):
        return reply.status, await reply.json()


def _hello(model: str, text: str = "hello") -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": text}]}


async def test_a_key_that_may_name_some_models_sees_those_in_the_list(gateway: Served) -> None:
    status, told = await _ask(gateway, "/v1/models", BOUND)
    assert status == 200
    assert {row["id"] for row in told["data"]} == {"gpt-6-luna", "gpt-6-sol"}
    status, told = await _ask(gateway, "/v1/models", ALPHA)
    assert {"auto", "gpt-6-luna", "claude-opus-5-5"} <= {row["id"] for row in told["data"]}
    for key in ("", "nobodys-key-00"):
        status, told = await _ask(gateway, "/v1/models", key)
        assert (status, told["error"]["code"]) == (401, "invalid_api_key")


async def test_a_key_that_may_name_some_models_reads_its_own_past_requests(
    gateway: Served,
) -> None:
    status, _ = await _ask(gateway, CHAT, BOUND, _hello("gpt-6-luna"), "mine-1")
    assert status == 200
    status, told = await _ask(gateway, "/v1/route/mine-1", BOUND)
    assert (status, told["model"]) == (200, "gpt-6-luna")
    assert (await _ask(gateway, "/v1/route/mine-1", ALPHA))[0] == 404
    assert (await _ask(gateway, "/v1/route/mine-1"))[0] == 401
    for path in (CHAT, "/v1/route"):
        status, told = await _ask(gateway, path, BOUND, _hello("auto"))
        assert (status, told["error"]["code"]) == (403, "not_allowed")


async def test_one_key_cannot_hide_anothers_request_behind_the_same_id(gateway: Served) -> None:
    for key, model in ((ALPHA, "gpt-6-luna"), (BETA, "gpt-6-sol"), (BOUND, "gpt-6-luna")):
        assert (await _ask(gateway, CHAT, key, _hello(model), "same-id"))[0] == 200
        await asyncio.sleep(0.01)
    for key, model in ((ALPHA, "gpt-6-luna"), (BETA, "gpt-6-sol"), (BOUND, "gpt-6-luna")):
        status, told = await _ask(gateway, "/v1/route/same-id", key)
        assert (status, told["model"]) == (200, model)


async def test_the_command_line_says_that_several_keys_sent_an_id(tmp_path: Path) -> None:
    async with serve(tmp_path, vendors=("openai",), keys=KEYS, policy="cost-first") as gateway:
        for key, model in ((ALPHA, "gpt-6-luna"), (BETA, "gpt-6-sol")):
            assert (await _ask(gateway, CHAT, key, _hello(model), "same-id"))[0] == 200
            await asyncio.sleep(0.01)
    config = tmp_path / "pointsman.yaml"
    config.write_text(json.dumps({"ledger": {"path": str(tmp_path / "ledger.sqlite3")}}))
    asked = ["explain", "--request", "same-id", "--config", str(config)]
    told = CliRunner().invoke(build(asked), asked)
    assert told.exit_code == 0 and "primary gpt-6-sol" in told.stdout
    assert "Several keys sent the id 'same-id': alpha, beta" in told.stderr
    asked += ["--key", "alpha"]
    told = CliRunner().invoke(build(asked), asked)
    assert told.exit_code == 0 and "primary gpt-6-luna" in told.stdout and not told.stderr
    asked[-1] = "gamma"
    told = CliRunner().invoke(build(asked), asked)
    assert told.exit_code == 1 and "no request 'same-id' of key 'gamma'" in told.stderr


async def test_a_question_about_a_route_may_be_no_larger_than_a_request(gateway: Served) -> None:
    for key in (ALPHA, ""):
        for path in ("/v1/route", CHAT):
            status, told = await _ask(gateway, path, key, _hello("auto", "x" * 200_000))
            assert (status, told["error"]["code"]) == (413, "request_too_large"), (key, path)
    assert (await _ask(gateway, "/v1/route", ALPHA, _hello("auto")))[0] == 200
    assert not gateway.upstream_requests()
