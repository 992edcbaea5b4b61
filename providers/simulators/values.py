"""Values that fit a JSON schema, filled from a text where it offers something."""

from __future__ import annotations

import re
from typing import Any

_FORMATS = {
    "date": "2026-03-15",
    "date-time": "2026-03-15T09:30:00Z",
    "time": "09:30:00Z",
    "email": "customer@example.com",
    "uri": "https://example.com/order",
    "url": "https://example.com/order",
    "uuid": "3f2b8c1e-5d47-4a90-8b1a-6c0d9e2f7a11",
    "ipv4": "192.0.2.10",
}
_FINDERS = (
    (r"phone|mobile|tel|电话|手机", r"<PHONE_\d+>|\+?\d[\d -]{7,14}\d"),
    (r"mail|邮箱", r"<EMAIL_\d+>|[\w.+-]+@[\w-]+\.[\w.]+"),
    (r"date|day|when|日期", r"\d{4}-\d{2}-\d{2}"),
    (r"order|number|(^|_)(id|no|code|sku)$|单号|订单", r"<[A-Z_]+_\d+>|[A-Za-z]{0,3}-?\d{3,20}"),
    (
        r"city|location|place|城市|地点",
        r"(?<=\bin )[A-Z][a-z]+(?: [A-Z][a-z]+)?|[\u4e00-\u9fff]{2}(?=市|的?天气)",
    ),
    (r"amount|price|金额", r"\d+(?:\.\d+)?"),
)
_DEEPEST = 24
_ROOMY = 3
"""Deeper than this, what may be left out is left out, so that recursive schemas end."""


def make_value(schema: Any, text: str) -> Any:
    """A value that validates against the schema, with words and numbers of the text in it."""
    root = schema if isinstance(schema, dict) else {}
    return _make(root, text, "", root, 0)


def _make(schema: Any, text: str, name: str, root: dict[str, Any], depth: int) -> Any:
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return None
    schema = _resolve(schema, root)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return _choose(schema["enum"], text)
    for word in ("anyOf", "oneOf"):
        if schema.get(word):
            return _make(_simplest(schema[word], depth), text, name, root, depth + 1)
    return _MAKERS[_type_of(schema)](schema, text, name, root, depth)


def _resolve(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """Follow `$ref` within the document and flatten `allOf`."""
    for _ in range(_DEEPEST):
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            break
        target: Any = root
        for name in reference.lstrip("#/").split("/"):
            target = target.get(name, {}) if name and isinstance(target, dict) else target
        schema = target
    for each in schema.get("allOf", ()):
        part = _resolve(each, root)
        merged = {**part, **{key: value for key, value in schema.items() if key != "allOf"}}
        merged["properties"] = {**part.get("properties", {}), **schema.get("properties", {})}
        merged["required"] = [*part.get("required", []), *schema.get("required", [])]
        schema = merged
    return schema


def _simplest(options: list[Any], depth: int) -> Any:
    """The first option that is not null; deep down, null, so that recursive schemas end."""
    nothing = next((each for each in options if each.get("type") == "null"), None)
    if depth > _ROOMY and nothing is not None:
        return nothing
    return next((each for each in options if each.get("type") != "null"), options[0])


def _type_of(schema: dict[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "null")
    if kind in _MAKERS:
        return str(kind)
    if "properties" in schema or "required" in schema:
        return "object"
    return "array" if "items" in schema else "string"


def _choose(options: list[Any], text: str) -> Any:
    lowered = text.lower()
    named = (each for each in options if isinstance(each, str) and each.lower() in lowered)
    return next(named, options[0])


def _object(schema: dict[str, Any], text: str, name: str, root: dict[str, Any], depth: int) -> Any:
    required = set(schema.get("required", ()))
    made: dict[str, Any] = {}
    for key, each in schema.get("properties", {}).items():
        if key in required or (depth == 0 and _is_plain(each)):
            made[key] = _make(each, text, key, root, depth + 1)
    for key in required - made.keys():
        made[key] = "value"
    return made


def _is_plain(schema: Any) -> bool:
    return isinstance(schema, dict) and "$ref" not in schema and _type_of(schema) != "object"


def _array(schema: dict[str, Any], text: str, name: str, root: dict[str, Any], depth: int) -> Any:
    prefix = [_make(each, text, name, root, depth + 1) for each in schema.get("prefixItems", ())]
    usual = 1 if depth <= _ROOMY else 0
    wanted = min(max(schema.get("minItems", usual), len(prefix)), schema.get("maxItems", 1_000))
    items = schema.get("items", {})
    if items is False:
        return prefix
    more = [_make(items or {"type": "string"}, text, name, root, depth + 1) for _ in range(wanted)]
    return (prefix + more)[:wanted]


def _number(schema: dict[str, Any], text: str, name: str, root: dict[str, Any], depth: int) -> Any:
    found = re.search(r"-?\d+(?:\.\d+)?", text)
    value = float(found.group()) if found else 1.0
    low, high = _bounds(schema)
    value = min(max(value, low), high)
    step = schema.get("multipleOf")
    if step:
        value = -(-low // step) * step if value % step else value
    return value


def _bounds(schema: dict[str, Any]) -> tuple[float, float]:
    low = max(schema.get("minimum", -1e15), schema.get("exclusiveMinimum", -1e15 - 1) + 1)
    high = min(schema.get("maximum", 1e15), schema.get("exclusiveMaximum", 1e15 + 1) - 1)
    return (low, high) if low <= high else ((low + high) / 2, (low + high) / 2)


def _integer(schema: dict[str, Any], text: str, name: str, root: dict[str, Any], depth: int) -> Any:
    whole = re.sub(r"\d+\.\d+", "", text)
    return int(_number({"multipleOf": 1, **schema}, whole, name, root, depth))


def _string(schema: dict[str, Any], text: str, name: str, root: dict[str, Any], depth: int) -> Any:
    made = _FORMATS.get(str(schema.get("format"))) or _find(f"{name} ", schema, text)
    pattern = schema.get("pattern")
    if pattern and not re.search(pattern, made):
        made = next((each for each in _patterned(text) if re.search(pattern, each)), made)
    least, most = schema.get("minLength", 0), schema.get("maxLength", 2_000)
    return (made + "." * max(0, least - len(made)))[:most]


def _find(name: str, schema: dict[str, Any], text: str) -> str:
    """The piece of the text that the property's name asks for; else the text itself."""
    name = name.strip()
    for words, pattern in _FINDERS:
        if re.search(words, name, re.IGNORECASE):
            found = re.search(pattern, text)
            return found.group() if found else "unknown"
    return (text.strip() or str(schema.get("description") or name or "value"))[:200]


def _patterned(text: str) -> list[str]:
    """Candidates for a schema's pattern: pieces of the text first, then a few usual shapes."""
    pieces = re.findall(r"[\w@.+-]+", text)
    usual = ["A", "a", "1", "AB", "12", "ABC", "123", "1234", "12345", "123456", "A1", "AB-12",
             "AB-1234", "A-100", "2026-03-15", "09:30", "+8613800138000", "value", "EUR", "#1a2b3c"]  # fmt: skip
    return pieces + usual + list(_FORMATS.values())


_MAKERS: dict[str, Any] = {
    "object": _object,
    "array": _array,
    "number": _number,
    "integer": _integer,
    "string": _string,
    "boolean": lambda *_: True,
    "null": lambda *_: None,
}
