"""A pool of connections to one server, and the one alarm clock for all calls over them.

A connection is used again while the server keeps it, for `idle_seconds` at most. Names are looked up
once a minute; of several addresses the second is tried soon when the first does not answer.
"""

from __future__ import annotations

import asyncio
import functools
import math
import socket
import ssl
from collections import deque
from typing import TYPE_CHECKING

from aiohappyeyeballs import AddrInfoType, start_connection
from yarl import URL

from providers.alarm import Alarm
from providers.http_base import ConnectTimeoutError
from providers.http_connection import Connection

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME_SECONDS = 60.0
_NEXT_ADDRESS_SECONDS = 0.25
"""RFC 8305's pause before the next address is tried besides."""


class Pool:
    """Connections to one server: those in use, those that wait for work, and who waits for one."""

    def __init__(self, url: URL, *, idle_seconds: float, most: int) -> None:
        self._host, self._port = url.raw_host or "", url.port or 0
        self._is_tls = url.scheme == "https"
        self._idle_seconds = idle_seconds
        self._most = most
        self._loop = asyncio.get_running_loop()
        self._made: set[Connection] = set()
        self._being_made = 0
        self._idle: deque[Connection] = deque()
        """The one that was used last stands last."""
        self._queue: deque[asyncio.Future[None]] = deque()
        self._addresses = _numeric(self._host, self._port)
        self._good_until = math.inf if self._addresses else -math.inf
        self._looking: asyncio.Future[None] | None = None
        self._calls = Alarm(self._loop, Connection.expire)
        self._sweeper: asyncio.TimerHandle | None = None

    def take(self) -> Connection | None:
        """A connection that waits for work, the freshest one; None when there is none."""
        while self._idle:
            connection = self._idle.pop()
            is_fresh = self._loop.time() - connection.idle_since < self._idle_seconds
            if is_fresh and connection.is_usable:
                return connection
            connection.drop()
        return None

    async def connect(self, seconds: float, connect_seconds: float) -> Connection:
        """A new connection, or the first that comes free while there may be no more.

        Raises:
            ConnectTimeoutError: it took longer than `connect_seconds`.
            TimeoutError: `seconds` are over.
            OSError: nobody listens there, the name is unknown, the certificate is not good, ...
        """
        async with asyncio.timeout(seconds):
            while len(self._made) + self._being_made >= self._most:
                await self._queue_up()
                if (connection := self.take()) is not None:
                    return connection
            self._being_made += 1
            try:
                connection = await self._make(connect_seconds)
                self._made.add(connection)
                return connection
            except BaseException:
                self._call_next()
                raise
            finally:
                self._being_made -= 1

    def now(self) -> float:
        """Seconds on the loop's clock."""
        return self._loop.time()

    def watch(self, connection: Connection, due: float) -> None:
        """Break the call over this connection when that moment on the loop's clock has come."""
        self._calls.set(connection, due)

    async def close(self) -> None:
        """End every connection."""
        for connection in list(self._made):
            connection.drop()
        self._calls.stop()
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        await asyncio.sleep(0)  # the loop lets go of what was ended in its next turn

    # -- what connections say ------------------------------------------------------------------

    def _free(self, connection: Connection) -> None:
        self._calls.clear(connection)
        connection.idle_since = self._loop.time()
        self._idle.append(connection)
        if self._sweeper is None:
            self._sweeper = self._loop.call_later(self._idle_seconds, self._sweep)
        if self._queue:
            self._call_next()

    def _lost(self, connection: Connection) -> None:
        self._calls.clear(connection)
        self._made.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        self._call_next()

    def _sweep(self) -> None:
        """End those that nobody has used for long."""
        self._sweeper = None
        now = self._loop.time()
        while self._idle and now - self._idle[0].idle_since >= self._idle_seconds:
            self._idle.popleft().drop()
        if self._idle:
            left = self._idle_seconds - (now - self._idle[0].idle_since)
            self._sweeper = self._loop.call_later(left, self._sweep)

    # -- who waits -----------------------------------------------------------------------------

    async def _queue_up(self) -> None:
        place = self._loop.create_future()
        self._queue.append(place)
        try:
            await place
        except BaseException:
            if place in self._queue:
                self._queue.remove(place)
            else:
                self._call_next()
            raise

    def _call_next(self) -> None:
        while self._queue:
            place = self._queue.popleft()
            if not place.done():
                place.set_result(None)
                return

    # -- making one ----------------------------------------------------------------------------

    async def _make(self, seconds: float) -> Connection:
        try:
            async with asyncio.timeout(seconds):
                reached = await start_connection(
                    await self._look_up(),
                    happy_eyeballs_delay=_NEXT_ADDRESS_SECONDS,
                    interleave=1,
                    loop=self._loop,
                )
                try:
                    return await self._speak_over(reached)
                except BaseException:
                    reached.close()
                    raise
        except TimeoutError as error:
            if error.errno is not None:  # the system gave up before we did
                raise ConnectionError(str(error)) from error
            raise ConnectTimeoutError from error

    async def _speak_over(self, reached: socket.socket) -> Connection:
        reached.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reached.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        _, connection = await self._loop.create_connection(
            lambda: Connection(self._loop, self._free, self._lost),
            sock=reached,
            ssl=_trust() if self._is_tls else None,
            server_hostname=self._host if self._is_tls else None,
        )
        if not connection.is_usable:
            raise ConnectionResetError("the server closed the connection")
        return connection

    async def _look_up(self) -> Sequence[AddrInfoType]:
        if self._loop.time() >= self._good_until:
            if self._looking is None:
                self._looking = asyncio.ensure_future(self._ask_for_addresses())
                # Whoever waited may have left by the time it fails: then nobody else has to know.
                self._looking.add_done_callback(lambda done: done.cancelled() or done.exception())
            await asyncio.shield(self._looking)
        return self._addresses

    async def _ask_for_addresses(self) -> None:
        try:
            self._addresses = await self._loop.getaddrinfo(
                self._host, self._port, type=socket.SOCK_STREAM
            )
            self._good_until = self._loop.time() + _NAME_SECONDS
        finally:
            self._looking = None


def _numeric(host: str, port: int) -> Sequence[AddrInfoType]:
    """The address that a host is written as; none for a name, which must be looked up elsewhere."""
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return ()


@functools.cache
def _trust() -> ssl.SSLContext:
    """Whom we believe to be who they say they are."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
