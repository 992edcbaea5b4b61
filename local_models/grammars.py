"""Grammars that hold an answer to a shape: any JSON, JSON by a schema, or a call of a tool."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Sequence
from typing import Any

from local_models.errors import EngineMissingError, GrammarError

LONGEST_GRAMMAR = 200_000
"""Characters; a schema that needs more would hold up everybody else's answers."""
_CONVERTER_ERRORS = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)
_CHARACTER = r'char ::= [^"\\\x7F\x00-\x1F] | "\\" ["\\/bfnrt]'
"""A character of a JSON string: the converter's own rule lets raw line ends through."""


def json_object() -> str:
    """GBNF for any JSON object."""
    return json_schema({"type": "object"})


def json_schema(schema: Any) -> str:
    """GBNF for JSON that follows the schema.

    Raises:
        GrammarError: llama.cpp's converter does not know a part of the schema.
    """
    try:
        module = importlib.import_module("llama_cpp.llama_grammar")
    except (ImportError, OSError, RuntimeError) as error:
        raise EngineMissingError("JSON shapes need llama-cpp-python: `uv sync`.") from error
    try:
        grammar = str(module.json_schema_to_gbnf(json.dumps(schema)))
    except _CONVERTER_ERRORS as error:
        raise GrammarError(f"This JSON schema cannot be turned into a grammar: {error}") from error
    if len(grammar) > LONGEST_GRAMMAR:
        raise GrammarError(
            f"This JSON schema needs a grammar of {len(grammar)} characters: too long."
        )
    return re.sub(r"^char ::= .*$", lambda _: _CHARACTER, grammar, flags=re.MULTILINE)


def tool_call(tools: Sequence[tuple[str, Any]]) -> str:
    """GBNF for one Qwen tool call to one of these tools: (name, JSON schema of its arguments)."""
    calls = [_call_schema(name, parameters) for name, parameters in tools]
    grammar = json_schema(calls[0] if len(calls) == 1 else {"anyOf": calls})
    inner = grammar.replace("root ::=", "call ::=", 1)
    if inner == grammar:
        raise GrammarError("The tools' schemas gave a grammar without a root.")
    return 'root ::= "<tool_call>\\n" call "\\n</tool_call>"\n' + inner


def _call_schema(name: str, parameters: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"name": {"const": name}, "arguments": parameters or {"type": "object"}},
        "required": ["name", "arguments"],
    }
