"""Data with the lines it came from, and validation errors told as file, line and mend."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from policies.findings import Finding, did_you_mean

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Located:
    """What a YAML file says, and on which line it says each thing."""

    data: Any
    lines: Mapping[Path, int] = field(default_factory=dict)
    file: str = ""

    def line(self, where: Path) -> int:
        """Give the line of the nearest thing above that the file really has; 0 without lines."""
        for end in range(len(where), -1, -1):
            if where[:end] in self.lines:
                return self.lines[where[:end]]
        return 0

    def place(self, where: Path) -> str:
        """Give `file:line (a.b.c)` for messages."""
        dotted = ".".join(str(part) for part in where)
        return f"{self.file}:{self.line(where)}" + (f" ({dotted})" if dotted else "")


def find_problems(
    error: ValidationError, located: Located, schema: type[BaseModel]
) -> list[Finding]:
    """Turn what pydantic found into findings with a line and a mend, in the file's order."""
    found = [_finding(each, located, schema) for each in error.errors(include_url=False)]
    return sorted(dict.fromkeys(found), key=lambda finding: finding.line)


def describe_problems(
    error: ValidationError, located: Located, schema: type[BaseModel]
) -> list[str]:
    """Give the same problems as lines of text."""
    return [str(finding) for finding in find_problems(error, located, schema)]


def _finding(detail: ErrorDetails, located: Located, schema: type[BaseModel]) -> Finding:
    where = _without_tags(detail["loc"], located.data)
    dotted = ".".join(str(part) for part in where) or "the file"
    code, message, mend = _words(detail, where, dotted, schema)
    return Finding(
        severity="error",
        code=code,
        message=message,
        mend=mend,
        file=located.file,
        line=located.line(where),
    )


def _words(
    detail: ErrorDetails, where: Path, dotted: str, schema: type[BaseModel]
) -> tuple[str, str, str]:
    if detail["type"] == "extra_forbidden":
        parent = ".".join(str(part) for part in where[:-1])
        inside = f" in '{parent}'" if parent else ""
        known = _keys_at(schema, where[:-1])
        return (
            "unknown-key",
            f"unknown key '{where[-1]}'{inside}.",
            did_you_mean(str(where[-1]), known),
        )
    if detail["type"] == "missing":
        return "missing-key", f"'{dotted}' is missing.", "Add it."
    if detail["type"] == "literal_error":
        allowed = str(detail.get("ctx", {}).get("expected", ""))
        names = allowed.replace("'", "").replace(" or ", ", ").split(", ")
        return (
            "bad-value",
            f"'{dotted}' cannot be {detail['input']!r}.",
            did_you_mean(str(detail["input"]), names),
        )
    said = detail["msg"].removeprefix("Value error, ").rstrip(".")
    shown = detail["input"] if isinstance(detail["input"], str | int | float) else None
    value = f" (it is {shown!r})" if shown is not None and str(shown) not in said else ""
    whole = f"'{dotted}': {said}{value}"
    plain = "Write it plainly, without quotes or a unit."
    mend = plain if detail["type"] in ("float_type", "int_type") else ""
    return "bad-value", whole if whole.endswith("?") else f"{whole}.", mend


def _without_tags(loc: tuple[str | int, ...], data: Any) -> Path:
    """Drop the parts that pydantic adds for branches of a union; they are not in the file."""
    where: list[str | int] = []
    for at, part in enumerate(loc):
        if isinstance(data, dict):
            is_last = at == len(loc) - 1
            if part not in data and not is_last:
                continue
            where.append(part)
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int):
            where.append(part)
            data = data[part] if part < len(data) else None
    return tuple(where)


def _keys_at(schema: type[BaseModel], where: Path) -> list[str]:
    models: list[type[BaseModel]] = [schema]
    for part in where:
        models = [found for model in models for found in _step(model, part)]
    return [field_.alias or name for model in models for name, field_ in model.model_fields.items()]


def _step(model: type[BaseModel], part: str | int) -> list[type[BaseModel]]:
    """Give the models that may stand at `part`; an index or a mapping's own key stays put."""
    for name, info in model.model_fields.items():
        if part in (name, info.alias):
            return _models_in(info.annotation)
    return [model]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if isinstance(annotation, typing.ForwardRef | types.NoneType):
        return []
    return [found for each in typing.get_args(annotation) for found in _models_in(each)]
