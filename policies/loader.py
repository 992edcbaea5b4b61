"""Policy files from disk: YAML read with its lines, so that every problem has a place."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from pathlib import Path as FilePath
from typing import Any

import yaml
from pydantic import ValidationError

from policies.errors import PolicyFileError
from policies.findings import Finding, did_you_mean
from policies.located import Located, Path, describe_problems, find_problems
from policies.rules import Policy, compile_policy
from policies.schema import OWN_INTENTS, PolicyDoc
from policies.values import keep_written
from policies.widths import make_plain, mend_wide

__all__ = [
    "DEFAULT",
    "Located",
    "describe_problems",
    "find_policy",
    "find_problems",
    "load_policy",
    "parse_policy",
    "parse_yaml",
    "read_yaml",
    "shipped_policies",
]

DEFAULTS = FilePath(__file__).parent / "defaults"
DEFAULT = "customer-service"
MAX_BYTES = 2_000_000
MAX_PARTS = 100_000
MAX_SHOWN = 40


class _UnreadableError(yaml.MarkedYAMLError):
    """A value is not what its tag, or its look, promises."""


class _Reader(yaml.SafeLoader):
    """YAML as people expect it: only true and false are booleans, 09:30 is text, and so is a key."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Give what a node says.

        Raises:
            yaml.YAMLError: it cannot be what its tag or its look promises; carries its place.
        """
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, LookupError, AttributeError, TypeError, OverflowError) as error:
            written = str(node.value)
            shown = written if len(written) <= MAX_SHOWN else f"{written[:MAX_SHOWN]}…"
            raise _UnreadableError(
                problem=f"{shown!r} cannot be read as {node.tag.rpartition(':')[2]}",
                problem_mark=node.start_mark,
            ) from error

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Give a mapping by the text of its keys, as they are written."""
        self.flatten_mapping(node)
        node.value = [(_as_text(key), value) for key, value in node.value]
        return super().construct_mapping(node, deep=deep)


def _as_text(key: yaml.Node) -> yaml.Node:
    if not isinstance(key, yaml.ScalarNode):
        return key
    return yaml.ScalarNode("tag:yaml.org,2002:str", key.value, key.start_mark, key.end_mark)


_Reader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("tag:yaml.org,2002:int", r"^[-+]?(?:0|[1-9][0-9_]*)$", list("-+0123456789")),
    (
        "tag:yaml.org,2002:float",
        r"^[-+]?(?:(?:[0-9][0-9_]*\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)$",
        list("-+0123456789."),
    ),
    ("tag:yaml.org,2002:merge", r"^<<$", ["<"]),
):
    _Reader.add_implicit_resolver(_tag, re.compile(_pattern), _first)


class _OldReader(_Reader):
    """YAML 1.1 where it says more than ours: its other words for true and false (y and n are none to PyYAML)."""


_OldReader.add_implicit_resolver(
    "tag:yaml.org,2002:bool",
    re.compile(r"^(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$"),
    list("yYnNoO"),
)


def _number(reader: _Reader, node: yaml.ScalarNode) -> Any:
    is_whole = node.tag.endswith("int")
    read = reader.construct_yaml_int if is_whole else reader.construct_yaml_float
    return keep_written(read(node), node.value)


for _tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float"):
    _Reader.add_constructor(_tag, _number)


def read_yaml(path: FilePath, *, is_old: bool = False) -> Located:
    """Read a YAML file with its line numbers; one of YAML 1.1 also says yes, no, on and off.

    Raises:
        PolicyFileError: the file is missing, unreadable, too large or not YAML.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refuse(str(path), 0, f"cannot be read: {error.strerror}.", "") from error
    if len(raw) > MAX_BYTES:
        raise _refuse(str(path), 0, f"is larger than {MAX_BYTES // 1_000_000} MB.", "Split it.")
    try:
        return parse_yaml(raw.decode("utf-8"), str(path), is_old=is_old)
    except UnicodeDecodeError as error:
        raise _refuse(str(path), 0, "is not UTF-8 text.", "Save it as UTF-8.") from error


def parse_yaml(text: str, file: str = "", *, is_old: bool = False) -> Located:
    """Read YAML text with its line numbers; a key written twice is an error.

    `is_old` is for files of programs that read YAML 1.1: there yes, no, on and off are booleans too.

    Raises:
        PolicyFileError: the text is not YAML, or says the same key twice.
    """
    try:
        reader = (_OldReader if is_old else _Reader)(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        said = f"holds the character U+{error.character:04X}, which no YAML file may hold."
        mend = "Remove it: it was probably pasted in unseen."
        raise _refuse(file, line, said, mend) from error
    try:
        root = reader.get_single_node()
        lines: dict[Path, int] = {}
        findings: list[Finding] = []
        if root is not None:
            _walk(root, (), lines, findings, file, set())
        data = None if root is None else reader.construct_document(root)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark else 0
        mend = "Quote texts that begin with >, * or ! or contain ': '; indent with spaces."
        if isinstance(error, _UnreadableError):
            mend = "Put it in quotes if it is meant as text, or write it shorter."
        elif signs := _find_signs(text, line):
            line, mend = signs
        raise _refuse(file, line, f"is not valid YAML: {said}.", mend) from error
    except RecursionError as error:
        raise _refuse(file, 0, "is nested too deeply.", "Flatten it.") from error
    finally:
        reader.dispose()
    if findings:
        raise PolicyFileError(findings)
    return Located(data, lines, file)


def _find_signs(text: str, line: int) -> tuple[int, str] | None:
    """The line whose full-width signs YAML stumbles over at or above `line`, and how to mend them.

    `pools：` is no key, which YAML notices only later. The line at fault is the one with whose plain
    signs YAML reads on; where none helps, signs that stand near are told at the place itself.
    """
    lines = text.splitlines()
    near: list[str] = []
    for at in range(min(line, len(lines)) - 1, max(0, line - 3) - 1, -1):
        bare = re.sub(r"(?:^|\s)#.*", "", lines[at])
        if mend := mend_wide(bare, separates=True):
            lines[at] = make_plain(lines[at])
            near.insert(0, bare)
            if _stops_at("\n".join(lines)) > line:
                return at + 1, mend
    return (line, mend_wide("".join(near), separates=True)) if near else None


def _stops_at(text: str) -> float:
    """The line that YAML cannot read; infinity where it reads all."""
    reader = _Reader(text)
    try:
        reader.get_single_node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return mark.line + 1 if mark else 0
    except RecursionError:
        return 0
    finally:
        reader.dispose()
    return math.inf


def _walk(
    node: yaml.Node,
    where: Path,
    lines: dict[Path, int],
    findings: list[Finding],
    file: str,
    above: set[int],
) -> None:
    lines.setdefault(where, node.start_mark.line + 1)
    if len(lines) > MAX_PARTS:
        raise yaml.MarkedYAMLError(
            problem=f"anchors blow it up to more than {MAX_PARTS} parts",
            problem_mark=node.start_mark,
        )
    if id(node) in above:
        raise yaml.MarkedYAMLError(
            problem="an anchor contains itself", problem_mark=node.start_mark
        )
    inside = above | {id(node)}
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            _walk(child, (*where, index), lines, findings, file, inside)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, child in node.value:
            name = str(getattr(key, "value", key))
            line = key.start_mark.line + 1
            if name in seen:
                findings.append(
                    Finding(
                        severity="error",
                        code="twice",
                        message=f"'{name}' is written twice; only one of them would count.",
                        mend="Remove or rename one.",
                        file=file,
                        line=line,
                    )
                )
            seen.add(name)
            lines[(*where, name)] = line
            _walk(child, (*where, name), lines, findings, file, inside)


def shipped_policies() -> tuple[str, ...]:
    """Give the names of the policies that come with the gateway."""
    return tuple(sorted(path.stem for path in DEFAULTS.glob("*.yaml")))


def find_policy(name_or_path: str) -> FilePath:
    """Give the file of a shipped policy by its name, or the path itself.

    Raises:
        PolicyFileError: it is neither; suggests a shipped name.
    """
    shipped = DEFAULTS / f"{name_or_path}.yaml"
    if name_or_path in shipped_policies():
        return shipped
    path = FilePath(name_or_path)
    if path.is_file():
        return path
    raise _refuse(
        name_or_path,
        0,
        "is neither a shipped policy nor a file.",
        did_you_mean(name_or_path, shipped_policies()),
    )


def load_policy(name_or_path: str | FilePath, *, own_intents: Collection[str] = ()) -> Policy:
    """Read a policy file and make it ready to decide with.

    Raises:
        PolicyFileError: carries every problem of the file with its line and mend.
    """
    return parse_policy(read_yaml(find_policy(str(name_or_path))), own_intents=own_intents)


def parse_policy(located: Located | str, *, own_intents: Collection[str] = ()) -> Policy:
    """Make a policy from YAML text, or from a file that was read already.

    `own_intents` are labels that it may name besides the shipped intents.

    Raises:
        PolicyFileError: carries every problem of the text with its line and mend.
    """
    if isinstance(located, str):
        located = parse_yaml(located)
    data: Any = located.data
    if not isinstance(data, dict):
        raise _refuse(located.file, 1, "holds no policy.", "Begin with `name:` and `pools:`.")
    try:
        doc = PolicyDoc.model_validate(data, context={OWN_INTENTS: own_intents})
    except ValidationError as error:
        raise PolicyFileError(find_problems(error, located, PolicyDoc)) from error
    return compile_policy(doc, located)


def _refuse(file: str, line: int, message: str, mend: str) -> PolicyFileError:
    finding = Finding(
        severity="error",
        code="unreadable",
        message=f"{file or 'the policy'} {message}",
        mend=mend,
        file=file,
        line=line,
    )
    return PolicyFileError([finding])
