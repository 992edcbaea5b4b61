"""The small transformer: compiled and plain loops agree, and look at what they are told to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from local_models.classifiers.compiled import NATIVE
from local_models.classifiers.transformer import (
    MATRICES,
    MOST_PIECES,
    PLAIN,
    ROWS,
    WIDE,
    WIDEST,
    Layer,
    Matrix,
    NumpyTransformer,
    Transformer,
    TransformerParts,
    open_transformer,
)

WIDTH, HEADS, INNER, PIECES, PLACES = 32, 2, 48, 50, 40


def make_parts(*, layers: int = 3, local: int = 1, seed: int = 0) -> TransformerParts:
    rng = np.random.default_rng(seed)

    def draw(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return rng.normal(0.0, 0.3, shape).astype(np.float32)

    columns = {"all": 3 * WIDTH, "out": WIDTH, "up": INNER, "down": WIDTH}
    made = [
        Layer(
            {
                name: Matrix.pack(
                    draw(INNER if name == "down" else WIDTH, columns[name]), draw(columns[name])
                )
                for name in MATRICES
            },
            {name: draw(WIDTH) + (1.0 if name.endswith("gain") else 0.0) for name in ROWS},
        )
        for _ in range(layers)
    ]
    words = rng.integers(-127, 128, (PIECES, WIDTH)).astype(np.int8)
    return TransformerParts(
        words, np.full(PIECES, 0.01, np.float32), draw(PLACES, WIDTH), draw(3, WIDTH),
        draw(WIDTH) + 1, draw(WIDTH), made, local, draw(layers - local, HEADS, 4), HEADS, 1e-12,
    )  # fmt: skip


def pieces(count: int, seed: int = 1) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    return np.random.default_rng(seed).integers(0, PIECES, count).astype(np.int32)


def read(
    reader: Transformer, own: int, before: tuple[int, ...]
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    told = [
        reader.remember(pieces(size, seed=at + 2), at % 2 + 1) for at, size in enumerate(before)
    ]
    return np.frombuffer(reader.read(pieces(own), told), np.float32)


@pytest.mark.parametrize(
    ("own", "before"),
    [(1, ()), (5, ()), (7, (3,)), (13, (1, 9, 30)), (40, (40, 40, 40)), (2, (4,) * 9)],
)
def test_compiled_loops_and_numpy_read_alike(own: int, before: tuple[int, ...]) -> None:
    assert NATIVE is not None, "the compiled module is missing or of another interface"
    parts = make_parts()
    ours, theirs = (
        read(open_transformer(parts), own, before),
        read(NumpyTransformer(parts), own, before),
    )
    assert ours.shape == (2 * WIDTH,)
    assert np.abs(ours - theirs).max() < 0.05 * np.abs(theirs).max()


@pytest.mark.parametrize("loops", [PLAIN, WIDE, WIDEST])
@pytest.mark.parametrize(
    ("own", "before"), [(1, ()), (2, (3,)), (3, ()), (7, (3, 5)), (13, (1, 9, 30))]
)
def test_loops_of_every_width_read_alike(loops: int, own: int, before: tuple[int, ...]) -> None:
    parts = make_parts()
    ours, theirs = (
        read(open_transformer(parts, loops=loops), own, before),
        read(NumpyTransformer(parts), own, before),
    )
    assert np.abs(ours - theirs).max() < 0.05 * np.abs(theirs).max()


def test_a_matrix_in_whole_numbers_is_nearly_what_it_was() -> None:
    rng = np.random.default_rng(3)
    cells, rows = (
        rng.normal(size=(64, 32)).astype(np.float32),
        rng.normal(size=(5, 64)).astype(np.float32),
    )
    bias = rng.normal(size=32).astype(np.float32)
    packed = Matrix.pack(cells, bias)
    assert np.abs(packed.cells).max() == 63
    exact = rows @ cells + bias
    assert np.abs(packed.send(rows) - exact).max() < 0.03 * np.abs(exact).max()


@pytest.mark.parametrize("kind", ["compiled", "numpy"])
def test_what_was_said_before_counts_with_its_age_and_whose_it_is(kind: str) -> None:
    parts = make_parts()
    reader = open_transformer(parts) if kind == "compiled" else NumpyTransformer(parts)
    first, second = reader.remember(pieces(6, 8), 1), reader.remember(pieces(6, 9), 2)
    alone, one = reader.read(pieces(4), []), reader.read(pieces(4), [first])
    assert (
        len(
            {
                alone,
                one,
                reader.read(pieces(4), [first, second]),
                reader.read(pieces(4), [second, first]),
            }
        )
        == 4
    )
    assert reader.remember(pieces(6, 8), 2) != first
    ageless = replace(parts, ages=np.zeros_like(parts.ages))
    reader = open_transformer(ageless) if kind == "compiled" else NumpyTransformer(ageless)
    both, turned = (
        np.frombuffer(reader.read(pieces(4), told), np.float32)
        for told in ([first, second], [second, first])
    )
    assert np.abs(both - turned).max() < 1e-3, "without ages the order of messages means nothing"


@pytest.mark.parametrize("kind", ["compiled", "numpy"])
def test_pieces_that_cannot_be_read_are_refused(kind: str) -> None:
    parts = make_parts()
    reader = open_transformer(parts) if kind == "compiled" else NumpyTransformer(parts)
    for wrong in (
        pieces(0),
        pieces(PLACES + 1),
        np.array([PIECES], np.int32),
        np.array([-1], np.int32),
    ):
        with pytest.raises(ValueError, match="piece"):
            reader.remember(wrong, 1)
        with pytest.raises(ValueError, match="piece"):
            reader.read(wrong, [])
    with pytest.raises(ValueError, match="side"):
        reader.remember(pieces(3), 3)
    kept = reader.remember(pieces(PLACES), 1)
    with pytest.raises(ValueError, match=str(MOST_PIECES)):
        reader.read(pieces(5), [kept] * 4)
    assert reader.read(pieces(5), [kept] * 3)


def test_arrays_that_do_not_fit_together_are_refused() -> None:
    assert NATIVE is not None
    parts = make_parts()
    wide = Matrix(
        np.full((WIDTH, WIDTH), 64, np.int8), np.ones(WIDTH, np.float32), np.ones(WIDTH, np.float32)
    )
    matrices = {**parts.layers[0].matrices, "out": wide}
    broken = [
        replace(parts, ages=parts.ages[:, :, :0]),
        replace(parts, ages=parts.ages.ravel()[:-1]),
        replace(parts, gain=parts.gain[:-1]),
        replace(parts, heads=3),
        replace(parts, local=9),
        replace(parts, layers=[replace(parts.layers[0], matrices=matrices)]),
    ]
    for one in broken:
        with pytest.raises(ValueError):
            open_transformer(one)
