"""The shipped demo model, opened small and quick for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from local_models.engine import Done, Engine, Piece, Sampling
from local_models.llama_cpp import LlamaCpp, LlamaCppSettings
from local_models.registry import DEMO, SHIPPED, models
from local_models.scheduler import Scheduler

PATH = SHIPPED / models()[DEMO].file
GREEDY = Sampling(temperature=0)
ENDLESS = Sampling(temperature=0, grammar='root ::= "a" root')
"""Writes on and on: only a limit ends it."""


def prompt(*said: str) -> str:
    """A ChatML prompt; user and assistant take turns."""
    roles = ("user", "assistant")
    turns = [f"<|im_start|>{roles[at % 2]}\n{text}<|im_end|>\n" for at, text in enumerate(said)]
    return "".join(turns) + "<|im_start|>assistant\n"


@asynccontextmanager
async def opened(
    *, slots: int = 4, window_tokens: int = 1024, **options: Any
) -> AsyncIterator[Scheduler]:
    """A scheduler over the demo model, closed afterwards."""
    settings = LlamaCppSettings(path=PATH, slots=slots, window_tokens=window_tokens, threads=1)
    scheduler = Scheduler(LlamaCpp(settings), name="demo", **options)
    try:
        yield scheduler
    finally:
        await scheduler.close()


async def ask(
    engine: Engine, text: str, sampling: Sampling = GREEDY, **options: Any
) -> tuple[str, Done]:
    """The whole text and how it ended."""
    said, done = "", None
    async for event in engine.generate(text, sampling=sampling, **options):
        if isinstance(event, Piece):
            said += event.text
        else:
            done = event
    assert done is not None
    return said, done
