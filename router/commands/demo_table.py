"""The demo's live table: one row for each request, every cell from the ledger or the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rich.table import Table
from rich.text import Text

_MOOD = {"negative": "red", "positive": "green"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One request as it went."""

    title: str
    said: str
    answer: str
    intent: str = ""
    emotion: str = ""
    masked: str = ""
    model: str = ""
    why: str = ""
    tokens: str = ""
    cost_usd: Decimal | None = None
    first_token_seconds: float | None = None
    failed: bool = False


def draw_table(rows: Sequence[Row]) -> Table:
    """The table so far."""
    table = Table(show_lines=True, expand=True)
    for name, ratio in (("request and answer", 30), ("intent", 11), ("masked", 8)):
        table.add_column(name, ratio=ratio)
    table.add_column("model", ratio=12)
    table.add_column("why", ratio=22)
    table.add_column("tokens", justify="right", ratio=7)
    table.add_column("cost", justify="right", ratio=8)
    table.add_column("first token", justify="right", ratio=6)
    for row in rows:
        talk = Text(_shorten(row.said, 90), style="bold")
        talk.append(f"\n→ {_shorten(row.answer, 110)}", style="red" if row.failed else "not bold")
        mood = Text(row.intent)
        mood.append(
            f"\n{row.emotion}",
            style=_MOOD.get(row.emotion.split()[0] if row.emotion else "", "dim"),
        )
        table.add_row(
            talk,
            mood,
            row.masked or "–",
            row.model,
            row.why,
            row.tokens,
            "unknown" if row.cost_usd is None else f"${row.cost_usd:.6f}",
            "–" if row.first_token_seconds is None else f"{row.first_token_seconds * 1000:.0f} ms",
        )
    return table


def _shorten(text: str, most: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"
