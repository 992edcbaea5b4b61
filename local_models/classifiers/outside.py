"""Texts that belong to none of a user's labels, for files that bring none of their own.

The project's own lines stand in: shop matters that the user's labels do not touch, everyday questions,
small talk and tales of all walks of life, in the languages of the user's rows, or the language itself
would tell what belongs nowhere.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from local_models.classifiers.features import read_glance
from local_models.classifiers.head import load_head
from local_models.classifiers.intents import WEIGHTS
from local_models.classifiers.labelled import Row
from local_models.classifiers.language import tell_language
from local_models.classifiers.shipped_data import read_grades, read_lines, read_moods, read_turns

_TOUCHED = 0.15
"""A matter of ours that the shipped head sees so often in the rows of one label is a matter of theirs."""
_CHATTING = 0.5
"""The same for small talk, which opens many a turn about something else."""
_MOST_CHECKED = 60
"""Rows of a label that are looked at."""


def gather_outside(rows: Sequence[Row], count: int, seed: int) -> list[str]:
    """So many of the project's own texts of other matters, each once; fewer where there are no more."""
    rng, touched, known = random.Random(seed), find_touched(rows), {row.text for row in rows}
    chinese = sum(tell_language(row.text) in ("zh", "mixed") for row in rows)
    wanted = {"zh": round(count * chinese / max(1, len(rows)))}
    wanted["en"] = count - wanted["zh"]
    chosen: list[str] = []
    for language, most in wanted.items():
        kinds = _kinds(language, touched)
        for texts in kinds:
            rng.shuffle(texts)
        fresh = dict.fromkeys(text for text in _in_turns(kinds) if text not in known)
        chosen += islice(fresh, most)
    rng.shuffle(chosen)
    return chosen


def find_touched(rows: Sequence[Row]) -> frozenset[str]:
    """The matters of ours that the rows of some label are about, as the shipped head reads them.

    What is none of a shop's business (`other`) is never one matter.
    """
    head = load_head(WEIGHTS / "intent.npz")
    by_label: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_label[row.label].append(row.text)
    touched: set[str] = set()
    for texts in by_label.values():
        seen = [head.probabilities(read_glance(text)) for text in texts[:_MOST_CHECKED]]
        means = dict(zip(head.labels, np.mean(seen, axis=0).tolist(), strict=True))
        bars = dict.fromkeys(means, _TOUCHED) | {"smalltalk": _CHATTING, "other": 1.1}
        touched |= {label for label, mean in means.items() if mean >= bars[label]}
    return frozenset(touched)


def _kinds(language: str, touched: frozenset[str]) -> list[list[str]]:
    """Texts by kind: each matter, calm tales, moody ones, and what people ask of an assistant."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for line in read_lines(language) + read_turns(language):
        if not touched & {*line.intents, line.second}:
            kinds[line.intents[0]].append(line.text)
    for text, mood in read_moods(language):
        kinds["calm" if mood == "neutral" else "moody"].append(text)
    kinds["asked"] = [text for text, _ in read_grades() if tell_language(text) == language]
    return list(kinds.values())


def _in_turns(kinds: Sequence[list[str]]) -> Iterator[str]:
    """One text of each kind, then another of each, until there are no more."""
    for at in range(max(map(len, kinds), default=0)):
        yield from (texts[at] for texts in kinds if at < len(texts))
