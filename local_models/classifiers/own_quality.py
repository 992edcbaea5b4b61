"""Teach the gateway how good models are on a user's own requests, and show what it was worth.

A fifth of the rows is left out (or those that a `split` column marks for measuring). They are measured with
what is expected without learning - cards and difficulty - before, and with what was learned after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from local_models.classifiers.difficulty import DifficultyReader
from local_models.classifiers.features import Features, read_glance
from local_models.classifiers.head import load_head
from local_models.classifiers.labelled import LabelledFileError
from local_models.classifiers.network import Schedule
from local_models.classifiers.quality import (
    USUAL_DIFFICULTY,
    QualityReader,
    mark_difficulty,
    save_quality,
)
from local_models.classifiers.quality_method import (
    FEWEST_FOR_TEXT,
    FOLDS,
    Lesson,
    Matrix,
    fit_levels,
    learn_quality,
    loss_of,
    sigmoid,
)
from local_models.classifiers.reliability import (
    draw_reliability,
    tell_reliability,
    write_reliability,
)
from local_models.classifiers.sample import Sample
from local_models.classifiers.scored import (
    ScoredRow,
    group,
    lay_out,
    list_models,
    read_scored,
    split_scored,
)
from local_models.classifiers.targets import need_targets
from local_models.classifiers.training import Recipe

TASK = "quality"
_LOOKS = 30_000
_PASSES = (6, 40)
"""A network looks so often at texts in all, in so many passes at least and at most."""
_MANY = 2_000
"""From so many texts on, n-grams count that three of them hold, else those of two."""

Expect = Callable[[float, float], float]
"""What is expected of a model by its card's quality and a request's difficulty."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What expectations were worth on rows left out."""

    log_loss: float
    brier: float
    gap_closed: float | None
    """Share of the gap between the best single model and the oracle that is closed by always asking the
    model of which most is expected; None where no row was answered by several, or there is no gap."""


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned of one model."""

    name: str
    answers: int
    """Rows that it was learned from."""
    right: float
    """How well it answered them."""
    expected: float
    """What is expected of it on the rows left out, on average."""
    card: float | None
    """None: no configured model is called so."""
    measured: int = 0
    """Its answers among the rows left out."""


@dataclass(frozen=True, slots=True)
class Taught:
    """What was learned, measured on rows that it was not learned from."""

    models: tuple[Model, ...]
    train_rows: int
    held_out_rows: int
    before: Figures
    after: Figures
    slope: float
    common: float
    """How much counts what texts say of all models alike, ..."""
    own: float
    """... and what of each apart from the others."""
    single: float
    """How well the best single model answered the rows left out."""
    oracle: float
    """And the best one of each."""
    weights: Path
    picture: Path
    without_score: int = 0
    """Rows of the file that were left aside because text or scores are missing."""
    not_learned: tuple[str, ...] = ()
    """Models that no row is left to learn from."""


@dataclass(frozen=True, slots=True)
class _Side:
    """Rows as they are learned from or measured on."""

    corpus: list[Features]
    difficulty: Matrix
    right: Matrix

    @property
    def easier(self) -> Matrix:
        return USUAL_DIFFICULTY - self.difficulty


def suit_recipe(texts: int, seed: int = 7) -> Recipe:
    """How what texts say is learned from so many: quickly, in one small network."""
    fewest, most = _PASSES
    schedule = Schedule(
        kind="many", hidden=32, epochs=max(fewest, min(most, _LOOKS // texts)), batch=256,
        rate=0.006, dropout=0.4, hidden_dropout=0.4, smoothing=0.0, is_wide=False, seed=seed,
    )  # fmt: skip
    return Recipe(
        schedule=schedule, networks=1, min_count=3 if texts >= _MANY else 2, reaches=((4.0, 0.0),)
    )


def teach(
    data: Path,
    out: Path,
    *,
    expect: Expect,
    cards: Mapping[str, float],
    seed: int = 7,
    on_start: Callable[[int], None] = lambda passes: None,
    on_pass: Callable[[], None] = lambda: None,
) -> Taught:
    """Learn from the user's rows, save `quality.npz`, a table and a picture of its reliability under `out`.

    `cards` has the general quality of the models that are configured, and `expect` says what that comes to
    on a request of some difficulty; they are only measured against.

    Raises:
        LabelledFileError: the file is missing, has no texts, no scores or too few rows, or `out` is no
            folder that can be written.
    """
    rows, without = read_scored(data)
    learned, held_out = split_scored(rows, seed, data)
    need_targets(out, (f"{TASK}.npz", f"{TASK}-reliability.csv", f"{TASK}-reliability.png"))
    models, reader = list_models(learned), _open_difficulty(out)
    side, left = (_read_side(each, models, reader) for each in (learned, held_out))
    recipe = suit_recipe(len(learned), seed)
    on_start(recipe.schedule.epochs * (FOLDS + 1) if len(learned) >= FEWEST_FOR_TEXT else 1)
    groups = group([row.text for row in learned])
    lesson = learn_quality(
        side.corpus, side.right, side.easier, groups, models, recipe, on_pass=on_pass
    )
    note = f"learned from {data.name}, {len(learned)} rows"
    save_quality(_keep(lesson, models, mark_difficulty(out), note), out / f"{TASK}.npz")
    before = _expect_before(side, left, models, expect, cards)
    after = sigmoid(lesson.odds(left.corpus, left.easier))
    told = {
        "before": tell_reliability(before, left.right),
        "after": tell_reliability(after, left.right),
    }
    write_reliability(told, out / f"{TASK}-reliability.csv")
    return Taught(
        _tell_models(models, (side, left), after, cards), len(learned), len(held_out),
        measure(before, left.right, lesson.base.levels), measure(after, left.right, lesson.base.levels),
        lesson.base.slope, *_shares(lesson), *_bounds(left.right, lesson.base.levels),
        out / f"{TASK}.npz", draw_reliability(told, out / f"{TASK}-reliability.png"), without,
        tuple(name for name in list_models(rows) if name not in models),
    )  # fmt: skip


def _shares(lesson: Lesson) -> tuple[float, float]:
    return (0.0, 0.0) if lesson.said is None else (lesson.said.common, lesson.said.own)


def _open_difficulty(folder: Path) -> DifficultyReader:
    """The reader that will serve with what is learned: the folder's own, else the shipped one.

    Raises:
        LabelledFileError: the folder's own is none.
    """
    path = folder / "difficulty.npz"
    try:
        return DifficultyReader(load_head(path) if path.is_file() else None)
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise LabelledFileError(
            f"{path} cannot be read as a head, and what is learned would be served with it: {error}. Train it "
            "again with `--task difficulty`, or name another folder."
        ) from None


def _read_side(rows: Sequence[ScoredRow], models: Sequence[str], reader: DifficultyReader) -> _Side:
    corpus = [read_glance(row.text) for row in rows]
    difficulty = [
        reader.read(Sample(row.text), features) for row, features in zip(rows, corpus, strict=True)
    ]
    return _Side(corpus, np.array(difficulty), lay_out(rows, models))


def _keep(lesson: Lesson, models: Sequence[str], mark: str, note: str) -> QualityReader:
    """What serving needs of a lesson."""
    said, settled = lesson.said, lesson.settled
    reader = QualityReader(
        models=tuple(models), levels=tuple(settled.levels.tolist()), slope=settled.slope,
        difficulty=mark, notes=note,
    )  # fmt: skip
    if said is None:
        return reader
    means = tuple(said.means.tolist())
    return replace(reader, head=said.head, means=means, common=said.common, own=said.own)


def _expect_before(
    side: _Side, left: _Side, models: Sequence[str], expect: Expect, cards: Mapping[str, float]
) -> Matrix:
    """What was expected without learning: by the card, else how well the model answered on average."""
    chance = np.empty(left.right.shape)
    always = sigmoid(
        fit_levels(side.right, side.easier, np.arange(len(side.right)), sloping=False).levels
    )
    for at, model in enumerate(models):
        card = cards.get(model)
        chance[:, at] = (
            always[at] if card is None else [expect(card, each) for each in left.difficulty]
        )
    return chance


def measure(chance: Matrix, right: Matrix, levels: Matrix) -> Figures:
    """What expectations are worth; `levels` say which model is the best single one."""
    several = (~np.isnan(right)).sum(axis=1) > 1
    gap = None
    if several.any():
        known = np.where(np.isnan(right), -np.inf, chance)[several].argmax(axis=1)
        chosen = right[several][np.arange(several.sum()), known].mean()
        single, oracle = _bounds(right, levels)
        gap = float((chosen - single) / (oracle - single)) if oracle - single > 1e-9 else None
    return Figures(
        float(np.nanmean(loss_of(right, chance))), float(np.nanmean((right - chance) ** 2)), gap
    )


def _bounds(right: Matrix, levels: Matrix) -> tuple[float, float]:
    """How well rows that several models answered were answered by the best single one, and by the best of
    each; of a row that the best model was not asked, by the best of those that were."""
    asked = ~np.isnan(right)
    several = asked.sum(axis=1) > 1
    if not several.any():
        return float("nan"), float("nan")
    best = np.where(asked, levels, -np.inf)[several].argmax(axis=1)
    part = right[several]
    single = part[np.arange(len(part)), best].mean()
    return float(single), float(np.nanmax(part, axis=1).mean())


def _tell_models(
    models: Sequence[str], sides: tuple[_Side, _Side], after: Matrix, cards: Mapping[str, float]
) -> tuple[Model, ...]:
    side = sides[0]
    answers, measured = ((~np.isnan(each.right)).sum(axis=0) for each in sides)
    return tuple(
        Model(
            name, int(answers[at]), float(np.nanmean(side.right[:, at])), float(after[:, at].mean()),
            cards.get(name), int(measured[at]),
        )
        for at, name in enumerate(models)
    )  # fmt: skip
