"""Finds how many calls an upstream can take at once, and queues a few more.

Additive increase, multiplicative decrease: each answer under a well-used limit raises it a little,
each sign of overload cuts it to a share of what was really in flight, once a second at most. A
first-token time far above its own long-run level counts as a gentle sign of overload too: local
engines and self-hosted ones queue instead of refusing.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.errors import OverloadedError

if TYPE_CHECKING:
    from providers.calls import Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class LimiterSettings:
    """How far the limit may move, and how many may wait."""

    initial: int = 512
    least: int = 2
    most: int = 4096
    queue: int = 1024
    decrease: float = 0.8
    gentle_decrease: float = 0.9
    slow_factor: float = 4.0
    """First-token time above its long-run level by this factor counts as overload."""
    rest_seconds: float = 1.0
    """Between two decreases: the answers to the last one must be seen first."""


class Limiter:
    """The concurrency limit of one deployment."""

    def __init__(
        self,
        name: str,
        settings: LimiterSettings | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._settings = settings or LimiterSettings()
        self._clock = clock
        self._limit = float(self._settings.initial)
        self._queue: deque[asyncio.Future[None]] = deque()
        self._decreased_at = -1e9
        self._recent_seconds: float | None = None
        self._usual_seconds: float | None = None
        self.in_flight = 0

    @property
    def limit(self) -> int:
        """Calls that may be in flight now."""
        return int(self._limit)

    @property
    def wanted(self) -> int:
        """Calls in flight, and those that wait for a place."""
        return self.in_flight + len(self._queue)

    @property
    def load(self) -> float:
        """Share of the limit in use, 0..1, those that wait included."""
        return min(1.0, self.wanted / max(1.0, self._limit))

    @property
    def is_full(self) -> bool:
        """Whether the next call would have to wait."""
        return self.in_flight >= self.limit

    async def acquire(self, deadline: Deadline) -> None:
        """Take a place, waiting in the queue until the deadline.

        Raises:
            OverloadedError: the queue is full, or the wait took too long.
        """
        if not self.is_full:
            self.in_flight += 1
            return
        if len(self._queue) >= self._settings.queue:
            raise self._overloaded(f"{len(self._queue)} calls wait already")
        await self._wait(deadline.left())

    def take(self) -> None:
        """Take a place without waiting; for who has seen that one is free."""
        self.in_flight += 1

    def release(self) -> None:
        """Give the place back and let the next in the queue have it."""
        self.in_flight -= 1
        self._hand_on()

    def answered(self, first_token_seconds: float | None) -> None:
        """A call went well: a little more may be possible."""
        if first_token_seconds is not None and self._is_slow(first_token_seconds):
            self._decrease(self._settings.gentle_decrease)
        elif self.in_flight * 2 >= self._limit:
            self._limit = min(float(self._settings.most), self._limit + 1.0 / self._limit)

    def overloaded(self) -> None:
        """The upstream said "too much", or did not answer in time."""
        self._decrease(self._settings.decrease)

    async def _wait(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        place: asyncio.Future[None] = loop.create_future()
        self._queue.append(place)
        timer = loop.call_later(seconds, self._give_up, place, seconds)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self.release()  # the place came in the same moment as the cancellation
            raise
        finally:
            timer.cancel()
            if not place.done() or place.cancelled():
                self._queue.remove(place)

    def _give_up(self, place: asyncio.Future[None], seconds: float) -> None:
        if not place.done():
            self._queue.remove(place)
            place.set_exception(self._overloaded(f"no place came free in {seconds:.1f} s"))

    def _hand_on(self) -> None:
        while self._queue and not self.is_full:
            place = self._queue.popleft()
            if not place.done():
                self.in_flight += 1
                place.set_result(None)

    def _decrease(self, factor: float) -> None:
        now = self._clock()
        if now - self._decreased_at < self._settings.rest_seconds:
            return
        self._decreased_at = now
        reached = min(self._limit, float(max(1, self.in_flight)))
        self._limit = max(float(self._settings.least), reached * factor)

    def _is_slow(self, seconds: float) -> bool:
        recent = self._recent_seconds = _blend(self._recent_seconds, seconds, 0.2)
        usual = self._usual_seconds = _blend(self._usual_seconds, seconds, 0.01)
        return recent > usual * self._settings.slow_factor and self.in_flight > 4

    def _overloaded(self, why: str) -> OverloadedError:
        error = OverloadedError(
            f"Deployment '{self._name}' takes {self.limit} calls at once and {why}.", status=503
        )
        # Our own queue is full: that says nothing new about the upstream.
        error.hurts_health = False
        return error


def _blend(old: float | None, new: float, weight: float) -> float:
    return new if old is None else old + weight * (new - old)
