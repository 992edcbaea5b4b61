"""Train the shipped difficulty weights, the same each time.

    uv run python -m local_models.classifiers.train_difficulty [--public FOLDER]

`--public` names a folder with the licensed evaluations (docs/model-cards/difficulty.md says which);
without it only the open-ended weights are trained, from the project's own graded requests.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from local_models.classifiers.data.calm import compose_calm
from local_models.classifiers.difficulty import OPEN, WITH_OPTIONS
from local_models.classifiers.difficulty_method import LARGE, SMALL
from local_models.classifiers.ranker import save_ranker
from local_models.classifiers.ranker_training import Recipe, read_corpus, train_ranker
from local_models.classifiers.shipped_data import DATA, read_lines
from local_models.classifiers.traits import split_options

GRADES = {"easy": 0.03, "medium": 0.42, "hard": 0.95}
CUSTOMER_TURN = 0.06
"""Any model can take an everyday customer turn."""
GAINS = {True: (0.35, 0.8), False: (0.68, 0.3)}
"""With options to choose from or without: the difficulty of a question that both models or neither
got right, and the step from there to one that only the strong model did. Open ones are word
problems of several steps, well above an everyday request."""
GRADE_IMPORTANCE = 4.0
CUSTOMER_TURNS = {"zh": 900, "en": 600}
"""As many of each as keep a language from looking hard by itself: most evaluations are English."""
CALM_TURNS = 700
"""Facts with numbers, in each language: without them a date alone read as hard as a proof."""
NOTES = "own graded requests and customer turns; {public}"


@dataclass(slots=True)
class Examples:
    """Texts with their difficulty and how much each counts."""

    texts: list[str] = field(default_factory=list)
    difficulty: list[float] = field(default_factory=list)
    importance: list[float] = field(default_factory=list)
    helpers: list[tuple[float, ...]] = field(default_factory=list)

    def add(
        self, text: str, difficulty: float, importance: float = 1.0,
        helpers: tuple[float, ...] | None = None,
    ) -> None:  # fmt: skip
        """One more text; without models' results, difficulty itself stands in for them."""
        self.texts.append(text)
        self.difficulty.append(difficulty)
        self.importance.append(importance)
        self.helpers.append(helpers or (1.0 - difficulty, 1.0 - difficulty / 2))


def read_graded() -> Examples:
    """The project's own graded requests, and everyday customer turns."""
    found = Examples()
    with (DATA / "difficulty_own.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            found.add(row["text"], GRADES[row["grade"]], GRADE_IMPORTANCE)
    for language, count in CUSTOMER_TURNS.items():
        turns = [line.text for line in read_lines(language)]
        random.Random(5).shuffle(turns)
        for turn in turns[:count]:
            found.add(turn, CUSTOMER_TURN)
    for calm in compose_calm(CALM_TURNS, seed=8):
        found.add(calm.text, CUSTOMER_TURN)
    return found


def add_public(folder: Path, open_ended: Examples, with_options: Examples) -> None:
    """MMLU and GSM8K as RouteLLM evaluated them, and ZeroEval's open questions."""
    for row in _rows(folder / "routellm_gpt4_mixtral.jsonl.gz"):
        if row["contaminated"]:
            continue
        weak, strong = float(row["weak"]), float(row["strong"])
        has_options = bool(split_options(row["prompt"])[1])
        into = with_options if has_options else open_ended
        centre, step = GAINS[has_options]
        helpers = (weak, strong, strong * (1 - weak)) if has_options else (weak, strong)
        into.add(row["prompt"], centre + step * (strong - weak), 1.0, helpers)
    for row in _rows(folder / "zeroeval_gsm_crux_mathl5.jsonl.gz"):
        if row["task"] == "gsm":  # the same questions as above
            continue
        right = float(np.mean(list(row["score"].values())))
        open_ended.add(row["prompt"], 0.65 + 0.3 * (1 - right), 1.0, (right, right))


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        sys.exit(f"{path} is not there; --public must name the folder with the evaluations.")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def train(examples: Examples, recipe: Recipe, path: Path) -> None:
    """Train one ranker and write it."""
    targets = np.array(examples.difficulty, dtype=np.float32)[:, None]
    ranker = train_ranker(
        read_corpus(examples.texts), targets, ("difficulty",), recipe,
        helpers=np.array(examples.helpers, dtype=np.float32),
        importance=np.array(examples.importance, dtype=np.float32),
    )  # fmt: skip
    save_ranker(ranker, path)
    sys.stderr.write(f"{path.name}: {len(examples.texts)} texts, {path.stat().st_size:,} bytes\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--public", type=Path, default=None, help="folder with the evaluations")
    options = parser.parse_args(arguments)
    open_ended, with_options = read_graded(), Examples()
    notes = "no public data"
    if options.public:
        add_public(options.public, open_ended, with_options)
        notes = "RouteLLM evaluations of MMLU and GSM8K, ZeroEval"
    notes = NOTES.format(public=notes)
    lean = replace(SMALL, bagged_trees=80, shares=(0.4, 0.25, 0.35), min_count=3, notes=notes)
    train(open_ended, lean, OPEN)
    if with_options.texts:
        train(with_options, replace(LARGE, min_count=3, notes=notes), WITH_OPTIONS)


if __name__ == "__main__":
    main()
