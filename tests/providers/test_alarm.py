"""One timer for many calls: each is rung for once, at its moment, and never before it."""

from __future__ import annotations

import asyncio
import random

from providers.alarm import NO_TICK, Alarm


class One:
    def __init__(self) -> None:
        self.tick = NO_TICK
        self.due = 0.0
        self.rung_at: list[float] = []


async def test_each_rings_once_in_its_time_but_for_those_that_were_cleared() -> None:
    loop = asyncio.get_running_loop()
    alarm: Alarm[One] = Alarm(loop, lambda one: one.rung_at.append(loop.time()))
    dice = random.Random(5)
    everyone = [One() for _ in range(300)]
    for one in everyone:
        one.due = loop.time() + dice.uniform(0.0, 0.3)
        alarm.set(one, loop.time() + 9)  # set anew: the last moment counts
        alarm.set(one, one.due)
    cleared = everyone[::3]
    for one in cleared:
        alarm.clear(one)
    await asyncio.sleep(0.5)
    assert all(not one.rung_at for one in cleared)
    kept = [one for one in everyone if one not in cleared]
    assert all(len(one.rung_at) == 1 for one in kept)
    assert all(one.rung_at[0] >= one.due - 0.002 for one in kept)
    assert all(one.tick == NO_TICK for one in everyone)


async def test_who_rings_may_be_set_again_and_a_sooner_one_comes_first() -> None:
    loop = asyncio.get_running_loop()
    order: list[str] = []
    late, soon = One(), One()

    def ring(one: One) -> None:
        order.append("late" if one is late else "soon")
        if order == ["soon"]:
            alarm.set(soon, loop.time() + 0.01)

    alarm = Alarm(loop, ring)
    alarm.set(late, loop.time() + 0.1)
    alarm.set(soon, loop.time() + 0.02)
    await asyncio.sleep(0.2)
    assert order == ["soon", "soon", "late"]


async def test_a_stopped_alarm_rings_for_nobody() -> None:
    loop = asyncio.get_running_loop()
    rung: list[One] = []
    alarm: Alarm[One] = Alarm(loop, rung.append)
    one = One()
    alarm.set(one, loop.time() + 0.01)
    alarm.stop()
    alarm.clear(one)
    await asyncio.sleep(0.05)
    assert rung == []
    alarm.set(one, loop.time())
    await asyncio.sleep(0.05)
    assert rung == [one]


async def test_calls_that_ended_before_distant_moments_leave_nothing_behind() -> None:
    loop = asyncio.get_running_loop()
    rung: list[One] = []
    alarm: Alarm[One] = Alarm(loop, rung.append)
    kept = One()
    alarm.set(kept, loop.time() + 0.05)
    for at in range(10_000):
        one = One()
        alarm.set(one, loop.time() + 60 + at)
        alarm.clear(one)
    assert len(alarm._watched) == len(alarm._ticks) <= 1_025
    await asyncio.sleep(0.1)
    assert rung == [kept]
