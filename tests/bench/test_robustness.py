"""The measure of changed texts: what it changes, what it counts, and what it refuses."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from bench import robustness

ROWS = [
    {"text": "我要退货，怎么寄回去", "label": "return_exchange", "hurried": "亲 我要退或 咋寄回去"},
    {"text": "Where's my parcel?", "label": "logistics", "or": "order_query", "hurried": "wheres my parcle"},
]  # fmt: skip


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def test_every_way_to_write_tells_what_is_read_otherwise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    robustness.main(["--test", str(write(tmp_path / "t.jsonl", *ROWS))])
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    ways = told["ways"]
    assert (told["bench"], told["messages"]) == ("robustness", 2)
    assert ways["as it is"]["intents_differ"] is None
    assert ways["，谢谢 behind it"]["changed"] == ways["thanks behind it"]["changed"] == 1
    assert ways["in haste, by another hand"]["changed"] == 2
    for way in ways.values():
        assert 0 <= way["first"] <= way["either"] <= 1


def test_moods_are_measured_by_their_label(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"text": "退货地址给我一下", "label": "neutral"}
    robustness.main(["--task", "emotion", "--test", str(write(tmp_path / "t.jsonl", row))])
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["ways"]["as it is"]["first"] == told["ways"]["，谢谢 behind it"]["first"] == 1


@pytest.mark.parametrize("ways", [robustness.CHINESE, robustness.ENGLISH])
def test_a_change_is_the_same_again_and_loses_no_text(ways: dict[str, robustness.Change]) -> None:
    for change in ways.values():
        for row in ROWS:
            text = str(row["text"])
            made = [change(text, random.Random(3)) for _ in range(2)]
            assert made[0] == made[1]
            assert made[0].strip()


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"label": "refund"}, "a row is"),
        ({"text": "x", "label": "refunds"}, 'no intent "refunds"'),
        ({"text": "x"}, "no intent"),
        ({"text": "x", "label": "refund", "hurried": 3}, "a row is"),
    ],
)
def test_a_row_that_is_none_is_refused_with_its_line(
    tmp_path: Path, row: object, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        robustness.main(["--test", str(write(tmp_path / "t.jsonl", ROWS[0], row))])
    said = capsys.readouterr().err
    assert "line 2" in said
    assert why in said
