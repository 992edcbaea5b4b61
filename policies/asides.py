"""What a policy has models do besides answering: read a request again, judge a first answer."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from policies.conditions import Condition
from policies.pools import Pool
from policies.questions import build_condition
from policies.schema import CascadeDoc, ConditionDoc, DispatcherDoc

_UNSURE = ConditionDoc(unsure=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """When which pool is asked what a request is about, before anything is decided."""

    pool: Pool
    condition: Condition
    deadline_seconds: float
    cache_seconds: float
    confidence: float
    """What its word counts for in conditions on `confidence`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jury:
    """One judge of a cascade, before any model was looked at."""

    kind: Literal["refusal", "agreement", "check"]
    pool: Pool | None = None
    """None: nobody else is asked."""
    at_least: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """That a rule's first answers are judged, by whom, and who answers those that fail."""

    escalate: Pool
    juries: tuple[Jury, ...]
    judge_seconds: float


def build_inquiry(
    doc: DispatcherDoc | None, pools: Mapping[str, Pool], zone: datetime.tzinfo
) -> Inquiry | None:
    """Make the dispatcher of a policy; None when it has none."""
    if doc is None:
        return None
    return Inquiry(
        pool=_find(doc.use, pools),
        condition=build_condition(doc.when or _UNSURE, zone),
        deadline_seconds=doc.deadline_seconds,
        cache_seconds=doc.cache_seconds,
        confidence=doc.confidence,
    )


def build_trial(doc: CascadeDoc | None, pools: Mapping[str, Pool]) -> Trial | None:
    """Make the cascade of a rule; None when it has none."""
    if doc is None:
        return None
    judge = doc.judge
    juries: list[Jury] = [Jury(kind="refusal")] if judge.refusal else []
    if judge.agreement is not None:
        other = judge.agreement.with_
        pool = None if other is None else _find(other, pools)
        juries.append(Jury(kind="agreement", pool=pool, at_least=judge.agreement.at_least))
    if judge.check is not None:
        juries.append(Jury(kind="check", pool=_find(judge.check, pools)))
    return Trial(
        escalate=_find(doc.escalate, pools),
        juries=tuple(juries),
        judge_seconds=doc.judge_seconds,
    )


def _find(name: str, pools: Mapping[str, Pool]) -> Pool:
    return pools.get(name) or Pool(name=name, models=(name,))
