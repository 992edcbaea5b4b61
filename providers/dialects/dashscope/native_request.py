"""Chat requests in the words of DashScope's own wire."""

from __future__ import annotations

import msgspec

from providers.base import Model
from providers.dialects.lengths import clamp_tokens
from providers.messages import (
    ChatRequest,
    ImagePart,
    Message,
    RefusalPart,
    TextPart,
    text_of,
)
from providers.notes import note_dropped

_encode = msgspec.json.Encoder().encode
_OURS = frozenset({"metadata"})


def takes_parts(model: Model) -> bool:
    """Whether the model lives where messages are lists of parts: those that see do."""
    return "vision" in model.abilities


def fits(request: ChatRequest) -> bool:
    """Whether this wire can be asked exactly this: one answer, of text and images."""
    return (
        request.n == 1 and request.frequency_penalty is None and all(map(_fits, request.messages))
    )


def _fits(message: Message) -> bool:
    content = message.content
    if not isinstance(content, tuple):
        return True
    return all(isinstance(part, TextPart | ImagePart | RefusalPart) for part in content)


def encode_request(request: ChatRequest, model: Model, prefix: str | None = None) -> bytes:
    """The request as JSON for a stream of pieces; a `prefix` is how the answer has begun."""
    in_parts = takes_parts(model)
    messages = [_message_of(message, in_parts) for message in request.messages]
    if prefix is not None:
        begun = _message_of(Message("assistant", prefix), in_parts)
        messages.append({**begun, "partial": True})
    parameters = _parameters_of(request, model)
    parameters.update((key, raw) for key, raw in request.extra.items() if key not in _OURS)
    for name in model.drops:
        if (value := parameters.pop(name, None)) is not None:
            note_dropped(model, name, value)
    body = {
        "model": model.wire_name,
        "input": {"messages": messages},
        "parameters": {**parameters, "result_format": "message", "incremental_output": True},
    }
    return _encode(body)


def _message_of(message: Message, in_parts: bool) -> dict[str, object]:
    role = "system" if message.role == "developer" else message.role
    made: dict[str, object] = {"role": role, "content": _content_of(message, in_parts)}
    if message.tool_calls:
        made["tool_calls"] = message.tool_calls
    if message.tool_call_id is not None:
        made["tool_call_id"] = message.tool_call_id
    if message.name is not None:
        made["name"] = message.name
    return made


def _content_of(message: Message, in_parts: bool) -> object:
    if not in_parts:
        return text_of(message)
    content = message.content
    if not isinstance(content, tuple):
        return [{"text": content or ""}]
    return [
        {"image": part.image_url.url} if isinstance(part, ImagePart) else {"text": part.text}
        for part in content
        if isinstance(part, TextPart | ImagePart)
    ]


def _parameters_of(request: ChatRequest, model: Model) -> dict[str, object]:
    effort = request.reasoning_effort
    wanted: dict[str, object] = {
        "tools": request.tools or None,
        "tool_choice": request.tool_choice,
        "parallel_tool_calls": request.parallel_tool_calls,
        "response_format": request.response_format,
        "max_tokens": clamp_tokens(request, model),
        "stop": request.stop or None,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "seed": request.seed,
        "presence_penalty": request.presence_penalty,
        "logprobs": request.logprobs,
        "top_logprobs": request.top_logprobs,
        "enable_thinking": None if effort is None else effort != "none",
    }
    return {name: value for name, value in wanted.items() if value is not None}
