"""From labelled rows to a reader: the methods that the benches measure and `train` retrains with.

One method for every label set: the same features, the same networks, the same calibration.

* `train_one`: one label a text, with a probability that is right about itself
* `train_rejecting`: the same with texts that belong nowhere, and a lead over that which a label needs
* `train_several`: any number of labels a text: part by part where texts are so many parts, else
  decided by clause and by the whole
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from local_models.classifiers.english import find_english
from local_models.classifiers.features import VIEWS, Features, read_features
from local_models.classifiers.head import Floats, Head
from local_models.classifiers.labelled import NOWHERE
from local_models.classifiers.meaning import find_encoder, read_meaning
from local_models.classifiers.network import Array, Schedule, activate
from local_models.classifiers.parts import Joints, best_cutting, cut
from local_models.classifiers.parts_training import Parts, Row, is_glued, read_rows, take_apart
from local_models.classifiers.training import (
    Recipe,
    build_head,
    fit_temperature,
    leave_out,
    many_hot,
    one_hot,
    prepare,
    score_left_out,
    train_head,
)
from local_models.classifiers.views import read_for

BENCH = Recipe(
    schedule=Schedule(hidden=128, epochs=18, dropout=0.4, hidden_dropout=0.4), networks=3
)
"""What moods are learned by, and sets of several labels that cannot be taken apart."""
PARTS = Recipe(
    schedule=Schedule(hidden=64, dropout=0.4, hidden_dropout=0.4, is_wide=False),
    networks=3, min_count=1,
)  # fmt: skip
"""What single parts are learned by; broader networks, and meanings known beforehand, did worse."""
LABELS = Recipe(
    schedule=Schedule(
        hidden=128, batch=256, rate=0.005, dropout=0.4, hidden_dropout=0.4, smoothing=0.05
    ),
    networks=4, view_weights=(1.0, 1.0, 0.5, 1.0),
    reaches=((4.0, 0.0), (0.0, 4.0), (8.0, 8.0), (4.0, 8.0)),
    reaches_in_english=((4.0, 0.0, 4.0), (0.0, 4.0, 4.0), (8.0, 0.0, 8.0), (4.0, 8.0, 8.0)),
    margin=2.0,
)  # fmt: skip
"""What labels of the user's own are learned by, with what texts mean as a view of its own."""
LABELS_PLAIN = replace(
    LABELS, view_weights=LABELS.view_weights[:VIEWS],
    reaches=((0.0, 0.0), (4.0, 0.0), (8.0, 0.0), (12.0, 0.0)), margin=0.0,
)  # fmt: skip
"""The same where the encoder is not installed."""
FEW_TEXTS = 6_000
"""Fewer texts than this are learned in smaller batches, with two looks at each."""
MANY_CLASSES = 40
"""From here on networks go without the wide half."""

_CONNECTIVE = re.compile(
    r"(?:\s(?<!\s\s)\s*)?(?:[,;.。，；！!？?、]|\b(?:and then|and also|and|also|then|plus|as well as|after that)\b"
    r"|并且|顺便|还有|另外|然后|同时|以及|而且)\s*",
    re.IGNORECASE,
)


def recipe_for_labels() -> Recipe:
    """The best recipe that there is here for labels of the user's own."""
    return LABELS_PLAIN if find_encoder() is None else LABELS


def _ignore(passes: int) -> None:
    """For callers that show no progress."""


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
        reading = self.head.read(read_for(self.head, text))
        is_rejected = reading.is_unsure or reading.label == NOWHERE
        return Answer(() if is_rejected else (reading.label,), reading.confidence)


@dataclass(frozen=True, slots=True)
class RejectingReader:
    """One label a text, or none where it does not lead clearly enough over `NOWHERE`."""

    head: Head
    least_lead: float
    """How much higher the best label must score than belonging nowhere."""

    def read(self, text: str) -> Answer:
        """The label and its probability; when rejected, the probability of all others."""
        scores = self.head.scores(read_for(self.head, text))
        chances = activate(scores[None] / np.float32(self.head.temperature), "one")[0]
        lead, best = find_lead(self.head.labels, scores)
        if lead < self.least_lead:
            return Answer((), 1.0 - float(chances[best]))
        return Answer((self.head.labels[best],), float(chances[best]))


def find_lead(labels: Sequence[str], scores: Floats) -> tuple[float, int]:
    """How far the best label is ahead of `NOWHERE`, and which it is."""
    nowhere = labels.index(NOWHERE)
    inside = scores.copy()
    inside[nowhere] = -np.inf
    best = int(inside.argmax())
    return float(scores[best] - scores[nowhere]), best


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


@dataclass(frozen=True, slots=True)
class PartsReader:
    """Any number of labels, one for each part of the likeliest way to cut the text."""

    head: Head
    joints: Joints

    def read(self, text: str) -> Answer:
        """The labels in the order of the text, and the probability that all are right."""
        found = best_cutting(self.head, cut(text), self.joints)
        return Answer(found.labels, float(np.exp(found.score)))


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
    recipe: Recipe | None = None,
    *,
    on_start: Callable[[int], None] = _ignore,
    on_pass: Callable[[], None] = lambda: None,
) -> OneReader:
    """A reader of one label a text.

    `on_start` is told the number of passes over the texts, `on_pass` is called after each.
    """
    labels = tuple(sorted(set(names)))
    recipe = suit(recipe or recipe_for_labels(), len(texts), len(labels))
    on_start(recipe.passes)
    targets, read = one_hot(names, labels), reader_for(recipe)
    return OneReader(train_head(texts, targets, labels, recipe, on_pass=on_pass, read=read))


def suit(recipe: Recipe, texts: int, classes: int) -> Recipe:
    """The recipe for a set of this size: more passes over few texts, no wide half for many classes."""
    schedule = replace(
        recipe.schedule, epochs=max(6, min(60, 170_000 // max(texts, 1))),
        is_wide=classes < MANY_CLASSES,
    )  # fmt: skip
    if texts < FEW_TEXTS:
        schedule = replace(schedule, batch=128, rate=0.003, agreement=2.0)
    return replace(recipe, schedule=schedule)


def fit_recipe(recipe: Recipe, texts: int, classes: int) -> Recipe:
    """The same for `BENCH`."""
    epochs = max(6, min(5 * recipe.schedule.epochs, 200_000 // max(texts, 1)))
    schedule = replace(recipe.schedule, epochs=epochs, is_wide=classes < MANY_CLASSES)
    return replace(recipe, schedule=schedule)


def train_rejecting(
    texts: Sequence[str],
    names: Sequence[str],
    recipe: Recipe | None = None,
    *,
    outside: Sequence[str] = (),
    on_start: Callable[[int], None] = _ignore,
    on_pass: Callable[[], None] = lambda: None,
) -> RejectingReader:
    """A reader that says nothing about texts that belong nowhere (label `oos`).

    Texts labelled `oos`, and those in `outside`, are a class of their own; there must be some. The
    bar is set on texts that a first network does not learn from: of those that it reads rightly,
    three in a thousand stay below.

    Raises:
        ValueError: no text belongs nowhere.
    """
    texts, names = [*texts, *outside], [*names, *[NOWHERE] * len(outside)]
    labels = tuple(sorted(set(names)))
    if NOWHERE not in labels:
        raise ValueError(f"No text is labelled '{NOWHERE}': give some that belong nowhere.")
    recipe = suit(recipe or recipe_for_labels(), len(texts), len(labels))
    on_start(recipe.passes)
    targets, weight = one_hot(names, labels), weigh_outside(names)
    read = reader_for(recipe)
    material = prepare([read(text) for text in texts], targets, recipe, weight)
    left_out = leave_out(texts, recipe)
    scores = score_left_out(material, left_out, recipe, on_pass)
    temperature = fit_temperature(scores, targets[left_out], recipe)
    head = replace(build_head(material, labels, recipe, on_pass), temperature=temperature)
    return RejectingReader(head, _least_lead(labels, scores, targets[left_out]))


def weigh_outside(names: Sequence[str]) -> Array:
    """How much each text weighs: a few outside ones as much as a fair share of the inside ones."""
    counts = Counter(names)
    outside = counts.get(NOWHERE, 0)
    share = min(8.0, max(1.0, 0.06 * (len(names) - outside) / outside)) if outside else 1.0
    return np.array([share if name == NOWHERE else 1.0 for name in names], dtype=np.float32)


def _least_lead(labels: Sequence[str], scores: Array, targets: Array, lost: float = 0.003) -> float:
    """The lead over `NOWHERE` that all but `lost` of the texts have that are read rightly."""
    leads = [find_lead(labels, row) for row in scores]
    right = [lead for (lead, best), target in zip(leads, targets, strict=True) if target[best]]
    return float(np.quantile(right, lost)) if right else 0.0


def train_several(
    texts: Sequence[str],
    names: Sequence[Sequence[str]],
    recipe: Recipe | None = None,
    *,
    on_start: Callable[[int], None] = _ignore,
    on_pass: Callable[[], None] = lambda: None,
) -> SeveralReader | PartsReader:
    """A reader of any number of labels a text."""
    rows = read_rows(texts, names)
    if is_glued(rows):
        return train_parts(rows, recipe or PARTS, on_start=on_start, on_pass=on_pass)
    labels = tuple(sorted({label for held in names for label in held}))
    recipe = fit_recipe(recipe or BENCH, len(texts), len(labels))
    on_start(recipe.passes)
    many = replace(recipe, schedule=replace(recipe.schedule, kind="many", smoothing=0.02))
    return SeveralReader(train_head(texts, many_hot(names, labels), labels, many, on_pass=on_pass))


def train_parts(
    rows: Sequence[Row],
    recipe: Recipe = PARTS,
    *,
    on_start: Callable[[int], None] = _ignore,
    on_pass: Callable[[], None] = lambda: None,
) -> PartsReader:
    """A reader of texts that are so many parts, learned from rows labelled as a whole."""
    quick = replace(recipe, networks=1, held_out=0.0)
    parts = take_apart(rows, lambda clear: _train_on_parts(clear, _pace(quick, clear)))
    fitted = _pace(recipe, parts)
    on_start(fitted.passes)
    return PartsReader(_train_on_parts(parts, fitted, on_pass), parts.settle())


def _pace(recipe: Recipe, parts: Parts) -> Recipe:
    """The recipe with more passes over few parts."""
    epochs = max(6, min(40, 100_000 // max(1, len(parts.examples()[0]))))
    return replace(recipe, schedule=replace(recipe.schedule, epochs=epochs))


def _train_on_parts(
    parts: Parts, recipe: Recipe, on_pass: Callable[[], None] = lambda: None
) -> Head:
    """A head of one label a part; labels of few parts weigh more than their share."""
    texts, names = parts.examples()
    counts = Counter(names)
    weight = np.array([counts[name] ** -0.5 for name in names], dtype=np.float32)
    weight = np.minimum(weight / weight.mean(), 20.0)
    labels = tuple(sorted(counts))
    return train_head(
        texts, one_hot(names, labels), labels, recipe, importance=weight, on_pass=on_pass
    )


class Reader(Protocol):
    """Anything that answers a text."""

    def read(self, text: str) -> Answer: ...


def read_all(reader: Reader, texts: Sequence[str]) -> list[Answer]:
    """The answers for many texts, in order."""
    return [reader.read(text) for text in texts]


def reader_for(recipe: Recipe) -> Callable[[str], Features]:
    """What turns a text into the features that a head of this recipe is given."""
    if len(recipe.view_weights) == VIEWS:
        return read_features
    in_english = find_english() is not None
    return lambda text: read_meaning(read_features(text), in_english=in_english)
