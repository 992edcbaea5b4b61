"""`main.py import-litellm`."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Annotated

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
        errors.print(f"✗ {file} holds no mapping, so it is no LiteLLM configuration.", style="red")
        raise typer.Exit(BAD_CONFIG)
    imported = translate(source, known=known_models(load_catalog()))
    if not imported.config["models"]:
        _tell(imported)
        errors.print("✗ no model could be taken over; nothing was written.", style="red")
        raise typer.Exit(FAILED)
    config = {**imported.config, "policy": _POLICY}
    _write(out / "pointsman.yaml", config, force=force)
    _write(out / _POLICY, imported.policy, force=force)
    _tell(imported)
    errors.print(
        f"✓ {len(imported.config['models'])} models taken over, {len(imported.notes)} notes. "
        f"Next: python main.py check {out / 'pointsman.yaml'}",
        style="green",
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


def _write(path: Path, data: object, *, force: bool) -> None:
    if path.exists() and not force:
        errors.print(f"✗ {path} is there already; say --force to overwrite it.", style="red")
        raise typer.Exit(FAILED)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump(data), encoding="utf-8")
