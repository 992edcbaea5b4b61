"""The project's own lines beside a user's: what a head is held to while it learns, and what it is measured on.

Anchors are texts of which a retrained head is to say what the shipped reader says. Controls are lines that
retraining never sees: they show whether anything was forgotten.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from local_models.classifiers import difficulty
from local_models.classifiers.data.compose import Line
from local_models.classifiers.labelled import Row
from local_models.classifiers.shipped_data import read_grades, read_lines, read_moods, read_turns
from local_models.classifiers.train_emotion import KEPT_BACK, read_mood_lines

_Each = TypeVar("_Each")
LANGUAGES = {"zh": "Chinese", "en": "English"}
_ANCHORS = {
    "intent": {"zh": (6_000, 2_000), "en": (6_000, 4_000)},
    "emotion": {"zh": (2_000, 4_000), "en": (2_000, 4_000)},
    "difficulty": {"zh": (200, 100), "en": (200, 100)},
}
"""How many turns and how many tales with a mood, at most."""
_CONTROL = {"zh": 500, "en": 300}
"""Turns that are kept for measuring; English has fewer to give."""
_GRADES_FOR_CONTROL = 4
"""One graded request of so many is kept for measuring."""


@dataclass(frozen=True, slots=True)
class Control:
    """Lines that retraining does not learn from."""

    name: str
    rows: tuple[Row, ...]


def choose_anchors(task: str) -> list[str]:
    """The texts that a head of the task is held to."""
    chosen: list[str] = []
    for language, (turns, moods) in _ANCHORS[task].items():
        chosen += [line.text for line in _turns(language)[_CONTROL[language] :][:turns]]
        tales = read_moods(language)
        if task == "emotion":
            tales += read_moods(language, kind="calm_")
        chosen += _shuffle([text for text, _ in tales])[:moods]
    if task == "difficulty":
        graded = _grades()
        chosen += [text for at, (text, _) in enumerate(graded) if at % _GRADES_FOR_CONTROL]
    return chosen


def choose_controls(task: str) -> list[Control]:
    """The lines that a head of the task is measured on."""
    if task == "difficulty":
        any_model, strong_only = difficulty.LABELS
        rows = tuple(
            Row(text, strong_only if grade == "hard" else any_model)
            for text, grade in _grades()[::_GRADES_FOR_CONTROL]
        )
        return [Control("graded requests", rows)]
    if task == "emotion":
        lines = [line for name in KEPT_BACK for line in read_mood_lines(name)]
        return [
            Control(
                f"{name} lines",
                tuple(Row(each.text, each.label) for each in lines if each.language == language),
            )
            for language, name in LANGUAGES.items()
        ]
    return [
        Control(
            f"{name} turns",
            tuple(
                Row(line.text, line.intents[0]) for line in _turns(language)[: _CONTROL[language]]
            ),
        )
        for language, name in LANGUAGES.items()
    ]


def _turns(language: str) -> list[Line]:
    return _shuffle(read_lines(language) + read_turns(language))


def _grades() -> list[tuple[str, str]]:
    return _shuffle(read_grades())


def _shuffle(lines: Sequence[_Each]) -> list[_Each]:
    """The same order each time."""
    return random.Random(3).sample(lines, len(lines))
