"""A gateway whose vendors fail as asked, and which counts who knocks at its door."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
import yaml

from providers.simulators.process import LocalSimulator, serve_simulator
from providers.simulators.settings import INSTANT
from router.app import create_app
from router.settings import Settings
from router.steps.access import hash_key
from router.wiring import open_house
from tests.clients.cases import CASES, KEY, NARROW_KEY
from tests.journeys.house import listening, shipped_heads

GIVE_UP_SECONDS = 120
MOST_TRIES = 2
WIRE_NAMES = {"openai": "gpt-6-luna", "anthropic": "claude-haiku-5-5", "dashscope": "qwen3.8-flash"}
_HAPPY = {"fine": "", "patient": "!stall-forever@6", "silent": "!hang"}
"""Models that are no case of their own."""


@dataclass(slots=True)
class Run:
    """What one client reported, and what the gateway and the vendor saw of it."""

    said: dict[str, Any]
    """By case: `value`, or `error` with the class that was raised."""
    knocks: Counter[str] = field(default_factory=Counter)
    """Requests at the gateway's door, by case."""
    upstream: list[dict[str, Any]] = field(default_factory=list)
    """Requests at the vendor."""

    def asked(self, model: str) -> list[dict[str, Any]]:
        """The vendor's requests for a model, by the directive that its wire name ends with."""
        return [one for one in self.upstream if one["body"]["model"].endswith(model)]


class _Counting:
    """The application, with a count of what arrives."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.knocks: Counter[str] = Counter()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self.knocks[dict(scope["headers"]).get(b"x-case", b"").decode()] += 1
        await self._app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Town:
    """The running gateway and its one vendor."""

    url: str
    door: _Counting
    vendor: LocalSimulator


@contextlib.asynccontextmanager
async def open_town(wire: str, folder: Path) -> AsyncIterator[Town]:
    """Serve every case's model, in front of one vendor of this wire."""
    async with contextlib.AsyncExitStack() as stack:
        vendor = await stack.enter_async_context(serve_simulator(wire, pacing=INSTANT))
        settings = Settings.model_validate(_configure(wire, vendor.base_url, folder))
        house = await stack.enter_async_context(
            open_house(settings, {}, understanding=shipped_heads())
        )
        door = _Counting(create_app(house))
        listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        config = uvicorn.Config(door, lifespan="off", log_config=None)
        await stack.enter_async_context(listening(config, listener))
        yield Town(f"http://127.0.0.1:{listener.getsockname()[1]}", door, vendor)


def _configure(wire: str, base_url: str, folder: Path) -> dict[str, Any]:
    faults = {case.wished_model: f"!{case.fault}" for case in CASES if case.fault}
    card = {
        "provider": "vendor",
        "window_tokens": 32_000,
        "max_output_tokens": 4_000,
        "abilities": ["streaming", "tools", "json_mode", "json_schema", "vision"],
        "prices": {"input": "1", "output": "2"},
    }
    models = {
        name: {**card, "wire_name": WIRE_NAMES[wire] + fault}
        for name, fault in (_HAPPY | faults).items()
    }
    policy = {
        "name": "clients",
        "terms": {"retries_per_model": MOST_TRIES - 1, "max_attempts": MOST_TRIES},
        "pools": {"fine-pool": {"models": ["fine"]}},
        "default": {"use": "fine-pool"},
    }
    (folder / "policy.yaml").write_text(yaml.safe_dump(policy))
    return {
        "providers": {"vendor": {"kind": wire, "api_key": "sk-test", "base_url": base_url}},
        "models": models,
        "policy": str(folder / "policy.yaml"),
        "keys": [
            {"name": "shop", "sha256": hash_key(KEY)},
            {"name": "narrow", "sha256": hash_key(NARROW_KEY), "models": ["nothing"]},
        ],
        "ledger": {"path": str(folder / "ledger.sqlite3")},
        "local": {"enabled": False},
    }


async def watch(command: Sequence[str], wire: str, folder: Path) -> Run:
    """Let a client program do every case against a town of its own; it reads JSON, and writes it."""
    async with open_town(wire, folder) as town:
        program = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        async with asyncio.timeout(GIVE_UP_SECONDS):
            written, _ = await program.communicate(json.dumps(_errand(town)).encode())
        assert program.returncode == 0, f"{command} ended with {program.returncode}"
        return Run(json.loads(written), town.door.knocks, town.vendor.log())


def _errand(town: Town) -> dict[str, Any]:
    cases = [
        {
            "name": case.name,
            "model": case.wished_model,
            "key": case.key,
            "body": case.body,
            "timeout": case.timeout,
            "stream": case.stream,
            "tool": case.tool,
        }
        for case in CASES
    ]
    return {"url": town.url, "key": KEY, "vendor_url": town.vendor.base_url, "cases": cases}
