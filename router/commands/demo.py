"""`main.py demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def demo(
    live: Annotated[
        bool,
        typer.Option(
            "--live", help="Use the vendors whose keys are in the environment. Costs money."
        ),
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the gateway serving when the demo is over.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of the gateway; 0 takes a free one.")] = 0,
    ledger: Annotated[
        Path | None, typer.Option(help="Keep the ledger in this file instead of a temporary one.")
    ] = None,
) -> None:
    """Needs no key, no Redis, no database and no network: vendors without a key are simulated by
    processes on this machine that speak the vendors' own wires, and the table says so.

    Examples:

        python main.py demo

        python main.py demo --keep --port 8080
    """
    from router.commands.demo_run import run_demo

    raise typer.Exit(run_demo(Console(), live=live, keep=keep, port=port, ledger=ledger))
