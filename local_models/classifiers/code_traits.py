"""How a Python program in a text is built, and what it is run on: what has to be followed in one's head.

Read while routers are trained and measured; the shipped weights do not look at it. Needs nothing
but the standard library's parser, and runs nothing.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from math import log1p

import numpy as np
from numpy.typing import NDArray

_BLOCK = re.compile(r"\[PYTHON\]\n(.*?)\[/PYTHON\]|```(?:python|py)?\n(.*?)```", re.DOTALL)
_START = re.compile(r"^(?:async def |def |class |import |from \w+ import )", re.MULTILINE)
_MOST_CHARS, _DEEPEST = 20_000, 150

_NODES = (
    ("for", (ast.For, ast.AsyncFor)), ("while", (ast.While,)), ("if", (ast.If, ast.IfExp)),
    ("comprehension", (ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp)),
    ("call", (ast.Call,)), ("subscript", (ast.Subscript,)), ("slice", (ast.Slice,)),
    ("assign", (ast.Assign,)), ("change", (ast.AugAssign,)), ("return", (ast.Return,)),
    ("compare", (ast.Compare,)), ("both", (ast.BoolOp,)), ("operator", (ast.BinOp,)),
    ("lambda", (ast.Lambda,)), ("leave", (ast.Break, ast.Continue)), ("delete", (ast.Delete,)),
    ("negate", (ast.UnaryOp,)), ("remainder", (ast.Mod,)),
)  # fmt: skip
_NAMES = {
    "find": "find rfind index rindex", "join": "join", "strip": "strip lstrip rstrip",
    "split": "split rsplit partition rpartition splitlines", "add": "append",
    "replace": "replace translate maketrans", "case": "upper lower title swapcase capitalize",
    "kind": "isalpha isdigit isupper islower isalnum isnumeric isdecimal isspace istitle isascii",
    "pad": "ljust rjust center zfill format", "order": "sort sorted reverse reversed",
    "alter": "pop insert remove extend clear", "count": "count len sum max min",
    "map": "get items keys values update setdefault popitem fromkeys",
    "ends": "startswith endswith removeprefix removesuffix", "range": "range enumerate zip filter",
}  # fmt: skip
_GROUP = {name: group for group, names in _NAMES.items() for name in names.split()}
_LOOPS = (
    ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp
)  # fmt: skip
_NESTING = (*_LOOPS, ast.If)
_SIZES = (
    "log_nodes", "lines", "log_chars", "loop_depth", "depth", "distinct_names", "numbers", "texts",
    "input_log_chars", "input_log_constants", "input_texts", "input_log_text", "input_log_longest",
    "input_log_word", "input_log_signs", "input_log_capitals", "input_log_digits", "input_lists",
    "input_maps", "input_tuples", "input_empty", "input_by_loops",
)  # fmt: skip
CODE_TRAITS = (
    *_SIZES, *(f"node_{name}" for name, _ in _NODES), *(f"uses_{group}" for group in _NAMES)
)  # fmt: skip
"""The name of each number, in the order in which `read_code` gives them."""


def read_code(text: str) -> NDArray[np.float32]:
    """The traits of the Python code in a text, in the order of CODE_TRAITS; all zero without any.

    Code stands between fences or marks, or begins with a line that defines or imports something. What it
    defines is the program; what follows on the top level, an `assert` say, is what it is run on.
    """
    code = find_code(text)
    tree = _parse(code)
    if tree is None:
        return np.zeros(len(CODE_TRAITS), dtype=np.float32)
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    program: list[ast.stmt] = [part for part in tree.body if isinstance(part, defined)]
    rest = [part for part in tree.body if not isinstance(part, defined)]
    body = ast.Module(program or rest, type_ignores=[])
    given = ast.Module(rest if program else [], type_ignores=[])
    nodes = list(ast.walk(body))
    names = [name for node in nodes if (name := _called(node))]
    groups = Counter(_GROUP[name] for name in names if name in _GROUP)
    loops = _depth(body, _LOOPS)
    sizes = [*_measure(code, body, nodes, loops), float(len(set(names))), *_constants(nodes)]
    found = [
        *sizes, *_read_given(given, loops),
        *(float(sum(isinstance(node, kinds) for node in nodes)) for _, kinds in _NODES),
        *(float(groups[group]) for group in _NAMES),
    ]  # fmt: skip
    return np.array(found, dtype=np.float32)


def find_code(text: str) -> str:
    """The Python code in a text, or nothing; `??` for what is asked becomes `...`."""
    text = text[:_MOST_CHARS]
    block = _BLOCK.search(text)
    if block:
        return (block[1] or block[2] or "").replace("??", "...")
    start = _START.search(text)
    return text[start.start() :].replace("??", "...") if start else ""


def _parse(code: str) -> ast.Module | None:
    if not code.strip():
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in somebody else's strings
            tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError):
        # The last one is the parser's own when a collection of garbage prints a traceback meanwhile,
        # which parses too.
        return None
    # The parser takes deeper nesting than what writes a tree down again.
    return tree if tree.body and _depth(tree, (ast.AST,)) <= _DEEPEST else None


def _called(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id
    return ""


def _measure(code: str, body: ast.Module, nodes: list[ast.AST], loops: int) -> list[float]:
    ends = [part.end_lineno or part.lineno for part in body.body]
    first, last = body.body[0].lineno, max(ends)
    chars = sum(map(len, code.split("\n")[first - 1 : last]))
    return [
        log1p(len(nodes)), float(last - first + 1), log1p(chars), float(loops),
        float(_depth(body, _NESTING)),
    ]  # fmt: skip


def _depth(node: ast.AST, kinds: tuple[type[ast.AST], ...]) -> int:
    """How many of these stand within each other at most."""
    deepest, waiting = 0, [(node, 0)]
    while waiting:
        at, depth = waiting.pop()
        depth += isinstance(at, kinds)
        deepest = max(deepest, depth)
        waiting += [(part, depth) for part in ast.iter_child_nodes(at)]
    return deepest


def _constants(nodes: list[ast.AST]) -> list[float]:
    held = [node.value for node in nodes if isinstance(node, ast.Constant)]
    return [
        float(sum(isinstance(value, int) for value in held)),
        float(sum(isinstance(value, str) for value in held)),
    ]


def _read_given(given: ast.Module, loops: int) -> list[float]:
    """How much there is to be followed, and of what sort: long texts, lists, odd signs."""
    nodes = list(ast.walk(given))
    held = [node.value for node in nodes if isinstance(node, ast.Constant)]
    texts = [value for value in held if isinstance(value, str)]
    whole = "".join(texts)
    chars = log1p(sum(len(ast.unparse(part)) for part in given.body))
    empty = any(_is_empty(node) for node in nodes)
    return [
        chars, log1p(len(held)), float(min(len(texts), 12)), log1p(len(whole)),
        log1p(max(map(len, texts), default=0)),
        log1p(max((len(word) for part in texts for word in part.split()), default=0)),
        log1p(sum(not sign.isalnum() and sign != " " for sign in whole)),
        log1p(sum(map(str.isupper, whole))), log1p(sum(map(str.isdigit, whole))),
        float(sum(isinstance(node, ast.List) for node in nodes)),
        float(sum(isinstance(node, ast.Dict) for node in nodes)),
        float(sum(isinstance(node, ast.Tuple) for node in nodes)), float(empty), loops * chars,
    ]  # fmt: skip


def _is_empty(node: ast.AST) -> bool:
    if isinstance(node, ast.List):
        return not node.elts
    return isinstance(node, ast.Dict) and not node.keys
