"""Retrain a reader from a user's own labelled file, and show what it was worth.

A fifth of the rows is left out (or those that a `split` column marks test), measured with the
shipped head before and with the new one after. Where the user's labels are the project's own,
the project's lines are learned along with the user's, so that a small file helps and does not
forget what it does not mention.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers import difficulty, emotion, intents
from local_models.classifiers.confusion import draw_confusion, write_confusion
from local_models.classifiers.data.compose import compose
from local_models.classifiers.features import VIEWS, Features, read_glance
from local_models.classifiers.head import Head, load_head, save_head
from local_models.classifiers.meaning import read_meaning
from local_models.classifiers.methods import LABELS, LABELS_PLAIN, recipe_for_labels, suit
from local_models.classifiers.mood_features import read_mood_features
from local_models.classifiers.mood_method import CUED
from local_models.classifiers.network import Schedule
from local_models.classifiers.shipped_data import read_grades, read_lines, read_moods
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
_FEWEST_A_LABEL = 2.0
"""Rows a label on average; below that it is most often the wrong column that was taken for the labels."""
_HELD_OUT = frozenset({"test", "val", "valid", "validation", "dev"})
"""What a `split` column calls rows that are measured and not learned."""
_OWN_MOODS = 12_000
"""Lines of moods of our own that are learned along with a user's."""


class LabelledFileError(ValueError):
    """The user's file cannot be learned from; says where and how to mend it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text of the user's file."""

    text: str
    label: str
    split: str = ""
    line: int = 0
    """Where it stands in the file."""


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
    without_label: int = 0
    """Rows of the file that were left aside because text or label is missing."""


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
        LabelledFileError: the file is missing, has no text or label column, too few rows or labels that
            the task does not have, or `out` is no folder that can be written.
    """
    rows, without_label = read_table(data)
    _check_labels(task, rows, data)
    learned, held_out = split_rows(rows, seed)
    _check_split(learned, held_out, data)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise LabelledFileError(f"{out} is no folder to write to: {problem.strerror}.") from None
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
    save_head(head, out / f"{task}.npz")
    confusion = confuse(head, held_out)
    named = _named(head, held_out)
    write_confusion(confusion, named, out / f"{task}-confusion.csv")
    picture = draw_confusion(confusion, named, out / f"{task}-confusion.png")
    knows = shipped is not None and {row.label for row in held_out} <= set(shipped.labels)
    before = _accuracy(confuse(shipped, held_out)) if shipped is not None and knows else None
    return Outcome(
        labels, len(learned), len(held_out), before, _accuracy(confusion), confusion,
        out / f"{task}.npz", picture, without_label,
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
        reaches = ((0.0, 4.0), (8.0, 8.0)) if recipe is LABELS else ((4.0, 0.0), (10.0, 0.0))
        recipe = replace(recipe, schedule=schedule, networks=2, reaches=reaches)
        recipe = suit(recipe, len(texts), len(labels))
    return replace(recipe, min_count=2 if len(texts) > 2_000 else 1)


def _check_labels(task: str, rows: Sequence[Row], path: Path) -> None:
    labels = {row.label for row in rows}
    known = {"emotion": emotion.HEAD_LABELS, "difficulty": difficulty.LABELS}.get(task)
    if known is not None and (strange := sorted(labels - set(known))):
        row = next(row for row in rows if row.label == strange[0])
        raise LabelledFileError(
            f"{path}, line {row.line}: '{strange[0]}' is no {task} that the gateway knows; "
            f"use {', '.join(known)}."
        )
    if len(rows) / len(labels) < _FEWEST_A_LABEL:
        raise LabelledFileError(
            f"{path} has {len(labels)} labels in {len(rows)} rows, such as '{rows[0].label[:40]}': "
            "is that the column of the labels? Give two rows a label at least."
        )


def _check_split(learned: Sequence[Row], held_out: Sequence[Row], path: Path) -> None:
    if len({row.label for row in learned}) < 2:
        raise LabelledFileError(
            f"{path} leaves {len(learned)} rows of {len({row.label for row in learned})} labels to learn "
            f"from, and {len(held_out)} to measure: give rows of two labels at least that are not marked "
            "test in the `split` column, with texts that differ."
        )
    if not held_out:
        raise LabelledFileError(f"{path} leaves no row to measure: mark some as test.")


def read_rows(path: Path) -> list[Row]:
    """The labelled rows of a CSV or JSONL file.

    Raises:
        LabelledFileError: as `retrain` says.
    """
    return read_table(path)[0]


def read_table(path: Path) -> tuple[list[Row], int]:
    """The labelled rows of a file, and how many others it has, which lack a text or a label.

    Raises:
        LabelledFileError: as `retrain` says.
    """
    records = read_records(path)
    text, label = _column(records, _TEXT_COLUMNS, path), _column(records, _LABEL_COLUMNS, path)
    rows = []
    for line, record in records:
        said, named = _word(record.get(text), path, line), _word(record.get(label), path, line)
        if said and named:
            rows.append(Row(said, named, _word(record.get("split"), path, line).lower(), line))
    if len(rows) < _FEWEST or len({row.label for row in rows}) < 2:
        raise LabelledFileError(
            f"{path} has {len(rows)} labelled rows of {len({row.label for row in rows})} labels; "
            f"training needs {_FEWEST} rows and two labels at least."
        )
    return rows, len(records) - len(rows)


def _word(value: object, path: Path, line: int) -> str:
    """A cell as text; empty where there is nothing."""
    if value is None or value != value:  # NaN is not itself
        return ""
    if isinstance(value, list | dict):
        raise LabelledFileError(
            f"{path}, line {line}: {str(value)[:60]} is no single text; give one label a row."
        )
    word = str(value).strip()
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        raise LabelledFileError(
            f"{path}, line {line}: {word[:40]!a} holds half a character; save the file as UTF-8."
        ) from None
    return word


def split_rows(rows: Sequence[Row], seed: int) -> tuple[list[Row], list[Row]]:
    """Rows to learn from and rows to measure on; equal texts never stand on both sides."""
    marked = [row for row in rows if row.split in _HELD_OUT]
    if marked:
        measured = {row.text for row in marked}
        return [row for row in rows if row.text not in measured], marked
    texts = sorted({row.text for row in rows})
    random.Random(seed).shuffle(texts)
    held = set(texts[: max(1, len(texts) // 5)])
    return [row for row in rows if row.text not in held], [row for row in rows if row.text in held]


def confuse(head: Head, rows: Sequence[Row]) -> NDArray[np.int64]:
    """How often each true label (row) was read as each label (column)."""
    labels = _named(head, rows)
    at = {label: place for place, label in enumerate(labels)}
    table = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for row in rows:
        # By a glance, as `serve` reads: a long letter is not measured by what is never looked at.
        said = emotion.told(head.read(read_for(head, read_glance(row.text))).label)
        table[at[emotion.told(row.label)], at[said]] += 1
    return table


def _named(head: Head, rows: Sequence[Row]) -> tuple[str, ...]:
    """The labels of the confusion matrix, sarcasm told as the mood that it is."""
    return tuple(
        sorted({emotion.told(label) for label in (*head.labels, *(row.label for row in rows))})
    )


def _accuracy(table: NDArray[np.int64]) -> float:
    return float(np.trace(table) / max(1, int(table.sum())))


def _with_own_lines(task: str, rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    """The user's rows (thrice, so that they count) and our lines when the labels are ours."""
    texts, names = [row.text for row in rows], [row.label for row in rows]
    if task == "intent" and not set(names) <= set(TASKS["intent"]):
        return texts, names
    own = _OWN_LINES[task]()
    return texts * 3 + [text for text, _ in own], names * 3 + [name for _, name in own]


def _own_intents() -> list[tuple[str, str]]:
    lines = compose(read_lines("zh") + read_lines("en"), per_line=1)
    return [(line.text, line.intents[0]) for line in lines]


def _own_moods() -> list[tuple[str, str]]:
    lines = read_moods("zh") + read_moods("en")
    random.Random(3).shuffle(lines)
    return lines[:_OWN_MOODS]


def _own_grades() -> list[tuple[str, str]]:
    any_model, strong_only = difficulty.LABELS
    graded = [
        (text, strong_only if grade == "hard" else any_model) for text, grade in read_grades()
    ]
    turns = [line.text for line in read_lines("zh") + read_lines("en")]
    random.Random(5).shuffle(turns)
    return graded + [(text, any_model) for text in turns[: len(graded)]]


_OWN_LINES = {"intent": _own_intents, "emotion": _own_moods, "difficulty": _own_grades}


Record = tuple[int, dict[str, object]]
"""A line's number and what it holds."""


def read_records(path: Path) -> list[Record]:
    """The rows of a CSV, TSV or JSONL file as they are, each with its line.

    Raises:
        LabelledFileError: it cannot be read; says where and how to mend it.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise LabelledFileError(
            f"Cannot read {path}: {problem}. Give a UTF-8 .csv or .jsonl."
        ) from None
    return (_csv if path.suffix.lower() in {".csv", ".tsv"} else _jsonl)(content, path)


def _csv(content: str, path: Path) -> list[Record]:
    first = next((line for line in content.split("\n") if line.strip()), "")
    csv.field_size_limit(10_000_000)
    reader = csv.reader(
        io.StringIO(content, newline=""), delimiter="\t" if "\t" in first else ",", strict=True
    )
    header: list[str] = []
    records: list[Record] = []
    try:
        for fields in reader:
            if not any(field.strip() for field in fields):
                continue
            if not header:
                header = [field.strip() for field in fields]
                if twice := [name for name in header if name and header.count(name) > 1]:
                    raise LabelledFileError(
                        f"{path} has two columns '{twice[0]}': rename one of them."
                    )
                continue
            if len(fields) != len(header):
                raise LabelledFileError(
                    f"{path}, line {reader.line_num} has {len(fields)} fields, not {len(header)} as the "
                    "first line: put a text that holds a comma, a quote or a line end in double quotes."
                )
            records.append((reader.line_num, dict(zip(header, fields, strict=True))))
    except csv.Error as problem:
        raise LabelledFileError(
            f"{path}, line {reader.line_num}: {problem}. Close every double quote, and write one inside "
            'a text twice ("").'
        ) from None
    return records


def _jsonl(content: str, path: Path) -> list[Record]:
    records: list[Record] = []
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as problem:
            raise LabelledFileError(f"{path}, line {number} is no JSON: {problem}.") from None
        if not isinstance(record, dict):
            raise LabelledFileError(f"{path}, line {number} is no JSON object.")
        records.append((number, record))
    return records


def _column(records: Sequence[Record], names: Sequence[str], path: Path) -> str:
    there = dict.fromkeys(name for _, record in records for name in record)
    for name in names:
        if name in there:
            return name
    raise LabelledFileError(
        f"{path} has no column {' or '.join(names[:2])}; it has {', '.join(there) or 'no rows'}."
    )
