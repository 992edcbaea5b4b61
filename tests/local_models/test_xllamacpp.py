"""The second engine's adapter, against a server that plays what the real one was seen to send."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import pytest

from local_models.engine import Done, Piece, Sampling
from local_models.errors import (
    EngineBusyError,
    EngineStoppedError,
    PromptTooLongError,
)
from local_models.xllamacpp import XllamaCpp, XllamaCppSettings

SETTINGS = XllamaCppSettings(
    path=Path("demo.gguf"), slots=1, window_tokens=4096, threads=1, max_waiting=1
)
Play = Callable[[dict[str, Any], Callable[[Any], bool]], Any]


def text(piece: str, **more: Any) -> dict[str, Any]:
    return {"choices": [{"text": piece, "index": 0, "finish_reason": None}], **more}


def end(reason: str) -> dict[str, Any]:
    usage = {
        "completion_tokens": 3,
        "prompt_tokens": 13,
        "prompt_tokens_details": {"cached_tokens": 12},
    }
    return {"choices": [{"text": "", "finish_reason": reason}], "usage": usage}


class PlayedServer:
    """Plays a script where the real library runs a model."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self.requests: list[dict[str, Any]] = []

    def handle_completions(self, request: dict[str, Any], hear: Callable[[Any], bool]) -> Any:
        self.requests.append(request)
        return self._play(request, hear)


def engine(play: Play) -> tuple[XllamaCpp, PlayedServer]:
    server = PlayedServer(play)
    return XllamaCpp(None, server, SETTINGS, "key", name="demo", chat_template=None), server


async def test_pieces_come_in_order_and_the_end_carries_the_servers_counts() -> None:
    def play(request: dict[str, Any], hear: Callable[[Any], bool]) -> None:
        for chunk in (text("You"), [text(" can"), text("")], end("length")):
            assert hear(chunk) is False

    model, server = engine(play)
    sampling = Sampling(temperature=0, seed=-1, grammar="root ::= x")
    events = [
        event async for event in model.generate("hi", sampling=sampling, max_tokens=3, stop=("x",))
    ]
    assert events == [
        Piece("You", 1),
        Piece(" can", 2),
        Done(reason="length", prompt_tokens=13, cached_tokens=12, completion_tokens=3),
    ]
    sent = server.requests[0]
    assert (sent["n_predict"], sent["stop"], sent["seed"]) == (3, ["x"], 0xFFFFFFFF)
    assert sent["grammar"] == "root ::= x"
    await model.close()


async def test_leaving_makes_the_server_stop() -> None:
    stopped = threading.Event()

    def play(request: dict[str, Any], hear: Callable[[Any], bool]) -> None:
        for _ in range(100_000):
            if hear(text("a")):
                stopped.set()
                return

    model, _ = engine(play)
    events = model.generate("hi", sampling=Sampling())
    await anext(events)
    await events.aclose()
    await asyncio.to_thread(stopped.wait, 10)
    assert stopped.is_set()
    await model.close()


async def test_a_prompt_too_long_carries_the_servers_numbers() -> None:
    error = {"type": "exceed_context_size_error", "n_prompt_tokens": 5000, "n_ctx": 4096}
    model, _ = engine(lambda request, hear: {"error": error})
    with pytest.raises(PromptTooLongError) as refused:
        await anext(model.generate("hi", sampling=Sampling()))
    assert (refused.value.prompt_tokens, refused.value.window_tokens) == (5000, 4096)
    await model.close()


async def test_a_server_that_falls_silent_is_an_error_and_never_a_hang() -> None:
    model, _ = engine(lambda request, hear: hear(text("a")) or None)
    events = model.generate("hi", sampling=Sampling())
    assert await anext(events) == Piece("a", 1)
    with pytest.raises(EngineStoppedError, match="in the middle of an answer"):
        await anext(events)
    await model.close()


async def test_a_full_line_refuses_and_closing_tells_who_listens() -> None:
    def play(request: dict[str, Any], hear: Callable[[Any], bool]) -> None:
        while not hear(text("a")):
            threading.Event().wait(0.001)

    model, _ = engine(play)
    running = [model.generate("hi", sampling=Sampling()) for _ in range(2)]
    for events in running:
        await anext(events)
    with pytest.raises(EngineBusyError):
        await anext(model.generate("hi", sampling=Sampling()))
    await model.close()
    with pytest.raises(EngineStoppedError, match="closed"):
        await _drain(running[0])
    await running[1].aclose()
    with pytest.raises(EngineStoppedError, match="is closed"):
        await anext(model.generate("hi", sampling=Sampling()))


async def _drain(events: AsyncGenerator[Piece | Done, None]) -> None:
    async for event in events:
        assert isinstance(event, Piece)
