"""Local models by name: which files there are, and fetching one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from local_models.download import download
from local_models.errors import LocalModelError
from local_models.opening import LocalSettings, why_off
from local_models.registry import find, models
from router.commands.opening import FAILED, errors


def list_local(folder: Path) -> None:
    """Print every local model of the registry and whether its file is here."""
    table = Table("model", "size", "window", "licence", "here", "note")
    for name, model in models().items():
        is_here = model.path_in(folder).is_file()
        can_run = why_off(LocalSettings(model=name, models_dir=folder)) is None
        here = "ready" if can_run else "file only" if is_here else "no"
        size, window = f"{model.megabytes} MB", f"{model.window_tokens:,}"
        table.add_row(name, size, window, model.licence, here, model.note)
    Console().print(table)


def fetch_local(name: str, folder: Path) -> None:
    """Download one local model's file with a progress bar; a cut download is resumed."""
    try:
        model = find(name)
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=errors,
        ) as progress:
            task = progress.add_task(model.name, total=model.megabytes * 1_000_000 or None)

            def on_progress(so_far: int, total: int | None) -> None:
                progress.update(task, completed=so_far, total=total)

            done = asyncio.run(download(model, folder, on_progress=on_progress))
    except LocalModelError as error:
        errors.print(f"✗ {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(FAILED) from None
    errors.print(f"✓ {done.path} (checked by {done.checked_by})", style="green", markup=False)
