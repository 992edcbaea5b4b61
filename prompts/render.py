"""Fill a template's places. Only `{name}` is understood, and only in our own templates: what a
customer wrote is a value, and values are never read as templates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prompts.errors import MissingVariableError
from prompts.fewshots import choose
from prompts.schema import Prompt, Rendered, Size, Turn

_PLACE = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_BLANKS = re.compile(r"\n{3,}")
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

LONGEST_VALUE = 200
"""Characters of a variable at most: it is a name or a number, never a text of its own."""


def variables_of(template: str) -> tuple[str, ...]:
    """The variables that the template asks for, each once, in their order."""
    return tuple(dict.fromkeys(_PLACE.findall(template)))


def fill(template: str, variables: Mapping[str, str], *, prompt: str) -> str:
    """The template with every place filled. A line whose only variables are empty is left out.

    Raises:
        MissingVariableError: a variable is not given at all.
    """
    return draft(template, variables, prompt=prompt).fill({})


@dataclass(frozen=True, slots=True)
class Draft:
    """A template of which only some places are still open: what is said all day is filled once."""

    parts: tuple[str | OpenLine, ...]
    has_gaps: bool
    """There are three line ends or more in a row, even when every line stays."""

    def fill(self, variables: Mapping[str, str]) -> str:
        """The text, with these values in the open places."""
        lines: list[str] = []
        for part in self.parts:
            line = part if isinstance(part, str) else part.fill(variables)
            if line is not None:
                lines.append(line)
        text = "\n".join(lines)
        is_whole = len(lines) == len(self.parts)
        # A wide gap is in the template, or a line that was left out makes one.
        return text if is_whole and not self.has_gaps else _BLANKS.sub("\n\n", text)


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line with open places in it."""

    pieces: tuple[str, ...]
    """Text, the name of an open place, text, the next name, …, text."""
    says_more: bool
    """Another variable in it has a value, so it stays though the open ones be empty."""

    def fill(self, variables: Mapping[str, str]) -> str | None:
        """The line, or None when all of its variables are empty."""
        pieces = list(self.pieces)
        for at in range(1, len(pieces), 2):
            pieces[at] = _as_value(variables[pieces[at]])
        return "".join(pieces) if self.says_more or any(pieces[1::2]) else None


def draft(
    template: str,
    variables: Mapping[str, str],
    *,
    prompt: str,
    left_open: frozenset[str] = frozenset(),
) -> Draft:
    """The template with every place filled but those that are left open.

    Raises:
        MissingVariableError: a variable is neither given nor left open.
    """
    missing = [
        name for name in variables_of(template) if name not in variables and name not in left_open
    ]
    if missing:
        raise MissingVariableError(
            f"Prompt '{prompt}' needs {', '.join(missing)}; given: {', '.join(sorted(variables)) or 'nothing'}. "
            "Set the missing ones under prompts.variables."
        )
    parts: list[str | OpenLine] = []
    for line in template.strip().splitlines():
        part = _draft_line(line, variables, left_open)
        if isinstance(part, str) and parts and isinstance(before := parts[-1], str):
            parts[-1] = f"{before}\n{part}"
        elif part is not None:
            parts.append(part)
    closed = [_BLANKS.sub("\n\n", part) if isinstance(part, str) else part for part in parts]
    shown = "\n".join([part if isinstance(part, str) else "-" for part in closed])
    return Draft(tuple(closed), _BLANKS.search(shown) is not None)


def _draft_line(
    line: str, variables: Mapping[str, str], left_open: frozenset[str]
) -> str | OpenLine | None:
    pieces = _PLACE.split(line)
    names = pieces[1::2]
    values = {name: _as_value(variables[name]) for name in names if name not in left_open}
    if len(values) == len(set(names)):
        return None if names and not any(values.values()) else _join(pieces, values)[0]
    return OpenLine(_join(pieces, values), any(values.values()))


def _join(pieces: Sequence[str], values: Mapping[str, str]) -> tuple[str, ...]:
    """The pieces with known values made part of the text around them."""
    joined = [pieces[0]]
    for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
        if name in values:
            joined[-1] += values[name] + text
        else:
            joined += [name, text]
    return tuple(joined)


def _as_value(text: str) -> str:
    """One line of bounded length: a value cannot add rules of its own below ours."""
    return _BREAKS.sub(" ", text).strip()[:LONGEST_VALUE]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is put before a conversation, but for the places that were left open."""

    system: Draft
    examples: tuple[Turn, ...]
    label: str


def prepare(
    prompt: Prompt,
    variables: Mapping[str, str],
    *,
    size: Size = "full",
    intents: tuple[str, ...] = (),
    most_examples: int = 2,
    left_open: frozenset[str] = frozenset(),
) -> Prepared:
    """What is put before the conversation, with some variables still to come.

    `compact` takes the short text and no examples: a small model copies examples word for word.
    """
    known = {
        name: value
        for name, value in {**dict(prompt.defaults), **variables}.items()
        if name not in left_open
    }
    if size == "compact":
        system = draft(prompt.compact, known, prompt=prompt.name, left_open=left_open)
        return Prepared(system, (), prompt.label)
    chosen = choose(prompt.examples, intents, most=most_examples)
    return Prepared(
        draft(prompt.text, known, prompt=prompt.name, left_open=left_open),
        tuple(turn for example in chosen for turn in example.turns),
        prompt.label,
    )


def render(
    prompt: Prompt,
    variables: Mapping[str, str],
    *,
    size: Size = "full",
    intents: tuple[str, ...] = (),
    most_examples: int = 2,
) -> Rendered:
    """What is put before the conversation: the system text, and the examples that fit best."""
    ready = prepare(prompt, variables, size=size, intents=intents, most_examples=most_examples)
    return Rendered(ready.system.fill({}), ready.examples, ready.label)
