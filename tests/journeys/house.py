"""A whole gateway on a real port, in front of simulated vendors, for tests of whole journeys."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openai
import uvicorn

from providers.simulators.process import LocalSimulator, serve_simulator
from providers.simulators.settings import INSTANT
from router.app import create_app
from router.deps import House
from router.settings import Settings
from router.storage.entries import Entry
from router.wiring import open_house

VENDORS = ("openai", "anthropic", "dashscope")


@dataclass(frozen=True, slots=True)
class Served:
    """A running gateway and the vendors behind it."""

    url: str
    house: House
    vendors: dict[str, LocalSimulator]

    def client(self, key: str = "any", **options: Any) -> openai.AsyncOpenAI:
        """OpenAI's own client, which does not retry unless it is told to."""
        return openai.AsyncOpenAI(
            base_url=f"{self.url}/v1", api_key=key, **{"max_retries": 0, **options}
        )

    def upstream_requests(self) -> list[dict[str, Any]]:
        """Every request that any vendor saw."""
        return [entry for vendor in self.vendors.values() for entry in vendor.log()]

    async def entry(self, request_id: str) -> Entry:
        """What the ledger holds about a request."""
        await asyncio.to_thread(self.house.ledger.flush)
        found = self.house.ledger.find(request_id)
        assert found is not None, f"no ledger entry for {request_id}"
        return found


@contextlib.asynccontextmanager
async def serve(
    folder: Path, *, vendors: tuple[str, ...] = VENDORS, **settings: Any
) -> AsyncIterator[Served]:
    """Open a gateway whose vendors are simulators in this loop; `settings` as in the YAML file."""
    async with contextlib.AsyncExitStack() as stack:
        simulators = {
            name: await stack.enter_async_context(serve_simulator(name, pacing=INSTANT))
            for name in vendors
        }
        providers = {
            name: {"kind": name, "api_key": "sk-test", "base_url": simulator.base_url}
            for name, simulator in simulators.items()
        }
        whole = {
            "providers": providers | settings.pop("providers", {}),
            "ledger": {"path": str(folder / "ledger.sqlite3")},
            "local": {"enabled": False},
            **settings,
        }
        house = await stack.enter_async_context(open_house(Settings.model_validate(whole), {}))
        url = await stack.enter_async_context(_listen(house))
        yield Served(url, house, simulators)


@contextlib.asynccontextmanager
async def _listen(house: House) -> AsyncIterator[str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(house), http="httptools", lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        server.force_exit = True
        await task
        listener.close()
