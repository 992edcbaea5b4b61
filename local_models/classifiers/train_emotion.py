"""Train the emotion heads: what they learn from, how, and what they are worth on lines left out.

    uv run python -m local_models.classifiers.train_emotion [--out FOLDER] [--folds N]

Only text written for this project is learned from. A sarcastic line and its literal twin stand in
one group, and a group never stands on both sides of a split; composed lines are only learned from.
`--folds` measures by cross-validation over groups before training on everything.

How strong a mood is comes from a small network of its own over the same n-grams, so that the reader
can put both heads side by side and gather once. Whether there is a mood at all is another head's matter
(`train_calm.py`).
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from local_models.classifiers.cues import find_cues
from local_models.classifiers.data.calm import compose_calm
from local_models.classifiers.data.emotion_compose import Composed, compose_moods, disturb
from local_models.classifiers.data.emotion_twins import compose_scenes, compose_twins
from local_models.classifiers.emotion import (
    CALM,
    HEAD_LABELS,
    SARCASTIC,
    STRONG,
    told,
    weigh_calm,
)
from local_models.classifiers.features import Features
from local_models.classifiers.head import Head, save_head
from local_models.classifiers.mood_features import read_mood_features
from local_models.classifiers.network import Array, Schedule
from local_models.classifiers.normalise import normalise
from local_models.classifiers.shipped_data import DATA, read_lines
from local_models.classifiers.training import (
    Recipe,
    find_weightiest,
    fit_temperature,
    keep_rows,
    one_hot,
    train_head,
)

WEIGHTS = Path(__file__).parent / "weights"
COMPOSED_PER_LANGUAGE = 4_000
TWINS_PER_EVENT = 6
TWINS_OF_SCENES = 20_000
VARIANTS_PER_LINE = 1
CALM_PER_LANGUAGE = 600
CALM_COMPOSED = 4_000
"""Facts with numbers and friendly answers, in each language."""
KEPT_BACK = ("dev", "blind", "others_dev", "others_blind")
LEAN = 0.6
"""What is added to the log odds of sarcasm: most composed lines are honest, and a reproach that is taken
for thanks costs more than the reverse. Chosen on the two sets kept for development."""
MOST_ROWS = 110_000
"""What lies beyond moves no text far, and a larger table is slower to look things up in."""
MOODY = frozenset(
    ("anger", "upset", "praise", "thanks", "rhetoric", "odd", "joy", "bang", "wonder", "again")
)
MOODY_INTENTS = frozenset({"complaint", "urge", "smalltalk", "human_agent"})

RECIPE = Recipe(
    schedule=Schedule(hidden=8, epochs=8), networks=4, min_count=10, view_weights=(1.0, 1.0, 0.5, 1.0),
    held_out=0.0, notes="lines written for this project",
)  # fmt: skip
STRENGTH_RECIPE = replace(
    RECIPE, schedule=Schedule(kind="many", hidden=4, epochs=5, smoothing=0.0), networks=1
)
"""The same n-grams as the classes, so that both heads can be joined."""


@dataclass(frozen=True, slots=True)
class MoodLine:
    """One labelled line."""

    text: str
    label: str
    """One of the head's four classes."""
    intensity: float = 0.0
    group: str = ""
    """Lines of one group belong together: a sarcastic line and its twin."""
    is_twin: bool = False
    language: str = "zh"
    weight: float = 1.0


def read_mood_lines(name: str) -> list[MoodLine]:
    """The lines of one file of the project: `zh`, `en`, or one of `KEPT_BACK`, never learned from."""
    lines = []
    for row in (DATA / f"emotion_{name}.jsonl").read_text(encoding="utf-8").split("\n"):
        if row:
            held = json.loads(row)
            label = SARCASTIC if held["sarcastic"] else held["label"]
            lines.append(
                MoodLine(
                    held["text"], label, held.get("intensity", 0.0), held["group"], "twin_of" in held,
                    held["lang"],
                )
            )  # fmt: skip
    return lines


def enrich(lines: Sequence[MoodLine], seed: int = 0) -> list[MoodLine]:
    """Lines, their variants as people type them, composed lines, and calm wishes."""
    rng, out = random.Random(seed), list(lines)
    for line in lines:
        for _ in range(VARIANTS_PER_LINE):
            text = disturb(line.text, line.language, rng)
            out.append(replace(line, text=text, weight=0.5))
    out += [_as_line(made, 0.35) for made in compose_moods(COMPOSED_PER_LANGUAGE, seed=seed + 3)]
    out += [_as_line(made, 0.25) for made in compose_twins(TWINS_PER_EVENT, seed=seed + 5)]
    out += [_as_line(made, 0.25) for made in compose_scenes(TWINS_OF_SCENES, seed=seed + 6)]
    out += [_as_line(made, 0.35) for made in compose_calm(CALM_COMPOSED, seed=seed + 7)]
    return out + [MoodLine(text, "neutral", weight=0.5) for text in _calm_wishes(rng)]


def _as_line(made: Composed, weight: float) -> MoodLine:
    label = SARCASTIC if made.is_sarcastic else made.label
    return MoodLine(made.text, label, made.intensity, weight=weight)


def _calm_wishes(rng: random.Random) -> list[str]:
    """Wishes of the intent lines that carry no mood."""
    lines = read_lines("zh") + read_lines("en")
    rng.shuffle(lines)
    calm: dict[str, list[str]] = {"zh": [], "en": []}
    for line in lines:
        is_full = len(calm[line.language]) >= CALM_PER_LANGUAGE
        if is_full or line.intents[0] in MOODY_INTENTS:
            continue
        if not MOODY & {cue.kind for cue in find_cues(normalise(line.text))}:
            calm[line.language].append(line.text)
    return calm["zh"] + calm["en"]


def train_mood_head(
    lines: Sequence[MoodLine],
    recipe: Recipe = RECIPE,
    on_pass: Callable[[], None] = lambda: None,
) -> Head:
    """The head of the four classes, learned from the lines and what `enrich` makes of them."""
    rows = enrich(lines)
    targets = one_hot([row.label for row in rows], HEAD_LABELS)
    return train_head(
        [row.text for row in rows], targets, HEAD_LABELS, recipe,
        importance=_weights(rows), on_pass=on_pass, read=remember,
    )  # fmt: skip


def train_strength_head(lines: Sequence[MoodLine], min_count: int = RECIPE.min_count) -> Head:
    """One number a text: how strong the mood is."""
    rows = enrich(lines)
    targets = np.array([[row.intensity] for row in rows], dtype=np.float32)
    return train_head(
        [row.text for row in rows], targets, (STRONG,),
        replace(STRENGTH_RECIPE, min_count=min_count),
        importance=_weights(rows), read=remember,
    )  # fmt: skip


@cache
def remember(text: str) -> Features:
    """The features of a text; folds, networks and heads share most of their texts."""
    return read_mood_features(text)


def _weights(rows: Sequence[MoodLine]) -> Array:
    return np.array([row.weight for row in rows], dtype=np.float32)


def split_groups(lines: Sequence[MoodLine], folds: int, seed: int = 1) -> list[list[MoodLine]]:
    """The lines in `folds` parts, a group whole in one of them."""
    groups = sorted({line.group for line in lines})
    random.Random(seed).shuffle(groups)
    place = {group: at % folds for at, group in enumerate(groups)}
    return [[line for line in lines if place[line.group] == fold] for fold in range(folds)]


def find_temperature(lines: Sequence[MoodLine], recipe: Recipe = RECIPE) -> float:
    """What makes confidence match accuracy on groups that were left out."""
    held, *rest = split_groups(lines, 5)
    head = train_mood_head([line for part in rest for line in part], replace(recipe, networks=1))
    scores = np.stack([head.scores(remember(line.text)) for line in held])
    return fit_temperature(scores, one_hot([line.label for line in held], HEAD_LABELS), recipe)


def lean(head: Head, by: float = LEAN) -> Head:
    """The head with higher odds of sarcasm."""
    bias = head.bias.copy()
    bias[head.labels.index(SARCASTIC)] += np.float32(by * head.temperature)
    return replace(head, bias=bias)


def tell_all(head: Head, lines: Sequence[MoodLine], gate: Head | None = None) -> list[str]:
    """The mood of each line: negative, neutral or positive; by the head alone, or as the reader tells
    it with the head that knows whether there is one."""
    moods = []
    for line in lines:
        features = remember(line.text)
        scores = head.scores(features)[: len(HEAD_LABELS)]
        raised = np.exp((scores - scores.max()) / head.temperature)
        chances = dict(zip(HEAD_LABELS, (raised / raised.sum()).tolist(), strict=True))
        if gate is not None:
            chances = weigh_calm(chances, gate.chances(features)[gate.labels.index(CALM)])
        chances["negative"] += chances.pop(SARCASTIC)
        moods.append(max(chances, key=chances.__getitem__))
    return moods


@dataclass(frozen=True, slots=True)
class Worth:
    """What a head is worth on lines that it did not learn from."""

    macro_f1: float
    sarcasm_found: float
    """Share of sarcastic lines called negative."""
    twins_wrong: float
    """Share of literal twins not called positive."""


def weigh(moods: Sequence[str], lines: Sequence[MoodLine]) -> Worth:
    """Compare moods with labels."""
    truth = [told(line.label) for line in lines]
    pairs = list(zip(moods, truth, lines, strict=True))
    scores = []
    for label in sorted(set(truth)):
        hits = sum(mood == label == true for mood, true, _ in pairs)
        scores.append(2 * hits / max(1, list(moods).count(label) + truth.count(label)))
    found = [mood == "negative" for mood, _, line in pairs if line.label == SARCASTIC]
    wrong = [mood != true for mood, true, line in pairs if line.is_twin]
    return Worth(float(np.mean(scores)), float(np.mean(found)), float(np.mean(wrong)))


def cross_validate(lines: Sequence[MoodLine], folds: int) -> Worth:
    """The worth of the method, each group told by a head that never saw it."""
    parts = split_groups(lines, folds)
    moods: list[str] = []
    for at, part in enumerate(parts):
        rest = [line for other in parts[:at] + parts[at + 1 :] for line in other]
        moods += tell_all(train_mood_head(rest, replace(RECIPE, networks=1)), part)
    return weigh(moods, [line for part in parts for line in part])


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and save both heads; print what they are worth on the lines kept for development."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the weights go")
    parser.add_argument("--folds", type=int, default=0, help="cross-validate over so many folds")
    options = parser.parse_args(arguments)
    lines = read_mood_lines("zh") + read_mood_lines("en")
    print(f"{len(lines)} lines")
    if options.folds > 1:
        print(f"{options.folds} folds: {cross_validate(lines, options.folds)}")
    head = lean(replace(train_mood_head(lines), temperature=find_temperature(lines)))
    kept = find_weightiest(head, [remember(row.text) for row in enrich(lines)], MOST_ROWS)
    head, strength = keep_rows(head, kept), keep_rows(train_strength_head(lines), kept)
    save_head(head, options.out / "emotion.npz")
    save_head(strength, options.out / "emotion_intensity.npz")
    for name in KEPT_BACK:
        unread = read_mood_lines(name)
        print(f"{name}, {len(unread)} lines: {weigh(tell_all(head, unread), unread)}")


if __name__ == "__main__":
    main()
