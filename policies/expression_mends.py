"""How a CEL expression that mixes types is to be written: the nearest one that can be computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from policies.expressions import Token, split_tokens

_WORDS = ("true", "false", "null", "in")


class _Piece(NamedTuple):
    """A stretch of an expression, and what may be written there instead."""

    start: int
    end: int
    instead: tuple[str, ...]


def mend_types(written: str, is_computable: Callable[[str], bool]) -> str:
    """Give the expression with one fact or number turned into another type; empty where none helps."""
    tokens = split_tokens(written)
    is_fraction = any(each.kind == "number" and "." in each.written for each in tokens)
    pieces = [*_constants(tokens), *_facts(written, tokens, is_fraction=is_fraction)]
    for piece in pieces:
        for instead in piece.instead:
            mended = f"{written[: piece.start]}{instead}{written[piece.end :]}"
            if is_computable(mended):
                return mended
    return ""


def _facts(written: str, tokens: Sequence[Token], *, is_fraction: bool) -> Iterator[_Piece]:
    """Every fact with what is looked up in it: `metadata.app`, `slots.amount[0]`."""
    at = 0
    while at < len(tokens):
        first = tokens[at]
        before = tokens[at - 1].written if at else ""
        at += 1
        if first.kind != "name" or before == "." or first.written in _WORDS:
            continue
        last = first
        while at < len(tokens) and tokens[at].written in (".", "["):
            closes = _end_of(tokens, at)
            if closes is None:
                break
            last, at = tokens[closes], closes + 1
        if at < len(tokens) and tokens[at].written in ("(", "."):
            continue
        fact = written[first.start : last.end]
        turned = (f"double({fact})", f"int({fact})") if is_fraction else (f"int({fact})",)
        yield _Piece(first.start, last.end, turned)


def _end_of(tokens: Sequence[Token], at: int) -> int | None:
    """Where `.name` or `[...]` ends; None for a call."""
    if tokens[at].written == "[":
        signs = [each.written for each in tokens[at:]]
        return at + signs.index("]") if "]" in signs else None
    is_call = at + 2 < len(tokens) and tokens[at + 2].written == "("
    return at + 1 if at + 1 < len(tokens) and not is_call else None


def _constants(tokens: Sequence[Token]) -> Iterator[_Piece]:
    """Whole numbers as fractions, and numbers in quotes plainly."""
    for each in tokens:
        if each.kind == "number" and each.written.isdigit():
            yield _Piece(each.start, each.end, (f"{each.written}.0",))
        elif each.kind == "text" and each.word.replace(".", "", 1).isdigit():
            yield _Piece(each.start, each.end, (each.word,))
