"""`main.py import-litellm`."""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NoReturn

import typer
import yaml

from policies.errors import PolicyFileError
from policies.litellm_import import Imported, Note
from policies.litellm_import import import_litellm as translate
from policies.loader import read_yaml
from policies.signals import Candidate
from providers.catalog import Catalog, load_catalog
from router.commands.opening import BAD_CONFIG, FAILED, errors
from router.places import list_candidates

_CONFIG = "pointsman.yaml"
_POLICY = "imported-policy.yaml"


def import_litellm(
    file: Annotated[Path, typer.Argument(help="LiteLLM's config.yaml.")],
    out: Annotated[Path, typer.Option(help="Folder for pointsman.yaml and the policy.")] = Path(
        "."
    ),
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Writes pointsman.yaml and imported-policy.yaml, and reports every key that was not taken over as
    it stood, what is left to do, and which environment variables to set; nothing is dropped in silence.
    Keys stay references to the environment.

    Examples:

        python main.py import-litellm config.yaml --out gateway/

        python main.py check gateway/pointsman.yaml
    """
    try:
        source = read_yaml(file, is_old=True).data  # as LiteLLM reads it
    except PolicyFileError as error:
        for finding in error.findings:
            errors.print(f"✗ {finding}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(BAD_CONFIG) from None
    if not isinstance(source, dict):
        _refuse(f"{file} holds no mapping, so it is no LiteLLM configuration.", BAD_CONFIG)
    imported = translate(source, known=known_models(load_catalog()))
    _tell(imported)
    if not imported.config["models"]:
        _refuse("no model could be taken over; nothing was written.", FAILED)
    config = {**imported.config, "policy": _POLICY}
    _write(out, {_POLICY: imported.policy, _CONFIG: config}, force=force)
    errors.print(
        f"✓ {len(imported.config['models'])} models taken over, {len(imported.notes)} notes. "
        f"Next: python main.py check {out / _CONFIG}",
        style="green",
        markup=False,
        soft_wrap=True,
    )


def known_models(catalog: Catalog) -> dict[str, Candidate]:
    """Every model of the catalog as policies see it, by its name and the other names it goes by."""
    today = datetime.datetime.now(datetime.UTC).date()
    models = {each.name: each for each in list_candidates(catalog, {}, {}, today)}
    return models | {alias: models[name] for alias, name in catalog.aliases.items()}


def dump(data: object) -> str:
    """Give YAML that our own reader reads back as it was."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False)


class _Dumper(yaml.SafeDumper):
    """Quotes texts such as 7e5, which our reader takes for numbers and YAML 1.1 does not."""

    def ignore_aliases(self, data: object) -> bool:
        return True


_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def _tell(imported: Imported) -> None:
    """Tell what was not taken over, and last what must be done."""
    for note in sorted(imported.notes, key=lambda note: note.is_due):
        errors.print(_line(note), style="yellow", markup=False, soft_wrap=True)
    if imported.variables:
        errors.print(
            f"! Set in the environment: {', '.join(imported.variables)}.",
            style="yellow",
            markup=False,
            soft_wrap=True,
        )


def _line(note: Note) -> str:
    return f"! {'To do: ' if note.is_due else ''}{note.where}: {note.message}"


def _write(out: Path, files: Mapping[str, object], *, force: bool) -> None:
    """Write all files into a folder, or none: a configuration beside another's policy would run by that.

    They are written beside their places first, so a disk that is full leaves what was there as it was.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        taken = [out / name for name in files if (out / name).exists()]
    except OSError as problem:
        _refuse(f"{out} is no folder to write to: {problem.strerror}.", BAD_CONFIG)
    for path in taken:
        if path.is_dir():
            _refuse(f"{path} is a folder; nothing was written.", BAD_CONFIG)
    if taken and not force:
        there = (
            f"{' and '.join(map(str, taken))} {'is' if len(taken) == 1 else 'are'} there already"
        )
        _refuse(f"{there}, so nothing was written; say --force to overwrite.", FAILED)
    parts: dict[Path, Path] = {}
    try:
        for name, data in files.items():
            path = (out / name).resolve()  # what a link leads to, and not the link, is replaced
            part = parts[path] = path.with_name(f".{path.name}.part")
            part.write_text(dump(data), encoding="utf-8")
        for path, part in parts.items():
            part.replace(path)
    except OSError as problem:
        for part in parts.values():
            with contextlib.suppress(OSError):
                part.unlink()
        _refuse(f"{out} cannot be written to: {problem.strerror}.", FAILED)


def _refuse(why: str, code: int) -> NoReturn:
    errors.print(f"✗ {why}", style="red", markup=False, soft_wrap=True)
    raise typer.Exit(code)
