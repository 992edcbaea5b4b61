"""Small values that a policy writes as text: word lists, shares, time spans, days, zones."""

from __future__ import annotations

import datetime
import math
import re
import zoneinfo
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, Strict, WithJsonSchema
from pydantic_core import core_schema

from policies.conditions import DAYS
from policies.findings import did_you_mean, nearest
from policies.ranges import Domain

_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)\s*%")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|to)\s*(\d{1,2}):(\d{2})")
_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")
_LOOSE_OFFSET = re.compile(r"(?:UTC|GMT)? ?([+-])(\d{1,2}):?((?:\d{2})?)", re.IGNORECASE)
_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_FULL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class WrittenInt(int):
    """A whole number that was not written as Python would write it; as a word it is what was written."""

    written: str


class WrittenFloat(float):
    """The same for a number with a point or an exponent."""

    written: str


def keep_written(value: Any, written: str) -> Any:
    """Give a number that remembers how it was written: `+86`, `1_000` and `1.10` may be names."""
    if str(value) == written or not isinstance(value, int | float):
        return value
    kept = WrittenInt(value) if isinstance(value, int) else WrittenFloat(value)
    kept.written = written
    return kept


def parse_flag(value: object) -> bool:
    """Read true or false, or one of the words that mean them.

    Raises:
        ValueError: neither.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _FLAGS:
        return _FLAGS[value.lower()]
    raise ValueError(f"{value!r} is neither true nor false. Write one of them")


def parse_words(value: object) -> tuple[str, ...]:
    """Read one word or a list of words."""
    listed = value if isinstance(value, list | tuple) else [value]
    if not listed:
        raise ValueError("the list is empty, so this could never hold")
    return tuple(map(_word, listed))


def _word(value: object) -> str:
    if isinstance(value, bool):
        raise ValueError(f"{str(value).lower()} is not a word. Quote it if you mean the word")
    if value is None or value == "":
        raise ValueError("a word has no value. Write one, or remove the line")
    if not isinstance(value, str | int | float):
        raise ValueError(f"{value!r} is not a word or a list of words")
    return value.written if isinstance(value, WrittenInt | WrittenFloat) else str(value)


def parse_share(value: object) -> Decimal | None:
    """Read `25%` as 0.25, and `rest` as None.

    Raises:
        ValueError: neither of the two, or more than 100 %.
    """
    if value == "rest":
        return None
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
    short = word.strip()
    for at, day in enumerate(_FULL_DAYS):
        if len(short) >= 3 and day.startswith(short):
            return at
    raise ValueError(f"'{word}' is not a day. {did_you_mean(word, DAYS)}")


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


def _caseless(words: Iterable[str]) -> str:
    """A pattern for one of these words in capitals or not; editors know no flag for that."""
    spelt = (
        re.sub(r"[a-z]", lambda found: f"[{found[0].upper()}{found[0]}]", each) for each in words
    )
    return "|".join(spelt)


def _one_or_list(word: dict[str, Any], description: str) -> dict[str, Any]:
    listed = {"type": "array", "items": word, "minItems": 1}
    return {"description": description, "anyOf": [word, listed]}


class Among:
    """Marks a range of numbers as one of those that a fact can be, for validation and for editors."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        return core_schema.no_info_before_validator_function(self.domain.read, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        number: dict[str, Any] = {"type": "integer" if self.domain.is_whole else "number"}
        if math.isfinite(self.domain.low):
            number["minimum"] = self.domain.low
        if math.isfinite(self.domain.high):
            number["maximum"] = self.domain.high
        shown = "', '".join(self.domain.examples)
        text: dict[str, Any] = {"type": "string", "pattern": _pattern_of(self.domain)}
        if self.domain.is_share and self.domain.low >= 0:
            text["not"] = {"pattern": _BEYOND_SHARES}
        return {
            "description": f"A range: '{shown}'.",
            "anyOf": [number, text],
        }


class Percent:
    """Marks a number that may be written in percent, as in conditions and shares: 60% is 0.6."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        return core_schema.no_info_before_validator_function(_read_percent, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        number: dict[str, Any] = handler(schema)
        written = r"\d+(?:\.\d+)?"
        if number.get("maximum") == 1:
            written = r"0*(?:100(?:\.0+)?|\d{1,2}(?:\.\d+)?)"
        if "exclusiveMinimum" in number:
            written = rf"(?!0*(?:\.0*)?\s*%){written}"
        text = {"type": "string", "pattern": rf"^\s*{written}\s*%\s*$"}
        return {"anyOf": [number, text]}


def _read_percent(value: object) -> object:
    """`60%` as 0.6; whatever else as it is."""
    match = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    return value if match is None else float(Decimal(match[1]) / 100)


def _pattern_of(domain: Domain) -> str:
    number = _SHARE_NUMBER if domain.is_share else _ANY_NUMBER
    sign = "[-+]?" if domain.low < 0 else r"\+?"
    sides = _caseless(("above", "below", "at +least", "at +most", "over", "under"))
    one = f"{sign}(?:{number})"
    return rf"^\s*(?:(?:{sides}|>=|<=|>|<|=)?\s*{one}|{one}\s*(?:[Tt][Oo]|\.\.)\s*{one})\s*$"


def _day_pattern() -> str:
    days = (
        f"{day[:3]}{''.join(f'(?:{each}' for each in day[3:])}{')?' * len(day[3:])}"
        for day in _FULL_DAYS
    )
    day = f"(?:{_caseless(days)})"
    return rf"^\s*{day}\s*(?:-\s*{day}\s*)?$"


_ANY_NUMBER = r"\d+(?:_\d+)*(?:\.\d+)?(?:[eE][-+]?\d+)?[kKmM]?"
_SHARE_NUMBER = r"0*(?:0(?:\.\d+)?|1(?:\.0+)?)|0*(?:100(?:\.0+)?|\d{1,2}(?:\.\d+)?)\s?%"
_BEYOND_SHARES = (
    rf"^\s*(?:(?:{_caseless(('above', 'over'))}|>)\s*\+?0*(?:1(?:\.0+)?|100(?:\.0+)?\s?%)"
    rf"|(?:{_caseless(('below', 'under'))}|<)\s*\+?0+(?:\.0+)?(?:\s?%)?)\s*$"
)
"""More than all, and less than nothing."""
_HOUR = r"(?:(?:[01]?\d|2[0-3]):[0-5]\d|24:00)"
_ZONE = r"^(?:[+-](?:[01]\d|2[0-3]):[0-5]\d|[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2})$"
_WORD = {"type": ["string", "number"], "minLength": 1}
Words = Annotated[
    tuple[str, ...],
    BeforeValidator(parse_words),
    WithJsonSchema(_one_or_list(_WORD, "One word, or a list of which one must match.")),
]
Days = Annotated[
    tuple[str, ...],
    BeforeValidator(parse_days),
    WithJsonSchema(
        _one_or_list(
            {"type": "string", "pattern": _day_pattern()},
            "Days such as mon, [sat, sun] or mon-fri.",
        )
    ),
]
Span = Annotated[
    tuple[datetime.time, datetime.time],
    BeforeValidator(parse_span),
    WithJsonSchema(
        {
            "description": "A time span such as '09:00-18:00'.",
            "type": "string",
            "pattern": rf"^\s*{_HOUR}\s*(?:-|to)\s*{_HOUR}\s*$",
        }
    ),
]
Share = Annotated[
    Decimal | None,
    BeforeValidator(parse_share),
    WithJsonSchema(
        {
            "description": "A share such as '25%', or 'rest'.",
            "type": "string",
            "pattern": r"^(?:rest|\s*(?:100(?:\.0{1,4})?|0?\d{1,2}(?:\.\d{1,4})?)\s*%\s*)$",
        }
    ),
]
Zone = Annotated[str, WithJsonSchema({"type": "string", "pattern": _ZONE})]
Flag = Annotated[
    bool,
    BeforeValidator(parse_flag),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "boolean"},
                {"type": "string", "pattern": f"^(?:{_caseless(_FLAGS)})$"},
            ]
        }
    ),
]
Real = Annotated[float, Strict()]
Fraction = Annotated[Real, Field(ge=0, le=1), Percent()]
Count = Annotated[int, Strict()]
Objective = Literal["best", "cheapest", "fastest", "weighted", "ordered"]
