"""CEL expressions: compiled, run, and cut up into their tokens and parts.

The package raises what it likes (an index out of bounds is an IndexError, a division by zero a
ZeroDivisionError, and a panic of its own is no Exception at all); here all of it becomes a CelError.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

_TOKEN = re.compile(
    r"""(?P<text>[rRbB]{0,2}(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<number>\d[\w.]*|\.\d\w*)
    |(?P<sign>&&|\|\||[=!<>]=|[^\s])
    |(?P<blank>\s+|//[^\n]*)""",
    re.VERBOSE | re.DOTALL,
)
_MACROS = ("exists", "exists_one", "all", "map", "filter")
_OPENING, _CLOSING = "([{", ")]}"
_JOINTS = ("&&", "||", "?", ":")
_UNDEFINED = "Undefined variable or function: '"


class CelError(ValueError):
    """An expression that cannot be read, or cannot be computed for these facts."""

    def __init__(self, said: str, kind: type[BaseException] = ValueError) -> None:
        super().__init__(said)
        self.kind = kind
        """What the package raised."""


class Token(NamedTuple):
    """A piece of an expression: a text, a name, a number or a sign."""

    kind: str
    written: str
    start: int

    @property
    def end(self) -> int:
        """Where the next piece may begin."""
        return self.start + len(self.written)

    @property
    def word(self) -> str:
        """What stands between a text's quotes."""
        return self.written.lstrip("rRbB").strip("\"'")


def compile_cel(expression: str) -> Any:
    """Compile a CEL expression once.

    Raises:
        CelError: the expression cannot be parsed; the message shows where.
    """
    # Imported here because the package loads its own command line with it, which costs more time at
    # start than all our policies; most of them use no CEL.
    import cel

    try:
        return cel.compile(expression)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise CelError(str(error), type(error)) from error


def run_cel(program: Any, variables: Mapping[str, Any]) -> Any:
    """Compute a compiled expression.

    Raises:
        CelError: it cannot be computed from these variables; says why.
    """
    try:
        return program.execute(variables)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise CelError(str(error), type(error)) from error


def name_undefined(error: CelError) -> str:
    """Give the name that stood for nothing when an expression was computed; empty: that was not it."""
    said = str(error)
    return said.removeprefix(_UNDEFINED).partition("'")[0] if said.startswith(_UNDEFINED) else ""


def split_tokens(expression: str) -> list[Token]:
    """Give the pieces of an expression, without blanks and remarks."""
    return [
        Token(found.lastgroup or "", found.group(), found.start())
        for found in _TOKEN.finditer(expression)
        if found.lastgroup != "blank"
    ]


def list_variables(tokens: Sequence[Token]) -> dict[str, str]:
    """Give the names that macros introduce, each with the name before the macro's dot if there is one."""
    found: dict[str, str] = {}
    for at, (dot, macro, opens, name) in enumerate(
        zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False)
    ):
        if dot.written == "." and macro.written in _MACROS and opens.written == "(":
            before = tokens[at - 1] if at and tokens[at - 1].kind == "name" else None
            is_free = before is not None and (at < 2 or tokens[at - 2].written != ".")
            found[name.written] = before.written if before is not None and is_free else ""
    return found


def split_parts(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Cut at `&&`, `||`, `?` and `:`, within brackets too: the questions that are put together."""
    pieces = cut(tokens, _JOINTS)
    if len(pieces) > 1:
        for piece in pieces:
            yield from split_parts(piece)
        return
    inside = list(tokens)
    while inside and inside[0].written == "!":
        inside = inside[1:]
    if is_in_brackets(inside):
        yield from split_parts(inside[1:-1])
    elif tokens:
        yield tokens


def is_in_brackets(tokens: Sequence[Token]) -> bool:
    """Whether one pair of brackets stands around all of it."""
    return len(tokens) > 1 and tokens[0].written == "(" and _closes(tokens) == len(tokens) - 1


def cut(tokens: Sequence[Token], signs: Sequence[str]) -> list[Sequence[Token]]:
    """Cut at these signs where they stand outside all brackets."""
    pieces: list[Sequence[Token]] = []
    depth = begin = 0
    for at, token in enumerate(tokens):
        depth += _step(token)
        if depth == 0 and token.kind != "text" and token.written in signs:
            pieces.append(tokens[begin:at])
            begin = at + 1
    return [*pieces, tokens[begin:]]


def _closes(tokens: Sequence[Token]) -> int:
    depth = 0
    for at, token in enumerate(tokens):
        depth += _step(token)
        if depth == 0:
            return at
    return -1


def _step(token: Token) -> int:
    if token.kind != "sign":
        return 0
    return (token.written in _OPENING) - (token.written in _CLOSING)
