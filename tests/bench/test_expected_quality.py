"""The bench of what is learned of models' answers, on invented ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.expected_quality import WAYS, main
from tests.local_models.classifiers.quality_rows import invent, write


def test_texts_help_where_models_are_good_at_different_things(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"prompt": row["text"], "score": row["score"]} for row in invent(200)]
    main(["--scores", str(write(tmp_path / "rows.jsonl", rows)), "--labelled", "60"])
    found = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert (found["questions"], found["models"], found["labelled"]) == (200, 2, 60)
    for part in ("all", "few"):
        told = found[part]
        assert len(told["log_loss"]) == len(WAYS) and told["gain"][0] == 0
        assert told["log_loss"][3] < told["log_loss"][0] + 0.02
    assert found["all"]["gain"][3] > 3 * found["all"]["deviation"][3] > 0
    assert found["all"]["gap_closed"][3] > 0.4


def test_too_few_questions_are_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"prompt": row["text"], "score": row["score"]} for row in invent(20)]
    with pytest.raises(SystemExit):
        main(["--scores", str(write(tmp_path / "rows.jsonl", rows))])
    assert "has 20 questions; 150 are needed" in capsys.readouterr().err
