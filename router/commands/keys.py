"""`main.py keys`."""

from __future__ import annotations

import secrets
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from router.commands.opening import FAILED, ConfigOption, errors, open_settings
from router.steps.access import hash_key

keys = typer.Typer(no_args_is_help=True, help="Create and check API keys of this gateway.")
_KEY_BYTES = 24


@keys.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What reports call the key: shop, bot, clinic.")],
    tier: Annotated[str, typer.Option(help="Tier that every request of the key has.")] = "",
    user: Annotated[str, typer.Option(help="User that every request of the key is for.")] = "",
    tenant: Annotated[str, typer.Option(help="Tenant that the key belongs to.")] = "",
    must_stay_local: Annotated[
        bool, typer.Option("--must-stay-local", help="Requests of the key never leave the house.")
    ] = False,
) -> None:
    """Make a new key and print the lines for the configuration; the key itself is shown only now.

    Example:

        python main.py keys create shop --tier vip >> pointsman.yaml
    """
    key = f"pm-{secrets.token_urlsafe(_KEY_BYTES)}"
    lines = [f"  - name: {name}", f"    sha256: {hash_key(key)}"]
    for field, value in (("user", user), ("tier", tier), ("tenant", tenant)):
        if value:
            lines.append(f"    {field}: {value}")
    if must_stay_local:
        lines.append("    must_stay_local: true")
    errors.print(f"API key of '{name}', shown only now: ", end="", markup=False)
    errors.print(key, style="bold", markup=False, soft_wrap=True)
    errors.print("Add this to the configuration, under keys:", style="dim")
    sys.stdout.write("\n".join(lines) + "\n")


@keys.command("list")
def list_keys(config: ConfigOption = None) -> None:
    """Every configured key with what it fixes; never the key itself.

    Example:

        python main.py keys list --config pointsman.yaml
    """
    table = Table("name", "tier", "user", "tenant", "stays local", "may ask for", "SHA-256")
    for entry in open_settings(config).keys:
        digest = entry.sha256 or hash_key(entry.key or "")
        table.add_row(
            entry.name,
            entry.tier or "any",
            entry.user or "any",
            entry.tenant or "any",
            "yes" if entry.must_stay_local else "no",
            ", ".join(entry.models) or "everything",
            digest[:12] + "…",
        )
    Console().print(table)


@keys.command("which")
def which(config: ConfigOption = None) -> None:
    """Read a key from standard input and say which configured key it is (exit code 1: none).

    Example:

        echo "$KEY" | python main.py keys which
    """
    digest = hash_key(sys.stdin.readline().strip())
    for entry in open_settings(config).keys:
        if digest == (entry.sha256 or hash_key(entry.key or "")).lower():
            sys.stdout.write(entry.name + "\n")
            return
    errors.print("✗ No configured key has this value.", style="red")
    raise typer.Exit(FAILED)
