"""A whole gateway on a real port, in front of simulated vendors, for tests of whole journeys."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import openai
import uvicorn

from providers.simulators.process import LocalSimulator, serve_simulator
from providers.simulators.settings import INSTANT
from router.app import create_app
from router.deps import House
from router.settings import Settings
from router.steps.understanding import Understanding
from router.storage.entries import Entry
from router.wiring import open_house

VENDORS = ("openai", "anthropic", "dashscope")
_NO_ROOTS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""The gateway speaks plain HTTP here; reading every root certificate for each client takes 30 ms."""


@dataclass(frozen=True, slots=True)
class Served:
    """A running gateway and the vendors behind it."""

    url: str
    house: House
    vendors: dict[str, LocalSimulator]

    def client(self, key: str = "any", **options: Any) -> openai.AsyncOpenAI:
        """OpenAI's own client, which does not retry unless it is told to."""
        http = openai.DefaultAsyncHttpxClient(verify=_NO_ROOTS)
        given = {"max_retries": 0, "http_client": http, **options}
        return openai.AsyncOpenAI(base_url=f"{self.url}/v1", api_key=key, **given)

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
        own = settings.get("understanding")
        house = await stack.enter_async_context(
            open_house(
                Settings.model_validate(whole), {}, understanding=None if own else shipped_heads()
            )
        )
        url = await stack.enter_async_context(_listen(house))
        yield Served(url, house, simulators)


@cache
def shipped_heads() -> Understanding:
    """Loaded once for all gateways: reading keeps nothing of one request for another."""
    return Understanding()


@contextlib.asynccontextmanager
async def _listen(house: House) -> AsyncIterator[str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(house), http="httptools", lifespan="off", log_config=None, access_log=False
    )
    async with listening(config, listener):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextlib.asynccontextmanager
async def listening(config: uvicorn.Config, listener: socket.socket) -> AsyncIterator[None]:
    """Serve on the socket. It ends as `force_exit` does, but as soon as nothing is left to end."""
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not task.done():
        await asyncio.sleep(0.001)
    try:
        yield
    finally:
        # Its own end looks around ten times a second, and always waits a tenth more for connections.
        task.cancel()
        await asyncio.wait([task])
        for each in server.servers:
            each.close()
        for connection in list(server.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.1):
                while server.server_state.connections or server.server_state.tasks:
                    await asyncio.sleep(0.001)
        listener.close()
