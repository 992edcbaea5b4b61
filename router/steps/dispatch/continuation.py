"""Going on with an answer that another model began: when it is honest, and how it is asked for."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import msgspec

from providers.calls import ReasoningDelta, TextDelta
from providers.messages import Message

if TYPE_CHECKING:
    from policies.decision import Terms
    from providers.base import Model
    from providers.calls import Deadline, StreamEvent
    from providers.messages import ChatRequest
    from router.steps.dispatch.deployments import Upstream
    from router.steps.dispatch.estimate import CountTokens
    from router.steps.dispatch.transcript import Transcript

_LEAST_OVERLAP_BYTES = 8
"""Shorter repeats ("the ", "ha") are taken for meant: eight ASCII letters or three Chinese ones."""

_GO_ON = (
    "The connection broke in the middle of your answer above. Continue it exactly where it stops, "
    "with the very next character: no greeting, no apology, no summary, and do not repeat "
    "anything that you have already said. Keep its language and its form."
)


@runtime_checkable
class PrefixCapable(Protocol):
    """A provider that can make a model go on from text already written, token for token."""

    def can_continue(self, model: Model) -> bool: ...

    def continue_from(
        self, model: Model, request: ChatRequest, prefix: str, *, deadline: Deadline
    ) -> AsyncGenerator[StreamEvent, None]: ...


def why_not_continue(request: ChatRequest, terms: Terms, told: Transcript) -> str:
    """Why a broken answer must end with an error; empty when another model may go on with it."""
    if terms.on_break != "continue":
        return "the policy says so (`on_break: error`)"
    if told.has_tool_call:
        return "it broke inside a tool call"
    if told.has_refusal:
        return "it broke inside a refusal"
    if told.has_finished or request.n > 1:
        return "one of several answers cannot be continued alone"
    return ""


def can_continue(request: ChatRequest, *, exactly: bool) -> bool:
    """Whether one who goes on exactly, or in words, can: a structured answer only goes on exactly."""
    is_structured = request.response_format is not None and request.response_format.type != "text"
    return exactly or not is_structured


def is_prefix_capable(upstream: Upstream) -> bool:
    """Whether the provider can, and this very model."""
    provider = upstream.provider
    return isinstance(provider, PrefixCapable) and provider.can_continue(upstream.model)


def shorten(request: ChatRequest, prefix: str, count: CountTokens) -> ChatRequest:
    """The request with the tokens already said taken off its limit."""
    if request.max_tokens is None:
        return request
    return msgspec.structs.replace(request, max_tokens=max(1, request.max_tokens - count(prefix)))


def ask_to_go_on(request: ChatRequest, prefix: str) -> ChatRequest:
    """The request for models without prefixes: the broken answer, and the wish to go on with it."""
    if not prefix:
        return request
    turns = (Message(role="assistant", content=prefix), Message(role="user", content=_GO_ON))
    return msgspec.structs.replace(request, messages=request.messages + turns)


class Trimmer:
    """Cuts off what a continuation says again: its start where that repeats the prefix's end.

    Text is held back only while it could still be a repeat; a continuation that starts with fresh
    words passes from its first piece on.
    """

    __slots__ = ("_held", "_prefix", "is_done")

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._held = ""
        self.is_done = not prefix

    def feed(self, text: str) -> str:
        """What of the text so far is new, or nothing while that is open."""
        if self.is_done:
            return text
        self._held += text
        if len(self._held) < len(self._prefix) and self._held in self._prefix:
            return ""
        return self.flush()

    def pass_on(self, event: StreamEvent) -> list[StreamEvent]:
        """What of this event goes to the client, with held text before anything that is none."""
        if isinstance(event, TextDelta):
            text = self.feed(event.text)
            return [TextDelta(text, event.choice)] if text else []
        if isinstance(event, ReasoningDelta):
            return [event]
        text = self.flush()
        return [TextDelta(text), event] if text else [event]

    def flush(self) -> str:
        """Everything held back, without the repeat; the end of the text has come."""
        held, self._held = self._held, ""
        self.is_done = True
        return held[overlap(self._prefix, held) :]


def overlap(prefix: str, text: str) -> int:
    """Length of the longest start of the text that repeats the prefix's end; 0 for a short one."""
    for length in range(min(len(prefix), len(text)), 0, -1):
        if prefix.endswith(text[:length]):
            return length if len(text[:length].encode()) >= _LEAST_OVERLAP_BYTES else 0
    return 0
