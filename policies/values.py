"""Small values that a policy writes as text: word lists, shares, time spans, days, zones."""

from __future__ import annotations

import datetime
import re
import zoneinfo
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema

from policies.conditions import DAYS
from policies.findings import did_you_mean, nearest
from policies.ranges import Range, parse_range

_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)\s*%")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|to)\s*(\d{1,2}):(\d{2})")
_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")
_LOOSE_OFFSET = re.compile(r"(?:UTC|GMT)? ?([+-])(\d{1,2}):?((?:\d{2})?)", re.IGNORECASE)


def parse_words(value: object) -> tuple[str, ...]:
    """Read one word or a list of words."""
    listed = value if isinstance(value, list | tuple) else [value]
    if not listed:
        raise ValueError("the list is empty, so this could never hold")
    for word in listed:
        if isinstance(word, bool) or not isinstance(word, str | int | float) or word == "":
            raise ValueError(f"{word!r} is not a word or a list of words")
    return tuple(str(word) for word in listed)


def parse_known_words(value: object, known: Iterable[str]) -> tuple[str, ...]:
    """Read words of a fixed vocabulary.

    Raises:
        ValueError: a word is not in the vocabulary; the message suggests one.
    """
    words = parse_words(value)
    names = tuple(known)
    for word in words:
        if word not in names:
            raise ValueError(f"'{word}' is not known. {did_you_mean(word, names)}")
    return words


def parse_share(value: object) -> Decimal | None:
    """Read `25%` as 0.25, and `rest` as None.

    Raises:
        ValueError: neither of the two, or more than 100 %.
    """
    if value is None or value == "rest":
        return None
    if isinstance(value, Decimal):
        return value
    match = _SHARE.fullmatch(str(value).strip())
    if match is None or Decimal(match[1]) > 100:
        raise ValueError(f"{value!r} is not a share. Write it as '25%' or 'rest'")
    return Decimal(match[1]) / 100


def parse_span(value: object) -> tuple[datetime.time, datetime.time]:
    """Read `09:00-18:00`; 24:00 is midnight.

    Raises:
        ValueError: not such a span, or one without length.
    """
    if isinstance(value, tuple):
        return value
    match = _SPAN.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"{value!r} is not a time span. Write it as '09:00-18:00'")
    hours_and_minutes = [int(part) for part in match.groups()]
    begins = _time(*hours_and_minutes[:2])
    ends = _time(*hours_and_minutes[2:])
    if begins == ends:
        raise ValueError(f"'{value}' begins and ends at the same moment. Leave it out for all day")
    return begins, ends


def _time(hour: int, minute: int) -> datetime.time:
    if (hour, minute) == (24, 0):
        return datetime.time(0, 0)
    if hour > 23 or minute > 59:
        raise ValueError(f"{hour:02}:{minute:02} is not a time of day")
    return datetime.time(hour, minute)


def parse_days(value: object) -> tuple[str, ...]:
    """Read `mon`, `[sat, sun]` or `mon-fri`."""
    days: list[str] = []
    for word in parse_words(value):
        first, _, last = word.lower().partition("-")
        begin, end = _day(first), _day(last or first)
        span = DAYS[begin : end + 1] if begin <= end else DAYS[begin:] + DAYS[: end + 1]
        days += [day for day in span if day not in days]
    return tuple(days)


def _day(word: str) -> int:
    short = word.strip()[:3]
    if short not in DAYS:
        raise ValueError(f"'{word}' is not a day. {did_you_mean(word, DAYS)}")
    return DAYS.index(short)


def parse_zone(name: str) -> datetime.tzinfo:
    """Give a time zone by its name (`Asia/Shanghai`), or by its offset (`+08:00`).

    Raises:
        ValueError: there is no such zone on this machine.
    """
    if name.upper() == "UTC":
        return datetime.UTC
    if match := _OFFSET.fullmatch(name):
        minutes = int(match[2]) * 60 + int(match[3])
        if minutes < 24 * 60 and int(match[3]) < 60:
            sign = 1 if match[1] == "+" else -1
            return datetime.timezone(datetime.timedelta(minutes=sign * minutes))
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"time zone '{name}' is not known here. {_mend_zone(name)}") from error


def _mend_zone(name: str) -> str:
    if (match := _LOOSE_OFFSET.fullmatch(name)) and int(match[2]) < 24 and match[3] < "60":
        return f"Did you mean '{match[1]}{match[2]:0>2}:{match[3] or '00'}'?"
    if close := nearest(name, zoneinfo.available_timezones()) if "/" in name else ():
        return f"Did you mean '{close[0]}'?"
    return (
        "Write 'Asia/Shanghai', or an offset '+08:00' "
        "(zone names need the tzdata package on machines without a zone database)"
    )


def _text_or_list(description: str) -> dict[str, Any]:
    words = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    return {"description": description, "anyOf": [{"type": "string"}, words]}


Words = Annotated[
    tuple[str, ...],
    BeforeValidator(parse_words),
    WithJsonSchema(_text_or_list("One word, or a list of which one must match.")),
]
Days = Annotated[
    tuple[str, ...],
    BeforeValidator(parse_days),
    WithJsonSchema(_text_or_list("Days such as mon, [sat, sun] or mon-fri.")),
]
Number = Annotated[
    Range,
    BeforeValidator(parse_range),
    WithJsonSchema(
        {
            "description": "A range: 'above 0.6', 'at least 3', 'below 10', 'at most 5', '1 to 5'.",
            "type": ["string", "number"],
        }
    ),
]
Span = Annotated[
    tuple[datetime.time, datetime.time],
    BeforeValidator(parse_span),
    WithJsonSchema({"description": "A time span such as '09:00-18:00'.", "type": "string"}),
]
Share = Annotated[
    Decimal | None,
    BeforeValidator(parse_share),
    WithJsonSchema({"description": "A share such as '25%', or 'rest'.", "type": "string"}),
]
Objective = Literal["best", "cheapest", "fastest", "weighted", "ordered"]
