"""Train a head of labels of the user's own, which also says what belongs to none of them.

Texts that belong nowhere are a class of their own. How far a label must be ahead of it, how sure the
head must be, and its temperature are set on texts that it did not learn from: each half is read by a
network that learned from the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.features import VIEWS, Features
from local_models.classifiers.head import Head
from local_models.classifiers.labelled import NOWHERE
from local_models.classifiers.meaning import only_meaning
from local_models.classifiers.methods import find_lead, weigh_outside
from local_models.classifiers.network import Array, activate
from local_models.classifiers.training import (
    Material,
    Recipe,
    build_head,
    fit_temperature,
    one_hot,
    prepare,
    score_left_out,
)

_LOST = 0.01
"""Of the texts that are read rightly, this share may fall below the bar."""
_UNSURE = 0.005
"""And this share below the least confidence, which is never more than one half."""
_ALIKE = 0.05
"""A stand-in that is further ahead of belonging nowhere than this share of the user's rows looks like them."""


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """What networks say of texts that they did not learn from."""

    scores: Array
    leads: Array
    """How far the best label is ahead of belonging nowhere."""
    is_right: NDArray[np.bool_]
    """The best label is the text's own."""

    def first(self, count: int) -> _LeftOut:
        """The same of the first so many texts."""
        return _LeftOut(self.scores[:count], self.leads[:count], self.is_right[:count])


def count_passes(recipe: Recipe) -> int:
    """Passes over the data in all, for a progress bar."""
    return recipe.schedule.epochs * (recipe.networks + 2)


def count_texts(texts: int, recipe: Recipe) -> int:
    """How many looks a pass takes at so many texts."""
    return texts + len(_choose_bare(texts, recipe))


def _choose_bare(count: int, recipe: Recipe) -> range:
    """Which texts are learned from their meaning alone too."""
    return range(0, count, 2) if len(recipe.view_weights) > VIEWS else range(0)


def train_own_labels(
    texts: Sequence[str],
    names: Sequence[str],
    recipe: Recipe,
    *,
    stand_ins: Sequence[str] = (),
    read: Callable[[str], Features],
    on_pass: Callable[[], None] = lambda: None,
) -> Head:
    """A calibrated head with `NOWHERE` among its labels, where some text is labelled so or stands in.

    Stand-ins that look like the user's rows are not learned from. Where texts are read with what they
    mean, every second one is also learned from its meaning alone, which is all that the head will
    know of other languages.
    """
    texts, names = [*texts, *stand_ins], [*names, *[NOWHERE] * len(stand_ins)]
    labels, count = tuple(sorted({*names, NOWHERE})), len(texts)
    corpus = [read(text) for text in texts]
    bare = _choose_bare(count, recipe)
    corpus += [only_meaning(corpus[at]) for at in bare]
    source = [*range(count), *bare]
    targets = one_hot([names[at] for at in source], labels)
    material = prepare(corpus, targets, recipe, weigh_outside(names)[source])
    halves = _halve(texts, recipe.schedule.seed)[source]
    left_out = _read_left_out(material, halves, labels, recipe, on_pass).first(count)
    is_kept = ~_find_alike(left_out) | (np.arange(count) < count - len(stand_ins))
    head = build_head(material.pick(is_kept[source]), labels, recipe, on_pass)
    return _calibrate(head, left_out, targets[:count], is_kept, recipe)


def _halve(texts: Sequence[str], seed: int) -> NDArray[np.bool_]:
    """Which half each text is in; equal texts are in one."""
    _, at = np.unique(np.asarray(texts, dtype=object).astype(str), return_inverse=True)
    return np.asarray(np.random.default_rng(seed + 99).permutation(at.max() + 1)[at] % 2 == 0)


def _read_left_out(
    material: Material,
    half: NDArray[np.bool_],
    labels: Sequence[str],
    recipe: Recipe,
    on_pass: Callable[[], None],
) -> _LeftOut:
    """Each half read by a network that learned from the other."""
    scores = np.empty_like(material.targets)
    for left in (half, ~half):
        scores[left] = score_left_out(material, left, recipe, on_pass)
    found = [find_lead(labels, row) for row in scores]
    is_right = [target[best] > 0 for (_, best), target in zip(found, material.targets, strict=True)]
    leads = np.array([lead for lead, _ in found], dtype=np.float32)
    return _LeftOut(scores, leads, np.array(is_right))


def _find_alike(left_out: _LeftOut) -> NDArray[np.bool_]:
    """Texts that are as far ahead of belonging nowhere as nearly all that have a label."""
    return left_out.leads > _quantile(left_out.leads[left_out.is_right], _ALIKE, np.inf)


def _calibrate(
    head: Head, left_out: _LeftOut, targets: Array, kept: NDArray[np.bool_], recipe: Recipe
) -> Head:
    """The head with its bar, temperature and least confidence.

    The bar is where belonging nowhere is as likely as the best label, and lower where that would lose
    too many. It goes into the bias, so that reading knows nothing of it.
    """
    bar = min(0.0, _quantile(left_out.leads[left_out.is_right], _LOST, 0.0))
    shift = np.where([label == NOWHERE for label in head.labels], np.float32(bar), np.float32(0.0))
    scores = np.asarray(left_out.scores + shift, dtype=np.float32)
    # That all of n rows are read rightly does not prove more than n / (n + 1).
    inside = sum(targets[:, head.labels.index(NOWHERE)] == 0)
    doubt = 1.0 / (1.0 + float(inside))
    doubted = np.asarray((1 - doubt) * targets + doubt / targets.shape[1], dtype=np.float32)
    temperature = fit_temperature(scores[kept], doubted[kept], recipe)
    sure = activate(scores / np.float32(temperature), "one").max(axis=1)
    threshold = min(0.5, _quantile(sure[left_out.is_right & (left_out.leads >= bar)], _UNSURE, 0.0))
    return replace(head, bias=head.bias + shift, temperature=temperature, threshold=threshold)


def _quantile(values: Array, share: float, otherwise: float) -> float:
    return float(np.quantile(values, share)) if len(values) else otherwise
