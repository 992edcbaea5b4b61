"""One upstream call: begun before its first byte leaves, finished exactly once, however it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from providers.calls import (
    Attempt,
    Completion,
    Finished,
    Opened,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolCallDelta,
    Usage,
    UsageReport,
)
from providers.errors import (
    ConnectionFailedError,
    ContentFilteredError,
    OverloadedError,
    ProviderError,
    StreamBrokenError,
    UpstreamFailedError,
    UpstreamTimeoutError,
)
from providers.notes import LEFT_OUT
from router.errors import NobodyCanAnswerError
from router.steps.dispatch.errors import Abandoned
from router.steps.dispatch.estimate import CountTokens, estimate_prompt, estimate_tokens
from router.steps.dispatch.observer import AttemptSink, Observer, SilentObserver
from router.steps.dispatch.ordering import must_fetch, start, tell
from router.steps.dispatch.watchdog import Watchdog

if TYPE_CHECKING:
    from policies.decision import Plan
    from providers.calls import AttemptKind, Deadline, Outcome, StreamEvent
    from providers.messages import ChatRequest
    from router.steps.dispatch.deployments import Upstream

_TOKENS_PER_CHARACTER = 0.34
"""For the crawl check alone, which must never call a fast upstream slow: rather too many."""


CALLING: ContextVar[Upstream | None] = ContextVar("pointsman_upstream", default=None)
"""Whom this task is calling: a vendor's headers arrive without a deployment's name on them."""

_TIDY_STREAMS = 3
_NEVER_TIDY = -1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every call of one dispatcher shares."""

    clock: Callable[[], float] = time.monotonic
    wall_clock: Callable[[], float] = time.time
    count_tokens: CountTokens = estimate_tokens
    observer: Observer = field(default_factory=SilentObserver)


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What one call is to do."""

    request: ChatRequest
    plan: Plan
    number: int
    kind: AttemptKind
    deadline: Deadline
    prefix: str | None = None
    """Text already sent, when this call continues another one's answer."""
    whole_seconds: float = 0.0
    """How long an answer that does not stream may take."""


class Call:
    """One call to one upstream, with a place in its limiter already taken.

    Use `open` and then `next` for a stream, or `whole` for one answer; then always `close`.
    """

    def __init__(
        self, upstream: Upstream, order: Order, sink: AttemptSink, around: Surroundings
    ) -> None:
        self.upstream = upstream
        self.order = order
        self.usage: Usage | None = None
        self.error: ProviderError | None = None
        self.upstream_id: str | None = None
        self.left_out: list[str] = []
        """Fields of the request that its wire had no place for, or that the model refuses."""
        self.is_fetched = must_fetch(order.plan.terms, upstream, order.request)
        """A stream of it is made here, of the whole answer."""
        self._sink = sink
        self._around = around
        self._watch = Watchdog(order.plan.terms, order.deadline, around.clock)
        self._events: AsyncGenerator[StreamEvent, None] | None = None
        self._pieces: list[str] = []
        self._frames = 0
        self._arguments: dict[tuple[int, int], list[str]] = {}
        self._seen: set[int] = set()
        self._finished: set[int] = set()
        self._fate: Outcome = "cancelled"
        self._is_settled = False
        self._has_begun = False
        self._began_at = 0.0
        self._started_at = 0.0
        self._first_token_at: float | None = None

    async def open(self) -> StreamEvent:
        """Start the stream and read up to its first real token, or to a finish without one."""
        self._begin()
        try:
            self._events = tell(await self._fetch()) if self.is_fetched else self._start()
            event = await self._read()
            if event is None:
                raise UpstreamFailedError("The stream ended before it said anything.")
            if type(event) is Finished and self._goes_elsewhere(event):
                raise ContentFilteredError(
                    "The vendor's content filter stopped the answer before its first word."
                )
            return event
        except BaseException as error:
            await self._fail(error)
            raise

    async def next(self) -> StreamEvent | None:
        """The next event of the answer, or None when it is whole."""
        try:
            return await self._read()
        except BaseException as error:
            await self._fail(error)
            raise

    async def whole(self) -> Completion:
        """The whole answer at once."""
        self._begin()
        try:
            completion = await self._fetch()
            self._take_whole(completion)
        except BaseException as error:
            await self._fail(error)
            raise
        self._settle("answered")
        return completion

    async def close(self, fate: Outcome = "cancelled") -> None:
        """End the call if it still runs: its upstream is let go and its row written."""
        self._fate = fate
        if not self._has_begun:
            self._release()
        elif not self._is_settled:
            self._settle("answered" if self._is_whole() else fate)
        await self._let_go()

    def abandon(self) -> None:
        """Stop waiting: another call has answered first."""
        self._fate = "lost"
        self._watch.abort(Abandoned())

    def will_be(self, fate: Outcome) -> None:
        """Say what a cancellation of this call means."""
        self._fate = fate

    def _begin(self) -> None:
        plan, upstream, order = self.order.plan, self.upstream, self.order
        if why := upstream.why_outside(plan):
            self._release()
            raise NobodyCanAnswerError(
                f"Deployment '{upstream.name}' {why}, as the request asks; nothing was sent."
            )
        self._started_at = self._around.wall_clock()
        self._began_at = self._around.clock()
        try:
            self._sink.begin(
                order.number,
                order.kind,
                upstream.model.name,
                upstream.provider.name,
                upstream.name,
            )
        except BaseException:
            self._release()
            raise
        self._has_begun = True
        CALLING.set(upstream)
        LEFT_OUT.set(self.left_out)

    def _start(self) -> AsyncGenerator[StreamEvent, None]:
        order = self.order
        return start(order.plan.terms, self.upstream, order.request, order.prefix, order.deadline)

    async def _fetch(self) -> Completion:
        """The whole answer, of which nothing was given out yet."""
        self._watch.expect_whole(self.order.whole_seconds)
        provider, order = self.upstream.provider, self.order
        completion = await self._watch.wait(
            provider.complete(self.upstream.model, order.request, deadline=order.deadline)
        )
        # Whatever is wrong with it, it was made and will be billed.
        self.usage, self.upstream_id = completion.usage, completion.upstream_id
        if not completion.choices:
            raise UpstreamFailedError("The upstream sent an answer without any choice.")
        for choice in completion.choices:
            arguments = [call.function.arguments for call in choice.tool_calls]
            if choice.finish_reason != "length" and not all(map(is_json, arguments)):
                raise UpstreamFailedError("The answer's tool call has arguments that are no JSON.")
        return completion

    async def _read(self) -> StreamEvent | None:
        """The next event worth passing on; None when the answer is whole."""
        assert self._events is not None
        watch = self._watch
        while True:
            try:
                event = await watch.wait(self._events.__anext__())
            except StopAsyncIteration:
                self._check_whole()
                self._check_repeats()
                break
            except (StreamBrokenError, ConnectionFailedError, UpstreamTimeoutError) as error:
                if not self._is_whole() or _is_disorder(error):
                    raise
                break
            if self._take(event):
                return event
        self._settle("answered")
        await self._let_go()
        return None

    def _take(self, event: StreamEvent) -> bool:
        """Note one event; false for those that are not passed on."""
        kind = type(event)
        if kind is TextDelta or kind is ReasoningDelta or kind is RefusalDelta:
            text: str = event.text  # type: ignore[union-attr]
            if not text:
                return False
            self._took_token(text, event.choice)  # type: ignore[union-attr]
            return True
        if kind is ToolCallDelta:
            self._took_arguments(event)  # type: ignore[arg-type]
            return True
        if kind is Finished:
            self._check_arguments(event)  # type: ignore[arg-type]
            self._finished.add(event.choice)  # type: ignore[union-attr]
            if self._is_whole():
                self._watch.finish()
            return True
        if kind is UsageReport:
            self.usage = event.usage  # type: ignore[union-attr]
        elif kind is Opened:
            self.upstream_id = event.upstream_id  # type: ignore[union-attr]
        return False

    def _took_token(self, text: str, choice: int) -> None:
        if self._first_token_at is None and not self.is_fetched:
            self._first_token_at = self._around.clock()
        if choice in self._finished:
            raise StreamBrokenError("The upstream went on after its own end.", why="disorder")
        self._pieces.append(text)
        self._frames += 1
        self._seen.add(choice)
        self._watch.saw(1.0 + len(text) * _TOKENS_PER_CHARACTER)

    def _took_arguments(self, event: ToolCallDelta) -> None:
        self._took_token((event.name or "") + event.arguments, event.choice)
        self._arguments.setdefault((event.choice, event.index), []).append(event.arguments)

    def _check_arguments(self, event: Finished) -> None:
        """A tool call that is called finished and is no JSON was cut, or told twice."""
        if event.reason == "length":
            return
        for (choice, _), pieces in self._arguments.items():
            if choice == event.choice and not is_json("".join(pieces)):
                raise StreamBrokenError(
                    "A tool call ended with arguments that are no JSON.", why="malformed"
                )

    def _check_repeats(self) -> None:
        """More pieces of text than tokens: some came twice.

        Chat wires number nothing, but most vendors never send a token in two pieces. Only one that
        has kept to this so far is held to it.
        """
        if self.usage is None or self.usage.estimated or not self.usage.completion_tokens:
            return
        gauge = self.upstream.gauge
        if self._frames <= self.usage.completion_tokens:
            gauge.tidy_streams += 1
        elif 0 <= gauge.tidy_streams < _TIDY_STREAMS:
            gauge.tidy_streams = _NEVER_TIDY
        elif gauge.tidy_streams >= _TIDY_STREAMS:
            raise StreamBrokenError(
                f"The upstream sent {self._frames} pieces for {self.usage.completion_tokens} "
                "tokens: some of the answer came twice.",
                why="disorder",
            )

    def _take_whole(self, completion: Completion) -> None:
        for choice in completion.choices:
            texts = [choice.text, choice.reasoning, choice.refusal]
            texts += [call.function.name + call.function.arguments for call in choice.tool_calls]
            self._pieces += [text for text in texts if text]

    def _is_whole(self) -> bool:
        return bool(self._finished) and self._seen <= self._finished

    def _check_whole(self) -> None:
        if not self._is_whole():
            raise StreamBrokenError(
                "The stream ended without saying why (no finish_reason).", why="cut"
            )

    def _goes_elsewhere(self, event: Finished) -> bool:
        return event.reason == "content_filter" and self.order.plan.terms.filtered_elsewhere

    async def _fail(self, error: BaseException) -> None:
        """Write the row of a call that did not end well, and let the upstream go."""
        if isinstance(error, ProviderError):
            self.error = _name_it(error, self.upstream)
            self._excuse_haste(error)
            self._settle("failed" if self._first_token_at is None else "broken", error)
        elif isinstance(error, (Abandoned, asyncio.CancelledError, GeneratorExit)):
            self._settle(self._fate)
        elif self._has_begun:
            # A defect of ours or of a provider: the row must still be written.
            self._settle("failed" if self._first_token_at is None else "broken", error)
        await self._let_go()

    def _excuse_haste(self, error: ProviderError) -> None:
        """A caller whose own deadline was short says nothing about the upstream's health."""
        waited = self._around.clock() - self._began_at
        if self.order.deadline.passed() and waited < self.order.plan.terms.first_token_seconds:
            error.hurts_health = False

    async def _let_go(self) -> None:
        self._watch.stop()
        events, self._events = self._events, None
        if events is not None:
            await events.aclose()

    def _settle(self, outcome: Outcome, error: BaseException | None = None) -> None:
        if self._is_settled or not self._has_begun:
            return
        self._release()
        self._watch.stop()
        seconds = self._around.clock() - self._began_at
        self.usage = self._used(outcome, error, seconds)
        attempt = self._row(outcome, error, seconds)
        self._teach(outcome, error, attempt)
        self._sink.finish(attempt)
        self._around.observer.on_attempt(attempt)

    def _release(self) -> None:
        if not self._is_settled:
            self._is_settled = True
            self.upstream.limiter.release()
            if not self._has_begun:
                self.upstream.breaker.forgotten()

    def _row(self, outcome: Outcome, error: BaseException | None, seconds: float) -> Attempt:
        upstream, order = self.upstream, self.order
        return Attempt(
            number=order.number,
            kind=order.kind,
            model=upstream.model.name,
            provider=upstream.provider.name,
            deployment=upstream.name,
            started_at=self._started_at,
            seconds=seconds,
            outcome=outcome,
            first_token_seconds=self._first_token_seconds(),
            error=None if error is None else type(error).__name__,
            status=error.status if isinstance(error, ProviderError) else None,
            usage=self.usage,
            seam_at=None if order.prefix is None else len(order.prefix),
        )

    def _first_token_seconds(self) -> float | None:
        return None if self._first_token_at is None else self._first_token_at - self._began_at

    def _used(self, outcome: Outcome, error: BaseException | None, seconds: float) -> Usage | None:
        """What the vendor said, or our own count of what was sent and came."""
        if self.usage is not None and (outcome == "answered" or self.is_fetched):
            return self.usage
        if self.usage is None and _left_no_trace(outcome, error):
            return None
        count = self._around.count_tokens
        said = count("".join(self._pieces)) if self._pieces else 0
        if not said and self._events is None and outcome in ("cancelled", "lost"):
            said = self._guess_unseen(seconds)
        if self.usage is None:
            prompt = estimate_prompt(self.order.request, count)
            return Usage(prompt_tokens=prompt, completion_tokens=said, estimated=True)
        # Vendors that report early know the prompt, but not what they said afterwards.
        most = max(said, self.usage.completion_tokens)
        return msgspec.structs.replace(self.usage, completion_tokens=most, estimated=True)

    def _guess_unseen(self, seconds: float) -> int:
        """Tokens of an answer that was being written where we could not see it."""
        model, asked = self.upstream.model, self.order.request
        most = (asked.max_tokens or model.max_output_tokens) * asked.n
        return min(most, self.upstream.gauge.guess_tokens(seconds, model.tokens_per_second))

    def _teach(self, outcome: Outcome, error: BaseException | None, attempt: Attempt) -> None:
        """Let breaker, limiter and gauge learn from how the call ended."""
        upstream = self.upstream
        if outcome == "answered":
            tokens = 0 if self.usage is None else self.usage.completion_tokens
            upstream.breaker.succeeded()
            upstream.limiter.answered(attempt.first_token_seconds)
            upstream.gauge.answered(attempt.first_token_seconds, attempt.seconds, tokens)
        elif isinstance(error, ProviderError):
            upstream.breaker.failed(error)
            if error.hurts_health:
                upstream.gauge.failed(attempt.seconds)
            if isinstance(error, (OverloadedError, UpstreamTimeoutError)) and error.hurts_health:
                upstream.limiter.overloaded()
        else:
            upstream.breaker.forgotten()


def is_json(arguments: str) -> bool:
    """Whether a tool call's arguments can be read; none at all is how some vendors say {}."""
    if not arguments.strip():
        return True
    try:
        value = msgspec.json.decode(arguments)
    except msgspec.DecodeError:
        return False
    # Vendors whose wire carries an object wrap what they could not read themselves.
    return not (isinstance(value, dict) and value.keys() == {"INVALID_JSON"})


def with_usage(completion: Completion, call: Call) -> Completion:
    """The answer with who gave it, what it used as the ledger has it, and what was left out."""
    return msgspec.structs.replace(
        completion,
        usage=call.usage,
        model=call.upstream.model.name,
        provider=call.upstream.provider.name,
        ignored=tuple(call.left_out),
    )


def _name_it(error: ProviderError, upstream: Upstream) -> ProviderError:
    error.model = error.model or upstream.model.name
    error.provider = error.provider or upstream.provider.name
    return error


def _is_disorder(error: ProviderError) -> bool:
    return isinstance(error, StreamBrokenError) and error.why in ("disorder", "error_event")


def _left_no_trace(outcome: Outcome, error: BaseException | None) -> bool:
    """Whether the upstream did no work for us: it refused, failed at once, or was not reached."""
    return outcome == "failed" and not isinstance(error, UpstreamTimeoutError)
