"""The few ASGI moves that the hot doors need: read a body, answer, notice that the client left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from router.errors import BadRequestError, TooLargeError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


_BLINK_SECONDS = 0.01


class ClientGoneError(Exception):
    """The client closed its connection; nobody is left to be told anything."""


async def read_body(receive: Receive, most_bytes: int) -> bytes:
    """The whole request body.

    Raises:
        TooLargeError: it is larger than the limit; the rest is not read.
        ClientGoneError: the client left before it had sent everything.
    """
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        piece = message.get("body", b"")
        size += len(piece)
        if size > most_bytes:
            raise TooLargeError(
                f"The request body is larger than {most_bytes:,} bytes. "
                "Send less, or raise server.max_body_bytes in the gateway's configuration."
            )
        if not message.get("more_body", False):
            return b"".join((*pieces, piece)) if pieces else piece
        pieces.append(piece)


async def answer(send: Send, status: int, headers: Headers, body: bytes) -> None:
    """Send one whole response."""
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class UntilClientLeaves:
    """Runs its block until the client disconnects; then the block is cancelled at once.

    The request's body must have been read. Leaving the block by the client's departure raises
    `ClientGoneError`; any other cancellation travels on as it came. What ends within a blink is
    not watched: nothing is saved by cancelling it.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_gone = False
        self._watch: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.current_task()
        self._timer = asyncio.get_running_loop().call_later(_BLINK_SECONDS, self._start)
        return self

    def _start(self) -> None:
        self._watch = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._is_gone = True
        if self._task is not None:
            self._task.cancel()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        watch, task = self._watch, self._task
        if watch is not None:
            # Nobody waits for its end: once cancelled it does nothing more.
            watch.cancel()
        if self._is_gone and task is not None:
            task.uncancel()
            if kind is None or issubclass(kind, asyncio.CancelledError):
                raise ClientGoneError from error


def header_value(text: str) -> bytes:
    """A header value that every client can read: plain ASCII, the rest percent-encoded."""
    if text.isascii() and text.isprintable():
        return text.encode()
    return quote(text, safe=" /:;,=@+").encode()


def read_seconds(headers: dict[bytes, bytes], name: bytes) -> float | None:
    """A positive number of seconds from a header; None when the header is absent.

    Raises:
        BadRequestError: it is there but is no positive number.
    """
    raw = headers.get(name)
    if raw is None:
        return None
    try:
        seconds = float(raw)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 86_400:
        raise BadRequestError(
            f"Header {name.decode()} must be a number of seconds between 0 and 86400, "
            f"not '{raw.decode('latin-1')[:40]}'."
        )
    return seconds
