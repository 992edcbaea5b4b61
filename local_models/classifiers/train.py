"""Retrain a reader from a user's own labelled file, and show what it was worth.

A fifth of the rows is left out (or those that a `split` column marks test), measured with the
shipped head before and with the new one after. Where the user's labels are the project's own,
the project's lines are learned along with the user's, so that a small file helps and does not
forget what it does not mention.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers import difficulty, emotion, intents
from local_models.classifiers.data.compose import compose
from local_models.classifiers.features import VIEWS, Features, read_glance
from local_models.classifiers.head import Head, load_head, save_head
from local_models.classifiers.meaning import read_meaning
from local_models.classifiers.methods import LABELS, LABELS_PLAIN, recipe_for_labels, suit
from local_models.classifiers.mood_features import read_mood_features
from local_models.classifiers.mood_method import CUED
from local_models.classifiers.network import Schedule
from local_models.classifiers.shipped_data import read_lines
from local_models.classifiers.training import Recipe, one_hot, train_head
from local_models.classifiers.views import read_for

TASKS = {
    "intent": intents.LABELS,
    "emotion": emotion.LABELS,
    "difficulty": difficulty.LABELS,
}
_TEXT_COLUMNS = ("text", "utterance", "query", "prompt", "content", "sentence")
_LABEL_COLUMNS = ("label", "intent", "emotion", "sentiment", "difficulty", "category")
_FEWEST = 20


class LabelledFileError(ValueError):
    """The user's file cannot be learned from; says where and how to mend it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text of the user's file."""

    text: str
    label: str
    split: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a retraining was worth, measured on rows that it did not learn from."""

    labels: tuple[str, ...]
    train_rows: int
    held_out_rows: int
    before: float | None
    """Accuracy of the shipped head; None when it does not know the user's labels."""
    after: float
    confusion: NDArray[np.int64]
    """Rows: true labels; columns: the new head's."""
    weights: Path
    picture: Path


def retrain(
    task: str,
    data: Path,
    out: Path,
    *,
    seed: int = 7,
    on_start: Callable[[int], None] = lambda passes: None,
    on_pass: Callable[[], None] = lambda: None,
) -> Outcome:
    """Train the task's head on the user's rows, save it and its confusion matrix under `out`.

    Raises:
        LabelledFileError: the file is missing, has no text or label column, or too few rows.
    """
    rows = read_rows(data)
    learned, held_out = split_rows(rows, seed)
    path = intents.WEIGHTS / f"{task}.npz"
    shipped = load_head(path) if path.is_file() else None  # difficulty is shipped in another form
    texts, names = _with_own_lines(task, learned)
    labels = tuple(sorted(set(names) | {row.label for row in held_out}))
    recipe = _recipe(task, texts, labels, seed)
    recipe = replace(recipe, notes=f"retrained from {data.name}")
    on_start(recipe.passes)
    head = train_head(
        texts, one_hot(names, labels), labels, recipe, on_pass=on_pass,
        read=_read_mood_glance if task == "emotion" else _reader_for(recipe),
    )  # fmt: skip
    head = replace(head, threshold=shipped.threshold if shipped else 0.0)
    out.mkdir(parents=True, exist_ok=True)
    save_head(head, out / f"{task}.npz")
    confusion = confuse(head, held_out)
    picture = draw_confusion(confusion, labels, out / f"{task}-confusion.png")
    knows = shipped is not None and {row.label for row in held_out} <= set(shipped.labels)
    before = _accuracy(confuse(shipped, held_out)) if shipped is not None and knows else None
    return Outcome(
        labels, len(learned), len(held_out), before, _accuracy(confusion), confusion,
        out / f"{task}.npz", picture,
    )  # fmt: skip


def _read_mood_glance(text: str) -> Features:
    return read_mood_features(read_glance(text))


def _reader_for(recipe: Recipe) -> Callable[[str], Features]:
    if len(recipe.view_weights) == VIEWS:
        return read_glance
    return lambda text: read_meaning(read_glance(text))


def _recipe(task: str, texts: Sequence[str], labels: Sequence[str], seed: int) -> Recipe:
    """Smaller networks than the benches measure, so that the file stays a few megabytes."""
    if task == "emotion":
        schedule = Schedule(hidden=64, epochs=12, seed=seed)
        recipe = Recipe(schedule=schedule, networks=1, view_weights=CUED.view_weights)
    else:
        # Intents of one's own are read with the encoder; the shipped ones gain nothing by it.
        is_own = task == "intent" and not set(labels) <= set(intents.LABELS)
        recipe = recipe_for_labels() if is_own else LABELS_PLAIN
        schedule = replace(recipe.schedule, hidden=64, seed=seed)
        reaches = ((0.0, 4.0), (3.0, 8.0)) if recipe is LABELS else ((4.0, 0.0), (10.0, 0.0))
        recipe = replace(recipe, schedule=schedule, networks=2, reaches=reaches)
        recipe = suit(recipe, len(texts), len(labels))
    return replace(recipe, min_count=2 if len(texts) > 2_000 else 1)


def read_rows(path: Path) -> list[Row]:
    """The labelled rows of a CSV or JSONL file.

    Raises:
        LabelledFileError: as `retrain` says.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise LabelledFileError(
            f"Cannot read {path}: {problem}. Give a UTF-8 .csv or .jsonl."
        ) from None
    records = _csv(content) if path.suffix.lower() in {".csv", ".tsv"} else _jsonl(content, path)
    text, label = _column(records, _TEXT_COLUMNS, path), _column(records, _LABEL_COLUMNS, path)
    rows = [
        Row(str(record[text]), str(record[label]), str(record.get("split") or ""))
        for record in records
        if record.get(text) and record.get(label) not in (None, "")
    ]
    if len(rows) < _FEWEST or len({row.label for row in rows}) < 2:
        raise LabelledFileError(
            f"{path} has {len(rows)} labelled rows of {len({row.label for row in rows})} labels; "
            f"training needs {_FEWEST} rows and two labels at least."
        )
    return rows


def split_rows(rows: Sequence[Row], seed: int) -> tuple[list[Row], list[Row]]:
    """Rows to learn from and rows to measure on; equal texts never stand on both sides."""
    marked = [row for row in rows if row.split == "test"]
    if marked:
        return [row for row in rows if row.split != "test"], marked
    texts = sorted({row.text for row in rows})
    random.Random(seed).shuffle(texts)
    held = set(texts[: max(1, len(texts) // 5)])
    return [row for row in rows if row.text not in held], [row for row in rows if row.text in held]


def confuse(head: Head, rows: Sequence[Row]) -> NDArray[np.int64]:
    """How often each true label (row) was read as each label (column)."""
    labels = tuple(
        sorted({emotion.told(label) for label in head.labels} | {row.label for row in rows})
    )
    at = {label: place for place, label in enumerate(labels)}
    table = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for row in rows:
        # By a glance, as `serve` reads: a long letter is not measured by what is never looked at.
        said = emotion.told(head.read(read_for(head, read_glance(row.text))).label)
        table[at[row.label], at[said]] += 1
    return table


def draw_confusion(table: NDArray[np.int64], labels: Sequence[str], path: Path) -> Path:
    """A picture of the confusion matrix, each row as shares of its true label."""
    from matplotlib.figure import Figure

    size = 3.0 + 0.38 * len(labels)
    figure = Figure(figsize=(size, size), dpi=110)
    axes = figure.add_subplot()
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    axes.set_xticks(range(len(labels)), labels, rotation=90)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel("read as")
    axes.set_ylabel("true label")
    for row, column in zip(*np.nonzero(table), strict=True):
        shade = "white" if shares[row, column] > 0.5 else "black"
        axes.text(
            column, row, str(table[row, column]), ha="center", va="center", color=shade, size=7
        )
    figure.tight_layout()
    figure.savefig(path)
    return path


def _accuracy(table: NDArray[np.int64]) -> float:
    return float(np.trace(table) / max(1, int(table.sum())))


def _with_own_lines(task: str, rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    """The user's rows (thrice, so that they count) and our lines when the labels are ours."""
    texts, names = [row.text for row in rows], [row.label for row in rows]
    if task != "intent" or not set(names) <= set(TASKS["intent"]):
        return texts, names
    own = compose(read_lines("zh") + read_lines("en"), per_line=1)
    return texts * 3 + [line.text for line in own], names * 3 + [line.intents[0] for line in own]


def _csv(content: str) -> list[dict[str, object]]:
    first = content.partition("\n")[0]
    return [
        dict(row)
        for row in csv.DictReader(content.splitlines(), delimiter="\t" if "\t" in first else ",")
    ]


def _jsonl(content: str, path: Path) -> list[dict[str, object]]:
    records = []
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as problem:
            raise LabelledFileError(f"{path}, line {number} is no JSON: {problem}.") from None
        if not isinstance(record, dict):
            raise LabelledFileError(f"{path}, line {number} is no JSON object.")
        records.append(record)
    return records


def _column(records: Sequence[dict[str, object]], names: Sequence[str], path: Path) -> str:
    there = records[0].keys() if records else ()
    for name in names:
        if name in there:
            return name
    raise LabelledFileError(
        f"{path} has no column {' or '.join(names[:2])}; it has {', '.join(there) or 'no rows'}."
    )
