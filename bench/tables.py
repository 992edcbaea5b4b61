"""Files that a bench is given and is to write: read with care, refused in one clear line."""

from __future__ import annotations

import gzip
import os
import re
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local_models.classifiers.labelled import (
    LabelledFileError,
    Record,
    is_missing,
    parse_csv,
    parse_jsonl,
)

_IN_LINE = re.compile(r": line 1 column (\d+) \(char \d+\)")
"""How the JSON parser tells a place; it sees one line of a file at a time, so its line is always 1."""


class InputError(ValueError):
    """A bench cannot use what it was given; says what, where, and how to mend it."""


@contextmanager
def refusing() -> Iterator[None]:
    """End the program with status 2 and one line on standard error for an `InputError`."""
    try:
        yield
    except InputError as problem:
        note(str(problem))
        raise SystemExit(2) from None


def note(message: str) -> None:
    """Say on standard error what a reader of the figures must know."""
    sys.stderr.write(f"{message}\n")


def read_table(path: Path) -> list[Record]:
    """The rows of a .jsonl, .csv or .tsv file, plain or .gz, each with its line.

    Raises:
        InputError: it cannot be read or holds no rows.
    """
    try:
        opened = gzip.open if path.suffix.lower() == ".gz" else open
        with opened(path, "rt", encoding="utf-8-sig") as file:
            content = file.read()
    except OSError as problem:
        raise InputError(f"Cannot read {path}: {problem.strerror or problem}.") from None
    except (EOFError, UnicodeDecodeError, zlib.error) as problem:
        raise InputError(
            f"Cannot read {path}: {problem}. Give a UTF-8 .jsonl or .csv file, plain or as .gz."
        ) from None
    is_csv = {".csv", ".tsv"} & {suffix.lower() for suffix in path.suffixes}
    try:
        records = (parse_csv if is_csv else parse_jsonl)(content, path)
    except LabelledFileError as problem:
        raise InputError(_IN_LINE.sub(r" at column \1", str(problem))) from None
    if not records:
        raise InputError(f"{path} holds no rows.")
    return records


def read_text(value: Any, column: str, path: Path, line: int) -> str:
    """A cell that must be a text.

    Raises:
        InputError: it is none, or holds half a character.
    """
    if not isinstance(value, str):
        raise InputError(
            f"{path}, line {line}: `{column}` is {tell(value)}; give a text, or leave the row out."
        )
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError(
            f"{path}, line {line}: `{column}` holds half a character; save the file as UTF-8."
        ) from None
    return value


def tell(value: Any) -> str:
    """A value as a message shows it."""
    return "null" if value is None else ascii(value)[:60]


_YES = frozenset({"true", "yes", "1", "1.0"})
_NO = frozenset({"false", "no", "0", "0.0", ""})
"""Both without case; tables of numbers with gaps write 1 as 1.0."""


def read_flag(value: Any, column: str, path: Path, line: int) -> bool:
    """A cell that says yes or no, however a program writes that; an empty one says no.

    Raises:
        InputError: it says something else.
    """
    if not is_set(value):
        return False
    if _as_word(value) not in _YES:
        raise InputError(
            f"{path}, line {line}: `{column}` is {tell(value)}; give true or false, yes or no, 1 or 0."
        )
    return True


def is_set(value: Any) -> bool:
    """Whether a cell holds anything but a no."""
    return not is_missing(value) and _as_word(value) not in _NO


def _as_word(value: Any) -> str:
    return str(value).strip().casefold()


def is_same_file(first: Path, second: Path) -> bool:
    """Whether two paths lead to one file."""
    try:
        return first.samefile(second)
    except OSError:
        return first.resolve() == second.resolve()


def check_target(path: Path | None, *sources: Path) -> None:
    """See before the work that its results can be written.

    Raises:
        InputError: the folder is missing, `path` is no file to write, or is one that is read.
    """
    if path is None:
        return
    if not path.parent.is_dir():
        raise InputError(f"--predictions {path}: there is no folder {path.parent}; make it first.")
    if any(is_same_file(path, source) for source in sources):
        raise InputError(f"--predictions {path} would overwrite what is measured; name another.")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise InputError(f"--predictions {path} is no file that can be written; name another.")
