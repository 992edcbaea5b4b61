"""Full-width signs, which Chinese and Japanese keyboards type and no file of ours means as signs."""

from __future__ import annotations

import re
from collections.abc import Mapping

_FAR = 0xFEE0
"""From a full-width character to its plain one."""
_PLAIN: Mapping[str, str] = {
    **{chr(at): chr(at - _FAR) for at in range(0xFF01, 0xFF5F)},
    "\u3000": "a blank",
    "、": ",",
    "。": ".",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "「": '"',
    "」": '"',
    "【": "[",
    "】": "]",
}
_SPACED: Mapping[str, str] = {":": ": ", ",": ", ", "a blank": " "}
_WIDE = re.compile(f"[{''.join(map(re.escape, _PLAIN))}]")


def mend_wide(text: str, *, separates: bool = False) -> str:
    """Give how to mend a text with full-width signs in it; nothing where there are none.

    `separates` says that a colon or comma of it parts a key from a value, or two values.
    """
    found = list(dict.fromkeys(_WIDE.findall(text)))
    if not found:
        return ""
    pairs = " and ".join(f"{_show(_PLAIN[each], separates)} for '{each}'" for each in found)
    signs = "a full-width sign" if len(found) == 1 else "full-width signs"
    return f"It has {signs} in it: write {pairs}."


def make_plain(text: str) -> str:
    """Give a text with the plain signs for its full-width ones, a blank after those that separate."""
    return _WIDE.sub(lambda found: _SPACED.get(_PLAIN[found[0]], _PLAIN[found[0]]), text)


def _show(plain: str, separates: bool) -> str:
    if separates and plain in (":", ","):
        return f"'{plain} '"
    quote = '"' if plain == "'" else "'"
    return plain if len(plain) > 1 else f"{quote}{plain}{quote}"
