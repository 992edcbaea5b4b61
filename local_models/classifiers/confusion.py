"""A confusion matrix as a picture for people and as a table for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_DRAWN = 60
"""Labels in a picture; of more, those that are confused most."""
_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "PingFang SC", "Heiti SC", "Microsoft YaHei", "SimHei", "Arial Unicode MS",
)  # fmt: skip
"""Fonts with Chinese letters, where one is installed."""


def write_confusion(table: NDArray[np.int64], labels: Sequence[str], path: Path) -> Path:
    """The whole matrix as CSV: true labels down, what they were read as across."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["true label", *labels])
        writer.writerows([label, *row] for label, row in zip(labels, table.tolist(), strict=True))
    return path


def draw_confusion(table: NDArray[np.int64], labels: Sequence[str], path: Path) -> Path:
    """A picture of the matrix, each row as shares of its true label.

    A label that no installed font can write is drawn as its number, counted as in the CSV.
    """
    from matplotlib.figure import Figure

    shown = _most_confused(table)
    part = table[np.ix_(shown, shown)]
    words, fonts = _write(labels, shown)
    size = 3.0 + 0.38 * len(shown)
    figure = Figure(figsize=(size, size), dpi=110)
    axes = figure.add_subplot()
    shares = part / np.maximum(table[shown].sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    axes.set_xticks(range(len(shown)), words, rotation=90, **fonts)
    axes.set_yticks(range(len(shown)), words, **fonts)
    axes.set_xlabel("read as")
    axes.set_ylabel("true label")
    if len(shown) < len(labels):
        axes.set_title(f"{len(shown)} of {len(labels)} labels, those confused most")
    for row, column in zip(*np.nonzero(part), strict=True):
        shade = "white" if shares[row, column] > 0.5 else "black"
        axes.text(
            column, row, str(part[row, column]), ha="center", va="center", color=shade, size=7
        )
    figure.tight_layout()
    figure.savefig(path)
    return path


def _most_confused(table: NDArray[np.int64]) -> NDArray[np.intp]:
    wrong = table.sum(axis=0) + table.sum(axis=1) - 2 * np.diag(table)
    return np.sort(np.argsort(-wrong, kind="stable")[:MOST_DRAWN])


def _write(labels: Sequence[str], shown: NDArray[np.intp]) -> tuple[list[str], dict[str, Any]]:
    """What stands beside rows and columns, and the fonts that can write it."""
    from matplotlib import font_manager

    installed = {entry.name: entry.fname for entry in font_manager.fontManager.ttflist}
    names = ["DejaVu Sans", *(name for name in _FONTS if name in installed)]
    known: set[int] = set()
    for name in names:
        known |= font_manager.get_font(installed[name]).get_charmap().keys()
    words = [
        labels[at] if all(ord(letter) in known for letter in labels[at]) else f"no. {at + 1}"
        for at in shown
    ]
    # Two dollar signs in a label would be read as a formula.
    return words, {"fontfamily": names, "parse_math": False}
