"""Conditions put together to one Python function: asked for every request, they cost a call in all.

What it does is what the conditions' own `holds` do one by one, in the same order. Words and numbers of a
policy are handed over as values and never become part of the code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Protocol

from policies.facts import Facts

_ROOTS = {"signals": "s", "caller": "c", "around": "a"}
_DEEPEST = 12
"""Below that many conditions in conditions, each asks its own parts: Python's parser has its limits too."""


class Writes(Protocol):
    """A condition, as far as it is written here."""

    def holds(self, facts: Facts) -> bool:
        """Whether the answer is yes."""
        ...

    def write(self, names: Names) -> str:
        """The same question as a Python expression."""
        ...


class Names:
    """Values by the names that expressions know them by."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._depth = 0

    def bind(self, value: Any) -> str:
        """A name for a value."""
        name = f"k{len(self.values)}"
        self.values[name] = value
        return name

    def write(self, condition: Writes) -> str:
        """An expression in brackets that is true where the condition holds."""
        if self._depth >= _DEEPEST:
            return self.ask(condition)
        self._depth += 1
        written = condition.write(self)
        self._depth -= 1
        return f"({written})"

    def ask(self, condition: Writes) -> str:
        """An expression that asks the condition itself."""
        return f"{self.bind(condition.holds)}(facts)"

    def read(self, get: Callable[[Facts], Any]) -> str:
        """An expression for what a reader reads: attributes by their path, whatever else by a call."""
        if isinstance(get, attrgetter):
            root, *path = get.__reduce__()[1][0].split(".")
            return ".".join((_ROOTS[root], *path))
        return f"{self.bind(get)}(facts)"


def compile_first(conditions: Sequence[Writes]) -> Callable[[Facts], int]:
    """A function that gives the place of the first condition that holds, or of the last one."""
    names = Names()
    lines = [f"if {names.write(each)}: return {at}" for at, each in enumerate(conditions[:-1])]
    return _compile([*lines, f"return {len(conditions) - 1}"], names)


def compile_all(conditions: Sequence[Writes]) -> Callable[[Facts], list[int]]:
    """A function that gives the places of all conditions that hold."""
    names = Names()
    lines = [f"if {names.write(each)}: found.append({at})" for at, each in enumerate(conditions)]
    return _compile(["found = []", *lines, "return found"], names)


def _compile(lines: Sequence[str], names: Names) -> Callable[[Facts], Any]:
    opening = "s, c, a = facts.signals, facts.caller, facts.around"
    body = "\n    ".join(["def ask(facts):", opening, *lines])
    scope = dict(names.values)
    exec(compile(body, "<policy>", "exec"), scope)
    asked: Callable[[Facts], Any] = scope["ask"]
    return asked
