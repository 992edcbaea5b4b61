"""Trees: walked alike by the compiled loop, by numpy for one text, and by numpy for many."""

from __future__ import annotations

import numpy as np
import pytest

from local_models.classifiers.forest import Forest


def _forest(outputs: int) -> Forest:
    """Two trees of depth two over three inputs; a leaf is its own child."""
    children = [1, 2, 1, 1, 3, 4, 3, 3, 4, 4, 6, 7, 6, 6, 7, 7]
    value = np.arange(8 * outputs, dtype=np.float32).reshape(8, outputs)
    return Forest(
        column=np.array([0, 0, 2, 0, 0, 1, 0, 0], dtype=np.int16),
        threshold=np.array([0.5, 0, 2.0, 0, 0, -1.0, 0, 0], dtype=np.float32),
        children=np.array(children, dtype=np.int32),
        value=value,
        roots=np.array([0, 5], dtype=np.int32),
        depth=2,
    )


@pytest.mark.parametrize("outputs", [1, 3])
def test_one_text_and_many_fall_into_the_same_leaves(outputs: int) -> None:
    forest = _forest(outputs)
    inputs = np.random.default_rng(5).normal(size=(200, 3)).astype(np.float32) * 2
    many = forest.add_up_many(inputs)
    for row, expected in zip(inputs, many, strict=True):
        assert np.array_equal(forest.add_up(row), expected)
        assert np.array_equal(forest.add_up_with_numpy(row), expected)


def test_at_most_the_threshold_goes_one_way_and_above_it_the_other() -> None:
    forest = _forest(1)
    assert forest.add_up(np.array([0.6, 0, 0], np.float32)) == forest.value[1] + forest.value[6]
    assert forest.add_up(np.array([0.5, -1, 2], np.float32)) == forest.value[4] + forest.value[7]


def test_trees_that_point_outside_themselves_are_refused() -> None:
    forest = _forest(1)
    with pytest.raises(ValueError, match="point outside themselves"):
        Forest(
            forest.column, forest.threshold, forest.children + 4, forest.value, forest.roots, 2
        )  # fmt: skip


def test_too_few_inputs_are_refused() -> None:
    with pytest.raises(ValueError, match="look at column 2 of 2"):
        _forest(1).add_up(np.zeros(2, np.float32))
