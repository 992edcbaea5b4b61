"""When a breaker trips, rests, probes and closes again."""

from __future__ import annotations

from providers.errors import (
    AuthenticationFailedError,
    ContextTooLongError,
    OverloadedError,
    RefusedError,
    UpstreamFailedError,
)
from router.steps.dispatch import Breakers, BreakerSettings
from router.steps.dispatch.breaker import Breaker
from router.storage.breakers import BreakerStoreError, MemoryBreakerStore

FAILED = UpstreamFailedError("500", status=500)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class DeadStore(MemoryBreakerStore):
    """A store whose server is gone."""

    async def trips(self):
        raise BreakerStoreError("gone")

    async def trip(self, name, trip):
        raise BreakerStoreError("gone")

    async def claim_probe(self, name, seconds):
        raise BreakerStoreError("gone")


def tripped(clock: Clock) -> Breaker:
    breaker = Breakers(clock=clock).of("d")
    for _ in range(5):
        breaker.failed(FAILED)
    return breaker


async def test_five_failures_trip_it_and_it_is_left_alone_until_its_pause_is_over() -> None:
    clock = Clock()
    breaker = tripped(clock)
    assert breaker.state == "open"
    assert not await breaker.admit()
    assert breaker.why == "breaker open (5 s left) after UpstreamFailedError"
    clock.now += 5.1
    assert breaker.state == "half_open"


async def test_one_probe_at_a_time_and_two_good_ones_close_it() -> None:
    clock = Clock()
    breaker = tripped(clock)
    clock.now += 6
    assert await breaker.admit()
    assert not await breaker.admit()
    breaker.succeeded()
    assert breaker.state == "half_open"
    assert await breaker.admit()
    breaker.succeeded()
    assert breaker.state == "closed"
    assert await breaker.admit() and await breaker.admit()


async def test_a_failed_probe_doubles_the_pause() -> None:
    clock = Clock()
    breaker = tripped(clock)
    clock.now += 6
    assert await breaker.admit()
    breaker.failed(FAILED)
    assert 9.9 < breaker.left_seconds <= 10.0


async def test_a_probe_without_a_verdict_lets_the_next_one_try() -> None:
    clock = Clock()
    breaker = tripped(clock)
    clock.now += 6
    assert await breaker.admit()
    breaker.forgotten()
    assert await breaker.admit()


async def test_a_few_failures_among_many_successes_do_not_trip_it() -> None:
    breaker = Breakers(clock=Clock()).of("d")
    for _ in range(30):
        breaker.succeeded()
        breaker.succeeded()
        breaker.failed(FAILED)
    assert breaker.state == "closed"


async def test_old_failures_are_forgotten() -> None:
    clock = Clock()
    breaker = Breakers(clock=clock).of("d")
    for _ in range(20):
        breaker.failed(FAILED)
        clock.now += 10
    assert breaker.state == "closed"


async def test_what_waiting_does_not_mend_trips_at_once_and_for_long() -> None:
    breaker = Breakers(clock=Clock()).of("d")
    breaker.failed(AuthenticationFailedError("401", status=401))
    assert breaker.state == "open"
    assert breaker.left_seconds > 30


async def test_a_refused_request_says_that_the_deployment_lives() -> None:
    breaker = Breakers(clock=Clock()).of("d")
    for error in (RefusedError("400"), ContextTooLongError("too long")) * 10:
        breaker.failed(error)
    assert breaker.state == "closed"


async def test_too_many_requests_count_half() -> None:
    breaker = Breakers(clock=Clock()).of("d")
    for _ in range(4):
        breaker.failed(OverloadedError("429"))
    breaker.succeeded()
    assert breaker.state == "closed"


async def test_replicas_share_their_trips_and_one_of_them_probes() -> None:
    clock = Clock()
    store = MemoryBreakerStore(clock)
    here, there = Breakers(store, clock=clock), Breakers(store, clock=clock)
    mine, theirs = here.of("d"), there.of("d")
    for _ in range(5):
        mine.failed(FAILED)
    await here.close()
    await there.sync()
    assert theirs.state == "open"
    clock.now += 6
    await there.sync()
    assert theirs.state == "half_open"
    assert await theirs.admit()
    assert not await mine.admit()
    theirs.succeeded()
    await there.close()
    assert await mine.admit()
    mine.succeeded()
    mine._replicas.released("d")
    await here.close()
    assert await theirs.admit()
    theirs.succeeded()
    await there.close()
    assert theirs.state == "closed"
    await here.sync()
    assert mine.state == "closed"


async def test_without_its_store_a_breaker_goes_on_alone() -> None:
    clock = Clock()
    breakers = Breakers(DeadStore(clock), clock=clock)
    breaker = breakers.of("d")
    for _ in range(5):
        breaker.failed(FAILED)
    clock.now += 6
    assert await breaker.admit()
    breaker.succeeded()
    assert await breaker.admit()
    breaker.succeeded()
    assert breaker.state == "closed"
    await breakers.close()


async def test_every_change_is_told_once() -> None:
    clock = Clock()
    changes = []
    breakers = Breakers(
        settings=BreakerSettings(probes_to_close=1),
        clock=clock,
        on_change=lambda *change: changes.append(change[1:3]),
    )
    breaker = breakers.of("d")
    for _ in range(9):
        breaker.failed(FAILED)
    clock.now += 70
    assert await breaker.admit()
    breaker.succeeded()
    assert changes == [("closed", "open"), ("open", "half_open"), ("half_open", "closed")]
