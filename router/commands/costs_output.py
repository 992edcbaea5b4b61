"""A bill as a table for people, CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import datetime
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from router.storage.reports import Line, Question, Report

if TYPE_CHECKING:
    from router.steps.records import WhatIf

_COLUMNS = (
    "requests",
    "failed",
    "attempts",
    "failed_attempts",
    "fallbacks",
    "prompt_tokens",
    "completion_tokens",
    "cost_usd",
    "unknown",
    "estimated",
    "cache_hits",
    "saved_usd",
    "saved_unknown",
)


@dataclass(frozen=True, slots=True)
class Bill:
    """A report, and beside it what another model would have cost."""

    report: Report
    question: Question
    versus: str = ""
    lines: Mapping[str, WhatIf] = field(default_factory=dict)
    total: WhatIf | None = None

    def share_of(self, line: Line) -> Decimal | None:
        """The line's part of all known costs, 0..1; None when nothing was spent."""
        whole = self.report.total.cost_usd
        return line.cost_usd / whole if whole else None

    def other_of(self, line: Line) -> WhatIf | None:
        """The line at the other model's prices."""
        return self.total if line is self.report.total else self.lines.get(line.name)


def write_table(bill: Bill) -> None:
    """Print the bill for people; money to a hundredth of a cent."""
    table = Table(title=_title(bill), caption=_caption(bill), show_footer=False)
    table.add_column(bill.report.by)
    for name in ("requests", "failed", "calls", "fallbacks", "tokens in", "tokens out"):
        table.add_column(name, justify="right")
    for name in ("cost USD", "share", *_cache_columns(bill), *_other_columns(bill)):
        table.add_column(name, justify="right")
    for line in bill.report.lines:
        table.add_row(*_cells(bill, line))
    table.add_section()
    table.add_row(*_cells(bill, bill.report.total), style="bold")
    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    console.print(table)


def write_csv(bill: Bill) -> None:
    """Write every line and the total with full precision."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    other = [f"versus_{bill.versus}_usd", "versus_unknown"] if bill.versus else []
    writer.writerow([bill.report.by, *_COLUMNS, *other])
    for line in (*bill.report.lines, bill.report.total):
        values = _values(bill, line)
        writer.writerow([line.name, *("" if value is None else value for value in values.values())])


def write_json(bill: Bill) -> None:
    """Write one JSON object; money is text, so that no reader rounds it."""
    report, question = bill.report, bill.question
    told = {
        "by": report.by,
        "since": _iso(question.since),
        "until": _iso(question.until),
        "where": dict(question.where),
        "versus": bill.versus or None,
        "lines": [{"name": line.name, **_values(bill, line)} for line in report.lines],
        "total": _values(bill, report.total),
    }
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")


def _values(bill: Bill, line: Line) -> dict[str, int | str | None]:
    values: dict[str, int | str | None] = {}
    for name in _COLUMNS:
        value = getattr(line, name)
        values[name] = _plain(value) if isinstance(value, Decimal) else value
    if bill.versus:
        other = bill.other_of(line)
        values["versus_usd"] = None if other is None else _plain(other.cost_usd)
        values["versus_unknown"] = None if other is None else other.unknown
    return values


def _cells(bill: Bill, line: Line) -> list[str]:
    share = bill.share_of(line)
    cells = [
        escape(line.name) or "–",
        *(f"{n:,}" for n in (line.requests, line.failed, line.attempts, line.fallbacks)),
        *(f"{n:,}" for n in (line.prompt_tokens, line.completion_tokens)),
        _cost(line),
        "–" if share is None else f"{share:.1%}",
    ]
    if _cache_columns(bill):
        cells += [f"{line.cache_hits:,}", _saved(line)]
    if bill.versus:
        cells += _other_cells(line, bill.other_of(line))
    return cells


def _cost(line: Line) -> str:
    """The known sum; what is unknown stands beside it."""
    if not line.unknown:
        return _rounded(line.cost_usd)
    known = f"{_rounded(line.cost_usd)} + " if line.unknown < line.attempts else ""
    return f"{known}[red]{line.unknown:,} unknown[/red]"


def _cache_columns(bill: Bill) -> tuple[str, ...]:
    return ("cache hits", "not spent") if bill.report.total.cache_hits else ()


def _saved(line: Line) -> str:
    """What the hits' answers had cost; what is unknown stands beside it."""
    if not line.saved_unknown:
        return _rounded(line.saved_usd)
    known = f"{_rounded(line.saved_usd)} + " if line.saved_unknown < line.cache_hits else ""
    return f"{known}[red]{line.saved_unknown:,} unknown[/red]"


def _other_columns(bill: Bill) -> tuple[str, ...]:
    return (f"all to {bill.versus}", "saved") if bill.versus else ()


def _other_cells(line: Line, other: WhatIf | None) -> list[str]:
    if other is None:
        return ["–", "–"]
    if other.unknown:
        return [f"{_rounded(other.cost_usd)} + {other.unknown:,} unknown", "–"]
    if line.unknown or not other.cost_usd:
        return [_rounded(other.cost_usd), "–"]
    saved = (other.cost_usd - line.cost_usd) / other.cost_usd
    return [_rounded(other.cost_usd), f"{saved:.1%}"]


def _rounded(amount: Decimal) -> str:
    if not amount:
        return "0"
    rounded = amount.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return f"{rounded:,f}" if rounded else "< 0.0001"


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}" if amount else "0"


def _title(bill: Bill) -> str:
    since, until = _iso(bill.question.since), _iso(bill.question.until)
    span = " ".join(
        part for part in (since and f"from {since}", until and f"until {until}") if part
    )
    return f"Costs by {bill.report.by}{' ' + span if span else ''}"


def _caption(bill: Bill) -> str | None:
    if bill.report.by in ("model", "provider", "deployment", "kind", "arm"):
        return "A request counts under each line that it touched, and once in the total."
    return None


def _iso(moment: float | None) -> str | None:
    if moment is None:
        return None
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).isoformat(timespec="minutes")
