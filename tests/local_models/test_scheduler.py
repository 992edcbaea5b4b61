"""Many streams share one model, and none of them notices the others."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing

import pytest

from local_models.engine import Sampling
from local_models.errors import (
    EngineBusyError,
    EngineStoppedError,
    GrammarError,
    PromptTooLongError,
)
from local_models.streams import common_start, share_out
from tests.local_models.models import ENDLESS, GREEDY, ask, opened, prompt

QUESTIONS = [
    "我的快递到哪了",
    "I want a refund for my shoes",
    "怎么开发票",
    "how long is the warranty",
    "你好",
    "write a poem",
    "转人工",
    "my coupon does not work",
    "where is my parcel, order 20261234",
    "我要投诉你们",
]


async def test_streams_that_share_the_model_say_what_each_says_alone() -> None:
    async with opened(slots=4) as scheduler:
        alone = [await ask(scheduler, prompt(question)) for question in QUESTIONS]
        together = await asyncio.gather(*(ask(scheduler, prompt(q)) for q in QUESTIONS))
    assert [said for said, _ in together] == [said for said, _ in alone]
    assert all(done.reason == "stop" and said for said, done in together)


async def test_counts_are_exact_and_the_end_token_is_not_counted() -> None:
    async with opened() as scheduler:
        text = prompt("怎么开发票")
        said, done = await ask(scheduler, text)
        assert done.prompt_tokens == scheduler.count(text)
        assert done.completion_tokens == scheduler.count(said)


async def test_a_prompt_that_begins_like_an_earlier_one_is_not_read_twice() -> None:
    async with opened() as scheduler:
        first = prompt("怎么开发票")
        said, before = await ask(scheduler, first)
        longer = prompt("怎么开发票", said, "谢谢")
        steps = scheduler.steps
        reused, after = await ask(scheduler, longer, max_tokens=4)
    assert before.cached_tokens == 0
    assert after.cached_tokens >= before.prompt_tokens
    assert scheduler.steps - steps <= 5
    async with opened() as fresh:
        assert (await ask(fresh, longer, max_tokens=4))[0] == reused


async def test_a_seed_makes_chance_repeatable_and_another_seed_changes_it() -> None:
    hot = Sampling(temperature=3.0, seed=7)
    async with opened() as scheduler:
        first, _ = await ask(scheduler, prompt("hello"), hot, max_tokens=30)
        again, _ = await ask(scheduler, prompt("hello"), hot, max_tokens=30)
        other, _ = await ask(
            scheduler, prompt("hello"), Sampling(temperature=3.0, seed=8), max_tokens=30
        )
    assert first == again
    assert first != other


async def test_max_tokens_and_the_window_end_an_answer_with_length() -> None:
    async with opened(window_tokens=64) as scheduler:
        _, short = await ask(scheduler, prompt("hi"), ENDLESS, max_tokens=5)
        _, full = await ask(scheduler, prompt("hi"), ENDLESS)
    assert (short.reason, short.completion_tokens) == ("length", 5)
    assert full.reason == "length"
    assert full.prompt_tokens + full.completion_tokens == 64


async def test_a_stop_string_ends_the_answer_and_is_never_shown() -> None:
    async with opened() as scheduler:
        whole, _ = await ask(scheduler, prompt("怎么开发票"))
        stop = whole[6:9]
        said, done = await ask(scheduler, prompt("怎么开发票"), stop=(stop, "never said"))
    assert said == whole[: whole.index(stop)]
    assert done.reason == "stop"


async def test_a_frequency_penalty_evens_out_what_is_repeated() -> None:
    two_signs = 'root ::= ("买" | "卖") root'
    even = Sampling(temperature=0, frequency_penalty=50.0, grammar=two_signs)
    async with opened() as scheduler:
        said, _ = await ask(scheduler, prompt("hi"), even, max_tokens=20)
    assert abs(said.count("买") - said.count("卖")) <= 2


async def test_a_prompt_without_room_for_an_answer_is_refused_with_both_numbers() -> None:
    async with opened(window_tokens=64) as scheduler:
        with pytest.raises(PromptTooLongError, match="window holds 64") as refused:
            await ask(scheduler, prompt("退款" * 100))
    assert refused.value.prompt_tokens > 64


async def test_a_full_waiting_line_refuses_at_once() -> None:
    async with opened(slots=1, max_waiting=2) as scheduler:
        tasks = [
            asyncio.create_task(ask(scheduler, prompt("hi"), ENDLESS, max_tokens=900))
            for _ in range(3)
        ]
        while scheduler.load != (1, 2):
            await asyncio.sleep(0.005)
        with pytest.raises(EngineBusyError, match="2 requests wait"):
            await ask(scheduler, prompt("hi"))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_waiting_stream_starts_when_another_one_ends() -> None:
    async with opened(slots=1) as scheduler:
        answers = await asyncio.gather(*(ask(scheduler, prompt(q)) for q in QUESTIONS[:4]))
    assert all(done.reason == "stop" for _, done in answers)


async def test_a_long_prompt_does_not_silence_a_stream_that_is_speaking() -> None:
    """Each step runs one token of the speaker and only a bite of the reader's prompt."""
    async with opened(slots=2, window_tokens=2048) as scheduler:
        speaker = scheduler.generate(prompt("hi"), sampling=ENDLESS, max_tokens=400)
        async with aclosing(speaker):
            await anext(speaker)
            reader = asyncio.create_task(ask(scheduler, prompt("退款" * 900), max_tokens=1))
            heard = 0
            while not reader.done():
                await anext(speaker)
                heard += 1
            await reader
    assert heard >= 3


async def test_leaving_in_the_middle_frees_the_slot_and_the_model_stands_still() -> None:
    async with opened(slots=1, window_tokens=4096) as scheduler:
        events = scheduler.generate(prompt("hi"), sampling=ENDLESS)
        await anext(events)
        left_at = time.monotonic()
        await events.aclose()
        while scheduler.load != (0, 0):
            await asyncio.sleep(0.002)
        seconds = time.monotonic() - left_at
        steps = scheduler.steps
        await asyncio.sleep(0.1)
        assert scheduler.steps == steps
        said, _ = await ask(scheduler, prompt("怎么开发票"))
    assert said
    assert seconds < 5


async def test_a_cancelled_task_that_still_waits_never_runs() -> None:
    async with opened(slots=1) as scheduler:
        running = asyncio.create_task(ask(scheduler, prompt("hi"), ENDLESS, max_tokens=900))
        waiting = asyncio.create_task(ask(scheduler, prompt("hi"), ENDLESS))
        while scheduler.load != (1, 1):
            await asyncio.sleep(0.002)
        waiting.cancel()
        _, done = await running
        while scheduler.load != (0, 0):
            await asyncio.sleep(0.002)
        assert scheduler.steps <= done.completion_tokens + 2
    assert done.completion_tokens == 900


async def test_a_broken_grammar_is_told_to_the_one_who_sent_it() -> None:
    async with opened() as scheduler:
        with pytest.raises(GrammarError, match="cannot read the grammar"):
            await ask(scheduler, prompt("hi"), Sampling(grammar="root ::= ("))
        assert (await ask(scheduler, prompt("怎么开发票")))[0]


async def test_closing_in_the_middle_tells_every_stream_and_refuses_new_ones() -> None:
    async with opened(slots=2) as scheduler:
        tasks = [
            asyncio.create_task(ask(scheduler, prompt("hi"), ENDLESS, max_tokens=900))
            for _ in range(5)
        ]
        while scheduler.load != (2, 3):
            await asyncio.sleep(0.002)
        await scheduler.close()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [EngineStoppedError] * 5
        with pytest.raises(EngineStoppedError, match="closed"):
            await ask(scheduler, prompt("hi"))
        with pytest.raises(EngineStoppedError):
            scheduler.count("hi")


async def test_opening_cancelling_and_closing_over_and_over_is_safe() -> None:
    for round_number in range(4):
        async with opened(slots=3, window_tokens=512) as scheduler:
            tasks = [asyncio.create_task(ask(scheduler, prompt(q), GREEDY)) for q in QUESTIONS]
            await asyncio.sleep(0.01 * round_number)
            for task in tasks[::2]:
                task.cancel()
            if round_number % 2:
                await scheduler.close()
            await asyncio.gather(*tasks, return_exceptions=True)
            async with asyncio.timeout(30):  # a place comes free at the end of the step under way
                while scheduler.load != (0, 0):
                    await asyncio.sleep(0.002)


async def test_two_closings_at_once_are_one() -> None:
    async with opened() as scheduler:
        await asyncio.gather(scheduler.close(), scheduler.close())
        assert scheduler.load == (0, 0)


def test_a_budget_is_shared_evenly_and_leftovers_go_to_later_wishes() -> None:
    assert share_out(64, [10, 100, 100]) == [10, 27, 27]
    assert share_out(64, [1000]) == [64]
    assert share_out(2, [50, 50, 50]) == [1, 1, 0]
    assert share_out(0, [5]) == [0]


def test_the_common_start_counts_equal_tokens_only_from_the_front() -> None:
    assert common_start([1, 2, 3], [1, 2, 4]) == 2
    assert common_start([1, 2], [1, 2, 3]) == 2
    assert common_start([], [1]) == 0
