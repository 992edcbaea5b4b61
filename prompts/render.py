"""Fill a template's places. Only `{name}` is understood, and only in our own templates: what a
customer wrote is a value, and values are never read as templates."""

from __future__ import annotations

import re
from collections.abc import Mapping

from prompts.errors import MissingVariableError
from prompts.fewshots import choose
from prompts.schema import Prompt, Rendered, Size

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
    missing = [name for name in variables_of(template) if name not in variables]
    if missing:
        raise MissingVariableError(
            f"Prompt '{prompt}' needs {', '.join(missing)}; given: {', '.join(sorted(variables)) or 'nothing'}. "
            "Set the missing ones under prompts.variables."
        )
    lines = [_fill_line(line, variables) for line in template.strip().splitlines()]
    return _BLANKS.sub("\n\n", "\n".join(line for line in lines if line is not None))


def _fill_line(line: str, variables: Mapping[str, str]) -> str | None:
    names = _PLACE.findall(line)
    values = {name: _as_value(variables[name]) for name in names}
    if names and not any(values.values()):
        return None
    return _PLACE.sub(lambda match: values[match[1]], line)


def _as_value(text: str) -> str:
    """One line of bounded length: a value cannot add rules of its own below ours."""
    return _BREAKS.sub(" ", text).strip()[:LONGEST_VALUE]


def render(
    prompt: Prompt,
    variables: Mapping[str, str],
    *,
    size: Size = "full",
    intents: tuple[str, ...] = (),
    most_examples: int = 2,
) -> Rendered:
    """What is put before the conversation: the system text, and the examples that fit best.

    `compact` takes the short text and no examples: a small model copies examples word for word.
    """
    known = {**dict(prompt.defaults), **variables}
    if size == "compact":
        return Rendered(fill(prompt.compact, known, prompt=prompt.name), (), prompt.label)
    chosen = choose(prompt.examples, intents, most=most_examples)
    return Rendered(
        fill(prompt.text, known, prompt=prompt.name),
        tuple(turn for example in chosen for turn in example.turns),
        prompt.label,
    )
