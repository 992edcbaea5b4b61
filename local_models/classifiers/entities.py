"""Slots of a customer turn: order numbers, phone numbers, dates and amounts, Chinese and English.

A value that a privacy filter replaced already (`<PHONE_1>`) is a slot too: the placeholder is the
value.

A text is not searched with patterns: runs of digits, and words that name a value, are looked for,
which is quick; a pattern is only tried at such a place. What the patterns are is said in
`order_numbers.py`, `dates.py` and `sums.py`.
"""

from __future__ import annotations

import re
from bisect import bisect_left

import msgspec

from local_models.classifiers.asked import find_answers
from local_models.classifiers.compiled import NATIVE
from local_models.classifiers.dates import find_dates
from local_models.classifiers.order_numbers import MISSPELT, find_order_numbers
from local_models.classifiers.phones import find_phones
from local_models.classifiers.sample import Sample
from local_models.classifiers.sums import find_sums
from local_models.classifiers.survey import mask_of
from local_models.classifiers.word_groups import SUM

Span = tuple[int, int]

_KINDS = {
    "order": "order_number", "phone": "phone", "mobile": "phone", "tel": "phone", "date": "date",
    "time": "date", "amount": "amount", "money": "amount",
}  # fmt: skip
_PLACEHOLDER = re.compile(
    r"<(?:(order)(?:_?number|_?id)?|(phone|mobile|tel|date|time|amount|money))_?\d*>"
)

_MARK_SIGN = mask_of("<")
_NO_MARKS: dict[str, list[Span]] = {kind: [] for kind in _KINDS.values()}

_WIDE = re.compile("[＃－／０-９ａ-ｚ]")
_NARROW = {
    **{
        ord(wide): narrow
        for wide, narrow in zip("＃＄（）＋－．／：＝＿", "#$()+-./:=_", strict=True)
    },
    **{ord("０") + at: "0123456789"[at] for at in range(10)},
    **{ord("ａ") + at: chr(ord("a") + at) for at in range(26)},
}
"""Full-width digits, letters and signs, one for one: a value stands where it was typed."""
_WIDE_COMMA = re.compile("(?<=[０-９])，(?=[０-９])")

# What follows is written out once more in local_models/native/places.c.
_ORDER_WORDS = (
    "order", "tracking", "purchase", "package", "parcel", "shipment", "waybill", "订单", "单号", "运单", "编号", "包裹", "尾号",
)  # fmt: skip
_NEAR = 64
_DATE_MARKS = frozenset("年/.-月号日")
_MONTH_STARTS = frozenset(
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
)
_MONTHS_OR_OF = _MONTH_STARTS | {"of "}
_ORDINALS = frozenset("snrt")
_HOURS = frozenset("ap:")
_MONEY_SIGNS = frozenset("$,.'-~abcdefghijklmnopqrstuvwxyz")
_RUN = re.compile(r"\d\d*")
_LAST_WORD = re.compile(r"(\S+)\s*$")


def find_slots(
    text: str | Sample, asked: frozenset[str] = frozenset(), *, only_numbers: bool = False
) -> dict[str, tuple[str, ...]]:
    """Every entity by kind, in the order of the text and without repeats; kinds found only.

    `asked` is what the assistant asked for just before, see `asked.py`: its answer needs no word beside it.
    `only_numbers` leaves days and sums aside, which take longest.
    """
    whole = Sample.of(text)
    typed, lower = whole.typed, whole.lower
    if len(lower) != len(typed):  # a letter that grows when lowered would shift what follows it
        typed = typed.lower()
    # A word is one with the marks behind it ("dollars'"), so that it may hide among those that were counted.
    names_sum = whole.words.in_group[SUM] > 0 or "'" in lower
    if not lower.isascii() and _WIDE.search(lower):
        lower = _WIDE_COMMA.sub(",", lower).translate(_NARROW)
        names_sum = True
    marks = _placeholders(lower) if whole.signs & _MARK_SIGN else _NO_MARKS
    at = find_places(lower)
    phone_spans = marks["phone"] + find_phones(lower, at.phones)
    phones = _values(typed, phone_spans)
    named = at.named
    if "ord" in lower or "oder" in lower:
        named = sorted({*named, *_misspelt(lower)})
    numbers = find_order_numbers(typed, lower, named, at.hashed, at.bare)
    if phones:
        numbers = _apart_from(phone_spans, numbers)
    orders = _values(typed, marks["order_number"] + numbers)
    slots: dict[str, tuple[str, ...]] = {"order_number": orders, "phone": phones}
    if not only_numbers:
        days = _outside(at.dates, numbers + phone_spans)
        slots["date"] = find_dates(typed, lower, days, at.months, marks["date"])
        sums = marks["amount"] + find_sums(lower, at.sums, in_words=names_sum)
        slots["amount"] = _values(typed, sums)
    if only_numbers:
        asked &= slots.keys()
    if asked:
        taken = {kind: bool(values) for kind, values in slots.items()}
        for kind, spans in find_answers(lower, asked, taken, phone_spans).items():
            slots[kind] = _values(typed, spans)
            if kind in ("order_number", "phone"):
                # What was asked for is no phone and no sum besides.
                _leave_out(slots, slots[kind], kind)
    return {kind: values for kind, values in slots.items() if values}


def _misspelt(lower: str) -> list[int]:
    """Where "order" stands misspelt or cut short before a number: "ordr 77812", "ord#77812"."""
    return [word.start() for word in MISSPELT.finditer(lower)]


def _leave_out(slots: dict[str, tuple[str, ...]], told: tuple[str, ...], kind: str) -> None:
    for other, values in slots.items():
        if other != kind:
            slots[other] = tuple(value for value in values if value not in told)


def _values(text: str, spans: list[Span]) -> tuple[str, ...]:
    """What stands at these places, in order, each once; of two that overlap the first one holds, and of two
    that begin together the longer one."""
    if not spans:
        return ()
    found: dict[str, None] = {}
    reach = 0
    for start, end in sorted(spans, key=_longest_first):
        if start >= reach:
            found[text[start:end].strip()] = None
            reach = end
    return tuple(found)


def _longest_first(span: Span) -> Span:
    return span[0], -span[1]


def _outside(starts: list[int], spans: list[Span]) -> list[int]:
    """Those that are not within a number of an order."""
    if not spans or not starts:
        return starts
    taken = {at for start, end in spans for at in range(start, end)}
    return [start for start in starts if start not in taken]


def _apart_from(others: list[Span], spans: list[Span]) -> list[Span]:
    """Those that neither begin nor end within one of the others."""
    taken = {at for start, end in others for at in range(start, end)}
    return [(start, end) for start, end in spans if not (start in taken or end - 1 in taken)]


def _placeholders(lower: str) -> dict[str, list[Span]]:
    """What a privacy filter put, by kind of slot."""
    found: dict[str, list[Span]] = {kind: [] for kind in _KINDS.values()}
    for mark in _PLACEHOLDER.finditer(lower):
        found[_KINDS[mark.group(1) or mark.group(2)]].append(mark.span())
    return found


class Places(msgspec.Struct, frozen=True):
    """Where each kind of value may begin, in order."""

    phones: list[int]
    hashed: list[int]
    bare: list[int]
    dates: list[int]
    months: list[int]
    """Where a word that may be a month begins and where it ends, in turn."""
    sums: list[int]
    named: list[int]
    """Where a word for orders begins that has a digit near behind it."""


def find_places(lower: str) -> Places:
    """What the characters beside each run of digits allow it to be, in a text in lower case."""
    return find_places_with_patterns(lower) if NATIVE is None else Places(*NATIVE.places(lower))


def find_places_with_patterns(lower: str) -> Places:
    """What the compiled pass does."""
    runs = [found.span() for found in _RUN.finditer(lower)]
    at = Places([], [], [], [], [], [], _named(lower, [start for start, _ in runs]))
    for start, end in runs:
        before, near, after = (
            lower[start - 1 : start],
            lower[end : end + 1],
            lower[end + 1 : end + 4],
        )
        # A phone number has ten digits at least, in one run or with signs between.
        if end - start >= 10 or after[:1].isdigit() or after[1:2].isdigit():
            at.phones.extend((start - 1, start) if before in ("+", "(") else (start,))
        if before == "#":
            at.hashed.append(start - 1)
        first = _letters_before(lower, start)
        if end - start >= 12 or (end - start >= 8 and start - first >= 2):
            at.bare.append(first)
        is_apart = near.isspace()
        follows = after if is_apart else near
        if end - start == 8 or (end - start <= 2 and follows[:1] in _HOURS):
            at.dates.append(start)
        elif follows[:1] in _DATE_MARKS or follows in _MONTHS_OR_OF or near in _ORDINALS:
            # The last digits of a longer run can be a year, a month or a day.
            at.dates.extend([start, *(p for p in (end - 4, end - 2, end - 1) if p > start)])
        if before.isspace():
            word = _LAST_WORD.search(lower, max(0, start - 12), start - 1)
            if word and word.group(1)[:3] in _MONTH_STARTS:
                at.months.extend(word.span(1))
            before = lower[max(0, start - 2) : start - 1]
        if follows[:1].isdecimal() or _may_be_money(follows[:1]) or _may_be_money(before):
            at.sums.append(start)
    return at


def _named(lower: str, numbers: list[int]) -> list[int]:
    """Where a word for orders begins, with the next number near behind it."""
    found = []
    for word in _ORDER_WORDS:
        place = lower.find(word)
        while place >= 0:
            number = bisect_left(numbers, place)
            if number < len(numbers) and numbers[number] - place <= _NEAR:
                found.append(place)
            place = lower.find(word, place + 1)
    return sorted(found)


def _may_be_money(beside: str) -> bool:
    """Whether it may be a currency, or begin or end one, or go on with the number."""
    return beside in _MONEY_SIGNS or beside > "\x7f"


def _letters_before(lower: str, start: int) -> int:
    """Where the letters begin, four at most, that stand right before a number."""
    first = start
    while first > 0 and start - first < 4 and "a" <= lower[first - 1] <= "z":
        first -= 1
    return first
