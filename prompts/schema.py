"""What a prompt is: a named, versioned text with places for variables, and its examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

Size = Literal["full", "compact"]
"""`compact` says the same in fewer words, for small local models with small windows."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of an example conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """One worked example: what a customer says, and the answer that we want."""

    turns: tuple[Turn, ...]
    intents: frozenset[str] = frozenset()
    """Intents that it teaches; empty: it teaches manner, whatever the intent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One version of a prompt in one language."""

    name: str
    version: int
    language: Language
    text: str
    """The template, with `{variable}` where a value goes."""
    compact: str
    examples: tuple[Example, ...] = ()
    defaults: tuple[tuple[str, str], ...] = ()
    """Variables that need not be given, with what stands in for them."""
    digest: str = ""
    """Content hash: the first 12 hex digits of SHA-256 over everything that is sent."""

    @property
    def label(self) -> str:
        """Name, version, language and hash, as the ledger keeps it: `general@1/zh#0a1b…`."""
        return f"{self.name}@{self.version}/{self.language}#{self.digest}"


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is put before a conversation."""

    system: str
    examples: tuple[Turn, ...] = ()
    label: str = ""
