"""Teaching from a file: what is measured, what is written, and what is read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from local_models.classifiers.features import read_glance
from local_models.classifiers.head import load_head
from local_models.classifiers.own_quality import Taught, measure, teach
from local_models.classifiers.quality import QualityReader, load_quality, save_quality
from local_models.classifiers.reliability import tell_reliability
from tests.local_models.classifiers.quality_rows import invent, write


def learn(folder: Path, count: int = 160, **cards: float) -> Taught:
    data = write(folder / "rows.jsonl", invent(count))
    return teach(data, folder / "out", expect=lambda card, difficulty: card, cards=cards)


def test_what_is_learned_beats_the_cards_on_rows_left_out_and_reads_texts_anew(
    tmp_path: Path,
) -> None:
    taught = learn(tmp_path, coder=0.9)
    assert (taught.train_rows, taught.held_out_rows) == (128, 32)
    assert taught.after.log_loss < taught.before.log_loss
    assert taught.after.brier < taught.before.brier
    assert taught.before.gap_closed is not None and taught.after.gap_closed is not None
    assert taught.before.gap_closed < 0.1 and taught.after.gap_closed > 0.4
    assert [(each.name, each.answers, each.card) for each in taught.models] == [
        ("coder", 128, 0.9), ("writer", 128, None),
    ]  # fmt: skip
    reader = load_quality(taught.weights)
    program, letter = (reader.read(read_glance(t)) for t in ("debug my c code", "polish my letter"))
    assert program["coder"] > program["writer"] and letter["coder"] < letter["writer"]
    assert taught.picture.stat().st_size > 1_000
    table = (tmp_path / "out" / "quality-reliability.csv").read_text(encoding="utf-8")
    assert table.startswith("when,from,to,answers") and "before," in table and "after," in table


def test_few_rows_teach_levels_alone(tmp_path: Path) -> None:
    taught = learn(tmp_path, 30)
    assert (taught.common, taught.own) == (0.0, 0.0)
    reader = load_quality(taught.weights)
    assert reader.tables == () and reader.read(read_glance("a")) is reader.read(read_glance("b"))


def test_the_share_of_the_gap_counts_answers_of_the_model_that_most_is_expected_of() -> None:
    right = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [np.nan, 1.0]])
    levels = np.array([1.0, 0.0])
    always = np.array([[0.8, 0.4]] * 4)
    assert measure(always, right, levels).gap_closed == 0.0
    oracle = np.where(right == 1, 0.9, 0.1)
    figures = measure(oracle, right, levels)
    assert figures.gap_closed == 1.0 and figures.brier == pytest.approx(0.01)
    assert measure(always[:3, :1], right[:3, :1], levels[:1]).gap_closed is None


def test_expectations_that_come_true_lie_on_the_diagonal() -> None:
    chance = np.array([[0.25] * 4, [1.0] * 4])
    right = np.array([[0.0, 0.0, 0.0, 1.0], [1.0, 1.0, np.nan, 1.0]])
    told = tell_reliability(chance, right)
    assert [(each.answers, each.expected, each.right) for each in told] == [
        (4, 0.25, 0.25),
        (3, 1, 1),
    ]


def test_a_file_of_levels_is_no_head_and_a_head_no_file_of_levels(tmp_path: Path) -> None:
    reader = QualityReader(models=("a", "b"), levels=(0.5, -0.25), slope=3.0)
    save_quality(reader, tmp_path / "quality.npz")
    back = load_quality(tmp_path / "quality.npz")
    assert (back.models, back.levels, back.slope) == (("a", "b"), (0.5, -0.25), 3.0)
    with pytest.raises(ValueError, match="is not a classifier head"):
        load_head(tmp_path / "quality.npz")
    np.savez(tmp_path / "other.npz", a=np.zeros(2))
    with pytest.raises(ValueError, match=r"does not hold what models are worth"):
        load_quality(tmp_path / "other.npz")
