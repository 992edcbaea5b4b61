"""What Prometheus is told. docs/metrics.md names every metric; a test keeps it so.

What every request counts is counted in dictionaries and told at a scrape (`tallies.py`): well under a
microsecond each. Labels are names from the configuration only, never anything that a user can choose.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Protocol

import msgspec
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from providers.calls import Attempt
from router.storage.entries import AttemptRow, RequestRow
from router.storage.ports import LedgerStore
from router.telemetry.tallies import Spread, Tally

FIRST_TOKEN_SECONDS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0)
DURATION_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 300.0)
_BREAKER_STATES = {"closed": 0.0, "half_open": 1.0, "open": 2.0}
_decode_words = msgspec.json.Decoder(list[str]).decode


class Shelf(Protocol):
    """Whatever keeps answers."""

    @property
    def entries(self) -> int: ...
    @property
    def size_bytes(self) -> int: ...


class Metrics:
    """Counts requests, upstream calls, tokens and money in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        count, gauge, spread = self._counter, self._gauge, self._histogram
        self._requests = count("requests", "Requests ended", "rule", "model", "outcome", "status")
        self._refusals = count("refusals", "Requests answered with an error", "status", "code")
        self._under_way = 0
        gauge("requests_in_flight", "Requests under way").set_function(lambda: self._under_way)
        self._seconds = spread("request_seconds", "Whole request", DURATION_SECONDS)
        self._first = spread("first_token_seconds", "To first token", FIRST_TOKEN_SECONDS)
        self._attempts = count(
            "attempts", "Upstream calls", "model", "provider", "kind", "outcome", "error"
        )
        self._attempt_seconds = spread("attempt_seconds", "One upstream call", DURATION_SECONDS)
        self._tokens = count("tokens", "Tokens billed", "model", "type")
        self._cost = count("cost_usd", "Money spent, US dollars", "model", "provider")
        self._unpriced = count("unknown_prices", "Calls without a known price", "model")
        self._budget = gauge("budget_usd", "What a key may spend in a period", "key", "period")
        self._budget_left = gauge("budget_left_usd", "What a key may still spend", "key")
        self._retries = count("retries", "Calls made again", "provider", "error")
        self._hedges = count("hedges", "Second calls started early", "model", "won")
        self._seams = count("seams", "Streams that another model continued", "model", "why")
        self._breaker = gauge("breaker_state", "0 closed, 1 half open, 2 open", "deployment")
        self._trips = count("breaker_trips", "Breakers that opened", "deployment")
        self._masked = count("masked_requests", "Requests with private data masked", "kind")
        self._lookups = count("cache_lookups", "What the answer cache had to say", "rule", "result")
        self._saved = count("cache_saved_usd", "What hits had cost when a model gave them", "model")
        self._policy = gauge("policy_info", "The policy in force; always 1", "policy", "version")
        self._policy_now: tuple[str, str] | None = None

    def render(self) -> bytes:
        """Every metric in Prometheus' text format."""
        return generate_latest(self.registry)

    # -- requests ------------------------------------------------------------------------------

    def on_open(self) -> None:
        """A request is under way."""
        self._under_way += 1

    def on_request(self, request: RequestRow) -> None:
        """A request ended."""
        self._under_way -= 1
        model = request.model
        self._requests.add((request.rule, model, request.outcome, str(request.status or "")))
        if request.seconds is not None:
            self._seconds.observe(model, request.seconds)
        if request.first_token_seconds is not None:
            self._first.observe(model, request.first_token_seconds)
        if request.pii != "[]":
            for kind in _decode_words(request.pii):
                self._masked.add((kind,))

        if request.cache:
            self._lookups.add((request.rule, request.cache))
            if request.saved_usd is not None:
                self._saved.add((model,), float(request.saved_usd))

    def on_refusal(self, status: int, code: str) -> None:
        """A request was answered with an error."""
        self._refusals.add((str(status), code))

    def on_billed(self, attempt: AttemptRow) -> None:
        """An upstream call ended and was priced."""
        model = attempt.model
        if attempt.prompt_tokens:
            self._tokens.add((model, "prompt"), attempt.prompt_tokens)
        if attempt.completion_tokens:
            self._tokens.add((model, "completion"), attempt.completion_tokens)
        if attempt.cache_read_tokens:
            self._tokens.add((model, "cache_read"), attempt.cache_read_tokens)
        if attempt.cost_usd is None:
            self._unpriced.add((model,))
        else:
            self._cost.add((model, attempt.provider), float(attempt.cost_usd))

    # -- dispatch ------------------------------------------------------------------------------

    def on_attempt(self, attempt: Attempt) -> None:
        """An upstream call ended."""
        error = attempt.error or ""
        model = attempt.model
        self._attempts.add((model, attempt.provider, attempt.kind, attempt.outcome, error))
        self._attempt_seconds.observe(model, attempt.seconds)

    def on_retry(self, provider: str, error: str, pause_seconds: float) -> None:
        """A call is made again after a pause."""
        self._retries.add((provider, error))

    def on_hedge(self, model: str, won: bool) -> None:
        """A second call was started early; whether it was the faster one."""
        self._hedges.add((model, "yes" if won else "no"))

    def on_seam(self, broken_model: str, next_model: str, why: str) -> None:
        """A stream broke and another model continued it."""
        self._seams.add((broken_model, why))

    def on_breaker_change(self, deployment: str, before: str, now: str, why: str) -> None:
        """A circuit breaker changed its state."""
        self._breaker.labels(deployment).set(_BREAKER_STATES.get(now.replace("-", "_"), 2.0))
        if now == "open":
            self._trips.add((deployment,))

    # -- the house -----------------------------------------------------------------------------

    def set_policy(self, policy: str, version: str) -> None:
        """This policy decides from now on."""
        if self._policy_now is not None:
            self._policy.labels(*self._policy_now).set(0)
        self._policy_now = (policy, version)
        self._policy.labels(policy, version).set(1)

    def watch_ledger(self, ledger: LedgerStore) -> None:
        """Show what waits to be written, and whether writing fails."""
        waiting = self._gauge("ledger_waiting", "Ended requests not yet in the tables")
        waiting.set_function(ledger.waiting)
        trouble = self._gauge("ledger_trouble", "1 while the ledger cannot be written")
        trouble.set_function(lambda: float(bool(ledger.trouble())))

    def watch_cache(self, cache: Shelf) -> None:
        """Show how many answers are kept, and what they take."""
        entries = self._gauge("cache_entries", "Answers in the cache")
        entries.set_function(lambda: cache.entries)
        size = self._gauge("cache_bytes", "What they take")
        size.set_function(lambda: cache.size_bytes)

    def watch_budget(
        self, key: str, period: str, usd: Decimal, left: Callable[[], Decimal | None]
    ) -> None:
        """Show what a key may spend in each period, and what is left of it now."""
        self._budget.labels(key, period).set(float(usd))
        self._budget_left.labels(key).set_function(lambda: float(left() or 0))

    # -- how they are made ---------------------------------------------------------------------

    def _counter(self, name: str, about: str, *labels: str) -> Tally:
        return Tally(f"pointsman_{name}", about, labels, self.registry)

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(f"pointsman_{name}", about, labels, registry=self.registry)

    def _histogram(self, name: str, about: str, bounds: Sequence[float]) -> Spread:
        return Spread(f"pointsman_{name}", about, "model", bounds, self.registry)
