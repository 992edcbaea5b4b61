"""An order number that was named wrong, and the right one that is said later in the talk.

"订单88123456到哪了" – "打错了，是88123465": the new number has the old one's shape, and its turn says little else or
that something is corrected.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from local_models.classifiers.asked import find_numbers_of_any
from local_models.classifiers.entities import find_slots
from local_models.classifiers.sample import Sample

_MOST_CHARS = 80
"""A longer turn tells something, and its numbers may be anything."""
_SHORTEST = 4
_LITTLE = re.compile(
    r"(?:[\s,.!?…:：，。！？、~～#\"'“”]|订单号?|单号|编号|应该|不好意思|对不起|抱歉|刚才|这个|[是就哦噢喔啊呃额嗯唔对的了呀哈这号]"
    r"|(?:it'?s|its|it|is|oh|ah|um|uh|er|ok|okay|sorry|no|wait|oops|here|this|one|number|order|the|my|sry|hmm|then|try|now)(?![a-z])){0,12}"
)
"""What a turn that only gives a number says besides."""
_CORRECTS = re.compile(
    r"(?:打|写|输|填|发|报|说|看|搞|弄|给|记|抄|念|贴|复制|按|错)[错漏岔]|[少多][打写输了]一?[位个]|号码?不?对?错|更正|改正|纠正|订正|更改为|应该是|应为|不是.{0,24}是|手误|手滑|说反|重新?[发打输]"
    r"|\b(?:typo|typed|mistyped|misread|misspoke|mean|meant|correction|corrected|sorry|oops|whoops|should (?:be|read|have been)|supposed to be|wrong|not|my bad|my mistake|actually|scratch that|rather|instead|mixed up|transposed|missed a digit)(?![a-z])"
)
_BESIDES = re.compile(
    r"还有|另外|也|再加|以及|\b(?:also|another|too|as well|both|second|other)(?![a-z])"
)
"""What is named besides takes the place of nothing."""
_NUMBERED = re.compile(
    r"订单|单号|运单|包裹|\b(?:order|tracking|parcel|booking|number|reference)(?![a-z])"
)
_ASKS = re.compile(
    r"[?？]|请(?!稍|放心|耐心|留意|注意|等)|提供|多少|什么|\b(?:please (?!wait|hold|bear|note|allow)|what|which|could you|may i|can you|tell me|enter)"
)


def may_correct(since: Sequence[tuple[str, str]]) -> bool:
    """Whether one of these turns has a number at all."""
    return any(map(_may_correct, since))


def correct(known: Sequence[str], since: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The order number that took the known one's place in the turns since, the newest first, each with what was said
    to the customer before it; nothing where none did, or several orders are known."""
    if len(known) != 1:
        return ()
    numbers = (find_correction(known[0], *each) for each in since if _may_correct(each))
    number = next(filter(None, numbers), "")
    return (number,) if number else ()


def _may_correct(told: tuple[str, str]) -> bool:
    turn = told[0]
    return len(turn) <= _MOST_CHARS and any(map(str.isdecimal, turn))


def find_correction(known: str, turn: str, answer: str) -> str:
    """The order number in a short turn that takes the place of the one that is known; empty where none does.

    `answer` is what was said to the customer just before: what answers a question about something else corrects no
    order.
    """
    sample = Sample(turn)
    lower = sample.lower
    if len(lower) != len(turn) or _BESIDES.search(lower):
        return ""
    corrects = _CORRECTS.search(lower) is not None
    told = Sample(answer[-_MOST_CHARS * 5 :]).lower if answer else ""
    if told and _ASKS.search(told) and not (corrects and _NUMBERED.search(told)):
        return ""
    spans = [
        span
        for span in find_numbers_of_any(lower)
        if turn[span[0] : span[1]].lower() != known.lower()
    ]
    if len(spans) != 1:
        return ""
    start, end = spans[0]
    number = turn[start:end]
    is_bare = _LITTLE.fullmatch(lower[:start] + " " + lower[end:]) is not None
    if not (corrects or is_bare) or not _is_like(known, number, exactly=not corrects):
        return ""
    return "" if _is_something_else(sample, number) else number


def _is_like(known: str, number: str, *, exactly: bool) -> bool:
    """Whether it has the shape of the known one; who corrects may have missed a sign."""
    if len(number) < _SHORTEST or known.isdecimal() != number.isdecimal():
        return False
    if not known.isdecimal() and known[0].isalpha() != number[0].isalpha():
        return False
    return abs(len(known) - len(number)) <= (0 if exactly else 1)


def _is_something_else(sample: Sample, number: str) -> bool:
    """Whether the turn has it for a phone, a day or a sum."""
    return any(
        number in value
        for kind, values in find_slots(sample).items()
        if kind != "order_number"
        for value in values
    )
