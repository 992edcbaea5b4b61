"""A vendor that plays a script over a real socket, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from providers.base import Model

SSE = {"Content-Type": "text/event-stream"}
JSON = {"Content-Type": "application/json"}


class Cut:
    """In a script: drop the connection here."""


class Hang:
    """In a script: send nothing more and keep the connection."""


@dataclass
class Script:
    """One answer: status, headers and pieces of the body, each sent by itself."""

    pieces: Sequence[bytes | Cut | Hang] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: SSE)


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class ScriptedVendor:
    """Answers every request with its script; `reached` is set by the first
    request, `closed` when a client hangs up early."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self.connections = 0
        self.reached = asyncio.Event()
        self.closed = asyncio.Event()
        self.url = ""
        self._writers: list[asyncio.StreamWriter] = []

    async def hang_up(self) -> None:
        """End every connection that is left."""
        for writer in self._writers:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._answer(reader, writer):
                pass
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {k.lower(): v.strip() for k, _, v in (h.partition(":") for h in head[1:] if h)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.asked.append(Asked(method, path, headers, body))
        self.reached.set()
        lines = [f"HTTP/1.1 {self.script.status} X", "Transfer-Encoding: chunked"]
        lines += [f"{name}: {value}" for name, value in self.script.headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        for piece in self.script.pieces:
            if isinstance(piece, Cut):
                await writer.drain()
                writer.transport.abort()
                return False
            if isinstance(piece, Hang):
                await reader.read()
                self.closed.set()
                return False
            if piece:
                writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True


@contextlib.asynccontextmanager
async def vendor(script: Script) -> AsyncIterator[ScriptedVendor]:
    """A scripted vendor on a free port of the loopback."""
    double = ScriptedVendor(script)
    server = await asyncio.start_server(double.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    double.url = f"http://{host}:{port}"
    try:
        yield double
    finally:
        server.close()
        await double.hang_up()


def sse(*bodies: Any, done: bool = True) -> list[bytes]:
    """Pieces of an event stream on OpenAI's wire."""
    pieces = [
        b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n" for body in bodies
    ]
    return [*pieces, b"data: [DONE]\n\n"] if done else pieces


def named(*events: tuple[str, Any]) -> list[bytes]:
    """Pieces of an event stream whose events have names."""
    return [f"event: {name}\ndata: {json.dumps(body)}\n\n".encode() for name, body in events]


def card(name: str = "m", **more: Any) -> Model:
    """A model's card for tests."""
    values: dict[str, Any] = {
        "name": name,
        "provider": "p",
        "wire_name": f"wire-{name}",
        "window_tokens": 8000,
        "max_output_tokens": 1000,
    }
    return Model(**{**values, **more})
