"""Weights for `local_models/token_weights.py`, fitted on texts that were counted.

The first figure is a least-squares fit without negative weights, by how far each text is off in percent: every kind of a group
counts alike, ordinary groups most. The most is a linear programme: the cheapest weights for ordinary text that leave no
text below them, nor a row of any character that no vocabulary joins to its neighbours.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog, nnls
from scipy.sparse import csr_matrix, hstack, identity

from local_models import token_traits
from local_models.token_traits import TRAITS, VOCABULARIES

Array = NDArray[np.float64]

ORDINARY = {
    "english chat": 0.12, "english prose": 0.15, "chinese chat": 0.12, "chinese prose": 0.08, "common code": 0.16, "json": 0.04,
    "great languages": 0.15, "tables": 0.04, "numbers": 0.03, "markup": 0.05, "logs": 0.04, "personal data": 0.03,
}  # fmt: skip
"""What the groups that most requests are of count; the others share the rest."""
_REST = 0.2
_EVERY_TEXT = 0.15
"""What all texts alike count besides."""
_MARGIN, _MARGIN_OF_SHORT = 1.05, 1.03
_LONG, _SHORT = 40, 12
"""Tokens. A longer text than the first, and than the second, is to lie under the most by these margins."""
_CAPS = {
    "text": 2, "word": 1, "strange_marks": 1.4, "letter_after": 1, "script_after": 1.3, "hump": 1, "han": 1, "rare_han": 1.5,
    "old_han": 1, "caucasian": 1, "same_east": 1.1, "same_": 0.7, "vietnamese": 1, "hangul": 0.3, "space_run": 1, "break_run": 1,
}  # fmt: skip
_HIGHEST_CAP = 1.6
_FLOORS = ("pieces", "extra")
_PENALTY, _LIGHT_PENALTY = 20.0, 0.01
_UNLIKELY = ("periods",)
"""Groups that nobody sends: passing the most there costs little."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Texts by what they are, what makes their tokens, and how many there are."""

    kinds: list[str]
    groups: list[str]
    traits: Array
    tokens: Array
    others: Array
    """The most that other vocabularies of the same family say; 0 where none was asked."""


def fit(vocabulary: str, texts: Counted) -> tuple[Array, Array]:
    """Near the truth, and the most."""
    columns = _columns(vocabulary, set())
    shares = _shares(texts)
    about = np.zeros(len(TRAITS))
    about[columns] = _fit_about(texts, columns, shares)
    if texts.others.any():
        columns = _columns(vocabulary, {"pieces", "strange_script"})
    most = np.zeros(len(TRAITS))
    most[columns] = _fit_most(vocabulary, texts, columns, shares, about[columns])
    return about, most


def _columns(vocabulary: str, of_all: set[str]) -> list[int]:
    """The traits that may weigh: those of other vocabularies only where they are named."""
    found = []
    for at, name in enumerate(TRAITS):
        what, _, whose = name.rpartition("_")
        if name != "bytes" and (whose not in VOCABULARIES or whose == vocabulary or what in of_all):
            found.append(at)
    return found


def _shares(texts: Counted) -> Array:
    """What each text counts."""
    sizes = Counter(zip(texts.groups, texts.kinds, strict=True))
    kinds = Counter(group for group, _ in sizes)
    rest = sum(count**0.5 for group, count in kinds.items() if group not in ORDINARY)
    of_group = {
        group: ORDINARY.get(group, _REST * count**0.5 / rest) / count
        for group, count in kinds.items()
    }
    pairs = zip(texts.groups, texts.kinds, strict=True)
    return np.array([of_group[group] / sizes[group, kind] for group, kind in pairs])


def _fit_about(texts: Counted, columns: list[int], shares: Array) -> Array:
    free = [at for at, column in enumerate(columns) if TRAITS[column] != "text"]
    traits, tokens = texts.traits[:, columns][:, free], texts.tokens
    scale = np.sqrt(shares + _EVERY_TEXT / len(shares)) * (tokens >= 10) / tokens
    weights, _ = nnls(traits * scale[:, None], tokens * scale)
    for _ in range(6):  # what is far off counts more
        off = np.abs(traits @ weights / tokens - 1)
        harder = scale * np.sqrt(1 + np.minimum(off / 0.15, 4))
        weights, _ = nnls(traits * harder[:, None], tokens * harder)
    found = np.zeros(len(columns))
    found[free] = np.round(weights, 3)
    return found


def _fit_most(
    vocabulary: str, texts: Counted, columns: list[int], shares: Array, about: Array
) -> Array:
    traits, tokens = texts.traits[:, columns], texts.tokens
    margins = np.where(tokens > _SHORT, _MARGIN_OF_SHORT, 1)
    margins[tokens > _LONG] = _MARGIN
    unlikely = np.isin(texts.groups, _UNLIKELY)
    rows, row_tokens = _rows_of_characters(vocabulary)
    asked = np.flatnonzero(texts.others > tokens)
    every = np.vstack([traits, rows[:, columns], traits[asked]])
    needed = np.concatenate([tokens * margins, row_tokens, texts.others[asked]])
    penalties = np.concatenate(
        [
            np.where(unlikely, _LIGHT_PENALTY, _PENALTY) / tokens,
            _PENALTY / row_tokens,
            _LIGHT_PENALTY / texts.others[asked],
        ]
    )
    price = (traits / tokens[:, None] * (shares + _EVERY_TEXT / len(shares))[:, None]).sum(0)
    count = len(needed)
    bounds = [
        _bounds_of(TRAITS[column], vocabulary, least)
        for column, least in zip(columns, about, strict=True)
    ]
    solved = linprog(
        np.concatenate([price, penalties]),
        A_ub=hstack([csr_matrix(-every), -identity(count)]).tocsr(),
        b_ub=-needed,
        bounds=bounds + [(0, None)] * count,
        method="highs",
    )
    if solved.status:
        raise RuntimeError(solved.message)
    found: Array = np.ceil(solved.x[: len(columns)] * 1000) / 1000
    return found


def _bounds_of(name: str, vocabulary: str, least: float) -> tuple[float, float]:
    if name.startswith(_FLOORS) and name.endswith(vocabulary):
        least = max(least, 1)
    caps = [cap for start, cap in _CAPS.items() if name.startswith(start)]
    return least, max(least, caps[0] if caps else _HIGHEST_CAP)


def _rows_of_characters(vocabulary: str) -> tuple[Array, Array]:
    """Of each kind of character and cost: what a hundred different ones of it have that nobody holds together."""
    at, own = {name: at for at, name in enumerate(TRAITS)}, VOCABULARIES.index(vocabulary)
    rows, tokens, seen = [], [], set()
    for code in (*range(0x80, 0xD800), *range(0xE000, 0x20000)):
        kind = int(token_traits.kinds_of(np.array([code], dtype=np.uint32))[0])
        alone = int(token_traits.ALONE[code]) & 0xFFF
        if (kind, alone) in seen:
            continue
        seen.add((kind, alone))
        row = np.zeros(len(TRAITS))
        row[[kind, at["text"]]] = 100, 1
        pieces = [100 * (alone >> 4 * each & 15) for each in range(3)]
        for name, count in zip(VOCABULARIES, pieces, strict=True):
            if token_traits.IS_SCRIPT[kind]:
                row[at[f"strange_script_{name}"]], row[at["script_word"]] = count, 1
            elif token_traits.IS_APART[kind]:
                row[at[f"pieces_{name}"]] = count
            else:
                is_east = token_traits.IS_EAST[kind]
                row[at[f"strange_{'east' if is_east else 'letters'}_{name}"]] = 100
                row[at[f"extra_{name}"]] = count - 100
                row[at["east_run" if is_east else "word"]] = 1
                row[at["far"]] = 0 if is_east else 88
        rows.append(row)
        tokens.append(pieces[own])
    return np.array(rows), np.array(tokens, dtype=np.float64)
