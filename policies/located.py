"""Data with the lines it came from, and validation errors told as file, line and mend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from policies.expected import Path
from policies.findings import Finding
from policies.wording import KEY, describe

__all__ = ["Located", "Path", "describe_problems", "find_problems"]


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
    code, message, mend = describe(detail, where, schema)
    return Finding(
        severity="error",
        code=code,
        message=message,
        mend=mend,
        file=located.file,
        line=located.line(where),
    )


def _without_tags(loc: tuple[str | int, ...], data: Any) -> Path:
    """Drop the parts that pydantic adds for branches of a union; they are not in the file."""
    where: list[str | int] = []
    for at, part in enumerate(loc):
        if part == KEY:
            continue
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
