"""A request that nobody may answer is kept, and explained like any other."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import openai
import pytest
from typer.testing import CliRunner

from policies.decision import Refusal
from router.commands import build
from router.storage.entries import decode_decision
from tests.journeys.house import Served, serve

POLICY = """
name: refusing
pools: {only: {models: [gpt-6-sol]}}
constraints:
  - {name: refunds-stay, when: {intent: refund}, must_stay_local: true}
rules:
  - {name: vip, when: {tier: vip}, use: only}
  - {name: hard, when: {all: [{difficulty: above 0.99}, {tier: gold}]}, use: only}
  - {name: shaky, when: {health: {of: only, available: false}}, use: only}
  - {name: homely, when: {tier: home}, use: house-qwen}
default: {use: only}
"""
AT_HOME: dict[str, Any] = {
    "providers": {
        "home": {"kind": "llama_server", "base_url": "http://127.0.0.1:9/v1", "is_local": True}
    },
    "models": {
        "house-qwen": {
            "provider": "home", "window_tokens": 32768, "prices": {"input": 0, "output": 0}
        }
    },
}  # fmt: skip
"""A model that could stay here, behind a rule of its own, so that the constraint can be met."""
REFUND = "I want my money back for this order, refund it please."


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Served]:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    async with serve(tmp_path, vendors=("openai",), policy=str(path), **AT_HOME) as served:
        yield served


async def _ask(gateway: Served, text: str, request_id: str) -> None:
    await gateway.client().chat.completions.create(
        model="auto",
        messages=[{"role": "user", "content": text}],
        extra_headers={"x-request-id": request_id},
    )


async def _get(gateway: Served, path: str, body: dict[str, Any] | None = None) -> Any:
    url = f"{gateway.url}{path}"
    method = "GET" if body is None else "POST"
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, json=body) as reply,
    ):
        assert reply.status == 200, await reply.text()
        return await reply.json()


def _texts(reasons: list[dict[str, Any]]) -> str:
    return "\n".join(each["text"] + "\n" + _texts(each["below"]) for each in reasons)


async def test_a_refused_request_leaves_a_row_that_cost_nothing(gateway: Served) -> None:
    with pytest.raises(openai.InternalServerError, match="must stay in this house"):
        await _ask(gateway, REFUND, "refused-1")
    entry = await gateway.entry("refused-1")
    row = entry.request
    assert (row.outcome, row.status, row.cost_usd, entry.attempts) == ("refused", 503, "0", ())
    decision = decode_decision(row)
    assert isinstance(decision, Refusal) and decision.must_stay_local
    assert [each.model for each in decision.rejected] == ["gpt-6-sol"]
    assert 'outcome="refused"' in gateway.house.metrics.render().decode()


async def test_the_api_explains_a_refused_request(gateway: Served) -> None:
    with pytest.raises(openai.InternalServerError):
        await _ask(gateway, REFUND, "refused-2")
    told = await _get(gateway, "/v1/route/refused-2")
    assert (told["outcome"], told["status"], told["attempts"]) == ("refused", 503, [])
    assert told["plan"]["rejected"][0]["model"] == "gpt-6-sol"
    assert "constraint 'refunds-stay'" in _texts(told["plan"]["reasons"])
    assert "rule 'vip'" in _texts(told["plan"]["reasons"])


async def test_a_question_that_would_be_refused_gets_the_whole_decision(gateway: Served) -> None:
    body = {"model": "auto", "messages": [{"role": "user", "content": REFUND}]}
    told = await _get(gateway, "/v1/route", body)
    assert (told["outcome"], told["error"]["code"]) == ("refused", "no_eligible_model")
    assert told["error"]["status"] == 503 and told["signals"]["intent"] == "refund"
    assert "constraint 'refunds-stay'" in _texts(told["plan"]["reasons"])
    assert "tier is standard, not vip" in _texts(told["plan"]["reasons"])
    assert told["plan"]["rejected"][0]["why"].startswith("the request must stay")


async def test_a_past_plan_says_why_each_earlier_rule_did_not_hold(gateway: Served) -> None:
    await _ask(gateway, "hello", "plain-1")
    told = await _get(gateway, "/v1/route/plain-1")
    reasons = _texts(told["plan"]["reasons"])
    assert "tier is standard, not vip" in reasons
    assert "tier is standard, not gold" in reasons
    assert "asks for health, which the ledger does not keep" in reasons
    assert "earlier rules that did not hold" not in reasons


async def test_a_policy_that_has_changed_since_is_said_to_have(
    gateway: Served, tmp_path: Path
) -> None:
    await _ask(gateway, "hello", "plain-2")
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY.replace("above 0.99", "above 0.9"), encoding="utf-8")
    assert gateway.house.policies.reload().swapped
    reasons = _texts((await _get(gateway, "/v1/route/plain-2"))["plan"]["reasons"])
    assert "earlier rules that did not hold: vip, hard, shaky" in reasons
    assert "why is not told: refusing@" in reasons


async def test_the_command_line_explains_a_refused_request(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    async with serve(tmp_path, vendors=("openai",), policy=str(path), **AT_HOME) as gateway:
        with pytest.raises(openai.InternalServerError):
            await _ask(gateway, REFUND, "refused-3")
    config = tmp_path / "pointsman.yaml"
    ledger = {"path": str(tmp_path / "ledger.sqlite3")}
    config.write_text(
        json.dumps({"policy": str(path), "ledger": ledger, **AT_HOME}), encoding="utf-8"
    )
    asked = ["explain", "--request", "refused-3", "--config", str(config)]
    told = CliRunner().invoke(build(asked), asked)
    assert told.exit_code == 0, told.output
    for line in (
        "refused: No model may answer",
        "✓ constraint 'refunds-stay'",
        "✗ rule 'vip'",
        "✗ gpt-6-sol: the request must stay in this house",
    ):
        assert line in told.output
    whole = json.loads(CliRunner().invoke(build(asked), [*asked, "--json"]).output)
    assert (whole["outcome"], whole["plan"]["models"]) == ("refused", [])
