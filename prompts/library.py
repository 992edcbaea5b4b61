"""All prompts by name: read once from the packaged files, looked up without further reading.

A template is `templates/<name>@<version>.<language>.yaml` with `text`, `compact` and, optionally,
`extends`, `defaults` and `examples` (a file in `fewshots/`). In a variant such as
`customer-service/upset` the slash is written `--` in the file's name, and its text goes before or
behind the one that it extends, where that says `{{variant}}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from prompts.errors import BrokenPromptError, UnknownPromptError
from prompts.schema import LANGUAGES, Example, Language, Prompt, Turn
from prompts.versions import Wanted, digest, parse

HERE = Path(__file__).parent
_FILE = re.compile(r"(?P<name>[a-z0-9\-]+)@(?P<version>[0-9]+)\.(?P<language>zh|en)\.yaml")
_FIELDS = frozenset({"text", "compact", "extends", "defaults", "examples"})
VARIANT = "{{variant}}"

Place = tuple[str, int, Language]


class Library:
    """Every prompt in every version and language."""

    def __init__(self, prompts: Iterable[Prompt]) -> None:
        found: dict[Place, Prompt] = {}
        newest: dict[str, int] = {}
        for prompt in prompts:
            found[prompt.name, prompt.version, prompt.language] = prompt
            newest[prompt.name] = max(prompt.version, newest.get(prompt.name, 0))
        self._prompts: Mapping[Place, Prompt] = MappingProxyType(found)
        self._newest: Mapping[str, int] = MappingProxyType(newest)

    def names(self) -> frozenset[str]:
        """Every name that a policy may use: plain, and with each version."""
        versions = {f"{name}@{version}" for name, version, _ in self._prompts}
        return frozenset(self._newest) | versions

    def check(self, name: str) -> None:
        """Do nothing if there is such a prompt.

        Raises:
            UnknownPromptError: there is none; suggests one.
        """
        self._place(parse(name))

    def has(self, name: str) -> bool:
        """Whether there is such a prompt."""
        return name in self.names()

    def find(self, name: str, language: str) -> Prompt:
        """The prompt in this language; Chinese for zh and mixed, English for all others."""
        name, version = self._place(parse(name))
        wanted: Language = "zh" if language in ("zh", "mixed") else "en"
        prompt = self._prompts.get((name, version, wanted))
        if prompt is not None:
            return prompt
        return next(
            self._prompts[name, version, other]
            for other in LANGUAGES
            if (name, version, other) in self._prompts
        )

    def _place(self, wanted: Wanted) -> tuple[str, int]:
        version = wanted.version or self._newest.get(wanted.name, 0)
        if any((wanted.name, version, language) in self._prompts for language in LANGUAGES):
            return wanted.name, version
        raise UnknownPromptError(self._unknown(wanted))

    def _unknown(self, wanted: Wanted) -> str:
        if wanted.name in self._newest:
            known = sorted(version for name, version, _ in self._prompts if name == wanted.name)
            versions = ", ".join(str(version) for version in dict.fromkeys(known))
            return f"Prompt '{wanted.name}' has no version {wanted.version}; it has {versions}."
        close = get_close_matches(wanted.name, self._newest, n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        return (
            f"There is no prompt '{wanted.name}'.{hint} Known: {', '.join(sorted(self._newest))}."
        )


@cache
def shipped() -> Library:
    """The prompts that come with the house."""
    return load(HERE / "templates", HERE / "fewshots")


def names() -> frozenset[str]:
    """Names of the shipped prompts, for checking policies."""
    return shipped().names()


def load(templates: Path, fewshots: Path) -> Library:
    """Read a folder of templates, with its examples.

    Raises:
        BrokenPromptError: a file cannot be used; names it and the field.
    """
    drafts = [_read(path) for path in sorted(templates.glob("*.yaml"))]
    by_place = {draft.place: draft for draft in drafts}
    return Library(_build(draft, by_place, fewshots) for draft in drafts)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A template file as it was read."""

    path: Path
    place: Place
    fields: Mapping[str, Any]

    def text(self, field: str) -> str:
        value = self.fields.get(field)
        if not isinstance(value, str) or not value.strip():
            raise BrokenPromptError(f"{self.path}: '{field}' must be a text that is not empty.")
        return value.strip()


def _read(path: Path) -> _Draft:
    match = _FILE.fullmatch(path.name)
    if match is None:
        raise BrokenPromptError(f"{path}: name the file <name>@<version>.<zh|en>.yaml.")
    fields = _yaml(path)
    if not isinstance(fields, dict):
        raise BrokenPromptError(f"{path}: must hold a mapping with 'text' and 'compact'.")
    for unknown in sorted(set(fields) - _FIELDS):
        close = get_close_matches(str(unknown), _FIELDS, n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        raise BrokenPromptError(f"{path}: unknown field '{unknown}'.{hint}")
    language: Language = "zh" if match["language"] == "zh" else "en"
    return _Draft(path, (match["name"].replace("--", "/"), int(match["version"]), language), fields)


def _yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BrokenPromptError(f"{path}: cannot be read as YAML: {error}") from error


def _build(draft: _Draft, by_place: Mapping[Place, _Draft], fewshots: Path) -> Prompt:
    name, version, language = draft.place
    base = _base(draft, by_place)
    variant = base is not draft
    text, compact = (
        base.text(field).replace(VARIANT, draft.text(field) if variant else "").strip()
        for field in ("text", "compact")
    )
    examples = _examples(draft, fewshots) or _examples(base, fewshots)
    defaults = {**base.fields.get("defaults", {}), **draft.fields.get("defaults", {})}
    lines = [turn.text for example in examples for turn in example.turns]
    return Prompt(
        name=name,
        version=version,
        language=language,
        text=text,
        compact=compact,
        examples=examples,
        defaults=tuple((str(key), str(value)) for key, value in sorted(defaults.items())),
        digest=digest((text, compact, *lines)),
    )


def _base(draft: _Draft, by_place: Mapping[Place, _Draft]) -> _Draft:
    extends = draft.fields.get("extends")
    if extends is None:
        return draft
    wanted = parse(str(extends))
    language = draft.place[2]
    versions = [place[1] for place in by_place if place[0] == wanted.name and place[2] == language]
    version = wanted.version or max(versions, default=0)
    base = by_place.get((wanted.name, version, language))
    if base is None:
        raise BrokenPromptError(f"{draft.path}: extends '{extends}', which has no {language} file.")
    if VARIANT not in base.text("text"):
        raise BrokenPromptError(
            f"{base.path}: '{draft.place[0]}' extends it, so it needs {VARIANT}."
        )
    return base


def _examples(draft: _Draft, fewshots: Path) -> tuple[Example, ...]:
    name = draft.fields.get("examples")
    if name is None:
        return ()
    path = fewshots / f"{name}.{draft.place[2]}.yaml"
    if not path.is_file():
        raise BrokenPromptError(f"{draft.path}: examples '{name}' need the file {path}.")
    rows = _yaml(path)
    if not isinstance(rows, list):
        raise BrokenPromptError(f"{path}: must hold a list of examples.")
    return tuple(_example(path, row) for row in rows)


def _example(path: Path, row: Any) -> Example:
    if not isinstance(row, dict) or not {"user", "assistant"} <= set(row) <= {
        "user",
        "assistant",
        "intents",
    }:
        raise BrokenPromptError(
            f"{path}: an example has 'user', 'assistant' and optionally 'intents'."
        )
    turns = (
        Turn("user", str(row["user"]).strip()),
        Turn("assistant", str(row["assistant"]).strip()),
    )
    return Example(turns, frozenset(map(str, row.get("intents", ()))))
