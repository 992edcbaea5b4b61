"""How benches end: one line that any JSON parser reads, made in one place."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

import bench
from bench.report import print_report, print_result

BENCHES = sorted(
    path
    for path in Path(bench.__file__).parent.glob("*.py")
    if '"bench":' in path.read_text(encoding="utf-8")
)


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    text = capsys.readouterr().out.strip().splitlines()[-1]
    found: dict[str, Any] = json.loads(text, parse_constant=refuse)
    return found


def test_a_number_that_is_none_is_null_wherever_it_stands(
    capsys: pytest.CaptureFixture[str],
) -> None:
    nan, endless = float("nan"), float("inf")
    print_report(
        "t", ["a"], [[nan], [1.0]], {"a": nan, "b": {"c": [1.5, -endless]}, "d": (endless,)}
    )
    assert last_line(capsys) == {"a": None, "b": {"c": [1.5, None]}, "d": [None]}
    print_result({"x": nan, "名": "值"})
    assert last_line(capsys) == {"x": None, "名": "值"}


@pytest.mark.parametrize("path", BENCHES, ids=lambda path: path.stem)
def test_every_bench_writes_its_last_line_by_the_report(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
    assert names & {"print_report", "print_result"}
    for call in calls:
        if isinstance(call.func, ast.Name) and call.func.id == "print":
            assert "json.dumps" not in ast.unparse(call)
