"""The routing bench: metrics of known cases, file shapes, predictions in the test's order."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.routing_data import ROUTES, read_questions
from bench.routing_metrics import measure_pair, measure_routes
from bench.routing_quality import main, split_questions, split_subjects
from bench.tables import InputError
from local_models.classifiers.difficulty_method import fill_gaps

WEAK = np.array([1.0, 1.0, 0.0, 0.0])
STRONG = np.array([1.0, 1.0, 1.0, 1.0])


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def pairs(count: int) -> list[dict[str, Any]]:
    return [
        {
            "qid": str(at), "bench": "MMLU", "domain": f"subject {at % 6}", "contaminated": 0,
            "prompt": f"{'Prove the theorem' if at % 2 else 'Say hello'} {at} to group {at % 7}",
            "weak": float(at % 2 == 0), "strong": 1.0,
        }
        for at in range(count)
    ]  # fmt: skip


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    text = capsys.readouterr().out.strip().splitlines()[-1]
    found: dict[str, Any] = json.loads(text, parse_constant=refuse)
    return found


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def stop(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a run that is refused says, in its one line."""
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    said = capsys.readouterr()
    assert stopped.value.code == 2 and not said.out and said.err.count("\n") == 1
    return said.err


def routed(count: int) -> list[dict[str, Any]]:
    return [
        {
            "qid": str(at), "task": "gsm", "in_chars": 300,
            "prompt": f"{'Prove the theorem' if at % 2 else 'Say hello'} {at} to group {at % 7}",
            "score": {name: int(at % 2 == 0 or "Qwen" not in name) for name in ROUTES},
            "out_chars": dict.fromkeys(ROUTES, 400),
        }
        for at in range(count)
    ]  # fmt: skip


def test_a_perfect_order_reaches_the_gap_first() -> None:
    found = measure_pair(np.array([0.1, 0.2, 0.8, 0.9]), WEAK, STRONG)
    assert found["apgr"] == pytest.approx(0.75)
    assert found["cpt50"] == 25.0 and found["cpt80"] == 50.0


def test_the_wrong_order_is_as_bad_as_the_right_one_is_good() -> None:
    found = measure_pair(np.array([0.9, 0.8, 0.2, 0.1]), WEAK, STRONG)
    assert found["apgr"] == pytest.approx(0.25)


def test_knowing_the_answer_closes_the_whole_gap_and_knowing_nothing_none() -> None:
    dice = np.random.default_rng(1)
    right = (dice.random((400, 2)) < [0.5, 0.8]).astype(float)
    spent = np.tile([1.0, 10.0], (400, 1))
    best = measure_routes(right, spent, right, spent)
    none = measure_routes(np.tile(right.mean(axis=0), (400, 1)), spent, right, spent)
    assert best["gap_closed"] == pytest.approx(1.0)
    assert none["gap_closed"] == pytest.approx(0.0, abs=1e-6)
    assert best["cost_saved_at_95"] > none["cost_saved_at_95"] > 0


def test_folds_keep_rows_of_one_question_and_of_one_subject_together(tmp_path: Path) -> None:
    rows = pairs(60) + pairs(60)
    questions = read_questions(write(tmp_path / "p.jsonl.gz", rows))
    for train, test in split_questions(questions, np.arange(120)):
        assert not {questions.texts[at] for at in train} & {questions.texts[at] for at in test}
    for train, test in split_subjects(questions, np.arange(120)):
        assert not {questions.subjects[at] for at in train} & {
            questions.subjects[at] for at in test
        }


def test_a_trained_router_beats_chance_and_writes_a_line_for_every_test_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = pairs(140)
    train = write(tmp_path / "train.jsonl.gz", rows[:100])
    test = write(tmp_path / "test.jsonl.gz", rows[100:])
    out = tmp_path / "out.jsonl"
    main(["--train", str(train), "--test", str(test), "--predictions", str(out)])
    found = last_line(capsys)
    assert found["questions/mmlu/ours"]["apgr"] > 0.7
    assert {"random", "prior", "length", "keywords", "subject_known"} <= {
        key.rsplit("/", 1)[1] for key in found if "/" in key
    }
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(lines) == 40
    hard = [
        line["prediction"] for line, row in zip(lines, rows[100:], strict=True) if not row["weak"]
    ]
    easy = [line["prediction"] for line, row in zip(lines, rows[100:], strict=True) if row["weak"]]
    assert min(hard) > max(easy)
    assert all(0.5 <= line["confidence"] <= 1.0 for line in lines)


def test_the_shipped_weights_can_be_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = pairs(60)
    train = write(tmp_path / "train.jsonl.gz", rows[:30])
    test = write(tmp_path / "test.jsonl.gz", rows[30:])
    main(["--train", str(train), "--test", str(test), "--shipped"])
    found = last_line(capsys)
    assert found["shipped"] is True
    assert found["questions/mmlu/ours"]["apgr"] > 0.7


def test_four_routes_are_measured_in_money(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = routed(150)
    path = write(tmp_path / "z.jsonl.gz", rows)
    out = tmp_path / "out.jsonl"
    main(["--train", str(path), "--test", str(path), "--predictions", str(out)])
    found = last_line(capsys)
    assert found["questions/routes/ours"]["gap_closed"] > 0.5
    first = json.loads(out.read_text().splitlines()[0])
    assert set(first["expected"]) == set(ROUTES)


def test_a_file_without_known_columns_is_refused_with_what_was_found(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl.gz", [{"question": "?", "verdict": 1}])
    with pytest.raises(InputError, match="found question, verdict"):
        read_questions(path)


def test_a_model_that_was_not_asked_counts_as_its_mean_and_one_never_asked_not_at_all() -> None:
    nan = np.nan
    found = fill_gaps(np.array([[1.0, 1.0, nan], [0.0, nan, nan], [1.0, 0.0, nan]]))
    assert found.tolist() == [[1.0, 1.0], [0.0, 0.5], [1.0, 0.0]]


ROW = '{"prompt": "a", "weak": 0, "strong": 1}\n'


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "No such file"),
        ("", "holds no rows"),
        (ROW + "{bad", "line 2 is no JSON: Expecting property name enclosed in double quotes at column 2"),
        ("[1]", "line 1 is no JSON object"),
        (ROW + '{"prompt": "a", "weak": null, "strong": 1}', "line 2: `weak` is null; give 1 where"),
        (ROW + '{"prompt": "a", "strong": 1}', "line 2: `weak` is missing"),
        (ROW + '{"prompt": "a", "weak": "yes", "strong": 1}', "line 2: `weak` is 'yes'"),
        (ROW + '{"prompt": "a", "weak": NaN, "strong": 1}', "line 2: `weak` is nan"),
        (ROW + '{"prompt": "a", "weak": 7, "strong": 1}', "line 2: `weak` is 7"),
        (ROW + '{"prompt": null, "weak": 0, "strong": 1}', "line 2: `prompt` is null; give a text"),
        ('{"text": "a", "weak": 0, "strong": 1}', "line 1 has no column `prompt` or `question`"),
        ('{"prompt": "a", "score": 1}', "line 1: `score` is 1; give a map"),
        ('{"prompt": "a", "score": {"m": "no", "n": 1}}', "line 1: `m` is 'no'"),
        ('{"prompt": "a", "score": {"m": 1}}', "names 1 models"),
    ],
)  # fmt: skip
def test_a_bad_file_ends_in_one_line_that_says_where(
    content: str | None, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.jsonl"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    said = stop(capsys, "--train", str(path), "--test", str(path))
    assert str(path) in said and complaint in said


def test_too_few_questions_to_learn_from_are_told_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train, test = write(tmp_path / "a.jsonl.gz", pairs(19)), tmp_path / "b.jsonl.gz"
    write(test, [{**row, "prompt": f"else {row['prompt']}"} for row in pairs(30)])
    said = stop(capsys, "--train", str(train), "--test", str(test))
    assert "19 questions to learn from" in said and "20 at least" in said and "--shipped" in said


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--weak", "weak"], "--weak and --strong go together"),
        (["--strong", "nobody"], "--weak and --strong go together"),
        (["--weak", "week", "--strong", "strong"], "No model 'week' in the file; it has weak, strong."),
        (["--weak", "weak", "--strong", "weak"], "two models"),
        (["--routes", "weak"], "two different models"),
        (["--bench", "mmul"], "no bench 'mmul' in the file; it has mmlu. Did you mean 'mmlu'?"),
        (["--predictions", "/nowhere/at/all/out.jsonl"], "there is no folder /nowhere/at/all"),
    ],
)  # fmt: skip
def test_options_that_do_not_fit_are_refused(
    options: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(write(tmp_path / "a.jsonl.gz", pairs(40)))
    assert complaint in stop(capsys, "--train", path, "--test", path, *options)


@pytest.mark.parametrize(("count", "reason"), [(3, "3 questions to measure"), (30, "no better")])
def test_what_cannot_be_measured_is_left_out_with_a_reason(
    count: int, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = [*pairs(40), {**pairs(1)[0], "bench": "gsm8k"}]
    train = write(tmp_path / "a.jsonl.gz", known)
    others = [{**row, "prompt": f"else {row['prompt']}", "weak": 1} for row in pairs(count)]
    test = write(tmp_path / "b.jsonl.gz", others)
    main(["--train", str(train), "--test", str(test), "--shipped"])
    left_out = last_line(capsys)["left_out"]
    assert list(left_out) == ["questions/mmlu"] and reason in left_out["questions/mmlu"]


def test_a_bench_too_small_to_resample_has_null_for_its_deviation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = write(tmp_path / "a.jsonl.gz", pairs(40))
    others = [
        {**row, "prompt": f"else {row['prompt']}", "weak": float(at > 0)}
        for at, row in enumerate(pairs(20))
    ]
    test = write(tmp_path / "b.jsonl.gz", others)
    main(["--train", str(train), "--test", str(test), "--shipped"])
    assert last_line(capsys)["questions/mmlu/ours"]["apgr_deviation"] is None


def test_a_bench_is_found_in_any_case(tmp_path: Path) -> None:
    questions = read_questions(write(tmp_path / "a.jsonl.gz", pairs(3)))
    assert questions.of_bench("Mmlu", tmp_path).texts == questions.texts


def test_three_questions_for_four_routes_are_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = routed(40)
    train, test = write(tmp_path / "a.jsonl.gz", rows[3:]), write(tmp_path / "b.jsonl.gz", rows[:3])
    main(["--train", str(train), "--test", str(test), "--shipped"])
    assert "3 questions" in last_line(capsys)["left_out"]["questions/routes"]


def test_a_csv_file_with_a_byte_order_mark_and_zeros_for_no_is_read(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    text = "prompt,weak,strong,contaminated\na,0,1,0\nb,1,1,1\n"
    path.write_text(text, encoding="utf-8-sig")
    questions = read_questions(path)
    assert questions.right.tolist() == [[0.0, 1.0], [1.0, 1.0]]
    assert questions.is_counted.tolist() == [True, False]


@pytest.mark.parametrize(("no", "yes"), [("False", "True"), ("no", "Yes"), ("0.0", "1.0")])
def test_contaminated_rows_are_marked_in_any_usual_way(no: str, yes: str, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(f"prompt,weak,strong,contaminated\na,0,1,{no}\nb,1,1,{yes}\n", "utf-8")
    assert read_questions(path).is_counted.tolist() == [True, False]
    path.write_text("prompt,weak,strong,contaminated\na,0,1,no\nb,1,1,perhaps\n", "utf-8")
    with pytest.raises(InputError, match="line 3: `contaminated` is 'perhaps'; give true or false"):
        read_questions(path)


def test_a_model_that_was_not_asked_is_an_empty_cell(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("prompt,score:a,score:b,cost:a\nx,1,,0.2\n", encoding="utf-8")
    questions = read_questions(path)
    assert np.isnan(questions.right).tolist() == [[False, True]]
    assert questions.cost is not None and np.isnan(questions.cost).tolist() == [[False, True]]
