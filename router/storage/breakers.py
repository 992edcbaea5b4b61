"""Where circuit breakers keep what every replica should know: who is tripped, who probes.

The port and its two implementations: memory for one process, Redis for several. Times travel as
"seconds left" on the store's own clock, so replicas with skewed clocks agree.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

if TYPE_CHECKING:
    from redis.asyncio import Redis


class BreakerStoreError(Exception):
    """The store cannot be reached; breakers go on with what their own process saw."""


class Trip(msgspec.Struct, frozen=True, kw_only=True):
    """An open breaker: how long it still rests, and why."""

    left_seconds: float
    """Zero: the rest is over and probes may go out."""
    why: str
    times: int = 1
    """Trips in a row; each doubles the rest."""


class BreakerStore(Protocol):
    """Shared knowledge about breakers, by deployment name.

    Every call raises BreakerStoreError when the store cannot be reached.
    """

    async def trips(self) -> Mapping[str, Trip]:
        """All breakers that are not closed."""
        ...

    async def trip(self, name: str, trip: Trip) -> None:
        """Open a breaker for everyone, and let go of its probe."""
        ...

    async def close(self, name: str) -> None:
        """Close a breaker for everyone, and let go of its probe."""
        ...

    async def claim_probe(self, name: str, seconds: float) -> bool:
        """Become the one who probes; false while somebody else does."""
        ...

    async def release_probe(self, name: str) -> None:
        """Let the next one probe."""
        ...


class MemoryBreakerStore:
    """Breakers of one process, or of several dispatchers in it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, tuple[float, Trip]] = {}
        self._probes: dict[str, float] = {}

    async def trips(self) -> Mapping[str, Trip]:
        now = self._clock()
        return {
            name: msgspec.structs.replace(trip, left_seconds=max(0.0, until - now))
            for name, (until, trip) in self._open.items()
        }

    async def trip(self, name: str, trip: Trip) -> None:
        self._open[name] = (self._clock() + trip.left_seconds, trip)
        self._probes.pop(name, None)

    async def close(self, name: str) -> None:
        self._open.pop(name, None)
        self._probes.pop(name, None)

    async def claim_probe(self, name: str, seconds: float) -> bool:
        now = self._clock()
        if self._probes.get(name, now) > now:
            return False
        self._probes[name] = now + seconds
        return True

    async def release_probe(self, name: str) -> None:
        self._probes.pop(name, None)


def open_redis(url: str) -> Redis:
    """A client for state that requests wait for, at `url`.

    It gives up after two seconds, and tries again once, at once: that mends a connection which broke
    while it lay idle. The client's own way is to pause between its tries, for seconds, while a request
    waits for a probe that every replica may send by itself where Redis is away.
    """
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    return Redis.from_url(
        url, socket_connect_timeout=2, socket_timeout=2, retry=Retry(NoBackoff(), retries=1)
    )


class RedisBreakerStore:
    """Breakers of all replicas behind one Redis: a hash of trips and a short-lived key per probe."""

    def __init__(self, redis: Redis, prefix: str = "pointsman") -> None:
        # Redis' client is heavy to import, and most houses have none.
        from redis.exceptions import RedisError

        self._redis = redis
        self._failures = (RedisError, OSError)
        self._key = f"{prefix}:breakers"
        self._read = redis.register_script(_READ)
        self._write = redis.register_script(_WRITE)

    async def trips(self) -> Mapping[str, Trip]:
        try:
            now, flat = await self._read(keys=[self._key])
        except self._failures as error:
            raise _unreachable(error) from error
        rows: list[Any] = list(flat)
        return {
            _text(name): _decode(_text(value), int(now))
            for name, value in zip(rows[::2], rows[1::2], strict=True)
        }

    async def trip(self, name: str, trip: Trip) -> None:
        milliseconds = max(0, round(trip.left_seconds * 1000))
        try:
            await self._write(
                keys=[self._key], args=[name, milliseconds, trip.times, trip.why, _KEEP_SECONDS]
            )
        except self._failures as error:
            raise _unreachable(error) from error
        await self.release_probe(name)

    async def close(self, name: str) -> None:
        try:
            await self._redis.hdel(self._key, name)
        except self._failures as error:
            raise _unreachable(error) from error
        await self.release_probe(name)

    async def claim_probe(self, name: str, seconds: float) -> bool:
        try:
            claimed = await self._redis.set(
                self._probe_key(name), "1", nx=True, px=max(1, round(seconds * 1000))
            )
        except self._failures as error:
            raise _unreachable(error) from error
        return bool(claimed)

    async def release_probe(self, name: str) -> None:
        try:
            await self._redis.delete(self._probe_key(name))
        except self._failures as error:
            raise _unreachable(error) from error

    def _probe_key(self, name: str) -> str:
        return f"{self._key}:probe:{name}"


_KEEP_SECONDS = 86_400
"""A deployment that nobody calls any more is forgotten after a day."""

_READ = """
local now = redis.call('TIME')
return {now[1] * 1000 + math.floor(now[2] / 1000), redis.call('HGETALL', KEYS[1])}
"""

_WRITE = """
local now = redis.call('TIME')
local ends = now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[2]
redis.call('HSET', KEYS[1], ARGV[1],
    string.format('%.0f', ends) .. ' ' .. ARGV[3] .. ' ' .. ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[5])
"""


def _decode(value: str, now_milliseconds: int) -> Trip:
    ends, times, why = value.split(" ", 2)
    left = max(0, int(ends) - now_milliseconds) / 1000
    return Trip(left_seconds=left, why=why, times=int(times))


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _unreachable(error: Exception) -> BreakerStoreError:
    return BreakerStoreError(f"Redis cannot be reached for breaker state: {error}")
