"""What the model that answers was not told is said to the caller, and nobody is asked for more than it can write."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.journeys.house import Served, serve

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
POLICY = """
name: ignoring
pools:
  two: {models: [gpt-6.1-terra, claude-haiku-5-5]}
  small: {models: [claude-haiku-5-5]}
rules:
  - name: cached
    when: {tier: cached}
    use: two
    terms: {cache: true}
  - name: judged
    when: {tier: judged}
    use: small
    cascade: {escalate: gpt-6.1-terra, judge: {refusal: true}}
  - name: hedged
    when: {tier: hedged}
    use: two
    terms: {hedge: {after_seconds: 0.02, max_share: 1.0}}
default: {use: two}
"""
DROPPED = {"stop": ["way"], "temperature": 0, "foo": 1, "seed": 5, "user": "anna"}
BY_TERRA, BY_HAIKU = "stop, temperature", "foo, seed, temperature"


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Served]:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    async with serve(tmp_path, policy=str(path)) as served:
        yield served


async def _headers(gateway: Served, body: dict[str, Any], path: str = CHAT) -> Any:
    whole = {
        "model": "auto",
        "messages": [{"role": "user", "content": "Do you ship to Norway?"}],
        **body,
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{gateway.url}{path}", json=whole) as reply,
    ):
        text = await reply.text()
        assert reply.status == 200, text
        return reply.headers


@pytest.mark.parametrize("stream", [False, True])
async def test_fields_that_the_answering_model_was_not_told_are_named(
    gateway: Served, stream: bool
) -> None:
    asked = {**DROPPED, "stream": stream}
    for model, ignored in (
        ("gpt-6.1-terra", BY_TERRA),
        ("claude-haiku-5-5", BY_HAIKU),
        ("qwen3.8-flash", None),
    ):
        headers = await _headers(gateway, {**asked, "model": model})
        assert headers["x-pointsman-model"] == model
        assert headers.get("x-pointsman-ignored") == ignored
        plain = await _headers(gateway, {"model": model, "stream": stream})
        assert "x-pointsman-ignored" not in plain


USUAL: dict[str, Any] = {
    "temperature": 1, "top_p": 1.0, "presence_penalty": 0, "frequency_penalty": 0.0, "logit_bias": {}, "logprobs": False,
    "modalities": ["text"], "service_tier": "auto", "seed": None, "foo": None,
}  # fmt: skip


@pytest.mark.parametrize("model", ["gpt-6.1-terra", "claude-haiku-5-5"])
async def test_what_asks_for_nothing_is_not_named(gateway: Served, model: str) -> None:
    headers = await _headers(gateway, {**USUAL, "model": model})
    assert "x-pointsman-ignored" not in headers
    asked = {"model": model, "max_tokens": 50, "temperature": 1, "top_p": 1, "service_tier": "auto"}
    assert "x-pointsman-ignored" not in await _headers(gateway, asked, MESSAGES)
    other = {"service_tier": "standard_only"}
    named = await _headers(gateway, {**asked, **other}, MESSAGES)
    assert named["x-pointsman-ignored"] == "service_tier"


@pytest.mark.parametrize("stream", [False, True])
async def test_after_a_fallback_it_is_the_one_that_answered_who_counts(
    gateway: Served, stream: bool
) -> None:
    gateway.vendors["openai"].set_rates("500:100%")
    headers = await _headers(gateway, {**DROPPED, "stream": stream})
    assert headers["x-pointsman-model"] == "claude-haiku-5-5"
    assert headers["x-pointsman-ignored"] == BY_HAIKU


@pytest.mark.parametrize("stream", [False, True])
async def test_in_a_race_it_is_the_winner(gateway: Served, stream: bool) -> None:
    asked = {**DROPPED, "stream": stream, "metadata": {"tier": "hedged"}}
    gateway.vendors["openai"].set_rates("slow:100%")
    headers = await _headers(gateway, asked)
    assert headers["x-pointsman-model"] == "claude-haiku-5-5"
    assert headers["x-pointsman-ignored"] == BY_HAIKU


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_from_the_cache_was_given_without_the_same_fields(
    gateway: Served, stream: bool
) -> None:
    asked = {**DROPPED, "metadata": {"tier": "cached"}}
    for cache in ("miss", "hit"):
        headers = await _headers(gateway, {**asked, "stream": stream})
        assert headers["x-pointsman-cache"] == cache
        assert headers["x-pointsman-ignored"] == BY_TERRA


@pytest.mark.parametrize("stream", [False, True])
async def test_a_judged_answer_names_its_own(gateway: Served, stream: bool) -> None:
    asked = {**DROPPED, "stream": stream, "metadata": {"tier": "judged"}}
    headers = await _headers(gateway, asked)
    assert headers["x-pointsman-cascade"] == "kept"
    assert headers["x-pointsman-ignored"] == BY_HAIKU


@pytest.mark.parametrize("stream", [False, True])
async def test_anthropics_clients_are_told_in_their_own_words(
    gateway: Served, stream: bool
) -> None:
    asked = {"model": "gpt-6.1-terra", "max_tokens": 50, "stop_sequences": ["way"], "top_k": 3}
    headers = await _headers(gateway, {**asked, "stream": stream}, MESSAGES)
    assert headers["x-pointsman-ignored"] == "stop_sequences, top_k"


@pytest.mark.parametrize("stream", [False, True])
async def test_nobody_is_asked_for_more_than_it_can_write(gateway: Served, stream: bool) -> None:
    most = {each.name: each.max_output_tokens for each in gateway.house.candidates()}
    for vendor, model in (
        ("openai", "gpt-6.1-terra"),
        ("anthropic", "claude-haiku-5-5"),
        ("dashscope", "qwen3.8-flash"),
    ):
        for wished in (100_000_000, 50):
            await _headers(gateway, {"model": model, "stream": stream, "max_tokens": wished})
            body = gateway.vendors[vendor].log()[-1]["body"]
            sent = body.get("max_completion_tokens") or body["max_tokens"]
            assert sent == min(wished, most[model])
