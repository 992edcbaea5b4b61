"""Chat requests in the words of the Responses API."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import UNSET, Raw

from providers.base import Model
from providers.dialects.lengths import clamp_tokens
from providers.messages import (
    ChatRequest,
    ImagePart,
    Message,
    NamedTool,
    ResponseFormat,
    TextPart,
    Tool,
    ToolChoice,
    text_of,
)
from providers.notes import note_dropped

_encode = msgspec.json.Encoder().encode
_LEAST_OUTPUT_TOKENS = 16
_SAME_NAME = frozenset({"prompt_cache_key", "prompt_cache_options", "prompt_cache_retention",
                        "safety_identifier", "service_tier"})  # fmt: skip
"""Fields of chat requests that the Responses API has under the same name."""
_ANY_OBJECT = Raw(b'{"type":"object","properties":{}}')


def fits(request: ChatRequest) -> bool:
    """Whether the Responses API can be asked exactly this: nothing left out, nothing bent.

    It has no stop sequences, seeds, penalties or several answers, and wants 16 tokens at least.
    """
    limit = request.max_tokens
    return (
        request.n == 1
        and not request.stop
        and not request.logprobs
        and request.seed is None
        and request.top_logprobs is None
        and request.presence_penalty is None
        and request.frequency_penalty is None
        and (limit is None or limit >= _LEAST_OUTPUT_TOKENS)
        and request.extra.keys() <= _SAME_NAME
        and all(map(_fits, request.messages))
    )


def _fits(message: Message) -> bool:
    if message.name is not None or message.refusal is not None:
        return False
    if message.role in ("function", "tool"):
        return message.role == "tool" and not _has_images(message)
    if isinstance(message.content, tuple):
        kinds = (TextPart, ImagePart) if message.role == "user" else (TextPart,)
        return all(isinstance(part, kinds) for part in message.content)
    return True


def _has_images(message: Message) -> bool:
    content = message.content
    return isinstance(content, tuple) and not all(isinstance(p, TextPart) for p in content)


def encode_request(request: ChatRequest, model: Model) -> bytes:
    """The request as JSON, for a stream that the vendor does not keep."""
    body: dict[str, object] = {
        "model": model.wire_name,
        "input": [item for message in request.messages for item in _items_of(message)],
        "stream": True,
        "store": False,
        **_options_of(request, model),
    }
    body.update((name, raw) for name, raw in request.extra.items() if name in _SAME_NAME)
    for name in model.drops:
        if (value := body.pop(name, None)) is not None:
            note_dropped(model, name, value)
    return _encode(body)


def _items_of(message: Message) -> Iterator[dict[str, object]]:
    """One message of a chat is one item, or several: each call of a tool is one of its own."""
    if message.role == "tool":
        yield {
            "type": "function_call_output",
            "call_id": message.tool_call_id,
            "output": text_of(message),
        }
        return
    if message.content or not message.tool_calls:
        yield {"type": "message", "role": message.role, "content": _content_of(message)}
    for call in message.tool_calls:
        yield {
            "type": "function_call",
            "call_id": call.id,
            "name": call.function.name,
            "arguments": call.function.arguments,
        }


def _content_of(message: Message) -> object:
    content = message.content
    if not isinstance(content, tuple):
        return content or ""
    if message.role == "assistant":
        return text_of(message)
    return [_part_of(part) for part in content if isinstance(part, TextPart | ImagePart)]


def _part_of(part: TextPart | ImagePart) -> dict[str, object]:
    if isinstance(part, TextPart):
        return {"type": "input_text", "text": part.text}
    image = part.image_url
    return {"type": "input_image", "image_url": image.url, "detail": image.detail or "auto"}


def _options_of(request: ChatRequest, model: Model) -> dict[str, object]:
    effort = request.reasoning_effort
    options: dict[str, object] = {
        "tools": [_tool_of(tool) for tool in request.tools] or None,
        "tool_choice": _choice_of(request.tool_choice),
        "parallel_tool_calls": request.parallel_tool_calls,
        "text": _format_of(request.response_format),
        "max_output_tokens": clamp_tokens(request, model),
        "temperature": request.temperature,
        "top_p": request.top_p,
        "reasoning": None if effort is None else {"effort": effort},
        "user": request.user,
    }
    return {name: value for name, value in options.items() if value is not None}


def _choice_of(choice: ToolChoice | None) -> object:
    if isinstance(choice, NamedTool):
        return {"type": "function", "name": choice.function.name}
    return choice


def _tool_of(tool: Tool) -> dict[str, object]:
    """A function on offer. `strict` is said outright: left out, this API would make it true."""
    function = tool.function
    offered: dict[str, object] = {
        "type": "function",
        "name": function.name,
        "parameters": _ANY_OBJECT if function.parameters is UNSET else function.parameters,
        "strict": bool(function.strict),
    }
    if function.description is not None:
        offered["description"] = function.description
    return offered


def _format_of(wanted: ResponseFormat | None) -> dict[str, object] | None:
    if wanted is None or wanted.type == "text":
        return None
    if wanted.json_schema is None:
        return {"format": {"type": wanted.type}}
    schema = wanted.json_schema
    named = {
        "type": "json_schema",
        "name": schema.name,
        "schema": None if schema.schema is UNSET else schema.schema,
        "description": schema.description,
        "strict": schema.strict,
    }
    return {"format": {name: value for name, value in named.items() if value is not None}}
