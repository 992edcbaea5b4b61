"""Signals and callers as a test writes them: plain values, each of its own kind and of our words."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import FieldInfo, fields

from policies.findings import did_you_mean
from policies.hints import HINTS, WISH, UnclearWishError, list_wishes, read_wish
from policies.ranges import COUNT, COUNT_FROM_ONE, SHARE, TREND, Domain
from policies.signals import (
    ABILITIES,
    DEMANDS,
    EMOTIONS,
    INTENT_GROUPS,
    INTENTS,
    LANGUAGES,
    MODALITIES,
    PII_KINDS,
    SLOTS,
    Caller,
    Signals,
)
from policies.values import parse_flag

WORDS: Mapping[str, Collection[str]] = {
    "intent": INTENTS,
    "intents": INTENTS,
    "intent_group": INTENT_GROUPS,
    "emotion": EMOTIONS,
    "language": LANGUAGES,
    "modalities": MODALITIES,
    "needs": ABILITIES,
    "demands": DEMANDS,
    "pii": PII_KINDS,
    "slots": SLOTS,
    "read_by": ("classifier", "model"),
}
"""What a signal may say, where there is a list of it."""
NAMED: Mapping[str, str] = {
    "code": "has_code",
    "confidence": "intent_confidence",
    "escalation": "is_escalation",
    "from_context": "intent_from_context",
    "intensity": "emotion_intensity",
    "key": "key_name",
    "long_document": "has_long_document",
    "math": "has_math",
    "modality": "modalities",
    "off_topic": "is_off_topic",
    "reask": "is_reask",
    "stream": "is_stream",
    "tokens": "prompt_tokens",
    "unsure": "is_unsure",
}
"""What conditions and CEL call a signal, or a caller's name, that is called otherwise inside."""
ELSEWHERE: Mapping[str, str] = {
    "intent_count": "Write `intents: [refund, complaint]`: they are counted.",
    "quality": "Write `expected_quality: {gpt-6-sol: 0.8}`: a number for each model.",
    "health": "Write `unavailable: [gpt-6-sol]` beside it.",
    **dict.fromkeys(("time", "weekday", "hour"), "Write `at: 2026-11-21T03:00+08:00` beside it."),
    **dict.fromkeys(("budget_left_usd", "load"), "It stands beside `signals:`, not in it."),
    "has_budget": "Write `budget_left_usd: 5` beside it.",
}
"""What conditions ask for and a case gives in another way."""
_DOMAINS: Mapping[str, Domain] = {
    "intent_confidence": SHARE,
    "emotion_intensity": SHARE,
    "emotion_confidence": SHARE,
    "emotion_trend": TREND,
    "sarcasm": SHARE,
    "difficulty": SHARE,
    "expected_quality": SHARE,
    "prompt_tokens": COUNT,
    "max_output_tokens": COUNT_FROM_ONE,
    "turns": COUNT_FROM_ONE,
}
"""The numbers that a signal can be, as conditions have them."""


class GivenError(ValueError):
    """A value that a test gives cannot be what it stands for."""

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(f"{message} {mend}")
        self.message = message
        self.mend = mend


class _Kind(NamedTuple):
    words: str
    example: str


_TEXT = _Kind("text", "some text")
_LISTED = _Kind("a word or a list of words", "[one, another]")
_KINDS: Mapping[Any, _Kind] = {
    str: _TEXT,
    bool: _Kind("true or false", "true"),
    int: _Kind("a whole number", "1200"),
    int | None: _Kind("a whole number", "1200"),
    float: _Kind("a number", "0.8"),
    frozenset[str]: _LISTED,
    tuple[str, ...]: _LISTED,
    Mapping[str, float]: _Kind("a number for each model", "{gpt-6-sol: 0.8}"),
    Mapping[str, tuple[int, int]]: _Kind("two numbers for each family", "{qwen: [1200, 1300]}"),
    Mapping[str, Mapping[str, tuple[int, int]]]: _Kind(
        "two numbers for each family of each prompt", "{general: {qwen: [90, 110]}}"
    ),
    Mapping[str, str]: _Kind("a text for each name", "{app: web}"),
    Mapping[str, tuple[str, ...]]: _Kind("texts for each kind", "{date: [tomorrow]}"),
}
_NO = ("0", "none")
_LISTS = (frozenset[str], tuple[str, ...])
_MARKS = tuple("kKmM%")


def read_signals(
    given: Mapping[str, Any], own_intents: Collection[str] | None = None
) -> dict[str, Any]:
    """Give the values of signals by name. They may be named as conditions name them.

    `own_intents` may be said besides the shipped ones; None: words are not looked at.

    Raises:
        GivenError: there is no such signal, it cannot have this value, or a word is not known.
    """
    values = _read(Signals, given, "the signal")
    if own_intents is not None:
        for name in values.keys() & WORDS.keys():
            _check_words(name, values[name], own_intents)
    return values


def _check_words(name: str, value: str | Iterable[str], own_intents: Collection[str]) -> None:
    known = [*WORDS[name], *(own_intents if name in ("intent", "intents") else ())]
    words = [value] if isinstance(value, str) else value
    if strange := [word for word in words if word not in known]:
        said = "' or '".join(strange)
        message = f"the signal '{name}' cannot say '{said}'."
        raise GivenError(message, " ".join(did_you_mean(word, known) for word in strange))


def list_given(
    struct: type[Signals] | type[Caller],
) -> list[tuple[str, str, Any]]:
    """Give every name by which a test may say a thing of one, the thing's own name, and its type."""
    own = {field.name: field.type for field in fields(struct)}
    called = [(name, field, own[field]) for name, field in NAMED.items() if field in own]
    return [*((name, name, kind) for name, kind in own.items()), *called]


def read_caller(given: Mapping[str, Any]) -> Caller:
    """Give the caller, as the gateway would know it: what `metadata` says of it counts, as in a request.

    Raises:
        GivenError: a caller has no such thing, it cannot have this value, or is said to be two things.
    """
    values = _read(Caller, given, "the caller's")
    metadata = values.get("metadata", {})
    for name in HINTS:
        said = metadata.get(name, "").strip()
        if name == WISH or not said:
            continue
        if values.setdefault(name, said) != said:
            message = f"the caller's '{name}' is '{values[name]}', and '{said}' in its `metadata`."
            raise GivenError(message, "They are one thing: write it once.")
    for name, said in list_wishes(metadata).items():
        try:
            values[WISH] = read_wish(said) or values.get(WISH, False)
        except UnclearWishError as error:
            raise GivenError(f"the caller's metadata.{name}:", str(error)) from error
    return Caller(**values)


def read_moment(written: str) -> datetime.datetime:
    """Give the moment that a text in ISO 8601 says.

    Raises:
        GivenError: it is none, or has no time zone.
    """
    try:
        moment = datetime.datetime.fromisoformat(written)
    except ValueError as error:
        message = f"'{written}' is no moment."
        raise GivenError(message, "Write it as `2026-11-21T03:00+08:00`.") from error
    if moment.tzinfo is None:
        message = f"the moment '{written}' has no time zone."
        if len(written) <= len("2026-11-21"):  # a day alone can have none: its midnight is meant
            written = f"{moment:%Y-%m-%dT%H:%M}"
        raise GivenError(message, f"Add one: {written}+08:00")
    return moment


def _read(struct: type[msgspec.Struct], given: Mapping[str, Any], what: str) -> dict[str, Any]:
    known = {field.name: field for field in fields(struct)}
    called = {name: known[own] for name, own in NAMED.items() if own in known}
    values: dict[str, Any] = {}
    written: dict[str, str] = {}
    for name, value in given.items():
        field = known.get(name) or called.get(name)
        if field is None:
            raise _unknown(struct, name, [*known, *called])
        if field.name in values:
            twice = f"'{written[field.name]}' and '{name}' are the same, and both are given."
            raise GivenError(twice, "Remove one.")
        written[field.name] = name
        said = f"{what} '{name}'"
        values[field.name] = _convert(field, name, value, said)
        _check_range(field, name, values[field.name], said)
    return values


def _unknown(struct: type[msgspec.Struct], name: str, known: Collection[str]) -> GivenError:
    message = f"{'there is no signal' if struct is Signals else 'a caller has no'} '{name}'."
    other, key = (Caller, "caller") if struct is Signals else (Signals, "signals")
    if NAMED.get(name, name) in {field.name for field in fields(other)}:
        return GivenError(message, f"It belongs under `{key}:`.")
    return GivenError(message, ELSEWHERE.get(name) or did_you_mean(name, known))


def _convert(field: FieldInfo, name: str, value: Any, said: str) -> Any:
    try:
        return msgspec.convert(_shape(field, value), field.type)
    except msgspec.ValidationError as error:
        kind = _KINDS[field.type]
        found = "nothing" if value is None else _show(value)
        message = f"{said} must be {kind.words}, not {found}."
        raise GivenError(message, _mend(field, name, value, kind.example)) from error


def _check_range(field: FieldInfo, name: str, value: Any, said: str) -> None:
    domain = _DOMAINS.get(field.name)
    numbers = value.values() if isinstance(value, Mapping) else [value]
    for number in numbers if domain is not None else ():
        try:
            if number is not None and domain is not None:
                domain.read(number)
        except ValueError as error:
            message = f"{said} cannot be {number:g}: it is {domain}."
            is_percent = domain is SHARE and 10 <= number <= 100
            example = f"{number / 100:g}" if is_percent else _KINDS[field.type].example
            example = "3" if domain is COUNT_FROM_ONE else example
            raise GivenError(message, f"Write it as `{name}: {example}`.") from error


def _show(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _mend(field: FieldInfo, name: str, value: Any, example: str) -> str:
    if field.type is str and isinstance(value, int | float):
        return f"Put it in quotes: `{name}: '{str(value).lower()}'`."
    if field.type is bool and str(value).lower() in _NO:
        example = "false"
    if words := WORDS.get(field.name):
        example = next(iter(words)) if field.type is str else example
        example = f"[{next(iter(words))}]" if field.type in _LISTS else example
    return f"Write it as `{name}: {example}`."


def _shape(field: FieldInfo, value: Any) -> Any:
    """One word stands for a list of one; numbers and flags may be written as in conditions."""
    if field.type in _LISTS:
        return _list(value)
    if field.type == Mapping[str, tuple[str, ...]] and isinstance(value, Mapping):
        return {name: _list(each) for name, each in value.items()}
    if field.type is bool and isinstance(value, str):
        return _flag(value)
    if field.name in _DOMAINS and isinstance(value, str) and value[-1:] in _MARKS:
        return _number(value, _DOMAINS[field.name])
    return value


def _flag(written: str) -> bool | str:
    """`yes` and `off` as true and false; any other text as it is."""
    try:
        return parse_flag(written)
    except ValueError:
        return written


def _number(written: str, domain: Domain) -> Any:
    """`6k` and `70%` as numbers; any other text as it is."""
    try:
        found = domain.read(written)
    except ValueError:
        return written
    if found.low != found.high:
        return written
    return int(found.low) if domain.is_whole else found.low


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
