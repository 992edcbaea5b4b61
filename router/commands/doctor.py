"""`main.py doctor`."""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from local_models.classifiers.compiled import NATIVE
from providers.base import Provider
from providers.errors import ProviderError
from router.commands.opening import FAILED, ConfigOption, find_config, open_settings
from router.errors import ConfigError
from router.settings import Settings

Verdict = Literal["ok", "off", "warning", "error"]
_STYLE: dict[Verdict, str] = {"ok": "green", "off": "dim", "warning": "yellow", "error": "red"}
_LEAST_FREE_BYTES = 1_000_000_000


class Check(NamedTuple):
    """One thing that was looked at."""

    what: str
    verdict: Verdict
    note: str


def doctor(
    config: ConfigOption = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Do not call the vendors, only look at this machine.")
    ] = False,
) -> None:
    """Looks at Python, the local engine, the configuration, the ledger's disk and Redis, and asks every
    vendor that is on for its list of models, which costs nothing. Exit code 1 when something is wrong.

    Examples:

        python main.py doctor

        python main.py doctor --offline --config pointsman.yaml
    """
    settings = open_settings(config)
    checks = [*_look_at_machine(settings, find_config(config))]
    checks += asyncio.run(_look_at_house(settings, offline=offline))
    table = Table("what", "", "note", show_edge=False)
    for check in checks:
        table.add_row(check.what, f"[{_STYLE[check.verdict]}]{check.verdict}[/]", check.note)
    Console().print(table)
    if any(check.verdict == "error" for check in checks):
        raise typer.Exit(FAILED)


def _look_at_machine(settings: Settings, path: Path | None) -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Check("Python", "ok", version)
    yield Check("configuration", "ok", str(path) if path else "none: running on the environment")
    engines = [name for name in ("llama_cpp", "xllamacpp") if importlib.util.find_spec(name)]
    if engines:
        known = importlib.metadata.packages_distributions()
        names = [f"{name} {importlib.metadata.version(known[name][0])}" for name in engines]
        yield Check("local engine", "ok", ", ".join(names))
    else:
        mend = "install a C compiler and run `uv sync`, or `uv sync --extra prebuilt`"
        yield Check("local engine", "off", f"no llama.cpp here; {mend}")
    if NATIVE is None:
        mend = "install a C compiler and run `uv sync`; until then reading and masking a text take several times as long"
        yield Check("text reading", "off", f"not compiled: {mend}")
    else:
        yield Check("text reading", "ok", "compiled")
    folder = Path(settings.ledger.path).resolve().parent
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    verdict: Verdict = "ok" if free >= _LEAST_FREE_BYTES else "warning"
    yield Check("disk for the ledger", verdict, f"{free / 2**30:.1f} GiB free at {folder}")
    if not os.access(folder, os.W_OK):
        yield Check("ledger", "error", f"{folder} cannot be written; set ledger.path elsewhere")


async def _look_at_house(settings: Settings, *, offline: bool) -> list[Check]:
    from router.wiring import open_house

    checks: list[Check] = []
    try:
        async with open_house(settings, trusts_caller=True) as house:
            policy = house.policies.current
            checks.append(Check("policy", "ok", f"{policy.name} ({policy.version})"))
            on = [model.name for model in house.candidates() if model.is_on]
            verdict: Verdict = "ok" if on else "error"
            checks.append(Check("models", verdict, f"{len(on)} on"))
            for vendor in house.vendors:
                if not vendor.is_on:
                    checks.append(Check(vendor.name, "off", vendor.why))
                elif offline:
                    checks.append(Check(vendor.name, "ok", f"not called ({vendor.base_url})"))
                else:
                    checks.append(await _ask_vendor(vendor.name, house.providers[vendor.name]))
    except ConfigError as error:
        checks += [Check("configuration", "error", problem) for problem in error.problems]
    if settings.state.redis_url:
        checks.append(await _ask_redis(settings.state.redis_url))
    return checks


async def _ask_vendor(name: str, provider: Provider) -> Check:
    try:
        models = await provider.list_models()
    except ProviderError as error:
        return Check(name, "error", error.message)
    return Check(name, "ok", f"{len(models)} models offered to the key")


async def _ask_redis(url: str) -> Check:
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    client = Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5)
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        return Check("Redis", "error", f"{type(error).__name__}: {error}; check state.redis_url")
    finally:
        await client.aclose()
    return Check("Redis", "ok", "answers")
