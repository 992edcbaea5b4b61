"""Several deployments of one model (keys, regions, accounts), and which of them to ask.

A session always meets the same deployment while that one is healthy, so that the vendor's prompt
cache stays warm: the choice is a hash, not a table, and every replica makes the same one. Without
a session two are drawn by weight and the quicker, less busy one is taken.
"""

from __future__ import annotations

import hashlib
import math
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from policies.bounds import why_outside
from providers.demands import NO_REFUSALS, Refusals, say_refused
from router.steps.dispatch.health import UNKNOWN_LATENCY_SECONDS, Gauge

if TYPE_CHECKING:
    from policies.decision import Plan
    from providers.base import Model, Provider
    from providers.limits import RateLimits
    from router.steps.dispatch.breaker import Breaker
    from router.steps.dispatch.limiter import Limiter

_LONGEST_REST_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One way to reach one model: a provider with one key in one region."""

    name: str
    model: Model
    """The card as it is deployed here: `region` and `is_local` are this deployment's own."""
    provider: Provider
    weight: float = 1.0
    """Share of the traffic against the model's other deployments."""
    slots: int | None = None
    """Calls that it answers at once, where it says so; else the limiter finds out."""
    refuses: Refusals = field(default_factory=lambda: NO_REFUSALS)
    """Demands of a request that its provider refuses by itself, with why."""


Deployments = Mapping[str, Sequence[Deployment]]
"""By model name."""


class Upstream:
    """A deployment with what we know of it: breaker, limiter, moving figures, pauses."""

    __slots__ = (
        "_clock",
        "_is_limited",
        "_resting_until",
        "breaker",
        "deployment",
        "gauge",
        "limiter",
        "model",
        "name",
        "provider",
    )

    def __init__(
        self,
        deployment: Deployment,
        breaker: Breaker,
        limiter: Limiter,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.deployment = deployment
        self.name = deployment.name
        self.model: Model = deployment.model
        self.provider: Provider = deployment.provider
        self.breaker = breaker
        self.limiter = limiter
        self.gauge = Gauge(clock)
        self.gauge.expect(self.model)
        self._clock = clock
        self._resting_until = 0.0
        self._is_limited = True

    @property
    def is_untouched(self) -> bool:
        """Whether nobody calls it, nobody has, and nothing speaks against it."""
        is_free = self.breaker.is_closed and not self._resting_until
        return is_free and not self.limiter.in_flight and self.gauge.is_empty

    @property
    def places(self) -> int:
        """Calls that it can answer at once: its slots, or what the limiter takes it to stand."""
        limit, slots = self.limiter.limit, self.deployment.slots
        return limit if slots is None else min(limit, slots)

    @property
    def load(self) -> float:
        """Share of its places that is in use, 0..1, those who wait included."""
        return min(1.0, self.limiter.wanted / max(1, self.places))

    @property
    def rest_seconds(self) -> float:
        """Seconds for which the vendor asked to be left alone."""
        return max(0.0, self._resting_until - self._clock())

    @property
    def back_seconds(self) -> float:
        """Seconds until it may be called again, as far as breaker and vendor say."""
        return max(self.breaker.left_seconds, self.rest_seconds)

    @property
    def is_rate_limited(self) -> bool:
        """Whether it is left alone just now, and for nothing but too many requests of ours."""
        is_open = self.breaker.state == "open"
        if not is_open and self.rest_seconds <= 0:
            return False
        return not (is_open and not self.breaker.is_rate_limited) and (
            self._is_limited or self.rest_seconds <= 0
        )

    def rest(self, seconds: float, *, is_limited: bool = True) -> None:
        """Leave it alone for this long: the vendor's Retry-After or an allowance that is used up.

        `is_limited` says that there were too many requests; else the vendor lacks capacity.
        """
        until = self._clock() + min(seconds, _LONGEST_REST_SECONDS)
        if until > self._resting_until:
            self._resting_until, self._is_limited = until, is_limited

    def note_limits(self, limits: RateLimits) -> None:
        """Take in the vendor's own count of what we may still use."""
        for remaining, reset in (
            (limits.remaining_requests, limits.reset_requests_seconds),
            (limits.remaining_tokens, limits.reset_tokens_seconds),
        ):
            if remaining == 0:
                self.rest(1.0 if reset is None else reset)

    def why_outside(self, plan: Plan) -> str:
        """Why the plan's limits forbid to call it, ever; empty when they do not."""
        return why_outside(self.model, must_stay_local=plan.must_stay_local, regions=plan.regions)

    def why_refused(self, demands: frozenset[str]) -> str:
        """Why its provider would refuse a request with these demands; empty when it would not."""
        return say_refused(demands, self.deployment.refuses)

    def why_not(self) -> str:
        """Why it should not be asked just now; empty when it may."""
        if not self.breaker.is_closed and self.breaker.state == "open":
            return self.breaker.why
        if self._resting_until and self.rest_seconds > 0:
            what = "rate-limited by the vendor" if self._is_limited else "left alone, as it asked"
            return f"{what} ({self.rest_seconds:.1f} s left)"
        return ""

    def cost(self) -> float:
        """How long a new call would take to begin, roughly: the less, the better."""
        latency = self.gauge.latency_seconds
        seconds = UNKNOWN_LATENCY_SECONDS if latency is None else latency
        failing = 1.0 + 4.0 * self.gauge.error_rate
        return seconds * failing * (self.limiter.in_flight + 1) / self.deployment.weight


def pick(upstreams: Sequence[Upstream], session: str, rng: random.Random) -> Upstream:
    """The one to ask now: the session's own, or the better of two drawn by weight."""
    if len(upstreams) == 1:
        return upstreams[0]
    if session:
        return max(upstreams, key=lambda one: _affinity(session, one))
    weights = [one.deployment.weight for one in upstreams]
    first = rng.choices(range(len(upstreams)), weights)[0]
    weights[first] = 0.0
    second = rng.choices(range(len(upstreams)), weights)[0] if any(weights) else first
    return min(upstreams[first], upstreams[second], key=Upstream.cost)


def are_rate_limited(upstreams: Iterable[Upstream]) -> bool:
    """Whether too many requests are the one reason why none of them may be called; not without any."""
    every = list(upstreams)
    return bool(every) and all(one.is_rate_limited for one in every)


def soonest(upstreams: Iterable[Upstream]) -> float | None:
    """Seconds until the first of them may be called again; None where there is none."""
    return min((one.back_seconds for one in upstreams), default=None)


def _affinity(session: str, upstream: Upstream) -> float:
    """Weighted rendezvous hashing: losing one deployment moves only its own sessions."""
    key = f"{session}\0{upstream.name}".encode()
    digest = hashlib.blake2b(key, digest_size=8).digest()
    share = (int.from_bytes(digest, "big") + 1) / (2**64 + 1)
    return -upstream.deployment.weight / math.log(share)
