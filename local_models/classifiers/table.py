"""A table of n-grams, each with one small row, summed over a text; and a small network on the sums.

How much an n-gram counts: its weight in the text, times its rarity (idf); then each view of the
text is brought to the length that the table wants, and the whole text to length one. The loop is
compiled where a compiler was at hand, and numpy otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.compiled import NATIVE, CompiledRows
from local_models.classifiers.features import WORDS, Features
from local_models.classifiers.index import KeyIndex

Floats = NDArray[np.float32]
Cells = NDArray[np.int8]
Keys = NDArray[np.uint32]

_VIEW_BITS = np.uint32(30)


class RowTable(Protocol):
    """Sums rows over texts."""

    def sum_of(self, features: Features) -> Floats:
        """The known n-grams' rows, each times its value, added up; zeros when none is known.

        With a network, what that makes of the sums.
        """
        ...

    def raw_of(self, features: Features) -> bytes | Floats:
        """The same in whatever form is at hand, float32."""
        ...

    def sums_of(self, several: Sequence[Features]) -> Floats:
        """The same for each of several texts, one row each; nobody else will be asked about them."""
        ...


@dataclass(frozen=True, slots=True)
class Network:
    """What stands on the sums: one score a label, and hidden units that add to the scores.

    The first columns of a table with a network are those of the labels, the others the hidden units'.
    """

    bias: Floats
    hidden_bias: Floats
    output: Floats
    """Shape (hidden units, labels)."""

    def climb(self, sums: Floats) -> Floats:
        """The scores of the sums of one text, or of several (a row each)."""
        labels = len(self.bias)
        hidden = np.maximum(sums[..., labels:] + self.hidden_bias, 0.0)
        return np.asarray(sums[..., :labels] + self.bias + hidden @ self.output, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class TableParts:
    """What a table is made of."""

    keys: Keys
    """The known n-grams, each once."""
    idf: Floats
    view_weights: Floats
    cells: Cells
    """A row for each key."""
    scale: Floats
    """What a step is worth, for each column."""
    network: Network | None = None

    @property
    def width(self) -> int:
        """How many numbers a text comes to."""
        return len(self.scale if self.network is None else self.network.bias)


class TableHolder(Protocol):
    """Whoever reads texts with a table: a head, a ranker."""

    @property
    def table_parts(self) -> TableParts:
        """What the table is made of."""
        ...

    def use_table(self, table: RowTable) -> None:
        """Read with this table of the same parts from now on."""
        ...


def share_tables(holders: Sequence[TableHolder]) -> None:
    """Have those that will mostly be asked about the same texts share one look-up.

    Whoever is asked first about a text has the others' sums made too.
    """
    tables = open_tables([holder.table_parts for holder in holders])
    for holder, table in zip(holders, tables, strict=True):
        holder.use_table(table)


def open_table(parts: TableParts) -> RowTable:
    """The quickest table that there is here.

    Raises:
        ValueError: a key stands there twice.
    """
    return open_tables([parts])[0]


def open_tables(several: Sequence[TableParts]) -> list[RowTable]:
    """A table for each of these; compiled, they lie together in memory."""
    if NATIVE is None:
        return [NumpyTable(parts) for parts in several]
    shared = _Shared(NATIVE.Rows([_flat(parts) for parts in several]))
    return [CompiledTable(shared, at, parts.width) for at, parts in enumerate(several)]


def _flat(parts: TableParts) -> tuple[object, ...]:
    def flat(array: NDArray[Any], kind: type[np.generic] = np.float32) -> NDArray[Any]:
        return np.ascontiguousarray(array, kind)

    network = parts.network and (
        flat(parts.network.bias), flat(parts.network.hidden_bias), flat(parts.network.output),
    )  # fmt: skip
    return (
        flat(parts.keys, np.uint32), flat(parts.idf), flat(parts.view_weights),
        flat(parts.cells, np.int8), flat(parts.scale), network,
    )  # fmt: skip


class _Shared:
    """The rows of tables that lie together, and the sums of the text that was asked about last."""

    def __init__(self, rows: CompiledRows) -> None:
        self._rows = rows
        self.last: tuple[Features | None, tuple[bytes, ...]] = (None, ())

    def sums_of(self, features: Features) -> tuple[bytes, ...]:
        last = self.last
        if last[0] is not features:
            last = self.last = features, self._rows.sums(features.raw_hashes, features.raw_weights)
        return last[1]

    def sum_of_one(self, features: Features, at: int) -> bytes:
        """Of one table alone, for a text that no other will be asked about."""
        return self._rows.sum(features.raw_hashes, features.raw_weights, at)


@dataclass(frozen=True, slots=True)
class CompiledTable:
    """One of the tables in the compiled module's hands."""

    shared: _Shared
    at: int
    width: int

    def sum_of(self, features: Features) -> Floats:
        """The rows of one text, added up."""
        return np.frombuffer(self.shared.sums_of(features)[self.at], np.float32)

    def raw_of(self, features: Features) -> bytes:
        """The same as bytes."""
        last = self.shared.last  # most often another head has asked
        return (last[1] if last[0] is features else self.shared.sums_of(features))[self.at]

    def sums_of(self, several: Sequence[Features]) -> Floats:
        """The rows of each text, added up."""
        sums = [self.shared.sum_of_one(features, self.at) for features in several]
        return np.frombuffer(b"".join(sums), np.float32).reshape(len(several), self.width)


class NumpyTable:
    """The same with numpy: several short texts at once cost little more than one."""

    def __init__(self, parts: TableParts) -> None:
        self._index = KeyIndex(parts.keys)
        self._idf = parts.idf
        self._view_weights = parts.view_weights
        self._cells = parts.cells
        self._scale = parts.scale
        self._network = parts.network

    def sum_of(self, features: Features) -> Floats:
        """The rows of one text, added up."""
        rows, known = self._index.find(features.hashes)
        values = features.weights[known] * self._idf.take(rows)
        return self._add_up(scale_views(features.hashes[known], values, self._view_weights), rows)

    def raw_of(self, features: Features) -> Floats:
        """The same."""
        return self.sum_of(features)

    def sums_of(self, several: Sequence[Features]) -> Floats:
        """The rows of each text, added up, in one pass."""
        if not several:
            return self._climb(np.zeros((0, len(self._scale)), dtype=np.float32))
        hashes = np.concatenate([features.hashes for features in several])
        owners = np.arange(len(several)).repeat([len(features.hashes) for features in several])
        rows, known = self._index.find(hashes)
        weights = np.concatenate([features.weights for features in several])
        owners, hashes, values = owners[known], hashes[known], weights[known] * self._idf.take(rows)
        spread = np.zeros((len(several), len(rows)), dtype=np.float32)
        for at in range(len(several)):
            own = slice(*owners.searchsorted((at, at + 1)).tolist())
            spread[at, own] = scale_views(hashes[own], values[own], self._view_weights)
        return self._add_up(spread, rows)

    def _add_up(self, values: Floats, rows: NDArray[np.intp]) -> Floats:
        sums = values @ self._cells.take(rows, axis=0).astype(np.float32)
        return self._climb(np.asarray(sums * self._scale, dtype=np.float32))

    def _climb(self, sums: Floats) -> Floats:
        return sums if self._network is None else self._network.climb(sums)


def scale_views(hashes: Keys, values: Floats, weights: Floats) -> Floats:
    """Each view brought to its own length, then the whole text to length one."""
    view = (hashes >> _VIEW_BITS).astype(np.intp)
    squares = np.bincount(view, values * values, len(weights)).tolist()
    pairs = [
        (weight, square) if square > 0.0 else (0.0, 1.0)
        for weight, square in zip(weights.tolist(), squares, strict=False)
    ]
    length = math.sqrt(sum(weight * weight for weight, _ in pairs)) or 1.0
    factors = [weight / (length * math.sqrt(square)) for weight, square in pairs]
    return np.asarray(values * np.asarray(factors, dtype=np.float32).take(view), dtype=np.float32)


def share_known(keys: Keys, features: Features) -> float:
    """Which share of the text's words a table with these sorted keys has learned; of all its n-grams, where
    the script has no words. 0..1; 0 for a text without any."""
    known, asked = count_known(keys, features)
    return known / asked if asked else 0.0


def count_known(keys: Keys, features: Features) -> tuple[int, int]:
    """How many of the text's words, alone and in pairs, the sorted keys hold, and how many there are."""
    hashes = features.hashes
    words = hashes[hashes >> _VIEW_BITS == WORDS]
    asked = words if len(words) else hashes
    if not len(keys):
        return 0, len(asked)
    found = keys.take(keys.searchsorted(asked), mode="clip")
    return int(np.count_nonzero(found == asked)), len(asked)
