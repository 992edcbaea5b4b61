"""What a schedule asks of a network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from local_models.classifiers.network import Schedule, activate, train_network

SCHEDULE = Schedule(hidden=16, epochs=40, batch=16, rate=0.01, smoothing=0.0, is_wide=False)


def test_a_network_held_to_agree_says_much_the_same_when_half_of_a_text_is_hidden() -> None:
    rng = np.random.default_rng(3)
    classes = np.arange(96) % 3
    signs = rng.random((96, 60)) < np.where(np.arange(60) % 3 == classes[:, None], 0.4, 0.15)
    matrix = csr_matrix(signs.astype(np.float32))
    hidden = csr_matrix((signs * (rng.random(signs.shape) < 0.5)).astype(np.float32))
    targets = np.eye(3, dtype=np.float32)[classes]

    def shift(agreement: float) -> float:
        network = train_network(matrix, targets, replace(SCHEDULE, agreement=agreement))
        whole, half = (activate(network.scores(each), "one") for each in (matrix, hidden))
        assert np.mean(whole.argmax(1) == classes) > 0.95
        return float(np.abs(whole - half).mean())

    assert shift(5.0) < 0.85 * shift(0.0)


def test_what_nobody_knows_of_a_text_teaches_nothing() -> None:
    rng = np.random.default_rng(4)
    first, second = rng.random((2, 200)) < 0.5
    signs = np.stack([first, second, rng.random(200) < 0.5], axis=1)
    matrix = csr_matrix(np.concatenate([signs, ~signs], axis=1).astype(np.float32))
    targets = np.stack([first, second], axis=1).astype(np.float32)
    targets[::2, 0] = 1.0 - targets[::2, 0]
    many = replace(SCHEDULE, kind="many", dropout=0.0, hidden_dropout=0.0, rate=0.02)

    def right(taught: NDArray[np.float32]) -> float:
        chances = activate(train_network(matrix, taught, many).scores(matrix), "many")
        assert np.isfinite(chances).all()
        assert np.mean((chances[:, 1] > 0.5) == second) > 0.95
        return float(np.mean((chances[:, 0] > 0.5) == first))

    withheld = targets.copy()
    withheld[::2, 0] = np.nan
    assert right(targets) < 0.8 < 0.95 < right(withheld)
