"""What an assistant's question asks for, and the value that answers it whatever its shape.

"88123" alone may be anything; after "Could you give me the order number, please?" it is the order number.
Only a short turn answers, and only with what was asked for.
"""

from __future__ import annotations

import re

Span = tuple[int, int]

_SENTENCE = re.compile(r"[^.!?。！？\n]{1,400}[.!?。！？]?")
_NAMES = {
    "order_number": re.compile(
        r"(?:order|tracking|booking|reservation|reference|confirmation|waybill|parcel|shipment|case|ticket|purchase)(?:'s)?\s(?:numbers?|nos?\b|nr\b|ids?\b|code|reference|#)"
        r"|order#|\breference\b(?! to)|订单(?:编?号|号码|id)|(?:运|快递|物流|工)?单号|订单的?编号|预[订定]号|确认号|编号"
    ),
    "phone": re.compile(
        r"\b(?:tele)?phone\b(?! (?:case|model))|\b(?:mobile|cell|contact|callback) (?:phone )?number|手机号|电话(?:号码?|是多少)|联系电话|联系方式"
    ),
    "date": re.compile(
        r"\b(?:what|which) (?:date|day)|\b(?:the|a) (?:\w{1,12} )?date\b|\bwhen (?:did|would|do|will|was|is|are|should)|什么时[候间]|哪[一]?天|几号|日期"
    ),
    "amount": re.compile(
        r"\bhow much (?:did|was|were|is|have|money)|\b(?:what|which|the) (?:exact |total |full )?(?:amount|sum|total)\b|\bwhat (?:did you pay|was the price)|金额|多少钱|付了多少|扣了多少"
    ),
}  # fmt: skip
_WANTS = re.compile(
    r"[?？]\s*$|\b(?:please|kindly|provide|send me|share|tell me|give me|let me (?:have|know)|i(?:'ll)? need|i (?:would|will) need|may i have|enter|confirm|what(?:'s| is))\b"
    r"|请|提供|发一?下|告诉|告知|麻烦|报一?下|输入|说一?下|是多少|留一?下"
)
_ANOTHER = re.compile(
    r"\b(?:another|a (?:different|new|second)|(?:the |my )?other|new|different) (?:\w{1,12} )?(?:orders?|parcel|package|booking|shipment)\b"
    r"|(?:另外?一|别的|其[他它]|另外的?|换一|新的?)[个笔单份件]?(?:订单|包裹|快递|单子|单)"
)
_MOST_ASKED = 600
"""Characters of a message, from its end, that are looked at."""
_MOST_ANSWERED = 160
"""A longer turn tells something, and its numbers may be anything."""

_CODE = re.compile(
    r"(?<![a-z\d_.,$€£¥@<-])(?:(?=[a-z]{0,8}-?\d)[a-z]{1,8}-?\d[a-z0-9]{0,24}|\d[a-z0-9]{0,29}|[a-z]{2,8}(?:[-_/](?=[a-z0-9]{0,20}\d))[a-z0-9]{1,20})(?>(?:[-_/][a-z0-9]{1,20}){0,6})(?![a-z\d_>]|[.,]\d|\s?[%％])"
)
_GROUPS = re.compile(r"(?<![a-z\d_.,$€£¥@<-])\d{1,8}(?> \d{1,8}){1,8}(?![a-z\d_>]|[.,]\d|\s?[%％])")
"""Digits in groups: "8 8 1 2 3", "114 3941689 8772232"."""
_UNIT = re.compile(
    r"\s?(?:[件个套箱台只双条张份元块万年月日号点天周楼室]|kgs?\b|km\b|pcs\b|units?\b|items?\b|pieces?\b|days?\b|weeks?\b|hours?\b|minutes?\b|months?\b|years?\b|dollars?\b|usd\b|euros?\b|pounds?\b|[ap]m\b|street\b|st\b|road\b|rd\b|avenue\b)"
)
_ELSEWHERE = re.compile(
    r"(?:\b(?:in|since|at|zip|postcode|post code|zip code|room|apt|apartment|flat|suite|size|model|version|iphone|ending in|for the last)|邮编|型号|尾号|房间)[\s:：]{0,2}$"
)
_DAY_IN_DIGITS = re.compile(
    r"(?:19|20)\d\d[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/]\d{1,2}[-/](?:19|20)?\d\d|\d{1,2}/\d{1,2}"
)
_MEASURE = re.compile(
    r"\d{1,4}(?:st|nd|rd|th|ml|mg|g|kgs?|mah|gb|tb|cm|mm|m|km|w|h|x|pm|am|usd|hz)"
)
_NEXT = re.compile(r"\s?(?:[,，、;；/&+]\s?(?:and\s)?|and\s|or\s|和|跟|还有|以及)\s?#?")
_MOST_IN_A_LIST = 30

_PHONE = re.compile(r"(?<![a-z\d_.$€£¥<-])\+?\(?\d(?>[ .()/-]{0,2}\d){5,14}(?![a-z\d_>])")
_SUM = re.compile(
    r"(?<![a-z\d_.,<-])\d{1,7}(?>(?:,\d{3}){0,3})(?:\.\d{1,2})?(?![a-z\d_>]|[.,/:-]\d|\s?[%％])"
)
_DAY = re.compile(
    r"(?<![a-z\d_.,:<$€£¥/-])(?:(?:the )?(?:3[01]|[12]?\d)(?:st|nd|rd|th)\b|\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?(?![a-z\d_/.-]))"
)
_DAY_ALONE = re.compile(
    r"(?<!\s)\s*(?:on |it was |maybe |around )?(?:the )?(3[01]|[12]\d|[1-9])[.!]?\s*"
)


def read_asked(said: str) -> frozenset[str]:
    """The kinds of slot that a message asks for, in lower case or not."""
    lower = said[-_MOST_ASKED:].lower()
    asked: set[str] = set()
    for sentence in _SENTENCE.findall(lower):
        if _WANTS.search(sentence):
            asked.update(kind for kind, name in _NAMES.items() if name.search(sentence))
    return frozenset(asked)


def speaks_of_another(turn: str) -> bool:
    """Whether a turn speaks of another order than the one that was named before."""
    return _ANOTHER.search(turn.lower()) is not None


def find_answers(
    lower: str, asked: frozenset[str], taken: dict[str, bool]
) -> dict[str, list[Span]]:
    """Where the answers stand, by kind, in a turn in lower case; kinds found only.

    `taken` says of each kind that was asked for whether the turn has a value of it anyway: that one is the answer.
    """
    if len(lower) > _MOST_ANSWERED or not any(map(str.isdecimal, lower)):
        return {}
    found: dict[str, list[Span]] = {}
    if "phone" in asked and not taken["phone"] and (phone := _PHONE.search(lower)):
        found["phone"] = [phone.span()]
    if "order_number" in asked and not taken["order_number"]:
        beside = found.get("phone", [])
        found["order_number"] = [span for span in _find_numbers(lower) if span not in beside]
    if "date" in asked and not taken["date"]:
        day = _DAY_ALONE.fullmatch(lower)
        found["date"] = [day.span(1)] if day else [each.span() for each in _DAY.finditer(lower)]
    if "amount" in asked and not (taken["amount"] or found.get("order_number")):
        sums = [each.span() for each in _SUM.finditer(lower) if not _UNIT.match(lower, each.end())]
        found["amount"] = sums[:1]
    return {kind: spans for kind, spans in found.items() if spans}


def _find_numbers(lower: str) -> list[Span]:
    """The first number of an order in the turn, and those of a list behind it."""
    first = _number_in(lower, 0)
    if first is None:
        return []
    found = [first]
    while len(found) < _MOST_IN_A_LIST and (sign := _NEXT.match(lower, found[-1][1])):
        code = _CODE.match(lower, sign.end())
        if code is None or not _may_be_number(lower, code.span()):
            break
        found.append(code.span())
    return found


def _number_in(lower: str, start: int) -> Span | None:
    groups = _GROUPS.search(lower, start)
    for code in _CODE.finditer(lower, start):
        if groups and groups.start() <= code.start() and _may_be_number(lower, groups.span()):
            return groups.span()
        if _may_be_number(lower, code.span()):
            return code.span()
    return None


def _may_be_number(lower: str, span: Span) -> bool:
    """Four digits, or letters with two among five signs; no day, no measure, nothing that is counted."""
    start, end = span
    said = lower[start:end]
    digits = sum(map(str.isdecimal, said))
    letters = sum(map(str.isalpha, said))
    if digits < (2 if letters and len(said) >= 5 else 4):
        return False
    if _DAY_IN_DIGITS.fullmatch(said) or _MEASURE.fullmatch(said):
        return False
    if _UNIT.match(lower, end):
        return False
    return not _ELSEWHERE.search(lower, max(0, start - 16), start)
