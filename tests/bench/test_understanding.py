"""The understanding bench: its rules for files, its measures, and its last line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from bench.tables import InputError
from bench.understanding import main
from bench.understanding_data import Rows, read_pair, read_test, read_train
from bench.understanding_scores import macro_f1, micro_f1, score
from local_models.classifiers.labelled import NOWHERE
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
    with pytest.raises(InputError, match="no row has split 'test' or 'val'"):
        read_pair(path, path)


@pytest.mark.parametrize(
    "words",
    [("Train", "test"), ("training", "Testing"), (" TRAIN ", "eval"), ("learn", "hold-out"),
     ("训练集", "测试"), (None, "test"), ("all", "dev")],
)  # fmt: skip
def test_rows_of_one_file_are_never_both_learned_and_measured(
    words: tuple[str | None, str], tmp_path: Path
) -> None:
    rows: list[Row] = [
        {"text": str(at), "label": "x", "split": words[at % 3 == 0]} for at in range(9)
    ]
    path = write(tmp_path / "all.jsonl", rows)
    train, test = read_pair(path, path)
    assert test.texts == ["0", "3", "6"]
    assert train.texts == ["1", "2", "4", "5", "7", "8"]


def test_a_file_of_test_rows_alone_leaves_nothing_to_learn_from(tmp_path: Path) -> None:
    path = write(tmp_path / "all.jsonl", [{"text": "a", "label": "x", "split": "test"}])
    with pytest.raises(InputError, match="no row to learn from: mark some as 'train'"):
        read_pair(path, path)
    with pytest.raises(InputError, match="no row to learn from"):
        read_train(path)


def test_a_split_that_is_none_is_named_with_its_line(tmp_path: Path) -> None:
    rows: list[Row] = [*SPLIT, {"text": "d", "label": "x", "split": "trian"}]
    path = write(tmp_path / "all.jsonl", rows)
    with pytest.raises(InputError, match=r"line 4: 'trian' is no split.*Did you mean 'train'"):
        read_train(path)


def test_a_linked_file_is_the_same_file(tmp_path: Path) -> None:
    path, link = write(tmp_path / "all.jsonl", SPLIT[:2]), tmp_path / "link.jsonl"
    link.hardlink_to(path)
    train, test = read_pair(path, link)
    assert (train.texts, test.texts) == (["a"], ["b"])


GOOD = '{"text": "a", "label": "x"}\n'


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (GOOD + '{"label": "x"}', "line 2 has no `text`"),
        (GOOD + '{"text": null, "label": "x"}', "line 2: `text` is null; give a text"),
        (GOOD + '{"text": 5, "label": "x"}', "line 2: `text` is 5; give a text"),
        (GOOD + '{"text": "\\ud83d", "label": "x"}', "line 2: `text` holds half a character"),
        ('{"text": "a"}\n' + GOOD, "line 1 has no `label`; write oos"),
        (GOOD + '{"text": "a", "label": ["x"]}', "line 2: the label ['x'] is a list; give one name"),
        (GOOD + '{"text": "a", "label": {"x": 1}}', "line 2: {'x': 1} is no label"),
        (GOOD * 46 + "{bad", "line 47 is no JSON: Expecting property name enclosed in double quotes at column 2"),
        ("[1, 2]", "line 1 is no JSON object"),
        ("", "holds no rows"),
        (GOOD, "leaves 1 row to learn from; give 2 at least"),
        (None, "No such file"),
    ],
)  # fmt: skip
def test_a_bad_file_ends_in_one_line_that_says_where(
    content: str | None, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, good = tmp_path / "bad.jsonl", tmp_path / "good.jsonl"
    good.write_text(GOOD, encoding="utf-8")
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        main(["--task", "intent", "--train", str(path), "--test", str(good)])
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert said.count("\n") == 1 and str(path) in said and complaint in said


@pytest.mark.parametrize("name", ["cut.jsonl.gz", "plain.jsonl.gz"])
def test_a_broken_archive_ends_in_one_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(GOOD.encode() * 99)[:-9] if name[0] == "c" else GOOD.encode())
    with pytest.raises(InputError, match=f"Cannot read .*{name}"):
        read_train(path)


def test_a_byte_order_mark_and_a_csv_file_are_read(tmp_path: Path) -> None:
    path, table = tmp_path / "bom.jsonl", tmp_path / "t.csv"
    path.write_text(GOOD, encoding="utf-8-sig")
    table.write_text('text,label\n"a, b",x\n', encoding="utf-8-sig")
    assert read_train(path) == Rows(["a"], ["x"])
    assert read_train(table) == Rows(["a, b"], ["x"])


@pytest.mark.parametrize("target", ["missing/out.jsonl", ".", "train.jsonl"])
def test_predictions_that_cannot_be_written_are_told_before_the_work(
    target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = write(tmp_path / "train.jsonl", SPLIT)
    out = str(tmp_path / target)
    with pytest.raises(SystemExit) as stopped:
        main(
            ["--task", "intent", "--train", str(train), "--test", str(train), "--predictions", out]
        )
    said = capsys.readouterr()
    assert stopped.value.code == 2 and not said.out
    assert said.err.count("\n") == 1 and "--predictions" in said.err
    assert read_test(train).texts == ["c"]


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "bad.jsonl", [{"words": "a"}])
    with pytest.raises(InputError, match="columns 'text' and 'label'"):
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


def test_a_text_that_belongs_nowhere_is_told_rightly_by_who_names_no_label_for_it() -> None:
    rows = Rows(["1", "2", "3"], [None, None, ("a",)])
    silent, named, learned = Answer((), 1.0), Answer(("a",), 1.0), Answer((NOWHERE,), 1.0)
    assert score("multi", [silent, silent, named], rows)["exact_set"].value == 1.0
    assert score("multi", [learned, named, named], rows)["exact_set"].value == pytest.approx(2 / 3)
    assert score("multi", [silent, learned, silent], rows)["micro_f1"].value == 0.0
    single = Rows(["1", "2", "3"], [None, None, "a"])
    assert score("intent", [silent, learned, learned], single)["accuracy"].value == pytest.approx(
        2 / 3
    )


@pytest.mark.parametrize("label", [None, "oos", [], ["oos"]])
def test_a_list_of_no_names_belongs_nowhere(label: object, tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [{"text": "a", "label": label}, {"text": "b", "label": "x"}])
    assert read_train(path, several=True).labels == [None, "x"]


@pytest.mark.parametrize("how", [[], ["--shipped"]])
def test_rows_of_several_wishes_and_of_none_are_measured_alike(
    how: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[Row] = [{"text": f"hello {at}", "label": None} for at in range(8)]
    rows += [{"text": f"where is my parcel {at}", "label": ["track"]} for at in range(2)]
    path, out = write(tmp_path / "a.jsonl", rows), tmp_path / "out.jsonl"
    test = write(tmp_path / "b.jsonl", rows)
    main(
        [
            "--task",
            "multi",
            "--train",
            str(path),
            "--test",
            str(test),
            "--predictions",
            str(out),
            *how,
        ]
    )
    result = json.loads(capsys.readouterr().out.strip().split("\n")[-1])
    assert result["prior"]["exact_set"][0] == 0.8
    said = [json.loads(line)["prediction"] for line in out.read_text(encoding="utf-8").splitlines()]
    if not how:
        assert result["ours"]["exact_set"][0] == 1.0 and said[0] == [] and said[9] == ["track"]


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


@pytest.mark.parametrize("word", ["oos", "OOS", "null", "None", "out_of_scope"])
def test_a_text_that_belongs_nowhere_is_told_so_in_a_table_too(word: str, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text(f"text,label\na,x\nb,{word}\n", encoding="utf-8")
    assert read_train(table).labels == ["x", None]


@pytest.mark.parametrize(
    ("no", "yes"),
    [("False", "True"), ("false", "TRUE"), ("No", "yes"), ("0", "1"), ("0.0", "1.0"), ("", "true")],
)
def test_yes_and_no_are_read_as_any_program_writes_them(no: str, yes: str, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    rows = (
        f"a,neutral,{no},{no}\nb,negative,{yes},{no}\nc,neutral, {no},{yes}\nd,neutral,{no},s17\n"
    )
    table.write_text(f"text,label,sarcastic,twin_of\n{rows}", encoding="utf-8")
    found = read_train(table)
    assert found.sarcastic == [False, True, False, False]
    assert found.twins == [False, False, True, True]


@pytest.mark.parametrize("value", ["maybe", 2, "2", [1], "sarcastic"])
def test_what_is_neither_yes_nor_no_is_refused_with_its_line(value: object, tmp_path: Path) -> None:
    rows: list[Row] = [
        {"text": "a", "label": "neutral", "sarcastic": None},
        {"text": "b", "label": "neutral", "sarcastic": False},
        {"text": "c", "label": "negative", "sarcastic": value},
    ]
    with pytest.raises(InputError, match=r"line 3: `sarcastic` is .*; give true or false, yes or"):
        read_train(write(tmp_path / "a.jsonl", rows))


def test_an_empty_label_is_refused_with_a_word_that_a_table_can_hold(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("text,label\na,x\nb,\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 3: '' is no label; give a name, or oos for a text"):
        read_train(table)


@pytest.mark.parametrize(
    ("task", "label", "known"),
    [("emotion", "happy", "negative"), ("multi", "refund,invoice", "account")],
)
def test_labels_that_the_weights_do_not_know_are_told_beside_the_noughts(
    task: str, label: str, known: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[Row] = [{"text": f"{each} news", "label": label} for each in "abc"]
    path, test = write(tmp_path / "a.jsonl", rows), write(tmp_path / "b.jsonl", rows)
    main(["--task", task, "--train", str(path), "--test", str(test), "--shipped"])
    said = capsys.readouterr().err
    assert f"({label}) is one that the shipped weights know ({known}" in said


def test_labels_that_are_not_learned_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = write(tmp_path / "a.jsonl", SPLIT)
    test = write(tmp_path / "b.jsonl", [{"text": "c", "label": "z"}])
    main(["--task", "intent", "--train", str(train), "--test", str(test)])
    assert "No label of" in capsys.readouterr().err


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
    said = capsys.readouterr()
    result = json.loads(said.out.strip().split("\n")[-1])
    assert result["shared_texts"] == 2
    assert "2 of 2 test rows have a text that is among the training rows" in said.err
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
