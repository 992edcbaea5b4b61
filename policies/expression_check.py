"""What is wrong with a CEL expression, found out when the policy is read.

CEL has no types of its own for our facts, so an expression is tried: as a whole, and each of the
questions that `&&`, `||` and `?:` put together, on requests that are made up for it.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from policies.expression_logic import check_figures, is_never_true, read_compared
from policies.expression_mends import mend_types
from policies.expressions import (
    CelError,
    Token,
    compile_cel,
    cut,
    list_variables,
    name_undefined,
    run_cel,
    split_parts,
    split_tokens,
)
from policies.facts import CEL_NAMES, Facts
from policies.findings import WHOSE_INTENTS, did_you_mean
from policies.signals import (
    EMOTIONS,
    INTENT_GROUPS,
    INTENTS,
    LANGUAGES,
    MODALITIES,
    NEEDS,
    PII_KINDS,
    SLOTS,
    Caller,
    Signals,
    Surroundings,
)

World = Mapping[str, Any]
_TYPES = frozenset({"int", "uint", "double", "string", "bool", "bytes", "list", "map", "optional"})
_FUNCTIONS = (
    "size", "contains", "startsWith", "endsWith", "matches", "has", "exists", "exists_one", "all", "map",
    "filter", "int", "uint", "double", "string", "bool", "bytes", "type", "timestamp", "duration",
)  # fmt: skip
_TEXTS = ("a", "7", "1.5", "true", "2026-11-21T03:00:00Z", "1h")
_WORLDS = 12
_NOON = datetime.datetime(2026, 11, 20, 12, 0, tzinfo=datetime.UTC)
_COMPARISONS = ("==", "!=", "in")
_BEGINNINGS = ("", "(", "[", "{", ",", "!", "?", ":", "&&", "||")
_ENDS = ("", ")", "]", "}", ",", "?", ":", "&&", "||")
"""What may stand around a comparison without being a part of it."""
_ANY_TYPE = "Change one into the other with int(x), double(x) or string(x)"
_OF_THE_REQUEST = (KeyError, IndexError)
"""What depends on what a request has: a metadata entry, a second intent."""


def check_cel(expression: str, own_intents: Collection[str] = ()) -> None:
    """Find what can only be a mistake in an expression.

    Raises:
        ValueError: it cannot be read, asks for what there is not, reads nothing, mixes types, gives
            neither true nor false, can never be computed, compares with a word that is not known or a
            number that a fact can never be, or is never true.
    """
    try:
        program = compile_cel(expression)
    except CelError as error:
        raise ValueError(f"the CEL expression cannot be read: {error}") from error
    tokens = split_tokens(expression)
    variables = list_variables(tokens)
    read = [name for name in program.variables() if name not in {*variables, *_TYPES}]
    for name in read:
        if name not in CEL_NAMES:
            raise ValueError(
                f"the CEL expression asks for '{name}'. {did_you_mean(name, CEL_NAMES)}"
            )
    if not read:
        raise ValueError(
            f"the CEL expression '{expression}' reads nothing of the request, so it always gives the "
            "same. Ask for a fact, such as tokens or intent"
        )
    worlds = _make_worlds(tokens, own_intents)
    for part in split_parts(tokens):
        _check_part(expression, part, worlds)
    for value in _try(expression, worlds):
        if not isinstance(value, bool):
            raise ValueError(
                f"the CEL expression '{expression}' gives {value!r}, which is neither true nor false. "
                "Compare it with something"
            )
    _check_words(tokens, variables, own_intents)
    if is_never_true(expression, tokens, own_intents):
        raise ValueError(
            f"the CEL expression '{expression}' is never true: its parts contradict each other. Write || "
            "between them if one of them is enough"
        )


def list_asked(expression: str, fact: str) -> list[str]:
    """Give the texts that an expression compares a fact with, or looks up in it."""
    tokens = split_tokens(expression)
    return [
        word
        for at, token in enumerate(tokens)
        if token.kind == "name" and token.written == fact
        for word in _words_beside(tokens, at)
    ]


def asks_for(expression: str, fact: str) -> bool:
    """Whether an expression names a fact."""
    return any(each.kind == "name" and each.written == fact for each in split_tokens(expression))


def _check_part(expression: str, part: Sequence[Token], worlds: Sequence[World]) -> None:
    written = _text(expression, part)
    if len(part) < len(split_tokens(expression)):
        _try(written, worlds)
    for sign in ("==", "!=", "in"):
        sides = cut(part, (sign,))
        if len(sides) == 2 and all(sides):
            left, right = (_kinds(_text(expression, side), worlds) for side in sides)
            if sign == "in":
                right = _kinds(_text(expression, sides[1]), worlds, members=True)
            if left and right and not left & right:
                never = "true" if sign != "!=" else "false"
                plain = f"never {never}. Write both as the same: numbers plainly, texts in quotes"
                raise ValueError(
                    f"the CEL expression '{written}' compares {_listed(left)} with {_listed(right)}, so "
                    f"it is {plain}{_in_quotes(expression, part)}"
                )
    if (found := read_compared(expression, part)) is not None:
        check_figures(written, found)


def _in_quotes(expression: str, part: Sequence[Token]) -> str:
    """How a text is compared with one number, for those who wrote it plainly."""
    found = read_compared(expression, part)
    if found is None or found.sign not in ("==", "!=") or isinstance(found.value, str | list):
        return ""
    return f", such as `{found.what} {found.sign} '{found.value}'`"


def _text(expression: str, tokens: Sequence[Token]) -> str:
    return expression[tokens[0].start : tokens[-1].end]


def _try(written: str, worlds: Sequence[World]) -> list[Any]:
    """Give what an expression gives in each of the worlds where it can be computed."""
    try:
        program = compile_cel(written)
    except CelError:
        return []  # a piece that does not stand by itself; it is tried with the whole
    found: list[Any] = []
    errors: list[CelError] = []
    for world in worlds:
        try:
            found.append(run_cel(program, world))
        except CelError as error:
            _refuse_types(written, error, worlds)
            errors.append(error)
    if errors and not found and not any(issubclass(e.kind, _OF_THE_REQUEST) for e in errors):
        said = str(errors[-1]).splitlines()[0].rstrip(": ")
        raise ValueError(f"the CEL expression '{written}' can never be computed: {said}")
    return found


def _refuse_types(written: str, error: CelError, worlds: Sequence[World]) -> None:
    said, name = str(error), name_undefined(error)
    if name in CEL_NAMES:
        return  # a fact that is unknown of some requests, of this one too
    if name:
        if name in _FUNCTIONS:
            raise ValueError(
                f"the CEL expression '{written}' gives '{name}' a value of a type that it does not take"
            )
        mend = did_you_mean(name, {*_FUNCTIONS, *CEL_NAMES})
        raise ValueError(
            f"the CEL expression '{written}' asks for '{name}', which there is not. {mend}"
        )
    if issubclass(error.kind, TypeError):
        first = said.split(". ")[0].rstrip(".")
        mend = mend_types(written, lambda each: _is_computable(each, worlds))
        raise ValueError(
            f"the CEL expression '{written}' mixes types: {first[:1].lower()}{first[1:]}. "
            + (f"Write `{mend}`" if mend else _ANY_TYPE)
        )


def _is_computable(written: str, worlds: Sequence[World]) -> bool:
    """Whether an expression is true or false in some world, and of one type in all of them."""
    try:
        program = compile_cel(written)
    except CelError:
        return False
    is_computed = False
    for world in worlds:
        try:
            is_computed |= isinstance(run_cel(program, world), bool)
        except CelError as error:
            if issubclass(error.kind, TypeError):
                return False
    return is_computed


def _kinds(written: str, worlds: Sequence[World], *, members: bool = False) -> set[str]:
    """Give the kinds of values that an expression, or the members of what it gives, can be."""
    try:
        program = compile_cel(written)
    except CelError:
        return set()
    found: set[str] = set()
    for world in worlds:
        try:
            value = run_cel(program, world)
        except CelError:
            continue
        found |= {_kind(each) for each in value} if members else {_kind(value)}
    return found


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    names: dict[type, str] = {str: "a text", list: "a list", dict: "a map"}
    return names.get(type(value), type(value).__name__)


def _listed(kinds: Collection[str]) -> str:
    return " or ".join(sorted(kinds))


def _make_worlds(tokens: Sequence[Token], own_intents: Collection[str]) -> list[World]:
    """Make up requests: every fact of its type, with the names and texts that the expression knows."""
    words = [token.word for token in tokens if token.kind == "text"]
    keys = {*words, *(token.written for token in tokens if token.kind == "name")}
    texts = (*_TEXTS, *dict.fromkeys(words))
    count = max(_WORLDS, len(texts))
    return [_make_world(at, texts[at % len(texts)], keys, own_intents) for at in range(count)]


def _make_world(at: int, text: str, keys: Collection[str], own_intents: Collection[str]) -> World:
    intents = (*INTENTS[at % len(INTENTS) :], *INTENTS[: at % len(INTENTS)], *own_intents)
    share, odd = at % _WORLDS / _WORLDS, at % 2 == 1
    signals = Signals(
        intent=intents[0], intents=intents, intent_group=INTENT_GROUPS[at % len(INTENT_GROUPS)],
        intent_confidence=share, is_unsure=odd, intent_from_context=odd, is_off_topic=odd, emotion=EMOTIONS[at % len(EMOTIONS)],
        emotion_intensity=share, emotion_confidence=share, sarcasm=share, difficulty=share,
        emotion_trend=share, language=LANGUAGES[at % len(LANGUAGES)],
        expected_quality=dict.fromkeys(keys, share), prompt_tokens=at * 1000 + 1,
        max_output_tokens=at + 1 if at % 3 else None,
        modalities=frozenset(MODALITIES), needs=frozenset(NEEDS), pii=frozenset(PII_KINDS),
        slots=dict.fromkeys((*SLOTS, *keys), (text, text, text)), turns=at + 1,
        has_code=odd, has_math=not odd, has_long_document=odd, is_reask=not odd, is_escalation=odd,
        is_stream=not odd,
    )  # fmt: skip
    caller = Caller(
        user=text, tier=text, tenant=text, key_name=text, session=text, order_number=text,
        metadata=dict.fromkeys(keys, text),
    )  # fmt: skip
    around = Surroundings(now=_NOON, budget_left_usd=Decimal(at) if odd else None, load=share)
    return Facts(signals, caller, around).cel_variables()


def _check_words(
    tokens: Sequence[Token], variables: Mapping[str, str], own_intents: Collection[str]
) -> None:
    intents = (*INTENTS, *own_intents)
    known: dict[str, Sequence[str]] = {
        "intent": intents, "intents": intents, "intent_group": INTENT_GROUPS, "emotion": EMOTIONS,
        "language": LANGUAGES, "modality": MODALITIES, "needs": NEEDS, "pii": PII_KINDS, "slots": SLOTS,
    }  # fmt: skip
    known |= {name: known[source] for name, source in variables.items() if source in known}
    for at, token in enumerate(tokens):
        is_fact = token.kind == "name" and token.written in known
        if not is_fact or (at and tokens[at - 1].written == "."):
            continue
        for word in _words_beside(tokens, at):
            if word not in known[token.written]:
                mend = did_you_mean(word, known[token.written])
                if known[token.written] is intents and not set(own_intents) - set(INTENTS):
                    mend = f"{mend} {WHOSE_INTENTS}"
                raise ValueError(
                    f"the CEL expression compares {token.written} with '{word}', which is not known. {mend}"
                )


def _words_beside(tokens: Sequence[Token], at: int) -> Iterator[str]:
    """Give the texts that a fact is compared with, or that are looked up in it."""
    signs = ["", "", *(token.written for token in tokens), "", ""]
    before, rest = signs[: at + 2], tokens[at + 1 :]
    if before[-1] in _COMPARISONS and before[-3] in _BEGINNINGS and tokens[at - 2].kind == "text":
        yield tokens[at - 2].word
    signs = signs[at + 3 :]
    if tokens[at].written == "slots" and signs[0] == "." and signs[2] != "(":
        yield rest[1].written
    if signs[0] == "[" and "]" in signs:
        if rest[1].kind == "text":
            yield rest[1].word
        rest = rest[signs.index("]") + 1 :]
        signs = signs[signs.index("]") + 1 :]
    if before[-1] not in _BEGINNINGS:
        return
    if signs[0] in ("==", "!=") and signs[2] in _ENDS and rest[1].kind == "text":
        yield rest[1].word
    if signs[:2] == ["in", "["] and "]" in signs:
        yield from (each.word for each in rest[2 : signs.index("]")] if each.kind == "text")
