"""The built house: what the wiring puts together and doors and commands reach into."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policies.signals import Candidate
    from policies.store import PolicyStore
    from providers.base import Provider
    from router.pipeline.gateway import Gateway
    from router.settings import Settings
    from router.steps.access import Identity
    from router.steps.dispatch import Dispatcher
    from router.storage.ports import LedgerStore
    from router.telemetry.metrics import Metrics
    from router.vendors import VendorStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything that was built at start, by name."""

    settings: Settings
    gateway: Gateway
    identity: Identity
    dispatcher: Dispatcher
    policies: PolicyStore
    metrics: Metrics
    ledger: LedgerStore
    vendors: Sequence[VendorStatus]
    providers: Mapping[str, Provider]
    """Those that are on, by name."""
    candidates: Callable[[], Sequence[Candidate]]
