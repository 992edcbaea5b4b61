"""Retrain a reader from a user's own labelled file, and show what it was worth.

A fifth of the rows is left out (or those that a `split` column marks test), measured with the
shipped head before and with the new one after. Where the user's labels are the project's own,
the project's lines are learned along with the user's, so that a small file helps and does not
forget what it does not mention.
"""

from __future__ import annotations

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
from local_models.classifiers.labelled import LabelledFileError, Row, read_table, split_rows
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
_KNOWN = TASKS | {"emotion": emotion.HEAD_LABELS}
"""What the shipped readers tell, sarcasm apart."""
_FEWEST_A_LABEL = 2.0
"""Rows a label on average; below that it is most often the wrong column that was taken for the labels."""
_LEAST_SURE = {"intent": 0.35}
"""Below this confidence a head is unsure."""
_OWN_MOODS = 12_000
"""Lines of moods of our own that are learned along with a user's."""


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
    texts, names = _with_own_lines(task, learned)
    labels = tuple(sorted(set(names) | {row.label for row in held_out}))
    recipe = _recipe(task, texts, labels, seed)
    recipe = replace(recipe, notes=f"retrained from {data.name}")
    on_start(recipe.passes)
    head = train_head(
        texts, one_hot(names, labels), labels, recipe, on_pass=on_pass,
        read=_read_mood_glance if task == "emotion" else _reader_for(recipe),
    )  # fmt: skip
    head = replace(head, threshold=_LEAST_SURE.get(task, 0.0))
    save_head(head, out / f"{task}.npz")
    named = _named(head.labels, held_out)
    confusion = confuse(_tell_by(head), named, held_out)
    write_confusion(confusion, named, out / f"{task}-confusion.csv")
    picture = draw_confusion(confusion, named, out / f"{task}-confusion.png")
    return Outcome(
        labels, len(learned), len(held_out), _accuracy_before(task, held_out), _accuracy(confusion),
        confusion, out / f"{task}.npz", picture, without_label,
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


Tell = Callable[[str], str]
"""What a reader makes of a text: one of its labels."""


def confuse(tell: Tell, labels: Sequence[str], rows: Sequence[Row]) -> NDArray[np.int64]:
    """How often each true label (row) was read as each label (column)."""
    at = {label: place for place, label in enumerate(labels)}
    table = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for row in rows:
        table[at[emotion.told(row.label)], at[tell(row.text)]] += 1
    return table


def _tell_by(head: Head) -> Tell:
    # By a glance, as `serve` reads: a long letter is not measured by what is never looked at.
    return lambda text: emotion.told(head.read(read_for(head, read_glance(text))).label)


def _tell_as_shipped(task: str, labels: frozenset[str]) -> Tell | None:
    """The shipped reader of the task; None where it does not know the labels."""
    if task == "difficulty":
        reader, (any_model, strong_only) = difficulty.DifficultyReader(), difficulty.LABELS
        return lambda text: (
            strong_only if reader.read(text, read_glance(text)) >= 0.5 else any_model
        )
    head = load_head(intents.WEIGHTS / f"{task}.npz")
    return _tell_by(head) if labels <= set(head.labels) else None


def _accuracy_before(task: str, rows: Sequence[Row]) -> float | None:
    labels = frozenset(row.label for row in rows)
    tell = _tell_as_shipped(task, labels)
    return (
        None if tell is None else _accuracy(confuse(tell, _named(sorted(_KNOWN[task]), rows), rows))
    )


def _named(labels: Sequence[str], rows: Sequence[Row]) -> tuple[str, ...]:
    """The labels of the confusion matrix, sarcasm told as the mood that it is."""
    return tuple(sorted({emotion.told(label) for label in (*labels, *(row.label for row in rows))}))


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
