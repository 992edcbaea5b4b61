"""Every way in which a simulated vendor can fail, as one table: `FAULTS`."""

from __future__ import annotations

from providers.simulators.faults import bodies, refusals, streams, transport, unusual
from providers.simulators.faults.directives import Directive, Rate, read_directive, read_rate
from providers.simulators.faults.table import FAULTS, Fault, Scene

__all__ = [
    "FAULTS",
    "Directive",
    "Fault",
    "Rate",
    "Scene",
    "bodies",
    "read_directive",
    "read_rate",
    "refusals",
    "streams",
    "transport",
    "unusual",
]
