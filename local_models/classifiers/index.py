"""Where each known n-gram's row is: a table with two places for every key.

Looking up many keys takes two reads a key and no branch that a processor could guess wrong; a
search by halves costs ten times as much as soon as texts differ from each other. Every key lies in
one of its two places (cuckoo hashing), so there is nothing to walk along.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SECOND_BITS = np.uint32(12)
"""The second place is taken from the key's bits from here on; they are well mixed already."""
_KEY_BITS, _ROW = np.uint64(32), np.uint64(0xFFFFFFFF)
_MOST_ROUNDS = 200
_MOST_BITS = 24

Keys = NDArray[np.uint32]
Rows = NDArray[np.intp]


class KeyIndex:
    """Finds the positions of keys in an array of distinct keys."""

    __slots__ = ("_mask", "_slots")

    def __init__(self, keys: Keys) -> None:
        bits = max(8, int(2.5 * len(keys)).bit_length())
        rows = _place(keys, bits)
        while rows is None and bits < _MOST_BITS:
            bits += 1
            rows = _place(keys, bits)
        if rows is None:
            raise ValueError(
                f"{len(keys)} keys do not fit into a table: some stand in it twice. "
                "Train the head again with `main.py train`."
            )
        self._mask = np.uint32((1 << bits) - 1)
        self._slots = _pack(keys, rows)

    def find(self, wanted: Keys) -> tuple[Rows, NDArray[np.bool_]]:
        """The positions of those that are known, and which these are."""
        one = self._slots.take(wanted & self._mask)
        other = self._slots.take((wanted >> _SECOND_BITS) & self._mask)
        wide = wanted.astype(np.uint64)
        found = np.where(one >> _KEY_BITS == wide, one, other)
        known = found >> _KEY_BITS == wide
        return (found[known] & _ROW).astype(np.intp), known


def _pack(keys: Keys, rows: Rows) -> NDArray[np.uint64]:
    """Key and row of each place in one number, so that one read brings both."""
    slots = np.zeros(len(rows), dtype=np.uint64)
    slots[0] = ~_ROW  # what lies in an empty place must not be a key that looks there
    full = (rows >= 0).nonzero()[0]
    held = rows[full]
    slots[full] = keys[held].astype(np.uint64) << _KEY_BITS | held.astype(np.uint64)
    return slots


def _place(keys: Keys, bits: int) -> Rows | None:
    """Row by place, -1 where nothing lies; None when they do not all find a place.

    All homeless keys move at once, each to its other place; whoever lay there is homeless next.
    """
    mask = np.uint32((1 << bits) - 1)
    places = np.stack([keys & mask, (keys >> _SECOND_BITS) & mask]).astype(np.intp)
    rows = np.full(1 << bits, -1, dtype=np.intp)
    homeless = np.arange(len(keys))
    side = np.zeros(len(keys), dtype=np.intp)
    for _ in range(_MOST_ROUNDS):
        if not len(homeless):
            return rows
        at = places[side[homeless], homeless]
        before = rows[at]
        rows[at] = homeless
        lost = homeless[rows[at] != homeless]
        homeless = np.concatenate([lost, np.unique(before[before >= 0])])
        side[homeless] ^= 1
    return None
