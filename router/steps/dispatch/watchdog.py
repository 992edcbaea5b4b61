"""Cuts off an upstream that does not answer, stalls or crawls.

One timer per call, re-armed only when it fires: a chunk that arrives costs two attribute writes
and one look at the clock. Time is charged only while we wait for the upstream; a slow client
never makes an upstream look slow.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

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


class Patience(NamedTuple):
    """How long each silence may be, in seconds."""

    first_token: float
    between_tokens: float
    crawl_window: float
    least_tokens_per_second: float

    @classmethod
    def of(cls, terms: Terms) -> Patience:
        """The plan's terms as patience."""
        return cls(
            terms.first_token_seconds,
            terms.between_tokens_seconds,
            terms.crawl_seconds,
            terms.min_tokens_per_second,
        )


class Watchdog:
    """Watches one call's waits and ends the one that takes too long."""

    __slots__ = (
        "_cancelling",
        "_clock",
        "_deadline",
        "_loop",
        "_mark",
        "_patience",
        "_samples",
        "_since",
        "_task",
        "_timer",
        "_verdict",
        "_waited",
        "_whole_seconds",
        "has_begun",
        "has_finished",
        "tokens",
    )

    def __init__(
        self, patience: Patience, deadline: Deadline, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._patience = patience
        self._deadline = deadline
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0
        self._since: float | None = None
        self._waited = 0.0
        self._mark = 0.0
        self._verdict: Exception | None = None
        self._samples: deque[tuple[float, float]] = deque()
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
        if self._timer is None:
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
            self._samples.append((self._waited, self.tokens))
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
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._since = None
        self._task = None

    def _arm(self) -> None:
        self._timer = self._loop.call_later(self._nap(), self._look)

    def _rearm(self) -> None:
        """Look earlier than the present timer would: patience is shorter from now on."""
        if self._timer is not None:
            self._timer.cancel()
            self._arm()

    def _nap(self) -> float:
        """Seconds until the next look could find something wrong."""
        nap = self._limit() - self._silence()
        left = self._deadline.left()
        if left < nap:
            nap = left
        if self.has_begun:
            nap = min(nap, self._patience.crawl_window / _SAMPLES_PER_WINDOW)
        shortest = _SHORTEST_NAP_SECONDS if self._since is not None else _IDLE_NAP_SECONDS
        return nap if nap > shortest else shortest

    def _look(self) -> None:
        self._timer = None
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
            return min(self._patience.between_tokens, USAGE_PATIENCE_SECONDS)
        if self.has_begun:
            return self._patience.between_tokens
        if self._whole_seconds is not None:
            return self._whole_seconds
        return self._patience.first_token

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
                f"No first token within {self._patience.first_token:g} s (`first_token`)."
            )
        return StreamBrokenError(
            f"The stream stalled: no token for {self._limit():g} s (`between_tokens`).",
            why="stall",
        )

    def _crawling(self) -> ProviderError | None:
        window = self._patience.crawl_window
        waited = self._mark + self._silence()
        self._samples.append((waited, self.tokens))
        while len(self._samples) > 1 and waited - self._samples[1][0] >= window:
            self._samples.popleft()
        began, tokens = self._samples[0]
        if waited - began < window:
            return None
        speed = (self.tokens - tokens) / (waited - began)
        if speed >= self._patience.least_tokens_per_second:
            return None
        return StreamBrokenError(
            f"The stream crawls: {speed:.2f} tokens/s over {window:g} s, "
            f"below {self._patience.least_tokens_per_second:g}.",
            why="crawl",
        )
