"""The routing bench: metrics of known cases, file shapes, predictions in the test's order."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.routing_data import ROUTES, read_questions
from bench.routing_metrics import measure_pair, measure_routes
from bench.routing_quality import main, split_questions, split_subjects
from local_models.classifiers.difficulty_method import fill_gaps

WEAK = np.array([1.0, 1.0, 0.0, 0.0])
STRONG = np.array([1.0, 1.0, 1.0, 1.0])


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def pairs(count: int) -> list[dict[str, Any]]:
    return [
        {
            "qid": str(at), "bench": "MMLU", "domain": f"subject {at % 6}", "contaminated": 0,
            "prompt": f"{'Prove the theorem' if at % 2 else 'Say hello'} {at} to group {at % 7}",
            "weak": float(at % 2 == 0), "strong": 1.0,
        }
        for at in range(count)
    ]  # fmt: skip


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    return found


def test_a_perfect_order_reaches_the_gap_first() -> None:
    found = measure_pair(np.array([0.1, 0.2, 0.8, 0.9]), WEAK, STRONG)
    assert found["apgr"] == pytest.approx(0.75)
    assert found["cpt50"] == 25.0 and found["cpt80"] == 50.0


def test_the_wrong_order_is_as_bad_as_the_right_one_is_good() -> None:
    found = measure_pair(np.array([0.9, 0.8, 0.2, 0.1]), WEAK, STRONG)
    assert found["apgr"] == pytest.approx(0.25)


def test_knowing_the_answer_closes_the_whole_gap_and_knowing_nothing_none() -> None:
    dice = np.random.default_rng(1)
    right = (dice.random((400, 2)) < [0.5, 0.8]).astype(float)
    spent = np.tile([1.0, 10.0], (400, 1))
    best = measure_routes(right, spent, right, spent)
    none = measure_routes(np.tile(right.mean(axis=0), (400, 1)), spent, right, spent)
    assert best["gap_closed"] == pytest.approx(1.0)
    assert none["gap_closed"] == pytest.approx(0.0, abs=1e-6)
    assert best["cost_saved_at_95"] > none["cost_saved_at_95"] > 0


def test_folds_keep_rows_of_one_question_and_of_one_subject_together(tmp_path: Path) -> None:
    rows = pairs(60) + pairs(60)
    questions = read_questions(write(tmp_path / "p.jsonl.gz", rows))
    for train, test in split_questions(questions, np.arange(120)):
        assert not {questions.texts[at] for at in train} & {questions.texts[at] for at in test}
    for train, test in split_subjects(questions, np.arange(120)):
        assert not {questions.subjects[at] for at in train} & {
            questions.subjects[at] for at in test
        }


def test_a_trained_router_beats_chance_and_writes_a_line_for_every_test_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = pairs(140)
    train = write(tmp_path / "train.jsonl.gz", rows[:100])
    test = write(tmp_path / "test.jsonl.gz", rows[100:])
    out = tmp_path / "out.jsonl"
    main(["--train", str(train), "--test", str(test), "--predictions", str(out)])
    found = last_line(capsys)
    assert found["questions/mmlu/ours"]["apgr"] > 0.7
    assert {"random", "prior", "length", "keywords", "subject_known"} <= {
        key.rsplit("/", 1)[1] for key in found if "/" in key
    }
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(lines) == 40
    hard = [
        line["prediction"] for line, row in zip(lines, rows[100:], strict=True) if not row["weak"]
    ]
    easy = [line["prediction"] for line, row in zip(lines, rows[100:], strict=True) if row["weak"]]
    assert min(hard) > max(easy)
    assert all(0.5 <= line["confidence"] <= 1.0 for line in lines)


def test_the_shipped_weights_can_be_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = pairs(60)
    train = write(tmp_path / "train.jsonl.gz", rows[:30])
    test = write(tmp_path / "test.jsonl.gz", rows[30:])
    main(["--train", str(train), "--test", str(test), "--shipped"])
    found = last_line(capsys)
    assert found["shipped"] is True
    assert found["questions/mmlu/ours"]["apgr"] > 0.7


def test_four_routes_are_measured_in_money(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {
            "qid": str(at), "task": "gsm", "in_chars": 300,
            "prompt": f"{'Prove the theorem' if at % 2 else 'Say hello'} {at} to group {at % 7}",
            "score": {name: int(at % 2 == 0 or "Qwen" not in name) for name in ROUTES},
            "out_chars": dict.fromkeys(ROUTES, 400),
        }
        for at in range(150)
    ]  # fmt: skip
    path = write(tmp_path / "z.jsonl.gz", rows)
    out = tmp_path / "out.jsonl"
    main(["--train", str(path), "--test", str(path), "--predictions", str(out)])
    found = last_line(capsys)
    assert found["questions/routes/ours"]["gap_closed"] > 0.5
    first = json.loads(out.read_text().splitlines()[0])
    assert set(first["expected"]) == set(ROUTES)


def test_a_file_without_known_columns_is_refused_with_what_was_found(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl.gz", [{"question": "?", "verdict": 1}])
    with pytest.raises(SystemExit, match="found question, verdict"):
        read_questions(path)


def test_a_model_that_was_not_asked_counts_as_its_mean_and_one_never_asked_not_at_all() -> None:
    nan = np.nan
    found = fill_gaps(np.array([[1.0, 1.0, nan], [0.0, nan, nan], [1.0, 0.0, nan]]))
    assert found.tolist() == [[1.0, 1.0], [0.0, 0.5], [1.0, 0.0]]
