"""A trained head: a table of small rows, one for each n-gram it knows, summed over a text.

A head is *wide* (one row of class weights for each n-gram) and may be *deep* too (one row of a
hidden layer for each n-gram, then one small matrix). Rows are int8 with one scale a column, so a
head of 40,000 n-grams and 17 classes is under a megabyte, and reading a text means gathering a
few hundred rows.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.chances import Chances, Scores, sigmoids, softmax
from local_models.classifiers.features import Features
from local_models.classifiers.table import Floats as Floats
from local_models.classifiers.table import Network, RowTable, TableParts, open_table, share_known

Kind = Literal["one", "many"]


@dataclass(frozen=True, slots=True)
class Rows:
    """A matrix of one small row for each known n-gram, in int8 with a scale for each column."""

    cells: NDArray[np.int8]
    scale: Floats

    @classmethod
    def pack(cls, matrix: NDArray[Any]) -> Rows:
        """Round a float matrix to 254 steps in each column."""
        scale = np.maximum(np.abs(matrix).max(axis=0, initial=0.0), 1e-9) / 127.0
        cells = np.rint(matrix / scale).astype(np.int8)
        return cls(cells, scale.astype(np.float32))


@dataclass(frozen=True, slots=True)
class Deep:
    """The hidden layer of a head."""

    rows: Rows
    bias: Floats
    output: Floats
    """Shape (hidden, classes)."""


class Reading(msgspec.Struct, frozen=True):
    """What a head says of one text."""

    label: str
    confidence: float
    """Calibrated probability that `label` is right."""
    is_unsure: bool
    probabilities: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One classifier over hashed n-grams: labels, rows, calibration, and when to say "unsure"."""

    labels: tuple[str, ...]
    kind: Kind
    """`one` label a text (softmax) or `many` (a sigmoid each)."""
    keys: NDArray[np.uint32]
    """The known n-grams, sorted."""
    idf: Floats
    view_weights: Floats
    wide: Rows
    bias: Floats
    deep: Deep | None = None
    temperature: float = 1.0
    threshold: float = 0.0
    """Below this confidence the head is unsure."""
    notes: str = ""
    """What it was trained on and when, for the model card."""

    _cells: NDArray[np.int8] = field(init=False, repr=False, compare=False)
    """The wide and the deep cells of an n-gram side by side, so that a text gathers once."""

    _table: RowTable | None = field(init=False, repr=False, compare=False, default=None)
    _told: Chances = field(init=False, repr=False, compare=False)
    """What makes chances of scores."""
    _steepness: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = [self.wide] if self.deep is None else [self.wide, self.deep.rows]
        cells = np.ascontiguousarray(np.concatenate([part.cells for part in parts], axis=1))
        object.__setattr__(self, "_cells", cells)
        object.__setattr__(self, "_told", sigmoids if self.kind == "many" else softmax)
        object.__setattr__(self, "_steepness", 1.0 / self.temperature)
        # The parts become views of the whole: nothing is held twice.
        width = self.wide.cells.shape[1]
        object.__setattr__(self, "wide", Rows(cells[:, :width], self.wide.scale))
        if self.deep is not None:
            rows = Rows(cells[:, width:], self.deep.rows.scale)
            object.__setattr__(self, "deep", replace(self.deep, rows=rows))

    @property
    def table_parts(self) -> TableParts:
        """What the head's table is made of."""
        deep = self.deep
        if deep is None:
            none = np.zeros((0, len(self.bias)), dtype=np.float32)
            scale, network = self.wide.scale, Network(self.bias, none[:, 0], none)
        else:
            scale = np.concatenate([self.wide.scale, deep.rows.scale])
            network = Network(self.bias, deep.bias, deep.output)
        return TableParts(self.keys, self.idf, self.view_weights, self._cells, scale, network)

    def use_table(self, table: RowTable) -> None:
        """Read with this table of the same parts from now on."""
        object.__setattr__(self, "_table", table)

    def scores(self, features: Features) -> Floats:
        """One raw score a label; with no known n-gram at all, the bias."""
        return self._open_table().sum_of(features)

    def raw_scores(self, features: Features) -> Scores:
        """The same as bytes where those are at hand."""
        return (self._table or self._open_table()).raw_of(features)

    def scores_alone(self, features: Features) -> Floats:
        """The same, where no other head will be asked about the text."""
        return np.asarray(self._open_table().sums_of([features])[0])

    def probabilities(self, features: Features) -> Floats:
        """One calibrated probability a label: together 1 for `one`, each for itself for `many`."""
        return np.array(self.chances(features), dtype=np.float32)

    def chances(self, features: Features) -> list[float]:
        """The same as plain numbers: for a few of them that is several times quicker."""
        scores = (self._table or self._open_table()).raw_of(features)
        return self._told(scores, self._steepness, len(self.labels))

    def read(self, features: Features) -> Reading:
        """The likeliest label, how sure that is, and whether that is sure enough."""
        return self._judge(self.chances(features))

    def read_several(self, several: Sequence[Features]) -> list[Reading]:
        """A reading of each text, in one pass."""
        if not several:
            return []
        scores = self._open_table().sums_of(several)
        return [self._judge(self._told(each, self._steepness, len(self.labels))) for each in scores]

    def share_known(self, features: Features) -> float:
        """Which share of the text's words the head has learned; of all its n-grams, where the script
        has no words. 0..1; 0 for a text without any."""
        return share_known(self.keys, features)

    def _open_table(self) -> RowTable:
        if self._table is None:
            self.use_table(table := open_table(self.table_parts))
            return table
        return self._table

    def _judge(self, chances: list[float]) -> Reading:
        confidence = max(chances)
        label = self.labels[chances.index(confidence)]
        return Reading(label, confidence, confidence < self.threshold, chances)


def save_head(head: Head, path: Path) -> None:
    """Write a head to one compressed .npz file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **pack_head(head))


def pack_head(head: Head) -> dict[str, NDArray[Any]]:
    """What a file stores of a head."""
    arrays: dict[str, NDArray[Any]] = {
        "keys": head.keys, "idf": head.idf.astype(np.float16), "view_weights": head.view_weights,
        "wide": head.wide.cells, "wide_scale": head.wide.scale, "bias": head.bias,
    }  # fmt: skip
    if head.deep is not None:
        arrays |= {
            "deep": head.deep.rows.cells, "deep_scale": head.deep.rows.scale,
            "deep_bias": head.deep.bias, "deep_output": head.deep.output.astype(np.float16),
        }  # fmt: skip
    about = {
        "labels": head.labels, "kind": head.kind, "temperature": head.temperature,
        "threshold": head.threshold, "notes": head.notes,
    }  # fmt: skip
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    return arrays


def load_head(path: Path) -> Head:
    """Read a head back.

    Raises:
        ValueError: the file is not a head; says which file and what is missing.
    """
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return unpack_head(arrays, path)


def unpack_head(arrays: dict[str, NDArray[Any]], path: Path) -> Head:
    """The head in what the file `path` stored.

    Raises:
        ValueError: there is none; says which file and what is missing.
    """
    missing = {"about", "keys", "idf", "wide", "wide_scale", "bias"} - arrays.keys()
    if missing:
        raise ValueError(
            f"{path} is not a classifier head: it lacks {', '.join(sorted(missing))}; "
            "train it again with `main.py train`."
        )
    about = json.loads(arrays["about"].tobytes())
    return Head(
        labels=tuple(about["labels"]), kind=about["kind"], keys=arrays["keys"],
        idf=arrays["idf"].astype(np.float32), view_weights=arrays["view_weights"],
        wide=Rows(arrays["wide"], arrays["wide_scale"]), bias=arrays["bias"],
        deep=_deep_of(arrays), temperature=about["temperature"],
        threshold=about["threshold"], notes=about["notes"],
    )  # fmt: skip


def _deep_of(arrays: dict[str, NDArray[Any]]) -> Deep | None:
    if "deep" not in arrays:
        return None
    rows = Rows(arrays["deep"], arrays["deep_scale"])
    return Deep(rows, arrays["deep_bias"], arrays["deep_output"].astype(np.float32))
