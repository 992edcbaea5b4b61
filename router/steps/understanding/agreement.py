"""What becomes of a turn's wish and mood where other readers know better: a call, a threat, praise, what was taken back."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from local_models.classifiers.emotion import NOTHING_FELT, EmotionReading
from local_models.classifiers.escalation import THREAT
from local_models.classifiers.intents import GROUPS, NEUTRAL, IntentReading
from local_models.classifiers.reproaches import is_reproach
from policies.signals import Signals

COMPLAINT, PERSON = "complaint", "human_agent"
_HEEDED, _REPROACHFUL = 0.8, 0.5
"""How sure a wish and a mood are that a pattern tells, and how strong a reproach is at least."""


def calm_down(read: Signals) -> Signals:
    """The signals of a turn that takes back what made its writer angry: what is left of it is no grievance."""
    intents = tuple(each for each in read.intents if each not in (COMPLAINT, PERSON)) or (
        "smalltalk",
    )
    main = intents[0]
    felt = {} if read.emotion == "positive" else {
        "emotion": NOTHING_FELT.emotion, "emotion_intensity": 0.0, "emotion_confidence": 0.0, "sarcasm": 0.0,
    }  # fmt: skip
    return replace(
        read, intent=main, intents=intents, intent_group=GROUPS.get(main, "other"), **felt
    )


def heed(calls: str, wish: IntentReading, known: Sequence[str]) -> IntentReading:
    """The wish of a turn that calls for a person or threatens: it is said to the shop, and no small talk."""
    label = COMPLAINT if calls == THREAT else PERSON
    if label not in known or not NEUTRAL.issuperset(wish.intents):
        return replace(wish, is_off_topic=False) if wish.is_off_topic else wish
    return replace(
        wish, intent=label, intents=(label,), group=GROUPS.get(label, "other"), confidence=_HEEDED,
        is_unsure=False, is_off_topic=False,
    )  # fmt: skip


def rule_joy_out(mood: EmotionReading, text: str, *, is_call: bool) -> EmotionReading:
    """The mood, but for joy out of a mouth that calls or threatens, and for calm or joy in a reproach."""
    if mood.emotion == "negative":
        return mood
    if is_reproach(text):
        return EmotionReading("negative", max(mood.intensity, _REPROACHFUL), _HEEDED, mood.sarcasm)
    return mood.without_joy() if is_call else mood


def believe(wish: IntentReading, mood: EmotionReading) -> IntentReading:
    """The wish, but for a complaint out of a mouth that praises: two readers must agree on one."""
    if mood.emotion != "positive" or COMPLAINT not in wish.intents:
        return wish
    return drop(COMPLAINT, wish)


def drop(label: str, wish: IntentReading) -> IntentReading:
    """The wish without one of its intents; smalltalk where there is no other."""
    others = tuple(each for each in wish.intents if each != label) or ("smalltalk",)
    main = others[0]
    return replace(wish, intent=main, intents=others, group=GROUPS.get(main, "other"))
