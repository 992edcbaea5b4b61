"""From the lines under `when:` to conditions: one row for each key that a policy may write."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from policies.conditions import (
    All,
    AnyIn,
    AnyOf,
    Available,
    Cel,
    Condition,
    Get,
    HealthInRange,
    InRange,
    Is,
    Not,
    OneOf,
    QualityInRange,
    TimeOfDay,
    Weekday,
    get_metadata,
    get_slots,
    no_remark,
)
from policies.expressions import compile_cel
from policies.facts import Facts
from policies.letters import fold
from policies.schema import ConditionDoc, HealthDoc


def _intents(facts: Facts) -> tuple[str, ...]:
    return facts.signals.intents or (facts.signals.intent,)


WORDS: dict[str, Get] = {
    "intent": attrgetter("signals.intent"),
    "intent_group": attrgetter("signals.intent_group"),
    "emotion": attrgetter("signals.emotion"),
    "language": attrgetter("signals.language"),
    "user": attrgetter("caller.user"),
    "tier": attrgetter("caller.tier"),
    "tenant": attrgetter("caller.tenant"),
    "key": attrgetter("caller.key_name"),
    "order_number": attrgetter("caller.order_number"),
}
LOOSE = ("tier", "tenant", "key")
"""Words that people choose. Ids (user, order number) are told apart by the letter."""
NUMBERS: dict[str, Get] = {
    "intent_count": lambda facts: len(_intents(facts)),
    "confidence": attrgetter("signals.intent_confidence"),
    "intensity": attrgetter("signals.emotion_intensity"),
    "emotion_confidence": attrgetter("signals.emotion_confidence"),
    "emotion_trend": attrgetter("signals.emotion_trend"),
    "sarcasm": attrgetter("signals.sarcasm"),
    "difficulty": attrgetter("signals.difficulty"),
    "tokens": attrgetter("signals.prompt_tokens"),
    "max_output_tokens": attrgetter("signals.max_output_tokens"),
    "turns": attrgetter("signals.turns"),
    "load": attrgetter("around.load"),
    "budget_left_usd": attrgetter("around.budget_left_usd"),
}
FLAGS: dict[str, Get] = {
    "unsure": attrgetter("signals.is_unsure"),
    "from_context": attrgetter("signals.intent_from_context"),
    "off_topic": attrgetter("signals.is_off_topic"),
    "code": attrgetter("signals.has_code"),
    "math": attrgetter("signals.has_math"),
    "long_document": attrgetter("signals.has_long_document"),
    "stream": attrgetter("signals.is_stream"),
    "reask": attrgetter("signals.is_reask"),
    "escalation": attrgetter("signals.is_escalation"),
}
SETS: dict[str, Get] = {
    "intents": _intents,
    "modality": attrgetter("signals.modalities"),
    "needs": attrgetter("signals.needs"),
    "pii": attrgetter("signals.pii"),
    "slots": get_slots,
}


def _from_context(facts: Facts) -> str:
    """What a reason adds where the message alone would have been read otherwise."""
    return " by what was said before" if facts.signals.intent_from_context else ""


REMARKS: dict[str, Get] = {
    "intent": _from_context, "intent_group": _from_context, "intents": _from_context,
}  # fmt: skip


def build_condition(doc: ConditionDoc | None, zone: datetime.tzinfo) -> Condition:
    """Make the condition of a `when:` block; nothing written means always."""
    if doc is None:
        return All(())
    parts = [part for key in _written(doc) for part in _build(key, getattr(doc, key), zone)]
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _written(doc: ConditionDoc) -> list[str]:
    """Give the keys that were written, in the schema's order (a set has none of its own)."""
    written = doc.model_fields_set
    return [k for k in ConditionDoc.model_fields if k in written and getattr(doc, k) is not None]


def _build(key: str, value: Any, zone: datetime.tzinfo) -> list[Condition]:
    if key in WORDS:
        remark = REMARKS.get(key, no_remark)
        return [OneOf(key, value, WORDS[key], remark, is_loose=key in LOOSE)]
    if key in NUMBERS:
        return [InRange(key, value, NUMBERS[key])]
    if key in FLAGS:
        return [Is(key, value, FLAGS[key])]
    if key in SETS:
        return [AnyIn(key, value, SETS[key], REMARKS.get(key, no_remark))]
    return _SPECIAL[key](value, zone)


def _health(doc: HealthDoc, _: datetime.tzinfo) -> list[Condition]:
    parts: list[Condition] = []
    if doc.available is not None:
        parts.append(Available(doc.of, doc.available))
    for figure in ("error_rate", "first_token_seconds", "tokens_per_second", "load"):
        wanted = getattr(doc, figure)
        if wanted is not None:
            parts.append(HealthInRange(doc.of, figure, wanted))
    return parts or [Available(doc.of, True)]


_SPECIAL: dict[str, Callable[[Any, datetime.tzinfo], list[Condition]]] = {
    "all_": lambda docs, zone: [All(tuple(build_condition(doc, zone) for doc in docs))],
    "any_": lambda docs, zone: [AnyOf(tuple(build_condition(doc, zone) for doc in docs))],
    "not_": lambda doc, zone: [Not(build_condition(doc, zone))],
    "metadata": lambda entries, _: [
        OneOf(f"metadata.{fold(name)}", words, get_metadata(name), is_loose=True)
        for name, words in entries.items()
    ],
    "time": lambda span, zone: [TimeOfDay(span[0], span[1], zone)],
    "weekday": lambda days, zone: [Weekday(days, zone)],
    "health": _health,
    "quality": lambda doc, _: [QualityInRange(doc.of, doc.range)],
    "cel": lambda text, _: [Cel(text, compile_cel(text))],
}
