"""Invented answers: one model is good at programs, another at letters."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

PROGRAMS = (
    "write python code to sort {} lists",
    "debug my javascript function {}",
    "fix the compile error {} in c",
)
LETTERS = ("translate sentence {} into french", "写一首关于{}的诗", "polish my letter about {}")
NAMES = ("one", "two", "three", "red", "blue", "green", "seven")


def invent(count: int, coder: str = "coder", writer: str = "writer") -> list[dict[str, Any]]:
    """Rows with a score map; every second request is for a program."""
    dice, rows = random.Random(1), []
    for at in range(count):
        is_program = at % 2 == 0
        text = dice.choice(PROGRAMS if is_program else LETTERS).format(f"{dice.choice(NAMES)} {at}")
        chances = {coder: 0.95 if is_program else 0.3, writer: 0.2 if is_program else 0.9}
        scores = {name: int(dice.random() < chance) for name, chance in chances.items()}
        rows.append({"text": text, "score": scores})
    return rows


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """One row a line."""
    path.write_text(
        "\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8"
    )
    return path
