"""Makes the call that the plan decided on, so that it cannot fail silently.

Nothing is given out before some upstream's first real token; until then every failure is retried
or goes to the next model, unseen. After it a broken stream is either continued on another model,
with the seam marked, or ends with StreamBrokenError: never like a finished answer.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from typing import TYPE_CHECKING, TypeVar

import msgspec

from providers.calls import Opened, Usage, UsageReport
from providers.demands import find_demands
from providers.errors import ProviderError, StreamBrokenError
from router.steps.dispatch.attempts import CALLING, Call, Order, Surroundings, with_usage
from router.steps.dispatch.breaker import Breakers
from router.steps.dispatch.budget import RetryBudget, ShareBudget
from router.steps.dispatch.continuation import (
    Trimmer,
    ask_to_go_on,
    can_continue,
    shorten,
    why_not_continue,
)
from router.steps.dispatch.deployments import (
    Deployment,
    Deployments,
    Upstream,
    are_rate_limited,
    soonest,
)
from router.steps.dispatch.estimate import CountTokens, add_usage, estimate_tokens
from router.steps.dispatch.health import health_of, load_of
from router.steps.dispatch.hedging import Run, race
from router.steps.dispatch.limiter import Limiter, LimiterSettings
from router.steps.dispatch.observer import AttemptSink, Observer, SilentObserver
from router.steps.dispatch.ordering import goes_on_exactly
from router.steps.dispatch.route import Leg, Route
from router.steps.dispatch.transcript import Transcript

if TYPE_CHECKING:
    from policies.decision import Plan
    from policies.signals import ModelHealth
    from providers.calls import AttemptKind, Completion, Deadline, StreamEvent
    from providers.limits import RateLimits
    from providers.messages import ChatRequest

T = TypeVar("T")

_HEALTH_SECONDS = 0.25
"""How old the health snapshot may be: planning asks for it at every request."""
_QUEUE_SECONDS = 2.0
"""How long to wait for a place while somebody else could be asked."""


class Dispatcher:
    """Calls models by plan: retry, fallback, hedge, continuation, deadlines, cancellation."""

    def __init__(
        self,
        *,
        deployments: Deployments,
        breakers: Breakers | None = None,
        limits: LimiterSettings | None = None,
        observer: Observer | None = None,
        count_tokens: CountTokens = estimate_tokens,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        rng: random.Random | None = None,
    ) -> None:
        self._observer: Observer = observer or SilentObserver()
        self._breakers = breakers or Breakers(clock=clock)
        if observer is not None:
            self._breakers.listen(observer.on_breaker_change)
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._rng = rng or random.Random()
        self._around = Surroundings(clock=clock, count_tokens=count_tokens, observer=self._observer)
        self._by_name: dict[str, Upstream] = {}
        self._upstreams: dict[str, tuple[Upstream, ...]] = {}
        self._budgets: dict[str, RetryBudget] = {}
        self._hedges = ShareBudget()
        self._health: Mapping[str, ModelHealth] = {}
        self._health_at: float | None = None
        self._load = 0.0
        self.use(deployments)

    def use(self, deployments: Deployments) -> None:
        """Switch to these deployments; those that stay keep what was learned about them."""
        self._upstreams = {
            model: tuple(self._upstream(one) for one in several)
            for model, several in deployments.items()
        }
        self._by_name = {one.name: one for several in self._upstreams.values() for one in several}
        for one in self._by_name.values():
            self._budgets.setdefault(one.provider.name, RetryBudget(clock=self._clock))
        self._health_at = None

    async def stream(
        self,
        request: ChatRequest,
        plan: Plan,
        attempts: AttemptSink,
        *,
        deadline: Deadline,
        session: str = "",
        role: AttemptKind | None = None,
        first_number: int = 1,
    ) -> AsyncGenerator[StreamEvent, None]:
        """The answer as it comes: `Opened`, then at least one real event, `UsageReport` last.

        Closing the generator, or cancelling who iterates it, stops the upstream call at once.
        `role` is what the calls are written down as where they are not made for the answer
        itself; `first_number` goes on after earlier calls of the same record.

        Raises:
            ProviderError: before the first event, when nobody could answer (AllFailedError when
                several were asked).
            StreamBrokenError: after it; the answer given out so far is not whole.
            NobodyCanAnswerError: the plan holds nobody who may be asked.
        """
        trip = self._depart(request, plan, attempts, deadline, session, role, first_number)
        told = Transcript()
        used: Usage | None = None
        event: StreamEvent | None
        call, event = await self._reach(trip, Call.open)
        while True:
            try:
                yield _opened(call)
                trimmer = Trimmer(call.order.prefix or "")
                while event is not None:
                    if trimmer.is_done:
                        told.add(event)
                        yield event
                    else:
                        for piece in trimmer.pass_on(event):
                            told.add(piece)
                            yield piece
                    event = await call.next()
                yield UsageReport(add_usage(used, call.usage) or Usage(estimated=True))
                return
            except ProviderError as error:
                broken = _as_broken(error)
                trip.route.failed(call.upstream, broken)
                if not trip.route.may_go_on(error):
                    raise broken from error
            finally:
                await call.close()
            used = add_usage(used, call.usage)
            call, event = await self._go_on(trip, told, call, broken)

    async def complete(
        self,
        request: ChatRequest,
        plan: Plan,
        attempts: AttemptSink,
        *,
        deadline: Deadline,
        session: str = "",
        role: AttemptKind | None = None,
        first_number: int = 1,
    ) -> Completion:
        """The whole answer at once, under the same rules; a caller that leaves cancels this task.

        Raises:
            ProviderError: nobody could answer (AllFailedError when several were asked).
            NobodyCanAnswerError: the plan holds nobody who may be asked.
        """
        trip = self._depart(request, plan, attempts, deadline, session, role, first_number)
        call, completion = await self._reach(trip, Call.whole)
        return with_usage(completion, call)

    def health(self) -> Mapping[str, ModelHealth]:
        """How each model fares, by name, a quarter of a second old at most."""
        now = self._clock()
        if self._health_at is None or now - self._health_at >= _HEALTH_SECONDS:
            self._health_at = now
            self._health = {model: health_of(ways) for model, ways in self._upstreams.items()}
            self._load = load_of(self._by_name.values())
        return self._health

    def load(self) -> float:
        """How busy all deployments in use are together, 0..1; as old as `health`."""
        self.health()
        return self._load

    def soonest(self, models: Iterable[str]) -> float | None:
        """In how many seconds one of these models may be called again; None without deployments."""
        return soonest([one for model in models for one in self._upstreams.get(model, ())])

    def are_rate_limited(self, models: Iterable[str]) -> bool:
        """Whether these models rest for nothing but too many requests."""
        return are_rate_limited([one for each in models for one in self._upstreams.get(each, ())])

    def resting(self) -> Sequence[Upstream]:
        """Deployments whose breaker is not closed: who a health probe should ask."""
        return [one for one in self._by_name.values() if one.breaker.state != "closed"]

    def on_limits(self, name: str, limits: RateLimits) -> None:
        """Take in a vendor's rate-limit headers; `name` is a deployment's or a provider's.

        Vendors count by model: headers that came with a call are for its own deployment alone.
        """
        calling = CALLING.get()
        if calling is not None and calling.provider.name == name:
            calling.note_limits(limits)
            return
        for one in self._by_name.values():
            if name in (one.name, one.provider.name):
                one.note_limits(limits)

    async def close(self) -> None:
        """Stop the background work; providers are closed by who made them."""
        await self._breakers.close()

    def _upstream(self, deployment: Deployment) -> Upstream:
        known = self._by_name.get(deployment.name)
        name, clock = deployment.name, self._clock
        if known is None:
            limiter = Limiter(name, self._limits, clock)
            return Upstream(deployment, self._breakers.of(name), limiter, clock)
        renewed = Upstream(deployment, known.breaker, known.limiter, clock)
        renewed.gauge = known.gauge
        renewed.gauge.expect(renewed.model)
        return renewed

    def _depart(
        self,
        request: ChatRequest,
        plan: Plan,
        sink: AttemptSink,
        deadline: Deadline,
        session: str,
        role: AttemptKind | None,
        first_number: int,
    ) -> _Trip:
        self._breakers.keep_in_step()
        if plan.terms.hedge is not None:
            self._hedges.deposit(plan.terms.hedge.max_share)
        route = Route(
            plan,
            self._upstreams,
            self._budgets,
            demands=find_demands(request),
            session=session,
            rng=self._rng,
        )
        terms = plan.terms
        allowed = deadline.within(terms.deadline_seconds, terms.connect_seconds)
        return _Trip(request, plan, sink, allowed, route, role, itertools.count(first_number))

    async def _reach(self, trip: _Trip, run: Run[T], prefix: str | None = None) -> tuple[Call, T]:
        """The first call that answers, with its answer; failures on the way stay unseen."""
        while True:
            leg = await trip.route.next(trip.deadline, continuing=prefix is not None)
            if leg is None:
                raise trip.route.verdict(trip.deadline)
            limiter = leg.upstream.limiter
            if leg.pause_seconds <= 0 and not limiter.is_full:
                limiter.take()
            elif not await self._enter(trip, leg):
                continue
            if leg.kind != "retry":
                self._budgets[leg.upstream.provider.name].deposit()
            is_whole = run is Call.whole
            call = self._call(trip, leg.upstream, leg.kind, prefix, is_whole=is_whole)
            after = self._hedge_after(trip, call, streamed=not is_whole and not call.is_fetched)
            try:
                if after is not None:
                    return await self._race(trip, call, run, after)
                try:
                    return call, await run(call)
                finally:
                    if call.error is not None:
                        trip.route.failed(call.upstream, call.error)
            except ProviderError as error:
                if not trip.route.may_go_on(error):
                    raise

    async def _go_on(
        self, trip: _Trip, told: Transcript, broken_call: Call, broken: StreamBrokenError
    ) -> tuple[Call, StreamEvent]:
        """The call that continues a broken answer; raises what broke it when there is none."""
        terms, request = trip.plan.terms, trip.request
        if broken.spoilt or why_not_continue(request, terms, told):
            raise broken
        trip.route.keep_only(
            lambda one: can_continue(request, exactly=goes_on_exactly(terms, one, request))
        )
        try:
            call, event = await self._reach(trip, Call.open, told.text)
        except ProviderError as error:
            raise broken from error
        before, after = broken_call.upstream.model.name, call.upstream.model.name
        self._observer.on_seam(before, after, broken.why)
        return call, event

    async def _enter(self, trip: _Trip, leg: Leg) -> bool:
        """Pause if the leg says so and take a place in the limiter; false when there is none."""
        upstream = leg.upstream
        patience = _QUEUE_SECONDS if trip.route.has_others(upstream) else trip.deadline.left()
        try:
            if leg.pause_seconds > 0:
                provider = upstream.provider.name
                self._observer.on_retry(provider, leg.because or "resting", leg.pause_seconds)
                await self._sleep(leg.pause_seconds)
            await upstream.limiter.acquire(trip.deadline.within(patience))
        except ProviderError as error:
            upstream.breaker.forgotten()
            trip.route.failed(upstream, error)
            return False
        except BaseException:
            upstream.breaker.forgotten()
            raise
        return True

    async def _race(
        self, trip: _Trip, call: Call, run: Run[T], after_seconds: float
    ) -> tuple[Call, T]:
        """Make the call, with a second one racing it when it is slow to begin."""
        calls = [call]

        def launch() -> Call | None:
            rival = self._rival(trip, call, is_whole=run is Call.whole)
            if rival is not None:
                calls.append(rival)
            return rival

        try:
            winner, answer = await race(call, run, after_seconds, launch)
            if len(calls) > 1:
                self._observer.on_hedge(call.upstream.model.name, winner is not call)
            return winner, answer
        finally:
            for one in calls:
                if one.error is not None:
                    trip.route.failed(one.upstream, one.error)

    def _hedge_after(self, trip: _Trip, call: Call, *, streamed: bool) -> float | None:
        hedge = trip.plan.terms.hedge
        if hedge is None or call.order.kind != "primary":
            return None
        if hedge.after_seconds is not None:
            return hedge.after_seconds
        return call.upstream.gauge.p95(streamed)

    def _rival(self, trip: _Trip, first: Call, *, is_whole: bool) -> Call | None:
        """A second call for a race, with its place taken; None when nobody is free or allowed."""
        upstream = trip.route.rival_of(first.upstream)
        if upstream is None or not self._hedges.withdraw():
            return None
        trip.route.called(upstream)
        upstream.limiter.take()
        return self._call(trip, upstream, "hedge", None, is_whole=is_whole)

    def _call(
        self,
        trip: _Trip,
        upstream: Upstream,
        kind: AttemptKind,
        prefix: str | None,
        *,
        is_whole: bool,
    ) -> Call:
        request = trip.request
        if prefix:
            request = shorten(request, prefix, self._around.count_tokens)
            if not goes_on_exactly(trip.plan.terms, upstream, request):
                request = ask_to_go_on(request, prefix)
        may_be_whole = is_whole or trip.plan.terms.order == "proven"
        order = Order(
            request=request,
            plan=trip.plan,
            number=next(trip.numbers),
            kind=kind if trip.role is None or prefix else trip.role,
            deadline=trip.deadline,
            prefix=prefix,
            whole_seconds=self._whole_seconds(trip, upstream) if may_be_whole else 0.0,
        )
        return Call(upstream, order, trip.sink, self._around)

    def _whole_seconds(self, trip: _Trip, upstream: Upstream) -> float:
        """How long a whole answer may take: half of what is left while others could be asked.

        Without a stream nothing tells a slow answer from none, and somebody else needs time too.
        """
        left = trip.deadline.left()
        if not trip.route.has_others(upstream):
            return left
        return min(left, max(trip.plan.terms.first_token_seconds, left / 2))


class _Trip(msgspec.Struct, frozen=True):
    """One request on its way through dispatch."""

    request: ChatRequest
    plan: Plan
    sink: AttemptSink
    deadline: Deadline
    route: Route
    role: AttemptKind | None
    numbers: Iterator[int]


def _opened(call: Call) -> Opened:
    return Opened(
        model=call.upstream.model.name,
        provider=call.upstream.provider.name,
        upstream_id=call.upstream_id,
        seam=call.order.prefix is not None,
        ignored=tuple(call.left_out),
    )


def _as_broken(error: ProviderError) -> StreamBrokenError:
    """What the caller of a begun stream gets, whatever went wrong."""
    if isinstance(error, StreamBrokenError):
        return error
    return StreamBrokenError(
        error.message,
        why="error_event",
        provider=error.provider,
        model=error.model,
        status=error.status,
        vendor_code=error.vendor_code,
        vendor_type=error.vendor_type,
    )
