"""Sees what happens in the house: counts everything, and logs what an operator should know."""

from __future__ import annotations

from router.storage.entries import AttemptRow, RequestRow
from router.telemetry.logs import get_logger
from router.telemetry.metrics import Metrics

_log = get_logger(__name__)


class Witness:
    """Observer of dispatch and of records. Answered requests are counted, not logged."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self.on_open = metrics.on_open
        self.on_attempt = metrics.on_attempt
        self._unpriced: set[str] = set()

    def on_request(self, request: RequestRow) -> None:
        """A request ended."""
        self._metrics.on_request(request)
        if request.outcome not in ("answered", "cancelled"):
            _log.warning(
                "request_failed",
                request_id=request.request_id,
                outcome=request.outcome,
                status=request.status,
                rule=request.rule,
                pool=request.pool,
                model=request.model,
                seconds=request.seconds,
            )

    def on_billed(self, attempt: AttemptRow) -> None:
        """An upstream call ended and was priced; an unpriced model is told once."""
        self._metrics.on_billed(attempt)
        if attempt.cost_usd is None and attempt.model not in self._unpriced:
            self._unpriced.add(attempt.model)
            _log.warning(
                "price_unknown",
                model=attempt.model,
                provider=attempt.provider,
                mend="give the model a price in the configuration",
            )

    def on_retry(self, provider: str, error: str, pause_seconds: float) -> None:
        """A call is made again after a pause."""
        self._metrics.on_retry(provider, error, pause_seconds)
        _log.debug("retry", provider=provider, error=error, pause_seconds=pause_seconds)

    def on_hedge(self, model: str, won: bool) -> None:
        """A second call was started early."""
        self._metrics.on_hedge(model, won)
        _log.debug("hedge", model=model, won=won)

    def on_seam(self, broken_model: str, next_model: str, why: str) -> None:
        """A stream broke and another model continued it."""
        self._metrics.on_seam(broken_model, next_model, why)
        _log.info("seam", broken_model=broken_model, next_model=next_model, why=why)

    def on_breaker_change(self, deployment: str, before: str, now: str, why: str) -> None:
        """A circuit breaker changed its state."""
        self._metrics.on_breaker_change(deployment, before, now, why)
        log = _log.warning if now == "open" else _log.info
        log("breaker", deployment=deployment, before=before, now=now, why=why)
