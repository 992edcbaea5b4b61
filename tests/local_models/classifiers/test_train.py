"""Retraining from a user's own file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from local_models.classifiers.confusion import draw_confusion, write_confusion
from local_models.classifiers.emotion import EmotionReader
from local_models.classifiers.features import WORDS, read_features, read_glance
from local_models.classifiers.head import load_head
from local_models.classifiers.train import (
    LabelledFileError,
    read_rows,
    read_table,
    retrain,
    split_rows,
)

ROWS = [
    {"text": f"{lead}{wish}", "label": label}
    for label, wishes in {
        "loan": ("我想贷款", "贷款利率是多少", "how do i get a loan"),
        "card": ("信用卡丢了", "办张信用卡", "my card is lost"),
    }.items()
    for wish in wishes
    for lead in ("", "你好，", "请问 ", "麻烦，", "hi ", "急！")
]


def write_csv(path: Path) -> Path:
    lines = ["text,label", *(f'"{row["text"]}",{row["label"]}' for row in ROWS)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_csv_with_labels_of_its_own_becomes_a_head_with_a_picture(tmp_path: Path) -> None:
    ticks: list[int] = []
    outcome = retrain(
        "intent",
        write_csv(tmp_path / "rows.csv"),
        tmp_path / "out",
        on_pass=lambda: ticks.append(1),
    )
    assert outcome.labels == ("card", "loan")
    assert outcome.before is None
    assert outcome.after > 0.8
    assert outcome.train_rows + outcome.held_out_rows == len(ROWS)
    assert outcome.picture.read_bytes().startswith(b"\x89PNG")
    head = load_head(outcome.weights)
    assert head.read(read_features("你好，信用卡丢了")).label == "card"
    assert ticks


def test_a_long_letter_is_learned_and_measured_by_its_head_and_tail_alone(tmp_path: Path) -> None:
    story = "then the weather turned and we walked on. " * 30
    path = tmp_path / "rows.jsonl"
    letters = [
        {"text": f"{row['text']}. {story}{other} {story}{row['text']}", "label": row["label"]}
        for row in ROWS
        for other in ("zqxvkwjzq", "wjzqqkvxz")
    ]
    path.write_text("\n".join(map(json.dumps, letters)), encoding="utf-8")
    outcome = retrain("intent", path, tmp_path / "out")
    assert outcome.after > 0.8
    head = load_head(outcome.weights)
    known = set(head.keys.tolist())
    (word,) = [key for key in read_features("zqxvkwjzq").hashes.tolist() if key >> 30 == WORDS]
    assert word not in known
    assert known & set(read_glance(letters[0]["text"]).hashes.tolist())


def test_json_lines_read_like_csv_and_may_name_their_columns_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(
        "\n".join(json.dumps({"utterance": r["text"], "intent": r["label"]}) for r in ROWS), "utf-8"
    )
    assert [(row.text, row.label) for row in read_rows(path)] == [
        (r["text"], r["label"]) for r in ROWS
    ]


def test_rows_marked_test_are_the_ones_left_out(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    marked = [dict(row, split="test" if at % 3 == 0 else "train") for at, row in enumerate(ROWS)]
    path.write_text("\n".join(map(json.dumps, marked)), encoding="utf-8")
    learned, held_out = split_rows(read_rows(path), seed=1)
    assert len(held_out) == 12 and len(learned) == 24


def test_equal_texts_never_stand_on_both_sides(tmp_path: Path) -> None:
    rows = read_rows(write_csv(tmp_path / "rows.csv")) * 2
    learned, held_out = split_rows(rows, seed=3)
    assert not {row.text for row in learned} & {row.text for row in held_out}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2\n", "has no column text or utterance; it has a, b"),
        ("text,label\nhi,greet\n", "1 labelled rows of 1 labels; training needs 20 rows"),
        ("", "it has no rows"),
    ],
)
def test_a_file_that_cannot_be_learned_from_says_why(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LabelledFileError, match=message):
        read_rows(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "text,label\nok, please,loan\n",
            "line 2 has 3 fields, not 2 as the first line: put a text",
        ),
        ("text,label,label\na,b,c\n", "two columns 'label': rename one"),
        ('text,label\n"open,loan\n', "line 2: unexpected end of data. Close every double quote"),
    ],
)
def test_a_table_that_would_be_misread_is_refused_with_its_line(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LabelledFileError, match=message):
        read_rows(path)


def write_rows(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda at, row: row | {"split": "test"}, "leaves 0 rows of 0 labels to learn from, and 36"),
        (lambda at, row: row | {"text": "the same"}, "leaves 0 rows of 0 labels to learn from"),
        (lambda at, row: row | {"label": f"ticket {at}"}, "36 labels in 36 rows.*is that the column"),
        (lambda at, row: row | {"label": ["a", "b"]}, "line 1: .* is no single text; give one label a row"),
        (lambda at, row: row | {"label": "x\ud800"}, "line 1: .* holds half a character"),
    ],
)  # fmt: skip
def test_what_nothing_can_be_learned_from_is_refused_before_training(
    tmp_path: Path,
    change: Callable[[int, dict[str, object]], dict[str, object]],
    message: str,
) -> None:
    rows = [change(at, dict(row)) for at, row in enumerate(ROWS)]
    path = write_rows(tmp_path / "rows.jsonl", rows)
    with pytest.raises(LabelledFileError, match=message):
        retrain("intent", path, tmp_path / "out")
    assert not (tmp_path / "out" / "intent.npz").exists()


@pytest.mark.parametrize(("task", "known"), [("emotion", "negative"), ("difficulty", "any_model")])
def test_labels_that_the_task_does_not_have_are_refused_before_training(
    tmp_path: Path, task: str, known: str
) -> None:
    path = write_csv(tmp_path / "rows.csv")
    with pytest.raises(LabelledFileError, match=f"line 20: 'card' is no {task}.*use {known}"):
        retrain(task, path, tmp_path / "out")


def test_a_folder_that_cannot_be_made_is_told_before_training(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(LabelledFileError, match="is no folder to write to"):
        retrain("intent", write_csv(tmp_path / "rows.csv"), tmp_path / "out")


def test_cells_are_trimmed_and_rows_without_a_label_are_counted(tmp_path: Path) -> None:
    lines = [
        "",
        "text,label",
        *(f'"{row["text"]}", {row["label"]} ' for row in ROWS),
        "unlabelled,",
    ]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    rows, aside = read_table(path)
    assert {row.label for row in rows} == {"loan", "card"} and aside == 1
    assert rows[0].line == 3


def test_line_separators_inside_a_text_do_not_cut_it(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(
        "text,label\n" + "\n".join(f"a\x0cb\u2028c {row['text']},{row['label']}" for row in ROWS),
        encoding="utf-8",
    )
    assert all(row.text.startswith("a\x0cb\u2028c ") for row in read_rows(path))


@pytest.mark.parametrize("name", ["val", "validation", "Dev", "test"])
def test_rows_marked_for_measuring_under_any_name_are_left_out(tmp_path: Path, name: str) -> None:
    rows = [dict(row, split=name if at % 3 == 0 else "train") for at, row in enumerate(ROWS)]
    learned, held_out = split_rows(read_rows(write_rows(tmp_path / "rows.jsonl", rows)), seed=1)
    assert len(held_out) == 12 and len(learned) == 24


def test_moods_are_learned_beside_our_own_lines_so_that_none_is_forgotten(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"text": f"{text} {at}", "label": label}
        for at in range(8)
        for text, label in (("the lift is out", "neutral"), ("the lift is out AGAIN!!", "negative"))
    ]
    rows += [{"text": f"lift fixed {at}, hurray", "label": "positive"} for at in range(8)]
    outcome = retrain("emotion", write_rows(tmp_path / "rows.jsonl", rows), tmp_path / "out")
    assert "sarcastic" in outcome.labels
    reader = EmotionReader(load_head(outcome.weights))
    assert reader.read("真行，问了三天没人理").emotion == "negative"
    assert reader.read("谢谢，处理得真快").emotion == "positive"


def test_the_confusion_matrix_is_a_table_too_and_a_picture_of_any_labels(tmp_path: Path) -> None:
    labels = [f"标签{at}" for at in range(100)]
    table = np.eye(100, dtype=np.int64) * 3
    table[7, 9] = 5
    write_confusion(table, labels, tmp_path / "c.csv")
    lines = (tmp_path / "c.csv").read_text(encoding="utf-8").splitlines()
    assert lines[8].startswith("标签7,0,0,0,0,0,0,0,3,0,5,")
    picture = draw_confusion(table, labels, tmp_path / "c.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    width = int.from_bytes(picture[16:20], "big")
    assert width < 3_500


def test_a_broken_line_is_named_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a", "label": "b"}\n{oops\n', encoding="utf-8")
    with pytest.raises(LabelledFileError, match="line 2 is no JSON"):
        read_rows(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabelledFileError, match="Cannot read"):
        read_rows(tmp_path / "none.csv")
