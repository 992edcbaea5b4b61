"""The options by which `explain` describes a request: who asks, when, and with how much left."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from policies.given import GivenError, read_moment
from providers.messages import ChatRequest, Message
from router.errors import BadRequestError
from router.pipeline.calls import Call, Supposed

QuestionArgument = Annotated[
    str, typer.Argument(help="What a customer says; `-` reads it from standard input.")
]
RequestOption = Annotated[
    str, typer.Option("--request", help="Id of a past request (x-request-id), from the ledger.")
]
PolicyOption = Annotated[
    str, typer.Option(help="Decide by this policy instead of the configured one.")
]
LedgerOption = Annotated[
    Path | None, typer.Option(help="With --request: a ledger file other than the configured.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON instead of a tree.")]
ModelOption = Annotated[str, typer.Option(help="`auto`, a pool or a model.")]
KeyOption = Annotated[
    str,
    typer.Option(
        help="Name of the API key that asks: its user, tier, limits and budget hold. With --request: that sent it."
    ),
]
UserOption = Annotated[str, typer.Option(help="Who asks.")]
TierOption = Annotated[str, typer.Option(help="The user's tier.")]
TenantOption = Annotated[str, typer.Option(help="For which tenant.")]
SessionOption = Annotated[str, typer.Option(help="In which conversation, for splits.")]
OrderOption = Annotated[str, typer.Option(help="The order that it is about.")]
MetadataOption = Annotated[
    list[str] | None, typer.Option(help="Metadata as key=value; may be given several times.")
]
LocalOption = Annotated[
    bool, typer.Option("--must-stay-local", help="As if the request may not leave the house.")
]
AtOption = Annotated[str, typer.Option(help="As if it were this moment: 2026-11-21T03:00+08:00.")]
BudgetOption = Annotated[
    float | None, typer.Option(help="As if so many dollars were left of the caller's budget.")
]


def open_question(
    question: str, model: str, said: Mapping[str, str], metadata: Sequence[str] = ()
) -> Call:
    """The call of somebody who asks this and `said` so about themselves, read as the door reads it.

    `-` takes the question from standard input.

    Raises:
        BadRequestError: a metadata entry is no `key=value`, or says what cannot be.
    """
    from router.api.requests import open_call

    text = sys.stdin.read() if question == "-" else question
    request = ChatRequest(
        model=model,
        messages=(Message(role="user", content=text),),
        metadata=dict(map(_entry, metadata)),
    )
    headers = {
        f"x-pointsman-{name.replace('_', '-')}".encode(): value.encode()
        for name, value in said.items()
        if value
    }
    return open_call(request, headers, uuid.uuid4().hex, None)


def _entry(written: str) -> tuple[str, str]:
    name, found, value = written.partition("=")
    if not (name and found):
        raise BadRequestError(f"--metadata: '{written}' is no entry. Write it as key=value.")
    return name, value


def suppose(at: str, budget_left: float | None) -> Supposed:
    """What is to be taken for true: a moment, and dollars that are left.

    Raises:
        BadRequestError: the moment is none, or has no time zone.
    """
    try:
        moment = read_moment(at) if at else None
    except GivenError as error:
        raise BadRequestError(f"--at: {error}") from error
    left = None if budget_left is None else Decimal(str(budget_left))
    return Supposed(at=moment, budget_left_usd=left, is_elsewhere=True)
