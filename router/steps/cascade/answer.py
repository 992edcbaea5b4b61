"""A first answer as its judges see it, whether it came whole or in pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from providers.calls import Completion, RefusalDelta, StreamEvent, TextDelta, ToolCallDelta


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """What a first model said."""

    text: str
    calls_tools: bool = False
    """It wants functions called: there is nothing to judge by words."""
    refuses: bool = False
    """Its vendor's wire marks it as a refusal."""


def of_completion(completion: Completion) -> First:
    """A whole answer."""
    choice = completion.choices[0]
    return First(
        text=choice.text or "",
        calls_tools=bool(choice.tool_calls),
        refuses=bool(choice.refusal),
    )


def of_events(events: Sequence[StreamEvent]) -> First:
    """An answer whose stream was held."""
    return First(
        text="".join(event.text for event in events if isinstance(event, TextDelta)),
        calls_tools=any(isinstance(event, ToolCallDelta) for event in events),
        refuses=any(isinstance(event, RefusalDelta) and event.text for event in events),
    )
