"""Equal requests are answered once, where their rule says so; nobody gets what is not theirs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import anthropic
import openai
import pytest

from router.commands.asking import open_question, suppose
from router.pipeline.calls import Journey
from router.steps.access import hash_key
from router.storage.entries import decode_plan
from router.storage.reports import Question
from tests.journeys.house import Served, serve
from tests.journeys.scripted_models import Said, ScriptedModels, serve_models, settings_for

ANSWERS = ["We ship to forty countries.", "Nearly anywhere.", "To most places."]
POLICY = """
name: with-a-cache
terms: {cache: true, retries_per_model: 0}
pools:
  cheap: {models: [small]}
  behind: {models: [large]}
rules:
  - {name: fresh, when: {metadata: {app: news}}, use: cheap, terms: {cache: false}}
  - {name: shared, when: {metadata: {app: faq}}, use: cheap, terms: {cache_across_users: true}}
default: {use: cheap}
fallbacks: [behind]
"""
QUESTION = "Do you ship abroad?"


@contextlib.asynccontextmanager
async def house(
    folder: Path, small: list[Said] | None = None, **settings: Any
) -> AsyncIterator[tuple[Served, ScriptedModels]]:
    path = folder / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    lines: dict[str, list[Said]] = {"small": small or list(ANSWERS), "large": ["I stand in."]}
    async with serve_models(**lines) as models:
        whole = {**settings_for(models, str(path)), **settings}
        async with serve(folder, vendors=(), **whole) as served:
            yield served, models


async def ask(
    served: Served, text: str = QUESTION, *, key: str = "any", stream: bool = False, **more: Any
) -> tuple[str, Any]:
    """What was said, and the headers."""
    asked = {"model": "auto", "messages": [{"role": "user", "content": text}], **more}
    client = served.client(key).chat.completions.with_raw_response
    reply = await client.create(**asked, stream=stream)
    if not stream:
        return reply.parse().choices[0].message.content, reply.headers
    chunks = [chunk async for chunk in reply.parse()]
    return "".join(
        each.choices[0].delta.content or "" for each in chunks if each.choices
    ), reply.headers


def word(headers: Any) -> str | None:
    found: str | None = headers.get("x-pointsman-cache")
    return found


@pytest.mark.parametrize("first", [False, True], ids=["whole first", "stream first"])
@pytest.mark.parametrize("second", [False, True], ids=["then whole", "then stream"])
async def test_the_second_of_two_equal_requests_calls_nobody(
    tmp_path: Path, first: bool, second: bool
) -> None:
    async with house(tmp_path) as (served, models):
        said, headers = await ask(served, stream=first)
        again, hit = await ask(served, stream=second)
        assert (word(headers), word(hit)) == ("miss", "hit")
        assert said == again == ANSWERS[0]
        assert len(models.asked) == 1
        assert hit["x-pointsman-attempts"] == "0"
        assert (hit["x-pointsman-model"], hit["x-pointsman-provider"]) == ("small", "mine")


async def test_a_hit_costs_exactly_nothing_and_the_ledger_says_what_it_saved(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as (served, _):
        _, first = await ask(served)
        _, hit = await ask(served)
        assert hit["x-pointsman-cost"] == "0"
        paid = Decimal(first["x-pointsman-cost"])
        entry = await served.entry(hit["x-request-id"])
        row = entry.request
        assert (row.cache, row.model, row.outcome, row.cost_usd) == (
            "hit",
            "small",
            "answered",
            "0",
        )
        assert Decimal(row.saved_usd or "0") == paid > 0
        assert entry.attempts == ()
        (reason,) = [
            each for each in decode_plan(row.plan).reasons if each.text.startswith("cache:")
        ]
        assert reason.holds
        before = (await served.entry(first["x-request-id"])).request
        assert (before.cache, before.saved_usd) == ("miss", None)
        report = served.house.ledger.report(Question(by="model"))
        (line,) = report.lines
        assert (line.name, line.requests, line.attempts, line.cache_hits) == ("small", 2, 1, 1)
        assert line.saved_usd == line.cost_usd == paid
        async with aiohttp.ClientSession() as session:
            url = f"{served.url}/v1/route/{hit['x-request-id']}"
            told = await (await session.get(url)).json()
            metrics = await (await session.get(f"{served.url}/metrics")).text()
        assert (told["cache"], told["saved_usd"], told["cost_usd"]) == ("hit", row.saved_usd, "0")
        for result in ("hit", "miss"):
            name = "pointsman_cache_lookups_total"
            assert f'{name}{{result="{result}",rule="default"}} 1.0' in metrics
        assert "pointsman_cache_entries 1.0" in metrics


async def test_a_hit_brings_the_usage_of_the_answer_and_a_cost_of_zero(tmp_path: Path) -> None:
    asked: Any = {"model": "auto", "messages": [{"role": "user", "content": QUESTION}]}
    async with house(tmp_path) as (served, _):
        first = await served.client().chat.completions.create(**asked)
        stream = await served.client().chat.completions.create(
            **asked, stream=True, stream_options={"include_usage": True}
        )
        chunks = [chunk async for chunk in stream]
        usage = chunks[-1].usage
        assert usage is not None and first.usage is not None
        assert (usage.prompt_tokens, usage.completion_tokens) == (100, 10)
        assert usage.total_tokens == first.usage.total_tokens
        assert Decimal(str((usage.model_extra or {})["cost"])) == 0
        assert chunks[-2].choices[0].finish_reason == "stop"


async def test_a_hit_is_a_well_formed_stream_on_anthropics_wire_too(tmp_path: Path) -> None:
    asked: Any = {
        "model": "auto",
        "max_tokens": 50,
        "messages": [{"role": "user", "content": QUESTION}],
    }
    async with house(tmp_path) as (served, models):
        await ask(served, max_tokens=50)
        async with anthropic.AsyncAnthropic(
            base_url=served.url, api_key="any", max_retries=0
        ) as client:
            kinds: list[str] = []
            async with client.messages.stream(**asked) as stream:
                assert word(stream.response.headers) == "hit"
                async for event in stream:
                    kinds.append(event.type)
                message = await stream.get_final_message()
            assert (kinds[0], kinds[-1]) == ("message_start", "message_stop")
            assert message.content[0].type == "text"
            assert message.content[0].text == ANSWERS[0]
            assert (message.stop_reason, message.usage.output_tokens) == ("end_turn", 10)
        assert len(models.asked) == 1


KEYS = [
    {"name": "one", "sha256": hash_key("pm-one-0000000001"), "tenant": "a"},
    {"name": "two", "sha256": hash_key("pm-two-0000000002"), "tenant": "b"},
    {"name": "both", "sha256": hash_key("pm-both-000000003")},
]


async def test_tenants_keys_and_users_have_answers_of_their_own(tmp_path: Path) -> None:
    async with house(tmp_path, keys=KEYS) as (served, models):
        words = []
        for key, who in [
            ("pm-one-0000000001", {}),
            ("pm-two-0000000002", {}),
            ("pm-both-000000003", {"tenant": "a"}),
            ("pm-both-000000003", {"tenant": "b"}),
            ("pm-both-000000003", {"tenant": "b", "user": "u1"}),
            ("pm-both-000000003", {"tenant": "b", "user": "u2"}),
            ("pm-both-000000003", {"tenant": "b", "user": "u2"}),
        ]:
            _, headers = await ask(served, key=key, metadata=who)
            words.append(word(headers))
        assert words == ["miss"] * 6 + ["hit"]
        assert len(models.asked) == 6


async def test_users_share_answers_only_by_a_rule_that_says_so_and_tenants_never(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as (served, _):
        for tenant, user, expected in [("a", "1", "miss"), ("a", "2", "hit"), ("b", "2", "miss")]:
            who = {"app": "faq", "tenant": tenant, "user": user}
            _, headers = await ask(served, metadata=who)
            assert word(headers) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("你們寄到國外嗎", ["miss", "hit"]),
        ("我的訂單987654321到哪了", ["off", "off"]),
        ("上週五買的什麼時候到", ["off", "off"]),
        ("退我三百八十塊", ["off", "off"]),
        ("貨運單號 A1234567 查一下", ["off", "off"]),
    ],
)
async def test_in_traditional_script_too_one_users_case_is_never_anothers_answer(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    async with house(tmp_path) as (served, models):
        who = [{"app": "faq", "tenant": "a", "user": user} for user in ("alice", "bob")]
        assert [word((await ask(served, text, metadata=each))[1]) for each in who] == words
        assert len(models.asked) == 2 - words.count("hit")


@pytest.mark.parametrize(
    "text",
    [
        "My phone is 13812345678. Do you ship abroad?",
        "Where is my order JD20261120099?",
    ],
)
async def test_what_is_about_one_person_is_never_kept(tmp_path: Path, text: str) -> None:
    async with house(tmp_path) as (served, models):
        words = [word((await ask(served, text))[1]) for _ in range(2)]
        assert words == ["off", "off"]
        assert len(models.asked) == 2
        _, headers = await ask(served, text)
        entry = await served.entry(headers["x-request-id"])
        assert "cache: not looked at" in entry.request.plan
        assert (entry.request.cache, "13812345678" in entry.request.plan) == ("off", False)


async def test_a_conversation_that_once_held_private_data_stays_out(tmp_path: Path) -> None:
    async with house(tmp_path) as (served, _):
        session = {"session": "s1", "user": "u1"}
        await ask(served, "My phone is 13812345678.", metadata=session)
        _, headers = await ask(served, metadata=session)
        assert word(headers) == "off"


async def test_without_masking_nothing_is_kept(tmp_path: Path) -> None:
    async with house(tmp_path, privacy={"enabled": False}) as (served, _):
        assert [word((await ask(served))[1]) for _ in range(2)] == ["off", "off"]


@pytest.mark.parametrize(
    "more", [{"temperature": 0.7}, {"n": 2}, {"logprobs": True}], ids=lambda more: next(iter(more))
)
async def test_what_is_left_to_chance_is_asked_anew(tmp_path: Path, more: dict[str, Any]) -> None:
    async with house(tmp_path) as (served, models):
        assert [word((await ask(served, **more))[1]) for _ in range(2)] == ["off", "off"]
        assert len(models.asked) == 2


async def test_a_call_of_a_tool_is_never_kept(tmp_path: Path) -> None:
    call: Said = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    tools = [{"type": "function", "function": {"name": "f"}}]
    async with house(tmp_path, [call]) as (served, models):
        for stream in (False, True, False):
            _, headers = await ask(served, stream=stream, tools=tools)
            assert word(headers) == "miss"
        assert len(models.asked) == 3


async def test_an_answer_of_a_fallback_is_never_kept(tmp_path: Path) -> None:
    async with house(tmp_path, [500, ANSWERS[0]]) as (served, _):
        told = [await ask(served) for _ in range(3)]
        assert [said for said, _ in told] == ["I stand in.", ANSWERS[0], ANSWERS[0]]
        assert [word(headers) for _, headers in told] == ["miss", "miss", "hit"]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_cut_answer_is_never_kept(tmp_path: Path, stream: bool) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(
        "name: one\nterms: {cache: true}\npools: {one: {models: [gpt-6-luna]}}\n"
        "default: {use: one}\n"
    )
    async with serve(tmp_path, vendors=("openai",), policy=str(path)) as served:
        asked: Any = {"messages": [{"role": "user", "content": QUESTION}], "max_tokens": 3}
        cut = await served.client().chat.completions.create(model="auto", **asked)
        assert cut.choices[0].finish_reason == "length"
        _, headers = await ask(served, stream=stream, max_tokens=3)
        assert word(headers) == "miss"
        _, headers = await ask(served, stream=not stream, max_tokens=3)
        assert word(headers) == "miss"
        assert len(served.upstream_requests()) == 3


async def test_a_broken_stream_is_never_kept(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(
        "name: one\nterms: {cache: true}\npools: {one: {models: [gpt-6-luna]}}\n"
        "default: {use: one}\n"
    )
    async with serve(tmp_path, vendors=("openai",), policy=str(path)) as served:
        for _ in range(2):
            body = {
                "model": "auto",
                "stream": True,
                "messages": [{"role": "user", "content": "[[simulate:cut@3]] tell me a story"}],
            }
            async with (
                aiohttp.ClientSession() as session,
                session.post(f"{served.url}/v1/chat/completions", json=body) as reply,
            ):
                text = await reply.text()
                assert word(reply.headers) == "miss"
            assert "[DONE]" not in text


async def test_a_client_that_leaves_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(
        "name: one\nterms: {cache: true}\npools: {one: {models: [gpt-6-luna]}}\n"
        "default: {use: one}\n"
    )
    body = {
        "model": "auto",
        "stream": True,
        "messages": [{"role": "user", "content": "[[simulate:stall@3]] tell me a story"}],
    }
    async with serve(tmp_path, vendors=("openai",), policy=str(path)) as served:
        async with aiohttp.ClientSession() as session:
            reply = await session.post(f"{served.url}/v1/chat/completions", json=body)
            await reply.content.readany()
            reply.close()
        async with asyncio.timeout(5):
            while not any(each["disconnected_at"] for each in served.upstream_requests()):
                await asyncio.sleep(0.02)
        metrics = served.house.metrics.render().decode()
        assert "pointsman_cache_entries 0.0" in metrics


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"extra_headers": {"cache-control": "no-store"}}, False),
        ({"extra_headers": {"cache-control": "max-age=0, No-Cache"}}, True),
        ({"extra_headers": {"x-pointsman-cache": "no-store"}}, False),
        ({"metadata": {"cache": "no-cache"}}, True),
    ],
)
async def test_a_caller_can_ask_for_a_new_answer(
    tmp_path: Path, said: dict[str, Any], kept: bool
) -> None:
    async with house(tmp_path) as (served, _):
        await ask(served)
        answer, headers = await ask(served, **said)
        assert (answer, word(headers)) == (ANSWERS[1], "off")
        after, headers = await ask(served)
        assert (after, word(headers)) == (ANSWERS[1] if kept else ANSWERS[0], "hit")


async def test_a_wish_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path) as (served, _):
        with pytest.raises(openai.BadRequestError, match="no-store"):
            await ask(served, metadata={"cache": "nostore"})


async def test_a_rule_without_the_cache_says_nothing_of_it(tmp_path: Path) -> None:
    async with house(tmp_path) as (served, models):
        for _ in range(2):
            _, headers = await ask(served, metadata={"app": "news"})
            assert word(headers) is None
            entry = await served.entry(headers["x-request-id"])
            assert entry.request.cache == ""
        assert len(models.asked) == 2


async def test_a_configuration_can_turn_it_off(tmp_path: Path) -> None:
    async with house(tmp_path, cache={"enabled": False}) as (served, models):
        assert [word((await ask(served))[1]) for _ in range(2)] == ["off", "off"]
        assert len(models.asked) == 2


async def test_another_policy_answers_anew(tmp_path: Path) -> None:
    async with house(tmp_path) as (served, _):
        await ask(served)
        (tmp_path / "policy.yaml").write_text(
            POLICY.replace("retries_per_model: 0", "max_attempts: 2")
        )
        assert served.house.policies.reload().is_good
        _, headers = await ask(served)
        assert word(headers) == "miss"


async def test_an_answer_is_old_after_its_time(tmp_path: Path) -> None:
    async with house(tmp_path, cache={"seconds": 0.2}) as (served, _):
        await ask(served)
        await asyncio.sleep(0.25)
        assert word((await ask(served))[1]) == "miss"


async def test_route_says_what_the_cache_would_and_calls_nobody(tmp_path: Path) -> None:
    body = {"model": "auto", "messages": [{"role": "user", "content": QUESTION}]}
    async with house(tmp_path) as (served, models), aiohttp.ClientSession() as session:
        said = []
        for _ in range(2):
            told = await (await session.post(f"{served.url}/v1/route", json=body)).json()
            said.append(told["plan"]["reasons"][-1]["text"])
            await ask(served)
        assert "no equal request was answered" in said[0]
        assert "small has answered an equal request" in said[1]
        assert len(models.asked) == 1
        for more, why in (
            ((), "would be looked up; this process"),
            (["cache=no-store"], "the caller wants none"),
        ):
            told = served.house.gateway.consider(
                open_question(QUESTION, "auto", {}, more), suppose("", None)
            )
            assert isinstance(told, Journey) and why in told.plan.reasons[-1].text
