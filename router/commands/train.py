"""`main.py train`: retrain a classifier from your own labelled file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from router.commands.opening import ConfigOption

if TYPE_CHECKING:
    from local_models.classifiers.train import Outcome


def train(
    data: Annotated[
        Path,
        typer.Option(
            help="CSV or JSONL with the columns text and label, and split where some rows are only to be measured."
        ),
    ],
    task: Annotated[str, typer.Option(help="intent, emotion, difficulty or quality.")] = "intent",
    out: Annotated[Path, typer.Option(help="Folder for the new weights.")] = Path("weights"),
    seed: Annotated[int, typer.Option(min=0, help="Same seed and data, same weights.")] = 7,
    config: ConfigOption = None,
) -> None:
    """Prints accuracy before and after on rows left out, and draws a confusion matrix.

    For quality the columns are text and, for each model, score:MODEL from 0 to 1 (JSONL may have a map
    `score`); the models' cards are measured before, and a reliability plot is drawn.

    Examples:

        python main.py train --task intent --data tickets.csv --out weights

        python main.py train --task quality --data graded.jsonl --out weights
    """
    from local_models.classifiers.english import WrongWeightsError
    from local_models.classifiers.labelled import LabelledFileError
    from local_models.classifiers.own_quality import TASK as QUALITY
    from local_models.classifiers.train import TASKS
    from router.commands.teaching import teach_quality

    errors = Console(stderr=True)
    if task not in (*TASKS, QUALITY):
        known = ", ".join((*TASKS, QUALITY))
        errors.print(f"There is no classifier '{task}'; choose among {known}.")
        raise typer.Exit(2)
    learn = partial(teach_quality, config) if task == QUALITY else partial(_retrain, task)
    with Progress(console=errors) as progress:
        bar = progress.add_task(f"training {task}", total=None)
        try:
            lines = learn(
                data, out, seed=seed,
                on_start=lambda passes: progress.update(bar, total=passes),
                on_pass=lambda: progress.advance(bar),
            )  # fmt: skip
        except (LabelledFileError, WrongWeightsError) as problem:
            errors.print(str(problem), markup=False)
            raise typer.Exit(2) from None
    for line in lines:
        print(line)
    print(
        f"to serve with them, write into the configuration:\n\n    understanding:\n      weights: {out}"
    )


def _retrain(task: str, data: Path, out: Path, **how: Any) -> list[str]:
    from local_models.classifiers.train import retrain

    return tell(retrain(task, data, out, **how))


_MOST_LISTED = 20


def _list(labels: Sequence[str]) -> str:
    """Labels in a sentence; of very many the first."""
    more = len(labels) - _MOST_LISTED
    listed = ", ".join(f"'{label}'" for label in labels[:_MOST_LISTED])
    return f"{listed} and {more} more" if more > 0 else listed


def tell(outcome: Outcome) -> list[str]:
    """What the retraining was worth, line by line."""
    before = "labels unknown to it" if outcome.before is None else f"{outcome.before:.1%}"
    lines = [f"{outcome.train_rows} rows learned, {outcome.held_out_rows} left out and measured"]
    if outcome.column:
        lines.append(f"the labels are those of the column '{outcome.column}'")
    if outcome.without_label:
        lines.append(f"{outcome.without_label} rows without a text or a label were left aside")
    if outcome.not_learned:
        lines.append(
            f"not learned, as no row is left to learn them from: {_list(outcome.not_learned)}. Their rows count "
            "as read wrongly; mark some train in the `split` column"
        )
    if outcome.not_measured:
        lines.append(
            f"learned and not measured, as no row of them was left out: {_list(outcome.not_measured)}"
        )
    lines.append(f"accuracy before (shipped weights): {before}")
    lines.append(f"accuracy after: {outcome.after:.1%}")
    if outcome.outside is not None:
        found = outcome.outside
        whose = "of Pointsman's own lines" if found.is_own else "of your rows"
        lines.append(
            f"told to belong to none of your labels: {found.told:.1%} of {found.texts} {whose} that do not, "
            f"{found.lost:.1%} of the rows left out that do"
        )
    lines += [
        f"on {kept.lines} {kept.name} of Pointsman's own, not learned now: {kept.before:.1%} before, "
        f"{kept.after:.1%} after"
        for kept in outcome.kept
    ]
    return [*lines, f"weights: {outcome.weights}", f"confusion matrix: {outcome.picture}"]
