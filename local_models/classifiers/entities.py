"""Slots of a customer turn: order numbers, phone numbers, dates and amounts, Chinese and English.

A value that a privacy filter replaced already (`<PHONE_1>`) is a slot too: the placeholder is the
value. Dates that depend on today ("明天", "last week") stay in the customer's own words.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from local_models.classifiers.normalise import clip

_ORDER = re.compile(
    r"<order(?:_?number|_?id)?_?\d*>"
    r"|(?:订单号?|单号|运单号?|编号|order(?:\s+(?:number|no\.?|id))?|tracking(?:\s+(?:number|no\.?))?|purchase|package)"
    r"\s*(?:是|为|[:：#=]|is)?\s*#?\s*(?P<named>(?=[A-Za-z0-9-]*\d{3})[A-Za-z0-9][A-Za-z0-9-]{4,29})(?![A-Za-z0-9-])"
    r"|#(?P<hash>\d{4,20})(?!\d)"
    r"|(?<![\d.A-Za-z])(?P<bare>\d{12,20}|[a-z]{2,4}\d{8,16})(?![\d.A-Za-z])"
)
"""These patterns are for text in lower case: ignoring case would take three times as long."""
_PHONE = re.compile(
    r"<(?:phone|mobile|tel)_?\d*>"
    r"|(?<![\d-])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"
    r"|(?<![\d-])0\d{2,3}-\d{7,8}(?!\d)|(?<!\d)[48]00-?\d{3}-?\d{4}(?!\d)"
    r"|(?<![\d-])(?:\+?1[-. ]?)?\(?[2-9]\d{2}\)?[-. ]\d{3}[-. ]\d{4}(?!\d)"
)
_MONTHS = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
_DAYS = "mon|tues?|wednes|thurs?|fri|satur|sun"
_DATE_DIGITS = re.compile(
    r"<(?:date|time)_?\d*>"
    r"|\d{4}\s?[年/.-]\s?\d{1,2}\s?[月/.-]\s?\d{1,2}[日号]?|\d{1,2}月\d{1,2}[日号]?|(?<!\d)\d{1,2}[号日](?!楼|线|店|院|码)"
    rf"|\b(?:{_MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?\b|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\b"
    r"|\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b"
)
_DATE_ZH = re.compile(
    r"(?:今|明|后|大后|昨|前|大前)天(?:早上|上午|中午|下午|晚上|夜里)?|今早|今晚|明早|明晚|昨晚|"
    r"(?:这|本|上|下|上上|下下)个?(?:周|星期|礼拜)[一二三四五六日天末]?|(?:周|星期|礼拜)[一二三四五六日天末]|"
    r"(?:这|本|上|下)个?月(?:初|底|中)?(?:\d{1,2}[号日])?|(?:今|明|去|前)年|月底|月初|双十一|双11|双十二|618|国庆|春节|中秋|元旦|"
    r"[\d一二两三四五六七八九十半]+个?(?:天|周|星期|月|小时|分钟)(?:之?前|之?后|以?内)"
)
_DATE_EN = re.compile(
    rf"\b(?:next|last|this|on|by)\s+(?:(?:{_DAYS})day|week(?:end)?|month|year)\b|\b(?:{_DAYS})day\b"
    r"|\bday (?:after tomorrow|before yesterday)\b|\b(?:to(?:day|night|morrow)|yesterday|black friday|christmas)\b"
    r"|\b(?:\d+|one|two|three|four|five|six|seven|ten|a)\s+(?:days?|weeks?|months?|hours?)\s+ago\b"
    r"|\bin\s+(?:\d+|one|two|three|a)\s+(?:days?|weeks?|hours?)\b"
)
_ENGLISH_TIMES = ("day", "week", "month", "hour", "year", "tonight", "tomorrow", "christmas")
_AMOUNT = re.compile(
    r"<(?:amount|money)_?\d*>"
    r"|(?:[¥￥$€£]|rmb|cny|usd)\s?\d[\d,]*(?:\.\d{1,2})?"
    r"|\d[\d,]*(?:\.\d{1,2})?\s?(?:元|块钱?|块(?!儿|状)|毛|角|万元|美元|人民币|dollars?\b|bucks?\b|usd\b|rmb\b|yuan\b|euros?\b|pounds?\b)"
    r"|[一二两三四五六七八九十百千万]+(?:元|块钱|块(?!儿|状))"
)
_NUMBERS = re.compile(r"[\d<]")
_SUMS = re.compile(r"[\d<一二两三四五六七八九十百千万]")
_RUN = re.compile(r"[\d<]+")
_NEAR_CHARS = 64
"""No value with a number in it, with the words that name it, reaches further from the number."""
_GLANCE_CHARS = 600
"""Words for days, of which long texts are full, are looked for in head and tail alone."""


def find_slots(text: str) -> dict[str, tuple[str, ...]]:
    """Every entity by kind, in the order of the text and without repeats; kinds found only."""
    sample = clip(text)
    numbers = _cased(_near_numbers(sample) if _holds_numbers(sample) else "")
    phones = _all(_PHONE, numbers)
    slots = {
        "order_number": tuple(dict.fromkeys(_orders(numbers, phones))),
        "phone": phones,
        "date": _dates(sample, numbers),
        "amount": _all(_AMOUNT, _cased(sample) if _holds_sums(sample) else numbers),
    }
    return {kind: values for kind, values in slots.items() if values}


class _Cased(NamedTuple):
    """A text to search in lower case and to take values from as they were written."""

    text: str
    lower: str


def _cased(text: str) -> _Cased:
    lower = text.lower()
    # A letter that grows when lowered would shift what follows it.
    return _Cased(text if len(lower) == len(text) else lower, lower)


def _holds_numbers(text: str) -> bool:
    if text.isascii():  # looking for one character at a time is much quicker than a pattern
        return any(sign in text for sign in "<0123456789")
    return _NUMBERS.search(text) is not None


def _near_numbers(text: str) -> str:
    """What stands around the numbers and placeholders of a text: values hold one or the other.

    The pieces are kept apart by a character that no value holds.
    """
    if len(text) <= _NEAR_CHARS * 3:
        return text
    pieces: list[str] = []
    start = end = 0
    for run in _RUN.finditer(text):
        if run.start() - _NEAR_CHARS > end:
            pieces.append(text[start:end])
            start = run.start() - _NEAR_CHARS
        end = run.end() + _NEAR_CHARS
    pieces.append(text[start:end])
    return "\0".join(pieces)


def _holds_sums(text: str) -> bool:
    """Whether an amount may be written in Chinese numerals."""
    return not text.isascii() and _SUMS.search(text) is not None


def _all(pattern: re.Pattern[str], where: _Cased) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip() for value in _values(pattern, where)))


def _values(pattern: re.Pattern[str], where: _Cased) -> list[str]:
    """What the pattern finds: its named group where it has one, else the whole."""
    text = where.text
    spans = [found.span(found.lastgroup or 0) for found in pattern.finditer(where.lower)]
    return [text[start:end] for start, end in spans]


def _dates(sample: str, numbers: _Cased) -> tuple[str, ...]:
    """Dates in the order of the text; where two ways of reading overlap, the first one holds."""
    glance = _cased(clip(sample, _GLANCE_CHARS))
    found = _values(_DATE_DIGITS, numbers)
    if not sample.isascii():
        found += _values(_DATE_ZH, glance)
    if any(word in glance.lower for word in _ENGLISH_TIMES):
        found += _values(_DATE_EN, glance)
    found.sort(key=sample.find)
    kept: list[str] = []
    for each in found:
        value = each.strip()
        if not any(value in longer for longer in kept):
            kept.append(value)
    return tuple(kept)


def _orders(numbers: _Cased, phones: tuple[str, ...]) -> list[str]:
    return [value for value in _values(_ORDER, numbers) if value not in phones]
