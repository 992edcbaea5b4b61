"""A running gateway before simulated vendors, one pair of models for each cell of the matrix."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
import yaml

from bench.fault_cells import Cell
from providers.simulators.process import Simulator, start_simulator
from providers.simulators.settings import Pacing
from router.app import create_app
from router.deps import House
from router.settings import Settings
from router.steps.understanding import Understanding
from router.wiring import open_house

DEADLINE_SECONDS = 10.0
SECONDS = {
    "deadline_seconds": DEADLINE_SECONDS,
    "first_token_seconds": 2.0,
    "between_tokens_seconds": 1.5,
    "crawl_seconds": 1.0,
}
TERMS: dict[str, Any] = {"min_tokens_per_second": 20, "retries_per_model": 1, "max_attempts": 4}
_PACE = Pacing(first_token_seconds=0.0, tokens_per_second=2000.0)
_ABILITIES = ["streaming", "tools", "json_mode", "json_schema", "prefill"]
_SPARE = "spare"
_OPTIONS = {"openai": {"numbering": "responses"}, "dashscope": {"numbering": "native"}}
"""What is so by itself at these vendors' own addresses."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """One gateway that serves: where it is, and its inside for reading the ledger."""

    base_url: str
    house: House


@dataclass(frozen=True, slots=True)
class Town:
    """Three gateways (break off, continue, or prove the order) and the vendors that all of them call."""

    breaking: Gateway
    continuing: Gateway
    proving: Gateway
    vendors: dict[str, Simulator]

    @property
    def gateways(self) -> tuple[Gateway, ...]:
        return (self.breaking, self.continuing, self.proving)

    def gateway_for(self, cell: Cell) -> Gateway:
        by_help = {"continue": self.continuing, "proven": self.proving}
        return by_help.get(cell.help, self.breaking)

    def hits(self) -> Counter[str]:
        """How often each model was asked for, as the vendors themselves saw it."""
        bodies = (exchange["body"] for vendor in self.vendors.values() for exchange in vendor.log())
        return Counter(body["model"] for body in bodies if isinstance(body, dict))


@asynccontextmanager
async def open_town(
    cells: Sequence[Cell], folder: Path, patience: float = 1.0
) -> AsyncIterator[Town]:
    """Start the vendors in processes of their own and the gateways in this one.

    `patience` stretches every limit of the gateways' terms, for a machine that has other work.
    """
    limits = {name: seconds * patience for name, seconds in SECONDS.items()}
    async with AsyncExitStack() as stack:
        vendors = await asyncio.to_thread(_start_vendors, cells)
        for vendor in vendors.values():
            stack.callback(vendor.stop)

        understanding = Understanding()

        async def serve(**terms: str) -> Gateway:
            served = _serve(cells, vendors, folder, {**limits, **terms}, understanding)
            return await stack.enter_async_context(served)

        breaking, continuing = await serve(on_break="error"), await serve(on_break="continue")
        yield Town(breaking, continuing, await serve(order="proven"), vendors)


def _start_vendors(cells: Sequence[Cell]) -> dict[str, Simulator]:
    vendors = {}
    for wire in dict.fromkeys(cell.wire for cell in cells):
        models = [cell.model for cell in cells if cell.wire == wire]
        vendors[wire] = start_simulator(wire, name="main", pacing=_PACE, models=models)
    spares = [cell.spare for cell in cells]
    vendors[_SPARE] = start_simulator("openai", name=_SPARE, pacing=_PACE, models=spares)
    return vendors


@asynccontextmanager
async def _serve(
    cells: Sequence[Cell],
    vendors: dict[str, Simulator],
    folder: Path,
    terms: dict[str, Any],
    understanding: Understanding,
) -> AsyncIterator[Gateway]:
    settings = _configure(cells, vendors, folder, terms)
    opening = open_house(settings, {}, trusts_caller=True, understanding=understanding)
    async with opening as house:
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        config = uvicorn.Config(
            create_app(house),
            lifespan="off",
            log_config=None,
            access_log=False,
            # A busy machine's client may take up a connection that was just closed as idle.
            timeout_keep_alive=120,
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield Gateway(f"http://127.0.0.1:{listener.getsockname()[1]}/v1", house)
        server.should_exit = True
        await serving
        listener.close()


def _configure(
    cells: Sequence[Cell], vendors: dict[str, Simulator], folder: Path, terms: dict[str, Any]
) -> Settings:
    name = "-".join(value for value in terms.values() if isinstance(value, str))
    policy = folder / f"{name}.yaml"
    policy.write_text(yaml.safe_dump(_policy(cells, terms)))
    providers = {
        vendor_name: {
            "kind": "openai" if vendor_name == _SPARE else vendor_name,
            "api_key": "sk-simulated",
            "base_url": vendor.base_url,
            "options": _OPTIONS.get(vendor_name, {}),
        }
        for vendor_name, vendor in vendors.items()
    }
    models: dict[str, Any] = {}
    for cell in cells:
        models[cell.model] = _card(cell.wire, 32_000)
        models[cell.spare] = _card(_SPARE, 200_000)
    return Settings.model_validate(
        {
            "server": {"log_level": "error"},
            "providers": providers,
            "models": models,
            "policy": str(policy),
            "ledger": {"path": str(folder / f"{name}.sqlite3")},
            "local": {"enabled": False},
        }
    )


def _card(provider: str, window_tokens: int) -> dict[str, Any]:
    return {
        "provider": provider,
        "window_tokens": window_tokens,
        "max_output_tokens": 4000,
        "abilities": _ABILITIES,
        "prices": {"input": "1", "output": "2"},
    }


def _policy(cells: Sequence[Cell], terms: dict[str, Any]) -> dict[str, Any]:
    pools: dict[str, Any] = {}
    for cell in cells:
        has_spare = cell.help in ("fallback", "continue")
        models = [cell.model, cell.spare] if has_spare else [cell.model]
        pools[cell.pool] = {"objective": "ordered", "models": models}
    return {
        "name": "faults",
        "terms": {**TERMS, **terms},
        "pools": pools,
        "rules": [],
        "default": {"use": cells[0].pool},
    }
