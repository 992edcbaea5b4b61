"""What every hot door does, whichever wire its clients speak.

A plain ASGI route, because every millisecond here is paid by every request. A door decodes, hands
over to the gateway and encodes; it decides nothing. A subclass says how its wire puts things.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from providers.calls import Completion, StreamEvent, UsageReport
from providers.dialects.asked import Asked
from router.api.errors import HttpError, describe
from router.api.http import (
    Blinks,
    ClientGoneError,
    Headers,
    Receive,
    Scope,
    Send,
    UntilClientLeaves,
    answer,
    header_value,
    read_body,
    read_seconds,
)
from router.api.requests import headers_of, open_call, request_id_of
from router.errors import PointsmanError
from router.pipeline.calls import Answer, Journey, Served
from router.steps.records import Settled
from router.telemetry.logs import get_logger

if TYPE_CHECKING:
    from router.pipeline.gateway import Gateway
    from router.telemetry.metrics import Metrics

_JSON = (b"content-type", b"application/json")
_STREAM = (b"content-type", b"text/event-stream; charset=utf-8")
_log = get_logger(__name__)


class Writer(Protocol):
    """Writes one streamed answer as a wire has it."""

    def write(self, event: StreamEvent) -> bytes:
        """One event as bytes; possibly none."""
        ...

    def done(self, cost: str | None = None) -> bytes:
        """The clean end of an answer that finished."""
        ...

    def error(self, body: bytes) -> bytes:
        """The end of an answer that broke."""
        ...


class Door(ABC):
    """An ASGI application for one path."""

    spelling: Mapping[str, str] = MappingProxyType({})
    """What its clients call a field of a chat request, where they call it otherwise."""

    def __init__(self, gateway: Gateway, metrics: Metrics, *, max_body_bytes: int) -> None:
        self._gateway = gateway
        self._metrics = metrics
        self._max_body_bytes = max_body_bytes
        self._blinks = Blinks()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        request_id = request_id_of(headers)
        try:
            if scope["method"] != "POST":
                await self._refuse_method(scope, request_id, send)
                return
            body = await read_body(receive, self._max_body_bytes)
            with UntilClientLeaves(receive, self._blinks):
                await self._serve(headers, body, request_id, send)
        except ClientGoneError:
            _log.info("client_left", request_id=request_id)
        except Exception as error:  # the boundary: all of it becomes an answer
            await self._refuse(error, request_id, send)

    @abstractmethod
    def _decode(self, headers: dict[bytes, bytes], body: bytes) -> Asked:
        """The request in this wire's body."""

    @abstractmethod
    def _encode(
        self, asked: Asked, journey: Journey, completion: Completion, cost: str | None
    ) -> bytes:
        """A whole answer as this wire has it."""

    @abstractmethod
    def _writer(self, asked: Asked, journey: Journey, served: Served) -> Writer:
        """What writes the streamed answer."""

    @abstractmethod
    def _put(self, told: HttpError, request_id: str) -> tuple[int, bytes]:
        """An error's status and body as this wire has them."""

    def _name(self, request_id: str) -> Headers:
        """The headers that name the request."""
        return [(b"x-request-id", request_id.encode())]

    async def _serve(
        self, headers: dict[bytes, bytes], body: bytes, request_id: str, send: Send
    ) -> None:
        asked = self._decode(headers, body)
        seconds = read_seconds(headers, b"x-pointsman-timeout")
        journey = await self._gateway.prepare(open_call(asked.chat, headers, request_id, seconds))
        if asked.chat.stream:
            await self._stream(asked, journey, send)
        else:
            await self._complete(asked, journey, send)

    async def _complete(self, asked: Asked, journey: Journey, send: Send) -> None:
        completion, settled = await self._gateway.complete(journey)
        cost = _text(settled.cost_usd)
        body = self._encode(asked, journey, completion, cost)
        headers = [_JSON, *self._name(journey.request_id)]
        served = Served(
            completion.model,
            completion.provider,
            settled.attempts,
            settled.remark,
            settled.cache,
            completion.ignored,
        )
        headers += self._headers(asked, journey, served)
        headers.append((b"x-pointsman-cost", (cost or "unknown").encode()))
        await answer(send, 200, headers, body)

    async def _stream(self, asked: Asked, journey: Journey, send: Send) -> None:
        async with aclosing(self._gateway.stream(journey)) as events:
            served = await anext(events)
            first = await anext(events)
            assert isinstance(served, Served)
            writer = self._writer(asked, journey, served)
            headers = [_STREAM, (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")]
            headers += self._name(journey.request_id)
            headers += self._headers(asked, journey, served)
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            try:
                await _send_event(first, writer, send)
                await _send_all(events, writer, send)
            except Exception as error:  # the boundary: a begun stream must say so
                await self._break_off(error, journey.request_id, writer, send)

    def _headers(self, asked: Asked, journey: Journey, served: Served) -> Headers:
        headers = _headers(journey, served)
        if asked.ignored or served.ignored:
            names = {self.spelling.get(name, name) for name in served.ignored}.union(asked.ignored)
            headers.append((b"x-pointsman-ignored", header_value(", ".join(sorted(names)))))
        return headers

    async def _break_off(
        self, error: Exception, request_id: str, writer: Writer, send: Send
    ) -> None:
        """End a begun stream with the wire's error event and no clean end: clients raise on it."""
        told = describe(error)
        if _is_unforeseen(error, told):
            _log.exception("unforeseen", request_id=request_id)
        _log.warning("stream_broken", request_id=request_id, code=told.code, message=told.message)
        _, body = self._put(told, request_id)
        data = writer.error(body)
        await send({"type": "http.response.body", "body": data, "more_body": False})

    async def _refuse(self, error: Exception, request_id: str, send: Send) -> None:
        told = describe(error)
        if _is_unforeseen(error, told):
            _log.exception("unforeseen", request_id=request_id)
        await self._tell(told, request_id, send)

    async def _refuse_method(self, scope: Scope, request_id: str, send: Send) -> None:
        told = HttpError(
            status=405,
            message=f"{scope['path']} takes POST, not {scope['method']}.",
            type="invalid_request_error",
            code="method_not_allowed",
        )
        await self._tell(told, request_id, send, (b"allow", b"POST"))

    async def _tell(
        self, told: HttpError, request_id: str, send: Send, *more: tuple[bytes, bytes]
    ) -> None:
        status, body = self._put(told, request_id)
        self._metrics.on_refusal(status, told.code or "")
        headers = [_JSON, *self._name(request_id), *told.headers(), *more]
        await answer(send, status, headers, body)


def _is_unforeseen(error: Exception, told: HttpError) -> bool:
    return not isinstance(error, PointsmanError) and told.status == 500


async def _send_all(events: AsyncGenerator[Answer, None], writer: Writer, send: Send) -> None:
    cost = None
    async for event in events:
        if isinstance(event, Settled):
            if event.usage is not None:
                writer.write(UsageReport(event.usage))
            cost = _text(event.cost_usd)
        else:
            await _send_event(event, writer, send)
    await send({"type": "http.response.body", "body": writer.done(cost), "more_body": False})


async def _send_event(event: Answer, writer: Writer, send: Send) -> None:
    if isinstance(event, Served | Settled):
        return
    if data := writer.write(event):
        await send({"type": "http.response.body", "body": data, "more_body": True})


def _text(cost_usd: Decimal | None) -> str | None:
    return None if cost_usd is None else f"{cost_usd:f}"


def _headers(journey: Journey, served: Served) -> Headers:
    headers = [
        (b"x-pointsman-model", header_value(served.model)),
        (b"x-pointsman-provider", header_value(served.provider)),
        (b"x-pointsman-route", header_value(f"{journey.plan.rule}/{journey.plan.pool}")),
        (b"x-pointsman-attempts", b"%d" % served.attempts),
        (b"x-should-retry", b"false"),
    ]
    if served.remark:
        headers.append((b"x-pointsman-cascade", header_value(served.remark)))
    if served.cache:
        headers.append((b"x-pointsman-cache", served.cache.encode()))
    return headers
