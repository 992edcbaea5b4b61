"""Figures that fade: what was measured counts less the longer nothing new was measured.

A figure moves only with calls, and calls go where the figures are good. One that stayed as it was
would keep a model away for ever that failed, or was slow, once.
"""

from __future__ import annotations

import statistics
from collections import deque

LASTING_SECONDS = 60.0
"""A silence so long takes nothing: a breaker rests no longer, and its rest says nothing new."""
HALF_LIFE_SECONDS = 120.0
"""Twice a breaker's longest rest: who fails again is tried about as seldom as one that rests."""
_FORGOTTEN = 1 / 32


def left_after(silent_seconds: float) -> float:
    """How much of a figure is left after so long without a new one: 1.0 all of it, 0.0 nothing.

    Half of it every two minutes after the first one; what would be less than a 32nd is nothing, so
    that eleven minutes after its last call a model is as good as one that was never called.
    """
    if silent_seconds <= LASTING_SECONDS:
        return 1.0
    left: float = 0.5 ** ((silent_seconds - LASTING_SECONDS) / HALF_LIFE_SECONDS)
    return left if left >= _FORGOTTEN else 0.0


def fade(measured: float, usual: float, left: float) -> float:
    """Give a figure of which so much is left, on its way to what is usual."""
    return measured if left >= 1.0 else usual + left * (measured - usual)


class Median:
    """The median of the latest measurements, which fades towards what is usual."""

    __slots__ = ("_heard_at", "_values")

    def __init__(self, kept: int) -> None:
        self._values: deque[float] = deque(maxlen=kept)
        self._heard_at = 0.0

    def add(self, value: float, *, begun_at: float, now: float, usual: float) -> None:
        """Take in what a call measured that began then and ended now.

        What was known before a silence counts as one call from then on, and as far as it is left:
        a hundred old measurements would outvote the first new ones.
        """
        if self._values and left_after(begun_at - self._heard_at) < 1.0:
            before = self.at(begun_at, usual)
            self._values.clear()
            if before is not None:
                self._values.append(before)
        self._values.append(value)
        self._heard_at = now

    def at(self, now: float, usual: float) -> float | None:
        """The figure as it counts now; None where nothing was measured or nothing is left of it."""
        left = left_after(now - self._heard_at)
        if not self._values or not left:
            return None
        return fade(statistics.median(self._values), usual, left)
