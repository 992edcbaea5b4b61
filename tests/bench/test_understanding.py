"""The understanding bench: its rules for files, its measures, and its last line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from bench.understanding import main
from bench.understanding_data import Rows, read_pair, read_test, read_train
from bench.understanding_scores import macro_f1, micro_f1, score
from local_models.classifiers.methods import Answer

Row = dict[str, Any]


def write(path: Path, rows: list[Row]) -> Path:
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


SPLIT: list[Row] = [
    {"text": "a", "label": "x", "split": "train"},
    {"text": "b", "label": "y", "split": "val"},
    {"text": "c", "label": None, "split": "test"},
]


def test_marked_rows_go_where_they_are_marked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "all.jsonl.gz", SPLIT)
    assert read_train(path).texts == ["a", "b"]
    assert read_test(path) == Rows(["c"], [None])


def test_a_file_without_test_rows_lends_its_val_rows_and_does_not_learn_them(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "all.jsonl", SPLIT[:2])
    train, test = read_pair(path, path)
    assert (train.texts, test.texts) == (["a"], ["b"])


def test_a_file_without_marks_counts_whole(tmp_path: Path) -> None:
    rows: list[Row] = [{"text": "a", "label": ["x", "y"]}, {"text": "b", "label": "oos"}]
    path = write(tmp_path / "plain.jsonl", rows)
    assert read_test(path) == Rows(["a", "b"], [("x", "y"), None])


def test_one_unmarked_file_cannot_be_both(tmp_path: Path) -> None:
    path = write(tmp_path / "plain.jsonl", [{"text": "a", "label": "x"}])
    with pytest.raises(SystemExit, match="no row has split 'test' or 'val'"):
        read_pair(path, path)


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "bad.jsonl", [{"words": "a"}])
    with pytest.raises(SystemExit, match="columns 'text' and 'label'"):
        read_train(path)


def test_rejecting_is_measured_inside_and_outside_apart() -> None:
    rows = Rows(["1", "2", "3", "4"], ["x", "x", None, None])
    answers = [Answer(("x",), 0.9), Answer((), 0.2), Answer((), 0.1), Answer(("x",), 0.8)]
    found = score("reject", answers, rows)
    assert found["in_scope_accuracy"].value == 0.5
    assert found["oos_recall"].value == 0.5
    assert found["accuracy"].value == 0.5


def test_the_order_of_several_labels_does_not_matter() -> None:
    rows = Rows(["1", "2"], [("a", "b"), ("a",)])
    found = score("multi", [Answer(("b", "a"), 1.0), Answer(("a", "b"), 1.0)], rows)
    assert found["exact_set"].value == 0.5


def test_f1_measures_agree_with_counting_by_hand() -> None:
    assert macro_f1(["a", "a", "b"], ["a", "b", "b"]) == pytest.approx(2 / 3)
    assert micro_f1([("a", "b"), ("a",)], [("a",), ("b",)]) == pytest.approx(2 / 5)


@pytest.mark.parametrize("task", ["intent", "multi", "reject"])
def test_a_run_ends_in_one_json_line_and_writes_a_prediction_a_row(
    task: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    openers = ("", "hi, ", "please ", "hello ", "so ", "ok ", "well ", "um ")
    wishes = {"refund": "refund my money", "track": "where is my parcel", "oos": "sing me a song"}
    rows: list[Row] = [
        {"text": opener + wish, "label": [label] if task == "multi" else label}
        for opener in openers
        for label, wish in wishes.items()
    ]
    train, test = write(tmp_path / "a.jsonl", rows), write(tmp_path / "b.jsonl", rows[:9])
    out = tmp_path / "out.jsonl"
    main(["--task", task, "--train", str(train), "--test", str(test), "--predictions", str(out)])
    result = json.loads(capsys.readouterr().out.strip().split("\n")[-1])
    assert result["task"] == task and result["test_rows"] == 9
    assert {"ours", "prior", "length", "keywords"} <= result.keys()
    predictions = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(predictions) == 9
    assert all(0.0 <= row["confidence"] <= 1.0 for row in predictions)
    if task == "reject":
        assert None in [row["prediction"] for row in predictions]


def test_the_shipped_weights_can_be_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[Row] = [
        {"text": "退款多久到账", "label": "refund"},
        {"text": "发票开错了", "label": "invoice"},
    ]
    path = write(tmp_path / "zh.jsonl", rows)
    train = write(tmp_path / "train.jsonl", rows)
    main(["--task", "intent", "--train", str(train), "--test", str(path), "--shipped"])
    result = json.loads(capsys.readouterr().out.strip().split("\n")[-1])
    assert result["shipped"] is True and result["ours"]["accuracy"][0] == 1.0


def test_shipped_weights_read_a_row_after_what_its_prev_column_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[Row] = [
        {"text": "白条", "label": "refund", "prev": "我的退款没到 ⟪客服⟫ 您当时怎么付款的呢"},
        {
            "text": "paypal",
            "label": "refund",
            "prev": "where is my refund ⟪agent⟫ How did you pay?",
        },
        {"text": "穿着太紧", "label": "return_exchange", "prev": "请问为什么要退货呢"},
        {"text": "白条", "label": "payment", "prev": ""},
        {"text": "白条", "label": "payment"},
    ]
    path = write(tmp_path / "talk.jsonl", rows)
    train = write(tmp_path / "train.jsonl", rows)
    main(["--task", "intent", "--train", str(train), "--test", str(path), "--shipped"])
    result = json.loads(capsys.readouterr().out.strip().split("\n")[-1])
    assert result["ours"]["accuracy"][0] == 1.0
