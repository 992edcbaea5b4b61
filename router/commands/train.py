"""`main.py train`: retrain a classifier from your own labelled file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

if TYPE_CHECKING:
    from local_models.classifiers.train import Outcome


def train(
    data: Annotated[
        Path,
        typer.Option(
            help="CSV or JSONL with the columns text and label, and split where some rows are only to be measured."
        ),
    ],
    task: Annotated[str, typer.Option(help="intent, emotion or difficulty.")] = "intent",
    out: Annotated[Path, typer.Option(help="Folder for the new weights.")] = Path("weights"),
    seed: Annotated[int, typer.Option(help="Same seed and data, same weights.")] = 7,
) -> None:
    """Prints accuracy before and after on rows left out, and draws a confusion matrix.

    Example: `main.py train --task intent --data tickets.csv --out weights`
    """
    from local_models.classifiers.labelled import LabelledFileError
    from local_models.classifiers.train import TASKS, retrain

    errors = Console(stderr=True)
    if task not in TASKS:
        errors.print(f"There is no classifier '{task}'; choose among {', '.join(TASKS)}.")
        raise typer.Exit(2)
    with Progress(console=errors) as progress:
        bar = progress.add_task(f"training {task}", total=None)
        try:
            outcome = retrain(
                task, data, out, seed=seed,
                on_start=lambda passes: progress.update(bar, total=passes),
                on_pass=lambda: progress.advance(bar),
            )  # fmt: skip
        except LabelledFileError as problem:
            errors.print(str(problem), markup=False)
            raise typer.Exit(2) from None
    for line in tell(outcome):
        print(line)
    print(
        f"to serve with them, write into the configuration:\n\n    understanding:\n      weights: {out}"
    )


def tell(outcome: Outcome) -> list[str]:
    """What the retraining was worth, line by line."""
    before = "labels unknown to it" if outcome.before is None else f"{outcome.before:.1%}"
    lines = [f"{outcome.train_rows} rows learned, {outcome.held_out_rows} left out and measured"]
    if outcome.without_label:
        lines.append(f"{outcome.without_label} rows without a text or a label were left aside")
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
