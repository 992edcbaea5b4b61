"""A circuit breaker per deployment: after repeated failures it is left alone, then probed.

What counts: errors that say something about the deployment's health. A refused request says that
it lives. A wrong key, spent credit or an unknown model trips at once and for long, since waiting
mends none of them; "too many requests" counts half, since the limiter answers it too.
Trips are shared through the breaker store, so that one replica's bad experience is everyone's; the
decision on a request path is local and takes no I/O while the breaker is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Literal

from providers.errors import (
    AuthenticationFailedError,
    ModelNotFoundError,
    OverloadedError,
    ProviderError,
    QuotaExhaustedError,
)
from router.storage.breakers import BreakerStore, BreakerStoreError, Trip

BreakerState = Literal["closed", "open", "half_open"]
OnChange = Callable[[str, str, str, str], None]

_RATE_LIMITED = "too many requests"
_HOPELESS = (AuthenticationFailedError, QuotaExhaustedError, ModelNotFoundError)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerSettings:
    """When a breaker trips and for how long it rests."""

    window_seconds: float = 30.0
    least_calls: int = 5
    """Fewer calls in the window never trip it."""
    failing_share: float = 0.5
    pause_seconds: float = 5.0
    """After the first trip; doubled at each trip that follows without a success."""
    longest_pause_seconds: float = 60.0
    hopeless_pause_seconds: float = 60.0
    probes_to_close: int = 2
    probe_seconds: float = 30.0
    """How long a probe may take before another replica may try."""
    sync_seconds: float = 1.0
    """How often trips of other replicas are read."""


class Breaker:
    """Whether one deployment may be called."""

    def __init__(
        self,
        name: str,
        settings: BreakerSettings,
        clock: Callable[[], float],
        replicas: Breakers,
    ) -> None:
        self.name = name
        self._settings = settings
        self._clock = clock
        self._replicas = replicas
        self._calls: deque[tuple[float, float]] = deque(maxlen=100)
        self._times = 0
        self._until: float | None = None
        self._why = ""
        self._probing_since: float | None = None
        self._good_probes = 0
        self._told: BreakerState = "closed"

    @property
    def state(self) -> BreakerState:
        """Closed: call. Open: leave alone. Half open: one probe at a time."""
        if self._until is None:
            return "closed"
        return "open" if self._clock() < self._until else "half_open"

    @property
    def is_closed(self) -> bool:
        """Whether calls may go out as they come."""
        return self._until is None

    @property
    def left_seconds(self) -> float:
        """Seconds until an open breaker may be probed."""
        return 0.0 if self._until is None else max(0.0, self._until - self._clock())

    @property
    def is_rate_limited(self) -> bool:
        """Whether it was the vendor's count of our requests that opened it."""
        return self._why == _RATE_LIMITED

    @property
    def why(self) -> str:
        """Why calls are held back, in words; empty when closed."""
        state = self.state
        if state == "closed":
            return ""
        if state == "half_open":
            return f"breaker half open after {self._why}"
        return f"breaker open ({self.left_seconds:.0f} s left) after {self._why}"

    async def admit(self) -> bool:
        """Whether a call may go out now; in the half-open state, claims the one probe."""
        state = self.state
        if state != "half_open":
            return state == "closed"
        now = self._clock()
        seconds = self._settings.probe_seconds
        if self._probing_since is not None and now - self._probing_since < seconds:
            return False
        self._probing_since = now
        self._tell("half_open")
        try:
            claimed = await self._replicas.claim_probe(self.name, seconds)
        except BaseException:
            self._probing_since = None
            raise
        if not claimed:
            self._probing_since = None
        return claimed

    def succeeded(self) -> None:
        """The deployment answered, or refused like one that is alive."""
        self._calls.append((self._clock(), 0.0))
        if self._until is None or self.state == "open":
            return
        self._probing_since = None
        self._good_probes += 1
        if self._good_probes >= self._settings.probes_to_close:
            self._close()
        else:
            self._replicas.released(self.name)

    def failed(self, error: ProviderError) -> None:
        """The call failed in a way that may say something about the deployment."""
        if not error.hurts_health:
            self.succeeded()
            return
        now = self._clock()
        weight = 0.5 if isinstance(error, OverloadedError) else 1.0
        self._calls.append((now, weight))
        if (
            self.state == "half_open"
            or isinstance(error, _HOPELESS)
            or (self.state == "closed" and self._is_failing(now))
        ):
            self._trip(error)

    def forgotten(self) -> None:
        """The call ended without a verdict, for instance because the client left."""
        if self._probing_since is not None:
            self._probing_since = None
            self._replicas.released(self.name)

    def learn(self, trip: Trip | None) -> None:
        """Take over what the store says: another replica tripped or closed this breaker."""
        if trip is None:
            if self.state == "half_open" and self._probing_since is None:
                self._reset()
                self._tell("closed")
            return
        self._times = max(self._times, trip.times)
        until = self._clock() + trip.left_seconds
        if self._until is None or (trip.left_seconds > 0 and until > self._until):
            self._until = until
            self._why = trip.why
            self._tell(self.state)

    def _is_failing(self, now: float) -> bool:
        oldest = now - self._settings.window_seconds
        weights = [weight for at, weight in self._calls if at >= oldest]
        return len(weights) >= self._settings.least_calls and sum(
            weights
        ) >= self._settings.failing_share * len(weights)

    def _trip(self, error: ProviderError) -> None:
        self._times += 1
        is_limit = isinstance(error, OverloadedError) and error.is_rate_limit
        self._why = _RATE_LIMITED if is_limit else type(error).__name__
        pause = self._pause(error)
        self._until = self._clock() + pause
        self._probing_since = None
        self._good_probes = 0
        self._calls.clear()
        trip = Trip(left_seconds=pause, why=self._why, times=self._times)
        self._replicas.tripped(self.name, trip)
        self._tell("open")

    def _pause(self, error: ProviderError) -> float:
        settings = self._settings
        if isinstance(error, _HOPELESS):
            return settings.hopeless_pause_seconds
        doubled = settings.pause_seconds * 2.0 ** min(self._times - 1, 16)
        return min(doubled, settings.longest_pause_seconds)

    def _close(self) -> None:
        self._reset()
        self._replicas.closed(self.name)
        self._tell("closed")

    def _reset(self) -> None:
        self._until = None
        self._times = 0
        self._why = ""
        self._good_probes = 0
        self._calls.clear()

    def _tell(self, state: BreakerState) -> None:
        if state != self._told:
            before, self._told = self._told, state
            self._replicas.changed(self.name, before, state, self._why)


class Breakers:
    """All breakers of this process, in step with the store that other replicas write to."""

    def __init__(
        self,
        store: BreakerStore | None = None,
        settings: BreakerSettings | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        on_change: OnChange | None = None,
    ) -> None:
        self._store = store
        self._settings = settings or BreakerSettings()
        self._clock = clock
        self._on_change = on_change
        self._breakers: dict[str, Breaker] = {}
        self._writes: set[asyncio.Task[None]] = set()
        self._syncing: asyncio.Task[None] | None = None

    def of(self, name: str) -> Breaker:
        """The breaker of one deployment; a new one is closed."""
        breaker = self._breakers.get(name)
        if breaker is None:
            breaker = Breaker(name, self._settings, self._clock, self)
            self._breakers[name] = breaker
        return breaker

    def listen(self, on_change: OnChange) -> None:
        """Tell this listener about every change: name, before, now, why."""
        self._on_change = on_change

    def keep_in_step(self) -> None:
        """Start reading other replicas' trips; does nothing without a store or when started."""
        if self._store is not None and self._syncing is None:
            self._syncing = asyncio.get_running_loop().create_task(self._keep_syncing())

    async def sync(self) -> None:
        """Read the store once and take over what other replicas know.

        Raises:
            BreakerStoreError: the store cannot be reached.
        """
        if self._store is None:
            return
        trips = await self._store.trips()
        for name, breaker in self._breakers.items():
            breaker.learn(trips.get(name))

    async def close(self) -> None:
        """Stop syncing, and let the last writes out."""
        if self._syncing is not None:
            self._syncing.cancel()
            await asyncio.gather(self._syncing, return_exceptions=True)
            self._syncing = None
        await asyncio.gather(*self._writes, return_exceptions=True)

    async def claim_probe(self, name: str, seconds: float) -> bool:
        """Whether this replica may probe; yes when the store is away: each on its own then."""
        if self._store is None:
            return True
        try:
            return await self._store.claim_probe(name, seconds)
        except BreakerStoreError:
            return True

    def tripped(self, name: str, trip: Trip) -> None:
        if self._store is not None:
            self._write(self._store.trip(name, trip))

    def closed(self, name: str) -> None:
        if self._store is not None:
            self._write(self._store.close(name))

    def released(self, name: str) -> None:
        if self._store is not None:
            self._write(self._store.release_probe(name))

    def changed(self, name: str, before: str, now: str, why: str) -> None:
        if self._on_change is not None:
            self._on_change(name, before, now, why)

    def _write(self, write: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(write))
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    async def _deliver(self, write: Coroutine[None, None, None]) -> None:
        # Other replicas learn it by their own experience when the store is away.
        with contextlib.suppress(BreakerStoreError):
            await write

    async def _keep_syncing(self) -> None:
        while True:
            with contextlib.suppress(BreakerStoreError):
                await self.sync()
            await asyncio.sleep(self._settings.sync_seconds)
