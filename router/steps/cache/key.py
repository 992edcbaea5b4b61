"""Which requests are equal, and which may not be answered from a cache at all."""

from __future__ import annotations

import hashlib
from typing import Protocol

import msgspec

from policies.decision import Plan
from policies.signals import Caller, Signals
from providers.messages import ChatRequest, Message, RefusalPart, TextPart, text_of
from router.steps.cache.cases import asks_in_general, speaks_of_one_case

_DIGEST_BYTES = 32
_OF_CASES = frozenset(
    {
        "order_query", "order_modify", "logistics", "refund", "return_exchange", "payment", "invoice", "account", "warranty",
        "human_agent",
    }
)  # fmt: skip
"""Intents of one case, unless the turn asks how things are in general."""
_ALWAYS_OF_CASES = frozenset({"urge", "complaint"})
_OF_ANY_CASE = _OF_CASES | _ALWAYS_OF_CASES
_encode = msgspec.json.Encoder(order="deterministic").encode


class Journey(Protocol):
    """What the cache needs to know of a request on its way."""

    @property
    def request(self) -> ChatRequest:
        """Masked, with the plan's prompt in front."""
        ...

    @property
    def caller(self) -> Caller: ...
    @property
    def signals(self) -> Signals: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def has_secrets(self) -> bool:
        """Whether anything private was masked in this conversation."""
        ...

    @property
    def cache_wish(self) -> str:
        """What the caller said of the cache: `no-cache`, `no-store`, or nothing."""
        ...


def key_of(journey: Journey) -> bytes:
    """A digest over everything that could change the answer; equal only for equal requests.

    That is the whole masked request, the prompt's text and sampling parameters included; whose it
    is; and what the policy decided. How the answer is delivered, whole or streamed, is left out,
    and so is the user where the rule shares its answers across users.
    """
    plan, caller, request = journey.plan, journey.caller, journey.request
    whose = [caller.key_name, caller.tenant, caller.tier, caller.order_number]
    if not plan.terms.cache_across_users:
        whose += [caller.user, request.user or ""]
    decided = (
        plan.policy,
        plan.policy_version,
        plan.rule,
        plan.pool,
        plan.primary.model,
        plan.prompt,
        plan.must_stay_local,
        plan.regions,
        None if plan.cascade is None else [judge.kind for judge in plan.cascade.judges],
        [(arm.split, arm.name) for arm in plan.arms],
    )
    asked = msgspec.structs.replace(
        request, stream=False, include_usage=False, user=None, metadata={}
    )
    said = _encode((whose, decided, asked))
    return hashlib.blake2b(said, digest_size=_DIGEST_BYTES).digest()


def why_not(journey: Journey) -> str:
    """Why this request may not be answered from the cache, nor its answer kept; empty: it may."""
    request, signals = journey.request, journey.signals
    if journey.has_secrets or signals.pii:
        return "it holds private data"
    if signals.slots:
        return f"it is about one case ({', '.join(sorted(signals.slots))})"
    if request.n > 1:
        return "several answers are wanted"
    if request.temperature:
        return "the caller wants chance (temperature above 0)"
    if request.logprobs:
        return "the caller wants logprobs"
    if any(
        message.role in ("tool", "function") or message.tool_calls for message in request.messages
    ):
        return "it carries calls of tools"
    if not all(_is_text(message) for message in request.messages):
        return "it is not text alone"
    said = _said(journey)
    if any(map(speaks_of_one_case, said)):
        return "it is about one case (by its digits or words)"
    is_general = bool(said) and asks_in_general(said[-1])
    own = sorted((_ALWAYS_OF_CASES if is_general else _OF_ANY_CASE).intersection(signals.intents))
    if own:
        return f"it is about one case (read as {', '.join(own)})"
    return ""


def _said(journey: Journey) -> list[str]:
    """What the user said, now and before; not the examples of a prompt, which stand in front of that."""
    turns = [text_of(message) for message in journey.request.messages if message.role == "user"]
    return turns[-journey.signals.turns :]


def _is_text(message: Message) -> bool:
    content = message.content
    if content is None or isinstance(content, str):
        return True
    return all(isinstance(part, TextPart | RefusalPart) for part in content)
