"""Reading `cut@20`, `429=3`, `stall=5@tool` and `cut:5%`."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from providers.simulators.faults.table import FAULTS

_SHAPE = re.compile(r"(?P<name>[\w-]+)(?:=(?P<value>\d+(?:\.\d+)?))?(?:@(?P<at>\w+))?")
SETTINGS = frozenset({"ok", "tokens"})
"""Directives that are no fault: `ok` keeps faults away, `tokens=100` sets the answer's length."""


@dataclass(frozen=True, slots=True)
class Directive:
    """One fault that was asked for. `at` is before, tool, a count of tokens, or None: half way."""

    name: str
    value: float | None = None
    at: str | int | None = None

    def __str__(self) -> str:
        value = "" if self.value is None else f"={self.value:g}"
        return f"{self.name}{value}" + ("" if self.at is None else f"@{self.at}")


@dataclass(frozen=True, slots=True)
class Rate:
    """A fault and the share of requests that it hits, 0 to 1."""

    directive: Directive
    share: float


def read_directive(text: str) -> Directive:
    """The directive that a text such as `cut@20` stands for.

    Raises:
        ValueError: says what is wrong and what is near it.
    """
    match = _SHAPE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no fault; write NAME, NAME=NUMBER or NAME@POSITION.")
    name, value, at = match["name"], match["value"], match["at"]
    if name not in FAULTS and name not in SETTINGS:
        near = difflib.get_close_matches(name, FAULTS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "`--list-faults` names them all."
        raise ValueError(f"There is no fault {name!r}; {hint}")
    return Directive(name, None if value is None else float(value), _read_position(at, text))


def _read_position(at: str | None, text: str) -> str | int | None:
    if at is None or at in ("before", "tool"):
        return at
    if at == "after":
        return 1
    if at.isdigit():
        return int(at)
    raise ValueError(f"{text!r}: the position is `before`, `after`, `tool` or a count of tokens.")


def read_rate(text: str) -> Rate:
    """The rate that a text such as `cut@20:5%` or `429=2:0.1` stands for.

    Raises:
        ValueError: no share, or one outside 0 to 100 %.
    """
    what, colon, share = text.rpartition(":")
    number = share.removesuffix("%")
    if not colon or not re.fullmatch(r"\d+(\.\d+)?", number):
        raise ValueError(f"{text!r} lacks a share; write for instance {share or 'cut'}:5%.")
    part = float(number) / (100 if share.endswith("%") else 1)
    if part > 1:
        raise ValueError(f"{text!r}: a share is at most 100% (or 1).")
    return Rate(read_directive(what), part)
