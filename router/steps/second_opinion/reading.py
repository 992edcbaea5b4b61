"""What a model says a message is about: how it is asked for, and how it is checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Raw

from local_models.classifiers.intents import GROUPS, MAX_INTENTS, NEUTRAL
from policies.signals import EMOTIONS, INTENTS, Signals
from providers.messages import JsonSchema, ResponseFormat

_DIFFICULTY = {"easy": 0.2, "medium": 0.5, "hard": 0.8}
"""The middle of each third, as a model that says three words cannot say more."""
_INTENSITY = {"none": 0.0, "mild": 0.35, "strong": 0.8}
"""Below and above the half from which the shipped policies call a customer upset."""


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model's reading of one message."""

    intent: str
    intents: tuple[str, ...]
    emotion: str
    intensity: str
    difficulty: str

    def improve(self, signals: Signals, confidence: float) -> Signals:
        """The signals with this reading in place of our own reader's."""
        intents = self._several()
        is_neutral = self.emotion == "neutral"
        return msgspec.structs.replace(
            signals,
            intent=intents[0],
            intents=intents,
            intent_group=GROUPS.get(intents[0], "other"),
            intent_confidence=confidence,
            is_unsure=self.intent == "other",
            intent_from_context=False,
            is_off_topic=signals.is_off_topic and self.intent == "other",
            emotion=self.emotion,
            emotion_intensity=0.0 if is_neutral else _INTENSITY[self.intensity],
            emotion_confidence=confidence,
            difficulty=_DIFFICULTY[self.difficulty],
            read_by="model",
        )

    def _several(self) -> tuple[str, ...]:
        """All intents, the main one first; as our reader has it, small talk yields to a wish beside it."""
        if self.intent == "other":
            return ("other",)
        named = dict.fromkeys((self.intent, *self.intents))
        return tuple(each for each in named if each not in NEUTRAL)[:MAX_INTENTS] or (self.intent,)


def _words(intents: Sequence[str]) -> dict[str, tuple[str, ...]]:
    return {
        "intent": tuple(intents),
        "intents": tuple(intents),
        "emotion": EMOTIONS,
        "intensity": tuple(_INTENSITY),
        "difficulty": tuple(_DIFFICULTY),
    }


def format_for(intents: Sequence[str] = INTENTS) -> ResponseFormat:
    """The form of an answer that chooses among these intents."""
    properties: dict[str, Any] = {
        name: {"type": "string", "enum": list(words)} for name, words in _words(intents).items()
    }
    properties["intents"] = {"type": "array", "items": properties["intents"]}
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    form = JsonSchema(name="reading", schema=Raw(msgspec.json.encode(schema)), strict=True)
    return ResponseFormat(type="json_schema", json_schema=form)


_decode = msgspec.json.Decoder(Reading).decode


def read_answer(text: str, intents: Sequence[str] = INTENTS) -> Reading:
    """The reading that an answer holds.

    Raises:
        ValueError: it is no JSON of that shape, or a word is none of those asked for; says which.
    """
    try:
        reading = _decode(text)
    except msgspec.DecodeError as error:
        raise ValueError(f"No reading: {error}") from error
    for name, known in _words(intents).items():
        value = getattr(reading, name)
        for word in value if isinstance(value, tuple) else (value,):
            if word not in known:
                raise ValueError(
                    f"No reading: `{name}` is '{word[:40]}', which is none of its words"
                )
    return reading
