"""How long to pause before the same upstream is asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tenacity import RetryCallState, wait_random_exponential
from tenacity.wait import wait_base

if TYPE_CHECKING:
    from tenacity import BaseRetrying

    from providers.errors import ProviderError

FULL_JITTER = wait_random_exponential(multiplier=0.25, max=8.0)
"""A random pause from 0 to 0.25, 0.5, 1, 2, 4, 8 seconds."""


def pause_seconds(error: ProviderError, tries: int, wait: wait_base = FULL_JITTER) -> float:
    """Seconds to wait after the `tries`-th failure: never less than the vendor asked for.

    A vendor that says "in 2 seconds" is told the truth by everybody at once, so the jitter comes on
    top of its wish and keeps the callers apart.
    """
    state = RetryCallState(cast("BaseRetrying", None), None, (), {})
    state.attempt_number = max(1, tries)
    jitter = wait(state)
    asked = error.retry_after_seconds
    return jitter if asked is None else asked + min(jitter, 0.25)
