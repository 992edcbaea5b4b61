"""Reading labelled files in the columns text, label and, where present, split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.tables import (
    InputError,
    is_same_file,
    is_set,
    note,
    read_flag,
    read_table,
    read_text,
    tell,
)
from local_models.classifiers.labelled import LabelledFileError, Part, is_nowhere, part_of

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

    def named_nowhere(self, name: str) -> Rows:
        """The same rows, with a name for what belongs nowhere."""
        return replace(self, labels=[label or name for label in self.labels])

    @property
    def names(self) -> frozenset[str]:
        """Every label that a row has."""
        return frozenset(
            name
            for label in self.labels
            for name in ((label,) if isinstance(label, str) else label or ())
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file with what it is for."""

    part: Part
    text: str
    label: Label
    record: dict[str, Any]
    is_sarcastic: bool = False


def read_pair(train: Path, test: Path, *, several: bool | None = None) -> tuple[Rows, Rows]:
    """What to learn from and what to measure on, never overlapping within one file.

    `several` says whether a label may be a list of names; None leaves that open.

    Raises:
        InputError: a file cannot be read, or one is given twice and does not say which rows to measure.
    """
    if not is_same_file(train, test):
        learned, measured = read_train(train, several=several), read_test(test, several=several)
    else:
        lines = read_lines(train, several=several)
        parts = {line.part for line in lines}
        if not parts & {"test", "val"}:
            raise InputError(
                f"{train} is given for --train and --test, but no row has split 'test' or 'val'."
            )
        held: Part = "test" if "test" in parts else "val"
        measured = _rows([line for line in lines if line.part == held])
        learned = _learned(train, [line for line in lines if line.part != held])
    return learned, measured


def read_train(path: Path, *, several: bool | None = None) -> Rows:
    """The rows marked train or val; those without a mark where none is marked train."""
    return _learned(path, read_lines(path, several=several))


def read_test(path: Path, *, several: bool | None = None) -> Rows:
    """The rows marked test when there are any, else all of them."""
    lines = read_lines(path, several=several)
    chosen = [line for line in lines if line.part == "test"]
    if not chosen and any(line.part for line in lines):
        note(f"{path} marks no row test: all {len(lines)} rows are measured.")
    _tell_unmarked(path, lines, chosen or lines)
    return _rows(chosen or lines)


def _learned(path: Path, lines: Sequence[Line]) -> Rows:
    wanted = {"train", "val"} if any(line.part == "train" for line in lines) else {"val", ""}
    chosen = [line for line in lines if line.part in wanted]
    if not chosen:
        raise InputError(
            f"{path} leaves no row to learn from: mark some as 'train' in the column `split`."
        )
    _tell_unmarked(path, lines, chosen)
    return _rows(chosen)


def _tell_unmarked(path: Path, lines: Sequence[Line], chosen: Sequence[Line]) -> None:
    left = sum(not line.part for line in lines) - sum(not line.part for line in chosen)
    if left:
        note(f"{path}: {left} rows have nothing in the column `split` and are left aside.")


def count_shared(train: Rows, test: Rows) -> int:
    """How many test rows have a text that is learned from too."""
    known = {_plain(text) for text in train.texts}
    return sum(_plain(text) in known for text in test.texts)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _rows(lines: Sequence[Line]) -> Rows:
    texts, labels = [line.text for line in lines], [line.label for line in lines]
    records = [line.record for line in lines]
    before = (
        [str(record.get("prev") or "") for record in records]
        if any("prev" in record for record in records)
        else []
    )
    if not any("sarcastic" in record for record in records):
        return Rows(texts, labels, before=before)
    sarcastic = [line.is_sarcastic for line in lines]
    twins = [
        not mocks and any(is_set(record.get(name)) for name in _TWIN_COLUMNS)
        for record, mocks in zip(records, sarcastic, strict=True)
    ]
    return Rows(texts, labels, sarcastic, twins, before)


_TWIN_COLUMNS = ("twin", "twin_of")
_LABEL_COLUMNS = ("label", "intents")


def read_lines(path: Path, *, several: bool | None = None) -> list[Line]:
    """Every row of a file.

    Raises:
        InputError: it cannot be read, or a row lacks a text or a label that the task can use.
    """
    records = read_table(path)
    there = dict.fromkeys(name for _, record in records for name in record)
    if "text" not in there or not set(_LABEL_COLUMNS) & there.keys():
        raise InputError(
            f"{path} has no rows with the columns 'text' and 'label'; it has {', '.join(there)}."
        )
    lines = []
    for at, record in records:
        where = f"{path}, line {at}"
        if "text" not in record:
            raise InputError(f"{where} has no `text`; give one, or leave the row out.")
        text = read_text(record["text"], "text", path, at)
        column = next((name for name in _LABEL_COLUMNS if name in record), None)
        if column is None:
            raise InputError(f"{where} has no `label`; write oos for a text that belongs nowhere.")
        label = _label(record[column], where, several)
        mocks = read_flag(record.get("sarcastic"), "sarcastic", path, at)
        lines.append(Line(_part(record.get("split"), where), text, label, record, mocks))
    return lines


def _label(value: Any, where: str, several: bool | None) -> Label:
    if is_nowhere(value):
        return None
    if not isinstance(value, list):
        return _name(value, where)
    if several is False:
        raise InputError(
            f"{where}: the label {tell(value)} is a list; give one name, or measure with --task multi."
        )
    names = [_name(each, where) for each in value]
    return tuple(dict.fromkeys(name for name in names if not is_nowhere(name))) or None


def _name(value: Any, where: str) -> str:
    if not isinstance(value, str | int | float) or not str(value).strip() or _is_broken(value):
        raise InputError(
            f"{where}: {tell(value)} is no label; give a name, or oos for a text that belongs nowhere."
        )
    return str(value)


def _is_broken(value: Any) -> bool:
    """Whether a text holds half a character, which no file could be written with."""
    return any("\ud800" <= letter <= "\udfff" for letter in str(value))


def _part(value: Any, where: str) -> Part:
    """What a row's split says that it is for, however it is written."""
    try:
        return part_of(value, where)
    except LabelledFileError as problem:
        raise InputError(str(problem)) from None
