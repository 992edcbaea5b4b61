"""HTTP/1.1 with full control over the bytes: what a polite server would never send, this one does."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from typing import cast
from urllib.parse import parse_qsl

import httptools

from providers.simulators.journal import Exchange
from providers.simulators.requests import Request
from providers.simulators.steps import PACED, Kind, Reply, Step
from providers.simulators.vendor import ADMIN, Vendor

_WAITS = frozenset({Kind.PAUSE, Kind.HANG})
_ENDS = frozenset({Kind.END, Kind.CLOSE, Kind.RESET})
_LINGER_ZERO = struct.pack("ii", 1, 0)


class Connection(asyncio.Protocol):
    """One client's connection: requests in order, each reply played step by step."""

    def __init__(
        self,
        vendor: Vendor,
        number: int,
        refuse: Callable[[float], None],
        known: set[asyncio.Transport],
    ) -> None:
        self._vendor = vendor
        self._number = number
        self._refuse = refuse
        self._known = known
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[tuple[Request, dict[str, str], bool]] = deque()
        self._writable = asyncio.Event()
        self._writable.set()
        self._exchange: Exchange | None = None
        self._task: asyncio.Task[None] | None = None

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._known.add(self._transport)
        self._vendor.journal.counts["connections"] += 1
        self._vendor.journal.open_connections += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self._known.discard(self._transport)
        self._vendor.journal.open_connections -= 1
        self._writable.set()
        self._waiting.clear()
        if self._exchange is not None:
            self._vendor.journal.end(self._exchange, left=True)
            self._exchange = None
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
            self._transport.close()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # What the parser calls.

    def on_message_begin(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._headers.get("expect", "").lower() == "100-continue":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        path, _, query = self._url.decode("latin-1").partition("?")
        method = self._parser.get_method().decode()
        request = Request(method, path, self._headers, b"".join(self._body))
        values = dict(parse_qsl(query)) if query else {}
        self._waiting.append((request, values, self._parser.should_keep_alive()))
        self._serve_next()

    # Serving.

    def _serve_next(self) -> None:
        while self._waiting and self._task is None and not self._transport.is_closing():
            request, query, stays = self._waiting.popleft()
            if request.path.startswith(ADMIN):
                self._write_at_once(self._vendor.administer(request, query), stays)
                continue
            exchange = self._vendor.journal.begin(request, self._number)
            self._exchange = exchange
            reply = self._vendor.answer(exchange)
            if self._takes_time(reply):
                self._task = asyncio.create_task(self._play(reply, exchange, stays))
            else:
                self._write_at_once(reply, stays, exchange)

    def _takes_time(self, reply: Reply) -> bool:
        pacing = self._vendor.pacing
        slow = pacing.tokens_per_second > 0 or pacing.first_token_seconds > 0
        waits = _WAITS | PACED if slow else _WAITS
        return reply.unit is not None or any(step.kind in waits for step in reply.steps)

    def _write_at_once(self, reply: Reply, stays: bool, exchange: Exchange | None = None) -> None:
        """Play a reply that never waits, in one write."""
        parts = []
        for step in reply.steps:
            if step.kind is Kind.REFUSE:
                self._refuse(step.seconds)
            parts.append(_frame(reply, step, stays))
        if exchange is not None:
            self._count(exchange, reply, *reply.steps)
        self._transport.write(b"".join(parts))
        self._end(reply.steps[-1].kind, stays)

    async def _play(self, reply: Reply, exchange: Exchange, stays: bool) -> None:
        """Play a reply in its own time; token by token on a fixed schedule, so delays do not add."""
        pacing, loop = self._vendor.pacing, asyncio.get_running_loop()
        gap = 1 / pacing.tokens_per_second if pacing.tokens_per_second else 0.0
        due = loop.time() + pacing.first_token_seconds
        for step in reply.steps:
            if step.kind is Kind.HANG:
                await loop.create_future()
            if step.kind is Kind.PAUSE:
                await asyncio.sleep(step.seconds)
                due = max(due, loop.time())
                continue
            if step.kind in PACED:
                wait = due - loop.time()
                due += gap
                if wait > 0:
                    await asyncio.sleep(wait)
            await self._write(reply, step, exchange, stays)
        self._task = None
        self._end(reply.steps[-1].kind, stays)
        self._serve_next()

    async def _write(self, reply: Reply, step: Step, exchange: Exchange, stays: bool) -> None:
        if step.kind is Kind.REFUSE:
            self._refuse(step.seconds)
        if reply.unit is None or step.kind is Kind.HEAD:
            self._transport.write(_frame(reply, step, stays))
        else:
            for at in range(0, len(step.data), reply.unit):
                piece = step._replace(data=step.data[at : at + reply.unit])
                self._transport.write(_frame(reply, piece, stays))
                await asyncio.sleep(0)
            if step.kind is Kind.END:
                self._transport.write(_frame(reply, step, stays))
        self._count(exchange, reply, step)
        await self._writable.wait()

    def _count(self, exchange: Exchange, reply: Reply, *steps: Step) -> None:
        for step in steps:
            exchange.bytes_sent += len(step.data)
            exchange.tokens_sent += step.kind in PACED
            if step.kind is Kind.HEAD:
                exchange.status = reply.status

    def _end(self, how: Kind, stays: bool) -> None:
        """End the reply as its last step says; END leaves the connection open if the client may."""
        if self._exchange is not None:
            self._vendor.journal.end(self._exchange, left=False)
            self._exchange = None
        if how is Kind.RESET:
            sock: socket.socket = self._transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
            self._transport.abort()
        elif how is Kind.CLOSE or not stays:
            self._transport.close()


def _frame(reply: Reply, step: Step, stays: bool) -> bytes:
    """The bytes that a step puts on the wire."""
    kind, data = step.kind, step.data
    if kind is Kind.HEAD:
        return _head(reply, stays)
    if kind is Kind.END:
        return b"0\r\n\r\n" if reply.chunked else b""
    if not data or kind is Kind.RAW or not reply.chunked:
        return data
    return b"%x\r\n%b\r\n" % (len(data), data)


def _head(reply: Reply, stays: bool) -> bytes:
    try:
        phrase = HTTPStatus(reply.status).phrase
    except ValueError:
        phrase = "Overloaded"
    lines = [f"HTTP/1.1 {reply.status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    if reply.chunked:
        lines.append("transfer-encoding: chunked")
    if not stays:
        lines.append("connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
