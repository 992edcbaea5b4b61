"""`main.py serve`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from router.commands.opening import (
    BAD_CONFIG,
    ConfigOption,
    errors,
    fail_config,
    find_config,
    open_settings,
    why_exposed,
)
from router.errors import ConfigError


def serve(
    config: ConfigOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    open_to_all: Annotated[
        bool, typer.Option("--open", help="Serve other machines although no key is configured.")
    ] = False,
) -> None:
    """With no configuration it runs on what the environment offers: OPENAI_API_KEY,
    ANTHROPIC_API_KEY, DASHSCOPE_API_KEY (and …_BASE_URL), and the shipped local model.

    Examples:

        python main.py serve

        OPENAI_API_KEY=sk-… python main.py serve --port 9000

        python main.py serve --config pointsman.yaml
    """
    settings = open_settings(config)
    listen_host = host or settings.server.host
    if not open_to_all and (why := why_exposed(settings, listen_host)):
        errors.print(f"✗ {why}", style="red", soft_wrap=True)
        raise typer.Exit(BAD_CONFIG)
    from router.commands.serving import new_loop, run_server

    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(
                run_server(
                    settings, host=listen_host, port=settings.server.port if port is None else port
                )
            )
    except ConfigError as error:
        fail_config(error, find_config(config))
