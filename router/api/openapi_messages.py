"""Anthropic's doors in the application's OpenAPI document."""

from __future__ import annotations

from typing import Any

_MESSAGE = {
    "type": "object",
    "required": ["role", "content"],
    "properties": {
        "role": {"enum": ["user", "assistant", "system"]},
        "content": {
            "description": "Text, or a list of blocks (text, image, document, tool_use, "
            "tool_result, thinking)."
        },
    },
}
_COUNTED: dict[str, Any] = {
    "model": {
        "type": "string",
        "description": "`auto` (the policy decides), a pool's name, or a model's name.",
        "default": "auto",
    },
    "messages": {"type": "array", "minItems": 1, "items": _MESSAGE},
    "system": {"description": "Text, or a list of text blocks."},
    "tools": {"type": "array", "items": {"type": "object"}},
    "tool_choice": {"type": "object"},
}
_REQUEST = {
    "type": "object",
    "required": ["model", "messages", "max_tokens"],
    "properties": {
        **_COUNTED,
        "max_tokens": {"type": "integer", "minimum": 1},
        "stream": {"type": "boolean", "default": False},
        "stop_sequences": {"type": "array", "items": {"type": "string"}},
        "temperature": {"type": "number", "minimum": 0, "maximum": 1},
        "output_config": {"type": "object"},
        "thinking": {
            "type": "object",
            "description": "Only says whether a model's thoughts are shown.",
        },
        "metadata": {
            "type": "object",
            "description": "`user_id`, and the same hints about the caller as in a chat request.",
        },
    },
    "additionalProperties": True,
    "example": {
        "model": "auto",
        "max_tokens": 300,
        "messages": [{"role": "user", "content": "我的快递到哪了？"}],
    },
}
_ERROR = {
    "type": "object",
    "required": ["type", "error", "request_id"],
    "properties": {
        "type": {"const": "error"},
        "error": {
            "type": "object",
            "required": ["type", "message"],
            "properties": {"type": {"type": "string"}, "message": {"type": "string"}},
        },
        "request_id": {"type": "string"},
    },
}
_COMMON: dict[str, Any] = {"tags": ["messages"], "security": [{"api_key": []}, {"bearer": []}]}
_REFUSED = {
    "description": "Anthropic's error shape.",
    "content": {"application/json": {"schema": _ERROR}},
}

MESSAGES: dict[str, Any] = {
    **_COMMON,
    "summary": "Answer a Messages request",
    "description": "Anthropic's Messages in front of the same gateway. With `stream` the answer "
    "comes as events; a stream that breaks ends with an `error` event and without `message_stop`.",
    "requestBody": {"required": True, "content": {"application/json": {"schema": _REQUEST}}},
    "responses": {
        "200": {
            "description": "A message, or a stream of its events.",
            "content": {"application/json": {}, "text/event-stream": {}},
        },
        "default": _REFUSED,
    },
}
COUNT: dict[str, Any] = {
    **_COMMON,
    "summary": "Estimate a Messages request's tokens",
    "description": "Counted here, before any model is chosen; `estimated` is always true.",
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["model", "messages"],
                    "properties": _COUNTED,
                }
            }
        },
    },
    "responses": {
        "200": {
            "description": "`input_tokens`, and `estimated`.",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "input_tokens": {"type": "integer"},
                            "estimated": {"const": True},
                        },
                    }
                }
            },
        },
        "default": _REFUSED,
    },
}
