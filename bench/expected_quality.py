"""What is learned of models' answers: levels, a slope over difficulty, and what texts say, added one by one.

    uv run python -m bench.expected_quality --scores FILE [--labelled 100]

FILE holds which model answered which question rightly, in any of the shapes of `bench.routing_quality`.
Five-fold cross-validation over questions (the same question never stands on both sides) gives the log loss of:

* levels alone: each model's, drawn towards the mean of all
* levels and the slope over difficulty that the gateway goes by without learning
* levels and the slope that the questions show
* all that `main.py train --task quality` learns: the text besides

once with all questions of the other folds to learn from and once with few of them. Beside each stand how much
lower it is than with levels alone, the deviation of that over questions, and the share of the gap between the
best single model and the best one of each question that is closed by asking whom most is expected of.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.report import print_report
from bench.routing_data import Questions, read_questions
from bench.tables import InputError, refusing
from local_models.classifiers.difficulty import DifficultyReader
from local_models.classifiers.features import Features, read_glance
from local_models.classifiers.own_quality import measure, suit_recipe
from local_models.classifiers.quality_method import (
    Groups,
    Levels,
    Matrix,
    climb_at,
    fit_levels,
    fold,
    learn_quality,
    loss_of,
    sigmoid,
)
from local_models.classifiers.sample import Sample
from local_models.classifiers.scored import group
from policies.scoring import STEEPNESS, USUAL_DIFFICULTY

FOLDS = 5
FEWEST = 150
"""Questions, so that each fold has enough to learn few from."""
WAYS = ("levels alone", f"levels, slope of {STEEPNESS:g}", "levels, fitted slope", "with texts too")
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions as they are learned from."""

    corpus: list[Features]
    easier: Matrix
    right: Matrix
    groups: Groups
    models: tuple[str, ...]


def main(arguments: Sequence[str] | None = None) -> None:
    """Learn fold by fold, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--scores", type=Path, required=True, help="who answered what rightly")
    parser.add_argument("--labelled", type=int, default=100, help="how many few questions are")
    options = parser.parse_args(arguments)
    with refusing():
        asked = read_asked(read_questions(options.scores), options.scores)
    count, table, result = len(asked.easier), [], {}
    for name, most in (("all", None), (f"{options.labelled}", options.labelled)):
        expected, levels, slopes, shares = validate(asked, most)
        rows = [tell(asked, expected[way], expected[0], levels) for way in range(len(WAYS))]
        table += [[name, way, *row] for way, row in zip(WAYS, rows, strict=True)]
        result["all" if most is None else "few"] = {
            "log_loss": [row[0] for row in rows], "gain": [row[1] for row in rows],
            "deviation": [row[2] for row in rows], "gap_closed": [row[3] for row in rows],
            "slopes": slopes, "shares": shares,
        }  # fmt: skip
    models = len(asked.models)
    print_report(
        f"{count} questions, {models} models",
        ["learned from", "log odds go by", "log loss", "lower by", "±", "gap closed"], table,
        {"bench": "expected_quality", "questions": count, "models": models,
         "labelled": options.labelled, "gateway": STEEPNESS, "ways": WAYS, **result},
    )  # fmt: skip


def read_asked(questions: Questions, path: Path) -> Asked:
    """The questions that some model was asked, read as the gateway reads them.

    Raises:
        InputError: there are too few.
    """
    rows = np.flatnonzero(~np.isnan(questions.right).all(axis=1))
    if len(rows) < FEWEST:
        raise InputError(f"{path} has {len(rows)} questions; {FEWEST} are needed at least.")
    texts, reader = [questions.texts[at] for at in rows], DifficultyReader()
    corpus = [read_glance(text) for text in texts]
    difficulty = [
        reader.read(Sample(text), features) for text, features in zip(texts, corpus, strict=True)
    ]
    right = np.clip(questions.right[rows], 0.0, 1.0)
    easier = USUAL_DIFFICULTY - np.array(difficulty)
    return Asked(corpus, easier, right, group(texts), tuple(questions.models))


def validate(
    asked: Asked, most: int | None
) -> tuple[list[Matrix], Matrix, list[float], list[tuple[float, float]]]:
    """What each way expects of every answer, learned from other folds, from so many questions at most;
    each model's level, which says who is the best single one; each fold's slope and how much texts count."""
    expected = [np.empty_like(asked.right) for _ in WAYS]
    levels, slopes = np.zeros(len(asked.models)), list[float]()
    shares: list[tuple[float, float]] = []
    folds = fold(asked.groups, FOLDS, seed=0)
    for turn in range(FOLDS):
        left, known = np.flatnonzero(folds == turn), np.flatnonzero(folds != turn)
        if most is not None and most < len(known):
            known = np.random.default_rng(turn).choice(known, most, replace=False)
        alone, found = _learn(asked, known, left)
        for way, odds in zip(expected, found, strict=True):
            way[left] = sigmoid(odds)
        levels += alone.levels
        slopes.append(alone.slope)
        shares.append(alone.shares)
    return expected, levels, slopes, shares


@dataclass(frozen=True, slots=True)
class _Found:
    levels: Matrix
    slope: float
    shares: tuple[float, float]


def _learn(asked: Asked, known: Rows, left: Rows) -> tuple[_Found, list[Matrix]]:
    """Log odds by every way for the questions left out."""
    right, easier, groups = asked.right[known], asked.easier[known], group_anew(asked.groups[known])
    rest = asked.easier[left]
    alone = fit_levels(right, easier, groups, sloping=False)
    fixed = Levels(climb_at(right, easier, STEEPNESS), STEEPNESS)
    lesson = learn_quality(
        [asked.corpus[at] for at in known], right, easier, groups, asked.models,
        suit_recipe(len(known)),
    )  # fmt: skip
    odds = [each.odds(rest) for each in (alone, fixed, lesson.base)]
    odds.append(lesson.odds([asked.corpus[at] for at in left], rest))
    shares = (0.0, 0.0) if lesson.said is None else (lesson.said.common, lesson.said.own)
    return _Found(alone.levels, lesson.base.slope, shares), odds


def group_anew(groups: Groups) -> Groups:
    """The same groups, counted from 0 without gaps."""
    return np.asarray(np.unique(groups, return_inverse=True)[1], dtype=np.intp)


def tell(
    asked: Asked, chance: Matrix, alone: Matrix, levels: Matrix
) -> tuple[float, float, float, float]:
    """Log loss, how much lower than with levels alone, the deviation of that, and the share of the gap closed."""
    figures = measure(chance, asked.right, levels)
    answers = (~np.isnan(asked.right)).sum()
    gained = np.nansum(loss_of(asked.right, alone) - loss_of(asked.right, chance), axis=1)
    each = np.bincount(asked.groups, gained)
    spread = float(np.sqrt(((each - each.mean()) ** 2).sum()) / answers)
    closed = float("nan") if figures.gap_closed is None else figures.gap_closed
    return figures.log_loss, float(each.sum() / answers), spread, closed


if __name__ == "__main__":
    main()
