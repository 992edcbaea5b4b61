"""Learn single parts from texts that say several things and were labelled as a whole.

Which label belongs to which part is not given. Parts that recur beside different others give it
away; where they do not, a head learned from the clear ones decides.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import permutations

import numpy as np

from local_models.classifiers.head import Head
from local_models.classifiers.parts import FRAGMENT, Joints, Pieces, Span, cut, explain

MOST_LABELS = 4
"""Rows with more labels than this are not taken apart."""
_ROUNDS = 3
_CLEAR = 1.0
"""How much likelier (in logarithms) the best assignment must be than the next."""
_FRAGMENTS = 0.5
"""Fragments learned for each part; there are far more of them, and they are all alike."""

Row = tuple[Pieces, tuple[str, ...]]
Counts = dict[str, Counter[str]]


@dataclass(slots=True)
class Parts:
    """Which part was found to say what, what is no whole part, and how often each joint cut."""

    labels: Counts = field(default_factory=lambda: defaultdict(Counter))
    fragments: set[str] = field(default_factory=set)
    joints: dict[str, Counter[bool]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, pieces: Pieces, spans: Sequence[Span], names: Sequence[str]) -> None:
        """Note one row that was taken apart."""
        starts = {start for start, _ in spans}
        for at, joint in enumerate(pieces.joints, start=1):
            self.joints[joint][at in starts] += 1
        for span, name in zip(spans, names, strict=True):
            self.labels[pieces.part(span)][name] += 1
        self.fragments |= {pieces.part(span) for span in pieces.spans() if span not in set(spans)}

    def settle(self) -> Joints:
        """The chances of joints, of which none is ever certain."""
        return Joints(
            {
                joint: (seen[True] + 0.5) / (seen.total() + 1.0)
                for joint, seen in self.joints.items()
            }
        )

    def examples(self, seed: int = 0) -> tuple[list[str], list[str]]:
        """Every part once, with its commonest label, and some fragments."""
        texts = sorted(self.labels)
        names = [self.labels[text].most_common(1)[0][0] for text in texts]
        fragments = np.array(sorted(self.fragments - set(texts)), dtype=object)
        most = int(_FRAGMENTS * len(texts))
        if len(fragments) > most:
            fragments = np.random.default_rng(seed).choice(fragments, most, replace=False)
        return [*texts, *fragments], [*names, *[FRAGMENT] * len(fragments)]


def read_rows(texts: Sequence[str], names: Sequence[Sequence[str]]) -> list[Row]:
    """Each text in pieces, with its labels."""
    return [(cut(text), tuple(held)) for text, held in zip(texts, names, strict=True)]


def is_glued(rows: Sequence[Row]) -> bool:
    """Whether texts with several labels are mostly so many pieces, one a label."""
    several = [len(pieces) == len(names) for pieces, names in rows if len(names) > 1]
    return len(several) >= 50 and float(np.mean(several)) > 0.5


def take_apart(rows: Sequence[Row], train: Callable[[Parts], Head]) -> Parts:
    """The parts of all rows; `train` makes a head of the clear ones, which decides on the rest."""
    parts, unclear = Parts(), []
    even = [row for row in rows if 1 < len(row[1]) == len(row[0]) <= MOST_LABELS]
    counts = _count(rows, even)
    for pieces, names in rows:
        if len(names) == 1:
            parts.add(pieces, [(0, len(pieces))], names)
        elif len(names) == len(pieces) <= MOST_LABELS:
            best, lead = _assign(pieces, names, counts)
            if lead >= _CLEAR:
                parts.add(pieces, _singles(pieces), best)
            else:
                unclear.append((pieces, names))
        elif len(names) < len(pieces) and len(names) <= MOST_LABELS:
            unclear.append((pieces, names))
    if unclear and parts.labels:
        head, joints = train(parts), parts.settle()
        for pieces, names in unclear:
            found = explain(head, pieces, joints, names)
            if found is not None:
                parts.add(pieces, found.spans, found.labels)
    return parts


def _count(rows: Sequence[Row], even: Sequence[Row]) -> Counts:
    """How often each part goes with each label, sharpened a few times."""
    known: Counts = defaultdict(Counter)
    for pieces, names in rows:
        if len(names) == 1:
            known[pieces.text][names[0]] += 1
    counts: Counts = defaultdict(Counter, {text: Counter(seen) for text, seen in known.items()})
    for pieces, names in even:
        for span in _singles(pieces):
            counts[pieces.part(span)].update(names)
    for _ in range(_ROUNDS):
        sharper: Counts = defaultdict(
            Counter, {text: Counter(seen) for text, seen in known.items()}
        )
        for pieces, names in even:
            best, _ = _assign(pieces, names, counts)
            for span, name in zip(_singles(pieces), best, strict=True):
                sharper[pieces.part(span)][name] += 1
        counts = sharper
    return counts


def _assign(pieces: Pieces, names: Sequence[str], counts: Counts) -> tuple[tuple[str, ...], float]:
    """The likeliest order of the labels over the pieces, and its lead over the next."""
    seen = [counts.get(pieces.part(span)) for span in _singles(pieces)]
    scored = sorted(
        ((sum(map(_log_share, seen, order)), order) for order in permutations(names)), reverse=True
    )
    return scored[0][1], scored[0][0] - scored[1][0]


def _log_share(seen: Counter[str] | None, name: str) -> float:
    if not seen:
        return 0.0
    return float(np.log((seen[name] + 0.1) / (seen.total() + 1.0)))


def _singles(pieces: Pieces) -> list[Span]:
    return [(at, at + 1) for at in range(len(pieces))]
