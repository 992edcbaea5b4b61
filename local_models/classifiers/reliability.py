"""Whether expectations come true: a table for spreadsheets and a picture for people."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from local_models.classifiers.quality_method import Matrix

_BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of which about the same was expected."""

    low: float
    high: float
    answers: int
    expected: float
    """What was expected of them on average."""
    right: float
    """What came of them on average."""


def tell_reliability(chance: Matrix, right: Matrix) -> list[Bin]:
    """The answers by what was expected of them, in tenths; tenths without any left out."""
    asked = ~np.isnan(right)
    expected, came = chance[asked], right[asked]
    place = np.minimum((expected * _BINS).astype(int), _BINS - 1)
    return [
        Bin(
            at / _BINS, (at + 1) / _BINS, int(here.sum()),
            float(expected[here].mean()), float(came[here].mean()),
        )
        for at in range(_BINS) if (here := place == at).any()
    ]  # fmt: skip


def write_reliability(told: Mapping[str, list[Bin]], path: Path) -> Path:
    """All tables as one CSV, each under its name."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["when", "from", "to", "answers", "expected", "right"])
        for name, bins in told.items():
            writer.writerows(
                [
                    name,
                    each.low,
                    each.high,
                    each.answers,
                    f"{each.expected:.4f}",
                    f"{each.right:.4f}",
                ]
                for each in bins
            )
    return path


def draw_reliability(told: Mapping[str, list[Bin]], path: Path) -> Path:
    """A picture of them: on the diagonal everything came as expected; larger dots are more answers."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 5.2), dpi=110)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    most = max((each.answers for bins in told.values() for each in bins), default=1)
    for name, bins in told.items():
        across, up = [each.expected for each in bins], [each.right for each in bins]
        (line,) = axes.plot(across, up, linewidth=1, label=name)
        sizes = [12 + 120 * each.answers / most for each in bins]
        axes.scatter(across, up, s=sizes, color=line.get_color())
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_xlabel("expected quality")
    axes.set_ylabel("share answered well")
    axes.legend(loc="upper left")
    figure.tight_layout()
    figure.savefig(path)
    return path
