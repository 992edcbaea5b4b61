"""Signals and callers as a test writes them: plain values, each of its own kind and of our words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import FieldInfo, fields

from policies.findings import did_you_mean
from policies.signals import (
    ABILITIES,
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

WORDS: Mapping[str, Collection[str]] = {
    "intent": INTENTS,
    "intents": INTENTS,
    "intent_group": INTENT_GROUPS,
    "emotion": EMOTIONS,
    "language": LANGUAGES,
    "modalities": MODALITIES,
    "needs": ABILITIES,
    "pii": PII_KINDS,
    "slots": SLOTS,
    "read_by": ("classifier", "model"),
}
"""What a signal may say, where there is a list of it."""


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
    Mapping[str, str]: _Kind("a text for each name", "{app: web}"),
    Mapping[str, tuple[str, ...]]: _Kind("texts for each kind", "{date: [tomorrow]}"),
}
_NO = ("no", "off", "false", "0", "none")
_LISTS = (frozenset[str], tuple[str, ...])


def read_signals(
    given: Mapping[str, Any], own_intents: Collection[str] | None = None
) -> dict[str, Any]:
    """Give the values of signals by name.

    `own_intents` may be said besides the shipped ones; None: words are not looked at.

    Raises:
        GivenError: there is no such signal, it cannot have this value, or a word is not known.
    """
    values = _read(Signals, given, "the signal", "there is no signal")
    if own_intents is not None:
        for name in values.keys() & WORDS.keys():
            _check_words(name, values[name], own_intents)
    return values


def _check_words(name: str, value: str | Iterable[str], own_intents: Collection[str]) -> None:
    known = [*WORDS[name], *(own_intents if name in ("intent", "intents") else ())]
    for word in [value] if isinstance(value, str) else value:
        if word not in known:
            message = f"the signal '{name}' cannot say '{word}'."
            raise GivenError(message, did_you_mean(word, known))


def read_caller(given: Mapping[str, Any]) -> Caller:
    """Give the caller.

    Raises:
        GivenError: a caller has no such thing, or it cannot have this value.
    """
    return Caller(**_read(Caller, given, "the caller's", "a caller has no"))


def _read(
    struct: type[msgspec.Struct], given: Mapping[str, Any], what: str, unknown: str
) -> dict[str, Any]:
    known = {field.name: field for field in fields(struct)}
    for name in given:
        if name not in known:
            raise GivenError(f"{unknown} '{name}'.", did_you_mean(name, known))
    return {name: _convert(known[name], value, what) for name, value in given.items()}


def _convert(field: FieldInfo, value: Any, what: str) -> Any:
    try:
        return msgspec.convert(_shape(field.type, value), field.type)
    except msgspec.ValidationError as error:
        kind = _KINDS[field.type]
        said = "nothing" if value is None else _show(value)
        message = f"{what} '{field.name}' must be {kind.words}, not {said}."
        raise GivenError(message, _mend(field, value, kind.example)) from error


def _show(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _mend(field: FieldInfo, value: Any, example: str) -> str:
    if field.type is str and isinstance(value, int | float):
        return f"Put it in quotes: `{field.name}: '{str(value).lower()}'`."
    if field.type is bool and str(value).lower() in _NO:
        example = "false"
    if words := WORDS.get(field.name):
        example = next(iter(words)) if field.type is str else example
        example = f"[{next(iter(words))}]" if field.type in _LISTS else example
    return f"Write it as `{field.name}: {example}`."


def _shape(kind: Any, value: Any) -> Any:
    """One word stands for a list of one."""
    if kind in _LISTS:
        return _list(value)
    if kind == Mapping[str, tuple[str, ...]] and isinstance(value, Mapping):
        return {name: _list(each) for name, each in value.items()}
    return value


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
