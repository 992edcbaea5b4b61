"""Simulators in the test's own loop, one of each wire."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from providers.simulators.process import LocalSimulator, serve_simulator
from providers.simulators.settings import INSTANT


@pytest.fixture
async def openai_simulator() -> AsyncIterator[LocalSimulator]:
    async with serve_simulator("openai", pacing=INSTANT) as simulator:
        yield simulator


@pytest.fixture
async def anthropic_simulator() -> AsyncIterator[LocalSimulator]:
    async with serve_simulator("anthropic", pacing=INSTANT) as simulator:
        yield simulator


@pytest.fixture
async def dashscope_simulator() -> AsyncIterator[LocalSimulator]:
    async with serve_simulator("dashscope", pacing=INSTANT) as simulator:
        yield simulator


@pytest.fixture
async def llama_simulator() -> AsyncIterator[LocalSimulator]:
    async with serve_simulator("llama_server", pacing=INSTANT) as simulator:
        yield simulator
