"""The files that a training is to write."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from local_models.classifiers.labelled import LabelledFileError


def need_targets(folder: Path, names: Iterable[str]) -> None:
    """Make the folder, and see before the work that these files can be written there.

    Nothing that is there is changed.

    Raises:
        LabelledFileError: it is no folder, nothing can be made in it, or a file there is not to be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise LabelledFileError(f"{folder} is no folder to write to: {problem.strerror}.") from None
    # Asking for rights is not enough: a disk that is read-only refuses root too.
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as problem:
        raise LabelledFileError(
            f"Nothing can be written to the folder {folder}: {problem.strerror}. Name another."
        ) from None
    for path in (folder / name for name in names):
        try:
            if path.exists():
                path.open("ab").close()
        except OSError as problem:
            raise LabelledFileError(
                f"{path} cannot be written: {problem.strerror}. Mend that, or name another folder."
            ) from None
