"""The few ASGI moves that the hot doors need: read a body, answer, notice that the client left."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from types import TracebackType
from typing import Any
from urllib.parse import quote

from router.errors import BadRequestError, TooLargeError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


_BLINK_SECONDS = 0.05
"""What an upstream call may go on for nobody."""


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


class Blinks:
    """Begins to watch for leaving clients where an answer takes longer than a blink.

    Every request waits equally long for its watch, so that they stand in a line and one timer, for
    the first of them, is enough.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._line: deque[tuple[float, UntilClientLeaves]] = deque()
        self._is_set = False

    def add(self, one: UntilClientLeaves) -> None:
        """Begin to watch for this request's client in a blink, if it is not answered by then."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._is_set = loop, False
            self._line.clear()
        self._line.append((loop.time() + _BLINK_SECONDS, one))
        if not self._is_set:
            self._is_set = True
            loop.call_later(_BLINK_SECONDS, self._ring, loop)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        line, now = self._line, loop.time()
        while line and line[0][0] <= now:
            line.popleft()[1].start()
        while line and line[0][1].is_left:
            line.popleft()
        self._is_set = bool(line)
        if line:
            loop.call_at(line[0][0], self._ring, loop)


class UntilClientLeaves:
    """Runs its block until the client disconnects; then the block is cancelled at once.

    The request's body must have been read. Leaving the block by the client's departure raises
    `ClientGoneError`; any other cancellation travels on as it came. What ends within a blink is
    not watched: nothing is saved by cancelling it.
    """

    __slots__ = ("_blinks", "_is_gone", "_receive", "_task", "_watch", "is_left")

    def __init__(self, receive: Receive, blinks: Blinks) -> None:
        self._receive = receive
        self._blinks = blinks
        self._is_gone = False
        self._watch: asyncio.Task[None] | None = None
        self._task: asyncio.Task[Any] | None = None
        self.is_left = False

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        self._blinks.add(self)

    def start(self) -> None:
        """Watch from now on, unless the block has ended."""
        if not self.is_left:
            self._watch = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._is_gone = True
        if self._task is not None:
            self._task.cancel()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.is_left = True
        if self._watch is None:
            return
        # Nobody waits for its end: once cancelled it does nothing more.
        self._watch.cancel()
        if self._is_gone and self._task is not None:
            self._task.uncancel()
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
