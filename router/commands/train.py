"""`main.py train`: retrain a classifier from your own labelled file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress


def train(
    data: Annotated[Path, typer.Option(help="CSV or JSONL with the columns text and label.")],
    task: Annotated[str, typer.Option(help="intent, emotion or difficulty.")] = "intent",
    out: Annotated[Path, typer.Option(help="Folder for the new weights.")] = Path("weights"),
    seed: Annotated[int, typer.Option(help="Same seed and data, same weights.")] = 7,
) -> None:
    """Prints accuracy before and after on rows left out, and draws a confusion matrix.

    Example: `main.py train --task intent --data tickets.csv --out weights`
    """
    from local_models.classifiers.train import TASKS, LabelledFileError, retrain

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
    console = Console()
    before = "labels unknown to it" if outcome.before is None else f"{outcome.before:.1%}"
    console.print(
        f"{outcome.train_rows} rows learned, {outcome.held_out_rows} left out and measured"
    )
    if outcome.without_label:
        console.print(f"{outcome.without_label} rows without a text or a label were left aside")
    console.print(f"accuracy before (shipped weights): {before}")
    console.print(f"accuracy after: {outcome.after:.1%}")
    console.print(f"weights: {outcome.weights}\nconfusion matrix: {outcome.picture}", markup=False)
    console.print(
        f"to serve with them, write into the configuration:\n\n    understanding:\n      weights: {out}",
        markup=False,
    )
