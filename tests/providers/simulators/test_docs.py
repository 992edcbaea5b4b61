"""The page about simulators names what there is."""

from __future__ import annotations

from pathlib import Path

from providers.simulators.faults import FAULTS
from providers.simulators.wires import WIRES

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "simulators.md").read_text(encoding="utf-8")


def test_every_fault_is_on_the_page_with_its_own_sentence() -> None:
    for fault in FAULTS.values():
        assert f"| `{fault.name}` | {fault.says} |" in PAGE, (
            f"docs/simulators.md lacks {fault.name}"
        )


def test_every_wire_is_on_the_page() -> None:
    for wire in WIRES:
        assert f"`{wire}`" in PAGE
