"""`main.py import-litellm`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import yaml

from policies.errors import PolicyFileError
from policies.litellm_import import import_litellm as translate
from policies.loader import read_yaml
from router.commands.opening import BAD_CONFIG, FAILED, errors


def import_litellm(
    file: Annotated[Path, typer.Argument(help="LiteLLM's config.yaml.")],
    out: Annotated[Path, typer.Option(help="Folder for pointsman.yaml and the policy.")] = Path(
        "."
    ),
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Writes pointsman.yaml and imported-policy.yaml, and reports every key that it did not understand;
    nothing is dropped in silence. Keys stay references to the environment.

    Examples:

        python main.py import-litellm config.yaml --out gateway/

        python main.py check gateway/pointsman.yaml
    """
    try:
        source = read_yaml(file).data
    except PolicyFileError as error:
        for finding in error.findings:
            errors.print(f"✗ {finding}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(BAD_CONFIG) from None
    if not isinstance(source, dict):
        errors.print(f"✗ {file} holds no mapping, so it is no LiteLLM configuration.", style="red")
        raise typer.Exit(BAD_CONFIG)
    imported = translate(source)
    policy_path = out / "imported-policy.yaml"
    config = {**imported.config, "policy": str(policy_path)}
    _write(out / "pointsman.yaml", config, force=force)
    _write(policy_path, imported.policy, force=force)
    for note in imported.notes:
        errors.print(
            f"! {note.where}: {note.message}", style="yellow", markup=False, soft_wrap=True
        )
    errors.print(
        f"✓ {len(imported.config.get('models', {}))} models taken over, {len(imported.notes)} notes. "
        f"Next: python main.py check {out / 'pointsman.yaml'}",
        style="green",
    )


def _write(path: Path, data: object, *, force: bool) -> None:
    if path.exists() and not force:
        errors.print(f"✗ {path} is there already; say --force to overwrite it.", style="red")
        raise typer.Exit(FAILED)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
