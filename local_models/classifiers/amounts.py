"""Amounts in a text by their value: stretches of time, counts, turns, shares and prices.

"2 days" and "30 days" look alike once digits are marks by length, and how long something took often
decides whether praise is meant. So amounts are read from the text as it was typed. An amount is told
by a class ("t5": three hours to twelve) and by what stands before and after it ("就" after a short time,
"took" before a long one).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

MAX_CHARS = 320
"""Of a longer text the beginning and the end are searched, each half of this."""
MOST = 8
"""Amounts after so many no longer count."""
LONGEST_RUN = 6
"""Digits; a longer number counts nothing that a customer waits for."""
LONGEST_NEIGHBOUR = 12
"""Letters of a word beside an amount."""

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
STEPS = {
    "t": (_MINUTE, 6 * _MINUTE, 21 * _MINUTE, 61 * _MINUTE, 3 * _HOUR, 12 * _HOUR, 2 * _DAY, 4 * _DAY,
          8 * _DAY, 32 * _DAY, 360 * _DAY),
    "n": (2, 3, 5, 10, 40),
    "o": (2, 3, 5, 10),
    "p": (6, 30, 70, 95),
    "m": (6, 25, 100, 500, 3_000),
    "z": (5, 8),
}  # fmt: skip
"""Where each kind's classes begin: times in seconds, counts, turns, percent, money,
tenths of a price."""

NUMERALS = {
    "零": 0, "一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5, "六": 6, "七": 7,
    "八": 8, "九": 9, "几": 5, "半": -1, "十": 10, "百": 100, "千": 1_000,
}  # fmt: skip
"""What Chinese numerals are worth; a half is told apart, ten and above multiply what stands before."""
NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "couple": 2, "three": 3, "four": 4, "few": 4, "five": 5,
    "several": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "dozen": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "ninety": 90, "hundred": 100, "thousand": 1_000, "half": -1,
}  # fmt: skip
ORDINALS = {
    "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
_FILLERS = "a an of more whole full business working straight extra different long other"
FILLERS = frozenset(_FILLERS.split())
"""Words that may stand between a number and its unit, two at most."""
UNITS_ZH = {
    "秒": ("t", 1), "分钟": ("t", _MINUTE), "刻钟": ("t", 15 * _MINUTE), "小时": ("t", _HOUR),
    "钟头": ("t", _HOUR), "天": ("t", _DAY), "工作日": ("t", _DAY), "周": ("t", 7 * _DAY),
    "星期": ("t", 7 * _DAY), "礼拜": ("t", 7 * _DAY), "月": ("t", 30 * _DAY), "季度": ("t", 90 * _DAY),
    "年": ("t", 365 * _DAY), "元": ("m", 1), "块": ("m", 1), "万": ("m", 10_000), "折": ("z", 1),
    **dict.fromkeys("次遍回通趟轮人位家台双条封件张页步楼层站级口斤公", ("n", 1)),
}  # fmt: skip
UNITS_EN = {
    **dict.fromkeys(("second", "seconds", "sec", "secs"), ("t", 1)),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), ("t", _MINUTE)),
    **dict.fromkeys(("hour", "hours", "hr", "hrs"), ("t", _HOUR)),
    **dict.fromkeys(("day", "days", "night", "nights"), ("t", _DAY)),
    **dict.fromkeys(("week", "weeks"), ("t", 7 * _DAY)),
    **dict.fromkeys(("month", "months"), ("t", 30 * _DAY)),
    **dict.fromkeys(("year", "years"), ("t", 365 * _DAY)),
    **dict.fromkeys(("dollars", "bucks", "pounds", "quid", "euros"), ("m", 1)),
    **dict.fromkeys(
        (
            "times", "calls", "emails", "agents", "people", "messages", "tickets", "visits", "attempts",
            "forms", "clicks", "pages", "steps", "trips", "transfers", "call", "email", "click", "visit",
        ),
        ("n", 1),
    ),
}  # fmt: skip
MONEY = "$£€¥￥"
_LONGEST_UNIT = max(map(len, UNITS_ZH))

_BEGINS = re.compile(rf"[0-9]+|[{''.join(NUMERALS)}]+|[a-z]+")
_FRACTION = re.compile(r"\.[0-9]+")
_SUFFIX = re.compile(r"(?:st|nd|rd|th)(?![a-z])")
_NEXT_WORD = re.compile(r"[ -]?([a-z]+)")
_MOST_FILLERS = 2
_ABOUT = frozenset("多来余")
_MOST_TWICE, _MOST_YEARS = 2_000_000, 2 * 200
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_BEFORE_DIGITS = _LETTERS | frozenset(".:/_-")
_LATIN = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


class Amount(NamedTuple):
    """One amount of a text."""

    name: str
    """Its kind and class, and the first letter of what is counted: `t4`, `n2次`, `o3`."""
    before: str
    after: str
    """The word or the character beside it; empty at an end of the text."""
    seconds: int
    """Twice the length of a stretch of time; 0 of anything else."""


def compare_times(amounts: Sequence[Amount]) -> str | None:
    """How the last stretch of time compares with the first; None where there are not two."""
    times = [amount.seconds for amount in amounts if amount.seconds]
    if len(times) < 2:
        return None
    return "longer" if times[-1] > times[0] else "shorter" if times[-1] < times[0] else "as long"


def name_amounts(amounts: Sequence[Amount], wills: Iterable[str] = ()) -> set[str]:
    """What amounts say: each by itself and with its neighbours, how times compare, and what meets `wills`."""
    classes = {amount.name for amount in amounts}
    if compared := compare_times(amounts):
        classes.add(compared)
    beside = {f"{amount.name}<{amount.before}" for amount in amounts}
    beside |= {f"{amount.name}>{amount.after}" for amount in amounts}
    return classes | beside | {f"{will}&{name}" for will in wills for name in classes}


def lay_out() -> tuple[list[tuple[str, int, int, int]], tuple[tuple[str, tuple[int, ...]], ...]]:
    """The tables as the compiled loop takes them: words with role, kind and worth, and each kind's classes."""
    kinds = list(STEPS)
    words = [
        *((word, 0, 0, worth) for word, worth in NUMERALS.items()),
        *((word, 1, 0, worth) for word, worth in NUMBERS.items()),
        *((word, 2, 0, worth) for word, worth in ORDINALS.items()),
        *((word, 3, 0, 0) for word in sorted(FILLERS)),
        *((word, 4, kinds.index(kind), worth) for word, (kind, worth) in UNITS_EN.items()),
        *((word, 5, kinds.index(kind), worth) for word, (kind, worth) in UNITS_ZH.items()),
    ]
    return words, tuple(STEPS.items())


def find_amounts(text: str) -> list[Amount]:
    """The amounts in the order in which they stand."""
    if len(text) > MAX_CHARS:
        text = text[: MAX_CHARS // 2] + " " + text[-MAX_CHARS // 2 :]
    text = text.translate(_LATIN)
    found: list[Amount] = []
    at = 0
    while len(found) < MOST and (begun := _BEGINS.search(text, at)):
        at = begun.end()
        amount = _read(text, begun)
        if amount is not None:
            found.append(amount[0])
            at = amount[1]
    return found


def _read(text: str, begun: re.Match[str]) -> tuple[Amount, int] | None:
    """The amount that begins with a number, and where it ends."""
    start, end = begun.span()
    run = begun.group()
    if run[0] in _LETTERS:
        if run in ORDINALS:
            return _tell(text, "o", 2 * ORDINALS[run], start, end)
        value = NUMBERS.get(run)
        return None if value is None else _measure(text, 1 if value < 0 else 2 * value, start, end)
    if run[0] in NUMERALS:
        return _measure(text, _value(run), start, end)
    if end - start > LONGEST_RUN or text[start - 1 : start] in _BEFORE_DIGITS:
        return None
    fraction = _FRACTION.match(text, end)
    return _measure(text, 2 * int(run), start, fraction.end() if fraction else end)


def _value(run: str) -> int:
    """Twice what a run of Chinese numerals is worth."""
    whole, last, half = 0, 0, 0
    for numeral in run:
        worth = NUMERALS[numeral]
        if worth < 0:
            half = 1
        elif worth < 10:
            last = worth
        else:
            whole, last = whole + (last or 1) * worth, 0
    return min(2 * (whole + last) + half, _MOST_TWICE)


def _measure(text: str, twice: int, start: int, end: int) -> tuple[Amount, int] | None:
    """A number with what it measures; None where it measures nothing that is known."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before and before in MONEY:
        return _tell(text, "m", twice, start - 1, end)
    if after == "%":
        return _tell(text, "p", twice, start, end + 1)
    if "0" <= text[start] <= "9" and (suffix := _SUFFIX.match(text, end)):
        return _tell(text, "o", twice, start, suffix.end())
    return _measure_zh(text, twice, start, end) or _measure_en(text, twice, start, end)


def _measure_zh(text: str, twice: int, start: int, end: int) -> tuple[Amount, int] | None:
    at = end + (text[end : end + 1] == " ")
    at += text[at : at + 1] in _ABOUT
    counted = text[at : at + 1] == "个"
    at += counted
    if counted and text[at : at + 1] == "半":
        twice, at = twice + 1, at + 1
    at += text[at : at + 1] in _ABOUT
    is_turn = text[start - 1 : start] == "第"
    start -= is_turn
    for size in range(_LONGEST_UNIT, 0, -1):
        unit = text[at : at + size]
        if unit in UNITS_ZH and len(unit) == size:
            kind, worth = UNITS_ZH[unit]
            if unit == "月" and not counted and text[at - 1] not in "半俩两":
                return None
            if unit == "年" and twice > _MOST_YEARS:
                return None
            if is_turn:
                return _tell(text, "o", twice, start, at + size, letter=unit[0])
            letter = unit[0] if kind == "n" else ""
            return _tell(text, kind, twice * worth, start, at + size, letter=letter)
    if counted:
        return _tell(text, "o" if is_turn else "n", twice, start, at, letter="个")
    return None


def _measure_en(text: str, twice: int, start: int, end: int) -> tuple[Amount, int] | None:
    for _ in range(_MOST_FILLERS + 1):
        word = _NEXT_WORD.match(text, end)
        if word is None:
            return None
        unit, end = word.group(1), word.end()
        if unit in UNITS_EN:
            kind, worth = UNITS_EN[unit]
            return _tell(
                text, kind, twice * worth, start, end, letter=unit[0] if kind == "n" else ""
            )
        if unit not in FILLERS:
            return None
    return None


def _tell(
    text: str, kind: str, twice: int, start: int, end: int, *, letter: str = ""
) -> tuple[Amount, int]:
    level = bisect_right(STEPS[kind], twice // 2)
    seconds = twice if kind == "t" else 0
    amount = Amount(
        f"{kind}{level}{letter}", _word_before(text, start), _word_after(text, end), seconds
    )
    return amount, end


def _word_before(text: str, at: int) -> str:
    """The word or the character that ends here; one space is passed over."""
    at -= at > 0 and text[at - 1] == " "
    start = at
    while start > 0 and at - start < LONGEST_NEIGHBOUR and text[start - 1] in _LETTERS:
        start -= 1
    return text[start:at] or text[max(0, at - 1) : at]


def _word_after(text: str, at: int) -> str:
    """The word or the character that begins here; one space is passed over."""
    at += text[at : at + 1] == " "
    end = at
    while end < len(text) and end - at < LONGEST_NEIGHBOUR and text[end] in _LETTERS:
        end += 1
    return text[at:end] or text[at : at + 1]
