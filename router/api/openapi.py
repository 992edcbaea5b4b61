"""The hot chat doors in the application's OpenAPI document, which FastAPI cannot see by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

_MESSAGE = {
    "type": "object",
    "required": ["role"],
    "properties": {
        "role": {"enum": ["system", "developer", "user", "assistant", "tool"]},
        "content": {
            "description": "Text, a list of parts (text, image_url, …), or null beside tool_calls."
        },
        "tool_calls": {"type": "array", "items": {"type": "object"}},
        "tool_call_id": {"type": "string"},
    },
}
_REQUEST = {
    "type": "object",
    "required": ["model", "messages"],
    "properties": {
        "model": {
            "type": "string",
            "description": "`auto` (the policy decides), a pool's name, or a model's name.",
            "default": "auto",
        },
        "messages": {"type": "array", "minItems": 1, "items": _MESSAGE},
        "stream": {"type": "boolean", "default": False},
        "stream_options": {
            "type": "object",
            "properties": {"include_usage": {"type": "boolean"}},
        },
        "tools": {"type": "array", "items": {"type": "object"}},
        "tool_choice": {"description": "`none`, `auto`, `required`, or one function by name."},
        "response_format": {"type": "object"},
        "max_completion_tokens": {"type": "integer", "minimum": 1},
        "temperature": {"type": "number", "minimum": 0, "maximum": 2},
        "stop": {"description": "One text or up to four, at which the answer ends."},
        "metadata": {
            "type": "object",
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
            "description": "`user`, `tier`, `tenant`, `session`, `order_number` and "
            "`must_stay_local` (yes or no, true or false) describe the caller and are not passed on.",
        },
    },
    "additionalProperties": True,
    "example": {
        "model": "auto",
        "messages": [{"role": "user", "content": "我的快递到哪了？"}],
        "metadata": {"user": "u-1001", "tier": "vip"},
    },
}
_ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "null"]},
            },
        }
    },
}
CHAT: dict[str, Any] = {
    "tags": ["chat"],
    "summary": "Answer a chat request",
    "description": "OpenAI's chat completions. With `stream` the answer comes as server-sent "
    "events; a stream that breaks ends with an error event and without `[DONE]`.",
    "security": [{"bearer": []}, {"api_key": []}],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _REQUEST}},
    },
    "responses": {
        "200": {
            "description": "OpenAI's `chat.completion`, or a stream of `chat.completion.chunk`.",
            "content": {"application/json": {}, "text/event-stream": {}},
            "headers": {
                name: {"schema": {"type": "string"}}
                for name in (
                    "x-request-id",
                    "x-pointsman-model",
                    "x-pointsman-provider",
                    "x-pointsman-route",
                    "x-pointsman-attempts",
                    "x-pointsman-cost",
                    "x-pointsman-cache",
                    "x-should-retry",
                )
            },
        },
        "default": {
            "description": "OpenAI's error shape.",
            "content": {"application/json": {"schema": _ERROR}},
        },
    },
}


def describe(app: FastAPI, operations: Mapping[str, dict[str, Any]]) -> None:
    """Add the hot doors, by path, to what `/openapi.json` answers."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            for path, operation in operations.items():
                name = path.strip("/").replace("/", "_")
                document["paths"][path] = {"post": {**operation, "operationId": name}}
            components = document.setdefault("components", {})
            components.setdefault("securitySchemes", {}).update(
                bearer={"type": "http", "scheme": "bearer"},
                api_key={"type": "apiKey", "in": "header", "name": "x-api-key"},
            )
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
