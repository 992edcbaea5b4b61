"""A trained head: a table of small rows, one for each n-gram it knows, summed over a text.

A head is *wide* (one row of class weights for each n-gram) and may be *deep* too (one row of a
hidden layer for each n-gram, then one small matrix). Rows are int8 with one scale a column, so a
head of 40,000 n-grams and 17 classes is under a megabyte, and reading a text means gathering a
few hundred rows. Run time needs numpy only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.features import VIEWS, Features

Kind = Literal["one", "many"]
Floats = NDArray[np.float32]


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

    def sum_of(self, rows: NDArray[np.intp], values: Floats) -> Floats:
        """The chosen rows, each times its value, added up."""
        total = values @ self.cells[rows].astype(np.float32)
        return np.asarray(total * self.scale, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Deep:
    """The hidden layer of a head."""

    rows: Rows
    bias: Floats
    output: Floats
    """Shape (hidden, classes)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a head says of one text."""

    label: str
    confidence: float
    """Calibrated probability that `label` is right."""
    is_unsure: bool
    probabilities: Floats


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

    def scores(self, features: Features) -> Floats:
        """One raw score a label; with no known n-gram at all, the bias."""
        rows, values = self._gather(features)
        total = self.bias + self.wide.sum_of(rows, values)
        if self.deep is not None:
            hidden = np.maximum(self.deep.rows.sum_of(rows, values) + self.deep.bias, 0.0)
            total = total + hidden @ self.deep.output
        return np.asarray(total, dtype=np.float32)

    def probabilities(self, features: Features) -> Floats:
        """One calibrated probability a label: together 1 for `one`, each for itself for `many`."""
        scaled = self.scores(features) / self.temperature
        if self.kind == "many":
            return np.asarray(1.0 / (1.0 + np.exp(-scaled)), dtype=np.float32)
        shifted = np.exp(scaled - scaled.max())
        return np.asarray(shifted / shifted.sum(), dtype=np.float32)

    def read(self, features: Features) -> Reading:
        """The likeliest label, how sure that is, and whether that is sure enough."""
        chances = self.probabilities(features)
        best = int(chances.argmax())
        confidence = float(chances[best])
        return Reading(self.labels[best], confidence, confidence < self.threshold, chances)

    def _gather(self, features: Features) -> tuple[NDArray[np.intp], Floats]:
        """Rows of the text's known n-grams, with tf-idf weights of unit length in each view."""
        at = np.searchsorted(self.keys, features.hashes)
        at[at == len(self.keys)] = 0
        known = self.keys[at] == features.hashes if len(self.keys) else at < 0
        rows = at[known]
        values = features.weights[known] * self.idf[rows]
        return rows, scale_views(features.hashes[known], values, self.view_weights)


def scale_views(hashes: NDArray[np.uint32], values: Floats, weights: Floats) -> Floats:
    """Each view brought to its own length, then the whole text to length one."""
    view = (hashes >> np.uint32(30)).astype(np.intp)
    squares = np.bincount(view, weights=values * values, minlength=VIEWS)
    present = squares > 0
    factors = np.where(present, weights / np.sqrt(np.where(present, squares, 1.0)), 0.0)
    length = float(np.sqrt((weights[present] ** 2).sum())) or 1.0
    return np.asarray(values * (factors / length)[view], dtype=np.float32)


def save_head(head: Head, path: Path) -> None:
    """Write a head to one compressed .npz file."""
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
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def load_head(path: Path) -> Head:
    """Read a head back.

    Raises:
        ValueError: the file is not a head; says which file and what is missing.
    """
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
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
