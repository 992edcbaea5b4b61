"""What a check has to say about a policy file: one finding a place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, where it stands, and how to mend it."""

    severity: Severity
    code: str
    """A short stable name such as `unknown-key`, for scripts."""
    message: str
    mend: str = ""
    file: str = ""
    line: int = 0

    @property
    def is_error(self) -> bool:
        """Whether the policy must not be used as it stands."""
        return self.severity == "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file and self.line else ""
        mend = f" {self.mend}" if self.mend else ""
        return f"{place}{self.severity}: {self.message}{mend}"


def nearest(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Give up to three known names that look like `name`, the likeliest first."""
    by_lower = {each.lower(): each for each in sorted(known)}
    found = difflib.get_close_matches(name.lower(), list(by_lower), n=3, cutoff=0.6)
    return tuple(by_lower[each] for each in found)


WHOSE_INTENTS = (
    "Intents of your own are known beside the configuration that has their head "
    "(`understanding: {weights: …}`): `main.py check FILE --config pointsman.yaml`"
)
"""What helps besides, where an intent is not known and none of one's own are."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Give the mend for a name that does not fit: the one it is misspelt from, or those there are."""
    names = sorted(set(known))
    close = () if name in names else nearest(name, names)
    if close:
        return f"Did you mean '{close[0]}'?"
    if not names:
        return "There are none to choose from."
    listed = ", ".join(names[:20])
    return f"Known: {listed}{', …' if len(names) > 20 else ''}."
