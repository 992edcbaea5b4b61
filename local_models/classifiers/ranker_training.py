"""Train a ranker: level one by kernel ridge, whose left-out predictions are exact, then level two.

Level two must see level one as it is on new texts. For ridge regression the prediction for each
text by a model that never saw it has a closed form, so nothing is trained twice. Needs scipy and
scikit-learn.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.features import Features, read_glance
from local_models.classifiers.forest import Forest
from local_models.classifiers.head import Floats, Rows
from local_models.classifiers.normalise import clip
from local_models.classifiers.ranker import Ranker, Rarity, Waves, summarise
from local_models.classifiers.traits import read_traits, split_options
from local_models.classifiers.vectors import build_vocabulary, to_matrix
from local_models.classifiers.words import weigh_values

_WORD = re.compile(r"[a-z][a-z']*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that decides what a ranker becomes, besides its data."""

    min_count: int = 2
    view_weights: tuple[float, float, float] = (1.0, 1.0, 0.5)
    ridge: float = 10.0
    second_ridge: float = 1_000.0
    bagged_trees: int = 100
    boosted_trees: int = 120
    boosting_rate: float = 0.05
    depth: int = 9
    leaf: int = 25
    shares: tuple[float, float, float] = (0.25, 0.05, 0.7)
    """Level one, ridge, forest."""
    boosted_share: float = 0.4
    """Of the forest's answer."""
    waves: int = 384
    wave_width: float = 0.7
    """How fast likeness falls with the distance of traits, in squared standard deviations."""
    wave_share: float = 0.5
    """How much likeness of traits counts beside that of n-grams."""
    seed: int = 0
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts read once, for several trainings."""

    features: list[Features]
    traits: Floats
    words: list[tuple[list[str], list[str]]]
    """The words of each question and of its answers."""

    def take(self, rows: NDArray[np.intp]) -> Corpus:
        """Some of the texts."""
        return Corpus(
            [self.features[row] for row in rows], self.traits[rows],
            [self.words[row] for row in rows],
        )  # fmt: skip


def read_corpus(texts: Sequence[str]) -> Corpus:
    """Read the features, traits and words of texts."""
    words = []
    for text in texts:
        stem, options = split_options(clip(text).strip())
        words.append((_WORD.findall(stem.lower()), _WORD.findall(" ".join(options).lower())))
    traits = np.stack([read_traits(text) for text in texts])
    return Corpus([read_glance(text) for text in texts], traits, words)


def train_ranker(
    corpus: Corpus,
    targets: Floats,
    outputs: Sequence[str],
    recipe: Recipe,
    *,
    helpers: Floats | None = None,
    importance: Floats | None = None,
) -> Ranker:
    """A ranker for `targets` (a row for each text, a column for each output).

    `helpers` are further columns that level one learns and only level two reads: what other
    models got right, say. `importance` weighs the texts in level two.

    Raises:
        ValueError: fewer than 20 texts, or targets of another shape than texts by outputs.
    """
    if len(corpus.features) < 20 or targets.shape != (len(corpus.features), len(outputs)):
        raise ValueError(
            f"{len(corpus.features)} texts with {len(outputs)} outputs need targets of shape "
            f"{(len(corpus.features), len(outputs))} and 20 texts at least; got {targets.shape}."
        )
    every = targets if helpers is None else np.concatenate([targets, helpers], axis=1)
    vocabulary = build_vocabulary(
        corpus.features, min_count=recipe.min_count, view_weights=recipe.view_weights
    )
    matrix = to_matrix(corpus.features, vocabulary)
    waves = _draw_waves(corpus.traits, recipe)
    heights = waves.read(corpus.traits) * _height(recipe)
    rows, wave_weights, bias, left_out = _fit_wide(matrix, heights, every, recipe.ridge)
    rarity, rarities = _read_rarities(corpus)
    inputs = np.concatenate([left_out, corpus.traits, rarities], axis=1).astype(np.float32)
    linear, linear_bias = _fit_linear(inputs, targets, recipe.second_ridge, importance)
    return Ranker(
        outputs=tuple(outputs), keys=vocabulary.keys, idf=vocabulary.idf,
        view_weights=vocabulary.view_weights, wide=Rows.pack(rows), wide_bias=bias, rarity=rarity,
        waves=waves, wave_weights=wave_weights * _height(recipe),
        linear=linear, linear_bias=linear_bias,
        forest=_fit_forest(inputs, targets, recipe, importance), shares=recipe.shares,
        notes=recipe.notes,
    )  # fmt: skip


def _draw_waves(traits: Floats, recipe: Recipe) -> Waves:
    """Waves whose products approach a Gaussian kernel of the traits' distance (Rahimi and Recht)."""
    dice = np.random.default_rng(recipe.seed)
    count = traits.shape[1]
    deviation = math.sqrt(2 * recipe.wave_width / count)
    slopes = dice.normal(0.0, deviation, (count, recipe.waves)).astype(np.float16)
    return Waves(
        traits.mean(axis=0).astype(np.float32), (traits.std(axis=0) + 1e-3).astype(np.float32),
        slopes.astype(np.float32), dice.uniform(0, 2 * np.pi, recipe.waves).astype(np.float32),
    )  # fmt: skip


def _height(recipe: Recipe) -> np.float32:
    return np.float32(math.sqrt(2 * recipe.wave_share / recipe.waves))


def _fit_wide(
    matrix: Any, heights: Floats, targets: Floats, ridge: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Weights of n-grams and of waves, bias, and each text's prediction by a model without it."""
    from scipy.linalg import cho_factor, cho_solve

    mean = targets.mean(axis=0)
    gram = np.asarray((matrix @ matrix.T).todense(), dtype=np.float64)
    gram += heights.astype(np.float64) @ heights.T
    gram[np.diag_indices_from(gram)] += ridge
    inverse = cho_solve(cho_factor(gram, lower=True, overwrite_a=True), np.eye(len(gram)))
    dual = inverse @ (targets - mean)
    left_out = targets - dual / np.diag(inverse)[:, None]
    weights = np.asarray(matrix.T @ dual.astype(np.float32), dtype=np.float32)
    wave_weights = np.asarray(heights.T @ dual, dtype=np.float32)
    return weights, wave_weights, mean.astype(np.float32), left_out.astype(np.float32)


def _read_rarities(corpus: Corpus) -> tuple[Rarity, Floats]:
    """The word table, and every text's rarities as they would be had the text not been counted."""
    counts = Counter(word for asked, answers in corpus.words for word in (*asked, *answers))
    total = math.log(sum(counts.values()) + 1)
    floor = -total
    shares = {word: math.log(count + 1) - total for word, count in counts.items()}
    found = []
    for asked, answers in corpus.words:
        own = Counter((*asked, *answers))
        one, other = (
            [math.log(counts[w] - own[w] + 1) - total for w in part] for part in (asked, answers)
        )
        found.append(summarise(weigh_values(one, floor), weigh_values(other, floor)))
    return Rarity(shares, floor), np.array(found, dtype=np.float32)


def _fit_linear(
    inputs: Floats, targets: Floats, ridge: float, importance: Floats | None
) -> tuple[Floats, Floats]:
    """Ridge regression over standardised inputs, written for the inputs as they are."""
    from sklearn.linear_model import Ridge

    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-3
    model = Ridge(alpha=ridge).fit((inputs - mean) / spread, targets, sample_weight=importance)
    weights = np.atleast_2d(model.coef_).reshape(targets.shape[1], -1).T / spread[:, None]
    bias = np.atleast_1d(model.intercept_) - mean @ weights
    return weights.astype(np.float32), bias.astype(np.float32)


def _fit_forest(
    inputs: Floats, targets: Floats, recipe: Recipe, importance: Floats | None
) -> Forest:
    """Randomised trees for all outputs together, and boosted ones for each output."""
    from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingRegressor

    outputs = targets.shape[1]
    bagged = ExtraTreesRegressor(
        recipe.bagged_trees, max_depth=recipe.depth, min_samples_leaf=recipe.leaf,
        max_features=0.3, random_state=recipe.seed,
    ).fit(inputs, targets if outputs > 1 else targets[:, 0], sample_weight=importance)  # fmt: skip
    share = (1 - recipe.boosted_share) / recipe.bagged_trees
    trees = [(one.tree_, one.tree_.value[:, :, 0] * share) for one in bagged.estimators_]
    each = max(1, recipe.boosted_trees // outputs)
    for output in range(outputs if recipe.boosted_share else 0):
        mean = float(np.average(targets[:, output], weights=importance))
        boosted = GradientBoostingRegressor(
            n_estimators=each, learning_rate=recipe.boosting_rate * math.sqrt(outputs), max_depth=3,
            min_samples_leaf=30, subsample=0.6, max_features=0.3,
            random_state=recipe.seed,
        ).fit(inputs, targets[:, output] - mean, sample_weight=importance)  # fmt: skip
        offset = mean + float(boosted.init_.constant_[0, 0])
        for one in boosted.estimators_[:, 0]:
            value = np.zeros((one.tree_.node_count, outputs))
            value[:, output] = one.tree_.value[:, 0, 0] * boosted.learning_rate + offset / each
            trees.append((one.tree_, value * recipe.boosted_share))
    return join_trees(trees)


def join_trees(trees: Sequence[tuple[Any, NDArray[Any]]]) -> Forest:
    """scikit-learn trees, each with the values of its nodes, as one forest."""
    columns, thresholds, children, values, roots = [], [], [], [], []
    start = 0
    for tree, value in trees:
        own = np.arange(tree.node_count)
        is_leaf = tree.children_left < 0
        left = np.where(is_leaf, own, tree.children_left) + start
        right = np.where(is_leaf, own, tree.children_right) + start
        columns.append(np.where(is_leaf, 0, tree.feature))
        thresholds.append(np.where(is_leaf, 0.0, tree.threshold))
        children.append(np.stack([right, left], axis=1).ravel())
        values.append(value)
        roots.append(start)
        start += tree.node_count
    return Forest(
        np.concatenate(columns).astype(np.int16), np.concatenate(thresholds).astype(np.float32),
        np.concatenate(children).astype(np.int32), np.concatenate(values).astype(np.float32),
        np.array(roots, dtype=np.int32), max(tree.max_depth for tree, _ in trees),
    )  # fmt: skip


def predict_many(ranker: Ranker, corpus: Corpus) -> Floats:
    """The ranker's outputs for texts that were read already, one row each."""
    pairs = zip(corpus.features, corpus.traits, strict=True)
    first = np.stack([ranker.read_first(features, traits) for features, traits in pairs])
    look, floor = ranker.rarity.look_up, ranker.rarity.floor
    rarities = [
        summarise(weigh_values(look(asked), floor), weigh_values(look(answers), floor))
        for asked, answers in corpus.words
    ]
    inputs = np.concatenate([first, corpus.traits, np.array(rarities)], axis=1)
    inputs = inputs.astype(np.float32)
    one, ridge, trees = ranker.shares
    total = one * first[:, : len(ranker.outputs)]
    total = total + ridge * (inputs @ ranker.linear + ranker.linear_bias)
    return np.asarray(total + trees * ranker.forest.add_up_many(inputs), dtype=np.float32)
