"""One CLI verb a file. A verb's module is imported only when the verb is used."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from types import MappingProxyType

import typer

from router.commands.large_pages import use_large_arenas

VERBS = MappingProxyType(
    {
        "serve": "Serve the gateway.",
        "demo": "See it work: simulated vendors, the shipped local model, a dozen real requests.",
        "ask": "Ask one question and see who answered and why.",
        "explain": "Show what would be decided about a request, or what was decided about a past one.",
        "check": "Check a configuration or policy file before it is used.",
        "costs": "What was spent, by model, user, intent, day and more.",
        "models": "Models, their prices and whether they are on; local models to download.",
        "keys": "Create and check API keys of this gateway.",
        "train": "Retrain a classifier from your own labelled file.",
        "simulate": "Run a simulated vendor, with faults on demand.",
        "doctor": "Check this installation and every vendor that is configured.",
        "import-litellm": "Turn a LiteLLM config.yaml into a configuration and a policy.",
    }
)


def build(arguments: Sequence[str]) -> typer.Typer:
    """The command line, with the one verb that is asked for, or with all of them for the help."""
    app = typer.Typer(
        name="main.py",
        help="Pointsman (扳道工): decides which model answers, and proves what it cost and gained.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_show_locals=False,
    )
    app.callback()(_nothing)
    asked = next((word for word in arguments if not word.startswith("-")), None)
    if asked == "serve":
        use_large_arenas()  # before what serves is imported
    for verb in (asked,) if asked is not None and asked in VERBS else tuple(VERBS):
        name = verb.replace("-", "_")
        module = importlib.import_module(f"router.commands.{name}")
        command = getattr(module, name)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=verb, help=VERBS[verb])
        else:
            app.command(verb, help=_help(verb, command.__doc__))(command)
    return app


def _help(verb: str, details: str | None) -> str:
    return "\n\n".join(part for part in (VERBS[verb], details and details.strip()) if part)


def _nothing() -> None:
    return None
