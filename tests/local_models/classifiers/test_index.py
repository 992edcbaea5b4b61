"""The index of known n-grams: it finds what it holds and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from local_models.classifiers.index import KeyIndex


def _keys(count: int) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    rng = np.random.default_rng(count)
    return np.unique(rng.integers(0, 2**32, count, dtype=np.uint64)).astype(np.uint32)


@pytest.mark.parametrize("count", [0, 1, 2, 700, 60_000])
def test_every_key_is_found_at_its_own_position(count: int) -> None:
    keys = _keys(count)
    rows, known = KeyIndex(keys).find(keys)
    assert known.all()
    assert np.array_equal(rows, np.arange(len(keys)))


@pytest.mark.parametrize("count", [0, 1, 700, 60_000])
def test_a_stranger_is_not_found(count: int) -> None:
    keys = _keys(count)
    strangers = np.setdiff1d(np.array([0, 1, 255, 2**31, 2**32 - 1, *_keys(5_000)]), keys)
    rows, known = KeyIndex(keys).find(strangers.astype(np.uint32))
    assert not known.any()
    assert len(rows) == 0


def test_known_and_unknown_keys_are_told_apart_in_one_look() -> None:
    index = KeyIndex(np.array([3, 0, 2**32 - 1, 9], dtype=np.uint32))
    rows, known = index.find(np.array([9, 4, 0, 2**32 - 1, 5], dtype=np.uint32))
    assert known.tolist() == [True, False, True, True, False]
    assert rows.tolist() == [3, 1, 2]


def test_keys_that_share_both_their_places_make_the_table_grow() -> None:
    keys = np.array([7 | high << 24 for high in range(40)], dtype=np.uint32)
    rows, known = KeyIndex(keys).find(keys)
    assert known.all() and np.array_equal(rows, np.arange(len(keys)))


def test_the_same_key_three_times_is_refused_with_the_mend() -> None:
    with pytest.raises(ValueError, match=r"stand in it twice\. Train the head again"):
        KeyIndex(np.zeros(3, dtype=np.uint32))
