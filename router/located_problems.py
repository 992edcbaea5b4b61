"""Problems of a configuration that show only when its parts are put together, with the lines they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from policies.errors import PolicyFileError
from policies.loader import Located, read_yaml


def locate_problems(problems: Sequence[str], path: Path | None) -> list[str]:
    """Give the problems, those that begin with a place such as `models.mine.region:` with file and line.

    Problems that have a line already, and those of no place in the file, stay as they are.
    """
    if path is None:
        return list(problems)
    try:
        located = read_yaml(path)
    except PolicyFileError:
        return list(problems)
    return [_locate(problem, located) for problem in problems]


def _locate(problem: str, located: Located) -> str:
    where = max(_places(problem, located.data, (), ""), key=len, default=())
    if not where:
        return problem
    return f"{located.file}:{located.line(where)}: error: {problem}"


def _places(
    problem: str, data: Any, where: tuple[str | int, ...], written: str
) -> Iterator[tuple[str | int, ...]]:
    """Every place of the file that a problem begins with; names may hold dots themselves."""
    entries: list[tuple[str | int, str, Any]] = []
    if isinstance(data, Mapping):
        entries = [(key, f"{written}.{key}" if written else str(key), data[key]) for key in data]
    elif isinstance(data, list):
        entries = [(at, f"{written}[{at}]", each) for at, each in enumerate(data)]
        if written == "keys":  # told by their names
            entries += [
                (at, f"keys: '{each['name']}'", each)
                for at, each in enumerate(data)
                if isinstance(each, Mapping) and "name" in each
            ]
    for part, name, value in entries:
        if problem.startswith((f"{name}.", f"{name}:", f"{name}[", f"{name} ")):
            yield (*where, part)
            yield from _places(problem, value, (*where, part), name)
