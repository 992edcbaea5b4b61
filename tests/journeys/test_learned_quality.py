"""Taught quality in the gateway: from a file of graded answers to the choice, the ledger and its reasons."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from policies.scoring import expect_learned
from router.commands import build
from router.errors import ConfigError
from router.settings import UnderstandingEntry
from router.storage.entries import decode_plan, decode_signals
from router.wiring import open_understanding
from tests.journeys.house import serve
from tests.journeys.scripted_models import serve_models, settings_for
from tests.local_models.classifiers.quality_rows import invent, write

POLICY = """
name: whom-most-is-expected-of
pools:
  all: {objective: best, models: [plain, strong]}
  reading: {models: [reader]}
default: {use: all}
"""
PROGRAM, LETTER = "debug my javascript function nine", "polish my letter about trees"
READING = {
    "intent": "other", "intents": [], "emotion": "neutral", "intensity": "none", "difficulty": "hard",
}  # fmt: skip


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("taught")
    data = write(folder / "rows.jsonl", invent(160, coder="strong", writer="plain"))
    words = ["train", "--task", "quality", "--data", str(data), "--out", str(folder / "out")]
    done = CliRunner(env={"COLUMNS": "200"}).invoke(build(words), words)
    assert done.exit_code == 0, done.output
    assert "128 rows learned, 32 left out and measured; 2 models" in done.output
    assert "no configured model is called 'strong'." in done.output
    return folder / "out"


async def test_each_request_goes_to_the_model_that_answers_its_kind_better(
    tmp_path: Path, weights: Path
) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    async with serve_models(strong=["Done."], plain=["Hi."], reader=["{}"]) as models:
        settings = settings_for(models, str(path), "plain") | {
            "understanding": {"weights": str(weights)}
        }
        async with serve(tmp_path, vendors=(), **settings) as served:
            for text, model in ((PROGRAM, "strong"), (LETTER, "plain"), (PROGRAM, "strong")):
                reply = await served.client().chat.completions.with_raw_response.create(
                    model="auto", messages=[{"role": "user", "content": text}]
                )
                request_id = reply.headers["x-request-id"]
                entry = await served.entry(request_id)
                signals = decode_signals(entry.request.signals)
                assert entry.request.model == model
                assert signals.learned_odds.keys() == {"strong", "plain"}
                assert signals.expected_quality[model] == expect_learned(
                    signals.learned_odds[model], signals.learned_slope, signals.difficulty
                )
                assert decode_plan(entry.request.plan).primary.why == (
                    f"expected quality {signals.expected_quality[model]:.2f}, learned"
                )
    config = tmp_path / "config.yaml"
    ledger = {"path": str(tmp_path / "ledger.sqlite3")}
    config.write_text(yaml.safe_dump({"policy": str(path), "ledger": ledger}))
    words = ["explain", "--request", request_id, "--config", str(config)]
    done = CliRunner(env={"COLUMNS": "200"}).invoke(build(words), words)
    assert "expected quality" in done.output and ", learned" in done.output


async def test_a_second_opinion_on_the_difficulty_moves_what_was_learned_along_its_slope(
    tmp_path: Path, weights: Path
) -> None:
    path = tmp_path / "policy.yaml"
    asks = POLICY + "dispatcher: {use: reading, when: {turns: at least 1}, deadline_seconds: 5}\n"
    path.write_text(asks, encoding="utf-8")
    said = {"strong": ["Done."], "plain": ["Hi."], "reader": [json.dumps(READING)]}
    async with serve_models(**said) as models:
        settings = settings_for(models, str(path), "plain") | {
            "understanding": {"weights": str(weights)}
        }
        async with serve(tmp_path, vendors=(), **settings) as served:
            reply = await served.client().chat.completions.with_raw_response.create(
                model="auto", messages=[{"role": "user", "content": PROGRAM}]
            )
            entry = await served.entry(reply.headers["x-request-id"])
    signals = decode_signals(entry.request.signals)
    assert (signals.read_by, signals.difficulty, entry.request.model) == ("model", 0.8, "strong")
    for name in ("strong", "plain"):
        odds = signals.learned_odds[name]
        assert signals.expected_quality[name] == expect_learned(odds, signals.learned_slope, 0.8)


def test_quality_learned_with_another_difficulty_reader_is_refused(
    tmp_path: Path, weights: Path
) -> None:
    (tmp_path / "quality.npz").write_bytes((weights / "quality.npz").read_bytes())
    assert open_understanding(UnderstandingEntry(weights=str(tmp_path))).taught == (
        "strong",
        "plain",
    )
    (tmp_path / "difficulty.npz").write_bytes(b"another")
    with pytest.raises(ConfigError, match="learned with another reader of difficulty"):
        open_understanding(UnderstandingEntry(weights=str(tmp_path)))
