"""From rows labelled with moods or emotions to a reader: n-grams and cues, whatever the labels.

Where rows say which of them are sarcastic, those are a class of their own while it is learned, and
told as the label that they have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from local_models.classifiers.head import Head
from local_models.classifiers.methods import BENCH, Answer, fit_recipe
from local_models.classifiers.mood_features import read_mood_features
from local_models.classifiers.training import Recipe, one_hot, train_head
from local_models.classifiers.views import read_for

CUED = replace(BENCH, view_weights=(1.0, 1.0, 0.5, 1.2))
"""The recipe of the other methods with a weight for the view of the cues."""
_ASIDE = " (sarcastic)"


@dataclass(frozen=True, slots=True)
class MoodReader:
    """One label a text; classes that were learned apart are told as one."""

    head: Head
    told_as: Mapping[str, str] = field(default_factory=dict)

    def read(self, text: str) -> Answer:
        """The label and its probability."""
        chances: Counter[str] = Counter()
        for label, chance in zip(
            self.head.labels, self.head.probabilities(read_for(self.head, text)), strict=True
        ):
            chances[self.told_as.get(label, label)] += float(chance)  # type: ignore[assignment]
        label, chance = chances.most_common(1)[0]
        return Answer((label,), float(chance))


def train_moods(
    texts: Sequence[str],
    names: Sequence[str],
    recipe: Recipe = CUED,
    on_pass: Callable[[], None] = lambda: None,
    *,
    sarcastic: Sequence[bool] = (),
) -> MoodReader:
    """A reader of one mood a text; `sarcastic` says of each row whether it is."""
    flags = sarcastic or [False] * len(texts)
    classes = [name + _ASIDE if flag else name for name, flag in zip(names, flags, strict=True)]
    labels = tuple(sorted(set(classes)))
    head = train_head(
        texts, one_hot(classes, labels), labels, fit_recipe(recipe, len(texts), len(labels)),
        on_pass=on_pass, read=read_mood_features,
    )  # fmt: skip
    return MoodReader(head, {label: label.removesuffix(_ASIDE) for label in labels})
