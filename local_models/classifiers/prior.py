"""What n-grams meant before any labelled text was seen: small tables of vectors, English and Chinese.

A head that starts from it knows words that its own training texts hold seldom or never. A table
is read while training only: a head carries what it took from it in rows of its own.
How it was made: `train_prior.py`; from what: docs/model-cards/prior.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.head import Floats

WEIGHTS = Path(__file__).parent / "weights"
LANGUAGES = ("en", "zh")
LEAST_KNOWN = 0.2
"""Where no prior knows this share of the n-grams, the language is none of theirs."""
_STEPS = 7
"""Cells run from -7 to 7: half a byte each."""


@dataclass(frozen=True, slots=True)
class Prior:
    """A vector for each of some n-grams; weighed and summed over a text, they say what it is about."""

    keys: NDArray[np.uint32]
    """Sorted."""
    idf: Floats
    cells: NDArray[np.int8]
    scale: Floats
    """One for each row."""

    def rows(self, at: NDArray[np.intp]) -> Floats:
        """The vectors of chosen n-grams."""
        return np.asarray(self.cells[at] * self.scale[at, None], dtype=np.float32)


def pack(keys: NDArray[np.uint32], idf: Floats, vectors: Floats) -> Prior:
    """Round vectors to half a byte a cell, each row by its own scale."""
    scale = np.maximum(np.abs(vectors).max(axis=1), 1e-9) / _STEPS
    scale = scale.astype(np.float16).astype(np.float32)
    cells = np.clip(np.rint(vectors / scale[:, None]), -_STEPS, _STEPS).astype(np.int8)
    return Prior(keys, idf.astype(np.float16).astype(np.float32), cells, scale)


def save_prior(prior: Prior, path: Path, notes: str = "") -> None:
    """Write the table, two cells a byte."""
    raised = (prior.cells + 8).astype(np.uint8)
    arrays: dict[str, NDArray[Any]] = {
        "keys": prior.keys, "idf": prior.idf.astype(np.float16),
        "cells": raised[:, ::2] << 4 | raised[:, 1::2], "scale": prior.scale.astype(np.float16),
        "notes": np.frombuffer(notes.encode(), dtype=np.uint8),
    }  # fmt: skip
    np.savez_compressed(path, allow_pickle=False, **arrays)


def choose_prior(hashes: NDArray[np.uint32]) -> Prior | None:
    """The prior that knows most of these n-grams; None when none knows enough."""
    priors = [load_prior(WEIGHTS / f"prior_{language}.npz") for language in LANGUAGES]
    shares = [float(np.isin(hashes, prior.keys).mean()) for prior in priors]
    best = int(np.argmax(shares))
    return priors[best] if shares[best] >= LEAST_KNOWN else None


@cache
def load_prior(path: Path) -> Prior:
    """Read a table back."""
    with np.load(path, allow_pickle=False) as stored:
        packed = stored["cells"]
        cells = np.empty((len(packed), 2 * packed.shape[1]), dtype=np.int8)
        cells[:, ::2], cells[:, 1::2] = packed >> 4, packed & 15
        cells -= 8
        return Prior(
            stored["keys"], stored["idf"].astype(np.float32), cells,
            stored["scale"].astype(np.float32),
        )  # fmt: skip
