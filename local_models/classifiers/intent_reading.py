"""What is made of one customer's turn, and of turns that hold no words to weigh."""

from __future__ import annotations

import re

import msgspec

from local_models.classifiers.features import Features
from local_models.classifiers.head import Reading
from local_models.classifiers.shop_intents import GROUPS, NEUTRAL

MAX_INTENTS = 4
ELSEWHERE = 0.38
"""How sure it must be that a text is not said to a shop, for none of its words to be a wish."""
_WORD_BYTES = 12
"""A word or two ("headphones") may be a thing that somebody looks for, whatever else they are."""

_CLEAR = ((0.9, 24), (0.98, 12))
"""A wish that is this sure in a turn of so many bytes (three to a Chinese character) stands by itself,
whatever was said before it. Shorter ones ("白条", "paypal") may be answers."""


class IntentReading(msgspec.Struct, frozen=True):
    """What one customer turn wants."""

    intent: str
    """The main intent; `other` when unsure."""
    intents: tuple[str, ...]
    """Every intent found, the main one first; neutral ones only when they stand alone."""
    group: str
    confidence: float
    """Calibrated probability that `intent` is right."""
    is_unsure: bool
    is_from_context: bool = False
    """What was said before decided: the turn by itself would have been read otherwise."""
    is_off_topic: bool = False
    """It is not said to a shop (or, with labels of one's own, belongs to none of them)."""


MARKS_ALONE = IntentReading("other", ("other",), "other", 0.4, is_unsure=False)
"""What is made of "?" and "……" where nothing was said before: little, and no model could make more of it."""

NOTHING_KNOWN = IntentReading("other", ("other",), "other", 0.0, is_unsure=True)
"""What is made of a text in words that nobody taught the reader."""

ABUSE_ALONE = IntentReading("complaint", ("complaint",), "complaint", 0.8, is_unsure=False)
"""What is made of an insult and nothing else."""

SIGNS_ALONE = IntentReading("smalltalk", ("smalltalk",), "other", 0.8, is_unsure=False)
"""What is made of emoji and other signs that the reader never met; of 35 that it did, 28 are smalltalk."""

_FACES = re.compile(
    r"(?:\ue018|#e-[a-z][\ue001-\ue003]|/:[a-z]{1,8}"
    r"|[/\[](?:微笑|撇嘴|得意|流泪|害羞|闭嘴|大哭|尴尬|调皮|呲牙|惊讶|难过|偷笑|愉快|可爱|白眼|憨笑|悠闲|晕|再见|擦汗|鼓掌|坏笑|委屈|亲亲|可怜|笑脸|脸红|破涕为笑|笑哭|无语|嘿哈"
    r"|捂脸|奸笑|机智|皱眉|耶|加油|汗|旺柴|好的|哇|翻白眼|叹气|苦涩|裂开|爱心|心碎|拥抱|强|握手|胜利|抱拳|ok|合十|咖啡|蛋糕|玫瑰|凋谢|太阳|庆祝|礼物|红包|烟花|跳跳|鲜花|色|汗颜|比心|赞)\]?"
    r"|[\s~!！。.…])+"
)
"""Faces in the codes of shops' and messengers' chat windows, of a text as `normalise` spells it; those of rage are none."""
_FACE = re.compile(r"[\ue018#/\[]")


def is_only_faces(plain: str) -> bool:
    """Whether a normalised text holds faces in codes ("#E-s12", "[微笑]", "/:rose") and nothing else."""
    return _FACE.match(plain) is not None and _FACES.fullmatch(plain) is not None


def size_of(text: str) -> int:
    """Bytes, of which a Chinese character has three."""
    return len(text.encode("utf-8", "replace"))


def above(present: dict[str, float], least: float) -> dict[str, float]:
    """The wishes that have at least this chance."""
    return {
        label: chance
        for label, chance in present.items()
        if chance >= least and label not in NEUTRAL
    }


def surest(found: dict[str, float]) -> tuple[str, ...]:
    """Labels of wishes, the likeliest first."""
    if not found:
        return ()
    return tuple(sorted(found.keys() - NEUTRAL, key=lambda label: (-found[label], label)))


def tell_elsewhere(main: Reading, elsewhere: float, features: Features) -> IntentReading:
    """A text that is not said to a shop wants none of a shop's services; a joke stays one."""
    label = main.label if main.label in NEUTRAL else "other"
    confidence = max(elsewhere, main.confidence if label == main.label else 0.0)
    is_off_topic = elsewhere >= ELSEWHERE and size_of(features.text) >= _WORD_BYTES
    return IntentReading(label, (label,), GROUPS[label], confidence, False, False, is_off_topic)


def tell_intents(intents: tuple[str, ...], confidence: float) -> IntentReading:
    """Wishes that are there, the main one first."""
    main, group = intents[0], GROUPS.get(intents[0], "other")
    return IntentReading(main, intents[:MAX_INTENTS], group, confidence, False)


def is_clear(main: Reading, features: Features) -> bool:
    """Whether the turn says by itself what it wants, so that nothing before it can overrule it."""
    if main.label in NEUTRAL:
        return False
    size = size_of(features.text)
    return any(main.confidence >= sure and size >= least for sure, least in _CLEAR)
