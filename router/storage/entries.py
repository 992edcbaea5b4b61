"""What the ledger keeps: one row for each request, one for each upstream call.

The fields of both rows are the columns of their tables, in order. No row holds a word of what was
said: only names, numbers and the decision. Money is a decimal text; None means unknown.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec.structs import astuple, replace

from policies.decision import Decision, Plan, Refusal
from policies.signals import Signals

RequestOutcome = Literal["open", "answered", "failed", "broken", "cancelled", "refused", "unknown"]
"""`refused`: nobody might answer it. `unknown`: the gateway died before it ended."""

ASIDES = ("dispatcher", "judge", "shadow")
"""Kinds of upstream calls whose answers never reach the caller."""
HIDDEN = "[hidden]"
"""What stands for each word that a customer gave."""


class RequestRow(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One request of a caller. Moments are Unix time in UTC, durations seconds."""

    entry: int
    """Our own number, unique even when a client sends the same request id twice."""
    request_id: str
    started_at: float
    finished_at: float | None = None
    seconds: float | None = None
    first_token_seconds: float | None = None
    outcome: RequestOutcome = "open"
    status: int | None = None
    requested: str = ""
    """The model, pool or `auto` that the caller named."""
    model: str = ""
    """The model that answered; empty when none did."""
    provider: str = ""
    cost_usd: str | None = None
    """All attempts together; None as soon as one of them is unknown."""
    known_usd: str = "0"
    """The sum of the attempts whose cost is known."""
    key_name: str = ""
    user_id: str = ""
    tier: str = ""
    tenant: str = ""
    session: str = ""
    order_number: str = ""
    rule: str = ""
    pool: str = ""
    arms: str = "[]"
    """JSON list of `split/arm`."""
    prompt: str | None = None
    policy: str = ""
    policy_version: str = ""
    propensity: float = 1.0
    must_stay_local: bool = False
    intent: str = ""
    intents: str = "[]"
    emotion: str = ""
    language: str = ""
    difficulty: float = 0.0
    prompt_tokens: int = 0
    """Our estimate before the call; what the vendor counted is in the attempts."""
    pii: str = "[]"
    """JSON list of the kinds that were masked."""
    is_stream: bool = False
    signals: str = "{}"
    plan: str = "{}"
    cache: str = ""
    """What the answer cache had to say: hit, miss or off; empty where the rule did not ask."""
    saved_usd: str | None = None
    """On a hit, what the call had cost that gave the answer; None: unknown, or no hit."""


class AttemptRow(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One upstream call with its price."""

    entry: int
    number: int
    kind: str
    model: str
    provider: str
    deployment: str
    started_at: float
    seconds: float | None = None
    first_token_seconds: float | None = None
    outcome: str = "open"
    """open, answered, failed, broken, cancelled, lost, or unknown: the gateway died meanwhile."""
    error: str | None = None
    status: int | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    reasoning_tokens: int | None = None
    service_tier: str | None = None
    seam_at: int | None = None
    amount: str | None = None
    """In the currency that the vendor bills."""
    currency: str | None = None
    cost_usd: str | None = None
    """None: the price is unknown, which is never the same as zero."""
    estimated: bool = False
    """Tokens were counted or estimated by us, not reported by the vendor."""
    price_source: str | None = None
    """Which row of the price list was used."""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One request with all its upstream calls."""

    request: RequestRow
    attempts: tuple[AttemptRow, ...] = ()


def encode_signals(signals: Signals) -> str:
    """The signals as JSON text, read back by `decode_signals`.

    Of slots it says which kinds there were and how many of each, not what they said.
    """
    if signals.slots:
        slots = {kind: [HIDDEN] * len(values) for kind, values in signals.slots.items()}
        signals = replace(signals, slots=slots)
    return _encoder.encode(signals).decode()


def decode_signals(text: str) -> Signals:
    """The signals that a row was decided on, but for the words of its slots."""
    return msgspec.json.decode(text, type=Signals)


def encode_plan(decision: Decision) -> str:
    """The decision as JSON text, read back by `decode_plan`."""
    if isinstance(decision, Refusal):
        return _encoder.encode(decision).decode()
    values = list(astuple(decision))
    for at in _UNCHANGING:
        values[at] = _encode_once(values[at])
    return _encoder.encode(_PlanText(*values)).decode()


def decode_plan(text: str) -> Plan:
    """The plan of a row that was not refused."""
    return msgspec.json.decode(text, type=Plan)


def decode_decision(row: RequestRow) -> Decision:
    """The decision of a row, whichever it was."""
    if row.outcome == "refused":
        return msgspec.json.decode(row.plan, type=Refusal)
    return decode_plan(row.plan)


def _as_dict(value: object) -> object:
    """Read-only mappings are the one shape in our values that msgspec does not write itself."""
    return dict(value)  # type: ignore[call-overload]


_encoder = msgspec.json.Encoder(enc_hook=_as_dict)
_PlanText = msgspec.defstruct("_PlanText", [(name, Any) for name in Plan.__struct_fields__])
"""A plan of which some parts are text already."""
_UNCHANGING = tuple(Plan.__struct_fields__.index(name) for name in ("rejected", "terms"))
_MOST_WRITTEN = 512
_written: dict[int, tuple[object, msgspec.Raw]] = {}
"""By identity, each with the value itself, so that nothing else can come to have its identity."""


def _encode_once(value: object) -> msgspec.Raw:
    """The JSON of a value that never changes and is part of many plans."""
    known = _written.get(id(value))
    if known is None:
        if len(_written) >= _MOST_WRITTEN:
            _written.clear()
        known = _written[id(value)] = (value, msgspec.Raw(_encoder.encode(value)))
    return known[1]
