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
from local_models.classifiers.labelled import NOWHERE, LabelledFileError, read_table
from local_models.classifiers.train import retrain
from local_models.classifiers.views import read_for
from tests.local_models.classifiers.labelled_rows import ROWS, write_csv


def test_a_csv_with_labels_of_its_own_becomes_a_head_with_a_picture(tmp_path: Path) -> None:
    ticks: list[int] = []
    outcome = retrain(
        "intent",
        write_csv(tmp_path / "rows.csv"),
        tmp_path / "out",
        on_pass=lambda: ticks.append(1),
    )
    assert outcome.labels == ("card", "loan")
    assert outcome.before is None and outcome.kept == ()
    assert outcome.after > 0.8
    assert outcome.outside is not None and outcome.outside.is_own
    assert outcome.outside.told > 0.9 and outcome.outside.lost < 0.2
    assert outcome.train_rows + outcome.held_out_rows == len(ROWS)
    assert outcome.picture.read_bytes().startswith(b"\x89PNG")
    head = load_head(outcome.weights)
    assert head.read(read_for(head, "你好，信用卡丢了")).label == "card"
    assert head.read(read_for(head, "今天天气怎么样")).label == NOWHERE
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


def write_rows(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda at, row: row | {"split": "test"}, "leaves 0 rows of 0 labels to learn from, and 36"),
        (
            lambda at, row: row | {"text": "the same"},
            r"leaves 0 rows of 0 labels to learn from, and 36 to measure: lines \d+ and \d+ give 'the same' two labels, '",
        ),
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


@pytest.mark.parametrize(
    ("task", "name"), [("intent", "intent.npz"), ("intent", "intent-confusion.png")]
)
def test_a_file_that_cannot_be_written_is_told_before_training(
    tmp_path: Path, task: str, name: str
) -> None:
    (tmp_path / "out" / name).mkdir(parents=True)
    with pytest.raises(LabelledFileError, match=rf"{name} cannot be written: Is a directory"):
        retrain(task, write_csv(tmp_path / "rows.csv"), tmp_path / "out", on_start=_never)


def _never(passes: int) -> None:
    raise AssertionError("nothing is to be learned")


def test_moods_are_learned_beside_our_own_lines_so_that_none_is_forgotten(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"text": f"{text} {at}", "label": label}
        for at in range(8)
        for text, label in (("the lift is out", "neutral"), ("the lift is out AGAIN!!", "negative"))
    ]
    rows += [{"text": f"lift fixed {at}, hurray", "label": "positive"} for at in range(8)]
    outcome = retrain("emotion", write_rows(tmp_path / "rows.jsonl", rows), tmp_path / "out")
    assert "sarcastic" in outcome.labels
    assert [kept.name for kept in outcome.kept] == ["Chinese lines", "English lines"]
    assert all(kept.lines > 300 and kept.after > kept.before - 0.02 for kept in outcome.kept)
    reader = EmotionReader(load_head(outcome.weights))
    assert reader.read("真行，问了三天没人理").emotion == "negative"
    gate = load_head(outcome.weights.with_name("emotion_calm.npz"))
    kept = EmotionReader(load_head(outcome.weights), gate=gate)
    for text in ("Calculate 15% of 240.", "下列说法错误的是\nA. 光速不变\nB. 重力是虚构的"):
        assert kept.read(text).emotion == "neutral"
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


@pytest.mark.parametrize(
    "label", ["price_$50_to_$100", "$_$", "a^b_{c", r"\\alpha$x$", "￥100$到$200"]
)
def test_a_label_with_dollar_signs_is_drawn_as_it_is(tmp_path: Path, label: str) -> None:
    table = np.array([[3, 1], [0, 4]], dtype=np.int64)
    picture = draw_confusion(table, [label, "loan"], tmp_path / "c.png").read_bytes()
    assert picture.startswith(b"\x89PNG")


def test_difficulty_is_measured_with_the_shipped_reader_before(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"text": text.format(at), "label": label}
        for at in range(15)
        for text, label in (
            ("你好 {}", "any_model"),
            ("Prove that every bounded sequence has {} convergent subsequences.", "strong_only"),
        )
    ]
    outcome = retrain("difficulty", write_rows(tmp_path / "rows.jsonl", rows), tmp_path / "out")
    assert outcome.before == 1.0 and outcome.after > 0.8


def test_a_file_s_own_texts_that_belong_nowhere_are_learned_and_measured(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [dict(row) for row in ROWS]
    rows += [
        {"text": f"{lead}{text}", "label": None, "split": "test" if lead == "so " else "train"}
        for lead in ("", "hi ", "so ", "你好，")
        for text in (
            "please dance",
            "唱首歌",
            "run ten laps",
            "bake a pie",
            "数到一百",
            "count sheep",
        )
    ]
    rows[3]["split"] = rows[30]["split"] = "test"
    outcome = retrain("intent", write_rows(tmp_path / "rows.jsonl", rows), tmp_path / "out")
    assert outcome.labels == ("card", "loan") and outcome.held_out_rows == 8
    assert outcome.outside is not None and not outcome.outside.is_own
    assert outcome.outside.texts == 6 and outcome.outside.told > 0.8


def test_labels_that_are_not_learned_or_not_measured_are_told(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {**row, "split": "test" if at % 3 == 0 else "train"} for at, row in enumerate(ROWS)
    ]
    rows += [{"text": f"closed {at}", "label": "closing", "split": "train"} for at in range(3)]
    rows += [{"text": f"stolen {at}", "label": "theft", "split": "test"} for at in range(2)]
    outcome = retrain("intent", write_rows(tmp_path / "rows.jsonl", rows), tmp_path / "out")
    assert outcome.labels == ("card", "closing", "loan")
    assert (outcome.not_learned, outcome.not_measured) == (("theft",), ("closing",))


def test_labels_of_one_text_each_leave_nothing_to_measure(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"text": text, "label": text} for text in ("card", "loan", "theft") for _ in range(8)
    ]
    with pytest.raises(
        LabelledFileError, match=r"leaves 16 rows of 2 labels to learn from, and 8 .*more texts"
    ):
        retrain("intent", write_rows(tmp_path / "rows.jsonl", rows), tmp_path / "out")


def test_with_pointsman_s_labels_what_belongs_nowhere_is_other_and_nothing_is_forgotten(
    tmp_path: Path,
) -> None:
    rows: list[dict[str, object]] = [
        {"text": f"{wish}，{lead}", "label": label}
        for label, wish in (
            ("refund", "我要退款"),
            ("logistics", "快递到哪了"),
            ("oos", "写一首诗"),
        )
        for lead in ("谢谢", "急", "在吗", "好吗", "麻烦了", "帮我看下", "您好", "快点")
    ]
    outcome = retrain("intent", write_rows(tmp_path / "rows.jsonl", rows), tmp_path / "out")
    assert "oos" not in outcome.labels and outcome.outside is None
    assert outcome.before is not None and outcome.after >= outcome.before
    assert [kept.name for kept in outcome.kept] == ["Chinese turns", "English turns"]
    assert all(kept.after > kept.before - 0.03 for kept in outcome.kept)


def test_an_emotion_file_s_null_is_no_label(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"text": f"{text} {at}", "label": label}
        for at in range(12)
        for text, label in (("good", "positive"), ("bad", "negative"), ("well", None))
    ]
    found, aside = read_table(write_rows(tmp_path / "rows.jsonl", rows), knows_nowhere=False)
    assert (len(found), aside) == (24, 12)
