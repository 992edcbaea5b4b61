"""What `main.py train --task quality` says of a teaching, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
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
    assert "scoregpt-6-lunaalone" in "".join(found.output.split())
    assert not (tmp_path / "heads").exists()


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("providers:\n  mine:\n    kind: openay\n", "'openay' is no kind of provider"),
        ("providers: [\n", "pointsman.yaml"),
        ("polici: fast\n", "polici"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_told_before_the_work(
    tmp_path: Path, config: str, said: str
) -> None:
    path = tmp_path / "pointsman.yaml"
    path.write_text(config, encoding="utf-8")
    found = teach(tmp_path, invent(40), "--config", str(path))
    assert found.exit_code == 2 and isinstance(found.exception, SystemExit)
    assert said in found.output and not (tmp_path / "heads").exists()


@pytest.mark.parametrize("content", [b"no weights", b"PK\x03\x04 cut", b""])
def test_a_difficulty_in_the_folder_that_is_none_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "heads").mkdir()
    (tmp_path / "heads" / "difficulty.npz").write_bytes(content)
    found = teach(tmp_path, invent(40))
    assert found.exit_code == 2
    assert "difficulty.npzcannotbereadasahead" in "".join(found.output.split())
    assert not (tmp_path / "heads" / "quality.npz").exists()


@pytest.mark.parametrize("seed", ["-1", "-100", "x"])
@pytest.mark.parametrize("task", ["intent", "quality"])
def test_a_seed_that_is_none_is_told_in_one_line(tmp_path: Path, seed: str, task: str) -> None:
    found = teach(tmp_path, invent(40), "--seed", seed, "--task", task)
    assert found.exit_code == 2 and isinstance(found.exception, SystemExit)
    assert "--seed" in found.output


def test_any_seed_from_nought_on_will_do(tmp_path: Path) -> None:
    for seed in ("0", str(2**70)):
        assert teach(tmp_path, invent(40), "--seed", seed).exit_code == 0
