"""Listening: one simulator on one port."""

from __future__ import annotations

import asyncio
from types import TracebackType

from providers.simulators.connection import Connection
from providers.simulators.vendor import Vendor


class Server:
    """Listens for a vendor until it is closed; can refuse connections for a while."""

    def __init__(self, vendor: Vendor, host: str = "127.0.0.1", port: int = 0) -> None:
        self.vendor = vendor
        self.host = host
        self.port = port
        self._listener: asyncio.Server | None = None
        self._transports: set[asyncio.Transport] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._number = 0

    async def __aenter__(self) -> Server:
        await self._listen()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._listener is not None:
            self._listener.close()
        for transport in list(self._transports):
            transport.abort()
        await asyncio.sleep(0)

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(
            self._connect, self.host, self.port, reuse_address=True, backlog=2048
        )
        self.port = self._listener.sockets[0].getsockname()[1]

    def _connect(self) -> Connection:
        self._number += 1
        return Connection(self.vendor, self._number, self.refuse, self._transports)

    def refuse(self, seconds: float) -> None:
        """Close the listening socket and open it again later."""
        if self._listener is None:
            return
        self._listener.close()
        self._listener = None
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(seconds, self._listen_again)

    def _listen_again(self) -> None:
        task = asyncio.get_running_loop().create_task(self._listen())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
