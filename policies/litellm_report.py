"""What the import of a LiteLLM configuration tells, and how it reads values of doubtful type."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

_ENV = re.compile(r"os\.environ/([A-Za-z_][A-Za-z0-9_]*)")
_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\}")
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "a yes or no"),
    ((int, float), "a number"),
    (str, "text"),
    (list, "a list"),
    (Mapping, "a mapping"),
)
_LEAST_PRICE, _MOST_PRICE = Decimal("1e-15"), Decimal(1000)


class UnusableError(ValueError):
    """A value that nothing can be made of: names its place and says why."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that was not taken over as it stood."""

    where: str
    message: str
    is_due: bool = False
    """Until somebody does what the message says, `check`, the first call or a kind of call fails."""


@dataclass(slots=True)
class Report:
    """The notes so far, and the environment that the new configuration reads."""

    notes: list[Note] = field(default_factory=list)
    variables: dict[str, None] = field(default_factory=dict)
    """Names of the environment variables that must be set, in the order met."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Keys that were written out, and the environment variables that are to hold them."""

    def note(self, where: str, message: str, *, is_due: bool = False) -> None:
        self.notes.append(Note(where, message, is_due))

    def refer(self, variable: str) -> str:
        """Give how our configuration reads a variable of the environment."""
        self.variables[variable] = None
        return f"${{{variable}}}"

    def plain(self, value: Any, where: str) -> str | None:
        """Give a text, and `os.environ/NAME` as `${NAME}`; None where nothing is said.

        Raises:
            UnusableError: it is no text, or one that our configuration would read as another.
        """
        text = text_of(value, where)
        if text is None or not text.startswith("os.environ/"):
            return text
        match = _ENV.fullmatch(text)
        if match is None:
            raise UnusableError(where, "names no variable of the environment that can be read here")
        return self.refer(match[1])

    def secret(self, value: Any, where: str) -> str | None:
        """Give a reference to the environment; a secret that is written out is not copied.

        Raises:
            UnusableError: it is no text.
        """
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise UnusableError(where, f"is {kind_of(value)}, not text; quote it")
        match = _ENV.fullmatch(value)
        return self.refer(match[1]) if match else self.hide(value, where)

    def hide(self, value: object, where: str) -> str:
        """Give a reference to a variable that is to hold what was written out."""
        variable = self.secrets.setdefault(str(value), f"IMPORTED_KEY_{len(self.secrets) + 1}")
        self.note(where, f"holds the key itself; set it in the environment as {variable}.")
        return self.refer(variable)


def kind_of(value: object) -> str:
    """Give what a value is, in words."""
    return next((word for kind, word in _KINDS if isinstance(value, kind)), "empty")


def text_of(value: Any, where: str) -> str | None:
    """Give a text as it stands; None where nothing is said.

    Raises:
        UnusableError: it is no text, or holds what our configuration fills in from the environment.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime.date):
        return value.isoformat()
    if not isinstance(value, str):
        raise UnusableError(where, f"is {kind_of(value)}, not text; quote it")
    if _VARIABLE.search(value):
        raise UnusableError(where, "holds ${...}, which is filled in from the environment here")
    return value


def number_of(value: Any, where: str, least: float, most: float) -> int | float:
    """Give a number within bounds.

    Raises:
        UnusableError: it is no number, or out of bounds.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnusableError(where, f"is {kind_of(value)}, not a number")
    if not least <= value <= most:
        raise UnusableError(where, f"is not from {least:g} to {most:g}")
    return value


def price_of(value: Any, where: str) -> str:
    """Give a price a token as one a million tokens, exactly.

    Raises:
        UnusableError: it is no price.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise UnusableError(where, f"is {kind_of(value)}, not a number")
    try:
        price = Decimal(str(value))
    except (InvalidOperation, ValueError):
        raise UnusableError(where, "is not a number") from None
    if not price.is_finite() or (price != 0 and not _LEAST_PRICE <= price <= _MOST_PRICE):
        raise UnusableError(where, "is no price of a token")
    return f"{(price * 1_000_000).normalize():f}" if price else "0"


def mapping_of(value: Any, where: str, report: Report) -> dict[str, Any]:
    """Give a mapping with texts for keys; what is none becomes a note."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return {str(key): each for key, each in value.items()}
    report.note(where, f"is {kind_of(value)}, not a mapping; not taken over.")
    return {}


def list_of(value: Any, where: str, report: Report) -> list[Any]:
    """Give a list; what is none becomes a note."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    report.note(where, f"is {kind_of(value)}, not a list; not taken over.")
    return []
