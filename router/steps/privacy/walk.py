"""Every text of a request that leaves the house, in one place.

`rewrite` applies a `Pen` to all of them and gives the same request back when nothing changed.
Images, sound, films and documents are left alone, and so are ids, model and function names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import is_
from typing import Any, Protocol, TypeVar

import msgspec
from msgspec import UNSET, Raw, UnsetType
from msgspec.structs import replace

from providers.messages import (
    ChatRequest,
    Function,
    JsonSchema,
    Message,
    Part,
    RefusalPart,
    ResponseFormat,
    TextPart,
    Tool,
    ToolCall,
)

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)


class Pen(Protocol):
    """What is done to a text. Each gives the same object back when it changes nothing."""

    def turn(self, message: Message | None) -> None:
        """Hear whose texts come next; None: those behind the messages."""
        ...

    def text(self, text: str) -> str:
        """Running text, or JSON in a text."""
        ...

    def raw(self, text: str) -> str:
        """A JSON text that must stay valid."""
        ...

    def tag(self, text: str, *, is_person: bool) -> str:
        """A short field in which vendors allow no brackets or spaces."""
        ...


def rewrite(request: ChatRequest, pen: Pen) -> ChatRequest:
    """The request with the pen applied to all of its texts."""
    messages = _each(request.messages, lambda message: _message(message, pen))
    if not _says_more(request):
        # Most requests are messages and nothing else.
        return request if messages is request.messages else replace(request, messages=messages)
    pen.turn(None)
    return _with(
        request,
        messages=messages,
        tools=_each(request.tools, lambda tool: _tool(tool, pen)),
        response_format=_response_format(request.response_format, pen),
        stop=_each(request.stop, pen.text),
        user=pen.tag(request.user, is_person=False) if request.user else request.user,
        metadata=_mapping(request.metadata, pen.text),
        extra=_mapping(request.extra, lambda raw: _raw(raw, pen)),
    )


def _says_more(request: ChatRequest) -> bool:
    return bool(
        request.tools
        or request.response_format
        or request.stop
        or request.user
        or request.metadata
        or request.extra
    )


def _message(message: Message, pen: Pen) -> Message:
    pen.turn(message)
    content = message.content
    if type(content) is str and not (
        message.name or message.tool_calls or message.refusal or message.reasoning_content
    ):
        text = pen.text(content) if content else content
        return message if text is content else replace(message, content=text)
    is_person = message.role == "user"
    named = message.name if message.role in ("user", "assistant", "system", "developer") else None
    return _with(
        message,
        content=_content(content, pen),
        name=pen.tag(named, is_person=is_person) if named else message.name,
        tool_calls=_each(message.tool_calls, lambda call: _tool_call(call, pen)),
        refusal=_text(message.refusal, pen),
        reasoning_content=_text(message.reasoning_content, pen),
    )


def _content(content: str | tuple[Part, ...] | None, pen: Pen) -> str | tuple[Part, ...] | None:
    if content is None or isinstance(content, str):
        return _text(content, pen)
    return _each(content, lambda part: _part(part, pen))


def _part(part: Part, pen: Pen) -> Part:
    if isinstance(part, TextPart):
        return _with(part, text=pen.text(part.text))
    if isinstance(part, RefusalPart):
        return _with(part, refusal=pen.text(part.refusal))
    return part


def _tool_call(call: ToolCall, pen: Pen) -> ToolCall:
    function = _with(call.function, arguments=pen.raw(call.function.arguments))
    return _with(call, function=function)


def _tool(tool: Tool, pen: Pen) -> Tool:
    function: Function = tool.function
    changed = _with(
        function,
        description=_text(function.description, pen),
        parameters=_raw_or_unset(function.parameters, pen),
    )
    return _with(tool, function=changed)


def _response_format(wanted: ResponseFormat | None, pen: Pen) -> ResponseFormat | None:
    if wanted is None or wanted.json_schema is None:
        return wanted
    schema: JsonSchema = wanted.json_schema
    changed = _with(
        schema,
        description=_text(schema.description, pen),
        schema=_raw_or_unset(schema.schema, pen),
    )
    return _with(wanted, json_schema=changed)


def _text(text: str | None, pen: Pen) -> str | None:
    return pen.text(text) if text else text


def _raw_or_unset(raw: Raw | UnsetType, pen: Pen) -> Raw | UnsetType:
    return UNSET if isinstance(raw, UnsetType) else _raw(raw, pen)


def _raw(raw: Raw, pen: Pen) -> Raw:
    text = bytes(raw).decode("utf-8")
    changed = pen.raw(text)
    return raw if changed is text or changed == text else Raw(changed.encode("utf-8"))


def _each(items: tuple[T, ...], change: Callable[[T], T]) -> tuple[T, ...]:
    """The same tuple when no item changed."""
    if not items:
        return items
    changed = tuple(map(change, items))
    return items if all(map(is_, items, changed)) else changed


def _mapping(items: Mapping[str, T], change: Callable[[T], T]) -> Mapping[str, T]:
    if not items:
        return items
    changed = {name: change(value) for name, value in items.items()}
    return items if all(map(is_, items.values(), changed.values())) else changed


def _with(struct: S, **fields: Any) -> S:
    """The same struct when no field changed, else a copy with the new ones."""
    new = {name: value for name, value in fields.items() if value is not getattr(struct, name)}
    return replace(struct, **new) if new else struct
