"""Running one simulator in the foreground until it is told to stop."""

from __future__ import annotations

import asyncio
import json
import signal
import sys

from providers.simulators.faults import FAULTS
from providers.simulators.server import Server
from providers.simulators.settings import Settings
from providers.simulators.vendor import Vendor
from providers.simulators.wires import BASE_PATHS


def run_simulator(settings: Settings, *, host: str, port: int, report: bool) -> None:
    """Serve until SIGINT or SIGTERM.

    With `report` the port goes to stdout as one JSON line, and the end of stdin, which is the end
    of the process that started this one, ends it too.
    """
    try:
        import uvloop
    except ImportError:
        asyncio.run(_serve(settings, host, port, report))
        return
    uvloop.run(_serve(settings, host, port, report))


async def _serve(settings: Settings, host: str, port: int, report: bool) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with Server(Vendor(settings), host, port) as server:
        if report:
            loop.add_reader(sys.stdin.fileno(), stopped.set)
            print(json.dumps({"wire": settings.wire, "port": server.port}), flush=True)
        else:
            print(describe(settings, host, server.port), flush=True)
        await stopped.wait()


def describe(settings: Settings, host: str, port: int) -> str:
    """What was started, for a person."""
    faults = ", ".join(settings.faults) or "none"
    return (
        f"Simulating the {settings.wire} wire at http://{host}:{port}{BASE_PATHS[settings.wire]}\n"
        f"Any key works except sk-invalid. Faults by rate: {faults}.\n"
        f"Log: http://{host}:{port}/__simulate/log  Stop: Ctrl-C"
    )


def list_faults() -> str:
    """Every fault with its sentence, one a line."""
    return "\n".join(f"{each.name:18} {each.says}" for each in FAULTS.values())
