"""The other end of a span of days: the 12 of "12-15 Aug", the 15 of "Aug 12-15", the 9th of "from the 3rd to the 9th".

An end without a month is no date by itself, so it is looked for beside a date that was found, on the side
where the month is not. Each end is a value of its own, as the customer wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

Span = tuple[int, int]

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}[.,]?\s)?"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_LINK = r"(?:\s?[-–—~～/]\s?|\s(?:to|till|until|and|or|through|thru|&)\s|\s?[至到和或]\s?)"

_DAY_FIRST = re.compile(rf"\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}|\d{{1,2}}[日号]")
"""A date whose month stands behind its day, or that has none."""
_MONTH_FIRST = re.compile(rf"{_MONTH}[a-z]{{0,6}}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?$")
_DOTTED = re.compile(r"\d{1,2}\.\s?\d{1,2}\.")
_NTH = re.compile(r"the \d")
_BEFORE = re.compile(rf"(?<![\w.,:$€£¥/%-])({_DAY}){_LINK}(?:the\s)?{_WEEKDAY}$")
_BEFORE_THAT = re.compile(rf"(?<![\w.,:$€£¥/%-])({_DAY})(?:,\s?|、){_WEEKDAY}$")
"""A further day of a list, "12, 13 and 14 August": a comma alone would be too little before the last one."""
_BEFORE_DOTTED = re.compile(r"(?<![\w.,:$€£¥/%-])(\d{1,2}\.(?:\s?\d{1,2}\.)?)\s?[-–—]\s?$")
_BEHIND = re.compile(rf"{_LINK}(?:the\s)?{_WEEKDAY}({_DAY})(?![\w%]|[.,:/]\d)")
_BEHIND_NTH = re.compile(
    r"\s?(?:[-–—]|to|till|until|and|or|through|thru)\s?(the (?:3[01]|[12]?\d)(?:st|nd|rd|th))\b"
)
_DASH = re.compile(r"\s?[-–—~～]")
_COUNTS = re.compile(
    r"\s(?!(?:for|in|at|on|of|to|and|or|but|if|is|was|we|i|you|please|with|because|when|the|this|next|as|then|so|20\d\d)\b)[a-z]"
)
"""Behind "Aug 12 and 3" a thing that is counted: "Aug 12 and 3 nights"."""
_NEAR = 24
_MOST = 8
"""Days of one list."""


def find_other_ends(lower: str, dates: Iterable[Span]) -> list[Span]:
    """Where the other ends of spans of days stand, in a text in lower case with these dates in it."""
    found: list[Span] = []
    for start, end in dates:
        if _DAY_FIRST.match(lower, start, end):
            found += _look_before(lower, start)
        elif _MONTH_FIRST.match(lower, start, end):
            behind = _BEHIND.match(lower, end, end + _NEAR)
            if behind and (_DASH.match(lower, end) or not _COUNTS.match(lower, behind.end())):
                found.append(behind.span(1))
        elif _DOTTED.match(lower, start, end):
            before = _BEFORE_DOTTED.search(lower, max(0, start - _NEAR), start)
            found += [before.span(1)] if before else []
        elif _NTH.match(lower, start, end):
            nth = _BEHIND_NTH.match(lower, end, end + _NEAR)
            found += [nth.span(1)] if nth else []
    return found


def _look_before(lower: str, start: int) -> list[Span]:
    found: list[Span] = []
    before = _BEFORE.search(lower, max(0, start - _NEAR), start)
    while before and len(found) < _MOST:
        found.append(before.span(1))
        start = before.start(1)
        before = _BEFORE_THAT.search(lower, max(0, start - _NEAR), start)
    return found
