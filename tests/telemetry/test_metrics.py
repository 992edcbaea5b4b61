"""What Prometheus is told, and that its page in the docs tells the same."""

from __future__ import annotations

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from providers.calls import Attempt
from router.steps.cache import AnswerCache, Shelf
from router.storage.memory import MemoryLedger
from router.telemetry.metrics import Metrics
from router.telemetry.witness import Witness
from tests.storage.rows import attempt_row, request_row

DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"


def _attempt(**changes: object) -> Attempt:
    columns: dict[str, object] = {
        "number": 1,
        "kind": "primary",
        "model": "qwen-max",
        "provider": "dashscope",
        "deployment": "d1",
        "started_at": 0.0,
        "seconds": 1.5,
        "outcome": "answered",
    }
    return Attempt(**(columns | changes))  # type: ignore[arg-type]


def _value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"pointsman_{name}", labels)


def test_a_request_is_counted_by_rule_model_outcome_and_status() -> None:
    metrics = Metrics()
    metrics.on_open()
    assert _value(metrics, "requests_in_flight") == 1
    metrics.on_request(request_row(1, first_token_seconds=0.3, pii='["phone","email"]'))
    assert _value(metrics, "requests_in_flight") == 0
    labels = {"rule": "refunds", "model": "qwen-max", "outcome": "answered", "status": "200"}
    assert _value(metrics, "requests_total", **labels) == 1
    assert _value(metrics, "first_token_seconds_bucket", model="qwen-max", le="0.2") == 0
    assert _value(metrics, "first_token_seconds_bucket", model="qwen-max", le="0.35") == 1
    assert _value(metrics, "request_seconds_sum", model="qwen-max") == 2.0
    assert _value(metrics, "masked_requests_total", kind="phone") == 1
    assert _value(metrics, "masked_requests_total", kind="email") == 1


def test_tokens_and_money_are_counted_and_an_unknown_price_is_counted_apart() -> None:
    metrics = Metrics()
    metrics.on_billed(attempt_row(1, cache_read_tokens=600))
    metrics.on_billed(attempt_row(2, cost_usd=None))
    assert _value(metrics, "tokens_total", model="qwen-max", type="prompt") == 2000
    assert _value(metrics, "tokens_total", model="qwen-max", type="cache_read") == 600
    assert _value(metrics, "cost_usd_total", model="qwen-max", provider="dashscope") == 0.0014
    assert _value(metrics, "unknown_prices_total", model="qwen-max") == 1


def test_what_dispatch_does_is_counted_through_the_witness() -> None:
    metrics = Metrics()
    witness = Witness(metrics)
    witness.on_attempt(_attempt(outcome="failed", error="OverloadedError"))
    witness.on_retry("dashscope", "OverloadedError", 0.5)
    witness.on_hedge("qwen-max", won=True)
    witness.on_seam("qwen-max", "gpt-4.1", "stall")
    witness.on_breaker_change("d1", "closed", "open", "5 failures in a row")
    witness.on_breaker_change("d1", "open", "half_open", "30 s are over")
    failed = {"provider": "dashscope", "error": "OverloadedError"}
    call = {"model": "qwen-max", "kind": "primary", "outcome": "failed"}
    assert _value(metrics, "attempts_total", **failed, **call) == 1
    assert _value(metrics, "retries_total", **failed) == 1
    assert _value(metrics, "hedges_total", model="qwen-max", won="yes") == 1
    assert _value(metrics, "seams_total", model="qwen-max", why="stall") == 1
    assert _value(metrics, "breaker_state", deployment="d1") == 1
    assert _value(metrics, "breaker_trips_total", deployment="d1") == 1


def test_one_policy_is_in_force_at_a_time() -> None:
    metrics = Metrics()
    metrics.set_policy("customer-service", "aaa")
    metrics.set_policy("customer-service", "bbb")
    assert _value(metrics, "policy_info", policy="customer-service", version="aaa") == 0
    assert _value(metrics, "policy_info", policy="customer-service", version="bbb") == 1


def test_the_page_is_prometheus_text_and_needs_no_global_registry() -> None:
    first, second = Metrics(), Metrics()
    first.watch_ledger(MemoryLedger())
    first.on_refusal(429, "rate_limited")
    families = {f.name: f for f in text_string_to_metric_families(first.render().decode())}
    assert families["pointsman_refusals"].samples[0].labels["code"] == "rate_limited"
    assert families["pointsman_ledger_waiting"].samples[0].value == 0
    assert second.registry is not first.registry


def test_the_docs_name_every_metric_and_no_other() -> None:
    metrics = Metrics()
    metrics.watch_ledger(MemoryLedger())
    metrics.watch_cache(AnswerCache(Shelf()))
    kept = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in metrics.registry.collect()
    }
    told = set(re.findall(r"^\| `(pointsman_\w+)`", DOCS.read_text("utf-8"), re.MULTILINE))
    assert told == kept


def test_what_the_cache_said_and_saved_is_counted() -> None:
    metrics = Metrics()
    metrics.on_request(request_row(1))
    metrics.on_request(request_row(2, cache="miss"))
    metrics.on_request(request_row(3, cache="hit", saved_usd="0.25"))
    assert _value(metrics, "cache_lookups_total", rule="refunds", result="miss") == 1
    assert _value(metrics, "cache_lookups_total", rule="refunds", result="hit") == 1
    assert _value(metrics, "cache_saved_usd_total", model="qwen-max") == 0.25
