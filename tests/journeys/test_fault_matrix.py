"""A slice of the fault matrix through the front door; `python -m bench.faults` runs all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.fault_cells import HELPS, UNSEEN, WIRES, list_cells
from bench.faults import run_cells
from providers.simulators.faults import FAULTS

_SLICE = (
    "500",
    "429-ms",
    "cut",
    "eof",
    "error-event",
    "malformed",
    "truncated-json",
    "reset",
    "crlf",
    "reorder",
    "lost",
)


def test_the_matrix_has_every_fault_on_every_wire_with_and_without_help() -> None:
    cells = list_cells()
    assert {cell.fault for cell in cells} == set(FAULTS)
    assert len(FAULTS) >= 24
    for mode in (True, False):
        crossed = {(cell.wire, cell.help) for cell in cells if cell.is_stream is mode}
        assert crossed >= {(wire, helped) for wire in WIRES for helped in HELPS[:2]}
    assert {cell.where for cell in cells} == {"before", "after", "tool"}
    assert len({cell.number for cell in cells}) == len(cells)


@pytest.mark.parametrize("wire", WIRES)
async def test_no_cell_is_partial_hung_or_unwritten(wire: str, tmp_path: Path) -> None:
    cells = list_cells(_SLICE, [wire])
    results = await run_cells(cells, tmp_path)
    assert len(results) == len(cells)
    bad = [
        (result.cell.directive, result.cell.help, result.outcome, result.wrong)
        for result in results
        if result.wrong or result.is_hung or result.rows_missing
    ]
    assert bad == []
    unseen = {
        (result.cell.fault, result.cell.help) for result in results if result.outcome == "unseen"
    }
    blind = {fault for fault, wires in UNSEEN.items() if wire in wires}
    assert unseen == {(fault, helped) for fault in blind for helped in HELPS[:3]}
    helped = {
        result.outcome
        for result in results
        if result.cell.help == "fallback" and result.cell.where == "before"
    }
    assert all(outcome.startswith("complete") for outcome in helped)
