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

from local_models.classifiers.code_traits import read_code
from local_models.classifiers.features import Features, read_glance
from local_models.classifiers.forest import Forest
from local_models.classifiers.head import Floats, Rows
from local_models.classifiers.normalise import clip
from local_models.classifiers.ranker import Ranker, Rarity, multiply_pairs, summarise
from local_models.classifiers.topics import Topics, find_topics, place
from local_models.classifiers.traits import read_traits, split_options
from local_models.classifiers.vectors import build_vocabulary, to_matrix
from local_models.classifiers.waves import Waves, draw_waves
from local_models.classifiers.words import weigh_values

_WORD = re.compile(r"[a-z][a-z']*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that decides what a ranker becomes, besides its data."""

    min_count: int = 2
    view_weights: tuple[float, float, float] = (1.0, 1.0, 0.5)
    ridge: float = 10.0
    second_ridge: float = 1_000.0
    linear_over_first: bool = False
    """The ridge of level two sees level one's outputs only."""
    products: bool = False
    """It also sees the products of what level one says of the helpers."""
    bagged_trees: int = 100
    boosted_trees: int = 120
    boosting_rate: float = 0.05
    depth: int = 9
    leaf: int = 25
    shares: tuple[float, float, float] = (0.25, 0.05, 0.7)
    """Level one, ridge, forest."""
    boosted_share: float = 0.4
    """Of the forest's answer."""
    narrow_trees: int = 0
    """Randomised trees that see level one's outputs only."""
    narrow_share: float = 0.0
    """Of the forest's answer."""
    trees_learn_helpers: bool = False
    """Randomised trees are grown for the helpers too, which say more of a text than the targets alone."""
    waves: int = 384
    wave_width: float = 0.7
    """How fast likeness falls with the distance of traits, in squared standard deviations."""
    wave_share: float = 0.5
    """How much likeness of traits counts beside that of n-grams."""
    topics: int = 24
    """Main directions of the texts' n-grams that are read; 0 for none."""
    topic_width: float = 1.0
    """How fast likeness falls with the squared distance of two directions (0 to 4)."""
    topic_share: float = 0.5
    seed: int = 0
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts read once, for several trainings."""

    features: list[Features]
    traits: Floats
    words: list[tuple[list[str], list[str]]]
    """The words of each question and of its answers."""
    code: Floats
    """How the program in each text is built; only `kinds.py` looks at it."""

    def take(self, rows: NDArray[np.intp]) -> Corpus:
        """Some of the texts."""
        return Corpus(
            [self.features[row] for row in rows], self.traits[rows],
            [self.words[row] for row in rows], self.code[rows],
        )  # fmt: skip


def read_corpus(texts: Sequence[str]) -> Corpus:
    """Read the features, traits, words and code of texts."""
    words = []
    for text in texts:
        stem, options = split_options(clip(text).strip())
        words.append((_WORD.findall(stem.lower()), _WORD.findall(" ".join(options).lower())))
    traits = np.stack([read_traits(text) for text in texts])
    code = np.stack([read_code(text) for text in texts])
    return Corpus([read_glance(text) for text in texts], traits, words, code)


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
    models got right, say. `importance` weighs the texts, in both levels.

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
    wide = _fit_level_one(corpus, matrix, every, recipe, importance)
    rarity, rarities = _read_rarities(corpus)
    inputs = np.concatenate([wide.left_out, corpus.traits, rarities, wide.places], axis=1)
    inputs = inputs.astype(np.float32)
    linear, linear_bias, products = _fit_linear(inputs, wide.left_out, targets, recipe, importance)
    return Ranker(
        outputs=tuple(outputs), keys=vocabulary.keys, idf=vocabulary.idf,
        view_weights=vocabulary.view_weights, wide=Rows.pack(wide.rows), wide_bias=wide.bias,
        rarity=rarity, waves=wide.waves, wave_weights=wide.wave_weights, topics=wide.topics,
        linear=linear, linear_bias=linear_bias, products=products,
        forest=_fit_forest(inputs, targets, every, recipe, importance), shares=recipe.shares,
        notes=recipe.notes,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _LevelOne:
    """What level one came to, and what level two sees of it."""

    rows: Floats
    """Of each n-gram: its weights, then its part in where a text lies among the topics."""
    bias: Floats
    waves: Waves
    wave_weights: Floats
    topics: Topics | None
    left_out: Floats
    """Each text's prediction by a model without it."""
    places: Floats


def _fit_level_one(
    corpus: Corpus, matrix: Any, targets: Floats, recipe: Recipe, importance: Floats | None
) -> _LevelOne:
    mean, spread = corpus.traits.mean(axis=0), corpus.traits.std(axis=0) + 1e-3
    width = recipe.wave_width / corpus.traits.shape[1]
    waves = draw_waves(mean, spread, width, recipe.waves, recipe.seed)
    heights = waves.read(corpus.traits) * _height(recipe.wave_share, recipe.waves)
    found = _find_topics(matrix, recipe) if recipe.topics else None
    if found is not None:
        more = found.waves.read(found.places) * _height(recipe.topic_share, recipe.waves)
        heights = np.concatenate([heights, more], axis=1)
    ridge = recipe.ridge if importance is None else recipe.ridge / importance
    rows, weights, bias, left_out = _fit_wide(matrix, heights, targets, ridge)
    own = weights[: recipe.waves] * _height(recipe.wave_share, recipe.waves)
    if found is None:
        nowhere = np.zeros((len(left_out), 0), dtype=np.float32)
        return _LevelOne(rows, bias, waves, own, None, left_out, nowhere)
    others = weights[recipe.waves :] * _height(recipe.topic_share, recipe.waves)
    topics = Topics(found.centre, found.waves, others)
    rows = np.concatenate([rows, found.directions], axis=1)
    return _LevelOne(rows, bias, waves, own, topics, left_out, found.places)


@dataclass(frozen=True, slots=True)
class _Found:
    """Topics before anything was learned from them."""

    directions: Floats
    centre: Floats
    waves: Waves
    places: Floats
    """Where each training text lies."""


def _find_topics(matrix: Any, recipe: Recipe) -> _Found:
    directions, centre = find_topics(matrix, recipe.topics, recipe.seed)
    # Rounded as they will be stored, so that training sees what run time sees.
    rows = Rows.pack(directions)
    places = place(matrix @ (rows.cells * rows.scale), centre)
    ones = np.ones_like(centre)
    waves = draw_waves(ones * 0, ones, recipe.topic_width, recipe.waves, recipe.seed)
    return _Found(directions, centre, waves, places)


def _height(share: float, waves: int) -> np.float32:
    return np.float32(math.sqrt(2 * share / waves))


def _fit_wide(
    matrix: Any, heights: Floats, targets: Floats, ridge: float | Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Weights of n-grams and of waves, bias, and each text's prediction by a model without it.

    With a ridge of its own for each text, the smaller one's mistakes weigh the more.
    """
    mean = targets.mean(axis=0)
    gram = np.asarray((matrix @ matrix.T).todense(), dtype=np.float64)
    gram += heights.astype(np.float64) @ heights.T
    gram[np.diag_indices_from(gram)] += ridge
    inverse = _invert(gram)
    dual = inverse @ (targets - mean)
    left_out = targets - dual / np.diag(inverse)[:, None]
    weights = np.asarray(matrix.T @ dual.astype(np.float32), dtype=np.float32)
    wave_weights = np.asarray(heights.T @ dual, dtype=np.float32)
    return weights, wave_weights, mean.astype(np.float32), left_out.astype(np.float32)


def _invert(gram: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of a symmetric positive matrix, whose memory is used up."""
    from scipy.linalg.lapack import dpotrf, dpotri

    factor, _ = dpotrf(gram.T, lower=1, overwrite_a=1)
    lower = np.tril(dpotri(factor, lower=1, overwrite_c=1)[0])
    return np.asarray(lower + np.tril(lower, -1).T)


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
    inputs: Floats, first: Floats, targets: Floats, recipe: Recipe, importance: Floats | None
) -> tuple[Floats, Floats, Floats | None]:
    """Ridge regression over standardised inputs, written for the inputs as they are: weights, bias, and
    the weights of products where there are any."""
    from sklearn.linear_model import Ridge

    seen = first if recipe.linear_over_first else inputs
    columns = seen.shape[1]
    if recipe.products:
        seen = np.concatenate([seen, multiply_pairs(first[:, targets.shape[1] :])], axis=1)
    mean, spread = seen.mean(axis=0), seen.std(axis=0) + 1e-3
    model = Ridge(alpha=recipe.second_ridge).fit(
        (seen - mean) / spread, targets, sample_weight=importance
    )
    weights = np.atleast_2d(model.coef_).reshape(targets.shape[1], -1).T / spread[:, None]
    bias = np.atleast_1d(model.intercept_) - mean @ weights
    weights = weights.astype(np.float32)
    linear = np.zeros((inputs.shape[1], targets.shape[1]), dtype=np.float32)
    linear[:columns] = weights[:columns]
    return linear, bias.astype(np.float32), weights[columns:] if recipe.products else None


Trees = list[tuple[Any, NDArray[Any]]]
"""scikit-learn trees, each with the values of its nodes."""


def _fit_forest(
    inputs: Floats, targets: Floats, every: Floats, recipe: Recipe, importance: Floats | None
) -> Forest:
    """Randomised trees for all outputs together, and boosted ones for each output.

    `every` is the targets and the helpers.
    """
    from sklearn.ensemble import ExtraTreesRegressor

    learned = every if recipe.trees_learn_helpers else targets
    learned = learned if learned.shape[1] > 1 else learned[:, 0]
    bagged = ExtraTreesRegressor(
        recipe.bagged_trees, max_depth=recipe.depth, min_samples_leaf=recipe.leaf,
        max_features=0.3, random_state=recipe.seed,
    ).fit(inputs, learned, sample_weight=importance)  # fmt: skip
    share = 1 - recipe.boosted_share - recipe.narrow_share
    trees = _share_out(bagged.estimators_, share, targets.shape[1])
    if recipe.narrow_trees:
        narrow = ExtraTreesRegressor(
            recipe.narrow_trees, max_depth=7, min_samples_leaf=60, max_features=0.5,
            random_state=recipe.seed,
        ).fit(inputs[:, : every.shape[1]], learned, sample_weight=importance)  # fmt: skip
        trees += _share_out(narrow.estimators_, recipe.narrow_share, targets.shape[1])
    if recipe.boosted_share:
        trees += _boost(inputs, targets, recipe, importance)
    return join_trees(trees)


def _share_out(estimators: Sequence[Any], share: float, outputs: int) -> Trees:
    """The trees with their part of the answer; what they say of helpers is left out."""
    part = share / len(estimators)
    return [(one.tree_, one.tree_.value[:, :outputs, 0] * part) for one in estimators]


def _boost(inputs: Floats, targets: Floats, recipe: Recipe, importance: Floats | None) -> Trees:
    from sklearn.ensemble import GradientBoostingRegressor

    outputs, trees = targets.shape[1], []
    each = max(1, recipe.boosted_trees // outputs)
    for output in range(outputs):
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
    return trees


def join_trees(trees: Trees) -> Forest:
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
    read = [ranker.read_first(features, traits) for features, traits in pairs]
    first, places = (np.stack(parts) for parts in zip(*read, strict=True))
    look, floor = ranker.rarity.look_up, ranker.rarity.floor
    rarities = [
        summarise(weigh_values(look(asked), floor), weigh_values(look(answers), floor))
        for asked, answers in corpus.words
    ]
    inputs = np.concatenate([first, corpus.traits, np.array(rarities), places], axis=1)
    inputs = inputs.astype(np.float32)
    one, ridge, trees = ranker.shares
    total = one * first[:, : len(ranker.outputs)]
    total = total + ridge * (inputs @ ranker.linear + ranker.linear_bias)
    if ranker.products is not None:
        total += ranker.weigh_products(first[:, len(ranker.outputs) :])
    return np.asarray(total + trees * ranker.forest.add_up_many(inputs), dtype=np.float32)
