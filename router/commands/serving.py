"""Running the gateway's HTTP server in this process."""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from router.app import create_app
from router.commands.large_pages import use_large_pages
from router.commands.opening import errors
from router.errors import ConfigError
from router.settings import Settings
from router.wiring import open_house

if TYPE_CHECKING:
    from router.deps import House

_YOUNG_OBJECTS = 20_000
"""A request makes a few hundred objects that die with it; looking at them thirty times less often costs
a few megabytes and saves a tenth of the processor."""


def new_loop() -> asyncio.AbstractEventLoop:
    """uvloop's event loop where it exists, else the standard one."""
    try:
        import uvloop
    except ImportError:  # not built for Windows
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


async def run_server(settings: Settings, *, host: str, port: int) -> None:
    """Serve until a signal asks to stop; running answers then get their time to end.

    Raises:
        ConfigError: the address cannot be listened on, or the house cannot be opened.
    """
    with _listen(host, port) as listener:
        async with open_house(settings) as house:
            config = uvicorn.Config(
                create_app(house),
                http="httptools",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=int(settings.server.shutdown_seconds),
            )
            _announce(house, listener)
            _spare_the_collector()
            use_large_pages()
            with _outliving_signals():
                await uvicorn.Server(config).serve(sockets=[listener])


@contextmanager
def _outliving_signals() -> Iterator[None]:
    """Have the house closed after a SIGTERM: uvicorn raises it once more when its own part is done.

    By itself that would end the process then and there, with rows of the ledger left to the next start.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _spare_the_collector() -> None:
    """Keep what lives as long as the process out of every later garbage collection."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 50)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        mend = (
            "Another program listens there; choose another with --port."
            if error.errno == errno.EADDRINUSE
            else "Check server.host and server.port."
        )
        raise ConfigError([f"Cannot listen on {host}:{port}: {error.strerror}. {mend}"]) from error
    listener.listen(2048)
    listener.setblocking(False)
    return listener


def _announce(house: House, listener: socket.socket) -> None:
    for vendor in house.vendors:
        mark, style = ("✓", "green") if vendor.is_on else ("–", "dim")
        note = vendor.base_url if vendor.is_on else f"off: {vendor.why}"
        errors.print(f"{mark} {vendor.name:<12} {note}", style=style, markup=False, soft_wrap=True)
    policy, found = house.policies.current, house.policies.findings
    told = f", {len(found)} warnings of `main.py check`" if found else ""
    errors.print(f"  policy       {policy.name} ({policy.version[:12]}){told}", markup=False)
    for finding in found:
        if finding.code == "refused":  # callers would hear of it first
            errors.print(str(finding), style="yellow", markup=False, soft_wrap=True)
    if house.identity.is_open:
        errors.print("  keys         none configured: everybody who reaches this port may ask")
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    errors.print(f"Pointsman serves http://{shown}:{port}/v1", style="bold")
