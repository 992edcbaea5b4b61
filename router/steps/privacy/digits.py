"""Where a text holds digits: runs without a gap, and chains of runs with short gaps between."""

from __future__ import annotations

from collections.abc import Sequence

from local_models.classifiers.compiled import NATIVE

_GAPS = " -.()\u00a0\u3000\u2010\u2011\u2012\u2013\u200b"
"""What people put between groups of digits."""
_LONGEST_GAP = 3
_DIGITS = b"0123456789"
_MARKS = bytes(48 if code in _DIGITS else 32 for code in range(256))
"""Every digit as a zero, everything else as a blank."""
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")

NEAR_BEFORE, NEAR_BEHIND = 2, 8
"""A plus or bracket may stand before a number, an X (identity card) or an extension behind it."""

Run = tuple[int, int, str, str]
"""Begin, end, and the characters directly before and behind; empty where there is none."""
Chain = tuple[int, int, int, bool, bool]
"""Begin, end, how many digits, whether it is one run (nothing stands between its digits), and
whether it stands alone: no other digit is near enough to be a part of the same number."""


def find_runs(text: str) -> list[Run]:
    """Every run of digits, in order."""
    return find_runs_in_bytes(text) if NATIVE is None else NATIVE.runs(text)


def find_runs_in_bytes(text: str) -> list[Run]:
    """What the compiled loop does."""
    # Two byte searches a run are several times as fast as a pattern that looks at every character.
    find = text.encode("ascii", "replace").translate(_MARKS).find
    size = len(text)
    runs: list[Run] = []
    start = find(b"0")
    while start >= 0:
        end = find(b" ", start)
        if end < 0:
            end = size
        before = text[start - 1] if start else ""
        runs.append((start, end, before, text[end] if end < size else ""))
        start = find(b"0", end)
    return runs


def find_chains(text: str, runs: Sequence[Run]) -> list[Chain]:
    """The runs joined to chains, in order; `runs` holds one at least."""
    chains: list[Chain] = []
    start, end, _, _ = runs[0]
    digits, is_plain, is_alone = end - start, True, True
    for next_start, next_end, _, _ in runs[1:]:
        gap = next_start - end
        if gap <= _LONGEST_GAP and not text[end:next_start].strip(_GAPS):
            digits += next_end - next_start
            is_plain = False
        else:
            chains.append((start, end, digits, is_plain, is_alone and gap >= NEAR_BEHIND))
            start, digits, is_plain = next_start, next_end - next_start, True
            is_alone = gap >= NEAR_BEFORE
        end = next_end
    chains.append((start, end, digits, is_plain, is_alone))
    return chains


def is_alphanumeric(character: str) -> bool:
    """A Latin letter or a digit; false for no character at all."""
    return character.isascii() and character.isalnum()
