"""What models are expected to be worth on a request: in decisions, answers about them, and the ledger."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import aiohttp
import yaml
from typer.testing import CliRunner

from policies.scoring import expect_quality
from router.commands import build
from router.storage.entries import decode_signals
from tests.journeys.house import Served, serve

POLICY = """
name: good-enough
pools:
  cheap: {objective: best, models: [gpt-6-luna, qwen3.8-flash]}
  strong: {objective: best, models: [gpt-6-sol]}
rules:
  - {name: good-enough, when: {quality: {of: cheap, is: above 0.6}}, use: cheap}
default: {use: strong}
fallbacks: [strong, cheap]
expect:
  - {say: 你好, rule: good-enough}
  - {say: Prove that the square root of 2 is irrational., goes_to: gpt-6-sol}
  - {signals: {difficulty: 0.1}, rule: good-enough}
  - {signals: {difficulty: 0.9}, rule: default}
"""
PROOF = "Prove that the square root of 2 is irrational."
CARDS = {"gpt-6-luna": 0.78, "qwen3.8-flash": 0.74, "gpt-6-sol": 0.91}


async def _ask(gateway: Served, text: str) -> tuple[str, str]:
    reply = await gateway.client().chat.completions.with_raw_response.create(
        model="auto", messages=[{"role": "user", "content": text}]
    )
    entry = await gateway.entry(reply.headers["x-request-id"])
    return entry.request.rule, entry.request.request_id


async def test_easy_and_hard_requests_go_apart_and_the_ledger_says_what_was_expected(
    tmp_path: Path,
) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    ledger = tmp_path / "ledger.sqlite3"
    async with serve(tmp_path, vendors=("openai",), policy=str(path)) as gateway:
        assert (await _ask(gateway, "你好"))[0] == "good-enough"
        rule, request_id = await _ask(gateway, PROOF)
        assert rule == "default"
        signals = decode_signals((await gateway.entry(request_id)).request.signals)
        assert signals.expected_quality == {
            name: expect_quality(card, signals.difficulty) for name, card in CARDS.items()
        }
        body = {"model": "auto", "messages": [{"role": "user", "content": PROOF}]}
        async with aiohttp.ClientSession(gateway.url) as session:
            asked = await (await session.post("/v1/route", json=body)).json()
            past = await (await session.get(f"/v1/route/{request_id}")).json()
    assert asked["signals"]["expected_quality"] == dict(signals.expected_quality)
    assert past["signals"]["expected_quality"] == dict(signals.expected_quality)
    for told in (asked, past):
        said = json.dumps(told["plan"]["reasons"])
        assert "expected quality of cheap 0." in said and "is not above 0.6" in said
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump({"policy": str(path), "ledger": {"path": str(ledger)}}))
    words = ["explain", "--request", request_id, "--config", str(config)]
    done = CliRunner(env={"COLUMNS": "200"}).invoke(build(words), words)
    assert "expected quality of cheap 0." in done.output and "is not above 0.6" in done.output


async def test_a_policy_that_is_swapped_in_and_a_card_of_ones_own_are_expected_of_at_once(
    tmp_path: Path,
) -> None:
    path = tmp_path / "policy.yaml"
    text = POLICY.partition("expect:")[0]
    path.write_text(text, encoding="utf-8")
    models = {"gpt-6-luna": {"quality": 0.99}}
    async with serve(tmp_path, vendors=("openai",), policy=str(path), models=models) as gateway:
        assert (await _ask(gateway, PROOF))[0] == "good-enough"
        first = gateway.house.policies.current.version
        await asyncio.sleep(0.3)  # the watcher has begun
        path.write_text(text.replace("gpt-6-sol", "gpt-6.1-sol"), encoding="utf-8")
        async with asyncio.timeout(15):
            while gateway.house.policies.current.version == first:
                await asyncio.sleep(0.05)
        _, request_id = await _ask(gateway, PROOF)
        signals = decode_signals((await gateway.entry(request_id)).request.signals)
    assert signals.expected_quality == {
        "gpt-6-luna": expect_quality(0.99, signals.difficulty),
        "qwen3.8-flash": expect_quality(0.74, signals.difficulty),
        "gpt-6.1-sol": expect_quality(0.93, signals.difficulty),
    }
