"""Rows for tests of the ledger, with only what a test cares about spelled out."""

from __future__ import annotations

from typing import Any

from router.storage.entries import AttemptRow, Entry, RequestRow

NOON = 1_790_000_000.0


def request_row(entry: int, **changes: Any) -> RequestRow:
    """An answered request; changes are columns."""
    columns: dict[str, Any] = {
        "request_id": f"req-{entry}",
        "started_at": NOON,
        "finished_at": NOON + 2.0,
        "seconds": 2.0,
        "outcome": "answered",
        "status": 200,
        "requested": "auto",
        "model": "qwen-max",
        "provider": "dashscope",
        "user_id": "u1",
        "tier": "vip",
        "intent": "refund",
        "rule": "refunds",
        "pool": "strong",
        "signals": '{"intent":"refund"}',
        "plan": '{"rule":"refunds"}',
    }
    return RequestRow(entry=entry, **(columns | changes))


def attempt_row(entry: int, number: int = 1, **changes: Any) -> AttemptRow:
    """A call that answered; changes are columns."""
    columns: dict[str, Any] = {
        "kind": "primary",
        "model": "qwen-max",
        "provider": "dashscope",
        "deployment": "dashscope-1",
        "started_at": NOON,
        "seconds": 1.5,
        "first_token_seconds": 0.2,
        "outcome": "answered",
        "status": 200,
        "prompt_tokens": 1000,
        "completion_tokens": 100,
        "amount": "0.01",
        "currency": "CNY",
        "cost_usd": "0.0014",
        "price_source": "qwen-max from 2026-01-01",
    }
    return AttemptRow(entry=entry, number=number, **(columns | changes))


def entry_of(entry: int, *attempts: AttemptRow, **changes: Any) -> Entry:
    """A request with its calls; one call that answered when none is given."""
    return Entry(request_row(entry, **changes), attempts or (attempt_row(entry),))
