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

LETTERED, DOTTED, LEADING, FOLLOWING, HOUSE = 1, 2, 4, 8, 16
"""Clues, without which nobody looks closely: a run that touches a letter, or is very long; a short one before
a point; a house number, and one that a street's name could follow, or that an announcing word could stand
before."""
_LONG, _SHORT = 18, 3
LONGEST_HOUSE_NUMBER = 5

NEAR_BEFORE, NEAR_BEHIND = 2, 8
"""A plus or bracket may stand before a number, an X (identity card) or an extension behind it."""

LEAST_IN_CHAIN = 6
"""Fewer digits are neither a number nor a code of any kind that is looked for."""

Run = tuple[int, int, str, str, int]
"""Begin, end, the characters directly before and behind (empty where there is none), and its clues."""
Chain = tuple[int, int, int, bool, bool]
"""Begin, end, how many digits, whether it is one run (nothing stands between its digits), and
whether it stands alone: no other digit is near enough to be a part of the same number."""


def find_runs(text: str) -> tuple[list[Run], list[Chain], int]:
    """Every run of digits, in order; the chains of them that have digits enough; and a bit for each of the
    clues above that one of the runs gives."""
    return find_runs_in_bytes(text) if NATIVE is None else NATIVE.runs(text)


def find_runs_in_bytes(text: str) -> tuple[list[Run], list[Chain], int]:
    """What the compiled loop does."""
    # Two byte searches a run are several times as fast as a pattern that looks at every character.
    find = text.encode("ascii", "replace").translate(_MARKS).find
    size = len(text)
    runs: list[Run] = []
    all_clues = 0
    start = find(b"0")
    while start >= 0:
        end = find(b" ", start)
        if end < 0:
            end = size
        before = text[start - 1] if start else ""
        after = text[end] if end < size else ""
        clues = _clues_of(text, start, end, before, after)
        runs.append((start, end, before, after, clues))
        all_clues |= clues
        start = find(b"0", end)
    return runs, _find_chains(text, runs), all_clues


def _clues_of(text: str, start: int, end: int, before: str, after: str) -> int:
    clues = 0
    if before in LETTERS or after in LETTERS or end - start >= _LONG:
        clues |= LETTERED
    if after == "." and end - start <= _SHORT and before != "." and before not in LETTERS:
        clues |= DOTTED
    if end - start <= LONGEST_HOUSE_NUMBER and before not in LETTERS:
        clues |= HOUSE
        clues |= LEADING * _may_lead_on(text, end, after) | FOLLOWING * _may_follow(text, start)
    return clues


def _may_lead_on(text: str, end: int, after: str) -> bool:
    """Whether the name of a street, with its capital, could follow a house number."""
    if after in LETTERS:
        end += 1
        after = text[end : end + 1]
    if after not in (" ", "-"):
        return False
    following = text[end + 1 : end + 2]
    return following.isupper() or following.isdigit()


def _may_follow(text: str, start: int) -> bool:
    """Whether a word could stand before a house number that announces an address: such words end with one
    of these, and up to three blanks may follow."""
    if start < 2 or not text[start - 1].isspace():
        return False
    last = text[start - 2]
    return last in ":sotSOT" or last.isspace()


def _find_chains(text: str, runs: Sequence[Run]) -> list[Chain]:
    """The runs joined to chains, in order; those of digits enough."""
    if not runs:
        return []
    chains: list[Chain] = []
    start, end, *_ = runs[0]
    digits, is_plain, is_alone = end - start, True, True
    for next_start, next_end, *_ in runs[1:]:
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
    return [chain for chain in chains if chain[2] >= LEAST_IN_CHAIN]


def is_alphanumeric(character: str) -> bool:
    """A Latin letter or a digit; false for no character at all."""
    return character.isascii() and character.isalnum()
