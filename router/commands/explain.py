"""`main.py explain`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from policies.explain import decision_as_tree, plan_as_json
from router.commands.asking import (
    AtOption,
    BudgetOption,
    JsonOption,
    KeyOption,
    LedgerOption,
    LocalOption,
    MetadataOption,
    ModelOption,
    OrderOption,
    PolicyOption,
    QuestionArgument,
    RequestOption,
    SessionOption,
    TenantOption,
    TierOption,
    UserOption,
    open_question,
    suppose,
)
from router.commands.opening import (
    BAD_CONFIG,
    FAILED,
    ConfigOption,
    errors,
    fail_config,
    open_settings,
)
from router.errors import ConfigError, PointsmanError
from router.pipeline.calls import Call, Journey, Refused, Supposed

if TYPE_CHECKING:
    from policies.decision import Decision
    from policies.rules import Policy
    from policies.signals import Signals
    from router.settings import Settings
    from router.storage.entries import Entry

_SHOWN = (
    "intents", "intent_confidence", "intent_from_context", "is_unsure", "is_off_topic", "emotion",
    "emotion_intensity", "sarcasm",
    "language", "difficulty", "prompt_tokens", "needs", "pii", "slots", "is_escalation", "is_reask",
)  # fmt: skip


def explain(
    question: QuestionArgument = "",
    request: RequestOption = "",
    config: ConfigOption = None,
    policy: PolicyOption = "",
    model: ModelOption = "auto",
    key: KeyOption = "",
    user: UserOption = "",
    tier: TierOption = "",
    tenant: TenantOption = "",
    session: SessionOption = "",
    order_number: OrderOption = "",
    metadata: MetadataOption = None,
    must_stay_local: LocalOption = False,
    at: AtOption = "",
    budget_left: BudgetOption = None,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Nobody is called. Vendors without a key count as off, as they would for a real request.

    Exit codes: 0 explained; 1 nobody may answer, or there is no such request; 2 wrong usage.

    Examples:

        python main.py explain "你们什么态度！我要投诉" --tier vip

        python main.py explain "Where is it?" --key shop --metadata app=web --at 2026-11-21T03:00+08:00

        python main.py explain --policy cost-first "Prove that the square root of 2 is irrational."

        python main.py explain --request 4f0c… --json
    """
    if bool(question) == bool(request):
        errors.print("✗ Give either a question or --request ID.", style="red")
        raise typer.Exit(BAD_CONFIG)
    settings = open_settings(config)
    if request:
        path = ledger or Path(settings.ledger.path)
        entry = _find(request, path, key)
        _explain_past(entry, _policy_of_today(settings), as_json=as_json)
        return
    if policy:
        settings = settings.model_copy(update={"policy": policy})
    said = {"user": user, "tier": tier, "tenant": tenant, "session": session}
    said |= {"order_number": order_number, "must_stay_local": "yes" * must_stay_local}
    try:
        call = open_question(question, model, said, metadata or ())
        supposed = suppose(at, budget_left)
    except PointsmanError as error:
        errors.print(f"✗ {error.message}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(BAD_CONFIG) from None
    _explain(settings, call, supposed, key, as_json=as_json)


def _explain(
    settings: Settings, call: Call, supposed: Supposed, key: str, *, as_json: bool
) -> None:
    """Tell what would be decided about a call, whoever's key it came with."""
    try:
        journey = asyncio.run(_consider(settings, call, supposed, key))
    except ConfigError as error:
        fail_config(error)
    except PointsmanError as error:
        errors.print(f"✗ {error.message}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(FAILED) from None
    decision = journey.refusal if isinstance(journey, Refused) else journey.plan
    _print(journey.signals, decision, as_json=as_json)
    if isinstance(journey, Refused):
        raise typer.Exit(FAILED)


async def _consider(
    settings: Settings, call: Call, supposed: Supposed, key: str
) -> Journey | Refused:
    from router.wiring import open_house

    async with open_house(settings, trusts_caller=True, speaks_as=key) as house:
        return house.gateway.consider(call, supposed)


def _print(signals: Signals, decision: Decision, *, as_json: bool) -> None:
    from router.api.explanations import signals_to_json

    read = signals_to_json(signals)
    if as_json:
        whole = {"signals": read, "plan": plan_as_json(decision)}
        sys.stdout.write(json.dumps(whole, ensure_ascii=False, indent=2) + "\n")
        return
    shown = ", ".join(f"{name} {_short(read[name])}" for name in _SHOWN if read[name])
    sys.stdout.write(f"understood: {shown}\n{decision_as_tree(decision)}\n")


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, list | tuple):
        return "+".join(map(str, value))
    return str(value)


def _policy_of_today(settings: Settings) -> Policy | None:
    """The configured policy, if it can be read; it need not be the one that decided."""
    from policies.errors import PolicyFileError
    from policies.loader import find_policy, load_policy
    from router.wiring import open_understanding

    try:
        intents = open_understanding(settings.understanding).intents
        return load_policy(find_policy(settings.policy), own_intents=intents)
    except (PolicyFileError, ConfigError):
        return None


def _explain_past(entry: Entry, policy: Policy | None, *, as_json: bool) -> None:
    from router.api.explanations import explain_entry, past_decision
    from router.storage.entries import decode_signals

    if as_json:
        whole = explain_entry(entry, policy)
        sys.stdout.write(json.dumps(whole, ensure_ascii=False, indent=2) + "\n")
        return
    asked = entry.request
    _print(decode_signals(asked.signals), past_decision(asked, policy), as_json=False)
    if asked.cache == "hit":
        price = "unknown" if asked.saved_usd is None else f"${asked.saved_usd}"
        sys.stdout.write(
            f"no call: the answer of {asked.model} came from the cache; saved: {price}\n"
        )
    for row in entry.attempts:
        cost = "unknown" if row.cost_usd is None else f"${row.cost_usd}"
        error = f", {row.error}" if row.error else ""
        seconds = "–" if row.seconds is None else f"{row.seconds:.2f} s"
        sys.stdout.write(
            f"call {row.number}: {row.kind} {row.model} at {row.deployment}: "
            f"{row.outcome}{error}, {seconds}, {cost}\n"
        )


def _find(request_id: str, ledger: Path, key: str) -> Entry:
    """The latest request of that id, with a word on other keys that sent the same one."""
    from router.storage.errors import LedgerError
    from router.storage.sqlite_reader import LedgerReader

    try:
        reader = LedgerReader(ledger)
        entry = reader.find(request_id, key or None)
        keys = reader.keys_of(request_id)
    except LedgerError as error:
        errors.print(f"✗ {error.message}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(FAILED) from None
    if entry is None:
        whose = f" of key '{key}'" if key else ""
        errors.print(f"✗ The ledger {ledger} has no request '{request_id}'{whose}.", style="red")
        raise typer.Exit(FAILED)
    if len(keys) > 1 and not key:
        errors.print(
            f"Several keys sent the id '{request_id}': {', '.join(keys)}. This is the latest, of "
            f"'{entry.request.key_name}'; name another with --key.",
            markup=False,
            soft_wrap=True,
        )
    return entry
