"""The application: hot doors first, everything else through FastAPI."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from providers.dialects.errors import DecodeError
from providers.dialects.openai.response import encode_error
from router.api import openapi, pages
from router.api.chat import ChatDoor
from router.api.errors import HttpError, describe
from router.api.http import Receive, Scope, Send, answer
from router.deps import House
from router.errors import PointsmanError

CHAT_PATHS = ("/v1/chat/completions", "/v1/chat")


class Application(FastAPI):
    """FastAPI, with a short cut for the paths that every request pays for."""

    hot: dict[str, ChatDoor]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            door = self.hot.get(scope["path"])
            if door is not None:
                if scope["method"] == "POST":
                    await door(scope, receive, send)
                else:
                    await _refuse_method(scope, send)
                return
        await super().__call__(scope, receive, send)


def create_app(house: House) -> Application:
    """The ASGI application over an open house."""
    app = Application(
        title="Pointsman",
        summary="An OpenAI-compatible gateway that decides which model answers.",
    )
    app.state.house = house
    door = ChatDoor(
        house.gateway, house.metrics, max_body_bytes=house.settings.server.max_body_bytes
    )
    app.hot = dict.fromkeys(CHAT_PATHS, door)
    app.include_router(pages.router)
    app.add_exception_handler(PointsmanError, _tell)
    app.add_exception_handler(DecodeError, _tell)
    app.add_exception_handler(RequestValidationError, _tell_validation)
    app.add_exception_handler(404, _tell_unknown_path)
    openapi.describe_chat(app, CHAT_PATHS)
    return app


async def _tell(_: Request, error: Exception) -> JSONResponse:
    return _json(describe(error))


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


async def _refuse_method(scope: Scope, send: Send) -> None:
    body = encode_error(
        f"{scope['path']} takes POST, not {scope['method']}.",
        type="invalid_request_error",
        param=None,
        code="method_not_allowed",
    )
    headers = [(b"content-type", b"application/json"), (b"allow", b"POST")]
    await answer(send, 405, headers, body)
