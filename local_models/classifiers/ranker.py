"""A regressor for texts: hashed n-grams first, then trees over what they say and how a text is built.

Level one is linear over the n-grams that `features.py` reads and over waves of the traits. Level two sees level one's outputs,
the traits of `traits.py` and how rare the words are; it is a ridge regression and a forest. The
answer is the weighted mean of the three. Run time needs numpy only.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.features import Features
from local_models.classifiers.forest import Forest
from local_models.classifiers.head import Floats, Rows, scale_views
from local_models.classifiers.index import KeyIndex
from local_models.classifiers.normalise import clip
from local_models.classifiers.traits import read_traits, split_options

_WORD = re.compile(r"[a-z][a-z']*")
RARITIES = 9


@dataclass(frozen=True, slots=True)
class Rarity:
    """How rare words are: the logarithm of each known word's share of a corpus."""

    shares: dict[str, float]
    floor: float
    """For a word that the corpus does not hold."""

    def read(self, text: str) -> Floats:
        """Five numbers of the question's words and four of its answers', see `summarise`."""
        stem, options = split_options(clip(text))
        asked = self.look_up(_WORD.findall(stem.lower()))
        answers = self.look_up(_WORD.findall(" ".join(options).lower())) if options else []
        return np.array(summarise(asked, answers, self.floor), dtype=np.float32)

    def look_up(self, words: list[str]) -> list[float]:
        """The logarithm of each word's share, in order."""
        get, floor = self.shares.get, self.floor
        return [get(word, floor) for word in words]


def summarise(asked: list[float], answers: list[float], floor: float) -> list[float]:
    """Nine numbers of two lists of logarithmic shares; zeros for an empty list."""
    found = [0.0] * RARITIES
    if asked:
        rarest = sorted(asked)[:3]
        found[:5] = (*_mean_and_spread(asked, floor), rarest[0], sum(rarest) / len(rarest))
    if answers:
        found[5:] = (*_mean_and_spread(answers, floor), min(answers))
    return found


def _mean_and_spread(values: list[float], floor: float) -> tuple[float, float, float]:
    """Mean, standard deviation, and share of words that the corpus does not hold."""
    count = len(values)
    mean = sum(values) / count
    spread = max(0.0, sum(value * value for value in values) / count - mean * mean) ** 0.5
    return mean, spread, sum(value <= floor for value in values) / count


@dataclass(frozen=True, slots=True)
class Waves:
    """Random Fourier features of the traits: texts built alike come to lie near each other."""

    mean: Floats
    spread: Floats
    slopes: Floats
    """Shape (traits, waves)."""
    phases: Floats

    def read(self, traits: Floats) -> Floats:
        """One cosine for each wave; `traits` of one text or, row by row, of many."""
        steady = np.clip((traits - self.mean) / self.spread, -4.0, 4.0)
        return np.asarray(np.cos(steady @ self.slopes + self.phases), dtype=np.float32)


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
    rarity: Rarity
    linear: Floats
    """Shape (inputs, outputs)."""
    linear_bias: Floats
    forest: Forest
    shares: tuple[float, float, float]
    """Weights of level one, ridge and forest; 1 together."""
    notes: str = ""
    _index: KeyIndex = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", KeyIndex(self.keys))

    def predict(self, text: str, features: Features) -> Floats:
        """One number for each of `outputs`."""
        traits = read_traits(text)
        first = self.read_first(features, traits)
        inputs = np.concatenate([first, traits, self.rarity.read(text)])
        one, ridge, trees = self.shares
        total = one * first[: len(self.outputs)]
        total += ridge * (inputs @ self.linear + self.linear_bias)
        total += trees * self.forest.add_up(inputs)
        return np.asarray(total, dtype=np.float32)

    def read_first(self, features: Features, traits: Floats) -> Floats:
        """Level one's outputs."""
        rows, known = self._index.find(features.hashes)
        values = features.weights[known] * self.idf[rows]
        values = scale_views(features.hashes[known], values, self.view_weights)
        total = self.wide_bias + self.wide.sum_of(rows, values)
        return np.asarray(total + self.waves.read(traits) @ self.wave_weights, dtype=np.float32)


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
        "waves_mean": ranker.waves.mean, "waves_spread": ranker.waves.spread,
        "waves_slopes": ranker.waves.slopes.astype(np.float16), "waves_phases": ranker.waves.phases,
        "wave_weights": ranker.wave_weights,
        "linear": ranker.linear, "linear_bias": ranker.linear_bias,
        "column": forest.column, "threshold": forest.threshold, "children": forest.children,
        "value": forest.value.astype(np.float16), "roots": forest.roots,
        "about": np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
    }  # fmt: skip
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
        waves=Waves(
            held["waves_mean"], held["waves_spread"], held["waves_slopes"].astype(np.float32),
            held["waves_phases"],
        ),
        wave_weights=held["wave_weights"],
        rarity=Rarity(dict(zip(words, shares, strict=True)), about["floor"]),
        linear=held["linear"], linear_bias=held["linear_bias"],
        forest=Forest(
            held["column"], held["threshold"], held["children"],
            held["value"].astype(np.float32), held["roots"], about["depth"],
        ),
        shares=tuple(about["shares"]), notes=about["notes"],
    )  # fmt: skip
