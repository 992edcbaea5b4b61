"""`python -m providers.simulators --wire openai --port 9101 --fault cut:5%`."""

from __future__ import annotations

import argparse
import sys

from providers.simulators.faults import read_rate
from providers.simulators.run import list_faults, run_simulator
from providers.simulators.settings import Pacing, Settings
from providers.simulators.wires import WIRES


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("providers.simulators", description=__doc__)
    parser.add_argument("--wire", choices=sorted(WIRES), default="openai")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--name", default="")
    parser.add_argument("--fault", action="append", default=[], metavar="FAULT:SHARE")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first-token-ms", type=float, default=30.0)
    parser.add_argument("--tokens-per-second", type=float, default=200.0)
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--window-tokens", type=int)
    parser.add_argument("--requests-per-minute", type=int, default=1_000_000)
    parser.add_argument("--answer-tokens", type=int)
    parser.add_argument("--announce", action="store_true")
    parser.add_argument("--list-faults", action="store_true")
    parser.add_argument("--report", action="store_true", help="for a program that starts this one")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run a simulator; the exit code is 2 when the arguments are wrong."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.list_faults:
        print(list_faults())
        return 0
    try:
        for text in given.fault:
            read_rate(text)
    except ValueError as error:
        parser.error(str(error))
    settings = Settings(
        wire=given.wire,
        name=given.name,
        pacing=Pacing(
            first_token_seconds=given.first_token_ms / 1000,
            tokens_per_second=given.tokens_per_second,
        ),
        faults=tuple(given.fault),
        seed=given.seed,
        models=tuple(given.model),
        window_tokens=given.window_tokens,
        requests_per_minute=given.requests_per_minute,
        answer_tokens=given.answer_tokens,
        announce=given.announce,
    )
    run_simulator(settings, host=given.host, port=given.port, report=given.report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
