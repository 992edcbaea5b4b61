"""Train every head that the project ships, the same each time.

    uv run python -m local_models.classifiers.train_shipped [--public FOLDER ...] [--only intent,...]

`--public` names the folders with the licensed sets (see docs/model-cards); without it the heads learn
from the project's own lines alone.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from local_models.classifiers import intents, train_calm, train_context, train_emotion
from local_models.classifiers.bare_turn import read_bare_turn
from local_models.classifiers.data.compose import (
    Line,
    compose,
    compose_answers,
    compose_emptiness,
    compose_questions,
    compose_several,
)
from local_models.classifiers.head import Head, save_head
from local_models.classifiers.labelled import NOWHERE
from local_models.classifiers.network import Array, Schedule
from local_models.classifiers.shipped_data import (
    SECOND_SHARE,
    read_elsewhere,
    read_fragments,
    read_general,
    read_lines,
    read_places,
    read_public,
    read_served,
    read_turns,
)
from local_models.classifiers.training import (
    Recipe,
    find_weightiest,
    keep_rows,
    many_hot,
    shared_hot,
    train_head,
)

WEIGHTS = Path(__file__).parent / "weights"
SETS = "Bitext, CLINC150, HWU64, MultiDoGO, BANKING77, NLU++, RouteLLM, ZeroEval, MMLU-Pro"
EVEN_VIEWS = (1.0, 1.0, 1.0)
"""Pairs with a gap count as much as windows: turns are short, and their words seldom stand together."""
PUBLIC_LINES = 3_500
ELSEWHERE_PER_SET = 4_500
"""Texts of each public set that is not about a shop."""
SERVED_PER_SET = 3_000
"""Texts of each set that is said to somebody who serves customers, whatever is wanted of him."""
OTHER_WEIGHT = 1.5
"""More of what real customers write wants nothing by itself than of the lines."""
INTENT_ROWS, SEVERAL_ROWS = 80_000, 90_000
"""What lies beyond weighs next to nothing, and a larger table is slower to look things up in."""
SEVERAL_LINES = 60_000
SEVERAL_WEIGHT = 3.0
"""Wishes that somebody wrote side by side weigh more than composed ones: they leave out what can be."""
SINGLE_SHARE = 0.5
"""With every turn of one wish, the head learns that there is hardly ever a second."""


@dataclass(frozen=True, slots=True)
class Job:
    """Texts, targets and settings of one head."""

    texts: Sequence[str]
    targets: Array
    labels: Sequence[str]
    recipe: Recipe
    threshold: float = 0.0
    groups: Sequence[str] | None = None
    """Which line each text was made from."""
    importance: Array | None = None
    """How much each text weighs; None: all the same."""
    most_rows: int | None = None
    """How many n-grams the head may keep; None: all."""


def intent_job(public: Sequence[Path]) -> Job:
    """One main intent of a turn."""
    lines = _shop_lines(public) + _general_lines(public)
    schedule = Schedule(
        hidden=20, epochs=7, batch=256, rate=0.004, dropout=0.5, hidden_dropout=0.4
    )  # fmt: skip
    recipe = Recipe(
        schedule=schedule, networks=3, min_count=9, view_weights=EVEN_VIEWS,
        notes=_notes(public, SETS),
    )  # fmt: skip
    names = [line.intents[0] for line in lines]
    texts, groups = [line.text for line in lines], _origins(lines)
    weights = np.array([OTHER_WEIGHT if name == "other" else 1.0 for name in names], np.float32)
    seconds = [line.second for line in lines]
    targets = shared_hot(names, seconds, intents.LABELS, SECOND_SHARE)
    return Job(texts, targets, intents.LABELS, recipe, 0.35, groups, weights, most_rows=INTENT_ROWS)


def several_job(public: Sequence[Path]) -> Job:
    """Every intent of a turn, each for itself, and whether the text is said to a shop at all."""
    bare = compose_questions() + compose_answers()
    lines, general = _shop_lines(public, bare), _general_lines(public)
    random.Random(4).shuffle(lines)
    lines = lines[: int(len(lines) * SINGLE_SHARE)]
    written = [len(line.intents) > 1 for line in lines]
    lines += compose_several(_own_lines(), count=SEVERAL_LINES)
    lines += [replace(line, intents=(*line.intents, NOWHERE)) for line in general]
    schedule = Schedule(kind="many", hidden=20, epochs=7, batch=256, rate=0.004, smoothing=0.04)
    recipe = Recipe(
        schedule=schedule, networks=2, min_count=9, view_weights=EVEN_VIEWS, held_out=0.1,
        notes=_notes(public, SETS),
    )  # fmt: skip
    labels, known = (*intents.LABELS, NOWHERE), len(lines)
    lines += _served_lines(public)
    targets = many_hot([line.intents for line in lines], labels)
    targets[known:, : len(intents.LABELS)] = np.nan
    weights = np.ones(len(lines), np.float32)
    weights[: len(written)][written] = SEVERAL_WEIGHT
    texts, groups = [line.text for line in lines], _origins(lines)
    return Job(texts, targets, labels, recipe, 0.0, groups, weights, most_rows=SEVERAL_ROWS)


JOBS: dict[str, Callable[[Sequence[Path]], Job]] = {
    "intent": intent_job, "intents": several_job,
}  # fmt: skip


EMOTION = "emotion"
CALM = "emotion_calm"
"""Two heads, which have a trainer of their own."""
CONTEXT = "context"
"""What stands on the intent heads, and is trained after them."""


def train_job(job: Job, on_pass: Callable[[], None] = lambda: None) -> Head:
    """One head with its threshold."""
    head = train_head(
        job.texts, job.targets, job.labels, job.recipe,
        importance=job.importance, groups=job.groups, on_pass=on_pass, read=read_bare_turn,
    )  # fmt: skip
    if job.most_rows is not None:
        corpus = [read_bare_turn(text) for text in sorted(set(job.groups or job.texts))]
        head = keep_rows(head, find_weightiest(head, corpus, job.most_rows))
    return replace(head, threshold=job.threshold)


def _origins(lines: Sequence[Line]) -> list[str]:
    return [line.origin or line.text for line in lines]


def _shop_lines(public: Sequence[Path], more: Sequence[Line] = ()) -> list[Line]:
    """Own lines and `more` dressed up, turns that say nothing, and a fair share of public English."""
    lines = compose([*_own_lines(), *more], per_line=3)
    alone = [
        line
        for read in (read_fragments, read_places)
        for name in ("zh", "en")
        for line in read(name)
    ]
    lines += compose(alone, per_line=1)
    lines += compose_emptiness(300) + compose_emptiness(120, language="en")
    extra = [line for folder in public for line in read_public(folder)]
    random.Random(5).shuffle(extra)
    return lines + extra[:PUBLIC_LINES]


def _general_lines(public: Sequence[Path]) -> list[Line]:
    """What is not said to a shop: own texts, each also dressed up, and texts of public sets."""
    rng = random.Random(9)
    lines = compose([*read_general("zh"), *read_general("en")], per_line=1)
    for _, texts in read_elsewhere(public):
        chosen = rng.sample(texts, min(len(texts), ELSEWHERE_PER_SET))
        lines += [Line(text, ("other",), "en") for text in chosen]
    return lines


def _served_lines(public: Sequence[Path]) -> list[Line]:
    """What is said to those who serve customers, without an intent."""
    rng = random.Random(6)
    return [
        Line(text, ())
        for _, texts in read_served(public)
        for text in rng.sample(texts, min(len(texts), SERVED_PER_SET))
    ]


def _own_lines() -> list[Line]:
    return [
        line
        for read in (read_lines, read_turns)
        for language in ("zh", "en")
        for line in read(language)
    ]


def _notes(public: Sequence[Path], sets: str) -> str:
    own = "the project's own lines"
    return f"{own}; {sets}" if public and sets else own


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and save what was asked for, with a progress bar on standard error."""
    from rich.console import Console
    from rich.progress import Progress

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--public", type=Path, nargs="*", default=[], help="folders with the licensed sets"
    )
    parser.add_argument(
        "--only",
        default=",".join((*JOBS, CONTEXT, EMOTION, CALM)),
        help="heads to train, with commas",
    )
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the weights go")
    options = parser.parse_args(arguments)
    with Progress(console=Console(stderr=True)) as progress:
        for name in options.only.split(","):
            if name == EMOTION:
                train_emotion.main(["--out", str(options.out)])
                continue
            if name == CALM:
                public = [str(folder) for folder in options.public]
                train_calm.main(["--out", str(options.out), "--public", *public])
                continue
            if name == CONTEXT:
                train_context.main(["--out", str(options.out)])
                continue
            if name not in JOBS:
                sys.exit(
                    f"There is no head '{name}'; choose among {', '.join((*JOBS, CONTEXT, EMOTION, CALM))}."
                )
            job = JOBS[name](options.public)
            task = progress.add_task(f"{name}: {len(job.texts)} texts", total=job.recipe.passes)
            head = train_job(job, lambda task=task: progress.advance(task))  # type: ignore[misc]
            save_head(head, options.out / f"{name}.npz")


if __name__ == "__main__":
    main()
