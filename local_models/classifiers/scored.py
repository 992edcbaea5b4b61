"""A user's file of who answered which request how well: a text and a score for each model that was asked.

Scores stand in a map (`score`: {model: 0..1}) or in columns of their own (`score:<model>`). An empty or
missing one says that the model was not asked. What would be misread is refused with file and line.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from local_models.classifiers.labelled import (
    FEWEST,
    SPLIT_COLUMNS,
    TEXT_COLUMNS,
    LabelledFileError,
    Part,
    Record,
    draw_held,
    find_column,
    is_missing,
    need_column,
    part_of,
    read_records,
    read_word,
)
from local_models.classifiers.quality_method import Groups, Matrix

_MAP_COLUMNS = ("score", "scores", "得分", "评分")
_PREFIX = re.compile(r"(?:scores?|得分|评分) ?[:：](?P<model>.+)", re.IGNORECASE)
_HOW = (
    "Give a column `score` with a map from model to a number from 0 to 1, or a column score:<model> "
    "for each model."
)


@dataclass(frozen=True, slots=True)
class ScoredRow:
    """One request, and how well each model that was asked answered it, 0..1."""

    text: str
    scores: Mapping[str, float]
    part: Part = ""
    line: int = 0


def read_scored(path: Path) -> tuple[list[ScoredRow], int]:
    """The rows of a CSV or JSONL file, and how many others it has, which lack a text or any score.

    Raises:
        LabelledFileError: it cannot be read, has no text or no scores, a score is none, nothing can be
            learned from it; says where and how to mend it.
    """
    records = read_records(path)
    there = dict.fromkeys(name for _, record in records for name in record)
    text = need_column(there, TEXT_COLUMNS, path)
    scores = _choose_reader(there, path)
    split = find_column(there, SPLIT_COLUMNS)
    rows = []
    for line, record in records:
        said, scored = read_word(record.get(text), path, line), scores((line, record))
        if said and scored:
            part = part_of(record.get(split), f"{path}, line {line}") if split else ""
            rows.append(ScoredRow(said, scored, part, line))
    _check(rows, path)
    return rows, len(records) - len(rows)


def _check(rows: Sequence[ScoredRow], path: Path) -> None:
    if len(rows) < FEWEST:
        raise LabelledFileError(
            f"{path} has {len(rows)} rows with a text and a score; training needs {FEWEST} at least."
        )
    if len({score for row in rows for score in row.scores.values()}) < 2:
        raise LabelledFileError(
            f"{path} has the same score everywhere: there is nothing to learn from it. Give 1 where a "
            "model answered well and 0 where it did not."
        )


def _choose_reader(there: Mapping[str, None], path: Path) -> Callable[[Record], dict[str, float]]:
    """What takes the scores out of a record."""
    columns = {
        name: match["model"].strip()
        for name in there
        if (match := _PREFIX.fullmatch(name.strip())) is not None and match["model"].strip()
    }
    mapped = find_column(dict(there), _MAP_COLUMNS)
    if mapped is not None and columns:
        raise LabelledFileError(
            f"{path} has a column '{mapped}' and '{next(iter(columns))}' too. {_HOW}"
        )
    if mapped is not None:
        return lambda row: _read_map(row, mapped, path)
    if not columns:
        raise LabelledFileError(
            f"{path} has no scores; it has {', '.join(there) or 'no rows'}. {_HOW}"
        )
    twice = [name for name in columns.values() if list(columns.values()).count(name) > 1]
    if twice:
        raise LabelledFileError(f"{path} has two columns of scores of '{twice[0]}': rename one.")
    return lambda row: _gather(
        {model: row[1].get(name) for name, model in columns.items()}, row[0], path
    )


def _read_map(row: Record, name: str, path: Path) -> dict[str, float]:
    line, found = row[0], row[1].get(name)
    if is_missing(found):
        return {}
    if not isinstance(found, dict):
        raise LabelledFileError(
            f"{path}, line {line}: `{name}` is {str(found)[:40]!r} and no map. {_HOW}"
        )
    return _gather({str(model).strip(): each for model, each in found.items()}, line, path)


def _gather(cells: Mapping[str, object], line: int, path: Path) -> dict[str, float]:
    read = {model: _read_score(each, model, line, path) for model, each in cells.items()}
    return {model: score for model, score in read.items() if score is not None}


def _read_score(value: object, model: str, line: int, path: Path) -> float | None:
    """A cell from 0 to 1; None where it is empty."""
    if is_missing(value) or (isinstance(value, str) and not value.strip()):
        return None
    try:
        score = float(value) if isinstance(value, str | int | float) else math.nan
    except ValueError:
        score = math.nan
    if not 0 <= score <= 1:
        raise LabelledFileError(
            f"{path}, line {line}: the score of '{model}' is {str(value)[:40]!r}; give a number from 0 to "
            "1 (1: answered well), or nothing where the model was not asked."
        )
    return score


def same(text: str) -> str:
    """What texts share that differ only in case, width, blanks and marks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]", "", plain) or plain


def split_scored(
    rows: Sequence[ScoredRow], seed: int, path: Path
) -> tuple[list[ScoredRow], list[ScoredRow]]:
    """Rows to learn from and rows to measure on; the same text never stands on both sides.

    Where no row is marked, each model keeps a text to learn from. Models that nothing is left to learn of
    are measured by no row.

    Raises:
        LabelledFileError: nothing is left on one of them.
    """
    marked = {same(row.text) for row in rows if row.part in ("val", "test")}
    held = marked
    if not marked:
        asked: dict[str, set[str]] = {}
        for row in rows:
            asked.setdefault(same(row.text), set()).update(row.scores)
        held = draw_held(asked, seed)
    learned = [row for row in rows if same(row.text) not in held]
    measured = [row for row in rows if same(row.text) in held]
    if marked:
        measured = [row for row in measured if row.part in ("val", "test")]
    if len(learned) < FEWEST // 2 or not measured:
        raise LabelledFileError(
            f"{path} leaves {len(learned)} rows to learn from and {len(measured)} to measure: give more "
            "rows that are not marked test in the `split` column, with texts that differ."
        )
    known = set(list_models(learned))
    known_of = [row for row in measured if known & row.scores.keys()]
    if not known_of:
        names = ", ".join(list_models(measured))
        raise LabelledFileError(
            f"{path}: the rows to measure score {names} alone, and those to learn from only "
            f"{', '.join(sorted(known))}: mark rows of each model train and test in the `split` column."
        )
    return learned, known_of


def list_models(rows: Sequence[ScoredRow]) -> tuple[str, ...]:
    """Every model that some row scores, in the order of the file."""
    return tuple(dict.fromkeys(model for row in rows for model in row.scores))


def lay_out(rows: Sequence[ScoredRow], models: Sequence[str]) -> Matrix:
    """The scores, a row for each request and a column for each model; NaN where it was not asked."""
    return np.array(
        [[row.scores.get(model, math.nan) for model in models] for row in rows], dtype=np.float64
    ).reshape(len(rows), len(models))


def group(texts: Sequence[str]) -> Groups:
    """A number for each text, one and the same for those that are the same."""
    keys = np.array([same(text) for text in texts], dtype=object).astype(str)
    return np.asarray(np.unique(keys, return_inverse=True)[1], dtype=np.intp)
