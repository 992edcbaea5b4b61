"""Read which model answered which question rightly, from files of several shapes.

The shape is told by the columns: `weak`, `strong` (and `bench`, `domain`, `contaminated`); a
`score` map by model with `prompt` or with `question` and `options` (and `task` or `category`,
`in_chars`, `out_chars`); or `score:<model>` and `cost:<model>` columns of a CSV file.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PRICES = {
    "gpt-4o-2024-05-13": (5.0, 15.0),
    "claude-3-5-sonnet-20240620": (3.0, 15.0),
    "Qwen2-72B-Instruct": (0.9, 0.9),
    "Qwen2-7B-Instruct": (0.2, 0.2),
}
"""Dollars for a million tokens in and out, list prices of mid 2024, at four characters a token."""
ROUTES = tuple(PRICES)
CHARS_PER_TOKEN = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Questions with what each model made of them."""

    texts: list[str]
    subjects: list[str]
    """Empty where the file names none; never shown to a router."""
    benches: list[str]
    models: tuple[str, ...]
    right: Floats
    """1 or 0 (or a share) for each question and model; NaN where the model was not asked."""
    cost: Floats | None
    """Dollars for each question and model."""
    is_counted: NDArray[np.bool_]
    """False for rows that a benchmark's authors mark as known to the models."""

    def take(self, rows: NDArray[np.intp]) -> Questions:
        """Some of the questions."""
        return Questions(
            texts=[self.texts[row] for row in rows],
            subjects=[self.subjects[row] for row in rows],
            benches=[self.benches[row] for row in rows],
            models=self.models, right=self.right[rows],
            cost=None if self.cost is None else self.cost[rows],
            is_counted=self.is_counted[rows],
        )  # fmt: skip

    def column(self, model: str) -> int:
        """Where a model stands in `right`; ends the program with the known names if nowhere."""
        if model not in self.models:
            sys.exit(f"No model '{model}' in the file; it has {', '.join(self.models)}.")
        return self.models.index(model)


def read_questions(path: Path) -> Questions:
    """Read a file whatever its shape; ends the program with a hint when it has none of them."""
    rows = _read_rows(path)
    if not rows:
        sys.exit(f"{path} holds no rows.")
    first = rows[0]
    if "weak" in first and "strong" in first:
        return _from_pairs(rows)
    if isinstance(first.get("score"), dict):
        return _from_scores(rows)
    if any(name.startswith("score:") for name in first):
        return _from_columns(rows)
    sys.exit(
        f"{path}: expected the columns weak and strong, a score map, or score:<model> columns; "
        f"found {', '.join(first)}."
    )


def question_key(text: str) -> str:
    """What two rows of one question share: its letters and digits."""
    return re.sub(r"[\W_]", "", text.lower())


def _read_rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open() as lines:
        if ".csv" in path.suffixes:
            csv.field_size_limit(10_000_000)
            return list(csv.DictReader(lines))
        return [json.loads(line) for line in lines if line.strip()]


def _from_pairs(rows: Sequence[dict[str, Any]]) -> Questions:
    return Questions(
        texts=[row["prompt"] for row in rows],
        subjects=[str(row.get("domain") or "") for row in rows],
        benches=[str(row.get("bench") or "all").lower() for row in rows],
        models=("weak", "strong"),
        right=np.array([[float(row["weak"]), float(row["strong"])] for row in rows]),
        cost=None,
        is_counted=np.array([not row.get("contaminated") for row in rows]),
    )


def _from_scores(rows: Sequence[dict[str, Any]]) -> Questions:
    models = tuple(sorted(set().union(*(row["score"] for row in rows))))
    right = np.array([[row["score"].get(model, np.nan) for model in models] for row in rows], float)
    return Questions(
        texts=[_text_of(row) for row in rows],
        subjects=[str(row.get("category") or "") for row in rows],
        benches=["all"] * len(rows),
        models=models,
        right=right,
        cost=_price(rows, models) if all("out_chars" in row for row in rows) else None,
        is_counted=np.ones(len(rows), dtype=bool),
    )


def _text_of(row: dict[str, Any]) -> str:
    if "prompt" in row:
        return str(row["prompt"])
    options = row.get("options") or []
    return str(row["question"]) + "".join(
        f"\n{letter}. {option}" for letter, option in zip("ABCDEFGHIJ", options, strict=False)
    )


def _price(rows: Sequence[dict[str, Any]], models: Sequence[str]) -> Floats:
    """What each call cost by the list prices above; NaN for models without one."""
    cost = np.full((len(rows), len(models)), np.nan)
    for column, model in enumerate(models):
        if model not in PRICES:
            continue
        price_in, price_out = PRICES[model]
        for at, row in enumerate(rows):
            sent = row.get("in_chars") or len(_text_of(row))
            got = row["out_chars"].get(model, 0) or 0
            cost[at, column] = (sent * price_in + got * price_out) / CHARS_PER_TOKEN / 1e6
    return cost


def _from_columns(rows: Sequence[dict[str, Any]]) -> Questions:
    models = tuple(name.removeprefix("score:") for name in rows[0] if name.startswith("score:"))
    numbers = {
        kind: np.array(
            [[float(row[f"{kind}:{model}"] or "nan") for model in models] for row in rows]
        )
        for kind in ("score", "cost")
        if f"{kind}:{models[0]}" in rows[0]
    }
    return Questions(
        texts=[row["prompt"] for row in rows],
        subjects=[""] * len(rows),
        benches=["all"] * len(rows),
        models=models,
        right=numbers["score"],
        cost=numbers.get("cost"),
        is_counted=np.ones(len(rows), dtype=bool),
    )
