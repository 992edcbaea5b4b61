"""Budgets that keep help from becoming harm: retries per provider, hedges per house."""

from __future__ import annotations

import time
from collections.abc import Callable


class RetryBudget:
    """Lets retries be at most a share of the requests, and always a few a second.

    Every request pays `ratio` of a token in, every retry takes one out; a trickle of
    `floor_per_second` keeps quiet hours from having none. An outage therefore multiplies the
    traffic to a provider by 1 + ratio at most, not by the number of retries.
    """

    def __init__(
        self,
        *,
        ratio: float = 0.2,
        floor_per_second: float = 3.0,
        capacity: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ratio = ratio
        self._floor = floor_per_second
        self._capacity = capacity
        self._clock = clock
        self._tokens = min(capacity, floor_per_second)
        self._at = clock()

    def deposit(self) -> None:
        """Count one request."""
        self._refill()
        tokens = self._tokens + self._ratio
        self._tokens = tokens if tokens < self._capacity else self._capacity

    def withdraw(self) -> bool:
        """Take one retry out, or say that there is none left."""
        self._refill()
        if self._tokens < 1.0 - 1e-9:
            return False
        self._tokens -= 1.0
        return True

    def _refill(self) -> None:
        now = self._clock()
        tokens = self._tokens + (now - self._at) * self._floor
        self._tokens = tokens if tokens < self._capacity else self._capacity
        self._at = now


class ShareBudget:
    """Keeps something below a share of all requests, with a little room for bursts."""

    def __init__(self, burst: float = 10.0) -> None:
        self._burst = burst
        self._tokens = 0.0

    def deposit(self, share: float) -> None:
        """Count one request that allows this share."""
        self._tokens = min(self._burst, self._tokens + share)

    def withdraw(self) -> bool:
        """Take one out, or say that the share is used up."""
        if self._tokens < 1.0 - 1e-9:
            return False
        self._tokens -= 1.0
        return True
