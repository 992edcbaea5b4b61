"""An order number that was named wrong, and the right one that is said later in the talk.

"订单88123456到哪了" – "打错了，是88123465": the new number has the old one's shape, and its turn says little else or
that something is corrected. In doubt the known one stays: a phone, a card or a code that is corrected or was asked
for, and a number that the shop gave, take no order's place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from local_models.classifiers.asked import find_numbers_of_any
from local_models.classifiers.called import names_another, names_kept
from local_models.classifiers.entities import find_slots
from local_models.classifiers.sample import Sample

_MOST_CHARS = 80
"""A longer turn tells something, and its numbers may be anything."""
_MOST_TOLD = _MOST_CHARS * 5
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
_ORDER = re.compile(
    r"订单|单号|运单|包裹|\b(?:order|tracking|parcel|booking)(?![a-z])(?! (?:to|from|more)\b)"
)
_ASKS = re.compile(
    r"[?？]|请(?!稍|放心|耐心|留意|注意|等)|提供|多少|什么|需要?(?:先|再)?[您你核提确知验补填输]|麻烦|劳烦|告知|告诉我|(?:回复|报|发|输入|填写)(?:一?下|给?我)|已(?:经)?(?:发送|下发)|核[对实验]一?下"
    r"|\b(?:please (?!wait|hold|bear|note|allow)|what|which|could you|may i|can you|tell me|enter|type (?:the|your|in)|the digits|kindly|reply|(?:need|require)s? (?:your|the|a|an|you|to (?:know|have|see|verify|confirm|check))|let (?:me|us) have|(?:send|share|give|provide|confirm|verify) (?:me|us|your|the)|(?:sent|texted|emailed) (?:you|a|an|it|the))"
)
_NOT_FOUND = re.compile(
    r"\s?(?:(?:(?:is|was|does|did|do|has|can|could|will)(?: not|n'?t)|not)\b(?! (?:the |number |order )?[#a-z-]{0,5}\d)|(?:is |seems )?(?:invalid|missing)|[也还]?(?:查不到|不对|不存在|无效|不能|没有?|有误|找不到|搜不到))"
)
"""What is said of the number itself is no correction: "99001122 is not found"."""
_LONG = re.compile(r"(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{4,30}")
_PARTS = str.maketrans("", "", " -_")


def may_correct(since: Sequence[tuple[str, str]]) -> bool:
    """Whether one of these turns has a number at all."""
    return any(map(_may_correct, since))


def correct(known: Sequence[str], since: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The order number that took the known one's place in the turns since, the newest first, each with what was said
    to the customer before it; nothing where none did, or several orders are known."""
    if len(known) != 1:
        return ()
    for at, (turn, answer) in enumerate(since):
        if not _may_correct((turn, answer)):
            continue
        number = find_correction(known[0], turn, answer)
        if not number or _was_told(number, since):
            continue
        if _is_slip(known[0], number) or not _is_of_later(known[0], turn, since[at + 1 :]):
            return (number,)
    return ()


def _was_told(number: str, since: Sequence[tuple[str, str]]) -> bool:
    """Whether the shop gave it: a refund's reference, a ticket."""
    bare = number.lower().translate(_PARTS)
    return any(bare in answer.lower().translate(_PARTS) for _, answer in since if answer)


def _is_of_later(known: str, turn: str, earlier: Sequence[tuple[str, str]]) -> bool:
    """Whether another number was given or spoken of after the known one, so that this one answers or corrects that."""
    if known.lower() in turn.lower() or _ORDER.search(Sample(turn).lower):
        return False
    for before, answer in earlier:
        if len(before) <= _MOST_CHARS and find_correction(known, before, answer):
            return False
        if known in before:
            return False
        if _LONG.search(before) or names_kept(Sample(answer[-_MOST_TOLD:]).lower):
            return True
    return False


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
    spans = [
        span
        for span in find_numbers_of_any(lower)
        if turn[span[0] : span[1]].lower() != known.lower()
    ]
    if len(spans) != 1:
        return ""
    start, end = spans[0]
    number = turn[start:end]
    corrects = _CORRECTS.search(lower) is not None
    is_bare = _LITTLE.fullmatch(lower[:start] + " " + lower[end:]) is not None
    if not (corrects or is_bare) or not _is_like(known, number, exactly=not corrects):
        return ""
    if names_another(lower) or _NOT_FOUND.match(lower, end):
        return ""
    told = Sample(answer[-_MOST_TOLD:]).lower if answer else ""
    if told and not _may_follow(told, known.lower(), lower, number.lower(), corrects=corrects):
        return ""
    return "" if _is_something_else(sample, number) else number


def _may_follow(told: str, known: str, lower: str, number: str, *, corrects: bool) -> bool:
    """Whether a number that was said after this answer may correct the order's.

    A bare one may where the answer asks for nothing and is silent about any other number; with a word of correction
    an order may be asked about, and a card or a code spoken of where this is a slip of the known number.
    """
    if number.translate(_PARTS) in told.translate(_PARTS):
        return False
    asks = _ASKS.search(told) is not None
    if asks and not (corrects and _NUMBERED.search(told)):
        return False
    if names_kept(told):
        names_order = known in lower or _ORDER.search(lower) is not None
        return corrects and (names_order or (not asks and _is_slip(known, number)))
    return corrects or all(each in known for each in _LONG.findall(told))


def _is_slip(known: str, number: str) -> bool:
    """Whether they begin and end so much alike that one was typed for the other: three signs of five."""
    most, least = max(len(known), len(number)), min(len(known), len(number))
    known, number = known.lower(), number.lower()
    begins = next((at for at in range(least) if known[at] != number[at]), least)
    ends = next(
        (at for at in range(least - begins) if known[-1 - at] != number[-1 - at]), least - begins
    )
    return 5 * (begins + ends) >= 3 * most


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
