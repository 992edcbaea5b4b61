"""The measure of talks: what it reads, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import talks

SAID = [
    ["user", "我要退货", "return_exchange"],
    ["agent", "请问您要退几件呢"],
    ["user", "两件", "return_exchange", "order_query"],
    ["user", "好的谢谢", "smalltalk"],
]


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def test_every_customers_message_is_read_after_what_was_said_before(tmp_path: Path) -> None:
    turns = talks.read_turns(write(tmp_path / "t.jsonl", {"said": SAID}, {"said": SAID[:1]}))
    assert [len(turn.messages) for turn in turns] == [1, 3, 4, 1]
    assert [message.role for message in turns[2].messages] == ["user", "assistant", "user", "user"]
    assert turns[1].intents == ("return_exchange", "order_query")
    assert turns[0].talk == turns[1].talk != turns[3].talk


def test_the_last_line_tells_each_reader(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    talks.main(["--talks", str(write(tmp_path / "t.jsonl", {"said": SAID}))])
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["bench"], told["messages"]) == ("talks", 3)
    assert set(told["readers"]) == {
        "the message alone", "the heads' reading of two before", "the words of the talk too",
    }  # fmt: skip
    for each in told["readers"].values():
        assert 0 <= each["first"] <= each["either"] <= 1
        assert each["cpu_ms"] > 0


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"text": "x"}, "a talk is"),
        ({"said": [["customer", "x", "refund"]]}, "a message is"),
        ({"said": [["user", "x", "refunds"]]}, "no intent 'refunds'"),
        ({"said": [["agent", "x"]]}, "holds no customer's message"),
    ],
)
def test_a_file_that_holds_no_talks_is_refused_with_its_line(
    tmp_path: Path, row: object, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        talks.main(["--talks", str(write(tmp_path / "t.jsonl", row))])
    assert why in capsys.readouterr().err


def test_the_deviation_is_over_talks() -> None:
    assert talks.spread([True] * 8, list("00112233")) == 0.0
    alike = talks.spread([True] * 4 + [False] * 4, list("00001111"))
    mixed = talks.spread([True, False] * 4, list("00001111"))
    assert alike > mixed == 0.0
