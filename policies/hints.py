"""What a request says of its own caller in `metadata`: the doors and a policy's tests read it alike."""

from __future__ import annotations

import re
from collections.abc import Mapping

HINTS = ("user", "tier", "tenant", "session", "order_number", "must_stay_local")
"""What a request may say about its caller, in `metadata` or in `x-pointsman-…` headers."""
WISH = "must_stay_local"
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})
_NOT_A_LETTER = re.compile(r"[^a-z]+")
_PLAIN_WISH = WISH.replace("_", "")


class UnclearWishError(ValueError):
    """A wish to stay in this house is put in a word that nobody knows; what is not understood must not mean no."""

    def __init__(self, word: str) -> None:
        super().__init__(
            f"'{word[:40]}' is neither yes nor no. Write yes, true or 1, or no, false or 0."
        )


def read_wish(said: str) -> bool:
    """Whether a word, or one of several behind commas, asks to stay in this house.

    Raises:
        UnclearWishError: a word is no yes or no.
    """
    words = [word.strip().lower() for word in said.split(",")]
    for word in words:
        if word not in _YES and word not in _NO:
            raise UnclearWishError(word)
    return any(word in _YES for word in words)


def list_wishes(metadata: Mapping[str, str]) -> dict[str, str]:
    """The wish to stay local in every spelling of its name, such as `must-stay-local`, by that name."""
    return {
        name: said
        for name, said in metadata.items()
        if _NOT_A_LETTER.sub("", name.lower()) == _PLAIN_WISH
    }
