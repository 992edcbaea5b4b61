"""`POST /v1/chat/completions`: the door that OpenAI's clients know. `POST /v1/chat` is the same door.

A plain ASGI route, because every millisecond here is paid by every request. The door decodes,
hands over to the gateway and encodes; it decides nothing.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from decimal import Decimal
from typing import TYPE_CHECKING

from providers.calls import UsageReport
from providers.dialects.openai.events import ChunkWriter
from providers.dialects.openai.request import decode_request
from providers.dialects.openai.response import encode_completion, encode_error
from router.api.errors import HttpError, describe
from router.api.http import (
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
from router.api.requests import open_call, request_id_of
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


class ChatDoor:
    """An ASGI application for one path."""

    def __init__(self, gateway: Gateway, metrics: Metrics, *, max_body_bytes: int) -> None:
        self._gateway = gateway
        self._metrics = metrics
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        request_id = request_id_of(headers)
        try:
            body = await read_body(receive, self._max_body_bytes)
            async with UntilClientLeaves(receive):
                await self._serve(headers, body, request_id, send)
        except ClientGoneError:
            _log.info("client_left", request_id=request_id)
        except Exception as error:  # the boundary: all of it becomes an answer
            await self._refuse(error, request_id, send)

    async def _serve(
        self, headers: dict[bytes, bytes], body: bytes, request_id: str, send: Send
    ) -> None:
        request = decode_request(body)
        seconds = read_seconds(headers, b"x-pointsman-timeout")
        journey = self._gateway.prepare(open_call(request, headers, request_id, seconds))
        if request.stream:
            await self._stream(journey, send, include_usage=request.include_usage)
        else:
            await self._complete(journey, send)

    async def _complete(self, journey: Journey, send: Send) -> None:
        completion, settled = await self._gateway.complete(journey)
        cost = _text(settled.cost_usd)
        headers = _headers(journey, completion.model, completion.provider, settled.attempts)
        headers.append((b"x-pointsman-cost", (cost or "unknown").encode()))
        body = encode_completion(
            completion,
            id=f"chatcmpl-{journey.request_id}",
            created=int(time.time()),
            model=completion.model,
            cost=cost,
        )
        await answer(send, 200, [_JSON, *headers], body)

    async def _stream(self, journey: Journey, send: Send, *, include_usage: bool) -> None:
        async with aclosing(self._gateway.stream(journey)) as events:
            served = await anext(events)
            first = await anext(events)
            assert isinstance(served, Served)
            writer = ChunkWriter(
                id=f"chatcmpl-{journey.request_id}",
                created=int(time.time()),
                model=served.model,
                include_usage=include_usage,
            )
            headers = [_STREAM, (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")]
            headers += _headers(journey, served.model, served.provider, served.attempts)
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            try:
                await _send_event(first, writer, send)
                await _send_all(events, writer, send)
            except Exception as error:  # the boundary: a begun stream must say so
                await _break_off(error, journey.request_id, writer, send)

    async def _refuse(self, error: Exception, request_id: str, send: Send) -> None:
        told = describe(error)
        if not isinstance(error, PointsmanError) and told.status == 500:
            _log.exception("unforeseen", request_id=request_id)
        headers: Headers = [_JSON, (b"x-request-id", request_id.encode()), *told.headers()]
        self._metrics.on_refusal(told.status, told.code or "")
        await answer(send, told.status, headers, _error_body(told))


async def _send_all(events: AsyncGenerator[Answer, None], writer: ChunkWriter, send: Send) -> None:
    cost = None
    async for event in events:
        if isinstance(event, Settled):
            if event.usage is not None:
                writer.write(UsageReport(event.usage))
            cost = _text(event.cost_usd)
        else:
            await _send_event(event, writer, send)
    await send({"type": "http.response.body", "body": writer.done(cost), "more_body": False})


async def _send_event(event: Answer, writer: ChunkWriter, send: Send) -> None:
    if isinstance(event, Served | Settled):
        return
    if data := writer.write(event):
        await send({"type": "http.response.body", "body": data, "more_body": True})


def _text(cost_usd: Decimal | None) -> str | None:
    return None if cost_usd is None else f"{cost_usd:f}"


async def _break_off(error: Exception, request_id: str, writer: ChunkWriter, send: Send) -> None:
    """End a begun stream with OpenAI's error event and no `[DONE]`: clients raise on it."""
    told = describe(error)
    _log.warning("stream_broken", request_id=request_id, code=told.code, message=told.message)
    data = writer.error(_error_body(told))
    await send({"type": "http.response.body", "body": data, "more_body": False})


def _error_body(told: HttpError) -> bytes:
    return encode_error(told.message, type=told.type, param=told.param, code=told.code)


def _headers(journey: Journey, model: str, provider: str, attempts: int) -> Headers:
    return [
        (b"x-request-id", journey.request_id.encode()),
        (b"x-pointsman-model", header_value(model)),
        (b"x-pointsman-provider", header_value(provider)),
        (b"x-pointsman-route", header_value(f"{journey.plan.rule}/{journey.plan.pool}")),
        (b"x-pointsman-attempts", b"%d" % attempts),
        (b"x-should-retry", b"false"),
    ]
