"""Answers come as fast as they are told to."""

from __future__ import annotations

import time

from providers.simulators.process import serve_simulator
from providers.simulators.settings import INSTANT, Pacing
from tests.providers.simulators.raw import ask


async def test_a_stream_takes_its_first_delay_and_then_a_token_at_a_time() -> None:
    pacing = Pacing(first_token_seconds=0.1, tokens_per_second=100)
    async with serve_simulator("openai", pacing=pacing, answer_tokens=20) as simulator:
        started = time.monotonic()
        streamed = await ask(simulator, "openai")
        middle = time.monotonic()
        whole = await ask(simulator, "openai", stream=False)
        ended = time.monotonic()
    assert middle - started >= 0.1 + 19 / 100 and ended - middle >= 0.1 + 20 / 100
    assert streamed.text == whole.text


async def test_requests_on_one_connection_are_answered_in_order() -> None:
    import aiohttp

    async with (
        serve_simulator("openai", pacing=INSTANT) as simulator,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session,
    ):
        for _ in range(5):
            async with session.post(
                f"{simulator.base_url}/chat/completions",
                json={"model": "gpt-5.4", "messages": [{"role": "user", "content": "hello"}]},
                headers={"authorization": "Bearer k"},
            ) as reply:
                assert reply.status == 200
                await reply.read()
        assert simulator.counters()["connections"] == 1
        assert {entry["connection"] for entry in simulator.log()} == {1}
