"""Counters and histograms that cost a request next to nothing: plain dictionaries, told at a scrape.

Prometheus' own children take a lock and several calls for each count, which is dearer than what is
counted. These are for one thread, the event loop's; a scrape may read them from any other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

Labels = tuple[str, ...]


class Tally(Collector):
    """A counter by labels."""

    def __init__(
        self, name: str, about: str, labels: Sequence[str], registry: CollectorRegistry
    ) -> None:
        self._about = (name, about, labels)
        self._values: dict[Labels, float] = {}
        registry.register(self)

    def add(self, labels: Labels, amount: float = 1.0) -> None:
        """Count so much more under these labels, given in the metric's order."""
        values = self._values
        values[labels] = values.get(labels, 0.0) + amount

    def collect(self) -> Iterator[CounterMetricFamily]:
        """What a scrape is told."""
        name, about, labels = self._about
        family = CounterMetricFamily(name, about, labels=labels)
        for values, amount in list(self._values.items()):
            family.add_metric(values, amount)
        yield family


class Spread(Collector):
    """A histogram by one label. `bounds` are the upper ends of its buckets, rising."""

    def __init__(
        self,
        name: str,
        about: str,
        label: str,
        bounds: Sequence[float],
        registry: CollectorRegistry,
    ) -> None:
        self._about = (name, about, label)
        self._bounds = tuple(bounds)
        self._names = (*map(floatToGoString, bounds), "+Inf")
        self._rows: dict[str, list[float]] = {}
        """By label: how many fell into each bucket, and last their sum."""
        registry.register(self)

    def observe(self, label: str, value: float) -> None:
        """Take one value in."""
        row = self._rows.get(label)
        if row is None:
            row = self._rows[label] = [0.0] * (len(self._bounds) + 2)
        row[bisect_left(self._bounds, value)] += 1.0
        row[-1] += value

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """What a scrape is told: each bucket with all below it."""
        name, about, label = self._about
        family = HistogramMetricFamily(name, about, labels=[label])
        for value, row in list(self._rows.items()):
            *counts, total = row.copy()
            buckets, below = [], 0.0
            for bound, count in zip(self._names, counts, strict=True):
                below += count
                buckets.append((bound, below))
            family.add_metric([value], buckets, total)
        yield family
