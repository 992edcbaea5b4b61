"""The house rules: arrows point down, the linters are content, nothing is said to the network."""

from __future__ import annotations

import ast
import gc
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("router", "providers", "policies", "prompts", "local_models", "bench")
PURE_ROOMS = ("policies", "prompts")
IO_LIBRARIES = frozenset(
    {"aiohttp", "asyncio", "fastapi", "httpx", "openai", "redis", "requests", "socket", "sqlite3"}
)
STEPS = ROOT / "router" / "steps"


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400)


def _parse(path: Path) -> ast.Module:
    """The file's tree. Garbage of other tests may print tracebacks when it is collected, which parses
    too, and Python 3.11's parser cannot be entered twice."""
    gc.disable()
    try:
        return ast.parse(path.read_text())
    finally:
        gc.enable()


def test_every_import_points_down() -> None:
    done = _run(str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_is_content() -> None:
    done = _run(sys.executable, "-m", "ruff", "check", ".")
    assert done.returncode == 0, done.stdout


def test_the_code_is_formatted() -> None:
    done = _run(sys.executable, "-m", "ruff", "format", "--check", ".")
    assert done.returncode == 0, done.stdout


def test_mypy_strict_is_content() -> None:
    done = _run(sys.executable, "-m", "mypy")
    assert done.returncode == 0, done.stdout


def _imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(_parse(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_policies_and_prompts_import_no_library_that_does_io(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        roots = {name.split(".")[0] for name in _imports_of(path)}
        assert not roots & IO_LIBRARIES, path


def test_fastapi_is_imported_by_doors_only() -> None:
    doors = (ROOT / "router" / "api", ROOT / "router" / "console")
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            if any(door in path.parents for door in doors) or path == ROOT / "router" / "app.py":
                continue
            roots = {name.split(".")[0] for name in _imports_of(path)}
            assert not roots & {"fastapi", "starlette"}, path


def test_steps_are_strangers_to_each_other() -> None:
    steps = {path.stem for path in STEPS.iterdir() if path.name != "__init__.py"}
    for path in STEPS.rglob("*.py"):
        own = path.relative_to(STEPS).parts[0].removesuffix(".py")
        for name in _imports_of(path):
            parts = name.split(".")
            if parts[:2] == ["router", "steps"] and len(parts) > 2:
                assert parts[2] == own or parts[2] not in steps, f"{path} imports {name}"


_SILENT = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        raise SystemExit(f"{event} {arguments}")
sys.addaudithook(refuse)
import main, router.wiring, router.app, router.commands
from router.commands import build
build([])
heavy = {"litellm", "torch", "sklearn", "dashscope", "llama_cpp", "matplotlib"} & set(sys.modules)
sys.exit(f"imported at start: {sorted(heavy)}" if heavy else 0)
"""


def test_importing_everything_neither_calls_the_network_nor_loads_what_is_heavy() -> None:
    done = _run(sys.executable, "-c", _SILENT)
    assert done.returncode == 0, done.stderr
