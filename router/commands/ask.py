"""`main.py ask`."""

from __future__ import annotations

import asyncio
import sys
import uuid
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from providers.calls import ReasoningDelta, RefusalDelta, TextDelta
from providers.errors import ProviderError
from providers.messages import ChatRequest, Message
from router.commands.opening import (
    FAILED,
    ConfigOption,
    errors,
    fail_config,
    find_config,
    open_settings,
)
from router.errors import ConfigError, PointsmanError
from router.pipeline.calls import Call, Served
from router.steps.records import Settled

if TYPE_CHECKING:
    from router.settings import Settings


def ask(
    question: Annotated[str, typer.Argument(help="What to ask; `-` reads it from standard input.")],
    config: ConfigOption = None,
    model: Annotated[str, typer.Option(help="`auto`, a pool or a model.")] = "auto",
    user: Annotated[str, typer.Option(help="Who asks, for tiers and splits.")] = "",
    tier: Annotated[str, typer.Option(help="The user's tier, such as vip.")] = "",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the answer only.")] = False,
) -> None:
    """The answer goes to standard output; who answered, why, and the cost go to standard error.

    Examples:

        python main.py ask "我的快递到哪了？"

        python main.py ask --model local "Can I return shoes that I wore once?"

        git diff | python main.py ask --tier vip -
    """
    settings = open_settings(config)
    text = sys.stdin.read() if question == "-" else question
    request = ChatRequest(model=model, messages=(Message(role="user", content=text),), stream=True)
    hints = {name: value for name, value in (("user", user), ("tier", tier)) if value}
    try:
        asyncio.run(_ask(settings, request, hints, quiet=quiet))
    except ConfigError as error:
        fail_config(error, find_config(config))
    except (PointsmanError, ProviderError) as error:
        errors.print(f"✗ {error.message}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(FAILED) from None


async def _ask(
    settings: Settings, request: ChatRequest, hints: dict[str, str], *, quiet: bool
) -> None:
    from router.wiring import open_house

    out = Console(highlight=False, soft_wrap=True)
    async with open_house(settings, trusts_caller=True) as house:
        call = Call(request_id=uuid.uuid4().hex, request=request, hints=hints)
        journey = await house.gateway.prepare(call)
        async with aclosing(house.gateway.stream(journey)) as events:
            served: Served | None = None
            async for event in events:
                if isinstance(event, TextDelta | RefusalDelta):
                    out.print(event.text, end="", markup=False)
                elif isinstance(event, ReasoningDelta) and not quiet:
                    errors.print(event.text, end="", style="dim", markup=False)
                elif isinstance(event, Served):
                    served = event
                elif isinstance(event, Settled) and served is not None and not quiet:
                    out.print()
                    _print_footer(served, event, journey.plan.rule, journey.plan.primary.why)


def _print_footer(served: Served, settled: Settled, rule: str, why: str) -> None:
    cost = "unknown" if settled.cost_usd is None else f"${settled.cost_usd:f}"
    tokens = settled.usage
    used = f"{tokens.prompt_tokens} + {tokens.completion_tokens} tokens" if tokens else "no usage"
    errors.print(
        f"— {served.model} at {served.provider} · rule {rule}: {why} · {used} · {cost}",
        style="dim",
        markup=False,
        soft_wrap=True,
    )
