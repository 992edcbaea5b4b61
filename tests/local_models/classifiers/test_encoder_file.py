"""The encoder that training begins with, read from the form in which its package carries it."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from local_models.classifiers.encoder_file import read_encoder
from local_models.classifiers.transformer import MATRICES, ROWS

WIDTH, INNER = 32, 64
PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "退", "货")


def write_file(path: Path) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """A file of one layer; gives the cells that were written."""
    rng = np.random.default_rng(0)
    shapes = {"emb.word": (len(PIECES), WIDTH)}
    shapes |= {f"l0.{name}.w": (WIDTH, WIDTH) for name in ("q", "k", "v", "ao")}
    shapes |= {"l0.fi.w": (INNER, WIDTH), "l0.fo.w": (WIDTH, INNER)}
    rows = {
        "emb.pos": 8 * WIDTH,
        "emb.type": WIDTH,
        "emb.ln.w": WIDTH,
        "emb.ln.b": WIDTH,
        "l0.fi.b": INNER,
    }
    rows |= {f"l0.{name}.b": WIDTH for name in ("q", "k", "v", "ao", "fo", "aln", "oln")}
    rows |= {f"l0.{name}.w": WIDTH for name in ("aln", "oln")}
    cells: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = {}
    stored: dict[str, bytes] = {}
    for name, shape in shapes.items():
        whole = rng.integers(0, 16, shape)
        cells[name] = ((whole - 8) * np.float32(0.5)).astype(np.float32)
        blocks = whole.reshape(-1, 32)
        packed = blocks[:, :16] | blocks[:, 16:] << 4
        stored[name] = b"".join(
            np.float16(0.5).tobytes() + row.astype(np.uint8).tobytes() for row in packed
        )
    for name, count in rows.items():
        cells[name] = rng.normal(size=count).astype(np.float32)
        stored[name] = cells[name].tobytes()
    letters = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, letters)]).astype("<u4")
    head = b"E5S1" + struct.pack("<I7ifi", 1, WIDTH, 1, 2, INNER, len(PIECES), 8, 1, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, int(offsets[-1]))
    head += offsets.tobytes() + np.arange(len(PIECES), dtype="<f4").tobytes() + b"".join(letters)
    head += struct.pack("<iIIB2I", 1, 13, 0xFF11, 2, 0x31, 0x32)
    head += struct.pack("<i", len(stored))
    begin = len(head) + sum(2 + len(name) + 21 for name in stored)
    for name, held in stored.items():
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", 0, cells[name].size, begin, len(held))
        begin += len(held)
    path.write_bytes(head + b"".join(stored.values()))
    return cells


def test_arrays_come_back_as_they_were_packed(tmp_path: Path) -> None:
    cells = write_file(tmp_path / "small.bin")
    encoder = read_encoder(tmp_path / "small.bin")
    assert (encoder.width, encoder.heads, encoder.inner) == (WIDTH, 2, INNER)
    assert encoder.pieces == PIECES
    assert encoder.specials == (0, 1, 2, 3)
    assert encoder.scores.tolist() == list(range(len(PIECES)))
    assert np.array_equal(encoder.words([5, 2]), cells["emb.word"][[5, 2]])
    assert encoder.places.shape == (8, WIDTH)
    assert np.array_equal(encoder.kind, cells["emb.type"])
    layer = encoder.layer(0)
    assert set(layer) == {*MATRICES, *(f"{name}_bias" for name in MATRICES), *ROWS}
    assert np.array_equal(layer["all"][:, WIDTH : 2 * WIDTH], cells["l0.k.w"].T)
    assert np.array_equal(layer["down"], cells["l0.fo.w"].T)
    assert np.array_equal(layer["middle_gain"], cells["l0.aln.w"])


def test_another_kind_of_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF0000")
    with pytest.raises(ValueError, match=r"model\.gguf is no encoder"):
        read_encoder(path)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.99])
def test_a_file_that_is_cut_short_is_named(tmp_path: Path, share: float) -> None:
    path = tmp_path / "small.bin"
    write_file(path)
    held = path.read_bytes()
    path.write_bytes(held[: int(len(held) * share)])
    with pytest.raises(ValueError, match=r"small\.bin is cut short"):
        read_encoder(path)
