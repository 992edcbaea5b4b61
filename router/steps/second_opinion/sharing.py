"""Equal messages at the same moment are asked about once: the first asks, the others wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from providers.calls import Deadline
from router.steps.second_opinion.memory import Key
from router.steps.second_opinion.reading import Reading

Outcome = Reading | Exception | None
"""What asking gave; None: whoever asked gave up for reasons of its own, so it says nothing."""
Question = asyncio.Future[Outcome]


class Sharing:
    """The questions that are under way."""

    def __init__(self) -> None:
        self._under_way: dict[Key, Question] = {}

    async def wait(self, key: Key, deadline: Deadline) -> Outcome:
        """What an equal question under way gives; None when there is none: then `ask` it.

        Where somebody gave up, one of those who waited asks next. `TimeoutError` is given to
        whoever has waited until the deadline.
        """
        while (question := self._under_way.get(key)) is not None:
            await asyncio.wait([question], timeout=deadline.left())
            if not question.done():
                return TimeoutError()
            if (outcome := question.result()) is not None:
                return outcome
        return None

    @contextmanager
    def ask(self, key: Key) -> Iterator[Question]:
        """Ask in this block, and set what came of it; without that, others ask for themselves."""
        question: Question = asyncio.get_running_loop().create_future()
        self._under_way[key] = question
        try:
            yield question
        finally:
            if self._under_way.get(key) is question:
                del self._under_way[key]
            if not question.done():
                question.set_result(None)
