"""Scores become chances: compiled and in Python alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_models.classifiers.chances import (
    sigmoids,
    sigmoids_in_python,
    softmax,
    softmax_in_python,
)
from local_models.classifiers.compiled import NATIVE

SCORES = st.lists(st.floats(-200, 200, width=32), min_size=1, max_size=90)


@given(SCORES, st.floats(0.1, 10))
def test_both_say_the_same(scores: list[float], steepness: float) -> None:
    assert NATIVE is not None, "the compiled loops are part of what the tests install"
    raw = np.array(scores, dtype=np.float32)
    for held in (raw, raw.tobytes()):
        assert softmax(held, steepness, len(scores)) == pytest.approx(
            softmax_in_python(held, steepness, len(scores))
        )
        assert sigmoids(held, steepness, len(scores)) == pytest.approx(
            sigmoids_in_python(held, steepness, len(scores))
        )


def test_chances_are_one_together_or_each_by_itself() -> None:
    raw = np.array([0.0, 0.0, -1e4], dtype=np.float32)
    assert softmax(raw, 1.0, 3) == [0.5, 0.5, 0.0]
    assert sigmoids(raw, 2.0, 2) == [0.5, 0.5]
    assert 0 < sigmoids(raw, 1.0, 3)[2] < 1e-30


def test_what_is_no_row_of_scores_is_refused() -> None:
    assert NATIVE is not None
    with pytest.raises(ValueError, match="multiple of 4"):
        NATIVE.softmax(b"12345", 1.0, 1)
    with pytest.raises(ValueError, match="there are 1 scores, not 2"):
        NATIVE.softmax(b"1234", 1.0, 2)
    with pytest.raises(TypeError, match="steepness"):
        NATIVE.sigmoids(b"1234")  # type: ignore[call-arg]
