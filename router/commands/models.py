"""`main.py models`."""

from __future__ import annotations

import asyncio
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from router.commands.opening import ConfigOption, fail_config, find_config, open_settings
from router.errors import ConfigError

if TYPE_CHECKING:
    from policies.signals import Candidate
    from router.settings import Settings


def models(
    config: ConfigOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also models whose vendor is off.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines instead of a table.")] = False,
    local: Annotated[
        bool, typer.Option("--local", help="Models that can run in this house, and their files.")
    ] = False,
    download: Annotated[
        str | None, typer.Option(help="Fetch this local model's file now, with its checksum.")
    ] = None,
) -> None:
    """Prices are dollars per million tokens, `?` where the price is unknown.

    Examples:

        python main.py models --all

        python main.py models --local

        python main.py models --download qwen3-4b
    """
    if local or download:
        from router.commands.local_files import fetch_local, list_local

        folder = Path(open_settings(config).local.folder)
        if download:
            fetch_local(download, folder)
        else:
            list_local(folder)
        return
    try:
        found = asyncio.run(_candidates(open_settings(config)))
    except ConfigError as error:
        fail_config(error, find_config(config))
    shown = [model for model in found if everything or model.is_on]
    if as_json:
        for model in shown:
            sys.stdout.write(json.dumps(_row(model), ensure_ascii=False) + "\n")
        return
    table = Table("model", "provider", "window", "quality", "in $", "out $", "can", "")
    for model in sorted(shown, key=lambda each: (each.provider, -each.quality)):
        table.add_row(
            model.name,
            model.provider,
            f"{model.window_tokens:,}",
            f"{model.quality:.2f}",
            _price(model.input_usd_per_million),
            _price(model.output_usd_per_million),
            " ".join(sorted(model.abilities - {"streaming"})),
            "" if model.is_on else model.why_off,
        )
    Console().print(table)


async def _candidates(settings: Settings) -> list[Candidate]:
    from router.wiring import open_house

    async with open_house(settings, trusts_caller=True) as house:
        return list(house.candidates())


def _price(dollars: Decimal | None) -> str:
    return "?" if dollars is None else f"{dollars.normalize():f}"


def _row(model: Candidate) -> dict[str, object]:
    return {
        "name": model.name,
        "provider": model.provider,
        "is_on": model.is_on,
        "why_off": model.why_off,
        "window_tokens": model.window_tokens,
        "quality": model.quality,
        "abilities": sorted(model.abilities),
        "input_usd_per_million": str(model.input_usd_per_million)
        if model.input_usd_per_million is not None
        else None,
        "output_usd_per_million": str(model.output_usd_per_million)
        if model.output_usd_per_million is not None
        else None,
    }
