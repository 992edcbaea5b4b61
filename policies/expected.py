"""What a schema expects at a place of a file, in plain words and by an example."""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from policies.ranges import ANY_NUMBER, Range

Path = tuple[str | int, ...]
NUMBERS = (int, float, Decimal)
_WHOLE: Mapping[str, str] = {
    "aliases": "{gpt-4: strong}",
    "all": "[{intent: refund}, {tier: vip}]",
    "any": "[{intent: refund}, {tier: vip}]",
    "arms": "{new: {share: 10%, use: strong}, today: {share: rest}}",
    "caller": "{tier: vip}",
    "cel": "tokens > 1000 && turns > 2",
    "expect": "[{signals: {intent: refund}, pool: strong}]",
    "goes_to": "gpt-6-sol",
    "headers": "{x-team: support}",
    "intent": "[refund, complaint]",
    "intents": "[refund, complaint]",
    "judge": "{check: cheap}",
    "metadata": "{app: web}",
    "model_fallbacks": "{gpt-6-sol: [claude-opus-5-5]}",
    "modality": "image",
    "needs": "[tools, vision]",
    "not": "{tier: vip}",
    "pii": "[id_card, bank_card]",
    "pools": "{strong: {models: [gpt-6-sol, claude-opus-5-5]}}",
    "region": "eu",
    "share": "25%",
    "signals": "{intent: refund}",
    "slots": "order_number",
    "splits": "{trial: {pool: strong, arms: {new: {share: 10%, use: cheap}, today: {share: rest}}}}",
    "time": "09:00-18:00",
    "traffic": "40%",
    "user": "vip-*",
    "weekday": "mon-fri",
    "weights": "{gpt-6-sol: 2}",
    "when": "{intent: refund}",
    "zone": "Asia/Shanghai",
}
"""Whole values for keys whose type alone says too little."""
_NAMES: Mapping[str, str] = {
    "abilities": "tools",
    "api_key": "${OPENAI_API_KEY}",
    "at": "2026-11-21T03:00+08:00",
    "base_url": "https://api.example.com/v1",
    "check": "cheap",
    "emotion": "negative",
    "escalate": "strong",
    "fallbacks": "strong",
    "folder": "models",
    "host": "127.0.0.1",
    "intent_group": "complaint",
    "kind": "openai",
    "language": "zh",
    "models": "gpt-6-sol",
    "model": "gpt-6-sol",
    "name": "my-name",
    "of": "strong",
    "path": "data/pointsman.sqlite3",
    "policy": "customer-service",
    "pool": "strong",
    "prompt": "customer-service",
    "provider": "openai",
    "providers": "openai",
    "redis_url": "redis://127.0.0.1:6379",
    "rule": "my-rule",
    "rules": "my-rule",
    "say": "where is my parcel?",
    "sha256": "64 digits of 0-9 and a-f",
    "tier": "vip",
    "unavailable": "gpt-6-sol",
    "use": "strong",
    "weights": "data/heads",
    "with": "cheap",
}


@dataclass(frozen=True, slots=True)
class Expected:
    """A type and the limits on it, without what only says that it may be left out."""

    kind: Any
    limits: tuple[Any, ...] = ()
    is_required: bool = False

    @property
    def origin(self) -> Any:
        """list, dict, tuple, Literal, or the type itself."""
        return typing.get_origin(self.kind) or self.kind

    @property
    def model(self) -> type[BaseModel] | None:
        """The schema of the group of keys that is expected here, if one is."""
        is_model = isinstance(self.kind, type) and issubclass(self.kind, BaseModel)
        return self.kind if is_model else None

    @property
    def entry(self) -> Expected | None:
        """What every entry of a list, or every value behind a name of one's own, is to be."""
        inner = typing.get_args(self.kind)
        if not inner or self.origin not in (dict, list, tuple):
            return None
        return _plain(inner[1] if self.origin is dict else inner[0])

    def limit(self, *names: str) -> Any:
        """The first of these limits that is set (`ge`, `le`, ...); None without."""
        found = (getattr(each, name, None) for each in self.limits for name in names)
        return next((each for each in found if each is not None), None)


def expect_at(schema: type[BaseModel], where: Path) -> Expected | None:
    """Give what is expected at a place; None where the schema knows no such place."""
    found: Expected | None = Expected(schema)
    for part in where:
        found = None if found is None else _inside(found, part)
    return found


def keys_at(schema: type[BaseModel], where: Path) -> list[str]:
    """Give the keys that may stand at a place; none where names of one's own may."""
    found = expect_at(schema, where)
    model = None if found is None else found.model
    return [] if model is None else [info.alias or key for key, info in model.model_fields.items()]


def _inside(found: Expected, part: str | int) -> Expected | None:
    if found.model is not None:
        for key, info in found.model.model_fields.items():
            if part in (key, info.alias):
                return _of_field(info)
        return None
    return found.entry


def _of_field(info: FieldInfo) -> Expected:
    plain = _plain(info.annotation)
    return Expected(plain.kind, (*info.metadata, *plain.limits), info.is_required())


def _plain(annotation: Any) -> Expected:
    limits: tuple[Any, ...] = ()
    while True:
        if isinstance(annotation, FieldInfo):
            annotation, limits = annotation.annotation, (*limits, *annotation.metadata)
        elif typing.get_origin(annotation) is Annotated:
            annotation, *more = typing.get_args(annotation)
            limits = (*limits, *_flatten(more))
        elif typing.get_origin(annotation) in (typing.Union, types.UnionType):
            some = [each for each in typing.get_args(annotation) if each is not type(None)]
            annotation = some[0]
        else:
            return Expected(annotation, limits)


def _flatten(limits: list[Any]) -> Iterator[Any]:
    for each in limits:
        yield from each.metadata if isinstance(each, FieldInfo) else (each,)


def in_words(expected: Expected) -> str:
    """Give what is expected: `a list`, `a number from 0 to 1`."""
    if expected.model is not None:
        return "a group of keys"
    if expected.kind in NUMBERS:
        return _number(expected)
    if expected.origin is Literal:
        return f"one of {', '.join(map(str, typing.get_args(expected.kind)))}"
    words = {
        bool: "true or false",
        dict: "names with a value each",
        list: "a list",
        tuple: "a word or a list of words",
        Range: "a number or a range of numbers",
    }
    return words.get(expected.origin, "text")


def _number(expected: Expected) -> str:
    kind = "a whole number" if expected.kind is int else "a number"
    least, above = expected.limit("ge"), expected.limit("gt")
    most = expected.limit("le", "lt")
    if least is not None and most is not None:
        return f"{kind} from {least:.15g} to {most:.15g}"
    parts = [f"of {least:.15g} or more"] if least is not None else []
    parts += [f"above {above:.15g}"] if above is not None else []
    parts += [f"at most {most:.15g}"] if most is not None else []
    return " ".join((kind, " and ".join(parts))) if parts else kind


def example(expected: Expected, key: str) -> str:
    """Give a value that could stand behind `key`."""
    whole = _WHOLE.get(key, "")
    if whole and _fits(whole, expected):
        return whole
    if expected.model is not None:
        return _group(expected.model)
    if expected.origin is dict and expected.entry is not None:
        return f"{{{_NAMES.get(key, 'my-name')}: {example(expected.entry, '')}}}"
    if expected.origin is list and expected.entry is not None:
        return f"[{example(expected.entry, key)}]"
    if expected.origin is Literal:
        return str(typing.get_args(expected.kind)[0])
    if expected.kind is bool:
        return "true"
    if expected.kind is Range:
        return str((expected.limit("domain") or ANY_NUMBER).examples[0])
    return _figure(expected) if expected.kind in NUMBERS else _NAMES.get(key, "some-text")


def _fits(whole: str, expected: Expected) -> bool:
    if whole.startswith("{"):
        return expected.model is not None or expected.origin is dict
    if whole.startswith("["):
        return expected.origin in (list, tuple)
    return expected.kind in (str, Decimal) or expected.origin is tuple


def _group(model: type[BaseModel]) -> str:
    fields = {info.alias or key: info for key, info in model.model_fields.items()}
    needed = [key for key, info in fields.items() if info.is_required()]
    extra = model.model_config.get("json_schema_extra")
    least = extra.get("minProperties") if isinstance(extra, dict) else None
    missing = (least if isinstance(least, int) else 1) - len(needed)
    needed += [key for key in fields if key not in needed][: max(0, missing)]
    return f"{{{', '.join(f'{key}: {example(_of_field(fields[key]), key)}' for key in needed)}}}"


def _figure(expected: Expected) -> str:
    least = expected.limit("ge", "gt") or 0
    most = expected.limit("le", "lt") or math.inf
    if most <= 1:
        return "0.6"
    return f"{max(least, min(10, most)):.15g}"
