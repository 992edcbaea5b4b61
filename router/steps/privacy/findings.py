"""What was found, without the values: safe for signals, logs and metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Findings:
    """How many different private values of each kind a request held, and which kinds passed."""

    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Of kinds that are masked or refused."""
    passed: frozenset[str] = frozenset()
    """Kinds of which something was left as it stands, or was masked as a value of an earlier turn."""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds found, as `Signals.pii` wants them."""
        return self.passed.union(self.counts)

    @property
    def total(self) -> int:
        """How many values were found altogether."""
        return sum(self.counts.values())

    def __bool__(self) -> bool:
        return bool(self.counts or self.passed)


NOTHING_FOUND = Findings()
