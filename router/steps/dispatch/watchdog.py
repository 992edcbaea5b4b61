"""Cuts off an upstream that does not answer, stalls or crawls.

One alarm for all calls: a chunk that arrives costs two attribute writes and one look at the clock. Time is charged only while we wait for the upstream; a slow client
never makes an upstream look slow.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from providers.alarm import NO_TICK, Alarm
from providers.errors import ProviderError, StreamBrokenError, UpstreamTimeoutError

if TYPE_CHECKING:
    from policies.decision import Terms
    from providers.calls import Deadline

T = TypeVar("T")

USAGE_PATIENCE_SECONDS = 2.0
"""After the model said why it stopped, only the usage may still come: that takes no thinking."""
_SHORTEST_NAP_SECONDS = 0.005
_IDLE_NAP_SECONDS = 0.05
"""While the client is the slow one, there is nothing to catch yet."""
_SAMPLES_PER_WINDOW = 4
_here: tuple[asyncio.AbstractEventLoop, Alarm[Watchdog]] | None = None


class Watchdog:
    """Watches one call's waits and ends the one that takes too long."""

    __slots__ = (
        "_alarm",
        "_cancelling",
        "_clock",
        "_deadline",
        "_mark",
        "_samples",
        "_since",
        "_task",
        "_terms",
        "_verdict",
        "_waited",
        "_whole_seconds",
        "has_begun",
        "has_finished",
        "tick",
        "tokens",
    )

    def __init__(
        self, terms: Terms, deadline: Deadline, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`terms` say how long each silence may be."""
        self._terms = terms
        self._deadline = deadline
        self._clock = clock
        self._alarm = _alarm_here()
        self.tick = NO_TICK
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0
        self._since: float | None = None
        self._waited = 0.0
        self._mark = 0.0
        self._verdict: Exception | None = None
        self._samples: deque[tuple[float, float]] | None = None
        self._whole_seconds: float | None = None
        self.tokens = 0.0
        """Tokens seen so far, roughly."""
        self.has_begun = False
        self.has_finished = False

    async def wait(self, upstream: Awaitable[T]) -> T:
        """What the upstream gives, unless it takes longer than allowed.

        Raises:
            UpstreamTimeoutError: no first token, or no whole answer, in time.
            StreamBrokenError: a stall, a crawl, or the deadline, after the first token.
        """
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._cancelling = task.cancelling()
        since = self._since = self._clock()
        if self.tick == NO_TICK:
            self._arm()
        try:
            return await upstream
        except asyncio.CancelledError:
            if self._verdict is not None and task.uncancel() <= self._cancelling:
                raise self._verdict from None
            raise
        finally:
            self._waited += self._clock() - since
            self._since = None

    def expect_whole(self, seconds: float) -> None:
        """Wait for a whole answer that does not stream, so long at most."""
        self._whole_seconds = seconds

    def saw(self, tokens: float) -> None:
        """Note that a token came: the silence is over."""
        self.tokens += tokens
        self._mark = self._waited
        if not self.has_begun:
            self.has_begun = True
            self._samples = deque([(self._waited, self.tokens)])
            self._rearm()

    def finish(self) -> None:
        """Note that the model has said why it stopped: little may follow."""
        self._mark = self._waited
        self.has_finished = True
        self._rearm()

    def abort(self, verdict: Exception) -> bool:
        """End the present wait with this error; false when nobody waits just now."""
        if self._since is None or self._task is None or self._verdict is not None:
            return False
        self._verdict = verdict
        self._task.cancel()
        return True

    def stop(self) -> None:
        """Put the dog to sleep; call it when the upstream is done with."""
        self._alarm.clear(self)
        self._since = None
        self._task = None

    def _arm(self) -> None:
        alarm = self._alarm
        alarm.set(self, alarm.now() + self._nap())

    def _rearm(self) -> None:
        """Look earlier than was meant: patience is shorter from now on."""
        if self.tick != NO_TICK:
            self._arm()

    def _nap(self) -> float:
        """Seconds until the next look could find something wrong."""
        nap = self._limit() - self._silence()
        left = self._deadline.left()
        if left < nap:
            nap = left
        if self.has_begun:
            nap = min(nap, self._terms.crawl_seconds / _SAMPLES_PER_WINDOW)
        shortest = _SHORTEST_NAP_SECONDS if self._since is not None else _IDLE_NAP_SECONDS
        return nap if nap > shortest else shortest

    def look(self) -> None:
        """See whether it took too long; the alarm rings for that."""
        if self._since is not None:
            verdict = self._judge()
            if verdict is not None and self.abort(verdict):
                return
        self._arm()

    def _judge(self) -> ProviderError | None:
        if self._deadline.passed():
            return self._out_of_time()
        if self._silence() >= self._limit():
            return self._too_silent()
        return self._crawling() if self.has_begun and not self.has_finished else None

    def _limit(self) -> float:
        if self.has_finished:
            return min(self._terms.between_tokens_seconds, USAGE_PATIENCE_SECONDS)
        if self.has_begun:
            return self._terms.between_tokens_seconds
        if self._whole_seconds is not None:
            return self._whole_seconds
        return self._terms.first_token_seconds

    def _silence(self) -> float:
        """Seconds that we have waited for the upstream since its last token."""
        now = 0.0 if self._since is None else self._clock() - self._since
        return self._waited + now - self._mark

    def _out_of_time(self) -> ProviderError:
        if self.has_begun:
            return StreamBrokenError(
                "The request's deadline passed in the middle of the answer. "
                "Allow more time (`deadline`), or ask for fewer tokens.",
                why="deadline",
            )
        error = UpstreamTimeoutError("The request's deadline passed before the answer began.")
        # A caller in a hurry says nothing about the upstream's health.
        error.hurts_health = self._silence() >= self._limit()
        return error

    def _too_silent(self) -> ProviderError:
        if self._whole_seconds is not None:
            return UpstreamTimeoutError(f"No whole answer within {self._whole_seconds:.1f} s.")
        if not self.has_begun:
            return UpstreamTimeoutError(
                f"No first token within {self._terms.first_token_seconds:g} s (`first_token`)."
            )
        return StreamBrokenError(
            f"The stream stalled: no token for {self._limit():g} s (`between_tokens`).",
            why="stall",
        )

    def _crawling(self) -> ProviderError | None:
        window = self._terms.crawl_seconds
        waited = self._mark + self._silence()
        samples = self._samples
        assert samples is not None
        samples.append((waited, self.tokens))
        while len(samples) > 1 and waited - samples[1][0] >= window:
            samples.popleft()
        began, tokens = samples[0]
        if waited - began < window:
            return None
        speed = (self.tokens - tokens) / (waited - began)
        if speed >= self._terms.min_tokens_per_second:
            return None
        return StreamBrokenError(
            f"The stream crawls: {speed:.2f} tokens/s over {window:g} s, "
            f"below {self._terms.min_tokens_per_second:g}.",
            why="crawl",
        )


def _alarm_here() -> Alarm[Watchdog]:
    """The alarm of the loop that runs here; there is one loop as a rule."""
    global _here
    loop = asyncio.get_running_loop()
    if _here is None or _here[0] is not loop:
        _here = loop, Alarm(loop, Watchdog.look)
    return _here[1]
