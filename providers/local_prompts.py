"""From a chat request to what a local engine is asked: the prompt, the sampling, the shape."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from msgspec import UNSET, Raw

from local_models import grammars
from local_models.chat_template import neutralize, render, takes_tools, thinks
from local_models.engine import Engine, Sampling
from providers.demands import check_demands, find_demands
from providers.errors import RefusedError, UnsupportedError
from providers.local_refusals import REFUSALS
from providers.messages import ChatRequest, Message, NamedTool, Tool, text_of

_ROLES = {"developer": "system", "function": "tool"}
_KNOBS = ("top_k", "min_p", "repeat_penalty")
"""Sampling beyond OpenAI's fields."""
_NO_THINKING = (None, "none", "minimal")
CHATML = (
    "{%- for message in messages %}"
    "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
    "{%- endfor %}{{- '<|im_start|>assistant\\n' }}"
)
"""For files that carry no template."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that the engine needs."""

    engine: Engine
    prompt: str
    sampling: Sampling
    max_tokens: int | None
    stop: tuple[str, ...]
    has_marks: bool
    """The answer may hold thinking or calls, set apart by marks."""


def prepare(
    engine: Engine,
    request: ChatRequest,
    *,
    prefix: str | None,
    defaults: Sampling,
    template: str | None = None,
) -> Prepared:
    """Lay the request out for this engine.

    Raises:
        UnsupportedError: the model cannot do what the request needs.
        RefusedError: a part of the request makes no sense.
    """
    template = template or engine.chat_template or CHATML
    _check(request, template)
    tools = () if request.tool_choice == "none" else request.tools
    grammar = _grammar(engine, request, tools)
    thinking = thinks(template) and request.reasoning_effort not in _NO_THINKING and not grammar
    prompt = render(
        template,
        [_written(message, engine.control_texts) for message in request.messages],
        tools=[_tool(tool) for tool in tools],
        **({"enable_thinking": thinking} if thinks(template) else {}),
    )
    if prefix is not None:
        prompt += neutralize(prefix, engine.control_texts)
    return Prepared(
        engine=engine,
        prompt=prompt,
        sampling=replace(_sampling(request, defaults), grammar=grammar),
        max_tokens=request.max_tokens,
        stop=request.stop,
        has_marks=bool(tools) or thinking,
    )


def _check(request: ChatRequest, template: str) -> None:
    check_demands(find_demands(request), REFUSALS)
    # Only the loaded file has its template; the card is believed before.
    if request.tools and request.tool_choice != "none" and not takes_tools(template):
        raise UnsupportedError("This local model cannot call tools.", param="tools")


def _written(message: Message, control_texts: Sequence[str]) -> dict[str, Any]:
    """A message as templates know it, with no control token of the model in it."""
    content = text_of(message) or message.refusal or ""
    written: dict[str, Any] = {
        "role": _ROLES.get(message.role, message.role),
        "content": neutralize(content, control_texts),
    }
    if message.name:
        written["name"] = neutralize(message.name, control_texts)
    if message.tool_calls:
        written["tool_calls"] = [
            {
                "type": "function",
                "function": {
                    "name": neutralize(call.function.name, control_texts),
                    "arguments": _arguments(neutralize(call.function.arguments, control_texts)),
                },
            }
            for call in message.tool_calls
        ]
    return written


def _arguments(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _tool(tool: Tool) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.function.name}
    if tool.function.description:
        function["description"] = tool.function.description
    function["parameters"] = _schema(tool.function.parameters)
    return {"type": "function", "function": function}


def _schema(raw: Raw | Any, param: str = "tools") -> Any:
    if raw is UNSET:
        return {"type": "object"}
    try:
        return json.loads(bytes(raw))
    except ValueError as error:
        raise RefusedError(f"A schema is not JSON: {error}", status=400, param=param) from error


def _grammar(engine: Engine, request: ChatRequest, tools: Sequence[Tool]) -> str | None:
    """What holds the answer to its shape: a forced call, or the response format."""
    chosen = _forced(request, tools)
    if chosen:
        return grammars.tool_call(
            [(tool.function.name, _schema(tool.function.parameters)) for tool in chosen]
        )
    form = request.response_format
    if form is None or form.type == "text":
        return None
    if form.json_schema is None:
        return engine.grammar_for({"type": "object"})
    return engine.grammar_for(_schema(form.json_schema.schema, "response_format"))


def _forced(request: ChatRequest, tools: Sequence[Tool]) -> list[Tool]:
    if request.tool_choice == "required":
        return list(tools)
    if not isinstance(request.tool_choice, NamedTool):
        return []
    wanted = request.tool_choice.function.name
    chosen = [tool for tool in tools if tool.function.name == wanted]
    if not chosen:
        raise RefusedError(
            f"tool_choice names {wanted!r}, which is not among the tools.",
            status=400,
            param="tool_choice",
        )
    return chosen


def _sampling(request: ChatRequest, defaults: Sampling) -> Sampling:
    """The model's own defaults, with what the request says laid over them."""
    said: dict[str, Any] = {
        "temperature": request.temperature,
        "top_p": request.top_p,
        "seed": request.seed,
        "presence_penalty": request.presence_penalty,
        "frequency_penalty": request.frequency_penalty,
    }
    for name in _KNOBS:
        if name in request.extra:
            said[name] = _number(name, request.extra[name])
    return replace(defaults, **{name: value for name, value in said.items() if value is not None})


def list_unread(request: ChatRequest) -> dict[str, object]:
    """The fields that a model in this process has no use for, with what they say."""
    unread: dict[str, object] = {
        name: raw for name, raw in request.extra.items() if name not in _KNOBS
    }
    return {**unread, "top_logprobs": request.top_logprobs}


def _number(name: str, raw: Raw) -> float | int:
    value = json.loads(bytes(raw))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RefusedError(f"{name} must be a number, not {value!r}.", status=400, param=name)
    return int(value) if name == "top_k" else float(value)
