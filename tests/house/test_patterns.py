"""What patterns may not hold, so that every Python that is supported reads them alike."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("router", "providers", "policies", "prompts", "local_models")
_POSSESSIVE_GROUP = re.compile(r"\)(?:[*+?]|\{\d+(?:,\d*)?\})\+(?!\s*[\"'])")
"""Before Python 3.11.5 such a group keeps half of what it tried last; an atomic one, `(?>(?:…)*)`, does not."""


@pytest.mark.parametrize("room", ROOMS)
def test_groups_are_atomic_and_not_possessive(room: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{at}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if _POSSESSIVE_GROUP.search(line) and not line.lstrip().startswith('"""')
    ]
    assert not found, found


def test_the_look_for_them_finds_one() -> None:
    assert _POSSESSIVE_GROUP.search(r"\d++(?:[.,]\d++)*+[a-z]")
    assert not _POSSESSIVE_GROUP.search(r"\d++(?>(?:[.,]\d++)*)[a-z]++")
