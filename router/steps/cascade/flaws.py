"""What makes a first answer useless before anybody judges its words: its form, not its sense."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from providers.messages import ChatRequest, NamedTool, ResponseFormat
from router.steps.cascade.answer import First

_REACHED = 0.9
"""Of the caller's `max_tokens`: vendors count the last tokens of an answer differently."""
_NUMBERS = (int, float)
_KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": _NUMBERS,
    "number": _NUMBERS,
    "boolean": (bool,),
    "null": (type(None),),
}


def find_flaw(first: First, request: ChatRequest) -> str | None:
    """Why an answer cannot be given out whatever it says; None for one whose form is right."""
    if first.finish_reason == "content_filter":
        return "it was filtered"
    if first.finish_reason == "length" and not _is_callers_limit(first, request):
        return "it was cut off"
    if first.calls:
        return _wrong_call(first, request)
    if first.refuses:
        return "it refuses"
    if not first.text.strip():
        return "it is empty"
    if request.tools and _must_call(request):
        return "it calls no function, and one was asked for"
    return _wrong_format(first.text, request.response_format)


def _is_callers_limit(first: First, request: ChatRequest) -> bool:
    """Whether the answer is as long as the caller allowed, so that nobody's would be longer."""
    if request.max_tokens is None:
        return False
    return first.tokens is None or first.tokens >= _REACHED * request.max_tokens


def _must_call(request: ChatRequest) -> bool:
    return request.tool_choice == "required" or isinstance(request.tool_choice, NamedTool)


def _wrong_call(first: First, request: ChatRequest) -> str | None:
    choice = request.tool_choice
    if isinstance(choice, NamedTool) and choice.function.name not in first.calls:
        return "it calls another function than the one that was asked for"
    if not set(first.calls) <= {tool.function.name for tool in request.tools}:
        return "it calls a function that is not on offer"
    return None


def _wrong_format(text: str, wanted: ResponseFormat | None) -> str | None:
    if wanted is None or wanted.type == "text":
        return None
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return "it is no valid JSON"
    if wanted.type == "json_object":
        return None if isinstance(value, dict) else "it is no JSON object"
    schema = wanted.json_schema.schema if wanted.json_schema else UNSET
    wrong = (
        None if isinstance(schema, UnsetType) else _misfit(value, msgspec.json.decode(schema), "")
    )
    return wrong and f"it breaks the schema: {wrong}"


def _misfit(value: Any, schema: Any, place: str) -> str | None:
    """Where a value does not fit a JSON schema, by the schema's names alone.

    Types, `enum`, `const`, `required`, closed objects, and what lies in `properties` and `items`
    are looked at; what else a schema can say is taken as kept.
    """
    if not isinstance(schema, dict):
        return None
    where = f"`{place}`" if place else "the answer"
    kinds = schema.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if kinds and not any(_is_of(value, kind) for kind in kinds):
        return f"{where} is no {' or '.join(map(str, kinds))}"
    allowed = [schema["const"]] if "const" in schema else schema.get("enum")
    if isinstance(allowed, list) and value not in allowed:
        return f"{where} is none of the values on offer"
    if isinstance(value, dict):
        return _misfit_object(value, schema, place)
    if isinstance(value, list):
        items = schema.get("items")
        return next((w for each in value if (w := _misfit(each, items, f"{place}[]"))), None)
    return None


def _misfit_object(value: dict[str, Any], schema: dict[str, Any], place: str) -> str | None:
    properties = schema.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    required = schema.get("required")
    for name in required if isinstance(required, list) else ():
        if isinstance(name, str) and name not in value:
            return f"`{_inside(place, name)}` is missing"
    is_closed = schema.get("additionalProperties") is False and "patternProperties" not in schema
    if is_closed and not value.keys() <= properties.keys():
        return f"{f'`{place}`' if place else 'the answer'} has a key that is not in it"
    for name, rule in properties.items():
        if name in value and (wrong := _misfit(value[name], rule, _inside(place, name))):
            return wrong
    return None


def _inside(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _is_of(value: Any, kind: object) -> bool:
    types = _KINDS.get(kind) if isinstance(kind, str) else None
    if types is None:
        return True
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, types)
