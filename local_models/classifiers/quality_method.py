"""How good models are on requests, learned from who answered which rightly.

Three parts, each of which counts only as far as the labels bear it out:

* a level for each model, drawn towards the mean of all: the fewer labels a model has, the nearer to it
* one slope over difficulty for all models, drawn towards none at all
* what the text says: of all models alike, in place of part of its difficulty, and of each apart from the
  others. How much either counts is chosen on questions left out; nothing that does not help there
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.features import Features
from local_models.classifiers.head import Head
from local_models.classifiers.training import Recipe, build_head, prepare, score_left_out

Matrix = NDArray[np.float64]
"""A row for each question and a column for each model; NaN where a model was not asked."""
Groups = NDArray[np.intp]
"""Which questions are one and the same, however they are written: they share a number."""

_LEVEL_SPREAD = 1.0
"""How far models are taken to lie apart where little is known of it, in log odds, ..."""
_LEVEL_DOUBT = 2.0
"""... which counts as much as so many models."""
_MEAN_SPREAD = 2.0
"""How far from even the mean of all models may lie, in log odds."""
_SLOPE_COST = 2.0
"""A slope is drawn towards none by its variance so many times: as by Akaike's criterion, one that explains no
more than that counts for nothing."""
_SLOPE_SPREAD = 40.0
"""No slope is steeper by much, in log odds."""
_ROUNDS = 60
FOLDS = 3
"""In so many parts questions are left out in turn."""
FEWEST_FOR_TEXT = 40
"""Fewer questions than this say nothing about texts."""
SHARES = tuple(tenth / 10 for tenth in range(11))
"""In which what texts say may count."""


@dataclass(frozen=True, slots=True)
class Levels:
    """What is expected of each model by how difficult a request is, and by nothing else."""

    levels: Matrix
    """Log odds of a right answer at usual difficulty, one a model."""
    slope: float
    """How much they fall from the easiest request to the hardest; never below 0."""

    def odds(self, easier: Matrix) -> Matrix:
        """Log odds for each question (row) and model."""
        return np.asarray(self.levels + self.slope * easier[:, None])


def fit_levels(right: Matrix, easier: Matrix, groups: Groups, *, sloping: bool = True) -> Levels:
    """Levels and slope from who was right, each as far as the labels bear it out.

    `easier` says by how much each question is easier than usual (0.5 less its difficulty). How surely the
    slope is known is told by questions and not by labels: models fail on the same ones.
    """
    usual = float(easier.mean())
    slope, spread, around = 0.0, np.inf, easier - usual
    if sloping:
        levels, slope = _climb(right, around, None)
        spread = _deviate(right, around, groups, Levels(levels, slope))
    kept = max(0.0, slope - _SLOPE_COST * spread**2 / slope) if slope > 0 else 0.0
    levels, _ = _climb(right, around, kept)
    return Levels(levels - kept * usual, float(kept))


def climb_at(right: Matrix, easier: Matrix, slope: float) -> Matrix:
    """The levels of least loss at a given slope, drawn towards their mean."""
    usual = float(easier.mean())
    return _climb(right, easier - usual, slope)[0] - slope * usual


def _climb(right: Matrix, easier: Matrix, slope: float | None) -> tuple[Matrix, float]:
    """Levels of least loss, drawn towards their mean, and the slope, unless that is given.

    How far apart the levels lie is learned along with them (EM, by the normal approximation).
    """
    asked, known = ~np.isnan(right), np.nan_to_num(right)
    levels, mean, wide = np.zeros(right.shape[1]), 0.0, _LEVEL_SPREAD**2
    steep = slope or 0.0
    for _ in range(_ROUNDS):
        chance = sigmoid(levels + steep * easier[:, None])
        gap, weight = (
            np.where(asked, known - chance, 0.0),
            np.where(asked, chance * (1 - chance), 0.0),
        )
        told = weight.sum(0) + 1 / wide
        levels = levels + np.clip((gap.sum(0) - (levels - mean) / wide) / told, -2.0, 2.0)
        mean = levels.sum() / (len(levels) + wide / _MEAN_SPREAD**2)
        apart = float(((levels - mean) ** 2 + 1 / told).sum())
        wide = (apart + _LEVEL_DOUBT * _LEVEL_SPREAD**2) / (len(levels) + _LEVEL_DOUBT)
        if slope is None:
            # The slope of levels that follow: what is common to all questions is theirs.
            inner = easier[:, None] - (weight * easier[:, None]).sum(0) / weight.sum(0).clip(1e-9)
            told_of_slope = (weight * inner**2).sum() + 1 / _SLOPE_SPREAD**2
            steep += float(np.clip((gap * inner).sum() / told_of_slope, -2.0, 2.0))
    return levels, steep


def _deviate(right: Matrix, easier: Matrix, groups: Groups, fitted: Levels) -> float:
    """The deviation of the slope over questions (a sandwich, whose meat is summed by question)."""
    chance = sigmoid(fitted.odds(easier))
    gap = np.where(np.isnan(right), 0.0, right - chance)
    weight = np.where(np.isnan(right), 0.0, chance * (1 - chance))
    inner = easier[:, None] - (weight * easier[:, None]).sum(0) / weight.sum(0).clip(1e-9)
    each = np.bincount(groups, np.nansum(gap * inner, axis=1))
    told = (weight * inner**2).sum()
    return float(np.sqrt((each**2).sum()) / max(told, 1e-9)) if told > 1e-9 else np.inf


def sigmoid(odds: Matrix) -> Matrix:
    """Log odds as chances."""
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


def loss_of(right: Matrix, chance: Matrix) -> Matrix:
    """The log loss of each answer; NaN where a model was not asked."""
    safe = np.clip(chance, 1e-6, 1 - 1e-6)
    return np.asarray(-(right * np.log(safe) + (1 - right) * np.log(1 - safe)))


@dataclass(frozen=True, slots=True)
class Said:
    """What texts say of questions, and how much that counts."""

    head: Head
    means: Matrix
    """What it says on average, one a model: that is what the levels are for."""
    common: float
    """How much counts what it says of all models alike, in place of the difficulty."""
    own: float
    """How much counts what it says of each model apart from the others."""

    def odds(self, corpus: Sequence[Features]) -> Matrix:
        """What it adds to the log odds of each question (row) and model."""
        said = np.stack([self.head.scores(each) for each in corpus]) - self.means
        return weigh(said, self.common, self.own)


def weigh(said: Matrix, common: float, own: float) -> Matrix:
    """What is said of all models alike and of each apart, each in its share."""
    return np.asarray(own * said + (common - own) * said.mean(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Lesson:
    """Levels, slope and what texts say."""

    base: Levels
    """As they are without texts."""
    usual: float
    """By how much the questions were easier than usual, on average."""
    said: Said | None = None
    """None where texts say nothing more."""

    @property
    def settled(self) -> Levels:
        """Levels and slope beside what texts say: that takes the place of part of the slope."""
        share = 0.0 if self.said is None else self.said.common
        levels = self.base.levels + share * self.base.slope * self.usual
        return Levels(levels, (1 - share) * self.base.slope)

    def odds(self, corpus: Sequence[Features], easier: Matrix) -> Matrix:
        """Log odds for each question (row) and model."""
        told = self.settled.odds(easier)
        return told if self.said is None else told + self.said.odds(corpus)


def learn_quality(
    corpus: Sequence[Features],
    right: Matrix,
    easier: Matrix,
    groups: Groups,
    models: Sequence[str],
    recipe: Recipe,
    *,
    on_pass: Callable[[], None] = lambda: None,
) -> Lesson:
    """All three parts."""
    base, usual = fit_levels(right, easier, groups), float(easier.mean())
    if len(corpus) < FEWEST_FOR_TEXT:
        return Lesson(base, usual)
    # Where a model was not asked, what is expected of it stands in.
    targets = np.where(np.isnan(right), sigmoid(base.odds(easier)), right).astype(np.float32)
    material = prepare(corpus, targets, recipe)
    folds = fold(groups, FOLDS, recipe.schedule.seed)
    said, without, slopes = np.empty_like(right), np.empty_like(right), np.empty_like(easier)
    for turn in range(FOLDS):
        left = folds == turn
        scores = score_left_out(material, left, recipe, on_pass)
        said[left] = scores - scores.mean(axis=0)
        fitted = fit_levels(right[~left], easier[~left], groups[~left])
        without[left] = fitted.odds(easier[left])
        slopes[left] = fitted.slope * (easier[left] - easier[~left].mean())
    common, own = choose_shares(right, without, slopes, said, groups)
    if not (common or own):
        return Lesson(base, usual)
    head = build_head(material, models, recipe, on_pass)
    means = np.asarray(np.mean([head.scores(each) for each in corpus], axis=0), dtype=np.float64)
    return Lesson(base, usual, Said(head, means, common, own))


def choose_shares(
    right: Matrix, without: Matrix, slopes: Matrix, said: Matrix, groups: Groups
) -> tuple[float, float]:
    """How much counts what is said of all models alike and of each apart, by answers to questions left out.

    `without` is what levels and slope make of these, `slopes` the part of it that the slope has. Nothing
    counts that gains no more than the deviation of its gain over questions, or by which worse models would
    be chosen.
    """

    def lose(pair: tuple[float, float]) -> Matrix:
        return loss_of(right, sigmoid(without - pair[0] * slopes[:, None] + weigh(said, *pair)))

    def fare(own: float) -> float:
        """How well the models answered of which most is expected; what counts alike changes no order."""
        odds = np.where(np.isnan(right), -np.inf, without + weigh(said, 0.0, own))
        return float(np.take_along_axis(right, odds.argmax(axis=1)[:, None], axis=1).mean())

    def choose(pairs: Iterable[tuple[float, float]]) -> tuple[float, float]:
        return min(pairs, key=lambda pair: float(np.nanmean(lose(pair))))

    def is_better(one: tuple[float, float], other: tuple[float, float]) -> bool:
        each = np.bincount(groups, np.nansum(lose(other) - lose(one), axis=1))
        return bool(each.sum() > np.sqrt(((each - each.mean()) ** 2).sum()))

    nothing, alike = (0.0, 0.0), choose((share, 0.0) for share in SHARES)
    alike = alike if is_better(alike, nothing) else nothing
    useful = [own for own in SHARES if fare(own) >= fare(0.0)]
    apart = choose((common, own) for common in SHARES for own in useful)
    return apart if is_better(apart, alike) else alike


def fold(groups: Groups, count: int, seed: int) -> NDArray[np.intp]:
    """Which of so many parts each question is in; equal questions are in one."""
    order = np.random.default_rng(seed + 99).permutation(int(groups.max()) + 1)
    return np.asarray(order[groups] % count)
