"""Health probes: who rests is asked whether it lives again, before a customer has to find out."""

from __future__ import annotations

import asyncio
from pathlib import Path

import openai
import pytest

from providers.calls import Deadline
from tests.journeys.house import serve


async def test_a_vendor_that_came_back_is_found_out_without_a_customer(tmp_path: Path) -> None:
    settings = {"health": {"probe_seconds": 0.05}}
    async with serve(tmp_path, vendors=("openai",), **settings) as gateway:
        openai_vendor = gateway.vendors["openai"]
        openai_vendor.set_rates("401:100%")
        client = gateway.client()
        with pytest.raises(openai.APIStatusError):
            await client.chat.completions.create(
                model="gpt-6-luna", messages=[{"role": "user", "content": "hello"}]
            )
        dispatcher = gateway.house.dispatcher
        (resting,) = dispatcher.resting()
        assert resting.breaker.state == "open"
        openai_vendor.set_rates()
        resting.breaker._until = Deadline.after(0).at  # its pause is over now
        before = len(openai_vendor.log())
        async with asyncio.timeout(5):
            while dispatcher.resting():
                await asyncio.sleep(0.02)
        asked = openai_vendor.log()[before:]
        assert asked
        assert all(entry["path"].endswith("/models") for entry in asked)


async def test_nobody_is_asked_while_nobody_rests(tmp_path: Path) -> None:
    settings = {"health": {"probe_seconds": 0.02}}
    async with serve(tmp_path, vendors=("openai",), **settings) as gateway:
        await asyncio.sleep(0.2)
        assert gateway.upstream_requests() == []
