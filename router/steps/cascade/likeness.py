"""How much two answers say the same, from their words alone."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter

_PIECE = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")
"""A Chinese character, or a word of another script."""


def likeness(one: str, other: str) -> float:
    """The share of words and pairs of neighbouring words that two texts have in common, 0..1.

    Dice's coefficient over the multisets of both: 2·|A∩B| / (|A|+|B|). Two texts without a word
    are alike.
    """
    first, second = _grams(one), _grams(other)
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 1.0


def _grams(text: str) -> Counter[tuple[str, ...]]:
    pieces = _PIECE.findall(unicodedata.normalize("NFKC", text).casefold())
    return Counter([*((piece,) for piece in pieces), *itertools.pairwise(pieces)])
