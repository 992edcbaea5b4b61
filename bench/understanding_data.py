"""Reading labelled files in the columns text, label and, where present, split."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Label = str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts with their labels: one name, several names, or None for "belongs nowhere"."""

    texts: list[str]
    labels: list[Label]
    sarcastic: list[bool] = field(default_factory=list)
    """By row whether praise is meant as blame; empty where the file has no such column."""
    twins: list[bool] = field(default_factory=list)
    """By row whether it is the literal twin of a sarcastic one; empty without such a column."""
    before: list[str] = field(default_factory=list)
    """By row what was said just before it; empty where the file has no column `prev`."""

    def __len__(self) -> int:
        return len(self.texts)


def read_train(path: Path) -> Rows:
    """The rows marked train or val when the file has a split with such rows, else all of them."""
    return _pick(path, ("train", "val", "dev", "validation"))


def read_test(path: Path, *, is_train_too: bool = False) -> Rows:
    """The rows marked test when there are any, else all of them.

    A file that serves for training too and has no test rows lends its val rows, which are then
    not trained on.

    Raises:
        SystemExit: the same file is to train and test, and its split column does not say how.
    """
    rows = _read(path)
    for wanted in (("test",), ("val", "dev", "validation")) if is_train_too else (("test",),):
        chosen = [row for row in rows if row.get("split") in wanted]
        if chosen:
            return _rows(chosen)
    if is_train_too:
        sys.exit(f"{path} is given for --train and --test, but no row has split 'test' or 'val'.")
    return _rows(rows)


def read_pair(train: Path, test: Path) -> tuple[Rows, Rows]:
    """What to learn from and what to measure on, never overlapping within one file."""
    if train.resolve() != test.resolve():
        return read_train(train), read_test(test)
    measured = read_test(test, is_train_too=True)
    has_test = any(row.get("split") == "test" for row in _read(test))
    return (read_train(train) if has_test else _pick(train, ("train",))), measured


def _pick(path: Path, splits: Sequence[str]) -> Rows:
    rows = _read(path)
    return _rows([row for row in rows if row.get("split") in splits] or rows)


def _rows(rows: Sequence[dict[str, Any]]) -> Rows:
    texts = [row["text"] for row in rows]
    labels = [_label(row.get("label", row.get("intents"))) for row in rows]
    before = (
        [str(row.get("prev") or "") for row in rows] if any("prev" in row for row in rows) else []
    )
    if not any("sarcastic" in row for row in rows):
        return Rows(texts, labels, before=before)
    sarcastic = [_is_set(row.get("sarcastic")) for row in rows]
    twins = [
        not mocks and any(_is_set(row.get(name)) for name in _TWIN_COLUMNS)
        for row, mocks in zip(rows, sarcastic, strict=True)
    ]
    return Rows(texts, labels, sarcastic, twins, before)


_TWIN_COLUMNS = ("twin", "twin_of")


def _is_set(value: Any) -> bool:
    return value not in (None, "", 0, False, "0", "false")


def _label(value: Any) -> Label:
    if value is None or value == "oos":
        return None
    return tuple(map(str, value)) if isinstance(value, list) else str(value)


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        if path.suffix == ".gz":
            text = gzip.decompress(path.read_bytes()).decode("utf-8")
        else:
            text = path.read_text(encoding="utf-8")
        rows = [json.loads(line) for line in text.split("\n") if line.strip()]
    except (OSError, ValueError) as problem:
        sys.exit(f"Cannot read {path}: {problem}. Give a .jsonl or .jsonl.gz file.")
    if not rows or "text" not in rows[0] or not {"label", "intents"} & rows[0].keys():
        sys.exit(f"{path} has no rows with the columns 'text' and 'label'.")
    return rows
