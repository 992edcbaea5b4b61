"""The seam to whatever runs a language model here: a prompt goes in, pieces of text come out."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

EndReason = Literal["stop", "length"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How the next token is chosen. Temperature 0 takes the likeliest."""

    temperature: float = 0.7
    top_p: float = 1.0
    top_k: int = 0
    """0: no limit."""
    min_p: float = 0.0
    repeat_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    seed: int | None = None
    """None: by chance."""
    grammar: str | None = None
    """What the answer must follow, from `Engine.grammar_for` or as GBNF."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some more text; `tokens` counts what was generated so far, held-back text included."""

    text: str
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Why the generation ended, and exactly what it used."""

    reason: EndReason
    prompt_tokens: int
    cached_tokens: int
    """Tokens at the prompt's start that an earlier request had left in the memory."""
    completion_tokens: int
    """Generated tokens, without the one that ends the turn."""


class Engine(Protocol):
    """One loaded model. Built once, used from one event loop by many tasks at a time."""

    name: str
    window_tokens: int
    """Prompt and answer together must fit into this."""
    chat_template: str | None
    """The Jinja template that the model's file carries."""
    control_texts: tuple[str, ...]
    """How the model's control tokens are written, so that user text can be kept free of them."""

    def count(self, text: str) -> int:
        """How many tokens the text has; control tokens in it count as one."""
        ...

    def grammar_for(self, schema: Any) -> str:
        """A grammar, in this engine's own language, for JSON that follows the schema.

        Raises:
            GrammarError: a part of the schema has no grammar.
        """
        ...

    def generate(
        self,
        prompt: str,
        *,
        sampling: Sampling,
        max_tokens: int | None = None,
        stop: tuple[str, ...] = (),
    ) -> AsyncGenerator[Piece | Done, None]:
        """Continue the prompt: pieces as they come, `Done` last.

        Closing the generator (or cancelling its task) ends the work within one step.

        Raises:
            PromptTooLongError, EngineBusyError, EngineStoppedError, GrammarError
        """
        ...

    async def close(self) -> None:
        """End all work and free the memory."""
        ...
