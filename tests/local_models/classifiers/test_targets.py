"""Files that a training is to write: looked at before the work."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from local_models.classifiers.labelled import LabelledFileError
from local_models.classifiers.targets import need_targets


def test_a_folder_is_made_and_what_is_in_it_stays(tmp_path: Path) -> None:
    need_targets(tmp_path / "a" / "b", ["one.npz"])
    assert list((tmp_path / "a" / "b").iterdir()) == []
    (tmp_path / "one.npz").write_bytes(b"weights")
    os.utime(tmp_path / "one.npz", (1, 1))
    need_targets(tmp_path, ["one.npz", "two.npz"])
    assert (tmp_path / "one.npz").read_bytes() == b"weights"
    assert (tmp_path / "one.npz").stat().st_mtime == 1
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "one.npz"]


def test_a_folder_that_takes_no_file_is_told() -> None:
    # The kernel's own folder refuses everybody, whoever runs the tests.
    with pytest.raises(LabelledFileError, match=r"written to the folder /proc: "):
        need_targets(Path("/proc"), [])


def test_no_folder_can_be_made_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "one.npz").write_bytes(b"weights")
    with pytest.raises(LabelledFileError, match="is no folder to write to: Not a directory"):
        need_targets(tmp_path / "one.npz" / "below", [])


def test_a_file_that_is_a_folder_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "one.npz").mkdir()
    with pytest.raises(LabelledFileError, match=r"one\.npz cannot be written: Is a directory\."):
        need_targets(tmp_path, ["two.npz", "one.npz"])
