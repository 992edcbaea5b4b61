"""Retrain a reader from a user's own labelled file, and show what it was worth.

A fifth of the rows is left out (or those that a `split` column marks for measuring), measured with the
shipped reader before and with the new head after. Where the user's labels are the project's own, the new
head learns what the shipped reader says of the project's own texts along with the user's rows, so that
a small file helps and nothing is forgotten that it does not mention; lines kept back show whether that
is so. A head of labels of the user's own learns what belongs to none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers import difficulty, emotion, intents
from local_models.classifiers.confusion import draw_confusion, write_confusion
from local_models.classifiers.english import find_english
from local_models.classifiers.features import VIEWS, Features, read_glance
from local_models.classifiers.head import Head, load_head, save_head
from local_models.classifiers.labelled import (
    NOWHERE,
    Labelled,
    LabelledFileError,
    Row,
    read_labelled,
    split_rows,
)
from local_models.classifiers.meaning import read_meaning
from local_models.classifiers.methods import LABELS, LABELS_PLAIN, recipe_for_labels, suit
from local_models.classifiers.mood_features import read_mood_features
from local_models.classifiers.near_shipped import SCHEDULE, train_near
from local_models.classifiers.outside import gather_outside
from local_models.classifiers.own_labels import count_passes, count_texts, train_own_labels
from local_models.classifiers.own_lines import Control, choose_anchors, choose_controls
from local_models.classifiers.targets import need_targets
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
_ENOUGH_OUTSIDE = 50
"""A file with fewer texts that belong nowhere gets the project's own beside them."""
_STAND_INS = (400, 1_000)
"""How many of those there are at least and at most; in between, as many as there are rows."""
_MEASURED_OUTSIDE = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """What is left of the shipped reader: accuracy on lines of the project that were not learned."""

    name: str
    lines: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Outside:
    """How many texts that belong to no label are told so, and how many that have one."""

    texts: int
    told: float
    """Share of those that belong nowhere."""
    lost: float
    """Share of the rows left out that have a label and are taken for having none."""
    is_own: bool
    """They are the project's lines and not the user's."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a retraining was worth, measured on rows that it did not learn from."""

    labels: tuple[str, ...]
    train_rows: int
    held_out_rows: int
    before: float | None
    """Accuracy of the shipped reader; None when it does not know the user's labels."""
    after: float
    confusion: NDArray[np.int64]
    """Rows: true labels; columns: the new head's."""
    weights: Path
    picture: Path
    without_label: int = 0
    """Rows of the file that were left aside because text or label is missing."""
    kept: tuple[Kept, ...] = ()
    not_learned: tuple[str, ...] = ()
    """Labels that the head does not know: all their rows are marked for measuring, or their texts are."""
    not_measured: tuple[str, ...] = ()
    """Labels of which no row was left out."""
    column: str = ""
    """Where the file has its labels."""
    outside: Outside | None = None
    """None where the labels are the project's own, or nothing that belongs nowhere was measured."""


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What is learned, and who is told of it."""

    task: str
    learned: Sequence[Row]
    name: str
    seed: int
    on_start: Callable[[int], None]
    on_pass: Callable[[], None]

    @property
    def texts(self) -> list[str]:
        return [row.text for row in self.learned]

    @property
    def names(self) -> list[str]:
        return [row.label for row in self.learned]

    def choose_anchors(self) -> list[str]:
        """The project's texts that a head is held to, but for those of which the user says something."""
        said = {row.text for row in self.learned}
        return [text for text in choose_anchors(self.task) if text not in said]


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
            the task does not have, or `out` is no folder that can be written; told before the training.
    """
    found = read_labelled(data, task, knows_nowhere=task == "intent")
    rows = found.rows
    _check_labels(task, found, data)
    is_own = not {row.label for row in rows} - {NOWHERE} <= set(_KNOWN[task])
    if not is_own:
        rows = [replace(row, label="other") if row.label == NOWHERE else row for row in rows]
    learned, held_out = split_rows(rows, seed)
    _check_split(learned, held_out, data)
    need_targets(out, _list_targets(task))
    lesson = _Lesson(task, learned, data.name, seed, on_start, on_pass)
    outside = _gather_outside(learned, held_out, seed) if is_own else []
    if is_own:
        head = _learn_own(lesson, outside[_MEASURED_OUTSIDE:])
    else:
        head = (_learn_difficulty if task == "difficulty" else _learn_near)(lesson)
    gate = _learn_gate(lesson) if task == "emotion" else None
    for name, learnt in ((task, head), (emotion.CALM_WEIGHTS.stem, gate)):
        if learnt is not None:
            save_head(replace(learnt, notes=f"retrained from {data.name}"), out / f"{name}.npz")
    strange, unseen = _find_one_sided(head, learned, held_out)
    tell = _tell_by(head, gate)
    named = _named(head.labels, held_out)
    confusion = confuse(tell, named, held_out)
    write_confusion(confusion, named, out / f"{task}-confusion.csv")
    picture = draw_confusion(confusion, named, out / f"{task}-confusion.png")
    return Outcome(
        tuple(label for label in head.labels if label != NOWHERE), len(learned), len(held_out),
        None if is_own else _accuracy(_tell_as_shipped(task), held_out), _accuracy(tell, held_out),
        confusion, out / f"{task}.npz", picture, found.left_aside,
        () if is_own else tuple(_compare(task, tell, control) for control in choose_controls(task)),
        strange, unseen, found.column,
        _measure_outside(head, held_out, outside[:_MEASURED_OUTSIDE]) if is_own else None,
    )  # fmt: skip


def _list_targets(task: str) -> list[str]:
    """What is written for a task."""
    heads = [task, *([emotion.CALM_WEIGHTS.stem] if task == "emotion" else [])]
    return [*(f"{name}.npz" for name in heads), f"{task}-confusion.csv", f"{task}-confusion.png"]


def _learn_near(lesson: _Lesson) -> Head:
    """The shipped head after the user's rows."""
    lesson.on_start(SCHEDULE.epochs * (1 + (lesson.task == "emotion")))
    told_as = {}
    if lesson.task == "emotion" and emotion.SARCASTIC not in lesson.names:
        told_as = {emotion.SARCASTIC: emotion.told(emotion.SARCASTIC)}
    return train_near(
        _shipped_head(lesson.task), lesson.texts, lesson.names, lesson.choose_anchors(),
        replace(SCHEDULE, seed=lesson.seed), told_as=told_as, on_pass=lesson.on_pass,
        read=_read_mood_glance if lesson.task == "emotion" else read_glance,
    )  # fmt: skip


def _learn_gate(lesson: _Lesson) -> Head:
    """The shipped head that tells whether there is a mood, after the user's rows."""
    names = [emotion.CALM if name == "neutral" else emotion.MOVED for name in lesson.names]
    return train_near(
        load_head(emotion.CALM_WEIGHTS), lesson.texts, names, lesson.choose_anchors(),
        replace(SCHEDULE, seed=lesson.seed), on_pass=lesson.on_pass, read=_read_mood_glance,
    )  # fmt: skip


def _learn_difficulty(lesson: _Lesson) -> Head:
    """A plain head of the user's rows, thrice, so that they count, and of what the shipped reader says.

    The shipped weights have another form and cannot be trained on.
    """
    reader, anchors = difficulty.DifficultyReader(), choose_anchors(lesson.task)
    hard = np.array([reader.read(text, read_glance(text)) for text in anchors], dtype=np.float32)
    texts = lesson.texts * 3 + anchors
    recipe = _recipe(LABELS_PLAIN, len(texts), len(difficulty.LABELS), lesson.seed)
    lesson.on_start(recipe.passes)
    wanted = one_hot(lesson.names * 3, difficulty.LABELS)
    targets = np.concatenate([wanted, np.stack([1 - hard, hard], axis=1)])
    return train_head(
        texts, targets, difficulty.LABELS, recipe, on_pass=lesson.on_pass, read=read_glance
    )


def _learn_own(lesson: _Lesson, stand_ins: Sequence[str]) -> Head:
    """A head of the user's labels, which are read with the encoder; the shipped ones gain nothing by it."""
    texts = count_texts(len(lesson.learned) + len(stand_ins), recipe_for_labels())
    recipe = _recipe(recipe_for_labels(), texts, len(set(lesson.names)), lesson.seed)
    lesson.on_start(count_passes(recipe))
    return train_own_labels(
        lesson.texts, lesson.names, recipe, stand_ins=stand_ins, on_pass=lesson.on_pass,
        read=read_glance if len(recipe.view_weights) == VIEWS else _read_meaning_glance,
    )  # fmt: skip


def _gather_outside(learned: Sequence[Row], held_out: Sequence[Row], seed: int) -> list[str]:
    """The project's texts that belong to none of the user's labels: some to measure, the others to learn.

    None where the file brings enough of its own.
    """
    if sum(row.label == NOWHERE for row in learned) >= _ENOUGH_OUTSIDE:
        return []
    fewest, most = _STAND_INS
    count = min(most, max(fewest, len(learned)))
    return gather_outside([*learned, *held_out], count + _MEASURED_OUTSIDE, seed)


def _read_mood_glance(text: str) -> Features:
    return read_mood_features(read_glance(text))


def _read_meaning_glance(text: str) -> Features:
    return read_meaning(read_glance(text), in_english=find_english() is not None)


def _recipe(recipe: Recipe, texts: int, labels: int, seed: int) -> Recipe:
    """Smaller networks than the benches measure, so that the file stays a few megabytes."""
    schedule = replace(recipe.schedule, hidden=64, seed=seed)
    reaches = ((0.0, 4.0), (8.0, 8.0)) if recipe is LABELS else ((4.0, 0.0), (10.0, 0.0))
    recipe = replace(
        recipe, schedule=schedule, networks=2, reaches=reaches,
        reaches_in_english=((0.0, 4.0, 4.0), (8.0, 8.0, 8.0)), min_count=2 if texts > 2_000 else 1,
    )  # fmt: skip
    return suit(recipe, texts, labels)


def _check_labels(task: str, found: Labelled, path: Path) -> None:
    rows = found.rows
    labels = {row.label for row in rows}
    known = {"emotion": emotion.HEAD_LABELS, "difficulty": difficulty.LABELS}.get(task)
    if known is not None and (strange := sorted(labels - set(known))):
        row = next(row for row in rows if row.label == strange[0])
        raise LabelledFileError(
            f"{path}, line {row.line}: '{strange[0]}' is no {task} that the gateway knows; "
            f"use {', '.join(known)}. The labels are those of the column '{found.column}'."
        )
    if len(rows) / len(labels) < _FEWEST_A_LABEL:
        raise LabelledFileError(
            f"{path} has {len(labels)} labels in {len(rows)} rows, such as '{rows[0].label[:40]}': "
            f"is that the column of the labels, '{found.column}'? Give two rows a label at least."
        )


def _find_one_sided(
    head: Head, learned: Sequence[Row], held_out: Sequence[Row]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Labels that are measured and that the head does not know, and those that are learned alone."""
    known, tried = ({row.label for row in rows} for rows in (learned, held_out))
    return tuple(sorted(tried - known - set(head.labels))), tuple(sorted(known - tried))


def _check_split(learned: Sequence[Row], held_out: Sequence[Row], path: Path) -> None:
    known, tried = ({row.label for row in rows} for rows in (learned, held_out))
    is_marked = any(row.part in ("val", "test") for row in held_out)
    if len(known - {NOWHERE}) < 2 or not (is_marked or tried <= known):
        raise LabelledFileError(
            f"{path} leaves {len(learned)} rows of {len({row.label for row in learned})} labels to learn "
            f"from, and {len(held_out)} to measure: {_mend_split((*learned, *held_out))}"
        )
    if not held_out:
        raise LabelledFileError(f"{path} leaves no row to measure: mark some as test.")


def _mend_split(rows: Sequence[Row]) -> str:
    if any(row.part for row in rows):
        return (
            "give rows of two labels at least that are not marked test in the `split` column, with "
            "texts that differ."
        )
    first: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: row.line):
        other = first.setdefault(row.text, row)
        if other.label != row.label:
            return (
                f"lines {other.line} and {row.line} give '{row.text[:40]}' two labels, "
                f"'{other.label[:40]}' and '{row.label[:40]}'. Give each text one, and more texts that differ."
            )
    return "equal texts are never both learned and measured. Give more texts that differ."


Tell = Callable[[str], str]
"""What a reader makes of a text: one of its labels."""


def confuse(tell: Tell, labels: Sequence[str], rows: Sequence[Row]) -> NDArray[np.int64]:
    """How often each true label (row) was read as each label (column)."""
    at = {label: place for place, label in enumerate(labels)}
    table = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for row in rows:
        table[at[emotion.told(row.label)], at[tell(row.text)]] += 1
    return table


def _tell_by(head: Head, gate: Head | None = None) -> Tell:
    """What a head makes of a text, by a glance, as `serve` reads: a long letter is not measured by what
    is never looked at. Of labels of the user's own, an unsure reading is none of them."""
    if gate is not None:
        return _tell_mood(emotion.EmotionReader(head, gate=gate))
    has_outside = NOWHERE in head.labels

    def tell(text: str) -> str:
        reading = head.read(read_for(head, read_glance(text)))
        return NOWHERE if has_outside and reading.is_unsure else reading.label

    return tell


def _tell_mood(reader: emotion.EmotionReader) -> Tell:
    return lambda text: reader.read(_read_mood_glance(text)).emotion


def _shipped_head(task: str) -> Head:
    return load_head(intents.WEIGHTS / f"{task}.npz")


def _tell_as_shipped(task: str) -> Tell:
    """The shipped reader of the task."""
    if task == "intent":
        return _tell_by(_shipped_head(task))
    if task == "emotion":
        return _tell_mood(emotion.EmotionReader())
    reader, (any_model, strong_only) = difficulty.DifficultyReader(), difficulty.LABELS
    return lambda text: strong_only if reader.read(text, read_glance(text)) >= 0.5 else any_model


def _accuracy(tell: Tell, rows: Sequence[Row]) -> float:
    return sum(tell(row.text) == emotion.told(row.label) for row in rows) / len(rows)


def _compare(task: str, tell: Tell, control: Control) -> Kept:
    before, after = (_accuracy(each, control.rows) for each in (_tell_as_shipped(task), tell))
    return Kept(control.name, len(control.rows), before, after)


def _measure_outside(
    head: Head, held_out: Sequence[Row], stand_ins: Sequence[str]
) -> Outside | None:
    """By the user's own texts that belong nowhere where some were left out, else by stand-ins."""
    tell, labelled = _tell_by(head), [row for row in held_out if row.label != NOWHERE]
    own = [row.text for row in held_out if row.label == NOWHERE]
    texts = own or stand_ins
    if not texts or not labelled:
        return None
    told, lost = (
        sum(tell(text) == NOWHERE for text in each) / len(each)
        for each in (texts, [row.text for row in labelled])
    )
    return Outside(len(texts), told, lost, is_own=not own)


def _named(labels: Sequence[str], rows: Sequence[Row]) -> tuple[str, ...]:
    """The labels of the confusion matrix, sarcasm told as the mood that it is."""
    return tuple(sorted({emotion.told(label) for label in (*labels, *(row.label for row in rows))}))
