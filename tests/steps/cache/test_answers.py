"""What is kept of an answer, and how it comes out again."""

from __future__ import annotations

import msgspec
import pytest

from policies.decision import Cascade, Plan, Selected
from providers.calls import (
    Choice,
    Completion,
    Finished,
    Opened,
    ReasoningDelta,
    RefusalDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
    UsageReport,
)
from providers.messages import FunctionCall, ToolCall
from router.steps.cache.answers import gather, is_keepable, play, wanted_of

USED = Usage(prompt_tokens=9, completion_tokens=2)
OPENED, END, REPORT = Opened("small", "mine"), Finished("stop"), UsageReport(USED)
WHOLE = Completion(
    choices=(Choice(text="hello", reasoning="hm"),), usage=USED, model="small", provider="mine"
)


async def test_what_was_streamed_is_played_again_with_the_same_words_and_usage() -> None:
    heard = [OPENED, ReasoningDelta("hm"), TextDelta("hel"), TextDelta("lo"), END, REPORT]
    assert gather(heard) == WHOLE
    played = [event async for event in play(WHOLE)]
    assert played == [OPENED, ReasoningDelta("hm"), TextDelta("hello"), END, REPORT]
    assert gather(played) == WHOLE


@pytest.mark.parametrize(
    "events",
    [
        [OPENED, TextDelta("hel")],
        [OPENED, TextDelta("hel"), Opened("large", "mine", seam=True), TextDelta("lo"), END],
        [OPENED, ToolCallDelta(0, "{}", "1", "f"), Finished("tool_calls")],
        [OPENED, RefusalDelta("no"), END],
        [OPENED, TextDelta("a"), TextDelta("b", choice=1), END, Finished("stop", 1)],
        [],
    ],
    ids=["cut", "seam", "tool", "refusal", "two choices", "nothing"],
)
def test_a_stream_that_is_no_whole_answer_of_plain_words_is_none(events: list[StreamEvent]) -> None:
    assert gather(events) is None


def _choice(**changes: object) -> Completion:
    choice = msgspec.structs.replace(Choice(text="hello"), **changes)
    return Completion(choices=(choice,), model="small")


def test_only_an_answer_that_ended_by_itself_is_kept() -> None:
    call = ToolCall(id="1", function=FunctionCall("f", "{}"))
    assert is_keepable(_choice())
    assert not is_keepable(_choice(finish_reason="length"))
    assert not is_keepable(_choice(finish_reason="content_filter"))
    assert not is_keepable(_choice(refusal="no"))
    assert not is_keepable(_choice(tool_calls=(call,)))
    assert not is_keepable(_choice(text=" "))
    assert not is_keepable(Completion(choices=(Choice(text="a"), Choice(text="b", index=1))))


def _seat(name: str) -> Selected:
    return Selected(model=name, score=1.0, why="")


def test_a_plan_wants_the_answer_of_its_primary_and_of_nobody_who_stands_in() -> None:
    plan = Plan(rule="r", pool="p", primary=_seat("small"), fallbacks=(_seat("large"),))
    assert wanted_of(plan) == ("small",)


def test_a_cascade_wants_the_first_answer_or_the_next_one_and_no_other() -> None:
    plan = Plan(
        rule="r",
        pool="p",
        primary=_seat("small"),
        fallbacks=(_seat("as-small"), _seat("large"), _seat("last")),
        cascade=Cascade(first=("small", "as-small"), judges=()),
    )
    assert wanted_of(plan) == ("small", "large")
