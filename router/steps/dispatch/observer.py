"""Who is told what dispatch does: telemetry implements these calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from providers.calls import Attempt, AttemptKind


class AttemptSink(Protocol):
    """Where one request's upstream calls are written down, one row each."""

    def begin(
        self, number: int, kind: AttemptKind, model: str, provider: str, deployment: str
    ) -> None:
        """A call is about to leave; called before its first byte does."""
        ...

    def finish(self, attempt: Attempt) -> None:
        """The call is over; called exactly once for every `begin`, however it ended."""
        ...


class Observer(Protocol):
    """Counts what happens; none of these calls may raise or wait."""

    def on_attempt(self, attempt: Attempt) -> None: ...

    def on_breaker_change(self, deployment: str, before: str, now: str, why: str) -> None: ...

    def on_retry(self, provider: str, error: str, pause_seconds: float) -> None: ...

    def on_hedge(self, model: str, won: bool) -> None: ...

    def on_seam(self, broken_model: str, next_model: str, why: str) -> None: ...


class SilentObserver:
    """Listens to nothing."""

    def on_attempt(self, attempt: Attempt) -> None:
        pass

    def on_breaker_change(self, deployment: str, before: str, now: str, why: str) -> None:
        pass

    def on_retry(self, provider: str, error: str, pause_seconds: float) -> None:
        pass

    def on_hedge(self, model: str, won: bool) -> None:
        pass

    def on_seam(self, broken_model: str, next_model: str, why: str) -> None:
        pass
