"""Change the strings inside a JSON text and leave every other byte as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import msgspec

_TOKEN = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|-?[0-9][0-9.eE+\-]{5,}', re.DOTALL)

Change = Callable[[str, str], str]
"""(key, text) -> the new text; the key is the nearest one before the value, or empty."""


def is_json(text: str) -> bool:
    """Whether the text is a JSON object or array."""
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def change_strings(raw: str, change: Change) -> str:
    """The JSON text with `change` applied to every string, key and long number in it.

    A number that changes becomes a string, since a placeholder is none.
    """
    key = ""
    pieces: list[str] = []
    done = 0
    for match in _TOKEN.finditer(raw):
        new, key = _changed(match, key, change)
        if new is not None:
            pieces += (raw[done : match.start()], new)
            done = match.end()
    if not pieces:
        return raw
    return "".join((*pieces, raw[done:]))


def _changed(match: re.Match[str], key: str, change: Change) -> tuple[str | None, str]:
    inner, colon = match[1], match[2]
    if inner is None:
        number = match.group()
        changed = change(key, number)
        return (None if changed == number else json.dumps(changed, ensure_ascii=False)), key
    text = json.loads(f'"{inner}"', strict=False) if "\\" in inner else inner
    changed = change("" if colon else key, text)
    new = None if changed == text else json.dumps(changed, ensure_ascii=False) + (colon or "")
    return new, (text if colon else key)


def escape(text: str) -> str:
    """The text as it stands inside a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
