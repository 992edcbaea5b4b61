"""What conditions look at: signals, caller and surroundings under one roof, read once."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from policies.scoring import expect_of
from policies.signals import (
    ANY_LOCAL,
    HEALTHY,
    Caller,
    Candidate,
    ModelHealth,
    Signals,
    Surroundings,
)

NOBODY: Mapping[str, Candidate] = {}


class Verdict(NamedTuple):
    """A condition's answer, and its argument in words."""

    holds: bool
    why: str


class Facts:
    """Everything one decision may look at; values that take work are worked out once."""

    __slots__ = ("_cel", "_local_now", "_members", "around", "caller", "candidates", "signals")

    def __init__(
        self,
        signals: Signals,
        caller: Caller,
        around: Surroundings,
        candidates: Mapping[str, Candidate] = NOBODY,
        members: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.signals = signals
        self.caller = caller
        self.around = around
        self.candidates = candidates
        self._members = members or {}
        self._cel: dict[str, Any] | None = None
        self._local_now: dict[datetime.tzinfo, datetime.datetime] = {}

    def now(self, zone: datetime.tzinfo) -> datetime.datetime:
        """Give the moment of the decision on a wall clock in `zone`."""
        if zone not in self._local_now:
            self._local_now[zone] = self.around.now.astimezone(zone)
        return self._local_now[zone]

    def is_pool(self, name: str) -> bool:
        """Whether the name is a pool's."""
        return name in self._members

    def names_of(self, name: str) -> Sequence[str]:
        """Give what a pool lists, or the name itself when it is a model's."""
        return self._members.get(name, (name,))

    def models_of(self, name: str) -> Sequence[str]:
        """Give the models of a pool, or the name itself when it is a model's."""
        names = self.names_of(name)
        if ANY_LOCAL in names:
            local = tuple(each for each, card in self.candidates.items() if card.is_local)
            names = (*(each for each in names if each != ANY_LOCAL), *local)
        return names

    def weighed_of(self, name: str) -> Sequence[str]:
        """Give whose figures count for a name: the models of a pool that can be called, or the model itself.

        Where no model is known, as in hindsight, none is known to be off.
        """
        models = self.models_of(name)
        if not self.is_pool(name) or not self.candidates:
            return models
        return [each for each in models if self.is_up(each)]

    def health_of(self, model: str) -> ModelHealth:
        """Give how a model fares; one that nobody reported on is healthy."""
        return self.around.health.get(model, HEALTHY)

    def is_up(self, model: str) -> bool:
        """Whether the model is switched on and reachable."""
        candidate = self.candidates.get(model)
        return candidate is not None and candidate.is_on and self.health_of(model).is_available

    def quality_of(self, model: str) -> float | None:
        """Give the expected quality on this request; None for a stranger."""
        known = self.signals.expected_quality.get(model)
        if known is not None:
            return known
        candidate = self.candidates.get(model)
        if candidate is None:
            return None
        return expect_of(candidate, self.signals)

    def cel_variables(self, *, with_quality: bool = True) -> dict[str, Any]:
        """Give the facts as the plain values that CEL expressions see.

        What is expected of every model takes a while to work out, and few expressions ask for it.
        """
        if self._cel is None:
            self._cel = _plain(self.signals, self.caller, self.around)
        if with_quality and not self._cel["expected_quality"]:
            expected = {name: self.quality_of(name) for name in self.candidates}
            self._cel["expected_quality"] = {**expected, **self.signals.expected_quality}
        return self._cel


def _plain(signals: Signals, caller: Caller, around: Surroundings) -> dict[str, Any]:
    """Give the facts by name; what is unknown of a request is left out, so that nothing holds of it."""
    budget, longest = around.budget_left_usd, signals.max_output_tokens
    known: dict[str, Any] = {
        "intent": signals.intent,
        "intents": list(signals.intents),
        "intent_group": signals.intent_group,
        "confidence": signals.intent_confidence,
        "unsure": signals.is_unsure,
        "from_context": signals.intent_from_context,
        "off_topic": signals.is_off_topic,
        "emotion": signals.emotion,
        "intensity": signals.emotion_intensity,
        "emotion_confidence": signals.emotion_confidence,
        "emotion_trend": signals.emotion_trend,
        "sarcasm": signals.sarcasm,
        "language": signals.language,
        "difficulty": signals.difficulty,
        "expected_quality": {},
        "tokens": signals.prompt_tokens,
        "modality": sorted(signals.modalities),
        "needs": sorted(signals.needs),
        "code": signals.has_code,
        "math": signals.has_math,
        "long_document": signals.has_long_document,
        "pii": sorted(signals.pii),
        "slots": {kind: list(values) for kind, values in signals.slots.items()},
        "turns": signals.turns,
        "reask": signals.is_reask,
        "escalation": signals.is_escalation,
        "stream": signals.is_stream,
        "user": caller.user,
        "tier": caller.tier,
        "tenant": caller.tenant,
        "key": caller.key_name,
        "session": caller.session,
        "order_number": caller.order_number,
        "metadata": dict(caller.metadata),
        "load": around.load,
        "has_budget": budget is not None,
        "hour": around.now.hour,
        "weekday": around.now.isoweekday(),
    }
    if budget is not None:
        known["budget_left_usd"] = float(budget)
    if longest is not None:
        known["max_output_tokens"] = longest
    return known


_NOW = datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC)
CEL_NAMES = frozenset(
    _plain(
        Signals(max_output_tokens=1),
        Caller(),
        Surroundings(now=_NOW, budget_left_usd=Decimal(1)),
    )
)
"""Every name that a CEL expression may use."""
