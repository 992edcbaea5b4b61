"""A tiny grammar for varied sentences: `{a|b}` is a choice, `[x]` may be left out, `$name` a slot."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping

Slots = Mapping[str, Callable[[], str]]
_INNERMOST = re.compile(r"\{([^{}\[\]]*)\}|\[([^{}\[\]]*)\]")
_SLOT = re.compile(r"\$([a-z]+)")


def expand(pattern: str, rng: random.Random, slots: Slots | None = None) -> str:
    """One sentence that the pattern allows, chosen by `rng`; slots are filled last."""
    while match := _INNERMOST.search(pattern):
        chosen = _choose(match, rng)
        pattern = pattern[: match.start()] + chosen + pattern[match.end() :]
    return fill(pattern, slots or {})


def fill(pattern: str, slots: Slots) -> str:
    """The pattern with each slot that `slots` knows replaced; unknown ones stay as they are."""
    return _SLOT.sub(lambda found: _fill_one(found, slots), pattern)


def _choose(match: re.Match[str], rng: random.Random) -> str:
    choices: str | None = match[1]
    optional: str = match[2] or ""
    if choices is not None:
        return rng.choice(choices.split("|"))
    return rng.choice(optional.split("|")) if rng.random() < 0.5 else ""


def _fill_one(found: re.Match[str], slots: Slots) -> str:
    make = slots.get(found[1])
    return make() if make else found[0]
