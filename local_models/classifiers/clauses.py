"""The clauses of a turn, cut at marks and at words that join wishes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

_SPLIT = re.compile(
    r"[，,。.;；!！?？\n]+|并且|顺便|还有|另外|然后|同时|以及|而且|再帮我|还要|还想"
    r"|a(?<!\wa)(?:nd also|nd then|nd|lso|s well as)\b|p(?<!\wp)lus\b|b(?<!\wb)y the way\b"
)
"""For texts in lower case. Every way begins with a character of its own, which is quick to look for."""


def split_clauses(text: str, *, most: int | None = None) -> list[str]:
    """Clauses of a turn, split at punctuation and connectives; single characters dropped."""
    clauses = (piece.strip() for piece in _pieces(text))
    return list(islice((clause for clause in clauses if len(clause) > 1), most))


def _pieces(text: str) -> Iterator[str]:
    """What stands between the cuts, read no further than asked for."""
    lower = text.lower()
    if len(lower) != len(text):  # a letter that grows when lowered would shift what follows it
        text = lower
    start = 0
    for cut in _SPLIT.finditer(lower):
        yield text[start : cut.start()]
        start = cut.end()
    yield text[start:]
