"""A decision as JSON: of a request that is only asked about, and of one that is in the ledger."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from policies.explain import plan_as_json
from policies.signals import Signals
from router.pipeline.calls import Journey
from router.storage.entries import AttemptRow, Entry, decode_plan, decode_signals


def explain_journey(journey: Journey) -> dict[str, Any]:
    """What was understood and what would be decided, without a word of the conversation."""
    return {
        "object": "route",
        "request_id": journey.request_id,
        "requested": journey.requested,
        "model": journey.plan.primary.model,
        "signals": signals_to_json(journey.signals),
        "plan": plan_as_json(journey.plan),
    }


def explain_entry(entry: Entry) -> dict[str, Any]:
    """What was understood, decided, called and paid for a request that is over."""
    row = entry.request
    return {
        "object": "route",
        "request_id": row.request_id,
        "requested": row.requested,
        "model": row.model,
        "outcome": row.outcome,
        "seconds": row.seconds,
        "first_token_seconds": row.first_token_seconds,
        "cost_usd": row.cost_usd,
        "cache": row.cache or None,
        "saved_usd": row.saved_usd,
        "signals": signals_to_json(decode_signals(row.signals)),
        "plan": plan_as_json(decode_plan(row.plan)),
        "attempts": [_attempt_to_json(attempt) for attempt in entry.attempts],
    }


def signals_to_json(signals: Signals) -> dict[str, Any]:
    """Signals as plain JSON values, sets sorted."""
    return {name: _plain(getattr(signals, name)) for name in Signals.__struct_fields__}


def _attempt_to_json(attempt: AttemptRow) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(msgspec.json.encode(msgspec.structs.asdict(attempt)))
    values.pop("entry")
    return values


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if hasattr(value, "items"):
        return dict(value)
    return value
