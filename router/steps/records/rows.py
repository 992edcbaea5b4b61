"""From what travels through the house to the rows that the ledger keeps."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from policies.decision import Decision, Plan
from policies.signals import Caller, Signals
from providers.calls import Attempt
from router.steps.records.pricing import Priced
from router.storage.entries import AttemptRow, RequestRow, encode_plan, encode_signals

_encode = msgspec.json.Encoder().encode


def open_row(
    entry: int,
    request_id: str,
    caller: Caller,
    signals: Signals,
    decision: Decision,
    requested: str,
    started_at: float,
) -> RequestRow:
    """The row of a request that has been understood and decided, before anyone is called."""
    plan = decision if isinstance(decision, Plan) else None
    return RequestRow(
        entry=entry,
        request_id=request_id,
        started_at=started_at,
        requested=requested,
        key_name=caller.key_name,
        user_id=caller.user,
        tier=caller.tier,
        tenant=caller.tenant,
        session=caller.session,
        order_number=caller.order_number,
        rule=decision.rule,
        pool=decision.pool,
        arms=_arms(plan) if plan and plan.arms else "[]",
        prompt=plan.prompt if plan else None,
        policy=decision.policy,
        policy_version=decision.policy_version,
        propensity=plan.propensity if plan else 1.0,
        must_stay_local=decision.must_stay_local,
        intent=signals.intent,
        intents=_list(signals.intents),
        emotion=signals.emotion,
        language=signals.language,
        difficulty=signals.difficulty,
        prompt_tokens=signals.prompt_tokens_with(plan.prompt if plan else None),
        pii=_list(tuple(sorted(signals.pii))) if signals.pii else "[]",
        is_stream=signals.is_stream,
        signals=encode_signals(signals),
        plan=encode_plan(decision),
    )


def redecided_row(row: RequestRow, signals: Signals, decision: Decision) -> RequestRow:
    """The row of a request that was understood and decided anew after it was opened."""
    caller = Caller(
        key_name=row.key_name,
        user=row.user_id,
        tier=row.tier,
        tenant=row.tenant,
        session=row.session,
        order_number=row.order_number,
    )
    return open_row(
        row.entry, row.request_id, caller, signals, decision, row.requested, row.started_at
    )


def attempt_row(entry: int, attempt: Attempt, priced: Priced | None) -> AttemptRow:
    """The row of an upstream call that ended."""
    usage = attempt.usage
    amount = usd = None
    if priced is not None:
        amount = f"{priced.amount:f}"
        if priced.usd is not None:
            usd = amount if priced.usd is priced.amount else f"{priced.usd:f}"
    return AttemptRow(
        entry=entry,
        number=attempt.number,
        kind=attempt.kind,
        model=attempt.model,
        provider=attempt.provider,
        deployment=attempt.deployment,
        started_at=attempt.started_at,
        seconds=attempt.seconds,
        first_token_seconds=attempt.first_token_seconds,
        outcome=attempt.outcome,
        error=attempt.error,
        status=attempt.status,
        prompt_tokens=None if usage is None else usage.prompt_tokens,
        completion_tokens=None if usage is None else usage.completion_tokens,
        cache_read_tokens=None if usage is None else usage.cache_read_tokens,
        cache_write_tokens=None if usage is None else usage.cache_write_tokens,
        cache_write_1h_tokens=None if usage is None else usage.cache_write_1h_tokens,
        reasoning_tokens=None if usage is None else usage.reasoning_tokens,
        service_tier=None if usage is None else usage.service_tier,
        seam_at=attempt.seam_at,
        amount=amount,
        currency=None if priced is None else priced.currency,
        cost_usd=usd,
        estimated=usage is not None and usage.estimated,
        price_source=None if priced is None else priced.source,
    )


def _arms(plan: Plan) -> str:
    return _list(tuple([f"{arm.split}/{arm.name}" for arm in plan.arms]))


@lru_cache(maxsize=1024)
def _list(words: tuple[str, ...]) -> str:
    """The same few lists of intents and kinds come all day."""
    return _encode(words).decode()
