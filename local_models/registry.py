"""The local models by name: which file, where it comes from, what it may do."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from local_models.engine import Sampling
from local_models.errors import ModelFileError
from local_models.gguf_file import read_header

SHIPPED = Path(__file__).parent / "demo"
DEMO = "pointsman-demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalModel:
    """One model that can run here."""

    name: str
    file: str
    """The file's name, or the whole path of the user's own file."""
    repo: str | None = None
    """Where the hub has it; None for shipped ones and for the user's own."""
    revision: str = "main"
    sha256: str | None = None
    megabytes: int = 0
    """Rounded."""
    window_tokens: int = 4096
    """What the model was trained for."""
    licence: str = "unknown"
    is_shipped: bool = False
    sampling: Sampling = field(default_factory=Sampling)
    """What is used where the request does not say."""
    note: str = ""

    def path_in(self, directory: Path) -> Path:
        """Where the file is, or belongs once it is downloaded into `directory`."""
        return (SHIPPED if self.is_shipped else directory) / self.file


@cache
def models() -> Mapping[str, LocalModel]:
    """Every model of `models.yaml`, by name."""
    rows = yaml.safe_load((Path(__file__).parent / "models.yaml").read_text(encoding="utf-8"))
    return {name: _model(name, row) for name, row in rows["models"].items()}


def find(name: str) -> LocalModel:
    """The model of this name, or the user's own file when the name is a path to a `.gguf`.

    Raises:
        ModelFileError: no such name (with the nearest one), or the file is no model.
    """
    if name in models():
        return models()[name]
    if name.endswith(".gguf"):
        return _own_file(Path(name).expanduser())
    near = difflib.get_close_matches(name, models(), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else f". Known: {', '.join(models())}."
    raise ModelFileError(
        f"No local model is called {name!r}{hint} A path to a .gguf file works too."
    )


def _own_file(path: Path) -> LocalModel:
    header = read_header(path)
    return LocalModel(
        name=path.stem,
        file=str(path.resolve()),
        megabytes=header.file_bytes // 1_000_000,
        window_tokens=header.window_tokens or 4096,
        licence=str(header.metadata.get("general.license", "unknown")),
        note="your own file",
    )


def _model(name: str, row: Mapping[str, Any]) -> LocalModel:
    return LocalModel(
        name=name,
        file=row["file"],
        repo=row.get("repo"),
        sha256=row["sha256"],
        megabytes=row["megabytes"],
        window_tokens=row["window"],
        licence=row["licence"],
        is_shipped=row.get("shipped", False),
        sampling=Sampling(**row.get("sampling", {})),
        note=row.get("note", ""),
    )
