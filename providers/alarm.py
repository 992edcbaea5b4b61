"""One timer for the deadlines of many calls: nearly every call ends long before its own."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Generic, Protocol, TypeVar

TICKS_A_SECOND = 100
"""Moments are rounded up to these, so that many share one."""
NO_TICK = -1
_FEW_TICKS = 1_024


class _Due(Protocol):
    tick: int
    """Where the alarm keeps it; NO_TICK at first."""


T = TypeVar("T", bound=_Due)


class Alarm(Generic[T]):
    """Rings for each that is set when its moment (on the loop's clock) has come, a tick later at most.

    Setting and clearing take the same time however many are watched.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[T], None]) -> None:
        self._loop = loop
        self._ring = ring
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at: float = math.inf
        self._watched: dict[int, set[T]] = {}
        self._ticks: list[int] = []
        """The keys of what is watched, as a heap."""
        self._most_ticks = _FEW_TICKS

    def now(self) -> float:
        """Seconds on the loop's clock."""
        return self._loop.time()

    def set(self, one: T, due: float) -> None:
        """Ring for this one at that moment, unless it is cleared before or set anew."""
        if one.tick != NO_TICK:
            self.clear(one)
        tick = one.tick = math.ceil(due * TICKS_A_SECOND)
        same = self._watched.get(tick)
        if same is None:
            if len(self._ticks) >= self._most_ticks:
                self._drop_empty_ticks()
            self._watched[tick] = {one}
            heappush(self._ticks, tick)
            if tick < self._rings_at:
                self._ring_at(tick)
        else:
            same.add(one)

    def clear(self, one: T) -> None:
        """Do not ring for it."""
        same = self._watched.get(one.tick)
        if same is not None:
            same.discard(one)
        one.tick = NO_TICK

    def stop(self) -> None:
        """Ring for nobody any more."""
        self._watched.clear()
        self._ticks.clear()
        self._ring_at(math.inf)

    def _drop_empty_ticks(self) -> None:
        """Most calls end long before their tick, and a distant one would be kept for nothing until then."""
        self._watched = {tick: those for tick, those in self._watched.items() if those}
        self._ticks = sorted(self._watched)
        self._most_ticks = max(_FEW_TICKS, 2 * len(self._ticks))

    def _ring_at(self, tick: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings_at = tick
        self._timer = None
        if tick != math.inf:
            self._timer = self._loop.call_at(tick / TICKS_A_SECOND, self._look)

    def _look(self) -> None:
        now = self._loop.time() * TICKS_A_SECOND
        ticks, watched = self._ticks, self._watched
        late: list[T] = []
        # Ticks whose calls have all ended are passed over on the way.
        while ticks and (ticks[0] <= now or not watched[ticks[0]]):
            late += watched.pop(heappop(ticks))
        self._ring_at(ticks[0] if ticks else math.inf)
        for one in late:
            one.tick = NO_TICK
        for one in late:
            self._ring(one)
