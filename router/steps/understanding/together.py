"""Messages in a row are said together: what the last one and those right before it come to."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from local_models.classifiers.intents import GROUPS, MAX_INTENTS, NEUTRAL
from local_models.classifiers.references import is_bare_reference
from policies.signals import Signals

_PUSH_BYTES = 24
"""A push of so few ("hello??", 快点) says nothing of its matter."""
_ORDER, _PUSH = "order_query", "urge"


def join(messages: Sequence[tuple[str, Signals]]) -> Signals:
    """What messages come to, the newest first, each with its signals.

    The strongest mood counts. The newest wish is the main one and the others stand beside it, however
    little the last message says itself ("please", "?", a name). The number of an order and a mere push
    serve the matter beside them.
    """
    parts = [part for _, part in messages]
    felt = max(parts, key=lambda part: part.emotion_intensity)
    read = replace(
        parts[0], emotion=felt.emotion, emotion_intensity=felt.emotion_intensity,
        emotion_confidence=felt.emotion_confidence, sarcasm=felt.sarcasm,
    )  # fmt: skip
    wishes = [
        (_serves(text, wish), at, wish)
        for at, (text, part) in enumerate(messages)
        for wish in part.intents
        if wish not in NEUTRAL
    ]
    if read.is_off_topic or not wishes:
        return read
    wishes.sort(key=lambda each: each[0])
    if not wishes[0][0]:
        wishes = [each for each in wishes if not (each[0] and each[2] == _ORDER)]
    _, at, intent = wishes[0]
    told = tuple(dict.fromkeys(wish for _, _, wish in wishes))[:MAX_INTENTS]
    group = GROUPS.get(intent, "other")
    if not at:
        return replace(read, intent=intent, intents=told, intent_group=group)
    return replace(
        read, intent=intent, intents=told, intent_group=group,
        intent_confidence=parts[at].intent_confidence, is_unsure=False, intent_from_context=True,
    )  # fmt: skip


def wants_something(text: str, read: Signals) -> bool:
    """Whether a message says a matter of its own."""
    return any(wish not in NEUTRAL and not _serves(text, wish) for wish in read.intents)


def _serves(text: str, wish: str) -> bool:
    """Whether a message is but the number of an order or a push for what is said beside it."""
    if wish == _ORDER:
        return is_bare_reference(text)
    return wish == _PUSH and len(text.encode("utf-8", "replace")) <= _PUSH_BYTES
