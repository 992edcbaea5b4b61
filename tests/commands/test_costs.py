"""`main.py costs` over a real ledger file."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from router.commands.costs import costs
from router.storage.entries import Entry
from router.storage.sqlite import SqliteLedger
from tests.storage.rows import NOON, attempt_row, entry_of, request_row

app = typer.Typer()
app.command("costs")(costs)

CONFIG = """
models:
  big:
    provider: openai
    window_tokens: 100000
    prices: {currency: USD, input: "10", output: "40"}
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.sqlite3"
    store = SqliteLedger(path)
    for number, changes in enumerate(
        [
            {"model": "qwen-max", "cost_usd": "0.0014"},
            {"model": "qwen-max", "cost_usd": "0.0006"},
            {"model": "in-house", "cost_usd": "0", "amount": "0", "currency": "USD"},
        ]
    ):
        entry = store.next_entry()
        row = attempt_row(entry, **changes)
        store.record(entry_of(entry, row, user_id=f"u{number}", started_at=NOON + number))
    store.close()
    return path


def _add_unknown(path: Path) -> None:
    store = SqliteLedger(path)
    entry = store.next_entry()
    store.record(entry_of(entry, attempt_row(entry, model="mystery", cost_usd=None)))
    store.close()


def _run(path: Path, *options: str) -> Result:
    config = path.with_name("pointsman.yaml")
    config.write_text(CONFIG)
    command = ["--config", str(config), "--ledger", str(path), *options]
    return CliRunner().invoke(app, command)


def test_the_table_has_a_line_a_model_and_a_total_and_shows_a_local_zero_as_zero(
    ledger: Path,
) -> None:
    result = _run(ledger)
    assert result.exit_code == 0, result.output
    lines = {line.split("│")[1].strip(): line for line in result.stdout.splitlines() if "│" in line}
    assert "0.0020" in lines["qwen-max"] and "100.0%" in lines["qwen-max"]
    assert lines["in-house"].split("│")[8].strip() == "0"
    assert "3,000" in lines["total"]


def test_json_keeps_every_digit_and_the_total(ledger: Path) -> None:
    told = json.loads(_run(ledger, "--format", "json", "--by", "user").stdout)
    assert [line["name"] for line in told["lines"]] == ["u0", "u1", "u2"]
    assert [line["cost_usd"] for line in told["lines"]] == ["0.0014", "0.0006", "0"]
    assert told["total"]["cost_usd"] == "0.002"
    assert told["total"]["requests"] == 3


def test_csv_has_the_same_columns(ledger: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(_run(ledger, "--format", "csv").stdout)))
    assert [row["model"] for row in rows] == ["qwen-max", "in-house", "total"]
    assert rows[0]["cost_usd"] == "0.002"


def test_an_unknown_price_is_warned_of_and_never_zero(ledger: Path) -> None:
    _add_unknown(ledger)
    result = _run(ledger)
    assert "1 unknown" in result.stdout
    assert "1 upstream calls have no known price" in result.stderr
    told = json.loads(_run(ledger, "--format", "json").stdout)
    assert told["total"]["unknown"] == 1


def test_only_what_was_asked_for_is_counted(ledger: Path) -> None:
    told = json.loads(_run(ledger, "--where", "user=u1", "--format", "json").stdout)
    assert told["total"]["requests"] == 1
    late = json.loads(_run(ledger, "--since", "2026-09-22", "--format", "json").stdout)
    assert late["total"]["requests"] == 0
    day = json.loads(
        _run(ledger, "--since", "2026-09-21", "--until", "2026-09-22", "--format", "json").stdout
    )
    assert day["total"]["requests"] == 3


def test_everything_to_one_model_stands_beside_the_bill(ledger: Path) -> None:
    told = json.loads(_run(ledger, "--versus", "big", "--format", "json").stdout)
    one = (Decimal(1000) * 10 + Decimal(100) * 40) / 1_000_000
    assert Decimal(told["total"]["versus_usd"]) == 3 * one
    by_name = {line["name"]: line for line in told["lines"]}
    assert Decimal(by_name["qwen-max"]["versus_usd"]) == 2 * one
    table = _run(ledger, "--versus", "big").stdout
    assert "all to big" in table and "95.2%" in table


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--since", "soon"], 2, "no moment"),
        (["--where", "colour=red"], 2, "no condition"),
        (["--by", "colour"], 2, "colour"),
        (["--versus", "gpt-nine"], 2, "gpt-nine"),
    ],
)
def test_a_wrong_command_line_leaves_with_two(
    ledger: Path, options: list[str], code: int, words: str
) -> None:
    result = _run(ledger, *options)
    assert result.exit_code == code
    assert words in result.output


def test_a_missing_ledger_leaves_with_one_and_makes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "none.sqlite3"
    result = _run(path)
    assert result.exit_code == 1
    assert "There is no ledger" in result.stderr
    assert not path.exists()


def test_a_file_that_is_no_ledger_leaves_with_one(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    path.write_bytes(b"something else entirely, and long enough to look at" * 40)
    result = _run(path)
    assert result.exit_code == 1
    assert "not a readable ledger" in result.stderr


def test_rows_of_a_dead_gateway_are_announced_and_left_alone(ledger: Path) -> None:
    dead = SqliteLedger(ledger)
    entry = dead.next_entry()
    dead.begin(request_row(entry, outcome="open"), attempt_row(entry, outcome="open"))
    dead.close()
    result = _run(ledger)
    assert "1 journals of a gateway" in result.stderr
    assert list(ledger.parent.glob("*-pending-*"))


def test_what_the_cache_saved_stands_beside_the_bill_where_it_answered(ledger: Path) -> None:
    assert "cache hits" not in _run(ledger).stdout
    store = SqliteLedger(ledger)
    for saved in ("0.0014", None):
        row = request_row(store.next_entry(), cache="hit", saved_usd=saved, cost_usd="0")
        store.record(Entry(row))
    store.close()
    told = json.loads(_run(ledger, "--format", "json").stdout)
    (line,) = [each for each in told["lines"] if each["name"] == "qwen-max"]
    assert (line["requests"], line["attempts"], line["cost_usd"]) == (4, 2, "0.002")
    assert (line["cache_hits"], line["saved_usd"], line["saved_unknown"]) == (2, "0.0014", 1)
    table = _run(ledger).stdout
    assert "cache hits" in table and "0.0014 + 1 unknown" in table
