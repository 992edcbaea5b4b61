"""Streams whose order the policy wants proven."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from msgspec import Raw

from policies.decision import Hedge
from providers.base import Model
from providers.calls import (
    Choice,
    Completion,
    Deadline,
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
from providers.errors import (
    StreamBrokenError,
    UnnumberedError,
    UpstreamFailedError,
    UpstreamTimeoutError,
)
from providers.messages import ChatRequest, FunctionCall, ResponseFormat, ToolCall
from tests.steps.dispatch.doubles import (
    HANG,
    PrefixProvider,
    Rows,
    Script,
    ScriptedProvider,
    ask,
    card,
    deploy,
    dispatcher,
    plan,
    say,
    soon,
    text_of,
)
from tests.steps.dispatch.test_dispatcher import collect


class NumberingProvider(PrefixProvider):
    """One whose streams can be in a proven order, until it says that it numbers nothing."""

    def __init__(self, name: str, *scripts: Script, proves: bool = True) -> None:
        super().__init__(name, *scripts)
        self.proves = proves
        self.in_order = 0

    def proves_order(self, model: Model, request: ChatRequest) -> bool:
        return self.proves

    async def stream_in_order(
        self, model: Model, request: ChatRequest, *, deadline: Deadline, prefix: str | None = None
    ) -> AsyncGenerator[StreamEvent, None]:
        self.in_order += 1
        if prefix is not None:
            self.prefixes.append(prefix)
        try:
            async for event in self.stream(model, request, deadline=deadline):
                yield event
        except UnnumberedError:
            self.proves = False
            raise


class WholeProvider(ScriptedProvider):
    """One that has this answer, whole."""

    def __init__(self, name: str, completion: Completion) -> None:
        super().__init__(name, [])
        self.completion = completion

    async def complete(self, *_: Any, **__: Any) -> Completion:
        return self.completion


def proven(*models: str, **terms: Any):
    return plan(*models, order="proven", **terms)


async def test_a_numbered_stream_goes_out_as_it_comes_and_another_is_fetched_whole() -> None:
    for provider, pieces in (
        (NumberingProvider("a", say("你", "好")), ["你", "好"]),
        (NumberingProvider("a", say("你", "好"), proves=False), ["你好"]),
        (ScriptedProvider("a", say("你", "好")), ["你好"]),
    ):
        rows = Rows()
        events = await collect(dispatcher(deploy(provider, "m")), ask(), proven("m"), rows)
        assert [event.text for event in events if isinstance(event, TextDelta)] == pieces
        assert events[0] == Opened(model="m", provider="a")
        assert events[-1] == UsageReport(Usage(prompt_tokens=10, completion_tokens=2))
        (row,) = rows.check()
        assert row.outcome == "answered"
        # A whole answer has no first token: its time must not be taken for one.
        assert (row.first_token_seconds is None) is (len(pieces) == 1)


async def test_by_default_everybody_streams() -> None:
    provider = NumberingProvider("a", say("你", "好"))
    events = await collect(dispatcher(deploy(provider, "m")), ask(), plan("m"), Rows())
    assert len([event for event in events if isinstance(event, TextDelta)]) == 2
    assert provider.in_order == 0


async def test_a_whole_answer_is_told_with_all_that_it_holds() -> None:
    call = ToolCall("c1", FunctionCall("f", '{"a":1}'))
    told = Completion(
        choices=(
            Choice(text="Hi", reasoning="hm", logprobs=Raw(b"[]"), tool_calls=(call,)),
            Choice(index=1, refusal="no", finish_reason="content_filter"),
        ),
        upstream_id="u1",
    )
    provider = WholeProvider("a", told)
    events = await collect(dispatcher(deploy(provider, "m")), ask(n=2), proven("m"), Rows())
    assert events[:-1] == [
        Opened("m", "a", "u1"),
        ReasoningDelta("hm"),
        TextDelta("Hi", logprobs=Raw(b"[]")),
        ToolCallDelta(0, '{"a":1}', "c1", "f"),
        Finished("stop"),
        RefusalDelta("no", 1),
        Finished("content_filter", 1),
    ]


async def test_a_whole_answer_with_a_broken_tool_call_is_not_told_at_all() -> None:
    broken = Choice(
        tool_calls=(ToolCall("c", FunctionCall("f", '{"a')),), finish_reason="tool_calls"
    )
    used = Usage(prompt_tokens=9, completion_tokens=7)
    provider = WholeProvider("a", Completion(choices=(broken,), usage=used))
    rows = Rows()
    with pytest.raises(UpstreamFailedError, match="no JSON"):
        await collect(
            dispatcher(deploy(provider, "m")), ask(), proven("m", retries_per_model=0), rows
        )
    assert rows.story() == [("primary", "m", "failed")]
    assert rows.finished[0].usage == used


async def test_who_leaves_a_fetched_answer_half_told_pays_for_the_whole_of_it() -> None:
    provider = ScriptedProvider("a", say("Once", " upon"))
    rows = Rows()
    telling = dispatcher(deploy(provider, "m")).stream(ask(), proven("m"), rows, deadline=soon())
    while not isinstance(await anext(telling), TextDelta):
        pass
    await telling.aclose()
    (row,) = rows.check()
    assert row.outcome == "cancelled"
    assert row.usage == Usage(prompt_tokens=10, completion_tokens=2)


async def test_a_whole_answer_may_take_longer_than_a_first_token() -> None:
    slow = ScriptedProvider("a", [0.15, *say("whole")])
    terms = {"first_token_seconds": 0.05, "deadline_seconds": 5.0, "retries_per_model": 0}
    events = await collect(dispatcher(deploy(slow, "m")), ask(), proven("m", **terms), Rows())
    assert text_of(events) == "whole"
    with pytest.raises(UpstreamTimeoutError):
        await collect(dispatcher(deploy(slow, "m")), ask(), plan("m", **terms), Rows())


async def test_a_server_that_numbers_nothing_is_asked_again_at_once_for_the_whole() -> None:
    provider = NumberingProvider("a", [UnnumberedError("no numbers")], say("whole"))
    rows = Rows()
    the_plan = proven("m", retries_per_model=0)
    dispatch = dispatcher(deploy(provider, "m"))
    assert text_of(await collect(dispatch, ask(), the_plan, rows)) == "whole"
    assert rows.story() == [("primary", "m", "failed"), ("retry", "m", "answered")]
    assert rows.check()[0].usage is None
    again = Rows()
    assert text_of(await collect(dispatch, ask(), the_plan, again)) == "whole"
    assert again.story() == [("primary", "m", "answered")]
    assert provider.in_order == 1


async def test_a_broken_stream_goes_on_at_one_that_is_fetched_whole_and_asked_in_words() -> None:
    broken = [TextDelta("Once upon"), StreamBrokenError("cut")]
    one = NumberingProvider("a", broken)
    other = PrefixProvider("b", say(" a time"))
    model = card("m2", "b", abilities=frozenset({"prefill"}))
    dispatch = dispatcher(deploy(one, "m1"), deploy(other, model))
    rows = Rows()
    the_plan = proven("m1", "m2", on_break="continue", retries_per_model=0)
    events = await collect(dispatch, ask(), the_plan, rows)
    assert text_of(events) == "Once upon a time"
    assert other.prefixes == [] and "Continue it exactly" in str(other.calls[0].messages[-1])
    assert rows.story()[-1] == ("continuation", "m2", "answered")


async def test_a_broken_stream_goes_on_exactly_where_the_rest_is_numbered_too() -> None:
    one = NumberingProvider("a", [TextDelta("Once upon"), StreamBrokenError("cut")])
    other = NumberingProvider("b", say(" a time"))
    model = card("m2", "b", abilities=frozenset({"prefill"}))
    dispatch = dispatcher(deploy(one, "m1"), deploy(other, model))
    the_plan = proven("m1", "m2", on_break="continue", retries_per_model=0)
    request = ask(response_format=ResponseFormat("json_object"))
    assert text_of(await collect(dispatch, request, the_plan, Rows())) == "Once upon a time"
    assert other.prefixes == ["Once upon"]


async def test_a_structured_answer_does_not_go_on_in_words() -> None:
    one = NumberingProvider("a", [TextDelta('{"a":'), StreamBrokenError("cut")])
    other = PrefixProvider("b", say("1}"))
    model = card("m2", "b", abilities=frozenset({"prefill"}))
    dispatch = dispatcher(deploy(one, "m1"), deploy(other, model))
    the_plan = proven("m1", "m2", on_break="continue", retries_per_model=0)
    with pytest.raises(StreamBrokenError):
        await collect(
            dispatch, ask(response_format=ResponseFormat("json_object")), the_plan, Rows()
        )


@pytest.mark.parametrize("spoilt", [True, False])
async def test_nothing_goes_on_from_text_that_may_stand_in_the_wrong_place(spoilt: bool) -> None:
    out_of_order = StreamBrokenError("out of order", why="disorder", spoilt=spoilt)
    one = ScriptedProvider("a", [TextDelta("Once a"), out_of_order])
    other = ScriptedProvider("b", say(" time"))
    dispatch = dispatcher(deploy(one, "m1"), deploy(other, "m2"))
    the_plan = plan("m1", "m2", on_break="continue", retries_per_model=0)
    if spoilt:
        with pytest.raises(StreamBrokenError, match="out of order"):
            await collect(dispatch, ask(), the_plan, Rows())
        assert other.calls == []
    else:
        assert text_of(await collect(dispatch, ask(), the_plan, Rows())) == "Once a time"


async def test_who_leaves_while_the_whole_is_fetched_stops_the_call() -> None:
    provider = ScriptedProvider("a", [HANG])
    rows = Rows()
    dispatch = dispatcher(deploy(provider, "m"))
    waiting = asyncio.create_task(collect(dispatch, ask(), proven("m"), rows))
    while not provider.running:
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert provider.running == 0
    assert rows.story() == [("primary", "m", "cancelled")]


async def test_a_slow_whole_answer_is_hedged_by_its_own_usual_time() -> None:
    slow = ScriptedProvider("a", *[say("x")] * 20, [HANG])
    quick = ScriptedProvider("b", say("quick"))
    dispatch = dispatcher(deploy(slow, "m1"), deploy(quick, "m2"))
    the_plan = proven("m1", "m2", hedge=Hedge(max_share=1.0))
    for _ in range(20):
        await collect(dispatch, ask(), the_plan, Rows(), soon(2.0))
    rows = Rows()
    assert text_of(await collect(dispatch, ask(), the_plan, rows, soon(2.0))) == "quick"
    assert rows.story() == [("primary", "m1", "lost"), ("hedge", "m2", "answered")]
