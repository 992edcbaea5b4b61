"""Phone numbers in a turn: of the mainland and of North America by their shape, those of other places where they
are called so ("手機0912-345-678", "call me on 07700 900123") or begin with a country's code ("+44 7700 900123")."""

from __future__ import annotations

import re

from local_models.classifiers.announced import announced_before, is_numbered_before
from local_models.classifiers.called import name_of

Span = tuple[int, int]

_PHONE = re.compile(
    r"(?P<mobile>(?<![\d-])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d))"
    r"|(?<![\d-])0\d{2,3}-\d{7,8}(?!\d)|(?<!\d)[48]00-?\d{3}-?\d{4}(?!\d)"
    r"|(?<![\d-])(?:\+?1[-. ]?)?\(?[2-9]\d{2}\)?[-. ]\d{3}[-. ]\d{4}(?!\d)"
)
_CODE = re.compile(
    r"(?:\+|(?<![\d+-])00(?=\d{1,3}[ -]))(?:7|2[07]|2[1-689]\d|3[0-469]|3[578]\d|4[013-9]|42\d|5[1-8]|50\d|6[0-6]|67\d|8[1246]|85\d|88\d|9[0-58]|9[679]\d)"
)
"""A country's code; America's numbers are known by their shape."""
_GROUP = re.compile(r"(?:[ .-]|\)[ -]?|[ -]?\()?(\d{2,15})(?![.,]\d{1,2}(?!\d))")
_MOST_GROUPS = 7
_LEAST, _LEAST_WITH_CODE, _LEAST_WITH_ZERO = 7, 9, 9
_MOST, _MOST_LOCAL, _MOST_WITH_ZERO = 15, 11, 12
"""Digits, by ITU-T E.164 with a country's code; an area's with its zero has twelve in China."""
_COUNTED = re.compile(
    r"\s?[件个套箱台只双条张份元块万年月日号点天折单]|\s?(?:pcs|pieces|items|days|usd|dollars)\b"
)
_DAY = re.compile(r"(?:19|20)\d\d[-. ]?\d{1,2}[-. ]?\d{1,2}|\d{1,2}[-. ]\d{1,2}[-. ](?:19|20)\d\d")
_PLAIN = re.compile(r"(?<![\d.,/+-])\d{7,9}(?![\d%％.,/-])")
_SHORT_TEXT = 400
"""In longer ones only runs of ten digits, or with signs between, are looked at."""
_PHONE_WORDS = re.compile(
    "手机|电话|联系|座机|固话|传真|拨|打|phone|call|tel|mobile|cell|whatsapp|text|fax|contact|ring|reach|dial|landline"
)


def find_phones(lower: str, starts: list[int]) -> list[Span]:
    """Where they stand, in a text in lower case; `starts` is where a run of digits may begin one."""
    found: list[Span] = []
    reach = 0
    for start in starts:
        if start < 0:
            continue
        phone = _PHONE.match(lower, start)
        if phone and _is_phone(lower, phone):
            found.append(phone.span())
            reach = max(reach, phone.end())
        elif start >= reach and (span := _elsewhere(lower, start)):
            found.append(span)
            reach = span[1]
    if not found and len(lower) <= _SHORT_TEXT and _PHONE_WORDS.search(lower):
        found += [
            each.span()
            for each in _PLAIN.finditer(lower)
            if name_of(lower, *each.span()) == "phone" and not _DAY.fullmatch(each.group())
        ]
    return found


def _is_phone(lower: str, phone: re.Match[str]) -> bool:
    """Whether nobody says that it is the number of a thing; of a Chinese mobile it must be said right before."""
    if announced_before(lower, phone.start()) != "order":
        return True
    return phone["mobile"] is not None and not is_numbered_before(lower, phone.start())


def _elsewhere(lower: str, start: int) -> Span | None:
    """The phone of another place that begins there: with a country's code, or called a phone."""
    before = lower[start - 1 : start]
    if before.isdigit() or before in ("-", "+", "$") or (before.isascii() and before.isalpha()):
        return None
    code = _CODE.match(lower, start)
    if code:
        least = _LEAST_WITH_CODE if lower[start] == "+" else _LEAST_WITH_CODE + 3
        span = _digits_from(lower, start, code.end(), least)
        if span and announced_before(lower, start) != "order":
            return span
        return None
    least = _LEAST_WITH_ZERO if lower[start : start + 1] in ("0", "(") else _LEAST
    span = _digits_from(lower, start, start, least)
    return span if span and name_of(lower, *span) == "phone" else None


def _digits_from(lower: str, start: int, at: int, least: int) -> Span | None:
    """As many groups of digits as a phone may have, at least that many digits; what is counted is none of them."""
    digits = sum(map(str.isdecimal, lower[start:at]))
    most = _MOST if at > start else _MOST_WITH_ZERO if lower[start] in "0(" else _MOST_LOCAL
    ends: list[tuple[int, int]] = []
    end = at
    for _ in range(_MOST_GROUPS):
        group = _GROUP.match(lower, end)
        if group is None or digits + len(group.group(1)) > most:
            break
        end = group.end()
        digits += len(group.group(1))
        ends.append((end, digits))
    if ends and _COUNTED.match(lower, ends[-1][0]):
        ends.pop()
    if not ends or ends[-1][1] < least:
        return None
    end = ends[-1][0]
    after = lower[end : end + 1]
    if _DAY.fullmatch(lower, start, end):
        return None
    is_cut = after.isdigit() or after == "_" or (after.isascii() and after.isalpha())
    return None if is_cut else (start, end)
