"""Equal questions at the same moment are one question, and nobody waits for it too long."""

from __future__ import annotations

import asyncio
import json

from providers.calls import Deadline
from router.steps.second_opinion import read_answer
from router.steps.second_opinion.sharing import Sharing
from tests.steps.second_opinion.test_reading import GOOD

KEY = ("one", "question")
READING = read_answer(json.dumps(GOOD))


async def test_whoever_waits_gets_the_answer_and_later_ones_ask_anew() -> None:
    sharing = Sharing()
    with sharing.ask(KEY) as question:
        waiting = [asyncio.create_task(sharing.wait(KEY, Deadline.after(5))) for _ in range(3)]
        await asyncio.sleep(0)
        question.set_result(READING)
    assert await asyncio.gather(*waiting) == [READING] * 3
    assert await sharing.wait(KEY, Deadline.after(5)) is None


async def test_nobody_waits_past_the_deadline_or_for_another_question() -> None:
    sharing = Sharing()
    with sharing.ask(KEY):
        assert isinstance(await sharing.wait(KEY, Deadline.after(0.01)), TimeoutError)
        assert await sharing.wait(("another",), Deadline.after(5)) is None


async def test_where_somebody_gives_up_one_of_those_who_wait_asks_next() -> None:
    sharing = Sharing()
    asked = 0

    async def read() -> object:
        nonlocal asked
        outcome = await sharing.wait(KEY, Deadline.after(5))
        if outcome is not None:
            return outcome
        with sharing.ask(KEY) as question:
            asked += 1
            await asyncio.sleep(0.01)
            question.set_result(READING)
        return READING

    with sharing.ask(KEY):
        waiting = [asyncio.create_task(read()) for _ in range(5)]
        await asyncio.sleep(0)
    assert await asyncio.gather(*waiting) == [READING] * 5
    assert asked == 1
