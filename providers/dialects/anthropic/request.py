"""Chat requests as Anthropic's Messages API takes them."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw

from providers.base import Model
from providers.demands import check_demands, find_demands
from providers.dialects.anthropic.blocks import Block, system_of, turns_of, without_open_end
from providers.dialects.anthropic.refusals import refusals_of
from providers.dialects.lengths import clamp_tokens
from providers.messages import ChatRequest, NamedTool, ResponseFormat, Tool
from providers.notes import note_dropped

# What this API has no field for. Their absence changes how an answer is drawn, not what it is.
_UNKNOWN = ("seed", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs")
# Fields of the body beyond OpenAI's that this API knows.
_EXTRA = frozenset(
    {
        "top_k",
        "thinking",
        "container",
        "context_management",
        "inference_geo",
        "mcp_servers",
        "speed",
    }
)
_OURS = frozenset({"metadata"})
_EFFORTS = {"minimal": "low"}
_JSON_ONLY = "Answer with one JSON object and nothing else: no words around it, no code fence."
_encode = msgspec.json.Encoder().encode


def encode_request(
    request: ChatRequest, model: Model, *, stream: bool, prefix: str | None = None
) -> bytes:
    """The request as JSON. What the model refuses is left out, and said so in the log.

    Raises:
        UnsupportedError: the request needs what this vendor or model cannot do.
    """
    _check(request, model)
    body: dict[str, Any] = {
        "model": model.wire_name,
        # Required by this API.
        "max_tokens": clamp_tokens(request, model) or model.max_output_tokens,
        "messages": _turns(request, prefix),
    }
    if stream:
        body["stream"] = True
    _add_system(body, request)
    _add_tools(body, request, model)
    _add_sampling(body, request, model)
    _add_output(body, request, model)
    if request.user is not None:
        body["metadata"] = {"user_id": request.user}
    _add_extra(body, request, model)
    return _encode(body)


def _check(request: ChatRequest, model: Model) -> None:
    check_demands(find_demands(request), refusals_of(model))
    for name in _UNKNOWN:
        if (value := getattr(request, name)) is not None:
            note_dropped(model, name, value)


def _turns(request: ChatRequest, prefix: str | None) -> list[dict[str, Any]]:
    turns = without_open_end(turns_of(request.messages))
    if not turns:
        # Nothing but instructions: this API wants a user's turn, so they are the user's.
        turns = [{"role": "user", "content": system_of(request.messages)}]
    if prefix is not None and (begun := prefix.rstrip()):
        # An answer that is begun with a space at its end is refused with 400.
        turns.append({"role": "assistant", "content": begun})
    return turns


def _add_system(body: dict[str, Any], request: ChatRequest) -> None:
    blocks = system_of(request.messages)
    if request.response_format is not None and request.response_format.type == "json_object":
        blocks.append({"type": "text", "text": _JSON_ONLY})
    if any("cache_control" in block for block in blocks):
        body["system"] = blocks
    elif blocks:
        body["system"] = "\n\n".join(block["text"] for block in blocks)


def _add_tools(body: dict[str, Any], request: ChatRequest, model: Model) -> None:
    if not request.tools:
        return
    body["tools"] = [_tool(tool, model) for tool in request.tools]
    choice = _tool_choice(request)
    if choice is not None:
        body["tool_choice"] = choice


def _tool(tool: Tool, model: Model) -> Block:
    function = tool.function
    schema = function.parameters
    wire: Block = {
        "name": function.name,
        "input_schema": schema if isinstance(schema, Raw) else {"type": "object"},
    }
    if function.description is not None:
        wire["description"] = function.description
    if function.strict and "json_schema" in model.abilities:
        wire["strict"] = True
    return wire


def _tool_choice(request: ChatRequest) -> Block | None:
    choice = request.tool_choice
    if isinstance(choice, NamedTool):
        wire: Block = {"type": "tool", "name": choice.function.name}
    elif choice == "none":
        return {"type": "none"}
    elif choice == "required":
        wire = {"type": "any"}
    elif choice == "auto" or request.parallel_tool_calls is False:
        wire = {"type": "auto"}
    else:
        return None
    if request.parallel_tool_calls is False:
        wire["disable_parallel_tool_use"] = True
    return wire


def _add_sampling(body: dict[str, Any], request: ChatRequest, model: Model) -> None:
    wished = {"temperature": request.temperature, "top_p": request.top_p}
    for name, value in wished.items():
        if value is not None and name in model.drops:
            note_dropped(model, name, value)
        elif value is not None:
            # Its scale ends at 1 where OpenAI's ends at 2.
            body[name] = min(value, 1.0)
    if "temperature" in body and "top_p" in body:
        # The two together are refused by current models.
        note_dropped(model, "top_p", body.pop("top_p"))
    stops = [stop for stop in request.stop if stop.strip()]
    if stops:
        body["stop_sequences"] = stops
    if len(stops) < len(request.stop):
        note_dropped(model, "stop", request.stop)


def _add_output(body: dict[str, Any], request: ChatRequest, model: Model) -> None:
    config: Block = {}
    schema = _schema_of(request.response_format)
    if schema is not None:
        config["format"] = {"type": "json_schema", "schema": schema}
    effort = request.reasoning_effort
    if effort is not None and "reasoning_effort" in model.drops:
        note_dropped(model, "reasoning_effort", effort)
    elif effort not in (None, "none"):
        config["effort"] = _EFFORTS.get(effort or "", effort)
    if config:
        body["output_config"] = config


def _schema_of(wanted: ResponseFormat | None) -> Raw | None:
    if wanted is None or wanted.type != "json_schema" or wanted.json_schema is None:
        return None
    schema = wanted.json_schema.schema
    return schema if isinstance(schema, Raw) else None


def _add_extra(body: dict[str, Any], request: ChatRequest, model: Model) -> None:
    for name, raw in request.extra.items():
        if name in _EXTRA and name not in model.drops:
            body[name] = raw
        elif name not in _OURS:
            note_dropped(model, name, raw)
