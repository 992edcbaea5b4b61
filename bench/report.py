"""How every bench command ends: a table for people, then one JSON line for programs."""

from __future__ import annotations

import json
import math
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
        table.add_row(*map(_cell, row))
    console.print(table)
    print_result(result)


def print_result(result: Mapping[str, Any]) -> None:
    """Print `result` as one line of JSON, with null for every number that is none."""
    line = json.dumps(_finite(result), ensure_ascii=False, allow_nan=False)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _cell(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:.3f}" if math.isfinite(value) else "–"
