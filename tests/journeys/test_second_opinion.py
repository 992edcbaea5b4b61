"""A small model reads what our own reader cannot: on the bill, under a deadline, never in the way."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openai
import pytest

from policies.scoring import expect_quality
from router.storage.entries import Entry, decode_plan, decode_signals
from tests.journeys.house import Served, serve
from tests.journeys.scripted_models import Said, ScriptedModels, Slow, serve_models, settings_for

REFUND = json.dumps(
    {"intent": "refund", "intents": ["refund", "urge"], "emotion": "negative",
     "intensity": "strong", "difficulty": "easy"}
)  # fmt: skip
POLICY = """
name: with-a-dispatcher
dispatcher: {use: reading, when: {turns: at least 1}, deadline_seconds: 0.5}
pools:
  reading: {models: [reader]}
  refunds: {models: [strong]}
  rest: {models: [plain]}
constraints:
  - {name: invoices-stay, when: {intent: invoice}, must_stay_local: true}
rules:
  - {name: refunds, when: {intent: refund, confidence: at least 0.7}, use: refunds}
default: {use: rest}
fallbacks: [rest]
"""
GREETING = "hello there"


@contextlib.asynccontextmanager
async def house(
    folder: Path, *reader: Said, policy: str = POLICY
) -> AsyncIterator[tuple[Served, ScriptedModels]]:
    path = folder / "policy.yaml"
    path.write_text(policy, encoding="utf-8")
    lines: dict[str, list[Said]] = {"reader": list(reader), "strong": ["Done."], "plain": ["Hi."]}
    async with serve_models(**lines) as models:
        settings = settings_for(models, str(path), "plain")
        async with serve(folder, vendors=(), **settings) as served:
            yield served, models


async def ask(served: Served, text: str = GREETING, **more: Any) -> tuple[Any, Entry]:
    request = {"model": "auto", "messages": [{"role": "user", "content": text}]} | more
    reply = await served.client().chat.completions.with_raw_response.create(**request)
    return reply, await served.entry(reply.headers["x-request-id"])


def reasons(entry: Entry) -> str:
    return "\n".join(reason.text for reason in decode_plan(entry.request.plan).reasons)


@pytest.mark.parametrize("stream", [False, True])
async def test_what_the_model_reads_decides_and_its_call_is_on_the_bill(
    tmp_path: Path, stream: bool
) -> None:
    async with house(tmp_path, REFUND) as (served, models):
        more = {"stream": True} if stream else {}
        request = {"model": "auto", "messages": [{"role": "user", "content": GREETING}], **more}
        reply = await served.client().chat.completions.with_raw_response.create(**request)
        if stream:
            chunks = [chunk async for chunk in reply.parse()]
            assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "Done."
        entry = await served.entry(reply.headers["x-request-id"])
    signals = decode_signals(entry.request.signals)
    assert (entry.request.rule, entry.request.model) == ("refunds", "strong")
    assert (signals.read_by, signals.intents) == ("model", ("refund", "urge"))
    assert (signals.emotion, signals.is_unsure) == ("negative", False)
    # The model takes it for easy: what was expected before it was asked counts no more.
    assert signals.difficulty == 0.2
    assert signals.expected_quality["strong"] == expect_quality(0.5, 0.2)
    assert [(row.kind, row.model) for row in entry.attempts] == [
        ("dispatcher", "reader"),
        ("primary", "strong"),
    ]
    assert reply.headers["x-pointsman-attempts"] == "2"
    assert Decimal(entry.request.cost_usd or "-1") == 2 * Decimal("0.00012")
    assert "dispatcher: reader reads refund+urge" in reasons(entry)
    asked = models.asked_of("reader")[0]
    assert asked["response_format"]["json_schema"]["strict"] is True
    assert asked["messages"][-1]["content"] == GREETING


@pytest.mark.parametrize("reader", ["gpt-6-luna", "claude-haiku-5-5", "qwen3.8-flash"])
async def test_every_vendors_wire_carries_the_question_and_its_schema(
    tmp_path: Path, reader: str
) -> None:
    policy = tmp_path / "policy.yaml"
    text = f"name: p\ndispatcher: {{use: {reader}, when: {{turns: at least 1}}, deadline_seconds: 10}}\n"
    text += "pools: {rest: {models: [gpt-6.1-terra, qwen3.7-plus]}}\ndefault: {use: rest}\n"
    policy.write_text(text, encoding="utf-8")
    async with serve(tmp_path, policy=str(policy)) as served:
        # The simulators choose the words of a schema that the question names.
        _, entry = await ask(served, "warranty negative strong hard")
    signals = decode_signals(entry.request.signals)
    assert (signals.read_by, signals.intent) == ("model", "warranty")
    assert (signals.emotion, signals.difficulty) == ("negative", 0.8)
    assert (entry.attempts[0].kind, entry.attempts[0].model) == ("dispatcher", reader)
    assert all(row.cost_usd for row in entry.attempts)


async def test_the_same_words_are_asked_about_once(tmp_path: Path) -> None:
    async with house(tmp_path, REFUND) as (served, models):
        await ask(served, "Hello  there")
        _, entry = await ask(served, "hello THERE")
        assert len(models.asked_of("reader")) == 1
    assert entry.request.rule == "refunds"
    assert [row.kind for row in entry.attempts] == ["primary"]
    assert "asked before" in reasons(entry)


async def test_equal_messages_at_the_same_moment_are_asked_about_once(tmp_path: Path) -> None:
    async with house(tmp_path, Slow(0.2, REFUND)) as (served, models):
        entries = [entry for _, entry in await asyncio.gather(*[ask(served) for _ in range(8)])]
        assert len(models.asked_of("reader")) == 1
    assert {entry.request.rule for entry in entries} == {"refunds"}
    kinds = sorted(row.kind for entry in entries for row in entry.attempts)
    assert kinds == ["dispatcher"] + ["primary"] * 8
    assert sum("asked just now" in reasons(entry) for entry in entries) == 7


async def test_a_failure_is_shared_by_those_who_waited_for_the_answer(tmp_path: Path) -> None:
    async with house(tmp_path, Slow(0.2, 500)) as (served, models):
        entries = [entry for _, entry in await asyncio.gather(*[ask(served) for _ in range(4)])]
        assert len(models.asked_of("reader")) == 1
        await ask(served)
        assert len(models.asked_of("reader")) == 2, "a failure is not remembered"
    assert all("so our reader's signals stand" in reasons(entry) for entry in entries)


async def test_where_the_client_that_asks_leaves_another_one_asks(tmp_path: Path) -> None:
    patient = POLICY.replace("deadline_seconds: 0.5", "deadline_seconds: 20")
    async with house(tmp_path, 15.0, REFUND, policy=patient) as (served, models):
        left = asyncio.create_task(ask(served))
        while not models.asked:
            await asyncio.sleep(0.01)
        waiting = asyncio.create_task(ask(served))
        await asyncio.sleep(0.2)
        assert len(models.asked) == 1
        left.cancel()
        _, entry = await asyncio.wait_for(waiting, 5)
    assert entry.request.rule == "refunds"
    assert [row.kind for row in entry.attempts] == ["dispatcher", "primary"]


async def test_each_is_asked_about_where_nothing_is_to_be_remembered(tmp_path: Path) -> None:
    forgetful = POLICY.replace("deadline_seconds: 0.5", "deadline_seconds: 5, cache_seconds: 0")
    async with house(tmp_path, Slow(0.1, REFUND), policy=forgetful) as (served, models):
        await asyncio.gather(*[ask(served) for _ in range(3)])
        assert len(models.asked_of("reader")) == 3


@pytest.mark.parametrize("named", ["plain", "rest", "old-name"])
async def test_a_caller_who_names_a_model_or_a_pool_shows_the_text_to_nobody_else(
    tmp_path: Path, named: str
) -> None:
    policy = POLICY + "aliases: {old-name: rest, whichever: auto}\n"
    async with house(tmp_path, REFUND, policy=policy) as (served, models):
        _, entry = await ask(served, model=named)
        assert not models.asked_of("reader")
        body = {"model": named, "messages": [{"role": "user", "content": GREETING}]}
        told = await served.client().post("/route", body=body, cast_to=object)
        assert "dispatcher: " not in json.dumps(told)
        await ask(served, model="whichever")
        assert len(models.asked_of("reader")) == 1
    assert (entry.request.model, len(entry.attempts)) == ("plain", 1)


@pytest.mark.parametrize(
    "said",
    [
        "I think it is a refund.",
        '{"intent": "refunds", "intents": [], "emotion": "neutral", "intensity": "none", "difficulty": "easy"}',
        '{"intent": "refund"}',
        500,
        429,
        3.0,
    ],
    ids=["prose", "unknown word", "fields missing", "server error", "rate limited", "too late"],
)
async def test_a_model_that_fails_leaves_the_classifiers_reading_and_the_request_lives(
    tmp_path: Path, said: Said
) -> None:
    async with house(tmp_path, said) as (served, _):
        reply, entry = await ask(served)
    assert reply.parse().choices[0].message.content == "Hi."
    assert decode_signals(entry.request.signals).read_by == "classifier"
    assert [row.kind for row in entry.attempts] == ["dispatcher", "primary"]
    assert entry.request.outcome == "answered"
    assert "so our reader's signals stand" in reasons(entry)
    assert "I think" not in entry.request.plan


async def test_what_must_stay_local_is_not_told_to_a_model_outside(tmp_path: Path) -> None:
    async with house(tmp_path, REFUND) as (served, models):
        _, entry = await ask(served, metadata={"must_stay_local": "yes"})
        assert not models.asked_of("reader")
    assert (entry.request.model, len(entry.attempts)) == ("plain", 1)
    assert "nobody of 'reading' may be asked" in reasons(entry)


async def test_what_a_constraint_asked_for_holds_whatever_the_model_reads(tmp_path: Path) -> None:
    local_reader = POLICY.replace("models: [reader]", "models: [plain]")
    async with house(tmp_path, REFUND, policy=local_reader) as (served, models):
        models.lines["plain"] = [REFUND, "Hi."]
        _, entry = await ask(served, "请给我开一张增值税发票")
        assert not models.asked_of("strong")
    plan = decode_plan(entry.request.plan)
    assert (decode_signals(entry.request.signals).intent, plan.must_stay_local) == ("refund", True)
    assert entry.request.model == "plain"
    told = reasons(entry)
    assert "constraint 'invoices-stay', which held before the request was read again" in told
    assert "stay in this house" in told


async def test_a_constraint_that_holds_before_and_after_is_named_once(tmp_path: Path) -> None:
    policy = POLICY.replace(
        "{intent: invoice}, must_stay_local",
        "{turns: at least 1}, needs: tools}\n  - {name: x, when: {turns: above 9}, must_stay_local",
    )
    async with house(tmp_path, REFUND, policy=policy) as (served, _):
        _, entry = await ask(served)
    assert reasons(entry).count("constraint 'invoices-stay'") == 1


async def test_the_model_sees_no_private_data(tmp_path: Path) -> None:
    async with house(tmp_path, REFUND) as (served, models):
        await ask(served, "My phone is 13812345678, money back please")
        asked = json.dumps(models.asked_of("reader"))
    assert "13812345678" not in asked
    assert "PHONE_1" in asked


async def test_asking_what_would_happen_calls_nobody_and_says_that_a_model_would_be_asked(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, REFUND) as (served, models):
        client = served.client()
        body = {"model": "auto", "messages": [{"role": "user", "content": GREETING}]}
        told = await client.post("/route", body=body, cast_to=object)
        assert not models.asked
    assert told["signals"]["read_by"] == "classifier"  # type: ignore[index]
    assert "reader is asked what this is about" in json.dumps(told)


async def test_a_client_that_leaves_while_the_model_reads_is_on_record_as_cancelled(
    tmp_path: Path,
) -> None:
    slow = POLICY.replace("deadline_seconds: 0.5", "deadline_seconds: 20")
    async with house(tmp_path, 15.0, policy=slow) as (served, models):
        left = asyncio.create_task(
            served.client().chat.completions.create(
                model="auto",
                messages=[{"role": "user", "content": GREETING}],
                extra_headers={"x-request-id": "left-early-1"},
            )
        )
        while not models.asked:
            await asyncio.sleep(0.01)
        left.cancel()
        for _ in range(200):
            await asyncio.to_thread(served.house.ledger.flush)
            entry = served.house.ledger.find("left-early-1")
            if entry is not None:
                break
            await asyncio.sleep(0.02)
    assert entry is not None
    assert entry.request.outcome == "cancelled"
    assert [(row.kind, row.outcome) for row in entry.attempts] == [("dispatcher", "cancelled")]


async def test_a_request_that_nobody_may_answer_after_the_reading_still_pays_for_it(
    tmp_path: Path,
) -> None:
    strict = POLICY.replace("models: [strong]", "models: [strong], under_usd: 0.00001")
    strict = strict.replace("use: refunds}", "use: refunds, fallbacks: []}")
    async with house(tmp_path, REFUND, policy=strict) as (served, models):
        with pytest.raises(openai.APIStatusError) as refused:
            await ask(served)
        entry = await served.entry(refused.value.response.headers["x-request-id"])
        assert not models.asked_of("strong")
    assert (refused.value.status_code, entry.request.outcome) == (503, "refused")
    assert [row.kind for row in entry.attempts] == ["dispatcher"]
    assert Decimal(entry.request.cost_usd or "-1") == Decimal("0.00012")
