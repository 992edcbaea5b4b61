"""One connection that speaks HTTP/1.1: it sends a request, and hands over what is answered.

What is no HTTP, what ends too early and what comes unasked breaks the connection. One whose answer
was not read to its clean end is never used again.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable

import httptools

from providers.alarm import NO_TICK
from providers.http_base import BadHttpError

_MAX_HEADER_BYTES = 32 * 1024
_MAX_HEAD_BYTES = 2 * _MAX_HEADER_BYTES
_MOST_WAITING_BYTES = 256 * 1024
"""When so much waits to be read, the sender is made to wait too; so much of a whole answer is waited for."""
_MOST_UNPACKED_BYTES = 64 * 1024 * 1024
"""Of one piece of a packed body."""
_HEAD, _MORE, _ALL = 0, 1, 2
"""What whoever waits is waiting for."""


class Connection(asyncio.Protocol):
    """A connection to one server, for one request at a time; it is the reply to the last of them.

    `on_free` is called when it can take another request, `on_lost` once when it never will again.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        on_free: Callable[[Connection], None],
        on_lost: Callable[[Connection], None],
    ) -> None:
        self._loop = loop
        self._on_free = on_free
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        # As lenient as browsers are: neither mends what a server got wrong about a body's length.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )
        self._waiter: asyncio.Future[None] | None = None
        self._is_asked = False
        self._is_paused = False
        self.tick = NO_TICK
        """Where the alarm for the call's end keeps it."""
        self.idle_since = 0.0
        self._prepare(_HEAD)

    def _prepare(self, awaited: int) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        """Names in lower case; of several with one name, the first."""
        self._awaited = awaited
        self._has_head = False
        self._head_bytes = 0
        self._may_stay = False
        self._ends_with_connection = False
        self._unpacker: _Unpacker | None = None
        self._pieces: list[bytes] = []
        self._waiting_bytes = 0
        self._is_complete = False
        self._problem: OSError | None = None

    # -- for who makes the call ----------------------------------------------------------------

    @property
    def is_usable(self) -> bool:
        """Whether another request can be sent over it."""
        return self._transport is not None and not self._transport.is_closing()

    @property
    def has_begun(self) -> bool:
        """Whether anything of the answer has come."""
        return self._has_head or self._head_bytes > 0

    @property
    def is_over(self) -> bool:
        """Whether the whole body has come and been read."""
        return self._is_complete and not self._pieces

    async def ask(self, request: bytes, *, whole: bool) -> None:
        """Send a request and wait for the answer's head; with `whole` for all of it if it is not huge.

        Raises:
            TimeoutError: the call's time is over.
            OSError: the connection broke, or what came is no HTTP.
        """
        self._prepare(_ALL if whole else _HEAD)
        if self._transport is None:
            raise ConnectionResetError("the server closed the connection")
        self._is_asked = True
        self._transport.write(request)
        await self._wait()
        if not self._has_head and self._problem is not None:
            raise self._problem

    async def read(self) -> bytes:
        """Some more of the body as soon as there is any; empty at its end.

        Raises:
            TimeoutError: the call's time is over.
            OSError: the connection broke, or what came is no HTTP.
        """
        if not (self._pieces or self._is_complete or self._problem):
            self._awaited = _MORE
            await self._wait()
        if isinstance(self._problem, BadHttpError) and self._awaited != _ALL:
            # What came just before the nonsense is not worth passing on: somebody else may be asked.
            raise self._problem
        pieces = self._pieces
        if pieces:
            self._pieces = []
            self._waiting_bytes = 0
            self._resume()
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)
        if self._problem is not None:
            raise self._problem
        return b""

    def close(self) -> None:
        """Be done with the answer; what has not come to its clean end ends the connection."""
        if not self._is_asked:
            return
        self._is_asked = False
        transport = self._transport
        if (
            self._is_complete
            and self._may_stay
            and transport is not None
            and not transport.is_closing()
            and not transport.get_write_buffer_size()
        ):
            self._resume()
            self._on_free(self)
        else:
            self.drop()

    def drop(self) -> None:
        """End the connection at once."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()
            self._on_lost(self)

    def expire(self) -> None:
        """The call's time is over."""
        self._break(TimeoutError())

    async def _wait(self) -> None:
        waiter = self._waiter = self._loop.create_future()
        try:
            await waiter
        finally:
            self._waiter = None

    # -- what the transport says ---------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection has come about."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Something came."""
        if not self._is_asked:
            # Whatever this is, it must not become the answer to the next request.
            self.drop()
            return
        if not self._has_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError as error:
            cause = error.__context__
            self._break(cause if isinstance(cause, OSError) else BadHttpError(str(error)))
            return
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            # A server that says more than it should after a whole answer has still answered.
            self._break(BadHttpError(f"what is no HTTP ({error})"))
            return
        if not self._has_head and self._head_bytes > _MAX_HEAD_BYTES:
            self._break(BadHttpError("the head of the answer is too large"))
        elif self._waiter is not None and self._is_enough():
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        was_open, self._transport = self._transport is not None, None
        if not (self._is_complete or self._problem):
            if exc is None and self._ends_with_connection:
                self._finish()
            elif isinstance(exc, OSError):
                self._problem = exc
            else:
                self._problem = ConnectionResetError("the server closed the connection")
            self._wake()
        if was_open:
            self._on_lost(self)

    def _is_enough(self) -> bool:
        if self._is_complete or self._problem is not None:
            return True
        if self._awaited == _HEAD:
            return self._has_head
        return self._awaited == _MORE and bool(self._pieces)

    # -- what the parser says ------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """A head begins; after an answer that is whole nothing may follow."""
        if self._is_complete:
            raise BadHttpError("a second answer to one request")

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header has come, or a trailer behind the body."""
        if self._has_head:
            return
        if len(name) + len(value) > _MAX_HEADER_BYTES:
            raise BadHttpError(f"header {name[:40].decode('latin-1')} is too large")
        self.headers.setdefault(name.decode("latin-1").lower(), value.decode("utf-8", "replace"))

    def on_headers_complete(self) -> None:
        """The head has come; those that only announce another one are passed over."""
        status = self._parser.get_status_code()
        if status < 200:
            self.headers = {}
            return
        self.status = status
        self._has_head = True
        headers = self.headers
        self._may_stay = self._parser.should_keep_alive()
        if not self._may_stay:
            self._ends_with_connection = (
                "content-length" not in headers and "transfer-encoding" not in headers
            )
        coding = headers.get("content-encoding")
        if coding is not None and coding.lower() != "identity":
            self._unpacker = _Unpacker(coding.lower())

    def on_body(self, body: bytes) -> None:
        """A piece of the body has come."""
        if self._unpacker is not None:
            body = self._unpacker.feed(body)
        self._pieces.append(body)
        self._waiting_bytes += len(body)
        if self._waiting_bytes > _MOST_WAITING_BYTES:
            self._awaited = _MORE
            self._pause()

    def on_message_complete(self) -> None:
        """The body has come to its end."""
        if self._has_head:
            self._finish()

    # -- how it ends ---------------------------------------------------------------------------

    def _finish(self) -> None:
        if self._unpacker is not None and not self._unpacker.is_done:
            self._problem = BadHttpError("the packed body ends half way")
        else:
            self._is_complete = True

    def _break(self, problem: OSError) -> None:
        if not (self._is_complete or self._problem):
            self._problem = problem
        self.drop()
        self._wake()

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _pause(self) -> None:
        if self._transport is not None and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()

    def _resume(self) -> None:
        if self._is_paused:
            self._is_paused = False
            if self.is_usable and self._transport is not None:
                self._transport.resume_reading()


class _Unpacker:
    """Unpacks a body that came packed although we asked for it as it is."""

    def __init__(self, coding: str) -> None:
        if coding not in ("gzip", "x-gzip", "deflate"):
            raise BadHttpError(f"a body packed as {coding[:40]}, which nobody asked for")
        self._is_deflate = coding == "deflate"
        self._zlib: zlib._Decompress | None = None

    @property
    def is_done(self) -> bool:
        """Whether it has come to the end of the packed body, or there was none."""
        return self._zlib is None or self._zlib.eof

    def feed(self, data: bytes) -> bytes:
        """What this piece holds."""
        if self._zlib is None:
            # `deflate` means zlib's wrapping, but some servers send it without.
            is_bare = self._is_deflate and data[0] & 0x0F != 8
            self._zlib = zlib.decompressobj(-zlib.MAX_WBITS if is_bare else 32 + zlib.MAX_WBITS)
        try:
            unpacked = self._zlib.decompress(data, _MOST_UNPACKED_BYTES)
        except zlib.error as error:
            raise BadHttpError(f"a packed body that cannot be unpacked: {error}") from None
        if self._zlib.unconsumed_tail:
            raise BadHttpError("a packed body that is too large")
        return unpacked
