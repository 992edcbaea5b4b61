"""A cheap model answers first; only what its judges are content with reaches the caller."""

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

from router.storage.entries import Entry, decode_plan
from router.storage.reports import Question
from tests.journeys.house import Served, serve
from tests.journeys.scripted_models import Ended, Said, ScriptedModels, serve_models, settings_for

GOOD = "You can return shoes within seven days if they were not worn."
ALIKE = "You can return the shoes within seven days if they were not worn."
OTHER = "Call our hotline, please."
BETTER = "Within seven days, unworn, with the receipt."
SORRY = "Sorry, that is beyond me. I am a small demo model."
PASS, FAIL = '{"verdict": "pass"}', '{"verdict": "fail"}'
POLICY = """
name: with-a-cascade
terms: {first_token_seconds: 3, deadline_seconds: 20, retries_per_model: 0}
pools:
  small: {models: [first]}
  judging: {models: [judge]}
  large: {models: [strong]}
constraints:
  - {name: asked-to-stay, when: {metadata: {privacy: local}}, must_stay_local: true}
default:
  use: small
  cascade: {judge: JUDGE, escalate: large}
"""
CHECK, AGREEMENT = "{check: judging}", "{agreement: {with: judging, at_least: 0.6}}"
SHAPES = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


@contextlib.asynccontextmanager
async def house(
    folder: Path,
    first: Said | list[Said] = GOOD,
    judge: Said = PASS,
    strong: Said = BETTER,
    *,
    by: str = CHECK,
    changes: dict[str, str] | None = None,
    other: Said | None = None,
) -> AsyncIterator[tuple[Served, ScriptedModels]]:
    text = POLICY.replace("JUDGE", by)
    for before, after in (changes or {}).items():
        text = text.replace(before, after)
    path = folder / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    lines = {
        "first": first if isinstance(first, list) else [first],
        "judge": [judge],
        "strong": [strong],
        **({} if other is None else {"other": [other]}),
    }
    async with serve_models(**lines) as models:
        settings = settings_for(models, str(path), "first")
        async with serve(folder, vendors=(), **settings) as served:
            yield served, models


async def ask(
    served: Served, text: str = "Can I return shoes?", *, stream: bool = False, **more: Any
) -> tuple[str, Any, Entry]:
    request = {"model": "auto", "messages": [{"role": "user", "content": text}], **more}
    reply = await served.client().chat.completions.with_raw_response.create(
        **request, stream=stream
    )
    if stream:
        chunks = [chunk async for chunk in reply.parse()]
        assert chunks[-1].choices[0].finish_reason in ("stop", "length")
        said = "".join(each.choices[0].delta.content or "" for each in chunks)
    else:
        said = reply.parse().choices[0].message.content or ""
    return said, reply.headers, await served.entry(reply.headers["x-request-id"])


def kinds(entry: Entry) -> list[tuple[str, str]]:
    return [(row.kind, row.model) for row in entry.attempts]


def reasons(entry: Entry) -> str:
    return "\n".join(reason.text for reason in decode_plan(entry.request.plan).reasons)


@SHAPES
async def test_an_answer_that_passes_is_given_out_and_the_strong_model_is_never_asked(
    tmp_path: Path, stream: bool
) -> None:
    async with house(tmp_path) as (served, models):
        said, headers, entry = await ask(served, stream=stream)
        shown = models.asked_of("judge")[0]["messages"][-1]["content"]
    assert said == GOOD
    assert (headers["x-pointsman-cascade"], headers["x-pointsman-model"]) == ("kept", "first")
    assert headers["x-pointsman-attempts"] == "2"
    assert kinds(entry) == [("primary", "first"), ("judge", "judge")]
    assert entry.request.model == "first"
    assert "Can I return shoes?" in shown
    assert GOOD in shown
    assert "judge says pass" in reasons(entry)


@SHAPES
async def test_an_answer_that_fails_is_never_seen_and_the_strong_model_answers(
    tmp_path: Path, stream: bool
) -> None:
    async with house(tmp_path, judge=FAIL) as (served, _):
        said, headers, entry = await ask(served, stream=stream)
        answered = list(served.house.ledger.answered(Question()))
    assert said == BETTER
    assert headers["x-pointsman-cascade"] == "escalated: judge says fail"
    assert headers["x-pointsman-model"] == entry.request.model == "strong"
    assert kinds(entry) == [("primary", "first"), ("judge", "judge"), ("fallback", "strong")]
    assert Decimal(entry.request.cost_usd or "-1") == 3 * Decimal("0.00012")
    assert [each.model for each in answered] == ["strong"]


@SHAPES
async def test_an_answer_that_says_it_cannot_help_needs_no_judge_to_be_escalated(
    tmp_path: Path, stream: bool
) -> None:
    async with house(tmp_path, first=SORRY) as (served, _):
        said, headers, entry = await ask(served, stream=stream)
    assert said == BETTER
    assert headers["x-pointsman-cascade"] == "escalated: it says that it cannot help"
    assert kinds(entry) == [("primary", "first"), ("fallback", "strong")]


@pytest.mark.parametrize(("second", "who"), [(ALIKE, "first"), (OTHER, "strong")])
async def test_two_models_that_agree_are_believed_and_two_that_do_not_are_not(
    tmp_path: Path, second: str, who: str
) -> None:
    async with house(tmp_path, judge=second, by=AGREEMENT) as (served, _):
        _, _, entry = await ask(served)
    assert entry.request.model == who
    assert kinds(entry)[1] == ("judge", "judge")
    assert "alike, 0.60 is wanted" in reasons(entry)


async def test_a_model_can_be_held_against_a_second_answer_of_its_own(tmp_path: Path) -> None:
    async with house(tmp_path, first=[GOOD, OTHER], by="{agreement: {}}") as (served, models):
        _, _, entry = await ask(served, temperature=0, seed=7)
        asked = models.asked_of("first")
    assert [body["temperature"] for body in asked] == [0, 0.7]
    assert [body.get("seed") for body in asked] == [7, None]
    assert kinds(entry) == [("primary", "first"), ("judge", "first"), ("fallback", "strong")]


@pytest.mark.parametrize("judge", [500, "Looks fine to me.", 9.0], ids=["down", "prose", "late"])
async def test_a_judge_that_gives_no_verdict_vouches_for_nothing(
    tmp_path: Path, judge: Said
) -> None:
    quick = {"escalate: large": "escalate: large, judge_seconds: 0.4"}
    async with house(tmp_path, judge=judge, changes=quick) as (served, _):
        said, _, entry = await ask(served)
    assert said == BETTER
    assert kinds(entry)[-1] == ("fallback", "strong")


@SHAPES
async def test_a_doubted_answer_is_better_than_none_when_nobody_else_can_answer(
    tmp_path: Path, stream: bool
) -> None:
    async with house(tmp_path, first=SORRY, strong=500) as (served, _):
        said, headers, entry = await ask(served, stream=stream)
    assert said == SORRY
    assert headers["x-pointsman-cascade"] == "kept, though it says that it cannot help"
    assert (entry.request.outcome, entry.request.model) == ("answered", "first")


@SHAPES
async def test_a_first_model_that_is_down_is_escalated_unseen(tmp_path: Path, stream: bool) -> None:
    async with house(tmp_path, first=500) as (served, _):
        said, headers, entry = await ask(served, stream=stream)
    assert (said, entry.request.model) == (BETTER, "strong")
    assert headers["x-pointsman-cascade"] == "escalated: there is none (UpstreamFailedError)"


async def test_a_held_stream_never_waits_past_the_time_to_a_first_token(tmp_path: Path) -> None:
    quick = {"first_token_seconds: 3": "first_token_seconds: 0.5"}
    async with house(tmp_path, first=15.0, changes=quick) as (served, _):
        said, headers, entry = await ask(served, stream=True)
    assert (said, entry.request.model) == (BETTER, "strong")
    assert headers["x-pointsman-cascade"].startswith("escalated: there is none")
    assert (entry.request.seconds or 99) < 5


async def test_what_would_fail_everywhere_is_not_escalated(tmp_path: Path) -> None:
    async with house(tmp_path, first=400) as (served, models):
        with pytest.raises(openai.BadRequestError):
            await ask(served)
        assert not models.asked_of("strong")


async def test_nobody_answers_when_nobody_can(tmp_path: Path) -> None:
    async with house(tmp_path, first=500, strong=500) as (served, _):
        with pytest.raises(openai.InternalServerError):
            await ask(served, stream=True)


async def test_private_data_comes_back_in_a_held_answer_and_no_judge_sees_it(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, first="We call <PHONE_1> today.") as (served, models):
        said, _, _ = await ask(served, "Call me at 13812345678", stream=True)
        assert "13812345678" not in json.dumps(models.asked)
    assert said == "We call 13812345678 today."


async def test_a_function_call_is_not_judged_by_words(tmp_path: Path) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    tool = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
    async with house(tmp_path, first=call) as (served, models):
        reply = await served.client().chat.completions.create(
            model="auto",
            messages=[{"role": "user", "content": "Where is it?"}],
            tools=[tool],  # type: ignore[list-item]
        )
        assert not models.asked_of("judge")
    assert reply.choices[0].message.tool_calls


CUT = Ended("{\n" * 40, "length")
SCHEMA = {
    "type": "object",
    "properties": {
        "days": {"type": "integer"},
        "tags": {"type": "array", "items": {"enum": ["a"]}},
    },
    "required": ["days"],
    "additionalProperties": False,
}
BY_SCHEMA = {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA}}
BY_OBJECT = {"type": "json_object"}
LOOK = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
SEEK = {"id": "c1", "type": "function", "function": {"name": "seek", "arguments": "{}"}}
NAMED = {"type": "function", "function": {"name": "look"}}


@SHAPES
@pytest.mark.parametrize(
    ("first", "asked", "why"),
    [
        (Ended(GOOD, "length"), {}, "it was cut off"),
        (Ended(GOOD, "length"), {"max_tokens": 500}, "it was cut off"),
        (CUT, {"response_format": BY_OBJECT}, "it was cut off"),
        (CUT, {"response_format": BY_OBJECT, "max_tokens": 10}, "it is no valid JSON"),
        (Ended(GOOD, "content_filter"), {}, "it was filtered"),
        ("  ", {}, "it is empty"),
        (GOOD, {"response_format": BY_OBJECT}, "it is no valid JSON"),
        ("[" * 5_000, {"response_format": BY_OBJECT}, "it is no valid JSON"),
        ("[1]", {"response_format": BY_OBJECT}, "it is no JSON object"),
        ("{}", {"response_format": BY_SCHEMA}, "it breaks the schema: `days` is missing"),
        ('{"days": "7"}', {"response_format": BY_SCHEMA}, "it breaks the schema: `days` is no integer"),
        ('{"days": 7, "x": 1}', {"response_format": BY_SCHEMA}, "it breaks the schema: the answer has a key that is not in it"),
        ('{"days": 7, "tags": ["b"]}', {"response_format": BY_SCHEMA}, "it breaks the schema: `tags[]` is none of the values on offer"),
        (GOOD, {"tools": [LOOK], "tool_choice": "required"}, "it calls no function, and one was asked for"),
        (GOOD, {"tools": [LOOK], "tool_choice": NAMED}, "it calls no function, and one was asked for"),
        (SEEK, {"tools": [LOOK]}, "it calls a function that is not on offer"),
    ],
)  # fmt: skip
async def test_what_is_cut_filtered_empty_or_of_a_wrong_form_is_escalated_unjudged(
    tmp_path: Path, first: Said, asked: dict[str, Any], why: str, stream: bool
) -> None:
    async with house(tmp_path, first=first) as (served, models):
        said, headers, entry = await ask(served, stream=stream, **asked)
        assert not models.asked_of("judge")
    assert said == BETTER
    assert headers["x-pointsman-cascade"] == f"escalated: {why}"
    assert f"the first answer is not given out: {why}" in reasons(entry)


@SHAPES
@pytest.mark.parametrize(
    ("first", "asked"),
    [
        (Ended(GOOD, "length"), {"max_tokens": 10}),
        ('{"days": 7}', {"response_format": BY_OBJECT}),
        ('{"days": 7, "tags": ["a"]}', {"response_format": BY_SCHEMA}),
        (GOOD, {"tools": [LOOK], "tool_choice": "auto"}),
    ],
)
async def test_what_is_of_the_form_that_was_asked_for_is_judged_and_kept(
    tmp_path: Path, first: Said, asked: dict[str, Any], stream: bool
) -> None:
    async with house(tmp_path, first=first) as (served, models):
        _, headers, _ = await ask(served, stream=stream, **asked)
        assert models.asked_of("judge")
    assert headers["x-pointsman-cascade"] == "kept"


async def test_what_must_stay_local_is_neither_judged_nor_answered_outside(tmp_path: Path) -> None:
    async with house(tmp_path, first=SORRY) as (served, models):
        said, headers, entry = await ask(served, metadata={"privacy": "local"})
        assert {body["model"] for body in models.asked} == {"first"}
    assert said == SORRY
    assert "x-pointsman-cascade" not in headers
    assert "cascade: nobody stands behind the first pool" in reasons(entry)


async def test_several_answers_at_once_and_a_named_model_are_not_judged(tmp_path: Path) -> None:
    async with house(tmp_path) as (served, models):
        _, _, entry = await ask(served, n=2)
        await ask(served, model="first")
        assert {body["model"] for body in models.asked} == {"first"}
    assert "cascade: several answers are wanted" in reasons(entry)
    assert "is judged; then" not in reasons(entry)


async def test_no_word_of_a_judged_answer_is_in_the_ledger(tmp_path: Path) -> None:
    async with house(tmp_path, first="zebra-words", judge=FAIL) as (served, _):
        _, _, entry = await ask(served)
    assert "zebra" not in repr(entry)


MANY = {"retries_per_model: 0": "retries_per_model: 5, max_attempts: 4"}


@SHAPES
async def test_the_first_pool_uses_half_of_the_calls_and_all_together_no_more_than_there_may_be(
    tmp_path: Path, stream: bool
) -> None:
    async with house(tmp_path, first=500, strong=500, changes=MANY) as (served, models):
        with pytest.raises(openai.InternalServerError) as caught:
            await ask(served, stream=stream)
        asked = [body["model"] for body in models.asked]
    assert asked == ["first", "first", "strong", "strong"]
    assert "All 4 calls failed" in str(caught.value)
    assert str(caught.value).count("first: ") == str(caught.value).count("strong: ") == 2


async def test_a_judgement_is_no_try_for_an_answer(tmp_path: Path) -> None:
    two = {"retries_per_model: 0": "retries_per_model: 5, max_attempts: 2"}
    async with house(tmp_path, first=GOOD, judge=FAIL, strong=500, changes=two) as (served, models):
        said, _, entry = await ask(served)
        asked = [body["model"] for body in models.asked]
    assert said == GOOD
    assert asked == ["first", "judge", "strong"]
    assert kinds(entry)[-1] == ("fallback", "strong")


CACHED = {"retries_per_model: 0": "retries_per_model: 0, cache: true"}


async def _one_after_the_other(served: Served, times: int) -> list[tuple[str, str, str]]:
    told = []
    for _ in range(times):
        said, headers, _ = await ask(served)
        told.append((said, headers["x-pointsman-cache"], headers["x-pointsman-cascade"]))
    return told


async def test_an_answer_that_stood_in_for_a_failed_first_model_is_not_kept(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, first=[503, GOOD], changes=CACHED) as (served, _):
        told = await _one_after_the_other(served, 2)
        _, headers, _ = await ask(served)
        assert headers["x-pointsman-cache"] == "hit"
    assert told == [
        (BETTER, "miss", "escalated: there is none (OverloadedError)"),
        (GOOD, "miss", "kept"),
    ]


async def test_an_answer_that_stood_in_for_a_failed_judge_is_not_kept(tmp_path: Path) -> None:
    async with house(tmp_path, judge=500, changes=CACHED) as (served, models):
        (told,) = await _one_after_the_other(served, 1)
        models.lines["judge"] = [PASS]
        (after,) = await _one_after_the_other(served, 1)
    assert told == (BETTER, "miss", "escalated: the check failed (UpstreamFailedError)")
    assert after == (GOOD, "miss", "kept")


async def test_an_answer_that_was_wanted_because_judges_were_not_content_is_kept(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, judge=FAIL, changes=CACHED) as (served, models):
        (told,) = await _one_after_the_other(served, 1)
        said, headers, _ = await ask(served)
        assert len(models.asked) == 3
    assert told == (BETTER, "miss", "escalated: judge says fail")
    assert (said, headers["x-pointsman-cache"]) == (BETTER, "hit")


@pytest.mark.parametrize("rests", ["judge", "strong"])
async def test_an_answer_from_while_somebody_rested_is_not_given_again_afterwards(
    tmp_path: Path, rests: str
) -> None:
    two = {**CACHED, "large: {models: [strong]}": "large: {models: [strong, other]}"}
    async with house(tmp_path, judge=FAIL, changes=two, other="Anybody.") as (served, _):
        (resting,) = served.house.dispatcher._upstreams[rests]
        resting.rest(30)
        await _until_known(served, rests, is_available=False)
        said, headers, _ = await ask(served)
        assert headers["x-pointsman-cache"] == "miss"
        assert said == (GOOD if rests == "judge" else "Anybody.")
        resting._resting_until = 0.0
        await _until_known(served, rests, is_available=True)
        said, headers, _ = await ask(served)
    assert (said, headers["x-pointsman-cache"]) == (BETTER, "miss")


async def _until_known(served: Served, model: str, *, is_available: bool) -> None:
    async with asyncio.timeout(5):
        while served.house.dispatcher.health()[model].is_available is not is_available:
            await asyncio.sleep(0.05)


@SHAPES
async def test_a_call_of_a_function_is_given_out_unjudged_and_no_header_says_otherwise(
    tmp_path: Path, stream: bool
) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    async with house(tmp_path, first=[call]) as (served, models):
        request: Any = {
            "model": "auto",
            "messages": [{"role": "user", "content": "Look it up."}],
            "tools": [LOOK],
            "stream": stream,
        }
        client = served.client().chat.completions.with_raw_response
        reply = await client.create(**request)
        if stream:
            assert [chunk async for chunk in reply.parse()]
        entry = await served.entry(reply.headers["x-request-id"])
        assert [body["model"] for body in models.asked] == ["first"]
    assert "x-pointsman-cascade" not in reply.headers
    assert "cascade: the first answer is given out unjudged: it calls a function" in reasons(entry)
