"""A user's labelled file: which column holds what, which rows are only measured, which belong nowhere.

What would be misread is refused with file and line, before anything is learned from it.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Part = Literal["train", "val", "test", ""]
"""What a row is for; empty where its file does not say."""
Record = tuple[int, dict[str, object]]
"""A line's number and what it holds."""

NOWHERE = "oos"
"""The label of texts that belong to no class."""
_NOWHERE_WORDS = frozenset({NOWHERE, "outofscope", "none", "null"})
TEXT_COLUMNS = (
    "text", "utterance", "query", "prompt", "content", "sentence", "message",
    "文本", "内容", "问题", "句子", "消息",
)  # fmt: skip
_LABEL_COLUMNS = (
    "label", "intent", "emotion", "sentiment", "difficulty", "category",
    "标签", "意图", "情绪", "情感", "难度", "类别",
)  # fmt: skip
_OWN_COLUMNS = {
    "intent": ("intent", "意图"),
    "emotion": ("emotion", "sentiment", "情绪", "情感"),
    "difficulty": ("difficulty", "难度"),
}
"""What says of which task a column holds the labels; it goes before the others."""
_PLAIN_COLUMNS = ("label", "标签")
"""What holds the labels of whatever task is asked for."""
SPLIT_COLUMNS = ("split", "划分")
_COLUMNS = frozenset((*TEXT_COLUMNS, *_LABEL_COLUMNS, *SPLIT_COLUMNS))
_BETWEEN_LABELS = re.compile(r"[,;|/，、；]")
"""What people write between several labels of one text."""
FEWEST = 20
_PARTS: dict[str, Part] = {
    **dict.fromkeys(("train", "training", "trn", "learn", "fit", "训练", "训练集"), "train"),
    **dict.fromkeys(
        ("val", "valid", "validate", "validation", "dev", "devel", "develop", "development",
         "验证", "验证集", "开发", "开发集"), "val",
    ),
    **dict.fromkeys(
        ("test", "testing", "tst", "eval", "evaluate", "evaluation", "heldout", "holdout",
         "测试", "测试集"), "test",
    ),
    **dict.fromkeys(("", "all", "full", "none"), ""),
}  # fmt: skip


class LabelledFileError(ValueError):
    """The user's file cannot be learned from; says where and how to mend it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text of the user's file."""

    text: str
    label: str
    """`NOWHERE` for a text that belongs to no class."""
    part: Part = ""
    line: int = 0
    """Where it stands in the file."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a file holds for a task."""

    rows: list[Row]
    left_aside: int
    """Rows without a text or a label."""
    column: str
    """Where the labels stand."""


def part_of(value: object, where: str) -> Part:
    """What a row's split says that it is for, however it is written.

    Raises:
        LabelledFileError: it says nothing that is known; names the nearest word.
    """
    word = "" if is_missing(value) else _plain(value)
    if word not in _PARTS:
        near = difflib.get_close_matches(word, _PARTS, n=1)
        hint = f" Did you mean '{_PARTS[near[0]] or near[0]}'?" if near else ""
        raise LabelledFileError(
            f"{where}: '{value}' is no split; write train, val or test.{hint}".replace("\n", " ")
        )
    return _PARTS[word]


def is_nowhere(value: object) -> bool:
    """Whether a label says that a text belongs to no class: null in JSON, or the word oos,
    out_of_scope, none or null in any case. An empty cell says nothing."""
    return value is None or (isinstance(value, str) and _plain(value) in _NOWHERE_WORDS)


def is_missing(value: object) -> bool:
    """Whether a cell holds nothing at all."""
    return value is None or value != value  # NaN is not itself


def _plain(value: object) -> str:
    """A word without its case and marks."""
    return re.sub(r"[\W_]", "", str(value).casefold())


def read_rows(path: Path) -> list[Row]:
    """The labelled rows of a CSV or JSONL file.

    Raises:
        LabelledFileError: as `read_table` says.
    """
    return read_table(path)[0]


def read_table(path: Path, *, knows_nowhere: bool = True) -> tuple[list[Row], int]:
    """The labelled rows of a file, and how many others it has, which lack a text or a label.

    Raises:
        LabelledFileError: as `read_labelled` says.
    """
    found = read_labelled(path, knows_nowhere=knows_nowhere)
    return found.rows, found.left_aside


def read_labelled(path: Path, task: str = "", *, knows_nowhere: bool = True) -> Labelled:
    """What a file holds for a task, whose own column goes before others that may hold labels.

    Unless `knows_nowhere`, null is no label and what else means "nowhere" is a label like others.

    Raises:
        LabelledFileError: it cannot be read, has no text or label column, several that may be meant, a
            split that nobody knows, or too few rows; says where and how to mend it.
    """
    records = read_records(path)
    there = dict.fromkeys(name for _, record in records for name in record)
    text, label = need_column(there, TEXT_COLUMNS, path), _need_labels(there, task, path)
    split = find_column(there, SPLIT_COLUMNS)
    rows = []
    for line, record in records:
        value = record.get(label, "")
        is_outside = knows_nowhere and is_nowhere(value)
        said, named = read_word(record.get(text), path, line), read_word(value, path, line)
        named = NOWHERE if is_outside else named
        if said and named:
            part = part_of(record.get(split), f"{path}, line {line}") if split else ""
            rows.append(Row(said, named, part, line))
    _check_labels(rows, path)
    labels = {row.label for row in rows} - {NOWHERE}
    if len(rows) < FEWEST or len(labels) < 2:
        raise LabelledFileError(
            f"{path} has {len(rows)} labelled rows of {len(labels)} labels; "
            f"training needs {FEWEST} rows and two labels at least."
        )
    return Labelled(rows, len(records) - len(rows), label)


def _need_labels(there: dict[str, None], task: str, path: Path) -> str:
    """The column of the task's labels."""
    wanted = (*_OWN_COLUMNS.get(task, ()), *_PLAIN_COLUMNS)
    if (found := find_column(there, wanted)) is not None:
        return found
    others = [name for name in there if name.strip().casefold() in _LABEL_COLUMNS]
    if len(others) > 1:
        raise LabelledFileError(
            f"{path} has several columns that may hold the labels, {', '.join(others)}, and none is named "
            f"{wanted[0]}: rename the one that is meant to {wanted[0]}."
        )
    return need_column(there, _LABEL_COLUMNS, path)


def _check_labels(rows: Sequence[Row], path: Path) -> None:
    """Refuse what would be learned as labels of their own and is one, or several, of the others."""
    first = {row.label: row for row in reversed(rows)}
    spelt: dict[str, Row] = {}
    for label, row in sorted(first.items(), key=lambda each: each[1].line):
        twin = spelt.setdefault(_fold(label), row)
        if twin is not row:
            raise LabelledFileError(
                f"{path}, line {row.line}: '{label[:40]}' is '{twin.label[:40]}' of line {twin.line} in other "
                "letters: write a label in one way."
            )
        parts = [part.strip() for part in _BETWEEN_LABELS.split(label)]
        if len(parts) > 1 and all(part in first for part in parts):
            raise LabelledFileError(
                f"{path}, line {row.line}: '{label[:60]}' names several labels; give one label a row, that "
                "of the first matter."
            )


def _fold(label: str) -> str:
    """A label without what is easily written in another way: case, width, blanks and dashes."""
    plain = unicodedata.normalize("NFKC", label).casefold()
    return re.sub(r"[\s_-]+", " ", plain).strip()


def read_word(value: object, path: Path, line: int) -> str:
    """A cell as text; empty where there is nothing."""
    if is_missing(value):
        return ""
    if isinstance(value, list | dict):
        raise LabelledFileError(
            f"{path}, line {line}: {str(value)[:60]} is no single text; give one label a row."
        )
    word = str(value).strip()
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        raise LabelledFileError(
            f"{path}, line {line}: {word[:40]!a} holds half a character; save the file as UTF-8."
        ) from None
    return word


def split_rows(rows: Sequence[Row], seed: int) -> tuple[list[Row], list[Row]]:
    """Rows to learn from and rows to measure on; equal texts never stand on both sides.

    Where no row is marked, each label keeps a text to learn from.
    """
    marked = [row for row in rows if row.part in ("val", "test")]
    if marked:
        measured = {row.text for row in marked}
        return [row for row in rows if row.text not in measured], marked
    named: dict[str, set[str]] = {}
    for row in rows:
        named.setdefault(row.text, set()).add(row.label)
    held = draw_held(named, seed)
    return [row for row in rows if row.text not in held], [row for row in rows if row.text in held]


def draw_held(named: Mapping[str, Set[str]], seed: int) -> set[str]:
    """A fifth of the texts, drawn so that of each of their names a text is left; one where that cannot be.

    `named` has the labels of each text, or whatever else must be learned too.
    """
    texts = sorted(named)
    random.Random(seed).shuffle(texts)
    left = Counter(name for names in named.values() for name in names)
    most, held = max(1, len(texts) // 5), set[str]()
    for text in texts:
        if len(held) < most and all(left[name] > 1 for name in named[text]):
            held.add(text)
            left.subtract(named[text])
    return held or set(texts[:1])


def read_records(path: Path) -> list[Record]:
    """The rows of a CSV, TSV or JSONL file as they are, each with its line.

    Raises:
        LabelledFileError: it cannot be read; says where and how to mend it.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        raise LabelledFileError(
            f"{path}, line {line} is no UTF-8: save the file as UTF-8 (Excel: as 'CSV UTF-8', not as 'CSV')."
        ) from None
    except OSError as problem:
        raise LabelledFileError(
            f"Cannot read {path}: {problem}. Give a UTF-8 .csv or .jsonl."
        ) from None
    return (parse_csv if path.suffix.lower() in {".csv", ".tsv"} else parse_jsonl)(content, path)


def parse_csv(content: str, path: Path) -> list[Record]:
    """The rows below the first line of a table, with commas, tabs or semicolons between its fields.

    Raises:
        LabelledFileError: a line would be misread; says which.
    """
    first = next((line for line in content.split("\n") if line.strip()), "")
    csv.field_size_limit(10_000_000)
    reader = csv.reader(
        io.StringIO(content, newline=""), delimiter=_tell_delimiter(first), strict=True
    )
    header: list[str] = []
    records: list[Record] = []
    try:
        for fields in reader:
            if not any(field.strip() for field in fields):
                continue
            if not header:
                header = [field.strip() for field in fields]
                if twice := [name for name in header if name and header.count(name) > 1]:
                    raise LabelledFileError(
                        f"{path} has two columns '{twice[0]}': rename one of them."
                    )
                continue
            if len(fields) != len(header):
                raise LabelledFileError(
                    f"{path}, line {reader.line_num} has {len(fields)} fields, not {len(header)} as the "
                    f"first line: put a text that holds a {_MARKS[reader.dialect.delimiter]}, a quote or "
                    "a line end in double quotes."
                )
            records.append((reader.line_num, dict(zip(header, fields, strict=True))))
    except csv.Error as problem:
        raise LabelledFileError(
            f"{path}, line {reader.line_num}: {problem}. Close every double quote, and write one inside "
            'a text twice ("").'
        ) from None
    if header and not records:
        raise LabelledFileError(
            f"{path} has the columns {', '.join(header)}, and no row below them."
        )
    return records


_MARKS = {",": "comma", ";": "semicolon", "\t": "tab"}
"""What may stand between the fields of a table."""


def _tell_delimiter(first: str) -> str:
    """What stands between the names in a table's first line; office programs of some countries write ';'."""
    if "\t" in first:
        return "\t"
    return ";" if ";" in first and "," not in first else ","


def parse_jsonl(content: str, path: Path) -> list[Record]:
    """The objects of a file with one a line.

    Raises:
        LabelledFileError: a line is none; says which.
    """
    records: list[Record] = []
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as problem:
            raise LabelledFileError(f"{path}, line {number} is no JSON: {problem}.") from None
        if not isinstance(record, dict):
            raise LabelledFileError(f"{path}, line {number} is no JSON object.")
        records.append((number, record))
    return records


def find_column(there: Sequence[str] | dict[str, None], names: Sequence[str]) -> str | None:
    """The column of the first of these names that a file has, in any case."""
    known = {name.strip().casefold(): name for name in reversed(list(there))}
    return next((known[name] for name in names if name in known), None)


def need_column(there: dict[str, None], names: Sequence[str], path: Path) -> str:
    """The same.

    Raises:
        LabelledFileError: there is none; names what is there, and what was perhaps meant.
    """
    if (found := find_column(there, names)) is not None:
        return found
    near = [
        f"'{name}' for '{close[0]}'"
        for name in there
        if name.strip().casefold() not in _COLUMNS
        and (close := difflib.get_close_matches(name.casefold(), names, n=1))
    ]
    raise LabelledFileError(
        f"{path} has no column {names[0]} or {names[1]}; it has {', '.join(there) or 'no rows'}."
        + (f" Did you write {near[0]}?" if near else "")
        + f" It may also be named {', '.join(names[2:])}."
    )
