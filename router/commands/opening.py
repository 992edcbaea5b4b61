"""What several verbs need: find the configuration, tell its problems, open the house."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from router.errors import ConfigError
from router.located_problems import locate_problems
from router.settings import Settings, load_settings

BAD_CONFIG = 2
"""Exit code: the configuration or the command line cannot be used."""
FAILED = 1
"""Exit code: everything was well-formed, and it did not work."""

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        envvar="POINTSMAN_CONFIG",
        help="Configuration file; without it ./pointsman.yaml, else the environment's keys.",
    ),
]
errors = Console(stderr=True, highlight=False)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def find_config(given: Path | None) -> Path | None:
    """The configuration file to use: the one given, the one in this folder, or none."""
    if given is not None:
        return given
    here = Path("pointsman.yaml")
    return here if here.exists() else None


def why_exposed(settings: Settings, host: str) -> str:
    """Why nobody should listen there: everybody could spend the operator's money. Empty where they may."""
    if host in _LOOPBACK or settings.keys or settings.server.open:
        return ""
    return (
        f"{host} is reachable from other machines and no key is configured. "
        "Add keys (python main.py keys create), or say --open if everybody may spend your money."
    )


def open_settings(given: Path | None) -> Settings:
    """The settings, or an exit with every problem told."""
    try:
        return load_settings(find_config(given), os.environ)
    except ConfigError as error:
        fail_config(error)


def fail_config(error: ConfigError, path: Path | None = None) -> NoReturn:
    """Tell every problem of a configuration, with its line in the file, and leave with the code for it."""
    for problem in locate_problems(error.problems, path):
        errors.print("✗", style="red", end=" ")
        errors.print(problem, markup=False, soft_wrap=True)
    raise typer.Exit(BAD_CONFIG)
