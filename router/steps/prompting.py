"""Put the system prompt of the plan before the conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import msgspec

from local_models.tokenizer import estimate_by_family
from policies.decision import Plan
from policies.signals import NO_PROMPTS, Caller, Signals
from prompts.errors import PromptError
from prompts.library import Library, shipped
from prompts.render import Draft, prepare, render
from prompts.schema import Size
from providers.messages import ChatRequest, Message, text_of
from router.errors import ConfigError

_TOLD: Mapping[str, str] = {"intent": "", "tier": "", "order_number": ""}
"""What every prompt is told about the request; empty where there is nothing to tell."""

_USUAL_NUMBER = "20261130-0001234567"
"""Stands for an order number where a prompt is measured."""
_PER_MESSAGE = 4

PromptMode = Literal["keep", "prepend"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptingSettings:
    """What is said in the operator's name, and when."""

    mode: PromptMode = "keep"
    """`keep`: a caller that sends its own system message is left alone. `prepend`: ours goes first."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Values for every prompt: company, agent_name."""
    most_examples: int = 2
    """Examples sent at most; 0 sends none."""
    with_json_schema: bool = False
    """Whether requests with a JSON schema get a prompt too."""
    compact_models: frozenset[str] = frozenset()
    """Models, by our name, that get the compact text: small ones with small windows."""


class Prompting:
    """Chooses, fills and places the prompt. Knows only the plan's name for it."""

    def __init__(
        self, settings: PromptingSettings | None = None, library: Library | None = None
    ) -> None:
        self._settings = settings or PromptingSettings()
        self._library = library or shipped()
        # The same few prompts are said all day; only the order number is new every time.
        self._left_open = frozenset({"order_number"}) - self._settings.variables.keys()
        self._ready = lru_cache(maxsize=1_024)(self._prepare)
        self._measured = lru_cache(maxsize=1_024)(self._measure)

    def check(self, names: frozenset[str]) -> None:
        """Make sure, before start, that every prompt that policies name can be rendered.

        Raises:
            ConfigError: lists every name that is unknown and every variable that is missing.
        """
        problems = [problem for name in sorted(names) if (problem := self._problem(name))]
        if problems:
            raise ConfigError(problems)

    def apply(
        self, plan: Plan, signals: Signals, caller: Caller, request: ChatRequest
    ) -> ChatRequest:
        """The request with the plan's prompt before its messages, or the same request.

        Nothing is added when the plan names no prompt, when the caller sent a system message of its
        own (unless `mode` is `prepend`), or when the answer must follow a JSON schema (unless
        `with_json_schema`). Examples go along only where the caller sent no system message, no tools
        and no history, since they would be read as part of the conversation.
        """
        if plan.prompt is None or not self._wants(request):
            return request
        system, examples = self._ready(
            plan.prompt,
            signals.language,
            signals.intents or (signals.intent,),
            _intent(signals),
            _tier(caller),
            plan.primary.model in self._settings.compact_models,
            _takes_examples(request),
        )
        said = Message(role="system", content=system.fill({"order_number": _order_number(signals)}))
        return msgspec.structs.replace(request, messages=(said, *examples, *request.messages))

    def measure(
        self, names: Sequence[str], signals: Signals, caller: Caller, request: ChatRequest
    ) -> Mapping[str, Mapping[str, tuple[int, int]]]:
        """What each of these prompts would add to the request, by name and a model's family, in tokens.

        Nothing where no prompt would be added. The full text counts, for which model answers, and so
        whether a compact one will do, is decided by what it costs.
        """
        if not names or not self._wants(request):
            return NO_PROMPTS
        return self._measured(
            tuple(names),
            signals.language,
            signals.intents or (signals.intent,),
            _intent(signals),
            _tier(caller),
            _takes_examples(request),
            _USUAL_NUMBER if _order_number(signals) else "",
        )

    def _measure(
        self,
        names: tuple[str, ...],
        language: str,
        intents: tuple[str, ...],
        intent: str,
        tier: str,
        with_examples: bool,
        order_number: str,
    ) -> Mapping[str, Mapping[str, tuple[int, int]]]:
        found: dict[str, Mapping[str, tuple[int, int]]] = {}
        for name in names:
            system, examples = self._ready(
                name, language, intents, intent, tier, False, with_examples
            )
            text = system.fill({"order_number": order_number})
            told = "\n".join([text, *map(text_of, examples)])
            found[name] = estimate_by_family(told, _PER_MESSAGE * (1 + len(examples)))
        return found

    def _wants(self, request: ChatRequest) -> bool:
        if self._settings.mode == "keep" and _has_system(request):
            return False
        wanted = request.response_format
        return wanted is None or wanted.type == "text" or self._settings.with_json_schema

    def _prepare(
        self,
        name: str,
        language: str,
        intents: tuple[str, ...],
        intent: str,
        tier: str,
        is_compact: bool,
        with_examples: bool,
    ) -> tuple[Draft, tuple[Message, ...]]:
        ready = prepare(
            self._library.find(name, language),
            {"intent": intent, "tier": tier, **self._settings.variables},
            size="compact" if is_compact else "full",
            intents=intents,
            most_examples=self._settings.most_examples if with_examples else 0,
            left_open=self._left_open,
        )
        examples = (Message(role=turn.role, content=turn.text) for turn in ready.examples)
        return ready.system, tuple(examples)

    def _problem(self, name: str) -> str:
        sizes: tuple[Size, ...] = ("full", "compact")
        try:
            for language in ("zh", "en"):
                for size in sizes:
                    known = {**_TOLD, **self._settings.variables}
                    render(self._library.find(name, language), known, size=size)
        except PromptError as error:
            return f"prompt: {error}"
        return ""


# What the request itself tells a prompt. Private values are placeholders here already.


def _intent(signals: Signals) -> str:
    is_clear = signals.intent != "other" and not signals.is_unsure
    return signals.intent.replace("_", " ") if is_clear else ""


def _tier(caller: Caller) -> str:
    return caller.tier if caller.tier != "standard" else ""


def _order_number(signals: Signals) -> str:
    orders = signals.slots.get("order_number", ())
    return orders[0] if orders else ""


def _has_system(request: ChatRequest) -> bool:
    for message in request.messages:  # noqa: SIM110 - a loop, since every request comes here
        if message.role in ("system", "developer"):
            return True
    return False


def _takes_examples(request: ChatRequest) -> bool:
    return not request.tools and len(request.messages) == 1 and request.messages[0].role == "user"
