"""Put the system prompt of the plan before the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import msgspec

from policies.decision import Plan
from policies.signals import Caller, Signals
from prompts.errors import PromptError
from prompts.library import Library, shipped
from prompts.render import render
from prompts.schema import Size
from providers.messages import ChatRequest, Message
from router.errors import ConfigError

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
        # The same few prompts are said all day; only order numbers make new ones.
        self._said = lru_cache(maxsize=1_024)(self._say)

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
        said = self._said(
            plan.prompt,
            signals.language,
            signals.intents or (signals.intent,),
            tuple(sorted(_known(signals, caller).items())),
            plan.primary.model in self._settings.compact_models,
            _takes_examples(request),
        )
        return msgspec.structs.replace(request, messages=(*said, *request.messages))

    def _wants(self, request: ChatRequest) -> bool:
        if self._settings.mode == "keep" and _has_system(request):
            return False
        wanted = request.response_format
        return wanted is None or wanted.type == "text" or self._settings.with_json_schema

    def _say(
        self,
        name: str,
        language: str,
        intents: tuple[str, ...],
        known: tuple[tuple[str, str], ...],
        is_compact: bool,
        with_examples: bool,
    ) -> tuple[Message, ...]:
        rendered = render(
            self._library.find(name, language),
            {**dict(known), **self._settings.variables},
            size="compact" if is_compact else "full",
            intents=intents,
            most_examples=self._settings.most_examples if with_examples else 0,
        )
        examples = (Message(role=turn.role, content=turn.text) for turn in rendered.examples)
        return (Message(role="system", content=rendered.system), *examples)

    def _problem(self, name: str) -> str:
        sizes: tuple[Size, ...] = ("full", "compact")
        try:
            for language in ("zh", "en"):
                for size in sizes:
                    known = {**_known(Signals(), Caller()), **self._settings.variables}
                    render(self._library.find(name, language), known, size=size)
        except PromptError as error:
            return f"prompt: {error}"
        return ""


def _known(signals: Signals, caller: Caller) -> dict[str, str]:
    """What the request itself tells a prompt. Private values are placeholders here already."""
    is_clear = signals.intent != "other" and not signals.is_unsure
    orders = signals.slots.get("order_number", ())
    return {
        "intent": signals.intent.replace("_", " ") if is_clear else "",
        "tier": caller.tier if caller.tier != "standard" else "",
        "order_number": orders[0] if orders else "",
    }


def _has_system(request: ChatRequest) -> bool:
    return any(message.role in ("system", "developer") for message in request.messages)


def _takes_examples(request: ChatRequest) -> bool:
    return not request.tools and len(request.messages) == 1 and request.messages[0].role == "user"
