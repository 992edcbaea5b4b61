"""From labelled rows to a reader: the methods that the benches measure and `train` retrains with.

One method for every label set: the same features, the same networks, the same calibration.

* `train_one`: one label a text, with a probability that is right about itself
* `train_rejecting`: the same with texts that belong nowhere, and a threshold set on held-out texts
* `train_several`: any number of labels a text, decided by clause and by the whole
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from local_models.classifiers.features import Features, read_features
from local_models.classifiers.head import Floats, Head
from local_models.classifiers.network import Array, Schedule
from local_models.classifiers.training import Recipe, many_hot, one_hot, train_head

NOWHERE = "oos"
"""The label of texts that belong to no class."""

BENCH = Recipe(
    schedule=Schedule(hidden=128, epochs=18, dropout=0.4, hidden_dropout=0.4), networks=3
)
MANY_CLASSES = 40
"""From here on networks go without the wide half."""

_CONNECTIVE = re.compile(
    r"\s*(?:[,;.。，；！!？?、]|\b(?:and then|and also|and|also|then|plus|as well as|after that)\b"
    r"|并且|顺便|还有|另外|然后|同时|以及|而且)\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader says of one text."""

    labels: tuple[str, ...]
    """One label, several, or none: rejected."""
    confidence: float


@dataclass(frozen=True, slots=True)
class OneReader:
    """One label a text; none below the threshold or when the text belongs nowhere."""

    head: Head

    def read(self, text: str) -> Answer:
        """The label and its probability."""
        reading = self.head.read(read_features(text))
        is_rejected = reading.is_unsure or reading.label == NOWHERE
        return Answer(() if is_rejected else (reading.label,), reading.confidence)


@dataclass(frozen=True, slots=True)
class SeveralReader:
    """Any number of labels: the best set among those that whole text and clauses propose."""

    head: Head
    threshold: float = 0.5
    order: tuple[str, ...] = field(default_factory=tuple)

    def read(self, text: str) -> Answer:
        """The labels, by falling probability."""
        whole = self.head.probabilities(read_features(text))
        chances = blend_clauses(self.head, text, whole)
        chosen = np.flatnonzero(chances >= self.threshold)
        if not len(chosen):
            chosen = np.array([int(chances.argmax())])
        ranked = sorted(chosen.tolist(), key=lambda at: -chances[at])
        sure = np.where(np.isin(np.arange(len(chances)), chosen), chances, 1 - chances)
        return Answer(tuple(self.head.labels[at] for at in ranked), float(np.prod(sure)))


def blend_clauses(head: Head, text: str, whole: Floats) -> Floats:
    """Probabilities of the whole text, moved towards what its clauses say when there are several."""
    clauses = [piece for piece in _CONNECTIVE.split(text) if piece and len(piece) > 2]
    if len(clauses) < 2:
        return whole
    parts = np.stack([head.probabilities(read_features(piece)) for piece in clauses[:8]])
    return np.asarray(0.65 * whole + 0.35 * parts.max(axis=0), dtype=np.float32)


def train_one(
    texts: Sequence[str],
    names: Sequence[str],
    recipe: Recipe = BENCH,
    on_pass: Callable[[], None] = lambda: None,
) -> OneReader:
    """A reader of one label a text."""
    labels = tuple(sorted(set(names)))
    recipe = fit_recipe(recipe, len(texts), len(labels))
    return OneReader(train_head(texts, one_hot(names, labels), labels, recipe, on_pass=on_pass))


def fit_recipe(recipe: Recipe, texts: int, classes: int) -> Recipe:
    """The recipe for a set of this size: more passes over few texts, no wide half for many classes."""
    epochs = max(6, min(5 * recipe.schedule.epochs, 200_000 // max(texts, 1)))
    schedule = replace(recipe.schedule, epochs=epochs, is_wide=classes < MANY_CLASSES)
    return replace(recipe, schedule=schedule)


def train_rejecting(
    texts: Sequence[str],
    names: Sequence[str],
    recipe: Recipe = BENCH,
    on_pass: Callable[[], None] = lambda: None,
    *,
    outside: Sequence[str] = (),
) -> OneReader:
    """A reader that says nothing about texts that belong nowhere (label `oos`).

    Texts labelled `oos`, and those in `outside`, are a class of their own. The threshold is the
    lowest confidence that rejects at most four in a hundred texts that do belong.
    """
    texts, names = [*texts, *outside], [*names, *[NOWHERE] * len(outside)]
    labels = tuple(sorted(set(names)))
    recipe = fit_recipe(recipe, len(texts), len(labels))
    weight = _balance(names)
    head = train_head(
        texts, one_hot(names, labels), labels, recipe, importance=weight, on_pass=on_pass
    )
    return OneReader(replace(head, threshold=_threshold(texts, names, recipe)))


def _balance(names: Sequence[str]) -> Array:
    """A few outside texts weigh as much as a fair share of the inside ones."""
    counts = Counter(names)
    outside = counts.get(NOWHERE, 0)
    share = min(8.0, max(1.0, 0.06 * (len(names) - outside) / outside)) if outside else 1.0
    return np.array([share if name == NOWHERE else 1.0 for name in names], dtype=np.float32)


def _threshold(
    texts: Sequence[str], names: Sequence[str], recipe: Recipe, lost: float = 0.035
) -> float:
    """Confidence that all but `lost` of the texts inside reach, on a fifth that was left out."""
    order = np.random.default_rng(7).permutation(len(texts))
    cut = len(texts) // 5
    left_out, kept = order[:cut], order[cut:]
    quick = replace(recipe, networks=1, held_out=0.1)
    labels = tuple(sorted(set(names)))
    head = train_head(
        [texts[at] for at in kept], one_hot([names[at] for at in kept], labels), labels, quick,
        importance=_balance([names[at] for at in kept]),
    )  # fmt: skip
    inside = [at for at in left_out if names[at] != NOWHERE]
    sure = [head.read(read_features(texts[at])).confidence for at in inside]
    return float(np.quantile(sure, lost)) if sure else 0.0


def train_several(
    texts: Sequence[str],
    names: Sequence[Sequence[str]],
    recipe: Recipe = BENCH,
    on_pass: Callable[[], None] = lambda: None,
) -> SeveralReader:
    """A reader of any number of labels a text."""
    labels = tuple(sorted({label for held in names for label in held}))
    recipe = fit_recipe(recipe, len(texts), len(labels))
    many = replace(recipe, schedule=replace(recipe.schedule, kind="many", smoothing=0.02))
    return SeveralReader(train_head(texts, many_hot(names, labels), labels, many, on_pass=on_pass))


def read_all(reader: OneReader | SeveralReader, texts: Sequence[str]) -> list[Answer]:
    """The answers for many texts, in order."""
    return [reader.read(text) for text in texts]


def features_of(texts: Sequence[str]) -> list[Features]:
    """The features of many texts, in order."""
    return [read_features(text) for text in texts]
