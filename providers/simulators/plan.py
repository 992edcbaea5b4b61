"""Which request fails, and how."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable

from providers.simulators.faults import FAULTS, Directive, Rate, read_directive, read_rate
from providers.simulators.settings import Settings


class FaultPlan:
    """Chooses one fault, or none, for each request.

    What the request itself asks for comes first, then the queue of `next` faults, then the rates.
    Chance is seeded: the same requests in the same order meet the same faults.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.reset()

    def reset(self) -> None:
        """Back to how the simulator was started."""
        self._chance = random.Random(self._settings.seed)
        self._queue: deque[Directive] = deque()
        self.rates: tuple[Rate, ...] = tuple(read_rate(text) for text in self._settings.faults)

    @property
    def queued(self) -> int:
        """How many of the next requests have their fault already."""
        return len(self._queue)

    def queue(self, text: str, times: int) -> None:
        """Give this fault (or `ok`) to the next requests; raises ValueError."""
        self._queue.extend([read_directive(text)] * times)

    def set_rates(self, texts: Iterable[str]) -> None:
        """Replace the rates; raises ValueError and keeps the old ones."""
        self.rates = tuple(read_rate(text) for text in texts)

    def choose(self, asked: Iterable[Directive], *, stream: bool) -> Directive | None:
        """The fault that strikes this request, if any."""
        named = next((each for each in asked if each.name != "tokens"), None)
        if named is not None:
            return self._fitting(named, stream)
        if self._queue:
            return self._fitting(self._queue.popleft(), stream)
        point = self._chance.random() if self.rates else 1.0
        for rate in self.rates:
            if point < rate.share:
                return self._fitting(rate.directive, stream)
            point -= rate.share
        return None

    def _fitting(self, directive: Directive, stream: bool) -> Directive | None:
        if directive.name not in FAULTS:
            return None
        return directive if FAULTS[directive.name].applies_to(stream=stream) else None

    def aimed(self, texts: Iterable[str]) -> tuple[Directive, ...]:
        """The directives meant for this simulator, of texts such as `anthropic/cut@20`."""
        ours = ("", self._settings.wire, self._settings.name)
        pairs = [text.rpartition("/") for text in texts]
        return tuple(read_directive(what) for aim, _, what in pairs if aim in ours)
