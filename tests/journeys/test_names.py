"""Names in a team's own script travel through every door, the bill and the graphs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote

import aiohttp
import pytest

from tests.journeys.house import Served, serve

POLICY = """
name: 客服
pools:
  便宜: {models: [gpt-6-luna]}
  最强: {models: [gpt-6-sol]}
rules:
  - {name: 投诉, when: {key: 商城, metadata: {渠道: 微信}}, use: 最强, prompt: customer-service}
default: {use: 便宜}
splits:
  试验: {by: user, pool: 便宜, layer: 模型, arms: {甲: {share: 50%, use: gpt-6-luna}, 乙: {share: rest}}}
expect:
  - {caller: {key: 商城, metadata: {渠道: 微信}}, rule: 投诉, pool: 最强}
"""


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Served]:
    path = tmp_path / "客服.yaml"
    path.write_text(POLICY, encoding="utf-8")
    keys = [{"name": "商城", "key": "sk-shop", "budget_usd": 5}]
    async with serve(tmp_path, vendors=("openai",), policy=str(path), keys=keys) as served:
        yield served


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_rule_of_any_script_is_named_in_header_ledger_and_metrics(
    gateway: Served, streamed: bool
) -> None:
    body = {
        "model": "auto",
        "stream": streamed,
        "messages": [{"role": "user", "content": "hello"}],
        "metadata": {"渠道": "微信"},
    }
    headers = {"authorization": "Bearer sk-shop", "x-request-id": "named-1"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.post(f"{gateway.url}/v1/chat/completions", json=body) as reply:
            assert reply.status == 200, await reply.text()
            route = reply.headers["x-pointsman-route"]
            await reply.read()
        async with session.get(f"{gateway.url}/v1/route/named-1") as reply:
            told = await reply.json()
        async with session.get(f"{gateway.url}/metrics") as reply:
            metrics = await reply.text()
    assert route.isascii() and unquote(route) == "投诉/最强"
    row = (await gateway.entry("named-1")).request
    assert (row.rule, row.pool, row.policy, row.key_name) == ("投诉", "最强", "客服", "商城")
    assert told["plan"]["rule"] == "投诉"
    assert 'rule="投诉"' in metrics and 'key="商城"' in metrics


async def test_a_pool_and_an_arm_of_any_script_are_asked_for_and_kept(gateway: Served) -> None:
    client = gateway.client("sk-shop")
    answer = await client.chat.completions.create(
        model="便宜",
        user="u-1",
        messages=[{"role": "user", "content": "hello"}],
        extra_headers={"x-request-id": "named-2"},
    )
    assert answer.choices[0].message.content
    row = (await gateway.entry("named-2")).request
    assert (row.pool, row.rule) == ("便宜", "model")
    assert "便宜" in {each.id for each in (await client.models.list()).data}
    await client.chat.completions.create(
        model="auto",
        user="u-1",
        messages=[{"role": "user", "content": "hello"}],
        extra_headers={"x-request-id": "named-3"},
    )
    row = (await gateway.entry("named-3")).request
    assert row.arms in ('["试验/甲"]', '["试验/乙"]')
