"""What can be proved about a CEL expression: numbers that no fact can be, and parts that contradict each other.

Its comparisons with constants become conditions, which the search of `logic.py` knows to handle; any
other part is a question that may be answered either way. An expression for which no answers are found
under which it is true is never true.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from policies.conditions import All, AnyIn, AnyOf, Cel, Condition, InRange, Is, Not, OneOf
from policies.expressions import CelError, Token, compile_cel, cut, is_in_brackets, run_cel
from policies.facts import Facts
from policies.logic import Logic, UndecidedError
from policies.ranges import COUNT, COUNT_FROM_ONE, SHARE, TREND, Domain, Range

FIGURES: Mapping[str, Domain] = {
    "confidence": SHARE,
    "intensity": SHARE,
    "emotion_confidence": SHARE,
    "emotion_trend": TREND,
    "sarcasm": SHARE,
    "difficulty": SHARE,
    "tokens": COUNT,
    "max_output_tokens": COUNT_FROM_ONE,
    "turns": COUNT_FROM_ONE,
    "load": SHARE,
    "hour": Domain(0, 23, is_whole=True),
    "weekday": Domain(1, 7, is_whole=True),
}
"""The numbers that facts can be, by the names that CEL has for them."""
_WORDS = (
    "intent", "intent_group", "emotion", "language", "user", "tier", "tenant", "key", "session", "order_number",
)  # fmt: skip
_SETS = ("intents", "modality", "needs", "pii", "slots")
_SIGNS = ("==", "!=", "<=", ">=", "<", ">", "in")
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_NO_SUNDAY = "Write 7 if you mean Sunday"


class Compared(NamedTuple):
    """A comparison of something with a constant: `tokens > 5`; `5 < tokens` is turned around."""

    what: str
    sign: str
    value: Any

    @property
    def domain(self) -> Domain | None:
        """The numbers that it can be at all."""
        is_size = self.what.startswith("size(") or self.what.endswith(".size()")
        return COUNT if is_size else FIGURES.get(self.what)

    @property
    def range(self) -> Range:
        """The numbers for which it is true; of `!=` those for which it is not."""
        low = self.sign in ("==", "!=", ">", ">=")
        high = self.sign in ("==", "!=", "<", "<=")
        return Range(
            low=self.value if low else -math.inf,
            high=self.value if high else math.inf,
            holds_low=self.sign != ">",
            holds_high=self.sign != "<",
        )


def read_compared(expression: str, part: Sequence[Token]) -> Compared | None:
    """Give the comparison that a part of an expression is; None where it is something else."""
    for sign in _SIGNS:
        sides = cut(part, (sign,))
        if len(sides) == 2 and all(sides):
            left, right = (expression[side[0].start : side[-1].end] for side in sides)
            if (value := _constant(right)) is not None:
                return Compared(left, sign, value)
            if (value := _constant(left)) is not None:
                return Compared(right, _TURNED.get(sign, "has" if sign == "in" else sign), value)
    return None


def _constant(written: str) -> Any:
    """The value of what reads nothing of the request; None where it reads something."""
    try:
        program = compile_cel(written)
        return None if program.variables() else run_cel(program, {})
    except CelError:
        return None


def check_figures(written: str, found: Compared) -> None:
    """Find comparisons with numbers that the fact can never be.

    Raises:
        ValueError: it is never true, or never false.
    """
    if found.domain is None:
        return
    values = found.value if isinstance(found.value, list) else [found.value]
    for number in values:
        if not _is_number(number):
            continue
        never = _never(found.domain, found._replace(value=number))
        if never is not None:
            remark = " (Monday is 1, Sunday 7)" if found.what == "weekday" else ""
            raise ValueError(
                f"the CEL expression '{written}' compares {found.what} with {number:g}{never}: it is "
                f"{found.domain}{remark}. {_mend(found.what, found.domain, number)}"
            )


def _never(domain: Domain, found: Compared) -> str | None:
    if found.sign in ("in", "has"):
        one = Range(found.value, found.value)
        return None if domain.can_be_in(one) else ""
    if not domain.can_be_in(found.range):
        return ", so it is never false" if found.sign == "!=" else ", so it is never true"
    # `hour < 24` says the same as nothing and may be meant; `confidence < 80.0` is a slip.
    is_slip = domain.is_share and not domain.low <= found.value <= domain.high
    return ", so it is never false" if is_slip else None


def _mend(what: str, domain: Domain, number: float) -> str:
    if what == "weekday" and number == 0:
        return _NO_SUNDAY
    if domain.is_share and 1 < number <= 100:
        return f"Write {number / 100:g} if you mean {number:g} %"
    return "Write a number that it can be, or remove it"


def is_never_true(
    expression: str, tokens: Sequence[Token], own_intents: Collection[str] = ()
) -> bool:
    """Whether the parts of an expression contradict each other; False where that is not found out."""
    condition = _read(expression, tokens)
    try:
        return Logic([condition], own_intents).never_holds(condition)
    except UndecidedError:
        return False


def _read(expression: str, tokens: Sequence[Token]) -> Condition:
    if len(cut(tokens, ("?", ":"))) > 1 or not tokens:
        return _ask(expression, tokens)
    if len(pieces := cut(tokens, ("||",))) > 1:
        return AnyOf(tuple(_read(expression, piece) for piece in pieces))
    if len(pieces := cut(tokens, ("&&",))) > 1:
        return All(tuple(_read(expression, piece) for piece in pieces))
    if len(cut(tokens, _SIGNS)) > 1:
        found = read_compared(expression, tokens)
        known = None if found is None else _as_condition(found)
        return known or _ask(expression, tokens)
    if tokens[0].written == "!":
        return Not(_read(expression, tokens[1:]))
    if is_in_brackets(tokens):
        return _read(expression, tokens[1:-1])
    if len(tokens) > 1:
        return _ask(expression, tokens)
    name = tokens[0].written
    if name in ("true", "false"):
        return All(()) if name == "true" else AnyOf(())
    return Is(name, True, _unasked)


def _ask(expression: str, tokens: Sequence[Token]) -> Condition:
    """A question that may be answered either way."""
    written = " ".join(token.written for token in tokens)
    return Cel(written, None)


def _as_condition(found: Compared) -> Condition | None:
    what, sign, value = found
    if sign == "has":
        is_word = what in _SETS and isinstance(value, str) and value not in ("any", "none")
        return AnyIn(what, (value,), _unasked) if is_word else None
    if sign == "in":
        if not isinstance(value, list) or not value:
            return None
        parts = [_as_condition(Compared(what, "==", each)) for each in value]
        known = tuple(each for each in parts if each is not None)
        return AnyOf(known) if len(known) == len(parts) else None
    holds = _leaf(found)
    return Not(holds) if holds is not None and sign == "!=" else holds


def _leaf(found: Compared) -> Condition | None:
    """The comparison, and of `!=` the one that it denies."""
    what, sign, value = found
    if _is_number(value):
        key = what if what in FIGURES and what != "weekday" else f"number {what}"
        return InRange(key, found.range, _unasked)
    if sign not in ("==", "!="):
        return None
    if isinstance(value, bool):
        return Is(what, value, _unasked)
    if isinstance(value, str) and "*" not in value:
        return OneOf(what if what in _WORDS else f"text {what}", (value,), _unasked)
    return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _unasked(facts: Facts) -> Any:
    """These conditions are only reasoned about."""
    raise NotImplementedError
