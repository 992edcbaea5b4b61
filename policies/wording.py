"""What pydantic found wrong, said in plain words: what is expected there, and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from policies.expected import NUMBERS, Expected, Path, example, expect_at, in_words, keys_at
from policies.findings import did_you_mean
from policies.widths import mend_wide

KEY = "[key]"
"""What pydantic writes for a problem with a name itself, and not with what stands behind it."""
_SHOWN = 60
_DEEP = 12
_NAME = "of letters, digits and . _ / : @ -, beginning with a letter or digit, 100 at most"
_UNFIT = re.compile(r"[^\w./:@-]+")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_LEADING = re.compile(r"\s*([-+]?\d+(?:\.\d+)?)\s*(%?)")
_HAS_A_MEND = re.compile(
    r"\. (?=(?:Did|Known|Write|Add|Leave|Swap|Change|Quote|Remove|Put|There)\b)"
)


class _Problem(NamedTuple):
    detail: ErrorDetails
    where: Path
    schema: type[BaseModel]

    @property
    def dotted(self) -> str:
        parts = [str(part) for part in self.where]
        if len(parts) > _DEEP:
            parts[_DEEP - 2 : -2] = ["…"]
        return ".".join(parts) or "the file"

    @property
    def key(self) -> str:
        """The nearest name: list entries have none of their own."""
        return next((part for part in reversed(self.where) if isinstance(part, str)), "")

    @property
    def expected(self) -> Expected | None:
        return expect_at(self.schema, self.where)

    @property
    def given(self) -> Any:
        return self.detail["input"]

    def write(self, value: str = "") -> str:
        """Give a mend that shows a value which could stand there."""
        if not value and self.expected is None:
            return "See docs/policies.md and docs/configuration.md for what may stand here."
        value = value or example(self.expected or Expected(str), self.key)
        in_list = bool(self.where) and isinstance(self.where[-1], int)
        name = f"- {value}" if in_list else f"{self.key}: {value}" if self.key else value
        return f"Write it as `{name}`."


Said = tuple[str, str, str]


def describe(detail: ErrorDetails, where: Path, schema: type[BaseModel]) -> Said:
    """Give the code, the message and the mend of one thing that pydantic found."""
    problem = _Problem(detail, where, schema)
    code, message, mend = _describe(problem)
    return code, message, (_wide(problem) or mend).strip()


def _describe(problem: _Problem) -> Said:
    if problem.detail["type"] in _TOLD:
        return _TOLD[problem.detail["type"]](problem)
    if problem.expected is None:
        return "bad-value", f"'{problem.dotted}': {problem.detail['msg']}.", problem.write()
    return _wrong_kind(problem, problem.expected)


def _wide(problem: _Problem) -> str:
    """How to mend full-width signs in what is wrong; other mends would only repeat the signs."""
    is_key = problem.detail["type"] == "extra_forbidden" or problem.detail["loc"][-1:] == (KEY,)
    return mend_wide(problem.key, separates=True) if is_key else mend_wide(_value(problem))


def _value(problem: _Problem) -> str:
    """What was written and is to have no full-width signs; of CEL what is outside its quotes."""
    value = problem.given if isinstance(problem.given, str) else ""
    return _QUOTED.sub("", value) if problem.key == "cel" else value


def _unknown_key(problem: _Problem) -> Said:
    *above, name = problem.where
    parent = ".".join(map(str, above))
    inside = f" in '{parent}'" if parent else ""
    mend = did_you_mean(str(name), keys_at(problem.schema, tuple(above)))
    return "unknown-key", f"unknown key '{name}'{inside}.", mend


def _missing(problem: _Problem) -> Said:
    expected = problem.expected
    shown = "" if expected is None else example(expected, problem.key)
    return "missing-key", f"'{problem.dotted}' is missing.", f"Add `{problem.key}: {shown}`."


def _literal(problem: _Problem) -> Said:
    allowed = str(problem.detail.get("ctx", {}).get("expected", ""))
    names = allowed.replace("'", "").replace(" or ", ", ").split(", ")
    message = f"'{problem.dotted}' cannot be {_show(problem.given)}."
    return "bad-value", message, did_you_mean(str(problem.given), names)


def _own_words(problem: _Problem) -> Said:
    """Our own validators say it all; what they do not mend gets an example."""
    said = problem.detail["msg"].removeprefix("Value error, ").rstrip(".")
    message, *mends = _HAS_A_MEND.split(said, maxsplit=1)
    is_plain = isinstance(problem.given, str | int | float) and str(problem.given) not in said
    shown = f" (it is {_show(problem.given)})" if is_plain else ""
    mend = f"{mends[0]}{'' if mends[0].endswith('?') else '.'}" if mends else problem.write()
    return "bad-value", f"'{problem.dotted}': {message}{shown}.", mend


def _pattern(problem: _Problem) -> Said:
    expected = problem.expected
    is_key = problem.detail["loc"][-1] == KEY
    if not is_key and expected is not None and str(expected.limit("pattern")).endswith("{64}$"):
        message = f"'{problem.dotted}' cannot be {_show(problem.given)}."
        return "bad-value", message, "Write the SHA-256 of the key: 64 digits of 0-9 and a-f."
    above = ".".join(map(str, problem.where[:-1]))
    who = f"a name in '{above}'" if is_key else f"'{problem.dotted}'"
    plain = _UNFIT.sub("-", str(problem.given)).strip("-")[:100]
    mend = "Choose one such as 'strong', and say under `about:` in your own words what it is."
    if re.match(r"[^\W_]", plain):
        mend = f"Write it as '{plain}'."
    return "bad-value", f"{who} cannot be {_show(problem.given)}: a name is made {_NAME}.", mend


def _too_short(problem: _Problem) -> Said:
    least = problem.detail.get("ctx", {}).get("min_length", 1)
    entries = "entry" if least == 1 else "entries"
    message = f"'{problem.dotted}' needs {least} {entries} at least, and has {len(problem.given)}."
    return "bad-value", message, problem.write()


def _too_deep(problem: _Problem) -> Said:
    return "bad-value", f"'{problem.dotted}' is nested too deeply.", "Flatten it."


def _wrong_kind(problem: _Problem, expected: Expected) -> Said:
    message = f"'{problem.dotted}' must be {in_words(expected)}, not {_show(problem.given)}."
    return "bad-value", message, _mend_kind(problem, expected)


def _mend_kind(problem: _Problem, expected: Expected) -> str:
    given = problem.given
    if given is None and not expected.is_required:
        return f"{problem.write().rstrip('.')}, or remove the line."
    if expected.kind in NUMBERS:
        return _mend_number(problem, expected)
    if expected.kind is str and isinstance(given, int | float):
        return problem.write(f"'{_show(given)}'")
    if expected.kind is str and isinstance(given, list) and len(given) == 1:
        return problem.write(str(given[0]))
    entry = expected.entry if expected.origin is list else None
    if entry is not None and entry.kind is str and isinstance(given, str | int | float):
        return problem.write(f"[{given}]")
    return problem.write()


def _mend_number(problem: _Problem, expected: Expected) -> str:
    """Read the number that is probably meant: 60%, 60s, 60 where a share is wanted."""
    match = _LEADING.match(str(problem.given)) if isinstance(problem.given, str) else None
    most = expected.limit("le", "lt")
    given = problem.given
    if match is not None:
        value = float(match[1]) / 100 if match[2] else float(match[1])
        return problem.write(f"{value:.15g}")
    if isinstance(given, int | float) and most == 1 and 1 < given <= 100:
        return f"{problem.write(f'{given / 100:.15g}')} That is {given:.15g} %."
    if isinstance(given, float) and expected.kind is int and abs(given) < 1e15:
        return problem.write(f"{round(given)}")
    return problem.write()


def _show(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a group of keys"
    shown = repr(value)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


_TOLD: Mapping[str, Callable[[_Problem], Said]] = {
    "extra_forbidden": _unknown_key,
    "literal_error": _literal,
    "missing": _missing,
    "recursion_depth_exceeded": _too_deep,
    "recursion_loop": _too_deep,
    "string_pattern_mismatch": _pattern,
    "too_short": _too_short,
    "value_error": _own_words,
}
