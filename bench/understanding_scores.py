"""What a prediction is worth, and how sure that number is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.understanding_data import Label, Rows
from local_models.classifiers.labelled import NOWHERE
from local_models.classifiers.methods import Answer


@dataclass(frozen=True, slots=True)
class Score:
    """A share with its bootstrap deviation."""

    value: float
    deviation: float

    def __str__(self) -> str:
        if self.value != self.value:  # NaN is not itself
            return "–"
        return f"{100 * self.value:.1f} ± {100 * self.deviation:.1f}"


def as_label(answer: Answer, task: str) -> Label:
    """An answer in the shape of a label; a method that learned "belongs nowhere" as a class names none."""
    labels = name_places(answer.labels)
    if task == "multi":
        return tuple(sorted(labels))
    return labels[0] if labels else None


def name_places(labels: Sequence[str]) -> tuple[str, ...]:
    """The labels that say where a text belongs."""
    return tuple(label for label in labels if label != NOWHERE)


def _as_set(label: Label) -> tuple[str, ...]:
    """A label as what `multi` compares: a text that belongs nowhere has none."""
    return (label,) if isinstance(label, str) else tuple(sorted(label or ()))


def score(task: str, answers: Sequence[Answer], rows: Rows) -> dict[str, Score]:
    """Every measure that belongs to the task, by name."""
    guesses = [as_label(answer, task) for answer in answers]
    truth = [_as_set(label) if task == "multi" else label for label in rows.labels]
    right = np.array(
        [guess == label for guess, label in zip(guesses, truth, strict=True)], dtype=float
    )
    if task == "multi":
        return {"exact_set": _share(right), "micro_f1": _bootstrap(guesses, truth, micro_f1)}
    confidence = np.array([answer.confidence for answer in answers])
    found = {"accuracy": _share(right), "surest_90": _share(_surest(right, confidence))}
    found["macro_f1"] = _bootstrap(guesses, truth, macro_f1)
    if task == "emotion" and any(rows.sarcastic):
        negative = np.array([guess == "negative" for guess in guesses], dtype=float)
        found["sarcastic_negative"] = _share(negative[np.array(rows.sarcastic)])
    if task == "emotion" and any(rows.twins):
        found["twins_wrong"] = _share(1.0 - right[np.array(rows.twins)])
    if task == "reject":
        inside = np.array([label is not None for label in truth])
        found["in_scope_accuracy"] = _share(right[inside])
        found["oos_recall"] = _share(right[~inside])
    return found


def _surest(right: NDArray[np.float64], confidence: NDArray[np.float64]) -> NDArray[np.float64]:
    return right[np.argsort(-confidence, kind="stable")[: max(1, int(0.9 * len(right)))]]


def _share(right: NDArray[np.float64]) -> Score:
    if not len(right):
        return Score(float("nan"), float("nan"))
    rng = np.random.default_rng(0)
    draws = [right[rng.integers(0, len(right), len(right))].mean() for _ in range(300)]
    return Score(float(right.mean()), float(np.std(draws)))


def _bootstrap(
    guesses: Sequence[Label],
    truth: Sequence[Label],
    measure: Callable[[Sequence[Label], Sequence[Label]], float],
) -> Score:
    rng, count = np.random.default_rng(0), len(truth)
    draws = []
    for _ in range(40):
        at = rng.integers(0, count, count)
        draws.append(measure([guesses[i] for i in at], [truth[i] for i in at]))
    return Score(measure(guesses, truth), float(np.std(draws)))


def macro_f1(guesses: Sequence[Label], truth: Sequence[Label]) -> float:
    """The mean over classes that occur of the harmonic mean of precision and recall."""
    hits = Counter(label for guess, label in zip(guesses, truth, strict=True) if guess == label)
    said, meant = Counter(guesses), Counter(truth)
    return float(np.mean([2 * hits[label] / (said[label] + meant[label]) for label in meant]))


def micro_f1(guesses: Sequence[Label], truth: Sequence[Label]) -> float:
    """F1 over all label decisions of a multi-label task."""
    common = sum(len(set(a or ()) & set(b or ())) for a, b in zip(guesses, truth, strict=True))
    total = sum(len(guess or ()) for guess in guesses) + sum(len(label or ()) for label in truth)
    return 2 * common / total if total else 0.0
