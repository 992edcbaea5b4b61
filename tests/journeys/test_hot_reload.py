"""A changed policy file is taken over while serving; one with an error changes nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

from policies.loader import find_policy
from tests.journeys.house import Served, serve


async def _version_after(gateway: Served, before: str) -> str:
    async with asyncio.timeout(15):
        while gateway.house.policies.current.version == before:
            await asyncio.sleep(0.05)
    return gateway.house.policies.current.version


async def test_a_good_change_decides_from_then_on_and_a_bad_one_never_does(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    text = find_policy("customer-service").read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    async with serve(tmp_path, vendors=("openai",), policy=str(path)) as gateway:
        first = gateway.house.policies.current.version
        await asyncio.sleep(0.3)  # the watcher has begun
        path.write_text(text.replace("deadline_seconds: 60", "deadline_seconds: 61"))
        second = await _version_after(gateway, first)
        path.write_text("pools: [this is no policy\n")
        await asyncio.sleep(1.0)
        assert gateway.house.policies.current.version == second
        reply = await gateway.client().chat.completions.with_raw_response.create(
            model="auto", messages=[{"role": "user", "content": "hello"}]
        )
        entry = await gateway.entry(reply.headers["x-request-id"])
        assert entry.request.policy_version == second
        path.write_text(text, encoding="utf-8")
        assert await _version_after(gateway, second) == first
