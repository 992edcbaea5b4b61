"""A user's labelled file: what is read from it, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local_models.classifiers.labelled import (
    NOWHERE,
    LabelledFileError,
    Row,
    read_labelled,
    read_rows,
    read_table,
    split_rows,
)
from tests.local_models.classifiers.labelled_rows import ROWS, write_csv


def write_rows(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


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


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_each_label_keeps_a_row_to_learn_from_whatever_is_drawn(seed: int) -> None:
    rows = [Row(f"{label} {at}", label) for label in ("track", "refund") for at in range(30)]
    rows += [Row("my card is lost", "card lost"), Row("信用卡丢了", "card lost")]
    rows += [Row("sing", NOWHERE), Row("close it", "closing"), Row("close it", "closing")]
    learned, held_out = split_rows(rows, seed)
    assert {row.label for row in learned} == {"track", "refund", "card lost", NOWHERE, "closing"}
    assert not {row.label for row in held_out} & {NOWHERE, "closing"}
    assert len({row.text for row in held_out}) == 12


def test_rows_that_are_marked_are_left_out_though_a_label_has_no_other() -> None:
    rows = [Row("a", "x", "train"), Row("b", "y", "test")]
    assert split_rows(rows, seed=1) == (rows[:1], rows[1:])


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


def test_a_broken_line_is_named_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a", "label": "b"}\n{oops\n', encoding="utf-8")
    with pytest.raises(LabelledFileError, match="line 2 is no JSON"):
        read_rows(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabelledFileError, match="Cannot read"):
        read_rows(tmp_path / "none.csv")


@pytest.mark.parametrize(
    "word", ["holdout", "Hold-out", "测试", "eval", "Testing", "开发集", "VALID"]
)
def test_any_usual_word_for_rows_to_measure_is_understood(tmp_path: Path, word: str) -> None:
    rows = [dict(row, split=word if at % 3 == 0 else "train") for at, row in enumerate(ROWS)]
    learned, held_out = split_rows(read_rows(write_rows(tmp_path / "rows.jsonl", rows)), seed=1)
    assert len(held_out) == 12 and len(learned) == 24


def test_development_and_test_rows_are_both_kept_from_learning(tmp_path: Path) -> None:
    words = ("dev", "Testing", "", "train")
    rows = [dict(row, Split=words[at % 4]) for at, row in enumerate(ROWS)]
    learned, held_out = split_rows(read_rows(write_rows(tmp_path / "rows.jsonl", rows)), seed=1)
    assert len(held_out) == 18 and len(learned) == 18


def test_a_split_that_nobody_knows_is_refused_with_its_line(tmp_path: Path) -> None:
    rows = [dict(row, split="tset" if at == 3 else "train") for at, row in enumerate(ROWS)]
    path = write_rows(tmp_path / "rows.jsonl", rows)
    with pytest.raises(LabelledFileError, match=r"line 4: 'tset' is no split.*mean 'test'"):
        read_rows(path)


@pytest.mark.parametrize("header", ["Text,Label", "文本,标签", "内容;意图", "UTTERANCE;Intent"])
def test_columns_are_found_in_any_case_in_chinese_and_between_semicolons(
    tmp_path: Path, header: str
) -> None:
    mark = ";" if ";" in header else ","
    path = tmp_path / "rows.csv"
    lines = [header, *(f'"{row["text"]}"{mark}{row["label"]}' for row in ROWS)]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert [(row.text, row.label) for row in read_rows(path)] == [
        (row["text"], row["label"]) for row in ROWS
    ]


@pytest.mark.parametrize(
    ("task", "header", "column"),
    [
        ("intent", "text,sentiment,intent", "intent"),
        ("intent", "text,label,Intent", "Intent"),
        ("intent", "text,情绪,意图", "意图"),
        ("intent", "text,sentiment,label", "label"),
        ("intent", "text,note,category", "category"),
        ("intent", "text,note,sentiment", "sentiment"),
        ("emotion", "text,intent,emotion", "emotion"),
        ("emotion", "text,label,sentiment", "sentiment"),
        ("emotion", "text,意图,情感", "情感"),
        ("difficulty", "text,label,note", "label"),
        ("difficulty", "text,intent,难度", "难度"),
    ],
)
def test_the_task_s_own_column_holds_the_labels(
    tmp_path: Path, task: str, header: str, column: str
) -> None:
    path, at = tmp_path / "rows.csv", header.split(",").index(column)
    cells = (("one" if row < 12 else "two", "other", row) for row in range(24))
    lines = [
        f"text {row},{label},{else_}" if at == 1 else f"text {row},{else_},{label}"
        for label, else_, row in cells
    ]
    path.write_text("\n".join([header, *lines]), encoding="utf-8")
    found = read_labelled(path, task)
    assert found.column == column
    assert {row.label for row in found.rows} == {"one", "two"}


@pytest.mark.parametrize(
    ("task", "header"),
    [
        ("intent", "text,sentiment,category"),
        ("intent", "text,emotion,难度"),
        ("difficulty", "text,intent,category"),
    ],
)
def test_several_columns_that_may_be_meant_are_refused(
    tmp_path: Path, task: str, header: str
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("\n".join([header, *(f"t {at},a,b" for at in range(24))]), encoding="utf-8")
    names = header.removeprefix("text,").replace(",", ", ")
    said = rf"may hold the labels, {names}, and none is named {task}: rename .* to {task}\."
    with pytest.raises(LabelledFileError, match=said):
        read_labelled(path, task)


def test_a_column_that_is_missing_is_told_with_what_it_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("txt,lable\na,b\n", encoding="utf-8")
    with pytest.raises(LabelledFileError, match=r"Did you write 'txt' for 'text'\? .*文本"):
        read_rows(path)


def test_texts_that_belong_nowhere_are_told_from_those_without_a_label(tmp_path: Path) -> None:
    words = ("oos", "OOS", "none", "Null", "out of scope", None)
    rows: list[dict[str, object]] = [dict(row) for row in ROWS]
    rows += [{"text": f"sing {word}", "label": word} for word in words]
    rows += [{"text": "a", "label": ""}, {"text": "b"}, {"text": "c", "label": float("nan")}]
    found, aside = read_table(write_rows(tmp_path / "rows.jsonl", rows))
    assert [row.label for row in found[len(ROWS) :]] == [NOWHERE] * len(words)
    assert aside == 3


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        ('"mine","Card"', r"line 38: 'Card' is 'card' of line \d+ in other letters: write a label"),
        (
            '"mine","card, loan"',
            r"line 38: 'card, loan' names several labels; give one label a row",
        ),
        ('"mine","loan；card"', "names several labels"),
    ],
)
def test_one_label_in_two_spellings_and_two_labels_in_one_cell_are_refused(
    tmp_path: Path, odd: str, message: str
) -> None:
    path = write_csv(tmp_path / "rows.csv")
    content = path.read_text(encoding="utf-8").rstrip("\n").splitlines()
    path.write_text("\n".join([*content, odd]), encoding="utf-8")
    with pytest.raises(LabelledFileError, match=message):
        read_rows(path)
    path.write_text("\n".join([*content, '"mine","cards, lost"']), encoding="utf-8")
    assert read_rows(path)[-1].label == "cards, lost"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,label\n", "has the columns text, label, and no row below them"),
        ("text,foo\na,b\n", r"has no column label or intent; it has text, foo\. It may also"),
    ],
)
def test_a_table_without_rows_or_labels_is_told_as_such(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LabelledFileError, match=message):
        read_rows(path)


@pytest.mark.parametrize("encoding", ["latin-1", "gbk", "utf-16"])
def test_a_file_in_another_encoding_is_told_with_its_line_and_how_to_save_it(
    tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("text,label\nI lost it,card\ncafé·,loan\n".encode(encoding))
    line = 1 if encoding == "utf-16" else 3
    with pytest.raises(LabelledFileError, match=rf"line {line} is no UTF-8: .*'CSV UTF-8'"):
        read_rows(path)
