"""One pooled HTTP client for each provider: a deadline on every call, our own errors, no surprises.

What it never does: follow a redirect, read proxies from the environment unless told to, retry, or
leave a call running that was cancelled. A cancelled or closed call closes its connection at once,
which is how a vendor learns that nobody is listening any more.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from providers.calls import Deadline
from providers.errors import (
    ConnectionFailedError,
    ProviderError,
    StreamBrokenError,
    UpstreamFailedError,
    UpstreamTimeoutError,
)
from providers.http_base import BadHttpError, Carrier, ConnectTimeoutError, Reply
from providers.http_direct import DirectCarrier
from providers.limits import RateLimits, read_rate_limits

MAX_BODY_BYTES = 64 * 1024 * 1024
_MAX_ERROR_BYTES = 256 * 1024
_DRAIN_SECONDS = 0.02
_JSON, _EVENTS = "application/json", "text/event-stream"

OnHeaders = Callable[[str, Mapping[str, str]], None]
"""Called with the provider's name and the headers of every answer, whatever its status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """How to reach one provider."""

    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    connect_seconds: float = 5.0
    idle_seconds: float = 15.0
    """How long an unused connection is kept."""
    max_connections: int = 1000
    trust_env: bool = False
    """Take proxies from HTTP_PROXY and friends."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type alone, in lower case."""
        return media_type(self.headers)


class FailedAnswer(Exception):  # noqa: N818 - carries an answer to who can classify it
    """An answer that is not the one we asked for; the dialect knows what its body means."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"HTTP {answer.status}")
        self.answer = answer


def media_type(headers: Mapping[str, str]) -> str:
    """The media type of an answer without its parameters, in lower case."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def is_html(content_type: str, body: bytes) -> bool:
    """Whether this is a web page (a proxy's or a wrong address's) and no answer of an API."""
    start = body[:64].lstrip().lower()
    return content_type == "text/html" or start.startswith((b"<!doctype html", b"<html"))


class StreamBody:
    """An event stream that is coming in. `close` ends the connection at once."""

    __slots__ = ("_model", "_provider", "_reply")

    def __init__(self, reply: Reply, provider: str, model: str) -> None:
        self._reply: Reply | None = reply
        self._provider = provider
        self._model = model

    async def read(self) -> bytes:
        """Some more bytes as soon as there are any; empty at the end.

        Raises:
            UpstreamTimeoutError: the deadline passed.
            StreamBrokenError: the connection broke (`why` is cut).
        """
        if self._reply is None:
            return b""
        try:
            return await self._reply.read()
        except TimeoutError as problem:
            raise late(self._provider, self._model) from problem
        except OSError as problem:
            raise StreamBrokenError(
                f"The connection to {self._provider} broke while the answer was coming.",
                why="cut",
                provider=self._provider,
                model=self._model,
            ) from problem

    async def drain(self) -> None:
        """After the last event: keep the connection for the pool if the body ends right away."""
        if self._reply is None or self._reply.is_over:
            return
        with contextlib.suppress(TimeoutError, ProviderError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                while await self.read():
                    pass

    def close(self) -> None:
        """End it. A connection whose body was read to its end goes back to the pool."""
        reply, self._reply = self._reply, None
        if reply is not None:
            reply.close()


class HttpClient:
    """A pool of connections to one provider.

    `on_headers` is called with the headers of every answer; `on_limits` with the vendor's own count
    of our allowance where it sends one.
    """

    def __init__(
        self,
        provider: str,
        options: HttpOptions,
        *,
        on_headers: OnHeaders | None = None,
        on_limits: Callable[[str, RateLimits], None] | None = None,
    ) -> None:
        self.provider = provider
        self.base_url = options.base_url.rstrip("/")
        self._options = options
        self._on_headers = on_headers
        self._on_limits = on_limits
        self._carrier = _carrier(self.base_url, options)

    def get(self, path: str, *, deadline: Deadline) -> Coroutine[Any, Any, bytes]:
        """The body of a GET that answered 200."""
        return self._whole("GET", path, None, deadline)

    def post(
        self, path: str, body: bytes, *, deadline: Deadline, model: str = ""
    ) -> Coroutine[Any, Any, bytes]:
        """The body of a POST that answered 200.

        Raises:
            FailedAnswer: any other status; the dialect knows what its body means.
            ConnectionFailedError, UpstreamTimeoutError, UpstreamFailedError: there was no answer.
        """
        return self._whole("POST", path, body, deadline, model)

    async def open(
        self, path: str, body: bytes, *, deadline: Deadline, model: str = ""
    ) -> StreamBody:
        """The event stream that a POST answered with. Whoever opens it closes it.

        Raises:
            FailedAnswer: any status but 200, or 200 with JSON instead of a stream.
            ConnectionFailedError, UpstreamTimeoutError, UpstreamFailedError: no stream came.
        """
        reply = await self._send("POST", path, body, deadline, _EVENTS, model)
        got = media_type(reply.headers)
        if got.endswith("json"):
            # A whole JSON answer to a stream request is an error that some vendors send as 200.
            raise await self._failed(reply, model)
        if got != "text/event-stream":
            reply.close()
            what = got or "no content type"
            raise self._no_answer(f"{what} instead of an event stream", 200, model)
        return StreamBody(reply, self.provider, model)

    async def close(self) -> None:
        """Close every connection. A later call opens the pool anew."""
        await self._carrier.close()

    async def _whole(
        self,
        method: str,
        path: str,
        body: bytes | None,
        deadline: Deadline,
        model: str = "",
    ) -> bytes:
        reply = await self._send(method, path, body, deadline, _JSON, model)
        got = media_type(reply.headers)
        try:
            data = await self._read(reply, MAX_BODY_BYTES, model)
        finally:
            reply.close()
        if (got == "text/html" or not data.startswith(b"{")) and is_html(got, data):
            raise self._no_answer(f"a web page ({_start_of(data)})", 200, model)
        if not got.endswith("json"):
            raise self._no_answer(f"{got or 'no content type'} instead of JSON", 200, model)
        return data

    async def _send(
        self,
        method: str,
        path: str,
        body: bytes | None,
        deadline: Deadline,
        accept: str,
        model: str,
    ) -> Reply:
        left = deadline.left()
        if not left:
            raise UpstreamTimeoutError(
                f"No time was left to ask {self.provider}.", provider=self.provider, model=model
            )
        try:
            reply = await self._carrier.ask(
                method,
                path,
                body,
                accept,
                seconds=left,
                connect_seconds=self._connect_seconds(deadline),
                whole=accept is _JSON,
            )
        except OSError as problem:
            raise self._unreachable(problem, model, deadline) from problem
        self._tell(reply.headers)
        if reply.status != 200:
            raise await self._failed(reply, model)
        return reply

    async def _failed(self, reply: Reply, model: str) -> Exception:
        """What a status other than 200 means: an answer to classify, or no answer at all."""
        status, headers = reply.status, reply.headers
        try:
            data = await self._read(reply, _MAX_ERROR_BYTES, model)
        except ProviderError:
            data = b""
        finally:
            reply.close()
        if 300 <= status < 400:
            target = headers.get("location", "elsewhere")
            return self._no_answer(f"a redirect to {target}", status, model)
        if is_html(media_type(headers), data) and status not in (429, 503, 529):
            return self._no_answer(f"a web page ({_start_of(data)})", status, model)
        return FailedAnswer(Answer(status, headers, data))

    async def _read(self, reply: Reply, limit: int, model: str) -> bytes:
        pieces: list[bytes] = []
        size = 0
        try:
            while not reply.is_over and (piece := await reply.read()):
                size += len(piece)
                if size > limit:
                    raise self._no_answer(f"more than {limit} bytes", reply.status, model)
                pieces.append(piece)
        except TimeoutError as problem:
            raise late(self.provider, model) from problem
        except OSError as problem:
            is_bad = isinstance(problem, BadHttpError)
            what = str(problem) if is_bad else f"a body cut after {size} bytes"
            raise self._no_answer(what, None, model) from problem
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _tell(self, headers: Mapping[str, str]) -> None:
        if self._on_headers is not None:
            self._on_headers(self.provider, headers)
        if self._on_limits is not None and (limits := read_rate_limits(headers)) is not None:
            self._on_limits(self.provider, limits)

    def _connect_seconds(self, deadline: Deadline) -> float:
        """The shorter of what the provider's set-up and this call's terms allow."""
        own, asked = self._options.connect_seconds, deadline.connect_seconds
        return own if asked is None else min(own, asked)

    def _unreachable(self, problem: BaseException, model: str, deadline: Deadline) -> ProviderError:
        if isinstance(problem, TimeoutError):
            if isinstance(problem, ConnectTimeoutError):
                waited = f"{self._connect_seconds(deadline):g} s"
                return UpstreamTimeoutError(
                    f"No connection to {self.base_url} within {waited}.",
                    provider=self.provider,
                    model=model,
                )
            return late(self.provider, model)
        return ConnectionFailedError(
            f"No connection to {self.base_url}: {str(problem) or type(problem).__name__}.",
            provider=self.provider,
            model=model,
        )

    def _no_answer(self, what: str, status: int | None, model: str) -> UpstreamFailedError:
        return UpstreamFailedError(
            f"{self.provider} sent {what}; check that base_url {self.base_url} is its API.",
            provider=self.provider,
            model=model,
            status=status,
        )


def _carrier(base_url: str, options: HttpOptions) -> Carrier:
    build: Callable[..., Carrier] = DirectCarrier
    if options.trust_env:
        from providers.http_proxied import ProxiedCarrier

        build = ProxiedCarrier
    return build(
        base_url,
        options.headers,
        idle_seconds=options.idle_seconds,
        most=options.max_connections,
    )


def late(provider: str, model: str) -> UpstreamTimeoutError:
    """The deadline passed while we waited for the vendor."""
    return UpstreamTimeoutError(
        f"{provider} did not answer before the deadline.", provider=provider, model=model
    )


def _start_of(data: bytes) -> str:
    return " ".join(data[:60].decode("utf-8", "replace").split())
