"""How good each model is on a request, as it was taught from who answered which rightly.

A level for each model, one slope over difficulty, and a head that says from the text how likely each
model answers well; see `quality_method.py`. What is read is the log odds at usual difficulty: whoever
knows the difficulty better moves them along the slope.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.features import Features
from local_models.classifiers.head import Head, pack_head, unpack_head
from local_models.classifiers.table import TableHolder

USUAL_DIFFICULTY = 0.5
"""Where a model's level holds, as a card's quality does."""
SHIPPED = "shipped-2"
"""The mark of the shipped difficulty reader, another one whenever it reads on another scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReader:
    """Reads the log odds of a good answer by each model that was taught."""

    models: tuple[str, ...]
    levels: tuple[float, ...]
    """Log odds at usual difficulty, one a model."""
    slope: float
    """How much they fall from the easiest request to the hardest."""
    head: Head | None = None
    """One label a model; None where the text says nothing."""
    means: tuple[float, ...] = ()
    """What the head says on average, one a model."""
    common: float = 0.0
    """How much counts what the head says of all models alike, ..."""
    own: float = 0.0
    """... and what of each apart from the others."""
    difficulty: str = SHIPPED
    """Whose difficulties the steepness is for: the mark of the reader's file."""
    notes: str = ""
    _always: Mapping[str, float] = field(init=False, repr=False, compare=False)
    """What is read of every text, where the text says nothing."""
    _means: NDArray[np.float32] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_means", np.array(self.means, dtype=np.float32))
        object.__setattr__(self, "_always", _by_name(self.models, self.levels))

    @property
    def tables(self) -> tuple[TableHolder, ...]:
        """Who looks texts up here."""
        return () if self.head is None else (self.head,)

    def read(self, features: Features) -> Mapping[str, float]:
        """The log odds at usual difficulty, by model. `features` are those of a glance at the text."""
        if self.head is None:
            return self._always
        said = (self.head.scores(features) - self._means).tolist()
        alike = (self.common - self.own) * sum(said) / len(said)
        own = self.own
        odds = [level + own * each + alike for level, each in zip(self.levels, said, strict=True)]
        return _by_name(self.models, odds)


def _by_name(models: tuple[str, ...], odds: list[float] | tuple[float, ...]) -> Mapping[str, float]:
    return MappingProxyType({name: round(each, 4) for name, each in zip(models, odds, strict=True)})


def save_quality(reader: QualityReader, path: Path) -> None:
    """Write what was learned to one compressed .npz file."""
    about = {
        "models": reader.models, "levels": reader.levels, "slope": reader.slope, "means": reader.means,
        "common": reader.common, "own": reader.own, "difficulty": reader.difficulty,
        "notes": reader.notes,
    }  # fmt: skip
    arrays: dict[str, NDArray[Any]] = {} if reader.head is None else pack_head(reader.head)
    arrays["quality"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def load_quality(path: Path) -> QualityReader:
    """Read it back.

    Raises:
        ValueError: the file holds something else; says which file.
    """
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    if "quality" not in arrays:
        raise ValueError(
            f"{path} does not hold what models are worth; make it again with "
            "`main.py train --task quality`."
        )
    about = json.loads(arrays.pop("quality").tobytes())
    return QualityReader(
        models=tuple(about["models"]), levels=tuple(about["levels"]), slope=about["slope"],
        head=unpack_head(arrays, path) if about["means"] else None,
        means=tuple(about["means"]), common=about["common"], own=about["own"],
        difficulty=about["difficulty"], notes=about["notes"],
    )  # fmt: skip


def mark_difficulty(folder: Path) -> str:
    """The mark of the difficulty reader that serves with this folder: of its own file, or the shipped one."""
    path = folder / "difficulty.npz"
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else SHIPPED
