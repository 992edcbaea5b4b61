"""Models that run in this house, behind the same seam as every vendor.

The conversation becomes a prompt through the template in the model's own file; tokens are counted
exactly; an answer's shape is held by a grammar; an answer that another model began is continued
from its very words.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace

from local_models.engine import Done, Engine, Piece
from local_models.errors import LocalModelError
from local_models.opening import LocalSettings, open_engine, why_off
from local_models.outputs import OutputReader
from local_models.registry import find
from providers.base import Model
from providers.calls import (
    Choice,
    Completion,
    Deadline,
    Finished,
    FinishReason,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
    UsageReport,
)
from providers.errors import (
    ModelNotFoundError,
    ProviderError,
    StreamBrokenError,
    UpstreamTimeoutError,
)
from providers.local_calls import CallReader
from providers.local_problems import translate
from providers.local_prompts import Prepared, list_unread, prepare
from providers.messages import ChatRequest, FunctionCall, ToolCall
from providers.notes import note_dropped

__all__ = ["LocalProvider", "LocalSettings", "open_local_provider", "why_off"]


def open_local_provider(*settings: LocalSettings, name: str = "local") -> LocalProvider:
    """A provider of these models (the demo model when none is named); loads on first use."""
    return LocalProvider(settings or (LocalSettings(),), name=name)


class LocalProvider:
    """Satisfies `providers.base.Provider`; a model's `wire_name` says which of ours is meant."""

    def __init__(self, settings: tuple[LocalSettings, ...], *, name: str = "local") -> None:
        self.name = name
        self._settings: Mapping[str, LocalSettings] = {one.served_as: one for one in settings}
        self._engines: dict[str, Engine] = {}
        self._opening = asyncio.Lock()

    async def warm_up(self) -> None:
        """Load every model now, so that the first request does not wait."""
        for served_as in self._settings:
            await self._engine(served_as)

    def can_continue(self, model: Model) -> bool:
        """Every local model goes on from a given beginning: the prompt simply ends with it."""
        return model.wire_name in self._settings

    def stream(
        self, model: Model, request: ChatRequest, *, deadline: Deadline
    ) -> AsyncGenerator[StreamEvent, None]:
        """The answer as it comes, ended by `Finished` and exact usage."""
        return self._stream(model, request, None, deadline)

    def continue_from(
        self, model: Model, request: ChatRequest, prefix: str, *, deadline: Deadline
    ) -> AsyncGenerator[StreamEvent, None]:
        """The rest of an answer that began with `prefix`; the prefix itself is not repeated."""
        return self._stream(model, request, prefix, deadline)

    def proves_order(self, model: Model, request: ChatRequest) -> bool:
        """Always: between the model and us there is no wire."""
        return True

    def stream_in_order(
        self, model: Model, request: ChatRequest, *, deadline: Deadline, prefix: str | None = None
    ) -> AsyncGenerator[StreamEvent, None]:
        """The same stream; nothing could come in another order."""
        return self._stream(model, request, prefix, deadline)

    async def complete(
        self, model: Model, request: ChatRequest, *, deadline: Deadline
    ) -> Completion:
        """The whole answer."""
        gathered: dict[int, _Gathered] = {}
        usage: Usage | None = None
        async with aclosing(self._stream(model, request, None, deadline)) as events:
            async for event in events:
                if isinstance(event, UsageReport):
                    usage = event.usage
                elif isinstance(event, TextDelta | ReasoningDelta | ToolCallDelta | Finished):
                    gathered.setdefault(event.choice, _Gathered()).add(event)
        choices = tuple(one.choice(index) for index, one in sorted(gathered.items()))
        return Completion(choices=choices, usage=usage, model=model.name, provider=self.name)

    async def list_models(self) -> list[str]:
        """The names of the models that this provider was given and that can run."""
        return [name for name, one in self._settings.items() if why_off(one) is None]

    async def close(self) -> None:
        """Stop all work and free the memory."""
        engines, self._engines = list(self._engines.values()), {}
        for engine in engines:
            await engine.close()

    async def _engine(self, served_as: str) -> Engine:
        async with self._opening:
            if served_as not in self._engines:
                settings = self._settings[served_as]
                self._engines[served_as] = await asyncio.to_thread(open_engine, settings)
            return self._engines[served_as]

    async def _stream(
        self, model: Model, request: ChatRequest, prefix: str | None, deadline: Deadline
    ) -> AsyncGenerator[StreamEvent, None]:
        began = False
        try:
            prepared = await self._prepare(model, request, prefix)
            used: list[Done] = []
            for number in range(max(1, request.n)):
                async with aclosing(_answer(prepared, number, deadline, used)) as events:
                    async for event in events:
                        began = True
                        yield event
            yield UsageReport(_usage(used))
        except LocalModelError as problem:
            raise translate(problem, self.name, model.name, began=began) from problem
        except TimeoutError as problem:
            raise self._too_late(model, began=began) from problem
        except ProviderError as problem:
            problem.provider, problem.model = self.name, model.name
            raise

    async def _prepare(self, model: Model, request: ChatRequest, prefix: str | None) -> Prepared:
        settings = self._settings.get(model.wire_name)
        if settings is None:
            known = ", ".join(self._settings)
            raise ModelNotFoundError(
                f"No local model is served as {model.wire_name!r}; there are: {known}.", status=404
            )
        engine = await self._engine(model.wire_name)
        for name, value in list_unread(request).items():
            note_dropped(model, name, value)
        return prepare(
            engine,
            request,
            prefix=prefix,
            defaults=find(settings.model).sampling,
            template=settings.chat_template,
        )

    def _too_late(self, model: Model, *, began: bool) -> ProviderError:
        said = f"{model.name} did not finish before the deadline."
        if began:
            return StreamBrokenError(said, why="stall", provider=self.name, model=model.name)
        return UpstreamTimeoutError(said, provider=self.name, model=model.name)


async def _answer(
    prepared: Prepared, number: int, deadline: Deadline, used: list[Done]
) -> AsyncGenerator[StreamEvent, None]:
    """One choice: the engine's pieces as events, and why it ended."""
    sampling = prepared.sampling
    if number and sampling.seed is not None:
        sampling = replace(sampling, seed=sampling.seed + number)
    reader = CallReader(OutputReader() if prepared.has_marks else None, choice=number)
    pieces = prepared.engine.generate(
        prepared.prompt,
        sampling=sampling,
        max_tokens=prepared.max_tokens,
        stop=prepared.stop,
    )
    async with aclosing(pieces):
        async for piece in _until(pieces, deadline):
            if isinstance(piece, Piece):
                for event in reader.feed(piece.text):
                    yield event
                continue
            used.append(piece)
            for event in reader.finish(piece.reason):
                yield event


async def _until(
    pieces: AsyncGenerator[Piece | Done, None], deadline: Deadline
) -> AsyncIterator[Piece | Done]:
    """The pieces, each of which must come before the deadline."""
    while True:
        async with asyncio.timeout(deadline.left()):
            piece = await anext(pieces, None)
        if piece is None:
            return
        yield piece


def _usage(used: list[Done]) -> Usage:
    """All choices together. The prompt counts once, as vendors count it."""
    return Usage(
        prompt_tokens=used[0].prompt_tokens,
        completion_tokens=sum(done.completion_tokens for done in used),
        cache_read_tokens=used[0].cached_tokens,
    )


@dataclass(slots=True)
class _Gathered:
    """One choice of a whole answer while its events come in."""

    text: str = ""
    reasoning: str = ""
    calls: tuple[ToolCall, ...] = ()
    end: FinishReason = "stop"

    def add(self, event: TextDelta | ReasoningDelta | ToolCallDelta | Finished) -> None:
        if isinstance(event, TextDelta):
            self.text += event.text
        elif isinstance(event, ReasoningDelta):
            self.reasoning += event.text
        elif isinstance(event, ToolCallDelta):
            call = FunctionCall(event.name or "", event.arguments)
            self.calls = (*self.calls, ToolCall(event.id or "", call))
        else:
            self.end = event.reason

    def choice(self, index: int) -> Choice:
        """The finished choice."""
        return Choice(
            index=index,
            text=self.text or (None if self.calls else ""),
            reasoning=self.reasoning or None,
            tool_calls=self.calls,
            finish_reason=self.end,
        )
