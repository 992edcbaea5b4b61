"""The form of a placeholder, `<PHONE_1>`, and every way in which models write it.

Models lose or change brackets, case and spaces, and JSON writers escape them. What is unmistakable
is understood: any angle bracket (`<`, `＜`, `〈`, `《`, `⟨`, `&lt;`, `\\u003c`) with the word in any
case, or the bare word in capitals with its underscore. Square, round and curly brackets stay where
they are, since `[PHONE_1](tel:…)` means them.
"""

from __future__ import annotations

import re

from router.steps.privacy.spans import LABELS

Key = tuple[str, int]
"""A placeholder's word and number: ("PHONE", 1)."""

WORDS = tuple(sorted(set(LABELS.values()), key=lambda word: (-len(word), word)))
MOST = 9999
"""Highest number of a placeholder: four digits bound what a stream has to hold back."""
LONGEST = 6 + 2 + max(map(len, WORDS)) + 3 + 4 + 2 + 6
"""Characters of the longest way to write a placeholder."""

_ANY_WORD = "|".join(WORDS)
_OPEN = r"(?:[<＜〈《⟨]|&lt;|(?<!\\)\\u003[cC])"
_CLOSE = r"(?:[>＞〉》⟩]|&gt;|\\u003[eE])"

WRITTEN = re.compile(
    rf"{_OPEN}\s{{0,2}}((?i:{_ANY_WORD}))[\s_\-＿]{{0,3}}([0-9]{{1,4}})(?![0-9])(?:\s{{0,2}}{_CLOSE})?"
    rf"|(?<![A-Za-z0-9_])({_ANY_WORD})_([0-9]{{1,4}})(?![A-Za-z0-9_])"
)
"""A placeholder as a model may have written it: (word, number) in groups 1, 2 or 3, 4."""

_WIDE_SIGNS = re.compile(r"[＜〈《⟨]")

ALIKE = re.compile(rf"({_ANY_WORD.lower()})[\s_\-＿]{{0,3}}([0-9]{{1,4}})")
"""What could become a placeholder once its neighbours change; for text in lower case."""


def may_hold(text: str) -> bool:
    """Whether the text may hold anything that WRITTEN finds: without any of its signs, it does not."""
    if "_" in text or "<" in text or "&" in text or "\\" in text:
        return True
    return not text.isascii() and _WIDE_SIGNS.search(text) is not None


def write(key: Key) -> str:
    """The placeholder as models see it."""
    return f"<{key[0]}_{key[1]}>"


def write_bare(key: Key) -> str:
    """The placeholder for fields in which vendors allow no brackets."""
    return f"{key[0]}_{key[1]}"


def read(match: re.Match[str]) -> Key:
    """The key of a placeholder that WRITTEN found."""
    return (match[1] or match[3]).upper(), int(match[2] or match[4])
