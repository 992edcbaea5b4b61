"""Finds words that differ only by their case: one word where people choose it, two where it is an id or CEL."""

from __future__ import annotations

from collections.abc import Iterator

from policies.expression_logic import read_compared
from policies.expressions import split_parts, split_tokens
from policies.findings import Finding
from policies.letters import fold
from policies.lint_findings import find
from policies.lint_names import is_limit, list_conditions
from policies.located import Path
from policies.questions import LOOSE
from policies.rules import Policy
from policies.schema import ConditionDoc

_IDS = ("user", "order_number")
_ALWAYS_THERE = ("tier", "key")
"""What every request has: `standard` and `anonymous` where nobody says otherwise."""
_NAMES = "names of metadata"


def lint_words(policy: Policy) -> Iterator[Finding]:
    """Give the words that are written in two ways, and limits in CEL that hang on the case of a word."""
    seen: dict[tuple[str, str], str] = {}
    for doc, where in list_conditions(policy):
        for key, word, at in _listed(doc, where):
            first = seen.setdefault((key, fold(word)), word)
            if first == word:
                continue
            if key in _IDS:
                message = (
                    f"`{key}` tells '{first}' and '{word}' apart: ids are compared by the letter."
                )
                mend = "Write it as callers send it, or list both on purpose."
            else:
                message = f"'{first}' and '{word}' are one word for {key if key is _NAMES else f'`{key}`'}."
                mend = "Write it in one way."
            yield find(policy, "warning", "same-word", at, message, mend)
        for key in _ALWAYS_THERE:
            if "*" in (getattr(doc, key) or ()):
                message = f"every request has a {key}, so `{key}: '*'` asks nothing."
                mend = f"Remove the line, or name each {key} that is meant."
                yield find(policy, "error", "asks-nothing", (*where, key), message, mend)
        if doc.cel is not None and is_limit(policy, where):
            yield from _in_cel(policy, doc.cel, (*where, "cel"))


def _listed(doc: ConditionDoc, where: Path) -> Iterator[tuple[str, str, Path]]:
    """The words of a condition that callers or keys bring along, each with its key and place."""
    for key in (*LOOSE, *_IDS):
        yield from ((key, word, (*where, key)) for word in getattr(doc, key) or ())
    for name, words in (doc.metadata or {}).items():
        at: Path = (*where, "metadata", name)
        yield _NAMES, name, at
        yield from ((f"metadata.{fold(name)}", word, at) for word in words)


def _in_cel(policy: Policy, expression: str, where: Path) -> Iterator[Finding]:
    """Find comparisons that `Local` passes by where `local` is meant."""
    for part in split_parts(split_tokens(expression)):
        found = read_compared(expression, part)
        if found is None or found.sign not in ("==", "!=", "in"):
            continue
        what = found.what
        words = found.value if isinstance(found.value, list) else [found.value]
        words = [each for each in words if isinstance(each, str) and fold(each) != each.upper()]
        if not words or not (what in LOOSE or what.startswith(("metadata.", "metadata["))):
            continue
        message = (
            f"this limit hangs on the case of a word: CEL tells '{words[0]}' and '{_other(words[0])}' apart, in "
            f"`{what}`."
        )
        line = _as_line(what, words)
        mend = f"Write it as the line `{line}`, which does not, or as `{what}.matches('(?i)^{words[0]}$')`."
        yield find(policy, "warning", "cased-cel", where, message, mend)


def _other(word: str) -> str:
    """The same word in another case."""
    return word.title() if word.title() != word else word.lower()


def _as_line(what: str, words: list[str]) -> str:
    value = words[0] if len(words) == 1 else f"[{', '.join(words)}]"
    if what in LOOSE:
        return f"{what}: {value}"
    name = what.removeprefix("metadata").strip(".[]\"'")
    return f"metadata: {{{name}: {value}}}"
