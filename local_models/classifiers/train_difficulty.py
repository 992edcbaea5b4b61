"""Train the shipped difficulty weights, the same each time.

    uv run python -m local_models.classifiers.train_difficulty [--public FOLDER ...]

`--public` names folders with the licensed evaluations and the licensed talk (docs/model-cards/difficulty.md
says which); without it only the open-ended weights are trained, from the project's own lines.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from local_models.classifiers.data.calm import compose_calm
from local_models.classifiers.difficulty import OPEN, WITH_OPTIONS
from local_models.classifiers.difficulty_method import LARGE, SMALL
from local_models.classifiers.ranker import save_ranker
from local_models.classifiers.ranker_training import Recipe, read_corpus, train_ranker
from local_models.classifiers.shipped_data import (
    read_grades,
    read_lines,
    read_moods,
    read_troubles,
    read_turns,
)
from local_models.classifiers.traits import split_options

GRADES = {"easy": 0.03, "medium": 0.42, "hard": 0.95}
CUSTOMER_TURN = 0.06
"""Any model can take an everyday customer turn."""
GAINS = {True: (0.35, 0.8), False: (0.68, 0.3)}
"""With options to choose from or without: the difficulty of a question that both models or neither
got right, and the step from there to one that only the strong model did. Open ones are word
problems of several steps, well above an everyday request."""
GRADED_OPTIONS = {"easy": (0.15, (1.0, 1.0, 0.0)), "hard": (0.8, (0.1, 0.8, 0.72))}
"""The same of the project's own graded questions with options, and what stands in for models' results:
weak, strong, and strong alone."""
EXAM = (0.22, 0.75)
"""An exam question without its options: the difficulty where every model was right, and the step to where
every one was wrong."""
EXAM_QUESTIONS = 600
"""As many of each exam: without them every question of school and science read as hard."""
GRADE_IMPORTANCE = 4.0
EVERYDAY = {
    "zh": {"wishes": 700, "turns": 600, "troubles": 600, "moods": 300, "tales": 300},
    "en": {"wishes": 600, "turns": 300, "troubles": 700, "moods": 300, "tales": 300},
}
"""As many of each as keep a language, or a long breath, from looking hard by itself: most evaluations are
English, and long."""
TALES = range(2, 7)
"""So many turns one after the other make a tale."""
CALM_TURNS = 450
"""Facts with numbers, in each language: without them a date alone read as hard as a proof."""
TALK = {
    "bitext_cs.jsonl": 350, "clinc150.jsonl.gz": 450, "hwu64.jsonl": 300,
    "multidogo_turn.jsonl.gz": 400, "nlupp_hotels.jsonl": 150, "nlupp_banking.jsonl": 150,
}  # fmt: skip
"""Licensed sets of what people say to a shop, a bank, a hotel and an assistant, and how many lines of each."""
FOLDS = 10
"""Of the twenty folds of NLU++ these first ones are learned; the others are for measuring."""
NOTES = "own graded requests and everyday turns; {public}"


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


def read_own() -> tuple[Examples, Examples]:
    """The project's own lines, open ones and questions with options: graded requests, and everyday turns."""
    open_ended, with_options = Examples(), Examples()
    for text, grade in read_grades() + read_grades("further"):
        if split_options(text)[1]:
            difficulty, helpers = GRADED_OPTIONS[grade]
            with_options.add(text, difficulty, GRADE_IMPORTANCE, helpers)
        else:
            open_ended.add(text, GRADES[grade], GRADE_IMPORTANCE)
    for language in EVERYDAY:
        for turn in gather_everyday(language):
            open_ended.add(turn, CUSTOMER_TURN)
    for calm in compose_calm(CALM_TURNS, seed=8):
        open_ended.add(calm.text, CUSTOMER_TURN)
    return open_ended, with_options


def gather_everyday(language: str) -> Iterator[str]:
    """Everyday turns of one language, some of each kind; tales are several of them in one breath."""
    kinds = {
        "wishes": [line.text for line in read_lines(language)],
        "turns": [line.text for line in read_turns(language)],
        "troubles": read_troubles(language),
        "moods": [text for text, _ in read_moods(language)],
    }
    rng, comma = random.Random(5), "，" if language == "zh" else ", "
    for kind, texts in kinds.items():
        kinds[kind] = rng.sample(texts, len(texts))
        yield from kinds[kind][: EVERYDAY[language][kind]]
    said = kinds["wishes"] + kinds["turns"] + kinds["troubles"]
    for _ in range(EVERYDAY[language]["tales"]):
        yield comma.join(rng.sample(said, rng.choice(TALES)))


def add_evaluations(folders: Sequence[Path], open_ended: Examples, with_options: Examples) -> None:
    """MMLU and GSM8K as RouteLLM evaluated them, ZeroEval's open questions, and MMLU-Pro without options."""
    exam = []
    for row in _rows(folders, "routellm_gpt4_mixtral.jsonl.gz"):
        if row["contaminated"]:
            continue
        weak, strong = float(row["weak"]), float(row["strong"])
        stem, options = split_options(row["prompt"])
        into = with_options if options else open_ended
        centre, step = GAINS[bool(options)]
        helpers = (weak, strong, strong * (1 - weak)) if options else (weak, strong)
        into.add(row["prompt"], centre + step * (strong - weak), 1.0, helpers)
        if options:
            exam.append((stem, 1 - (weak + strong) / 2, (weak, strong)))
    _add_exam(exam, open_ended)
    for row in _rows(folders, "zeroeval_gsm_crux_mathl5.jsonl.gz"):
        if row["task"] == "gsm":  # the same questions as above
            continue
        right = float(np.mean(list(row["score"].values())))
        open_ended.add(row["prompt"], 0.65 + 0.3 * (1 - right), 1.0, (right, right))
    exam = []
    for row in _rows(folders, "mmlupro_29models.jsonl.gz"):
        right = float(np.mean([score for score in row["score"].values() if score is not None]))
        exam.append((row["question"], 1 - right, (right, (1 + right) / 2)))
    _add_exam(exam, open_ended)


def _add_exam(exam: Sequence[tuple[str, float, tuple[float, float]]], into: Examples) -> None:
    easiest, step = EXAM
    for stem, wrong, helpers in random.Random(3).sample(exam, EXAM_QUESTIONS):
        into.add(stem, easiest + step * wrong, 1.0, helpers)


def add_talk(folders: Sequence[Path], open_ended: Examples) -> None:
    """Some lines of each set of TALK, each once."""
    for name, count in TALK.items():
        rows = _rows(folders, name)
        texts = sorted({row["text"] for row in rows if _is_learned(row)})
        for text in random.Random(5).sample(texts, count):
            open_ended.add(text, CUSTOMER_TURN)


def _is_learned(row: dict[str, Any]) -> bool:
    return bool(row["fold"] < FOLDS if "fold" in row else row["split"] == "train")


def _rows(folders: Sequence[Path], name: str) -> list[dict[str, Any]]:
    for path in (folder / name for folder in folders):
        if path.is_file():
            opened = gzip.open if path.suffix == ".gz" else open
            with opened(path, "rt", encoding="utf-8") as lines:
                return [json.loads(line) for line in lines if line.strip()]
    sys.exit(f"{name} is in none of the folders that --public names.")


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
    parser.add_argument(
        "--public",
        type=Path,
        nargs="*",
        default=[],
        help="folders with the evaluations and the talk",
    )
    options = parser.parse_args(arguments)
    open_ended, with_options = read_own()
    notes = "no public data"
    if options.public:
        add_evaluations(options.public, open_ended, with_options)
        add_talk(options.public, open_ended)
        notes = "RouteLLM evaluations of MMLU and GSM8K, ZeroEval, MMLU-Pro, licensed talk"
    notes = NOTES.format(public=notes)
    lean = replace(SMALL, bagged_trees=80, shares=(0.4, 0.25, 0.35), min_count=3, notes=notes)
    train(open_ended, lean, OPEN)
    if options.public:
        train(with_options, replace(LARGE, min_count=3, notes=notes), WITH_OPTIONS)


if __name__ == "__main__":
    main()
