"""Shipped policies with a vendor account whose prices are not known: they answer, and say why."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from policies.loader import shipped_policies
from providers.simulators.process import serve_simulator
from providers.simulators.settings import INSTANT
from tests.journeys.house import serve

HEADERS = [("x-request-id", "one")]


@pytest.mark.parametrize("policy", shipped_policies())
@pytest.mark.parametrize("region", ["cn", "hk"])
async def test_every_shipped_policy_tells_plans_with_models_of_unknown_price(
    tmp_path: Path, policy: str, region: str
) -> None:
    async with serve_simulator("dashscope", pacing=INSTANT) as vendor:
        account = {"kind": "dashscope", "region": region, "api_key": "sk-test", "base_url": vendor.base_url}  # fmt: skip
        async with (
            serve(tmp_path, vendors=(), providers={"dashscope": account}, policy=policy) as served,
            aiohttp.ClientSession(served.url, headers=HEADERS) as session,
        ):
            asked = {"model": "auto", "messages": [{"role": "user", "content": "发票怎么开"}]}
            async with session.post("/v1/chat/completions", json=asked) as reply:
                assert reply.status == 200, await reply.text()
            for method, path in (("POST", "/v1/route"), ("GET", "/v1/route/one")):
                body = asked if method == "POST" else None
                async with session.request(method, path, json=body) as reply:
                    assert reply.status == 200, await reply.text()
                    assert (await reply.json())["plan"]["models"]
