"""`main.py simulate` says what is wrong before it listens."""

from __future__ import annotations

import typer
from typer.testing import CliRunner

from router.commands.simulate import simulate


def _run(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(simulate)
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


def test_every_fault_is_listed() -> None:
    code, output = _run("--list-faults")
    assert code == 0 and "cut-arguments" in output


def test_a_misspelt_fault_is_named_with_its_neighbour() -> None:
    code, output = _run("--fault", "stal:5%")
    assert code == 2 and "stall" in output


def test_an_unknown_wire_is_refused() -> None:
    code, output = _run("--wire", "gemini")
    assert code == 2 and "llama_server" in output
