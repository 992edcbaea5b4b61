"""Answers on their way into the cache and out of it, streamed or whole."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable

from policies.decision import Plan
from providers.calls import (
    Choice,
    Completion,
    Finished,
    FinishReason,
    Opened,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    Usage,
    UsageReport,
)


def gather(events: Iterable[StreamEvent]) -> Completion | None:
    """The whole answer that a stream gave; None when it holds more than one model's plain words.

    Calls of tools, refusals, seams and several choices are such; an end that never came is too.
    """
    opened: Opened | None = None
    reason: FinishReason | None = None
    usage: Usage | None = None
    text: list[str] = []
    thoughts: list[str] = []
    for event in events:
        if isinstance(event, UsageReport):
            usage = event.usage
        elif isinstance(event, Opened):
            if event.seam or opened is not None:
                return None
            opened = event
        elif event.choice:
            return None
        elif isinstance(event, TextDelta):
            text.append(event.text)
        elif isinstance(event, ReasoningDelta):
            thoughts.append(event.text)
        elif isinstance(event, Finished):
            reason = event.reason
        else:
            return None
    if opened is None or reason is None:
        return None
    choice = Choice(text="".join(text), reasoning="".join(thoughts) or None, finish_reason=reason)
    return Completion(
        choices=(choice,),
        usage=usage,
        model=opened.model,
        provider=opened.provider,
        ignored=opened.ignored,
    )


async def play(completion: Completion) -> AsyncGenerator[StreamEvent, None]:
    """A whole answer of plain words as a stream: who, what, that it ended, what it had used."""
    choice = completion.choices[0]
    yield Opened(completion.model, completion.provider, ignored=completion.ignored)
    if choice.reasoning:
        yield ReasoningDelta(choice.reasoning)
    yield TextDelta(choice.text or "")
    yield Finished(choice.finish_reason)
    yield UsageReport(completion.usage or Usage(estimated=True))


def is_keepable(completion: Completion) -> bool:
    """Whether an answer is whole and in plain words: not cut, refused, filtered or a call of tools."""
    if len(completion.choices) != 1:
        return False
    choice = completion.choices[0]
    return (
        choice.finish_reason == "stop"
        and bool(choice.text and choice.text.strip())
        and not choice.refusal
        and not choice.tool_calls
    )


def wanted_of(plan: Plan) -> tuple[str, ...]:
    """The models whose answers the plan wants, and nobody who stands in for one of them.

    In a cascade that is the first model, if its judges are content, and the one that comes next.
    """
    if plan.cascade is None:
        return (plan.primary.model,)
    behind = [each for each in plan.models if each not in plan.cascade.first]
    return (plan.primary.model, *behind[:1])
