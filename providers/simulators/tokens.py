"""Our own small idea of a token: a word with its blank, a Chinese character, a sign."""

from __future__ import annotations

import functools
import re

_TOKEN = re.compile(r" ?[A-Za-z\u00c0-\u024f]+|[\u3400-\u9fff]|\d{1,3}|\s+|.", re.DOTALL)


@functools.lru_cache(maxsize=4096)
def split_tokens(text: str) -> tuple[str, ...]:
    """The text in tokens; joined they give the text again."""
    return tuple(_TOKEN.findall(text))


@functools.lru_cache(maxsize=4096)
def count_tokens(text: str) -> int:
    """How many tokens the text has."""
    return sum(1 for _ in _TOKEN.finditer(text))
