"""One timer for the deadlines of many calls: nearly every call ends long before its own."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class _Due(Protocol):
    due: float


T = TypeVar("T", bound=_Due)


class Alarm(Generic[T]):
    """Rings for each that is set when its moment (`due`, on the loop's clock) has come."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[T], None]) -> None:
        self._loop = loop
        self._ring = ring
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = math.inf
        self.watched: set[T] = set()

    def set(self, one: T, due: float) -> None:
        """Ring for this one at that moment, unless it is cleared before."""
        one.due = due
        self.watched.add(one)
        if due < self._rings_at:
            self._ring_at(due)

    def clear(self, one: T) -> None:
        """Do not ring for it."""
        self.watched.discard(one)

    def stop(self) -> None:
        """Ring for nobody any more."""
        self.watched.clear()
        self._ring_at(math.inf)

    def _ring_at(self, moment: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings_at = moment
        self._timer = None if moment == math.inf else self._loop.call_at(moment, self._look)

    def _look(self) -> None:
        now = self._loop.time()
        late = [one for one in self.watched if one.due <= now]
        self.watched.difference_update(late)
        self._ring_at(min([one.due for one in self.watched], default=math.inf))
        for one in late:
            self._ring(one)
