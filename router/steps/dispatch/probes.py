"""Asks deployments that rest behind an open breaker whether they live again.

Without it the first customer after the pause is the probe. A probe is the vendor's list of models:
it costs nothing, and it is asked only while something rests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from providers.errors import ProviderError, UpstreamTimeoutError
from router.steps.dispatch.deployments import Upstream

Resting = Callable[[], Sequence[Upstream]]


class Prober:
    """Probes in the background for as long as `run` is not cancelled."""

    def __init__(
        self,
        resting: Resting,
        *,
        every_seconds: float,
        patience_seconds: float = 5.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._resting = resting
        self._every_seconds = every_seconds
        self._patience_seconds = patience_seconds
        self._sleep = sleep

    async def run(self) -> None:
        """Look again and again; never ends by itself."""
        while True:
            await self._sleep(self._every_seconds)
            await self.probe()

    async def probe(self) -> None:
        """Ask every deployment whose pause is over, one after the other."""
        for upstream in self._resting():
            if upstream.breaker.state == "half_open" and await upstream.breaker.admit():
                await self._ask(upstream)

    async def _ask(self, upstream: Upstream) -> None:
        try:
            async with asyncio.timeout(self._patience_seconds):
                await upstream.provider.list_models()
        except ProviderError as error:
            upstream.breaker.failed(error)
        except TimeoutError:
            upstream.breaker.failed(UpstreamTimeoutError("The probe was not answered in time."))
        except BaseException:
            upstream.breaker.forgotten()
            raise
        else:
            upstream.breaker.succeeded()
