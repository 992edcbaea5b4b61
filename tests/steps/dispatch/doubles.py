"""A provider that plays a script, and a sink that keeps the rows."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from policies.decision import Plan, Selected, Terms
from providers.base import Model
from providers.calls import (
    Attempt,
    Choice,
    Completion,
    Deadline,
    Finished,
    ReasoningDelta,
    RefusalDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
    UsageReport,
)
from providers.messages import ChatRequest, Message
from router.steps.dispatch import Breakers, Deployment, Dispatcher

HANG = "hang"
Step = StreamEvent | Exception | float | str
Script = Sequence[Step]


def say(*words: str, usage: bool = True) -> list[Step]:
    """A whole good answer."""
    answer: list[Step] = [TextDelta(word) for word in words]
    answer.append(Finished("stop"))
    if usage:
        answer.append(UsageReport(Usage(prompt_tokens=10, completion_tokens=len(words))))
    return answer


class ScriptedProvider:
    """Plays one script for each call, the last one again and again; counts what happens to it."""

    def __init__(self, name: str, *scripts: Script) -> None:
        self.name = name
        self.scripts = list(scripts)
        self.calls: list[ChatRequest] = []
        self.running = 0
        self.stopped_early = 0

    def _next(self, request: ChatRequest) -> Script:
        self.calls.append(request)
        return self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]

    async def stream(
        self, model: Model, request: ChatRequest, *, deadline: Deadline
    ) -> AsyncGenerator[StreamEvent, None]:
        script = self._next(request)
        self.running += 1
        whole = False
        try:
            for step in script:
                event = await self._play(step)
                if event is not None:
                    yield event
            whole = True
        except BaseException as error:
            whole = isinstance(error, Exception)
            raise
        finally:
            self.running -= 1
            self.stopped_early += not whole

    async def complete(
        self, model: Model, request: ChatRequest, *, deadline: Deadline
    ) -> Completion:
        texts: list[str] = []
        usage: Usage | None = None
        stream = self.stream(model, request, deadline=deadline)
        async for event in stream:
            if isinstance(event, TextDelta):
                texts.append(event.text)
            elif isinstance(event, UsageReport):
                usage = event.usage
        return Completion(choices=(Choice(text="".join(texts)),), usage=usage)

    async def list_models(self) -> list[str]:
        return []

    async def close(self) -> None:
        pass

    async def _play(self, step: Step) -> StreamEvent | None:
        if isinstance(step, Exception):
            raise step
        if isinstance(step, (int, float)):
            await asyncio.sleep(step)
            return None
        if step == HANG:
            await asyncio.Event().wait()
        assert not isinstance(step, str)
        return step


class PrefixProvider(ScriptedProvider):
    """One that can also go on from given text."""

    def __init__(self, name: str, *scripts: Script) -> None:
        super().__init__(name, *scripts)
        self.prefixes: list[str] = []

    def can_continue(self, model: Model) -> bool:
        return "prefill" in model.abilities

    def continue_from(
        self, model: Model, request: ChatRequest, prefix: str, *, deadline: Deadline
    ) -> AsyncGenerator[StreamEvent, None]:
        self.prefixes.append(prefix)
        return self.stream(model, request, deadline=deadline)


class Rows:
    """Keeps what an attempt sink is told, and finds what it should not be told."""

    def __init__(self) -> None:
        self.begun: list[tuple[int, str, str, str, str]] = []
        self.finished: list[Attempt] = []

    def begin(self, number: int, kind: str, model: str, provider: str, deployment: str) -> None:
        self.begun.append((number, kind, model, provider, deployment))

    def finish(self, attempt: Attempt) -> None:
        self.finished.append(attempt)

    def check(self) -> list[Attempt]:
        """The rows in order, after making sure that each call has exactly one."""
        numbers = [row.number for row in self.finished]
        assert sorted(numbers) == [row[0] for row in self.begun] == list(range(1, len(numbers) + 1))
        return sorted(self.finished, key=lambda row: row.number)

    def story(self) -> list[tuple[str, str, str]]:
        """Kind, model and outcome of each row, in order."""
        return [(row.kind, row.model, row.outcome) for row in self.check()]


def card(name: str, provider: str = "p", **rest: Any) -> Model:
    known: dict[str, Any] = {"window_tokens": 8000, "max_output_tokens": 1000}
    return Model(name=name, provider=provider, wire_name=name, **{**known, **rest})


def deploy(
    provider: ScriptedProvider, model: Model | str, name: str = "", weight: float = 1.0
) -> Deployment:
    model = card(model, provider.name) if isinstance(model, str) else model
    return Deployment(
        name=name or f"{provider.name}/{model.name}", model=model, provider=provider, weight=weight
    )


def dispatcher(*deployments: Deployment, **options: Any) -> Dispatcher:
    by_model: dict[str, list[Deployment]] = {}
    for one in deployments:
        by_model.setdefault(one.model.name, []).append(one)
    options.setdefault("rng", random.Random(7))
    options.setdefault("sleep", _no_sleep)
    options.setdefault("breakers", Breakers())
    return Dispatcher(deployments=by_model, **options)


def plan(*models: str, must_stay_local: bool = False, **terms: Any) -> Plan:
    first, *others = (Selected(model=model, score=1.0, why="test") for model in models)
    return Plan(
        rule="r",
        pool="p",
        primary=first,
        fallbacks=tuple(others),
        terms=Terms(**terms),
        must_stay_local=must_stay_local,
    )


def ask(text: str = "你好", **rest: Any) -> ChatRequest:
    return ChatRequest(model="auto", messages=(Message(role="user", content=text),), **rest)


def soon(seconds: float = 5.0) -> Deadline:
    return Deadline.after(seconds)


def text_of(events: Sequence[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def tokens_of(events: Sequence[StreamEvent]) -> list[StreamEvent]:
    kinds = (TextDelta, ToolCallDelta, ReasoningDelta, RefusalDelta)
    return [event for event in events if isinstance(event, kinds)]


async def _no_sleep(seconds: float) -> None:
    await asyncio.sleep(0)
