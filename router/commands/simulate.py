"""`main.py simulate`: rehearse with vendors that fail on purpose."""

from __future__ import annotations

from typing import Annotated

import typer

from providers.simulators.faults import read_rate
from providers.simulators.run import list_faults, run_simulator
from providers.simulators.settings import Pacing, Settings
from providers.simulators.wires import WIRES


def simulate(
    wire: Annotated[
        str, typer.Option(help="openai, anthropic, dashscope or llama_server.")
    ] = "openai",
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 9101,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    name: Annotated[
        str, typer.Option(help="Aims a directive at this one: simulate:NAME/cut.")
    ] = "",
    fault: Annotated[
        list[str] | None,
        typer.Option(help="FAULT:SHARE, such as cut:5% or 429=2:10%; may be repeated."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed meets the same faults.")] = 0,
    first_token_ms: Annotated[float, typer.Option(help="Delay before the first token.")] = 30.0,
    tokens_per_second: Annotated[float, typer.Option(help="0 is as fast as possible.")] = 200.0,
    model: Annotated[
        list[str] | None, typer.Option(help="A model name that is known besides the usual ones.")
    ] = None,
    window_tokens: Annotated[int | None, typer.Option(help="Context window.")] = None,
    requests_per_minute: Annotated[int, typer.Option(help="Beyond it: 429.")] = 1_000_000,
    answer_tokens: Annotated[
        int | None, typer.Option(help="Make every answer exactly so long.")
    ] = None,
    announce: Annotated[bool, typer.Option(help="Begin each answer with [simulated].")] = False,
    faults: Annotated[bool, typer.Option("--list-faults", help="Name every fault.")] = False,
) -> None:
    """Run a simulated vendor, well-behaved or as bad as you ask.

    Examples:

      main.py simulate --wire openai --port 9101 --fault cut:5% --fault 429:10%

      main.py simulate --wire anthropic --first-token-ms 800 --tokens-per-second 40

    Point a vendor at it: OPENAI_BASE_URL=http://127.0.0.1:9101/v1 OPENAI_API_KEY=any main.py serve
    """
    if faults:
        typer.echo(list_faults())
        return
    _check(wire, fault or [])
    settings = Settings(
        wire=wire,
        name=name,
        pacing=Pacing(
            first_token_seconds=first_token_ms / 1000, tokens_per_second=tokens_per_second
        ),
        faults=tuple(fault or ()),
        seed=seed,
        models=tuple(model or ()),
        window_tokens=window_tokens,
        requests_per_minute=requests_per_minute,
        answer_tokens=answer_tokens,
        announce=announce,
    )
    try:
        run_simulator(settings, host=host, port=port, report=False)
    except OSError as error:
        typer.echo(f"Cannot listen on {host}:{port}: {error.strerror}. Try --port 0.", err=True)
        raise typer.Exit(1) from error


def _check(wire: str, faults: list[str]) -> None:
    """Say what is wrong with the options before anything listens."""
    if wire not in WIRES:
        known = ", ".join(sorted(WIRES))
        raise typer.BadParameter(f"There is no wire {wire!r}; there are {known}.")
    for text in faults:
        try:
            read_rate(text)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
