"""What `main.py train --task quality` says of a teaching, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from router.commands import build
from tests.local_models.classifiers.quality_rows import invent, write


def teach(folder: Path, rows: list[dict[str, Any]], *further: str) -> Result:
    data = write(folder / "rows.jsonl", rows)
    asked = ["train", "--task", "quality", "--data", str(data), "--out", str(folder / "heads")]
    return CliRunner().invoke(build([*asked, *further]), [*asked, *further])


def test_models_that_only_one_side_has_are_told(tmp_path: Path) -> None:
    rows = [row | {"split": "test" if at < 6 else "train"} for at, row in enumerate(invent(40))]
    rows += [{"text": "hello", "score": {"gpt-6-luna": 1}, "split": "test"}]
    rows += [{"text": "good day", "score": {"gpt-6-sol": 1}, "split": "train"}]
    found = teach(tmp_path, rows)
    assert found.exit_code == 0
    assert "35 rows learned, 6 left out and measured; 3 models" in found.output
    assert "left to learn from that scores them: gpt-6-luna; their cards" in found.output
    assert "learned and not measured, as no row left out scores them: gpt-6-sol" in found.output


def test_where_no_row_left_out_scores_what_is_learned_nothing_is_written(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"text": f"question {at}", "score": {"gpt-6-sol": at % 2}, "split": "train"}
        for at in range(24)
    ]
    rows += [{"text": f"test {at}", "score": {"gpt-6-luna": 1}, "split": "test"} for at in range(5)]
    found = teach(tmp_path, rows)
    assert found.exit_code == 2
    assert "score gpt-6-luna alone" in " ".join(found.output.split())
    assert not (tmp_path / "heads").exists()
