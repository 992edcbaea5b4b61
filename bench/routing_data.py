"""Read which model answered which question rightly, from files of several shapes.

The shape is told by the columns: `weak`, `strong` (and `bench`, `domain`, `contaminated`); a
`score` map by model with `prompt` or with `question` and `options` (and `task` or `category`,
`in_chars`, `out_chars`); or `score:<model>` and `cost:<model>` columns of a CSV file.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.tables import InputError, read_flag, read_table, read_text, tell
from local_models.classifiers.labelled import Record

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
        """Where a model stands in `right`.

        Raises:
            InputError: nowhere; says which names there are.
        """
        if model not in self.models:
            raise InputError(f"No model {_unknown(model, self.models)}")
        return self.models.index(model)

    def of_bench(self, bench: str, path: Path) -> Questions:
        """The questions of one bench, whatever the case of its name; all where none is named.

        Raises:
            InputError: the file has no such bench.
        """
        wanted = bench.lower()
        if wanted and wanted not in self.benches:
            raise InputError(f"{path}: no bench {_unknown(bench, sorted(set(self.benches)))}")
        rows = [at for at, name in enumerate(self.benches) if wanted in ("", name)]
        return self.take(np.array(rows, dtype=np.intp))


def _unknown(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return f"'{name}' in the file; it has {', '.join(known)}.{hint}"


def read_questions(path: Path) -> Questions:
    """Read a file whatever its shape.

    Raises:
        InputError: it cannot be read, has none of the shapes, or a row does not keep to it.
    """
    records = read_table(path)
    there = dict.fromkeys(name for _, record in records for name in record)
    if "weak" in there and "strong" in there:
        return _from_pairs(records, path)
    if "score" in there:
        return _from_scores(records, path)
    if any(name.startswith("score:") for name in there):
        return _from_columns(records, path)
    raise InputError(
        f"{path}: expected the columns weak and strong, a score map, or score:<model> columns; "
        f"found {', '.join(there)}."
    )


def question_key(text: str) -> str:
    """What two rows of one question share: its letters and digits."""
    return re.sub(r"[\W_]", "", text.lower())


def _from_pairs(records: Sequence[Record], path: Path) -> Questions:
    rows = [record for _, record in records]
    right = [
        [_share(record, name, path, line, may_lack=False) for name in ("weak", "strong")]
        for line, record in records
    ]
    return Questions(
        texts=[_text_of(record, path, line) for line, record in records],
        subjects=[str(row.get("domain") or "") for row in rows],
        benches=[str(row.get("bench") or "all").lower() for row in rows],
        models=("weak", "strong"),
        right=np.array(right),
        cost=None,
        is_counted=np.array(
            [
                not read_flag(record.get("contaminated"), "contaminated", path, line)
                for line, record in records
            ]
        ),
    )


def _share(
    row: dict[str, Any], name: str, path: Path, line: int,
    *, may_lack: bool = True, most: float = 1.0,
) -> float:  # fmt: skip
    """A cell from 0 to `most`; NaN where it is empty and may be."""
    value = row.get(name)
    if may_lack and (value is None or value == "" or value != value):
        return math.nan
    try:
        number = float(value) if isinstance(value, str | int | float) else math.nan
    except ValueError:
        number = math.nan
    if not 0 <= number <= most or number == math.inf:
        found = tell(value) if name in row else "missing"
        mend = "1 where the model was right and 0 where not" if most == 1 else "a number"
        raise InputError(f"{path}, line {line}: `{name}` is {found}; give {mend}.")
    return number


def _map(row: dict[str, Any], name: str, path: Path, line: int) -> dict[str, Any]:
    found = row.get(name)
    if not isinstance(found, dict):
        raise InputError(
            f"{path}, line {line}: `{name}` is {tell(found)}; give a map from model to number."
        )
    return found


def _from_scores(records: Sequence[Record], path: Path) -> Questions:
    scores = [(line, _map(record, "score", path, line)) for line, record in records]
    models = tuple(sorted(set().union(*(score for _, score in scores))))
    if len(models) < 2:
        raise InputError(f"{path}: `score` names {len(models)} models; two at least are compared.")
    right = [[_share(score, model, path, line) for model in models] for line, score in scores]
    texts = [_text_of(record, path, line) for line, record in records]
    has_length = all("out_chars" in record for _, record in records)
    return Questions(
        texts=texts,
        subjects=[str(record.get("category") or "") for _, record in records],
        benches=["all"] * len(records),
        models=models,
        right=np.array(right),
        cost=_price(records, texts, models, path) if has_length else None,
        is_counted=np.ones(len(records), dtype=bool),
    )


def _text_of(row: dict[str, Any], path: Path, line: int) -> str:
    if "prompt" not in row and "question" not in row:
        raise InputError(
            f"{path}, line {line} has no column `prompt` or `question`; it has {', '.join(row)}."
        )
    if "prompt" in row:
        return read_text(row["prompt"], "prompt", path, line)
    options = row.get("options") or []
    if not isinstance(options, list):
        raise InputError(f"{path}, line {line}: `options` is {tell(options)}; give a list.")
    return read_text(row["question"], "question", path, line) + "".join(
        f"\n{letter}. {option}" for letter, option in zip("ABCDEFGHIJ", options, strict=False)
    )


def _price(
    records: Sequence[Record], texts: Sequence[str], models: Sequence[str], path: Path
) -> Floats:
    """What each call cost by the list prices above; NaN for models without one."""
    cost = np.full((len(records), len(models)), np.nan)
    priced = [(at, model) for at, model in enumerate(models) if model in PRICES]
    for row, ((line, record), text) in enumerate(zip(records, texts, strict=True)):
        lengths = _map(record, "out_chars", path, line)
        sent = _share(record, "in_chars", path, line, most=math.inf)
        for column, model in priced:
            price_in, price_out = PRICES[model]
            got = _share(lengths, model, path, line, most=math.inf)
            tokens_in = (sent if sent > 0 else len(text)) / CHARS_PER_TOKEN
            tokens_out = (got if got > 0 else 0) / CHARS_PER_TOKEN
            cost[row, column] = (tokens_in * price_in + tokens_out * price_out) / 1e6
    return cost


def _from_columns(records: Sequence[Record], path: Path) -> Questions:
    names = records[0][1]
    models = tuple(name.removeprefix("score:") for name in names if name.startswith("score:"))
    if len(models) < 2:
        raise InputError(
            f"{path} has {len(models)} score:<model> columns; two at least are compared."
        )
    numbers = {
        kind: np.array(
            [[_share(record, f"{kind}:{model}", path, line, most=most) for model in models]
             for line, record in records]
        )
        for kind, most in (("score", 1.0), ("cost", math.inf))
        if any(f"{kind}:{model}" in names for model in models)
    }  # fmt: skip
    return Questions(
        texts=[_text_of(record, path, line) for line, record in records],
        subjects=[""] * len(records),
        benches=["all"] * len(records),
        models=models,
        right=numbers["score"],
        cost=numbers.get("cost"),
        is_counted=np.ones(len(records), dtype=bool),
    )
