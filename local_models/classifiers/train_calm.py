"""Train the head that tells whether there is a mood at all: what it learns from, and how.

    uv run python -m local_models.classifiers.train_calm [--out FOLDER] [--public FOLDER ...]

A head that has mostly met moods finds one in an exam question, a program and a wish for music; a head that
has to know all the calm texts in the world tells sarcasm from its literal twin less well. So there are two,
and this one learns from everything: the lines of moods with what `train_emotion` makes of them, calm lines of
all walks of life beside the same matters told with feeling, calm wishes, and texts of public sets whose
licence allows it, where `--public` says they lie.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from local_models.classifiers.cues import find_cues
from local_models.classifiers.emotion import CALM, CALM_WEIGHTS, MOVED
from local_models.classifiers.emotion import WEIGHTS as MOOD_WEIGHTS
from local_models.classifiers.features import GLANCE_CHARS
from local_models.classifiers.head import Head, load_head, save_head
from local_models.classifiers.normalise import normalise
from local_models.classifiers.shipped_data import TALK, read_calm, read_lines, read_turns
from local_models.classifiers.train_emotion import (
    KEPT_BACK,
    MOODY,
    MOODY_INTENTS,
    RECIPE,
    WEIGHTS,
    MoodLine,
    enrich,
    read_mood_lines,
    remember,
    tell_all,
    weigh,
)
from local_models.classifiers.training import (
    find_weightiest,
    fit_temperature,
    keep_rows,
    one_hot,
    train_head,
)

LABELS = (CALM, MOVED)
CALM_PER_LANGUAGE = 5_000
CALM_PER_SET = 4_000
CALM_WEIGHT = 0.35
LEAN = 0.8
"""What is added to the log odds of calm: whoever is called angry for a plain question is served worse than
whoever is angry a little and called calm. Chosen on the sets kept for development."""
MOST_ROWS = 70_000
CORPUS = 60_000
"""So many texts tell which n-grams move some text farthest."""
CALM_RECIPE = replace(RECIPE, networks=2, notes="own lines, licensed public sets")
DEVELOPMENT = ("dev", "others_dev", "calm_dev")


def gather(public: Sequence[Path], seed: int = 0) -> list[MoodLine]:
    """Everything that is learned from; lines without a mood are `neutral`."""
    names = ("zh", "calm_zh", "en", "calm_en")
    lines = [line for name in names for line in read_mood_lines(name)]
    rng = random.Random(seed)
    calm = _calm_wishes(rng) + _calm_texts(public, rng)
    return enrich(lines) + [MoodLine(text, "neutral", weight=CALM_WEIGHT) for text in calm]


def _calm_wishes(rng: random.Random) -> list[str]:
    """Wishes of the intent lines that carry no mood, and turns from the middle of talks."""
    chosen: list[str] = []
    for language in ("zh", "en"):
        lines = read_lines(language) + read_turns(language)
        wishes = [line.text for line in lines if line.intents[0] not in MOODY_INTENTS]
        chosen += _pick_calm(wishes, CALM_PER_LANGUAGE, rng)
    return chosen


def _calm_texts(public: Sequence[Path], rng: random.Random) -> list[str]:
    """Texts of public sets that carry no mood; of customers' talk, those without a word of one."""
    chosen: list[str] = []
    for name, texts in read_calm(public):
        if name in TALK:
            chosen += _pick_calm(texts, CALM_PER_SET, rng)
        else:
            chosen += rng.sample(texts, min(len(texts), CALM_PER_SET))
    return chosen


def _pick_calm(texts: Sequence[str], most: int, rng: random.Random) -> list[str]:
    """Some of the texts, none with a word that mostly stands in moody ones."""
    shuffled = rng.sample(texts, len(texts))
    calm = (
        text
        for text in shuffled
        if not MOODY & {cue.kind for cue in find_cues(normalise(text[:GLANCE_CHARS]))}
    )
    return list(islice(calm, most))


def train_calm_head(rows: Sequence[MoodLine]) -> Head:
    """The head with the n-grams that weigh most, not calibrated."""
    head = train_head(
        [row.text for row in rows], one_hot(_names(rows), LABELS), LABELS, CALM_RECIPE,
        importance=np.array([row.weight for row in rows], dtype=np.float32),
        read=remember,
    )  # fmt: skip
    corpus = [remember(row.text) for row in random.Random(1).sample(rows, min(len(rows), CORPUS))]
    return keep_rows(head, find_weightiest(head, corpus, MOST_ROWS))


def calibrate(head: Head) -> Head:
    """The head with a temperature that is right about lines of others, and a lean towards calm.

    What it learned from is mostly made of the same parts, so that texts left out of that say little.
    """
    lines = [line for name in DEVELOPMENT for line in read_mood_lines(name)]
    scores = np.stack([head.scores(remember(line.text)) for line in lines])
    temperature = fit_temperature(scores, one_hot(_names(lines), LABELS), CALM_RECIPE)
    bias = head.bias.copy()
    bias[LABELS.index(CALM)] += np.float32(LEAN * temperature)
    return replace(head, temperature=temperature, bias=bias)


def _names(lines: Sequence[MoodLine]) -> list[str]:
    return [CALM if line.label == "neutral" else MOVED for line in lines]


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and save the head; print what it is worth before the shipped head of moods."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the weights go")
    parser.add_argument(
        "--public", type=Path, nargs="*", default=[], help="folders with the licensed sets"
    )
    options = parser.parse_args(arguments)
    rows = gather(options.public)
    print(f"{len(rows)} texts")
    gate = calibrate(train_calm_head(rows))
    save_head(gate, options.out / CALM_WEIGHTS.name)
    moods = load_head(MOOD_WEIGHTS)
    for name in KEPT_BACK:
        unread = read_mood_lines(name)
        print(f"{name}, {len(unread)} lines: {weigh(tell_all(moods, unread, gate), unread)}")
    calm = read_mood_lines("calm_dev")
    told = tell_all(moods, calm, gate)
    print(f"calm_dev, {len(calm)} lines: {told.count('neutral') / len(told):.3f} read as neutral")


if __name__ == "__main__":
    main()
