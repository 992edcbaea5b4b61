"""An order that is only pointed at ("where is my parcel? order 88123"), set aside to see what else is asked."""

from __future__ import annotations

import re

_NUMBER = r"#?(?=[a-z-]{0,6}\d)[a-z\d-]{4,24}(?![\w-])"
_NAMED = r"(?: ?(?:no\.?|number|num|nr\.?|id|ref(?:erence)?))?(?: is|:)? ?"
_ABOUT_IT = re.compile(
    rf"\b(in|of|about|is|was|find|see|show) (?:(?:my|the|our|this|that) )?(?:order)?{_NAMED}{_NUMBER}",
    re.IGNORECASE,
)
"""Behind such a word an order is asked about: the number goes, the order stays."""
_POINTED_AT = re.compile(
    rf"(?<![\w-])(?:(?:for|on|from|in|re|my|the|our|your|this|that|is|it's) ){{0,3}}(?:(?:orders?|purchase|po){_NAMED})?{_NUMBER}",
    re.IGNORECASE,
)
_CODE_ZH = r"(?![a-z-]{5})(?=[a-z-]{0,6}\d)[a-z\d-]{4,24}"
_POINTED_AT_ZH = re.compile(
    rf"(?:我的?|这个?)?(?:订单|单)(?:编?号)?(?:是|为|:|：)?\s?{_CODE_ZH}(?:的|这一?单)?(里|内|中|状态|详情|内容|信息)?|(?<![a-z\d-]){_CODE_ZH}(?:这一?单|这个?订单|的单子?)",
    re.IGNORECASE,
)
_SAYS_MORE = re.compile(
    r"(?!(?:it|my|order|is|the|number|no|sure|yes|ok|here|this|that|订单|单号)\b)[^\W\d_]{2}",
    re.IGNORECASE,
)
"""A word beside the reference."""


def is_bare_reference(text: str) -> bool:
    """Whether a text points at an order and says nothing else."""
    rest = set_reference_aside(text)
    return rest is not None and not _SAYS_MORE.search(rest)


def set_reference_aside(text: str) -> str | None:
    """The text without the numbers of orders that it points at; None where it points at none.

    "Has order 88123 shipped?" becomes "Has it shipped?". Of an order that is asked about the word stays.
    """
    if not any(map(str.isdecimal, text)):
        return None
    if text.isascii():
        rest, found = _ABOUT_IT.subn(r"\1 my order", text)
        rest, more = _POINTED_AT.subn("it", rest)
    else:
        rest, found = _POINTED_AT_ZH.subn(_keep_what_is_asked, text)
        more = 0
    return rest if found + more else None


def _keep_what_is_asked(found: re.Match[str]) -> str:
    asked = found.group(1)
    return f"订单{asked}" if asked else ""
