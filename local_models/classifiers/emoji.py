"""Emoji that say how somebody feels whatever the words beside them, and those that say nothing of it.

The heads met some emoji often and some never; a sign of rage is one beside any words, and laughing or
shrugging is no anger.
"""

from __future__ import annotations

import re

_ANGRY = re.compile("[😡🤬👿😤💢🖕🤮😠]")
_LAUGHING = re.compile("[😂🤣😅🤷][\u200d\ufe0f♀♂🏻-🏿]{0,5}")


def count_angry(typed: str) -> int:
    """How many signs of rage stand in a text."""
    return 0 if typed.isascii() else len(_ANGRY.findall(typed))


def laughs(typed: str) -> bool:
    """Whether somebody laughs or shrugs in it by a sign."""
    return not typed.isascii() and _LAUGHING.search(typed) is not None


def without_laughter(typed: str) -> str:
    """The text without such signs; empty where nothing else is in it."""
    return _LAUGHING.sub(" ", typed).strip()
