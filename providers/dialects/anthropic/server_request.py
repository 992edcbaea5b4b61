"""Messages requests read from a client: Anthropic's body as one of our chat requests."""

from __future__ import annotations

import re

import msgspec
from msgspec import UNSET, Raw

from providers.dialects.anthropic.server_turns import message_of_system, messages_of
from providers.dialects.anthropic.server_wire import (
    KNOWN_FIELDS,
    InFormat,
    InTool,
    InToolChoice,
    MessagesBody,
)
from providers.dialects.asked import Asked
from providers.dialects.depth import check_depth
from providers.dialects.errors import DecodeError
from providers.dialects.metadata import PLACE, check_names, name_wrong_entry, read_metadata
from providers.messages import (
    ChatRequest,
    Function,
    JsonSchema,
    Message,
    NamedFunction,
    NamedTool,
    ResponseFormat,
    Tool,
    ToolChoice,
)
from providers.notes import asks_for_nothing

_decode_body = msgspec.json.Decoder(MessagesBody).decode
_decode_fields = msgspec.json.Decoder(dict[str, Raw]).decode
_PLACE = re.compile(r" - at `\$\.?(.*)`$")
_OWN_TOOL = frozenset({None, "custom"})
_NOTHING = frozenset({b"null", b"[]", b"{}"})
# To leave these out would change what the answer can be, so they are refused and not ignored.
_REFUSED = {
    "mcp_servers": "MCP servers are not called by this gateway; call them yourself and send tools.",
    "container": "This gateway runs no containers; leave `container` out.",
}
_BOUNDS: tuple[tuple[str, float, float], ...] = (
    ("max_tokens", 1, 1e9),
    ("temperature", 0, 1),
    ("top_p", 0, 1),
)


def decode_request(body: bytes, *, counts_only: bool = False) -> Asked:
    """A client's Messages body as a request; `counts_only` for one that has no `max_tokens`.

    `thinking` is kept out of the request: what a model thought cannot be signed here, and the
    vendor refuses unsigned thoughts in the next turn. It only says whether thoughts are shown.

    Raises:
        DecodeError: the body is no JSON or nested too deep, a field has a wrong type or value, or
            one is missing.
    """
    check_depth(body)
    try:
        wire = _decode_body(body)
        fields = _decode_fields(body)
    except msgspec.ValidationError as problem:
        raise _wrong_field(str(problem), body) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise DecodeError(f"The body is no valid JSON: {problem}. Send a JSON object.") from None
    if "metadata" in fields:
        check_names(body)
    _check(wire, fields, counts_only)
    thinks = wire.thinking is not None and wire.thinking.type != "disabled"
    ignored = [
        name for name, raw in fields.items() if name not in KNOWN_FIELDS and _says(name, raw)
    ]
    if thinks:
        ignored.append("thinking")
    return Asked(_chat_of(wire), shows_thinking=thinks, ignored=tuple(sorted(ignored)))


def _says(name: str, raw: Raw) -> bool:
    return bytes(raw) not in _NOTHING and not asks_for_nothing(name, raw)


def _wrong_field(problem: str, body: bytes) -> DecodeError:
    place = _PLACE.search(problem)
    if place is None:
        return DecodeError(f"The body is no Messages request: {problem}.")
    if place[1] == PLACE:
        param, mend = name_wrong_entry(body)
        return DecodeError(f"{param}: {mend}.", param=param)
    what = problem[: place.start()].replace("Object missing required field", "Missing field")
    return DecodeError(f"{place[1]}: {what}.", param=place[1])


def _check(wire: MessagesBody, fields: dict[str, Raw], counts_only: bool) -> None:
    if not wire.model:
        raise DecodeError(
            "model: Field required. Send a model's name, a pool's name or `auto`.", param="model"
        )
    if not wire.messages:
        raise DecodeError("messages: at least one message is required.", param="messages")
    if wire.max_tokens is None and not counts_only:
        raise DecodeError("max_tokens: Field required.", param="max_tokens")
    for name, low, high in _BOUNDS:
        value = getattr(wire, name)
        if value is not None and not low <= value <= high:
            raise DecodeError(f"{name}: {value:g} is not within {low:g} to {high:g}.", param=name)
    for name, mend in _REFUSED.items():
        if name in fields and _says(name, fields[name]):
            raise DecodeError(f"{name}: {mend}", param=name)


def _chat_of(wire: MessagesBody) -> ChatRequest:
    metadata = read_metadata(wire.metadata)
    config = wire.output_config
    choice = wire.tool_choice
    return ChatRequest(
        model=wire.model or "",
        messages=_messages(wire),
        stream=bool(wire.stream),
        include_usage=True,
        tools=tuple(_tool(at, tool) for at, tool in enumerate(wire.tools or ())),
        tool_choice=_choice(choice) if choice else None,
        parallel_tool_calls=False if choice and choice.disable_parallel_tool_use else None,
        response_format=_format(config.format) if config and config.format else None,
        reasoning_effort=config.effort if config else None,
        max_tokens=wire.max_tokens,
        stop=wire.stop_sequences or (),
        temperature=wire.temperature,
        top_p=wire.top_p,
        user=metadata.pop("user_id", None),
        metadata=metadata,
    )


def _messages(wire: MessagesBody) -> tuple[Message, ...]:
    found = [message_of_system(wire.system)] if wire.system else []
    for at, message in enumerate(wire.messages or ()):
        found += messages_of(at, message)
    return tuple(found)


def _tool(at: int, tool: InTool) -> Tool:
    if tool.type not in _OWN_TOOL:
        raise DecodeError(
            f"tools.{at}.type: '{tool.type}' is a tool of Anthropic's own, which other vendors do "
            "not have. Offer a tool with an `input_schema` instead.",
            param=f"tools.{at}.type",
        )
    if tool.input_schema is UNSET:
        raise DecodeError(
            f"tools.{at}.input_schema: Field required.", param=f"tools.{at}.input_schema"
        )
    return Tool(Function(tool.name, tool.description, tool.input_schema, tool.strict))


def _choice(choice: InToolChoice) -> ToolChoice:
    if choice.type == "tool":
        if not choice.name:
            raise DecodeError("tool_choice.name: Field required.", param="tool_choice.name")
        return NamedTool(NamedFunction(choice.name))
    if choice.type == "any":
        return "required"
    return choice.type


def _format(wanted: InFormat) -> ResponseFormat:
    return ResponseFormat("json_schema", JsonSchema("answer", wanted.schema, strict=True))
