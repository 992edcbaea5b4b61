"""Formulas in a text that are set off by dollar signs, as in TeX and Markdown."""

from __future__ import annotations

import re

Span = tuple[int, int]

_MOST = 300
"""Characters; a longer formula is told by nothing here."""
_MATHS = re.compile(r"[\\^_={}+*<>]")
_PROSE = re.compile(r"(?<![\\{a-z0-9])[a-z]{2,}|[一-鿿]")


def find_formulas(lower: str) -> list[Span]:
    """Where they stand in a text in lower case, signs included.

    The rule is Pandoc's (`tex_math_dollars`): behind the first sign and before the last one stands no
    blank, and behind the last one no digit, so "$20,000 and $30,000" is none. Besides, what reads like
    prose is none: "from $20 to maybe 30$".
    """
    signs = [at for at in range(len(lower)) if lower[at] == "$" and lower[at - 1 : at] != "\\"]
    found: list[Span] = []
    at = 0
    while at + 1 < len(signs):
        first, last = signs[at], signs[at + 1]
        is_display = last == first + 1
        if is_display:
            closing = lower.find("$$", last + 1)
            if closing < 0:
                at += 2
                continue
            found.append((first, closing + 2))
            while at < len(signs) and signs[at] < closing + 2:
                at += 1
        elif _is_formula(lower, first, last):
            found.append((first, last + 1))
            at += 2
        else:
            at += 1
    return found


def _is_formula(lower: str, first: int, last: int) -> bool:
    within = lower[first + 1 : last]
    if last - first > _MOST or within[0].isspace() or within[-1].isspace() or "\n\n" in within:
        return False
    if lower[last + 1 : last + 2].isdecimal():
        return False
    return bool(_MATHS.search(within)) or not _PROSE.search(within)
