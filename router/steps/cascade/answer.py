"""A first answer as its judges see it, whether it came whole or in pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from providers.calls import (
    Completion,
    Finished,
    FinishReason,
    RefusalDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
    UsageReport,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """What a first model said."""

    text: str
    calls: tuple[str, ...] = ()
    """The functions that it wants called: there is nothing to judge by words."""
    refuses: bool = False
    """Its vendor's wire marks it as a refusal."""
    finish_reason: FinishReason = "stop"
    tokens: int | None = None
    """How long its vendor says that it is; None where nobody counted."""


def of_completion(completion: Completion) -> First:
    """A whole answer."""
    choice = completion.choices[0]
    return First(
        text=choice.text or "",
        calls=tuple(call.function.name for call in choice.tool_calls),
        refuses=bool(choice.refusal),
        finish_reason=choice.finish_reason,
        tokens=_counted(completion.usage),
    )


def of_events(events: Sequence[StreamEvent]) -> First:
    """An answer whose stream was held."""
    ends = [event.reason for event in events if isinstance(event, Finished)]
    reports = [event.usage for event in events if isinstance(event, UsageReport)]
    calls = (event.name for event in events if isinstance(event, ToolCallDelta))
    return First(
        text="".join(event.text for event in events if isinstance(event, TextDelta)),
        calls=tuple(name for name in calls if name),
        refuses=any(isinstance(event, RefusalDelta) and event.text for event in events),
        finish_reason=ends[-1] if ends else "stop",
        tokens=_counted(reports[-1] if reports else None),
    )


def _counted(usage: Usage | None) -> int | None:
    return None if usage is None or usage.estimated else usage.completion_tokens
