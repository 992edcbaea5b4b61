"""A small transformer: what a turn means among the messages of its talk.

Its first layers read each message by itself, so that what they make of an earlier one can be kept; in the
layers above them the turn looks at all of them. The loops are compiled where a compiler was at hand
(`native/transformer.c`); without them numpy does the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.compiled import NATIVE

Floats = NDArray[np.float32]
MATRICES = ("all", "out", "up", "down")
"""Of each layer; `all` has queries, keys and values side by side."""
ROWS = ("middle_gain", "middle_shift", "end_gain", "end_shift")
MOST_PIECES = 160
"""Pieces of a turn and all that was said before it."""
PLAIN, WIDE, WIDEST = range(3)
"""The compiled loops: any processor's, those of AVX2, and those of AVX-512 VNNI."""
_MOST_STEPS, _MOST_STEPS_OF_ROWS = 63, 127
"""Cells of a matrix and of a row run from minus this to this: two products fit into sixteen bits then."""
_LEAST_SIZE = 1e-9


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix in whole numbers, a row for each input, and what is added to what it makes of a row."""

    cells: NDArray[np.int8]
    scale: Floats
    """What a step is worth, one a column."""
    bias: Floats

    @classmethod
    def pack(cls, cells: Floats, bias: Floats) -> Matrix:
        """Round to whole steps, column by column."""
        scale = np.maximum(np.abs(cells).max(axis=0), _LEAST_SIZE) / np.float32(_MOST_STEPS)
        scale = scale.astype(np.float32)
        return cls(np.rint(cells / scale).astype(np.int8), scale, bias.astype(np.float32))

    def send(self, rows: Floats) -> Floats:
        """Rows of inputs, each rounded by its own scale, times the matrix, plus the bias."""
        most = np.maximum(np.abs(rows).max(axis=1, keepdims=True), np.float32(_LEAST_SIZE))
        whole = np.rint(rows * (np.float32(_MOST_STEPS_OF_ROWS) / most))
        # Sums of whole numbers stay below 2 to the 24th, where float32 is exact.
        sums = whole @ self.cells.astype(np.float32)
        steps = most / np.float32(_MOST_STEPS_OF_ROWS) * self.scale
        return np.asarray(sums * steps + self.bias, np.float32)


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer."""

    matrices: Mapping[str, Matrix]
    rows: Mapping[str, Floats]
    """How states are evened out in the middle and at the end."""


@dataclass(frozen=True, slots=True)
class TransformerParts:
    """The weights."""

    words: NDArray[np.int8]
    """Shape (pieces, width)."""
    scale: Floats
    """What a step of a piece's row is worth, one a piece."""
    places: Floats
    """Shape (most pieces of a message, width)."""
    sides: Floats
    """Shape (whose a piece may be, width)."""
    gain: Floats
    shift: Floats
    layers: Sequence[Layer]
    local: int
    """How many of the layers read each message by itself."""
    ages: Floats
    """Shape (layers above those, heads, ages): how much more a head looks at a message of that age, 0 the turn itself, 1
    the newest before it; what is older than the last counts as that."""
    heads: int
    least: float
    """What is added to a spread before it is divided by."""


class Transformer(Protocol):
    """Reads pieces."""

    def remember(self, pieces: object, side: int) -> bytes:
        """What the first layers make of a message by itself: a row of float32 for each piece (int32).

        `side` is whose it is. Raises ValueError for a piece or a side that there is not, and for too many or none.
        """
        ...

    def read(self, pieces: object, before: Sequence[bytes]) -> bytes:
        """The state of a turn's first piece and the mean of all its pieces' (twice the width, float32), after the
        messages before it, the newest first, each as it is remembered. A turn's side is 0.

        Raises ValueError as `remember` does, and for too many pieces in all.
        """
        ...


def open_transformer(parts: TransformerParts, *, loops: int = WIDEST) -> Transformer:
    """The quickest that there is here; `loops`: the widest compiled ones that may be used, from PLAIN to WIDEST."""
    if NATIVE is None:
        return NumpyTransformer(parts)
    flat = [
        np.ascontiguousarray(array, np.float32)
        for array in (parts.scale, parts.places, parts.sides, parts.gain, parts.shift, parts.ages)
    ]
    layers = tuple(_flat(layer) for layer in parts.layers)
    width, inner = parts.layers[0].matrices["up"].cells.shape
    arrays = (np.ascontiguousarray(parts.words, np.int8), *flat, layers)
    return NATIVE.Transformer(arrays, width, parts.heads, inner, parts.local, parts.least, loops)


def _flat(layer: Layer) -> tuple[object, ...]:
    matrices = (layer.matrices[name] for name in MATRICES)
    return (
        *((np.ascontiguousarray(each.cells), each.scale, each.bias) for each in matrices),
        *(np.ascontiguousarray(layer.rows[name], np.float32) for name in ROWS),
    )


class NumpyTransformer:
    """The same with numpy."""

    def __init__(self, parts: TransformerParts) -> None:
        self._parts = parts

    def remember(self, pieces: Any, side: int) -> bytes:
        """What the first layers make of a message by itself."""
        return self._look_alone(pieces, side).tobytes()

    def read(self, pieces: Any, before: Sequence[bytes]) -> bytes:
        """What a turn means after the messages before it."""
        parts = self._parts
        width = parts.words.shape[1]
        states = self._look_alone(pieces, 0)
        told = [np.frombuffer(each, np.float32).reshape(-1, width) for each in before]
        if len(states) + sum(map(len, told)) > MOST_PIECES:
            raise ValueError(f"a talk has at most {MOST_PIECES} pieces")
        lengths = [len(states), *map(len, told)]
        oldest = parts.ages.shape[2] - 1
        ages = np.minimum(np.repeat(np.arange(len(lengths)), lengths), oldest)
        for layer, by_age in zip(parts.layers[parts.local :], parts.ages, strict=True):
            states = self._climb(states, np.concatenate([states, *told]), layer, by_age[:, ages])
        meant = np.concatenate([states[0], states.mean(axis=0)])
        return np.asarray(meant, np.float32).tobytes()

    def _look_alone(self, pieces: NDArray[np.int32], side: int) -> Floats:
        parts = self._parts
        if not 0 < len(pieces) <= len(parts.places):
            raise ValueError(f"a message has 1 to {len(parts.places)} pieces, not {len(pieces)}")
        if pieces.min() < 0 or pieces.max() >= len(parts.words) or not 0 <= side < len(parts.sides):
            raise ValueError("there is no such piece or side")
        states = parts.words[pieces] * parts.scale[pieces][:, None]
        states = states + parts.places[: len(pieces)] + parts.sides[side]
        states = self._even_out(states, parts.gain, parts.shift)
        for layer in parts.layers[: parts.local]:
            states = self._climb(states, states, layer, np.zeros((parts.heads, 1), np.float32))
        return states

    def _even_out(self, states: Floats, gain: Floats, shift: Floats) -> Floats:
        states = states - states.mean(axis=1, keepdims=True)
        spread = np.square(states).mean(axis=1, keepdims=True)
        return np.asarray(states / np.sqrt(spread + self._parts.least) * gain + shift, np.float32)

    def _climb(self, states: Floats, seen: Floats, layer: Layer, bias: Floats) -> Floats:
        """One layer: `states` look at all that is `seen`, of which they are the first."""
        width, heads, own = states.shape[1], self._parts.heads, len(states)
        send, rows = layer.matrices, layer.rows
        wide = send["all"].send(seen)
        queries, keys, values = (
            wide[:, at : at + width].reshape(len(seen), heads, -1).swapaxes(0, 1)
            for at in range(0, 3 * width, width)
        )
        fits = queries[:, :own] @ keys.swapaxes(1, 2) / np.float32(np.sqrt(width // heads))
        fits = fits + bias[:, None, :]
        raised = np.exp(fits - fits.max(axis=2, keepdims=True))
        mixed = (raised / raised.sum(axis=2, keepdims=True)) @ values
        mixed = mixed.swapaxes(0, 1).reshape(own, width)
        added = states + send["out"].send(mixed)
        states = self._even_out(added, rows["middle_gain"], rows["middle_shift"])
        added = states + send["down"].send(_bend(send["up"].send(states)))
        return self._even_out(added, rows["end_gain"], rows["end_shift"])


def _bend(cells: Floats) -> Floats:
    """Each number times about its chance under the normal curve (GELU)."""
    steep = np.float32(-1.5957691216) * (cells + np.float32(0.044715) * cells**3)
    return np.asarray(cells / (1 + np.exp(np.clip(steep, -80, 80))), np.float32)
