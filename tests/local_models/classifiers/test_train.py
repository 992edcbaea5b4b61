"""Retraining from a user's own file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local_models.classifiers.features import WORDS, read_features, read_glance
from local_models.classifiers.head import load_head
from local_models.classifiers.train import LabelledFileError, read_rows, retrain, split_rows

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


def test_a_broken_line_is_named_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a", "label": "b"}\n{oops\n', encoding="utf-8")
    with pytest.raises(LabelledFileError, match="line 2 is no JSON"):
        read_rows(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabelledFileError, match="Cannot read"):
        read_rows(tmp_path / "none.csv")
