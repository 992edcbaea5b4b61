"""One request's way through the plan: whom to ask next, after what pause, or why nobody is left."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from providers.errors import (
    ContentFilteredError,
    ContextTooLongError,
    ElsewhereError,
    OverloadedError,
    ProviderError,
    UnnumberedError,
    UnsupportedError,
    UpstreamTimeoutError,
)
from router.errors import NobodyCanAnswerError
from router.steps.dispatch.deployments import Upstream, are_rate_limited, pick, soonest
from router.steps.dispatch.errors import AllFailedError, OthersRestError
from router.steps.dispatch.retry import pause_seconds

if TYPE_CHECKING:
    from policies.decision import Plan
    from providers.calls import AttemptKind, Deadline
    from router.steps.dispatch.budget import RetryBudget

_NO_DEPLOYMENT = "it has no deployment"
_PATIENCE_SECONDS = 2.0
"""A longer pause than this is not worth it while another model could be asked at once."""


class Leg(msgspec.Struct, frozen=True):
    """The next call: to whom, as what, and how long to pause before it."""

    upstream: Upstream
    kind: AttemptKind
    pause_seconds: float = 0.0
    because: str = ""
    """Class of the error that makes this a retry."""


class Route:
    """Walks the plan's models in order and remembers what each upstream answered.

    Within a model, fresh deployments come first, then the same ones again after a pause, as often
    as the plan and the provider's retry budget allow; then the next model. What would fail again
    is never asked again, and what would be refused for one of the request's demands is not asked.
    """

    def __init__(
        self,
        plan: Plan,
        upstreams: Mapping[str, Sequence[Upstream]],
        budgets: Mapping[str, RetryBudget],
        *,
        demands: frozenset[str] = frozenset(),
        session: str = "",
        rng: random.Random,
    ) -> None:
        self._plan = plan
        self._models = models = plan.models
        self._budgets = budgets
        self._session = session
        self._rng = rng
        self._ways: dict[str, Sequence[Upstream]] = {}
        self._skipped: dict[str, str] = {}
        has_way = False
        for model in models:
            all_ways = upstreams.get(model, ())
            ways = all_ways
            if demands or plan.must_stay_local or plan.regions is not None:
                ways = [one for one in all_ways if not _why_never(one, plan, demands)]
            self._ways[model] = ways
            if ways:
                has_way = True
            else:
                whys = dict.fromkeys(_why_never(one, plan, demands) for one in all_ways)
                self._skipped[model] = " and ".join(whys) or _NO_DEPLOYMENT
        if not has_way:
            raise NobodyCanAnswerError(_nobody(plan, self._skipped))
        self._unplanned = [
            one
            for each in plan.rejected
            if each.rests
            for one in upstreams.get(each.model, ())
            if not _why_never(one, plan, demands)
        ]
        self._out: set[str] = set()
        self._pauses: dict[str, ProviderError] = {}
        self._retries: dict[str, int] = {}
        self._needs_window = 0
        self._last_model = ""
        self._called: set[str] = set()
        self.errors: list[ProviderError] = []
        self.calls = 0

    async def next(self, deadline: Deadline, *, continuing: bool = False) -> Leg | None:
        """The next call to make, or None when nothing is left to try within the deadline.

        First without long pauses; only when nobody can be asked soon, a long pause is accepted.
        A continuation does not pause for the broken model while others stand ready.
        """
        left = deadline.left()
        if self.calls >= self._plan.terms.max_attempts or not left:
            return None
        refused: set[str] = set()
        patience = 0.0 if continuing else _PATIENCE_SECONDS
        for longest in (patience if patience < left else left, left):
            while (leg := self._choose(longest, refused)) is not None:
                breaker = leg.upstream.breaker
                if breaker.is_closed or await breaker.admit():
                    return self._take(leg, continuing)
                refused.add(leg.upstream.name)
                self._skipped[leg.upstream.name] = breaker.why
        return None

    def rival_of(self, first: Upstream) -> Upstream | None:
        """Who may race against the first: healthy, idle enough and not asked before."""
        if self.calls >= self._plan.terms.max_attempts:
            return None
        for model in self._models:
            ready = [
                one
                for one in self._wide_ways(model)
                if one is not first
                and self._is_fresh(one)
                and one.breaker.state == "closed"
                and not one.limiter.is_full
            ]
            if ready:
                return pick(ready, "", self._rng)
        return None

    def called(self, upstream: Upstream) -> None:
        """Count a call that was not this route's own idea: a rival's."""
        self.calls += 1
        self._called.add(upstream.name)

    def keep_only(self, may: Callable[[Upstream], bool]) -> None:
        """Ask from now on only those for whom this holds."""
        for ways in self._ways.values():
            self._out.update(one.name for one in ways if not may(one))

    def has_others(self, upstream: Upstream) -> bool:
        """Whether somebody else could be asked at once instead."""
        for model in self._models:
            for one in self._wide_ways(model):
                if one is not upstream and self._is_fresh(one):
                    return True
        return False

    def failed(self, upstream: Upstream, error: ProviderError) -> None:
        """Remember what a call came to."""
        self.errors.append(error)
        if isinstance(error, OverloadedError) and error.retry_after_seconds:
            upstream.rest(error.retry_after_seconds)
        if isinstance(error, ContentFilteredError) and self._plan.terms.filtered_elsewhere:
            self._bar_provider(upstream.provider.name)
        elif isinstance(error, ContextTooLongError):
            self._needs_window = max(self._needs_window, upstream.model.window_tokens + 1)
        elif isinstance(error, UnnumberedError):
            # Nothing failed: the same answer is to be had at once, in another way.
            self._called.discard(upstream.name)
        elif isinstance(error, UnsupportedError):
            self._out.update(one.name for one in self._ways[upstream.model.name])
        elif error.retryable:
            self._pauses[upstream.name] = error
        else:
            self._out.add(upstream.name)

    def may_go_on(self, error: ProviderError) -> bool:
        """Whether this error may be answered by asking somebody else, or again."""
        if isinstance(error, ContentFilteredError):
            return self._plan.terms.filtered_elsewhere
        return error.retryable or error.elsewhere

    def verdict(self, deadline: Deadline) -> ProviderError:
        """The error to end with when nobody is left to ask.

        What would fail again everywhere is not the end where somebody rests who would answer: that
        goes away sooner.
        """
        notes = [f"{name}: {why}" for name, why in self._notes().items()]
        errors = self.errors
        waiting = self._waiting()
        if errors and waiting and all(isinstance(error, ElsewhereError) for error in errors):
            told = {one.name for one in waiting} - self._skipped.keys()
            notes += [f"{one.name}: {one.why_not()}" for one in waiting if one.name in told]
            errors = [*errors, _rest(OthersRestError, "Others rest just now.", waiting)]
        if len(errors) == 1 and not notes:
            return errors[0]
        if errors:
            return AllFailedError(errors, notes)
        if deadline.passed():
            return UpstreamTimeoutError("The deadline passed before anybody could be asked.")
        every = [one for ways in self._ways.values() for one in ways if one.name not in self._out]
        return _rest(OverloadedError, f"Nobody can be asked just now. {'; '.join(notes)}.", every)

    def _waiting(self) -> list[Upstream]:
        """Those who rest just now, were not called and might answer."""
        ways = [one for model in self._models for one in self._ways[model]]
        return [
            one
            for one in (*ways, *self._unplanned)
            if one.name not in self._out
            and one.name not in self._called
            and one.model.window_tokens >= self._needs_window
            and one.back_seconds > 0
        ]

    def _choose(self, longest: float, refused: set[str]) -> Leg | None:
        for model in self._models:
            fresh = [
                one
                for one in self._wide_ways(model)
                if one.name not in refused and self._is_fresh(one)
            ]
            if fresh:
                chosen = pick(fresh, self._session, self._rng)
                return Leg(chosen, self._kind(model))
            leg = self._again(model, longest, refused)
            if leg is not None:
                return leg
        return None

    def _wide_ways(self, model: str) -> Sequence[Upstream]:
        """The model's upstreams, if its window is wide enough."""
        ways = self._ways[model]
        return ways if ways and ways[0].model.window_tokens >= self._needs_window else ()

    def _is_fresh(self, one: Upstream) -> bool:
        name = one.name
        if name in self._out or name in self._called:
            return False
        why = one.why_not()
        if why:
            self._skipped[name] = why
        return not why

    def _again(self, model: str, longest: float, refused: set[str]) -> Leg | None:
        """The same model once more, after the shortest pause that is allowed."""
        legs = [
            Leg(one, self._kind(model), pause, because)
            for one in self._wide_ways(model)
            if one.name not in self._out and one.name not in refused and one.breaker.state != "open"
            for pause, because in [self._pause(one, model)]
            if pause <= longest
        ]
        best = min(legs, key=lambda leg: leg.pause_seconds, default=None)
        if best is None or best.upstream.name not in self._called:
            return best
        if self._retries.get(model, 0) >= self._plan.terms.retries_per_model:
            return None
        return best if self._budgets[best.upstream.provider.name].withdraw() else None

    def _pause(self, one: Upstream, model: str) -> tuple[float, str]:
        error = self._pauses.get(one.name)
        if error is None:
            return one.rest_seconds, ""
        pause = pause_seconds(error, self._retries.get(model, 0) + 1)
        return max(pause, one.rest_seconds), type(error).__name__

    def _kind(self, model: str) -> AttemptKind:
        if model == self._last_model:
            return "retry"
        return "primary" if model == self._models[0] and not self.calls else "fallback"

    def _take(self, leg: Leg, continuing: bool) -> Leg:
        model = leg.upstream.model.name
        if leg.upstream.name in self._called:
            self._retries[model] = self._retries.get(model, 0) + 1
        self._called.add(leg.upstream.name)
        self._last_model = model
        self._skipped.pop(leg.upstream.name, None)
        self.calls += 1
        if continuing:
            return Leg(leg.upstream, "continuation", leg.pause_seconds, leg.because)
        return leg

    def _bar_provider(self, provider: str) -> None:
        for ways in self._ways.values():
            self._out.update(one.name for one in ways if one.provider.name == provider)

    def _notes(self) -> dict[str, str]:
        return {name: why for name, why in self._skipped.items() if name not in self._called}


def _rest(
    kind: type[OverloadedError], message: str, upstreams: Sequence[Upstream]
) -> OverloadedError:
    """The error of those that are left alone just now, with when the first of them is back."""
    status = 429 if are_rate_limited(upstreams) else 503
    return kind(message, status=status, retry_after_seconds=soonest(upstreams))


def _why_never(one: Upstream, plan: Plan, demands: frozenset[str]) -> str:
    """Why this request may never go there: it is outside, or refused before a byte is sent."""
    if outside := one.why_outside(plan):
        return f"{one.name} {outside}"
    refused = one.why_refused(demands)
    return f"{one.name}: {refused}" if refused else ""


def _nobody(plan: Plan, skipped: Mapping[str, str]) -> str:
    whys = "; ".join(f"{model}: {why}" for model, why in skipped.items())
    return (
        f"No model of pool '{plan.pool}' (rule '{plan.rule}') can be called: {whys}. "
        "Add a model that may answer to the pool, or a deployment to the model."
    )
