"""A decision as JSON: of a request that is only asked about, and of one that is in the ledger."""

from __future__ import annotations

import datetime
import json
from typing import Any

import msgspec

from policies.decision import Decision
from policies.explain import plan_as_json
from policies.hindsight import retell
from policies.rules import Policy
from policies.signals import Caller, Signals
from router.pipeline.calls import Journey, Refused
from router.storage.entries import (
    AttemptRow,
    Entry,
    RequestRow,
    decode_decision,
    decode_signals,
)


def explain_journey(journey: Journey | Refused) -> dict[str, Any]:
    """What was understood and what would be decided, without a word of the conversation."""
    if isinstance(journey, Refused):
        error = journey.error
        return {
            "object": "route",
            "request_id": journey.request_id,
            "requested": journey.requested,
            "model": "",
            "outcome": "refused",
            "error": {"status": error.status, "code": error.code, "message": error.message},
            "signals": signals_to_json(journey.signals),
            "plan": plan_as_json(journey.refusal),
        }
    return {
        "object": "route",
        "request_id": journey.request_id,
        "requested": journey.requested,
        "model": journey.plan.primary.model,
        "signals": signals_to_json(journey.signals),
        "plan": plan_as_json(journey.plan),
    }


def explain_entry(entry: Entry, policy: Policy | None) -> dict[str, Any]:
    """What was understood, decided, called and paid for a request that is over.

    `policy` is the one of today: if it is the one that decided, it says why earlier rules failed.
    """
    row = entry.request
    return {
        "object": "route",
        "request_id": row.request_id,
        "requested": row.requested,
        "model": row.model,
        "outcome": row.outcome,
        "status": row.status,
        "seconds": row.seconds,
        "first_token_seconds": row.first_token_seconds,
        "cost_usd": row.cost_usd,
        "cache": row.cache or None,
        "saved_usd": row.saved_usd,
        "signals": signals_to_json(decode_signals(row.signals)),
        "plan": plan_as_json(past_decision(row, policy)),
        "attempts": [_attempt_to_json(attempt) for attempt in entry.attempts],
    }


def past_decision(row: RequestRow, policy: Policy | None) -> Decision:
    """The decision of a row, with why the earlier rules did not hold as far as that can be told."""
    caller = Caller(
        key_name=row.key_name,
        user=row.user_id,
        tier=row.tier,
        tenant=row.tenant,
        session=row.session,
        order_number=row.order_number,
    )
    at = datetime.datetime.fromtimestamp(row.started_at, datetime.UTC)
    return retell(decode_decision(row), policy, decode_signals(row.signals), caller, at)


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
