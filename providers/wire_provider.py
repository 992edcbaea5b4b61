"""The one way to speak to a vendor over HTTP; a vendor's own file adds its differences as data.

A dialect says how a request is written and how answers are read; this class makes the call and
holds the promise of `providers.base.Provider`: nothing is yielded before the first token, and a
stream ends with what the vendor itself called its end, or with an error.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import NamedTuple, Protocol

import msgspec

from providers.base import Model
from providers.calls import Completion, Deadline, Opened, StreamEvent
from providers.dialects.failures import broken, failure, read_error
from providers.dialects.reading import ErrorEvent, EventReader, cut, malformed
from providers.errors import (
    ProviderError,
    StreamBrokenError,
    UpstreamFailedError,
    UpstreamTimeoutError,
)
from providers.http import FailedAnswer, HttpClient, HttpOptions, OnHeaders, StreamBody
from providers.limits import RateLimits
from providers.messages import ChatRequest
from providers.sse import EventTooLargeError, SseReader


class Dialect(Protocol):
    """A wire as one vendor speaks it."""

    def path(self, model: Model, *, stream: bool) -> str: ...

    def encode(self, model: Model, request: ChatRequest, *, stream: bool) -> bytes: ...

    def decode(self, body: bytes) -> Completion: ...

    def reader(self) -> EventReader: ...


class Way(NamedTuple):
    """One wire to a vendor, and the connections that it is spoken over."""

    dialect: Dialect
    http: HttpClient


class WireProvider:
    """A vendor behind a dialect; satisfies `providers.base.Provider`."""

    models_path = "/models"

    def __init__(
        self,
        name: str,
        options: HttpOptions,
        dialect: Dialect,
        *,
        on_headers: OnHeaders | None = None,
        on_limits: Callable[[str, RateLimits], None] | None = None,
    ) -> None:
        self.name = name
        self._dialect = dialect
        self._http = HttpClient(name, options, on_headers=on_headers, on_limits=on_limits)
        self._usual = Way(dialect, self._http)

    async def complete(
        self, model: Model, request: ChatRequest, *, deadline: Deadline
    ) -> Completion:
        """The whole answer."""
        body = self._dialect.encode(model, request, stream=False)
        path = self._dialect.path(model, stream=False)
        try:
            data = await self._http.post(path, body, deadline=deadline, model=model.name)
            return self._dialect.decode(data)
        except (FailedAnswer, ErrorEvent) as problem:
            raise self._named(problem, model, began=False) from problem
        except ProviderError as problem:
            self._fill_in(problem, model, began=False)
            raise

    def stream(
        self, model: Model, request: ChatRequest, *, deadline: Deadline
    ) -> AsyncGenerator[StreamEvent, None]:
        """The answer as it comes; see `providers.base.Provider` for what is promised.

        `Opened` with the vendor's own id comes right before the first token, not earlier.
        """
        return self._run(
            self._usual, model, lambda: self._dialect.encode(model, request, stream=True), deadline
        )

    async def _run(
        self, way: Way, model: Model, encode: Callable[[], bytes], deadline: Deadline
    ) -> AsyncGenerator[StreamEvent, None]:
        body = encode()
        path = way.dialect.path(model, stream=True)
        upstream: StreamBody | None = None
        began = False
        try:
            upstream = await way.http.open(path, body, deadline=deadline, model=model.name)
            reader, lines = way.dialect.reader(), SseReader()
            while not reader.done and (chunk := await upstream.read()):
                for block in lines.feed(chunk):
                    for event in reader.read(block):
                        if not began:
                            began = True
                            yield Opened(model.name, self.name, reader.upstream_id)
                        yield event
            for event in _last_events(reader, lines):
                began = True
                yield event
            await upstream.drain()
        except (FailedAnswer, ErrorEvent, EventTooLargeError) as problem:
            raise self._named(problem, model, began=began) from problem
        except ProviderError as problem:
            named = self._fill_in(problem, model, began=began)
            if named is problem:
                raise
            raise named from problem
        finally:
            if upstream is not None:
                upstream.close()

    async def list_models(self) -> list[str]:
        """Names that the vendor offers to our key, sorted."""
        try:
            data = await self._http.get(self.models_path, deadline=Deadline.after(20.0))
            page = msgspec.json.decode(data, type=_ModelPage)
        except FailedAnswer as problem:
            raise self._named(problem, None, began=False) from problem
        except msgspec.DecodeError as problem:
            raise UpstreamFailedError(
                f"{self.name} sent a list of models that cannot be read: {problem}.",
                provider=self.name,
            ) from None
        return sorted(entry.id for entry in page.data)

    async def close(self) -> None:
        """Close every connection."""
        await self._http.close()

    def _named(self, problem: Exception, model: Model | None, *, began: bool) -> ProviderError:
        """What the dialect or the vendor said as one of `providers.errors`."""
        name = model.name if model else ""
        if isinstance(problem, FailedAnswer):
            answer = problem.answer
            return failure(
                read_error(answer.body),
                provider=self.name,
                model=name,
                status=answer.status,
                headers=answer.headers,
            )
        if isinstance(problem, ErrorEvent):
            tell = broken if began else failure
            return tell(problem.error, provider=self.name, model=name)
        return self._fill_in(malformed(str(problem)), model, began=began)

    def _fill_in(
        self, problem: ProviderError, model: Model | None, *, began: bool
    ) -> ProviderError:
        """The error with our names; a deadline that passed during the answer is a stall."""
        if began and isinstance(problem, UpstreamTimeoutError):
            problem = StreamBrokenError(problem.message, why="stall")
        problem.provider, problem.model = self.name, model.name if model else ""
        return problem


class _ModelEntry(msgspec.Struct):
    id: str


class _ModelPage(msgspec.Struct):
    data: list[_ModelEntry]


def _last_events(reader: EventReader, lines: SseReader) -> list[StreamEvent]:
    """What stands behind the last empty line, then what the reader has left to say.

    Half an event at the end of the body is a cut, not a malformed chunk.
    """
    events: list[StreamEvent] = []
    for block in lines.finish():
        try:
            events += reader.read(block)
        except StreamBrokenError as problem:
            if problem.why == "malformed":
                raise cut("its last event is incomplete") from problem
            raise
    return events + reader.finish()
