"""The application: hot doors first, everything else through FastAPI."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from providers.dialects.errors import DecodeError
from router.api import openapi, openapi_messages, pages
from router.api.chat import ChatDoor
from router.api.door import Door
from router.api.errors import HttpError, describe
from router.api.http import ClientGoneError, Receive, Scope, Send
from router.api.messages import CountTokensDoor, MessagesDoor
from router.api.requests import request_id_of
from router.deps import House
from router.errors import PointsmanError
from router.telemetry.logs import get_logger

CHAT_PATHS = ("/v1/chat/completions", "/v1/chat")
MESSAGES_PATH = "/v1/messages"
COUNT_PATH = "/v1/messages/count_tokens"
_CLIENT_LEFT = 499
"""For the server's own books: nobody reads the answer."""
_log = get_logger(__name__)


class Application(FastAPI):
    """FastAPI, with a short cut for the paths that every request pays for."""

    hot: dict[str, Door]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            door = self.hot.get(scope["path"])
            if door is not None:
                await door(scope, receive, send)
                return
        await super().__call__(scope, receive, send)


def create_app(house: House) -> Application:
    """The ASGI application over an open house."""
    app = Application(
        title="Pointsman",
        summary="An OpenAI-compatible gateway that decides which model answers.",
    )
    app.state.house = house
    app.hot = _open_doors(house)
    app.include_router(pages.router)
    app.add_exception_handler(PointsmanError, _tell)
    app.add_exception_handler(DecodeError, _tell)
    app.add_exception_handler(RequestValidationError, _tell_validation)
    app.add_exception_handler(ClientGoneError, _tell_nobody)
    app.add_exception_handler(404, _tell_unknown_path)
    app.add_exception_handler(Exception, _tell_unforeseen)
    openapi.describe(
        app,
        {
            **dict.fromkeys(CHAT_PATHS, openapi.CHAT),
            MESSAGES_PATH: openapi_messages.MESSAGES,
            COUNT_PATH: openapi_messages.COUNT,
        },
    )
    return app


def _open_doors(house: House) -> dict[str, Door]:
    most = house.settings.server.max_body_bytes
    chat = ChatDoor(house.gateway, house.metrics, max_body_bytes=most)
    return {
        **dict.fromkeys(CHAT_PATHS, chat),
        MESSAGES_PATH: MessagesDoor(house.gateway, house.metrics, max_body_bytes=most),
        COUNT_PATH: CountTokensDoor(
            house.gateway, house.metrics, house.identity, max_body_bytes=most
        ),
    }


async def _tell(_: Request, error: Exception) -> JSONResponse:
    return _json(describe(error))


async def _tell_nobody(_: Request, __: Exception) -> Response:
    return Response(status_code=_CLIENT_LEFT)


async def _tell_unforeseen(request: Request, error: Exception) -> JSONResponse:
    request_id = request_id_of(dict(request.scope["headers"]))
    _log.error("unforeseen", request_id=request_id, exc_info=error)
    told = _json(describe(error))
    told.headers["x-request-id"] = request_id
    return told


async def _tell_validation(_: Request, error: Exception) -> JSONResponse:
    return _json(
        HttpError(
            status=400, message=str(error), type="invalid_request_error", code="invalid_request"
        )
    )


async def _tell_unknown_path(request: Request, _: Exception) -> JSONResponse:
    message = (
        f"There is nothing at {request.method} {request.url.path}; see /docs for what there is."
    )
    return _json(
        HttpError(status=404, message=message, type="invalid_request_error", code="not_found")
    )


def _json(told: HttpError) -> JSONResponse:
    body: dict[str, Any] = {
        "error": {
            "message": told.message,
            "type": told.type,
            "param": told.param,
            "code": told.code,
        }
    }
    headers = {name.decode(): value.decode() for name, value in told.headers()}
    return JSONResponse(body, status_code=told.status, headers=headers)
