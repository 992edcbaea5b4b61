"""Texts that say several things one after another: which part says what.

A text is cut at connectives and punctuation into pieces; neighbouring pieces make a part. A head
that knows one label a part, and a label for what is no whole part (`FRAGMENT`), is asked about
every part; the best way to cut is the one that all its parts, and the joints between, find likely.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from local_models.classifiers.features import read_features
from local_models.classifiers.head import Floats, Head

FRAGMENT = ""
"""The label of what is no whole part: half a wish, or two of them."""
MOST_PIECES = 8
"""What comes after this many joints is left in one piece."""
_WAYS, _LABELS_TRIED = 24, 3
"""How many ways to cut are followed, and how many labels of each part."""

_JOINT = re.compile(
    r"(?:\s(?<!\s\s)\s*)?(?:(?:[,;.!?](?=\s|$)|[。、，；！？]"
    r"|\b(?:and then|and also|and|also|then|plus|as well as|after that)\b"
    r"|并且|顺便|还有|另外|然后|同时|以及|而且)\s*)+",
    re.IGNORECASE,
)

Span = tuple[int, int]
"""The first piece of a part, and the first one after it."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text cut wherever it might be."""

    text: str
    edges: tuple[Span, ...]
    """Where each piece begins and ends in the text."""
    joints: tuple[str, ...]
    """What stood between the pieces."""

    def __len__(self) -> int:
        return len(self.edges)

    def part(self, span: Span) -> str:
        """Neighbouring pieces with the joints between them."""
        return self.text[self.edges[span[0]][0] : self.edges[span[1] - 1][1]]

    def spans(self) -> Iterator[Span]:
        """Every run of neighbouring pieces."""
        for start in range(len(self)):
            for end in range(start + 1, len(self) + 1):
                yield start, end


def cut(text: str) -> Pieces:
    """The pieces of a text; one at least, were it empty."""
    edges: list[Span] = []
    joints: list[str] = []
    start = 0
    for found in _JOINT.finditer(text):
        if len(edges) + 1 >= MOST_PIECES:
            break
        if found.start() > start and found.end() < len(text):
            edges.append((start, found.start()))
            joints.append(" ".join(found.group().lower().split()))
        if found.start() > start or not edges:
            start = found.end() if found.end() < len(text) else start
    return Pieces(text, (*edges, (start, len(text))), tuple(joints))


@dataclass(frozen=True, slots=True)
class Joints:
    """How likely each joint is to stand between two parts rather than within one."""

    chances: Mapping[str, float] = field(default_factory=dict)
    usual: float = 0.5
    """For a joint never seen."""

    def log_chance(self, joint: str, *, is_cut: bool) -> float:
        """The logarithm of the chance that it cuts, or that it does not."""
        chance = self.chances.get(joint, self.usual)
        return float(np.log(chance if is_cut else 1.0 - chance))


@dataclass(frozen=True, slots=True)
class Cutting:
    """One way to cut a text and to label its parts."""

    score: float
    """Logarithm of its chance."""
    spans: tuple[Span, ...] = ()
    labels: tuple[str, ...] = ()

    def add(self, span: Span, label: str, score: float) -> Cutting:
        """The same with one part more."""
        return Cutting(self.score + score, (*self.spans, span), (*self.labels, label))


def label_parts(head: Head, pieces: Pieces) -> dict[Span, Floats]:
    """The logarithm of each label's probability for every part."""
    spans = list(pieces.spans())
    chances = [head.probabilities(read_features(pieces.part(span))) for span in spans]
    return dict(zip(spans, np.log(np.maximum(chances, 1e-6)), strict=True))


def best_cutting(head: Head, pieces: Pieces, joints: Joints) -> Cutting:
    """The likeliest way to cut a text; no label stands for two parts."""
    columns = [at for at, label in enumerate(head.labels) if label != FRAGMENT]
    return _cuttings(head, pieces, joints, columns, _LABELS_TRIED)[0]


def explain(head: Head, pieces: Pieces, joints: Joints, wanted: Sequence[str]) -> Cutting | None:
    """The likeliest way to cut a text into one part for each wanted label; None if there is none."""
    columns = [at for at, label in enumerate(head.labels) if label in set(wanted)]
    ways = _cuttings(head, pieces, joints, columns, len(columns))
    return next((way for way in ways if len(way.labels) == len(wanted)), None)


def _cuttings(
    head: Head, pieces: Pieces, joints: Joints, columns: Sequence[int], tried: int
) -> list[Cutting]:
    """Ways to cut a whole text, the likeliest first, following only the best up to each joint."""
    logs = label_parts(head, pieces)
    ways: list[list[Cutting]] = [[Cutting(0.0)], *([] for _ in range(len(pieces)))]
    for span in sorted(pieces.spans(), key=lambda span: span[::-1]):
        start, end = span
        scores = logs[span] + _between(pieces, joints, span)
        likely = sorted(columns, key=lambda at: -scores[at])[: tried + len(pieces)]
        for way in _best(ways[start]):
            fresh = [at for at in likely if head.labels[at] not in way.labels][:tried]
            ways[end] += [way.add(span, head.labels[at], float(scores[at])) for at in fresh]
    return _best(ways[-1])


def _best(ways: Sequence[Cutting]) -> list[Cutting]:
    return sorted(ways, key=lambda way: -way.score)[:_WAYS]


def _between(pieces: Pieces, joints: Joints, span: Span) -> float:
    """What the joints before and within a part say to its being one."""
    start, end = span
    before = joints.log_chance(pieces.joints[start - 1], is_cut=True) if start else 0.0
    within = sum(joints.log_chance(joint, is_cut=False) for joint in pieces.joints[start : end - 1])
    return before + within
