"""How every bench command ends: a table for people, then one JSON line for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table


def print_report(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], result: Mapping[str, Any]
) -> None:
    """Print the table and, as the very last line of standard output, `result` as JSON."""
    console = Console(width=None if sys.stdout.isatty() else 140)
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row))
    console.print(table)
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    sys.stdout.flush()
