"""Files of who answered what how well: both shapes, what is refused, and equal texts kept together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from local_models.classifiers.labelled import LabelledFileError
from local_models.classifiers.scored import (
    ScoredRow,
    group,
    lay_out,
    list_models,
    read_scored,
    same,
    split_scored,
)
from tests.local_models.classifiers.quality_rows import invent, write


def save(folder: Path, text: str, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def table(head: str, row: str, count: int = 20) -> str:
    return "\n".join([head, *(row.replace("#", str(at)) for at in range(count))])


def test_a_map_and_columns_say_the_same_and_what_is_empty_was_not_asked(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"prompt": f"ask {at}", "score": {"a": at % 2, "b": None if at else 0.5}}
        for at in range(20)
    ]
    mapped, without = read_scored(write(tmp_path / "rows.jsonl", [*rows, {"prompt": "x"}]))
    lines = [f"ask {at},{at % 2},{'' if at else 0.5}" for at in range(20)]
    csv = save(tmp_path, "\n".join(["Prompt,score:a,Score: b", *lines]))
    columned, _ = read_scored(csv)
    assert without == 1
    assert [row.scores for row in mapped] == [row.scores for row in columned]
    assert list_models(mapped) == ("a", "b")
    laid = lay_out(mapped, ("a", "b"))
    assert laid[0].tolist() == [0.0, 0.5] and np.isnan(laid[1:, 1]).all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (table("text,label", "t#,x"), r"has no scores; it has text, label\. .*score:<model>"),
        (table("txet,score:a", "t#,1"), r"no column text .*'txet' for 'text'"),
        (table("text,score:a", "t#,80"), r"line 2: the score of 'a' is '80'; give a number from 0 to 1"),
        (table("text,score:a", "t#,yes"), r"line 2: the score of 'a' is 'yes'"),
        (table("text,score:a", "t#,1"), r"same score everywhere"),
        (table("text,score:a", "t#,1", 3), r"has 3 rows with a text and a score"),
        (table("text,score:a,score: a", "t#,1,0"), r"two columns of scores of 'a'"),
        (table("text,score", "t#,1"), r"line 2: `score` is '1' and no map"),
        (table("text,score,score:a", "t#,1,0"), r"has a column 'score' and 'score:a' too"),
    ],
)  # fmt: skip
def test_what_would_be_misread_is_refused_with_its_line(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(LabelledFileError, match=said):
        read_scored(save(tmp_path, text))


def test_the_same_text_in_other_letters_and_marks_never_stands_on_both_sides() -> None:
    assert same("Ｈow MUCH is it?!") == same("how much, is it") and same("???")
    texts = [f"{lead}question {at}{end}" for at in range(40) for lead, end in (("", ""), ("", "?"))]
    texts += [f"QUESTION {at}！" for at in range(40)]
    learned, measured = split_scored([ScoredRow(text, {"a": 1.0}) for text in texts], 7, Path("x"))
    assert not {same(row.text) for row in learned} & {same(row.text) for row in measured}
    assert len(learned) + len(measured) == len(texts) and len(measured) == 24
    assert len(set(group(texts).tolist())) == 40


@pytest.mark.parametrize("seed", range(12))
def test_each_model_keeps_a_text_to_learn_from_whatever_is_drawn(seed: int) -> None:
    rows = [ScoredRow(f"question {at}", {"a": 1.0, "b": 0.0}) for at in range(40)]
    rows += [ScoredRow("rare one", {"c": 1.0}), ScoredRow("rare two", {"c": 0.0})]
    rows += [ScoredRow("rarest", {"a": 1.0, "d": 1.0})]
    learned, measured = split_scored(rows, seed, Path("x"))
    assert set(list_models(learned)) == {"a", "b", "c", "d"} and len(measured) == 8


def test_rows_of_models_that_are_not_learned_measure_nothing() -> None:
    rows = [ScoredRow(f"question {at}", {"a": at % 2}, "train") for at in range(24)]
    strange = [ScoredRow(f"test {at}", {"b": 1.0}, "test") for at in range(5)]
    known = ScoredRow("test", {"a": 1.0, "b": 0.0}, "test")
    assert split_scored([*rows, *strange, known], 7, Path("x")) == (rows, [known])
    with pytest.raises(
        LabelledFileError, match=r"rows to measure score b alone, and .* only a: mark"
    ):
        split_scored([*rows, *strange], 7, Path("x"))


def test_rows_marked_test_are_measured_and_not_learned(tmp_path: Path) -> None:
    rows = [row | {"split": "hold-out" if at < 10 else ""} for at, row in enumerate(invent(40))]
    rows.append(rows[0] | {"text": rows[0]["text"].upper(), "split": ""})
    read, _ = read_scored(write(tmp_path / "rows.jsonl", rows))
    learned, measured = split_scored(read, 7, tmp_path)
    assert (len(learned), len(measured)) == (30, 10)
    with pytest.raises(LabelledFileError, match="leaves 0 rows to learn from"):
        split_scored([ScoredRow("x", {"a": 1.0}, "test")], 7, tmp_path)
