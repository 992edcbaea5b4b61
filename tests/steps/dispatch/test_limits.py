"""Concurrency limits, retry budgets, shares and pauses."""

from __future__ import annotations

import asyncio

import pytest

from providers.errors import OverloadedError, UpstreamFailedError
from router.steps.dispatch.budget import RetryBudget, ShareBudget
from router.steps.dispatch.limiter import Limiter, LimiterSettings
from router.steps.dispatch.retry import pause_seconds
from tests.steps.dispatch.doubles import soon
from tests.steps.dispatch.test_breaker import Clock


async def test_who_finds_no_place_waits_and_is_served_in_turn() -> None:
    limiter = Limiter("d", LimiterSettings(initial=1, least=1))
    await limiter.acquire(soon())
    order: list[int] = []

    async def visit(number: int) -> None:
        await limiter.acquire(soon())
        order.append(number)
        limiter.release()

    visits = [asyncio.create_task(visit(number)) for number in range(5)]
    await asyncio.sleep(0)
    assert order == [] and limiter.load == 1.0
    limiter.release()
    await asyncio.gather(*visits)
    assert order == [0, 1, 2, 3, 4]
    assert limiter.in_flight == 0


async def test_a_full_queue_and_a_long_wait_are_overload() -> None:
    limiter = Limiter("d", LimiterSettings(initial=1, least=1, queue=1))
    await limiter.acquire(soon())
    waiting = asyncio.create_task(limiter.acquire(soon(0.05)))
    await asyncio.sleep(0)
    with pytest.raises(OverloadedError, match="1 calls wait already"):
        await limiter.acquire(soon())
    with pytest.raises(OverloadedError, match="no place came free"):
        await waiting
    assert limiter.in_flight == 1 and limiter.load == 1.0


async def test_who_leaves_the_queue_takes_no_place_even_in_the_same_moment() -> None:
    limiter = Limiter("d", LimiterSettings(initial=1, least=1))
    await limiter.acquire(soon())
    early, late = (asyncio.create_task(limiter.acquire(soon())) for _ in range(2))
    await asyncio.sleep(0)
    early.cancel()
    await asyncio.sleep(0)
    limiter.release()
    late.cancel()
    results = await asyncio.gather(early, late, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    assert limiter.in_flight == 0
    await limiter.acquire(soon())


async def test_overload_cuts_the_limit_to_a_share_of_what_was_in_flight_once_a_second() -> None:
    clock = Clock()
    limiter = Limiter("d", LimiterSettings(), clock)
    for _ in range(100):
        await limiter.acquire(soon())
    limiter.overloaded()
    limiter.overloaded()
    assert limiter.limit == 80
    clock.now += 2
    limiter.overloaded()
    assert limiter.limit == 64


async def test_good_answers_under_a_well_used_limit_raise_it_again() -> None:
    limiter = Limiter("d", LimiterSettings(initial=10))
    for _ in range(10):
        await limiter.acquire(soon())
    for _ in range(30):
        limiter.answered(0.1)
    assert limiter.limit in (12, 13)


async def test_an_upstream_that_gets_slow_instead_of_refusing_is_given_less() -> None:
    clock = Clock()
    limiter = Limiter("d", LimiterSettings(), clock)
    for _ in range(200):
        limiter.answered(0.05)
    for _ in range(50):
        await limiter.acquire(soon())
    for _ in range(20):
        clock.now += 1.1
        limiter.answered(2.0)
    assert limiter.limit < 50


def test_retries_are_a_share_of_the_requests_and_never_none() -> None:
    clock = Clock()
    budget = RetryBudget(ratio=0.2, floor_per_second=3.0, clock=clock)
    granted = sum(budget.withdraw() for _ in range(100))
    assert granted == 3
    for _ in range(50):
        budget.deposit()
    assert sum(budget.withdraw() for _ in range(100)) == 10
    clock.now += 1
    assert sum(budget.withdraw() for _ in range(100)) == 3


def test_a_share_is_kept_over_many_requests() -> None:
    budget = ShareBudget()
    granted = 0
    for _ in range(1000):
        budget.deposit(0.05)
        granted += budget.withdraw()
    assert granted in (49, 50)


def test_pauses_grow_with_full_jitter_and_never_undercut_the_vendor() -> None:
    for tries, most in ((1, 0.25), (2, 0.5), (3, 1.0), (10, 8.0)):
        pauses = [pause_seconds(UpstreamFailedError("500"), tries) for _ in range(200)]
        assert 0 <= min(pauses) < most / 4 and most / 2 < max(pauses) <= most
    asked = OverloadedError("429", retry_after_seconds=3.0)
    assert 3.0 <= pause_seconds(asked, 1) <= 3.25
