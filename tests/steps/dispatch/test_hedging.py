"""A second upstream races a slow one; the first real token wins."""

from __future__ import annotations

import asyncio

import pytest

from policies.decision import Hedge
from providers.errors import UpstreamFailedError
from tests.steps.dispatch.doubles import (
    HANG,
    Rows,
    ScriptedProvider,
    ask,
    deploy,
    dispatcher,
    plan,
    say,
    soon,
    text_of,
)
from tests.steps.dispatch.test_dispatcher import collect


async def test_a_slow_first_token_is_hedged_and_the_first_real_token_wins() -> None:
    for stream in (True, False):
        slow, quick = ScriptedProvider("a", [HANG]), ScriptedProvider("b", say("quick"))
        rows = Rows()
        dispatch = dispatcher(deploy(slow, "m1"), deploy(quick, "m2"))
        the_plan = plan("m1", "m2", hedge=Hedge(after_seconds=0.03, max_share=1.0))
        if stream:
            events = await collect(dispatch, ask(), the_plan, rows)
            assert text_of(events) == "quick" and events[0].model == "m2"
        else:
            answer = await dispatch.complete(ask(), the_plan, rows, deadline=soon())
            assert answer.choices[0].text == "quick"
        assert rows.story() == [("primary", "m1", "lost"), ("hedge", "m2", "answered")]
        lost = rows.check()[0].usage
        assert lost is not None and lost.estimated and lost.prompt_tokens > 0
        assert slow.running == 0


async def test_a_hedge_that_is_slower_is_the_one_that_is_lost() -> None:
    first, second = ScriptedProvider("a", [0.08, *say("first")]), ScriptedProvider("b", [HANG])
    rows = Rows()
    dispatch = dispatcher(deploy(first, "m1"), deploy(second, "m2"))
    the_plan = plan("m1", "m2", hedge=Hedge(after_seconds=0.02, max_share=1.0))
    assert text_of(await collect(dispatch, ask(), the_plan, rows)) == "first"
    assert rows.story() == [("primary", "m1", "answered"), ("hedge", "m2", "lost")]
    assert second.running == 0


async def test_when_the_first_of_a_race_fails_the_second_still_answers() -> None:
    first = ScriptedProvider("a", [0.05, UpstreamFailedError("500")])
    second = ScriptedProvider("b", [0.1, *say("second")])
    rows = Rows()
    dispatch = dispatcher(deploy(first, "m1"), deploy(second, "m2"))
    the_plan = plan("m1", "m2", hedge=Hedge(after_seconds=0.02, max_share=1.0))
    assert text_of(await collect(dispatch, ask(), the_plan, rows)) == "second"
    assert rows.story() == [("primary", "m1", "failed"), ("hedge", "m2", "answered")]


async def test_hedges_keep_to_their_share() -> None:
    first, second = ScriptedProvider("a", [0.01, *say("x")]), ScriptedProvider("b", [HANG])
    dispatch = dispatcher(deploy(first, "m1"), deploy(second, "m2"))
    the_plan = plan("m1", "m2", hedge=Hedge(after_seconds=0.0, max_share=0.1))
    for _ in range(40):
        await collect(dispatch, ask(), the_plan, Rows())
    assert len(second.calls) in (3, 4)


async def test_a_client_that_leaves_during_a_race_stops_both() -> None:
    first, second = ScriptedProvider("a", [HANG]), ScriptedProvider("b", [HANG])
    rows = Rows()
    dispatch = dispatcher(deploy(first, "m1"), deploy(second, "m2"))
    the_plan = plan("m1", "m2", hedge=Hedge(after_seconds=0.0, max_share=1.0))
    task = asyncio.create_task(collect(dispatch, ask(), the_plan, rows))
    await asyncio.sleep(0.05)
    assert first.running == second.running == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert first.running == second.running == 0
    assert [outcome for _, _, outcome in rows.story()] == ["cancelled", "cancelled"]
