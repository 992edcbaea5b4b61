"""A regressor for texts: hashed n-grams first, then trees over what they say and how a text is built.

Level one is linear over the n-grams that `features.py` reads, over waves of the traits and over waves
of the text's topics. Level two sees level one's outputs, the traits of `traits.py`, how rare the words
are, and the topics; it is a ridge regression (over products of level one's outputs too, where they
were learned) and a forest. The answer is the weighted mean of the three.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.compiled import NATIVE, CompiledLevels
from local_models.classifiers.features import Features
from local_models.classifiers.forest import Forest
from local_models.classifiers.head import Floats, Rows
from local_models.classifiers.sample import Sample
from local_models.classifiers.table import RowTable, TableParts, open_table
from local_models.classifiers.topics import Topics
from local_models.classifiers.traits import Numbers, as_array, count_parts, split_options
from local_models.classifiers.waves import Waves
from local_models.classifiers.words import (
    WordTable,
    WordWeights,
    open_words,
    summarise_weights,
)

RARITIES = 9
_NO_ANSWERS = (0.0,) * 4
_SLOPES_AT = 2
_ABREAST = 32
"""Waves that the compiled loop adds up at once."""


@dataclass(frozen=True, slots=True)
class Rarity:
    """How rare words are: the logarithm of each known word's share of a corpus."""

    shares: dict[str, float]
    floor: float
    """For a word that the corpus does not hold."""

    _table: WordTable = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_table", open_words({}, self.shares, self.floor))

    def read(self, lower: str, options: Sequence[str], hashes: bytes | None = None) -> list[float]:
        """Five numbers of a question's words (in lower case, or by their hashes) and four of its answers',
        see `summarise`."""
        told = self._table.summarise(lower, hashes)
        if not options:
            return [*told, *_NO_ANSWERS]
        return [*told, *self._table.summarise(" ".join(options).lower(), None)[:4]]

    def look_up(self, words: list[str]) -> list[float]:
        """The logarithm of each word's share, in order."""
        get, floor = self.shares.get, self.floor
        return [get(word, floor) for word in words]


def summarise(asked: WordWeights, answers: WordWeights) -> list[float]:
    """Nine numbers of the words' logarithmic shares; zeros where there are no words."""
    return [*summarise_weights(asked), *summarise_weights(answers)[:4]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranker:
    """A trained regressor with one or more outputs."""

    outputs: tuple[str, ...]
    keys: NDArray[np.uint32]
    idf: Floats
    view_weights: Floats
    wide: Rows
    waves: Waves
    wave_weights: Floats
    """Shape (waves, outputs of level one)."""
    wide_bias: Floats
    """Level one may have more outputs than are given: the rest only feed level two."""
    topics: Topics | None = None
    rarity: Rarity
    linear: Floats
    """Shape (inputs, outputs)."""
    linear_bias: Floats
    products: Floats | None = None
    """The ridge's further weights, shape (pairs of level one's outputs beyond those given, outputs)."""
    forest: Forest
    shares: tuple[float, float, float]
    """Weights of level one, ridge and forest; 1 together."""
    notes: str = ""
    _table: RowTable | None = field(init=False, repr=False, compare=False, default=None)
    levels: CompiledLevels | None = field(init=False, repr=False, compare=False)
    """Both levels in the compiled module's hands, where it is there."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", _open_levels(self))

    @property
    def table_parts(self) -> TableParts:
        """What the table of level one is made of."""
        return TableParts(self.keys, self.idf, self.view_weights, self.wide.cells, self.wide.scale)

    def use_table(self, table: RowTable) -> None:
        """Read with this table of the same parts from now on."""
        object.__setattr__(self, "_table", table)

    def predict(self, text: str, features: Features) -> Floats:
        """One number for each of `outputs`. `features` are those of a glance at the same text."""
        sample = Sample(text)
        return self.predict_parts(sample, *split_options(sample.text.strip()), features)

    def predict_parts(
        self, sample: Sample, stem: str, options: list[str], features: Features
    ) -> Floats:
        """The same of a text that was split already."""
        traits, hashes = count_parts(sample, stem, options)
        lower = "" if hashes is not None else stem.lower() if options else sample.lower
        rarities = self.rarity.read(lower, options, hashes)
        sums: Floats | bytes = self._open_table().raw_of(features)
        width = len(self.wide_bias)
        if self.topics is not None:
            sums = np.frombuffer(sums, np.float32)
            places = self.topics.place(sums[width:])
            sums = sums[:width] + self.topics.weigh(places)
            rarities = [*rarities, *places.tolist()]
        if self.levels is None:
            return self.predict_with_numpy(np.frombuffer(sums, np.float32), traits, rarities)
        found = np.frombuffer(self.levels.predict(sums, traits, rarities), np.float32)
        if self.products is None:
            return found
        given = len(self.outputs)
        return found[:given] + self.weigh_products(found[given:])

    def predict_with_numpy(self, sums: Floats, traits: Numbers, rarities: list[float]) -> Floats:
        """What the compiled loops do: both levels. Where a text lies among topics follows its rarities."""
        seen = as_array(traits)
        first = self._lift(sums, seen)
        inputs = np.concatenate([first, seen, np.array(rarities)]).astype(np.float32)
        one, ridge, trees = self.shares
        total = one * first[: len(self.outputs)]
        total += ridge * (inputs @ self.linear + self.linear_bias)
        total += trees * self.forest.add_up(inputs)
        if self.products is not None:
            total += self.weigh_products(first[len(self.outputs) :])
        return np.asarray(total, dtype=np.float32)

    def weigh_products(self, others: Floats) -> Floats:
        """What products of level one's outputs beyond those given add to the answer; row by row for many."""
        assert self.products is not None
        weighed = multiply_pairs(others) @ self.products
        return np.asarray(self.shares[1] * weighed, dtype=np.float32)

    def read_first(self, features: Features, traits: Floats) -> tuple[Floats, Floats]:
        """Level one's outputs, and where the text lies among the topics (nowhere without any)."""
        sums, width = self._open_table().sum_of(features), len(self.wide_bias)
        first = self._lift(sums[:width], traits)
        if self.topics is None:
            return first, sums[width:]
        places = self.topics.place(sums[width:])
        return first + self.topics.weigh(places), places

    def _lift(self, sums: Floats, traits: Floats) -> Floats:
        waves = self.waves.read(traits) @ self.wave_weights
        return np.asarray(self.wide_bias + sums + waves, dtype=np.float32)

    def _open_table(self) -> RowTable:
        if self._table is None:
            self.use_table(table := open_table(self.table_parts))
            return table
        return self._table


def multiply_pairs(values: Floats) -> Floats:
    """Each number times itself and times every later one; row by row for many."""
    one, other = _pairs(values.shape[-1])
    return np.asarray(values.take(one, axis=-1) * values.take(other, axis=-1), dtype=np.float32)


@lru_cache(maxsize=8)
def _pairs(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return np.triu_indices(count)


def _open_levels(ranker: Ranker) -> CompiledLevels | None:
    if ranker.products is not None:
        return _show_level_one(ranker).levels
    trees = ranker.forest.compiled
    if NATIVE is None or trees is None:
        return None
    waves = ranker.waves
    # Waves that swing nowhere and weigh nothing round their number up to what the loop takes at once.
    more = -len(waves.phases) % _ABREAST
    arrays = (
        waves.mean, waves.spread, np.pad(waves.slopes, ((0, 0), (0, more))),
        np.pad(waves.phases, (0, more)), np.pad(ranker.wave_weights, ((0, more), (0, 0))).T,
        ranker.wide_bias, ranker.linear, ranker.linear_bias,
    )  # fmt: skip
    # Slopes are half floats: they were drawn as such.
    kinds = [np.float16 if at == _SLOPES_AT else np.float32 for at in range(len(arrays))]
    flat = tuple(map(np.ascontiguousarray, arrays, kinds))
    return NATIVE.Levels(flat, trees, ranker.shares)


def _show_level_one(ranker: Ranker) -> Ranker:
    """The same without products, which after the outputs also gives level one's further outputs."""
    given, every = len(ranker.outputs), len(ranker.wide_bias)
    one, ridge, trees = ranker.shares
    linear = np.zeros((len(ranker.linear), every), dtype=np.float32)
    linear[:, :given] = ridge * ranker.linear
    # Level one counts in full here: what is too much for the outputs is taken off again.
    linear[range(given), range(given)] += one - 1
    more = every - given
    return replace(
        ranker, outputs=(*ranker.outputs, *[""] * more), linear=linear,
        linear_bias=np.pad(ridge * ranker.linear_bias, (0, more)),
        forest=replace(ranker.forest, value=np.pad(ranker.forest.value, ((0, 0), (0, more)))),
        shares=(1.0, 1.0, trees), products=None,
    )  # fmt: skip


def save_ranker(ranker: Ranker, path: Path) -> None:
    """Write a ranker to one compressed .npz file."""
    forest, rarity = ranker.forest, ranker.rarity
    words = sorted(rarity.shares)
    about = {
        "outputs": ranker.outputs, "shares": ranker.shares, "depth": forest.depth,
        "floor": rarity.floor, "notes": ranker.notes,
    }  # fmt: skip
    arrays: dict[str, NDArray[Any]] = {
        "keys": ranker.keys, "idf": ranker.idf.astype(np.float16),
        "view_weights": ranker.view_weights, "wide": ranker.wide.cells,
        "wide_scale": ranker.wide.scale, "wide_bias": ranker.wide_bias,
        "words": np.frombuffer("\n".join(words).encode(), dtype=np.uint8),
        "word_shares": np.array([rarity.shares[word] for word in words], dtype=np.float16),
        **ranker.waves.to_arrays("waves"), "wave_weights": ranker.wave_weights,
        "linear": ranker.linear, "linear_bias": ranker.linear_bias,
        "column": forest.column, "threshold": forest.threshold, "children": forest.children,
        "value": forest.value.astype(np.float16), "roots": forest.roots,
        "about": np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
    }  # fmt: skip
    if ranker.topics is not None:
        arrays |= ranker.topics.to_arrays()
    if ranker.products is not None:
        arrays["products"] = ranker.products
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def load_ranker(path: Path) -> Ranker:
    """Read a ranker back.

    Raises:
        ValueError: the file is not a ranker; says which file and what is missing.
    """
    with np.load(path, allow_pickle=False) as stored:
        held = {name: stored[name] for name in stored.files}
    missing = {"about", "keys", "wide", "linear", "column", "words", "wave_weights"} - held.keys()
    if missing:
        raise ValueError(
            f"{path} is not a difficulty ranker: it lacks {', '.join(sorted(missing))}; train it "
            "again with `python -m local_models.classifiers.train_difficulty`."
        )
    about = json.loads(held["about"].tobytes())
    words = held["words"].tobytes().decode().split("\n")
    shares = held["word_shares"].astype(float).tolist()
    return Ranker(
        outputs=tuple(about["outputs"]), keys=held["keys"], idf=held["idf"].astype(np.float32),
        view_weights=held["view_weights"], wide=Rows(held["wide"], held["wide_scale"]),
        wide_bias=held["wide_bias"],
        waves=Waves.from_arrays("waves", held), wave_weights=held["wave_weights"],
        topics=Topics.from_arrays(held) if "topics_weights" in held else None,
        rarity=Rarity(dict(zip(words, shares, strict=True)), about["floor"]),
        linear=held["linear"], linear_bias=held["linear_bias"], products=held.get("products"),
        forest=Forest(
            held["column"], held["threshold"], held["children"],
            held["value"].astype(np.float32), held["roots"], about["depth"],
        ),
        shares=tuple(about["shares"]), notes=about["notes"],
    )  # fmt: skip
