"""Names with versions: `customer-service`, `customer-service/upset@2`, and content hashes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from prompts.errors import UnknownPromptError

_NAME = re.compile(
    r"([a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)?)(?:@([1-9][0-9]{0,5}))?"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A prompt as a policy names it; without a version the newest is meant."""

    name: str
    version: int | None = None


def parse(name: str) -> Wanted:
    """Read `name`, `name/variant` or either with `@version`.

    Raises:
        UnknownPromptError: the text has no such form.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise UnknownPromptError(
            f"'{name}' is no prompt name. Write it as name, name/variant or name@version, "
            "in lower case, such as customer-service/upset@1."
        )
    return Wanted(match[1], int(match[2]) if match[2] else None)


def digest(parts: Iterable[str]) -> str:
    """The first 12 hex digits of the parts' SHA-256; a separator keeps their borders apart."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8")).hexdigest()[:12]
