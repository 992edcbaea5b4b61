"""Words of a policy that come from a list: checked when it is read, offered by editors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, ValidationInfo, WithJsonSchema
from pydantic_core import core_schema

from policies.expression_check import check_cel
from policies.findings import WHOSE_INTENTS, did_you_mean, nearest
from policies.signals import (
    ABILITIES,
    EMOTIONS,
    INTENT_GROUPS,
    INTENTS,
    LANGUAGES,
    MODALITIES,
    NEEDS,
    PII_KINDS,
    SLOTS,
)
from policies.values import parse_words

OWN_INTENTS = "own_intents"
"""Where a validation's context has the labels of intent heads that are not the shipped ones."""


def parse_known_words(
    value: object, known: Iterable[str], alone: tuple[str, ...] = (), remark: str = ""
) -> tuple[str, ...]:
    """Read words of a fixed vocabulary, or one of those that stand alone.

    Raises:
        ValueError: a word is not in the vocabulary (the message suggests one), or does not stand alone.
    """
    words = parse_words(value)
    names = (*known, *alone)
    if strange := [word for word in words if word not in names]:
        said = "' and '".join(strange)
        mends = dict.fromkeys(_mend(word, names, few=len(strange) > 1) for word in strange)
        mend = f"{' '.join(filter(None, mends)) or did_you_mean('', names)} {remark}".rstrip()
        raise ValueError(f"'{said}' {'is' if len(strange) == 1 else 'are'} not known. {mend}")
    for word in words:
        if word in alone and len(words) > 1:
            rest = ", ".join(each for each in words if each != word)
            raise ValueError(
                f"'{word}' stands alone, it cannot be listed with others. Write only '{word}', or "
                f"only [{rest}]"
            )
    return words


def _mend(word: str, names: Sequence[str], *, few: bool) -> str:
    """What a word is misspelt from; where several are to be mended, only that."""
    if few:
        return f"Did you mean '{close[0]}' for '{word}'?" if (close := nearest(word, names)) else ""
    return did_you_mean(word, names)


class _Known:
    """Marks a list of words as one of a vocabulary, for validation and for editors."""

    def __init__(self, *known: str, alone: tuple[str, ...] = ()) -> None:
        self.known = known
        self.alone = alone

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        return core_schema.no_info_before_validator_function(
            lambda value: parse_known_words(value, self.known, self.alone), handler(source)
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        listed = {"type": "array", "items": {"enum": list(self.known)}, "minItems": 1}
        words: list[dict[str, Any]] = [{"enum": [*self.known, *self.alone]}, listed]
        if self.alone:
            words.append({**listed, "items": {"enum": list(self.alone)}, "maxItems": 1})
        return {"anyOf": words}


class _KnownIntents(_Known):
    """The same where whoever validates may know more words: those of intent heads of their own."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        return core_schema.with_info_before_validator_function(
            lambda value, info: self._read(value, _own_intents(info)), handler(source)
        )

    def _read(self, value: object, own: tuple[str, ...]) -> tuple[str, ...]:
        remark = "" if set(own) - set(self.known) else WHOSE_INTENTS
        return parse_known_words(value, (*self.known, *own), remark=remark)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        word = {"anyOf": [{"enum": list(self.known)}, {"type": "string", "minLength": 1}]}
        return {"anyOf": [*word["anyOf"], {"type": "array", "items": word, "minItems": 1}]}


def _own_intents(info: ValidationInfo) -> tuple[str, ...]:
    return tuple((info.context or {}).get(OWN_INTENTS, ()))


def _check_cel(value: object, info: ValidationInfo) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a CEL expression is text, such as 'tokens > 1000 && turns > 2'")
    check_cel(value, _own_intents(info))
    return value


_SOME_OR_NONE = ("any", "none")
Intent = Annotated[tuple[str, ...], _KnownIntents(*INTENTS)]
IntentGroup = Annotated[tuple[str, ...], _Known(*INTENT_GROUPS)]
Emotion = Annotated[tuple[str, ...], _Known(*EMOTIONS)]
Language = Annotated[tuple[str, ...], _Known(*LANGUAGES)]
Modality = Annotated[tuple[str, ...], _Known(*MODALITIES)]
Needs = Annotated[tuple[str, ...], _Known(*NEEDS, alone=_SOME_OR_NONE)]
Pii = Annotated[tuple[str, ...], _Known(*PII_KINDS, alone=_SOME_OR_NONE)]
Slots = Annotated[tuple[str, ...], _Known(*SLOTS, alone=_SOME_OR_NONE)]
Abilities = Annotated[tuple[str, ...], _Known(*ABILITIES)]
Cel = Annotated[
    str, BeforeValidator(_check_cel), WithJsonSchema({"type": "string", "pattern": r"\S"})
]
