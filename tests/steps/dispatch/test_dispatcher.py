"""The dispatcher's promise: a whole answer or an error, and a row for every call."""

from __future__ import annotations

import asyncio
import time

import pytest

from providers.calls import Finished, Opened, TextDelta, ToolCallDelta, Usage, UsageReport
from providers.errors import (
    AuthenticationFailedError,
    ConnectionFailedError,
    ContentFilteredError,
    ContextTooLongError,
    OverloadedError,
    ProviderError,
    RefusedError,
    StreamBrokenError,
    UpstreamFailedError,
    UpstreamTimeoutError,
)
from router.errors import NobodyCanAnswerError
from router.steps.dispatch import AllFailedError
from tests.steps.dispatch.doubles import (
    HANG,
    PrefixProvider,
    Rows,
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


async def collect(dispatch, request, the_plan, rows, deadline=None, session=""):
    events = []
    async for event in dispatch.stream(
        request, the_plan, rows, deadline=deadline or soon(), session=session
    ):
        events.append(event)
    return events


async def drain(stream, into) -> None:
    async for event in stream:
        into.append(event)


async def test_a_good_answer_opens_with_who_answers_and_ends_with_what_it_used() -> None:
    one = ScriptedProvider("a", say("你", "好"))
    rows = Rows()
    events = await collect(dispatcher(deploy(one, "m")), ask(), plan("m"), rows)
    assert events[0] == Opened(model="m", provider="a")
    assert text_of(events) == "你好"
    assert events[-1] == UsageReport(Usage(prompt_tokens=10, completion_tokens=2))
    assert rows.story() == [("primary", "m", "answered")]
    assert rows.finished[0].first_token_seconds is not None


@pytest.mark.parametrize(
    "failure",
    [
        [ConnectionFailedError("refused")],
        [OverloadedError("429", status=429)],
        [UpstreamFailedError("500", status=500)],
        [TextDelta(""), StreamBrokenError("cut before any word")],
        [AuthenticationFailedError("401", status=401)],
        [TextDelta("")],
        [UsageReport(Usage(prompt_tokens=1))],
    ],
)
async def test_a_failure_before_the_first_token_is_never_seen(failure) -> None:
    bad, good = ScriptedProvider("bad", failure), ScriptedProvider("good", say("fine"))
    rows = Rows()
    dispatch = dispatcher(deploy(bad, "m1"), deploy(good, "m2"))
    events = await collect(dispatch, ask(), plan("m1", "m2"), rows)
    assert [event for event in events if isinstance(event, Opened)] == [
        Opened(model="m2", provider="good")
    ]
    assert text_of(events) == "fine"
    assert rows.story()[-1] == ("fallback", "m2", "answered")
    assert all(row.outcome == "failed" for row in rows.check()[:-1])


async def test_a_retryable_failure_is_retried_at_the_same_model_first() -> None:
    one = ScriptedProvider("a", [UpstreamFailedError("500")], say("yes"))
    two = ScriptedProvider("b", say("no"))
    rows = Rows()
    dispatch = dispatcher(deploy(one, "m1"), deploy(two, "m2"))
    assert text_of(await collect(dispatch, ask(), plan("m1", "m2"), rows)) == "yes"
    assert rows.story() == [("primary", "m1", "failed"), ("retry", "m1", "answered")]


async def test_what_would_fail_again_is_not_asked_again() -> None:
    one = ScriptedProvider("a", [AuthenticationFailedError("401", status=401)])
    rows = Rows()
    with pytest.raises(AuthenticationFailedError):
        await collect(dispatcher(deploy(one, "m")), ask(), plan("m"), rows)
    assert len(one.calls) == 1
    assert rows.story() == [("primary", "m", "failed")]


async def test_a_refused_request_goes_nowhere_else() -> None:
    one = ScriptedProvider("a", [RefusedError("bad tools", status=400)])
    two = ScriptedProvider("b", say("no"))
    rows = Rows()
    with pytest.raises(RefusedError):
        await collect(
            dispatcher(deploy(one, "m1"), deploy(two, "m2")), ask(), plan("m1", "m2"), rows
        )
    assert two.calls == []


async def test_a_filtered_prompt_goes_to_another_vendor_only_if_the_policy_says_so() -> None:
    for elsewhere in (False, True):
        one = ScriptedProvider("a", [ContentFilteredError("no", status=400)])
        same = ScriptedProvider("a", say("same vendor"))
        two = ScriptedProvider("b", say("other vendor"))
        dispatch = dispatcher(deploy(one, "m1"), deploy(same, "m2"), deploy(two, "m3"))
        the_plan = plan("m1", "m2", "m3", filtered_elsewhere=elsewhere)
        if elsewhere:
            assert text_of(await collect(dispatch, ask(), the_plan, Rows())) == "other vendor"
            assert same.calls == []
        else:
            with pytest.raises(ContentFilteredError):
                await collect(dispatch, ask(), the_plan, Rows())


async def test_a_prompt_that_is_too_long_goes_to_a_larger_window() -> None:
    short = ScriptedProvider("a", [ContextTooLongError("8001 > 8000", status=400)])
    same = ScriptedProvider("b", say("same window"))
    large = ScriptedProvider("c", say("large window"))
    dispatch = dispatcher(
        deploy(short, "m1"), deploy(same, "m2"), deploy(large, card("m3", window_tokens=100_000))
    )
    events = await collect(dispatch, ask(), plan("m1", "m2", "m3"), Rows())
    assert text_of(events) == "large window"
    assert same.calls == []


async def test_when_everybody_fails_the_most_telling_error_leads_and_all_are_kept() -> None:
    one = ScriptedProvider("a", [OverloadedError("slow down", status=429)])
    two = ScriptedProvider("b", [AuthenticationFailedError("401", status=401)])
    rows = Rows()
    with pytest.raises(AllFailedError) as caught:
        await collect(
            dispatcher(deploy(one, "m1"), deploy(two, "m2")),
            ask(),
            plan("m1", "m2", retries_per_model=0),
            rows,
        )
    assert isinstance(caught.value.telling, OverloadedError)
    assert caught.value.status == 429
    assert len(caught.value.errors) == len(rows.check()) == 2


async def test_a_stream_that_breaks_after_its_first_token_ends_with_an_error() -> None:
    for ending in (
        [StreamBrokenError("cut")],
        [],
        [UpstreamFailedError("error event")],
        [UsageReport(Usage(prompt_tokens=5, completion_tokens=1))],
    ):
        bad = ScriptedProvider("bad", [TextDelta("half an"), *ending])
        good = ScriptedProvider("good", say("never"))
        rows = Rows()
        dispatch = dispatcher(deploy(bad, "m1"), deploy(good, "m2"))
        events = []
        stream = dispatch.stream(ask(), plan("m1", "m2"), rows, deadline=soon())
        with pytest.raises(StreamBrokenError):
            await drain(stream, events)
        assert text_of(events) == "half an"
        assert not any(isinstance(event, (Finished, UsageReport)) for event in events)
        assert rows.story() == [("primary", "m1", "broken")]
        assert rows.finished[0].usage is not None and rows.finished[0].usage.estimated
        assert good.calls == []


async def test_a_broken_answer_is_continued_on_the_next_model_where_the_policy_wants_it() -> None:
    bad = ScriptedProvider("bad", [TextDelta("Your parcel is "), StreamBrokenError("cut")])
    good = ScriptedProvider("good", say("on its way.", usage=True))
    rows = Rows()
    dispatch = dispatcher(deploy(bad, "m1"), deploy(good, "m2"))
    events = await collect(
        dispatch, ask(max_tokens=100), plan("m1", "m2", on_break="continue"), rows
    )
    assert text_of(events) == "Your parcel is on its way."
    assert [e for e in events if isinstance(e, Opened)][1] == Opened("m2", "good", seam=True)
    assert rows.story() == [("primary", "m1", "broken"), ("continuation", "m2", "answered")]
    assert rows.check()[1].seam_at == len("Your parcel is ")
    asked = good.calls[0]
    assert asked.messages[-2].content == "Your parcel is "
    assert asked.max_tokens is not None and asked.max_tokens < 100
    usage = events[-1].usage
    assert usage.estimated and usage.prompt_tokens > 10


async def test_a_continuation_uses_a_prefix_where_model_and_provider_can() -> None:
    bad = ScriptedProvider("bad", [TextDelta("Your parcel is "), StreamBrokenError("cut")])
    good = PrefixProvider("good", say("here."))
    able = card("m2", abilities=frozenset({"streaming", "prefill"}))
    dispatch = dispatcher(deploy(bad, "m1"), deploy(good, able))
    events = await collect(dispatch, ask(), plan("m1", "m2", on_break="continue"), Rows())
    assert text_of(events) == "Your parcel is here."
    assert good.prefixes == ["Your parcel is "]
    assert len(good.calls[0].messages) == 1


async def test_a_continuation_does_not_say_again_what_was_said() -> None:
    bad = ScriptedProvider("bad", [TextDelta("您的包裹已经到达上海"), StreamBrokenError("cut")])
    good = ScriptedProvider("good", say("已经到", "达上海", "转运中心。"))
    dispatch = dispatcher(deploy(bad, "m1"), deploy(good, "m2"))
    events = await collect(dispatch, ask(), plan("m1", "m2", on_break="continue"), Rows())
    assert text_of(events) == "您的包裹已经到达上海转运中心。"


async def test_a_tool_call_is_never_continued() -> None:
    half = [ToolCallDelta(0, '{"order', "call_1", "find"), StreamBrokenError("cut")]
    bad, good = ScriptedProvider("bad", half), ScriptedProvider("good", say("never"))
    dispatch = dispatcher(deploy(bad, "m1"), deploy(good, "m2"))
    with pytest.raises(StreamBrokenError):
        await collect(dispatch, ask(), plan("m1", "m2", on_break="continue"), Rows())
    assert good.calls == []


async def test_a_continuation_that_breaks_too_can_be_continued_again() -> None:
    first = ScriptedProvider("a", [TextDelta("one "), StreamBrokenError("cut")])
    second = ScriptedProvider("b", [TextDelta("two "), StreamBrokenError("cut")])
    third = ScriptedProvider("c", say("three"))
    rows = Rows()
    dispatch = dispatcher(deploy(first, "m1"), deploy(second, "m2"), deploy(third, "m3"))
    events = await collect(dispatch, ask(), plan("m1", "m2", "m3", on_break="continue"), rows)
    assert text_of(events) == "one two three"
    assert [row.outcome for row in rows.check()] == ["broken", "broken", "answered"]


async def test_no_first_token_in_time_goes_elsewhere() -> None:
    slow, good = ScriptedProvider("slow", [HANG]), ScriptedProvider("good", say("fine"))
    rows = Rows()
    dispatch = dispatcher(deploy(slow, "m1"), deploy(good, "m2"))
    the_plan = plan("m1", "m2", first_token_seconds=0.05, retries_per_model=0)
    assert text_of(await collect(dispatch, ask(), the_plan, rows)) == "fine"
    assert rows.check()[0].error == "UpstreamTimeoutError"
    assert slow.running == 0


async def test_a_stall_and_a_crawl_break_the_stream() -> None:
    crawl = [TextDelta("x"), *[step for _ in range(40) for step in (0.02, TextDelta("x"))]]
    for script, why in (([TextDelta("x"), HANG], "stall"), (crawl, "crawl")):
        one = ScriptedProvider("a", script)
        rows = Rows()
        the_plan = plan(
            "m", between_tokens_seconds=0.1, crawl_seconds=0.2, min_tokens_per_second=1000.0
        )
        with pytest.raises(StreamBrokenError) as caught:
            await collect(dispatcher(deploy(one, "m")), ask(), the_plan, rows)
        assert caught.value.why == why
        assert rows.story() == [("primary", "m", "broken")]
        assert one.running == 0


async def test_a_slow_client_does_not_make_the_upstream_look_slow() -> None:
    one = ScriptedProvider("a", say("a", "b", "c"))
    rows = Rows()
    the_plan = plan("m", between_tokens_seconds=0.05, first_token_seconds=0.05)
    async for _ in dispatcher(deploy(one, "m")).stream(ask(), the_plan, rows, deadline=soon()):
        await asyncio.sleep(0.1)
    assert rows.story() == [("primary", "m", "answered")]


async def test_the_deadline_ends_everything() -> None:
    for script, error in (
        ([HANG], UpstreamTimeoutError),
        ([TextDelta("x"), HANG], StreamBrokenError),
    ):
        one = ScriptedProvider("a", script)
        rows = Rows()
        began = time.monotonic()
        with pytest.raises(error):
            await collect(dispatcher(deploy(one, "m")), ask(), plan("m"), rows, soon(0.1))
        assert time.monotonic() - began < 2
        assert len(rows.check()) == 1
    with pytest.raises(UpstreamTimeoutError):
        await dispatcher(deploy(ScriptedProvider("a", [HANG]), "m")).complete(
            ask(), plan("m"), Rows(), deadline=soon(0.1)
        )


async def test_a_client_that_leaves_stops_the_upstream_and_is_billed_for_what_it_got() -> None:
    one = ScriptedProvider("a", [TextDelta("some words of an answer"), HANG])
    rows = Rows()
    stream = dispatcher(deploy(one, "m")).stream(ask(), plan("m"), rows, deadline=soon())
    assert isinstance(await anext(stream), Opened)
    assert isinstance(await anext(stream), TextDelta)
    await stream.aclose()
    assert one.running == 0 and one.stopped_early == 1
    assert rows.story() == [("primary", "m", "cancelled")]
    usage = rows.finished[0].usage
    assert usage is not None and usage.estimated and usage.completion_tokens > 2


@pytest.mark.parametrize("delay", [0.0, 0.02])
@pytest.mark.parametrize("script", [[HANG], [TextDelta("x"), HANG]])
async def test_a_cancelled_task_stops_the_upstream_wherever_it_waits(delay, script) -> None:
    one = ScriptedProvider("a", script)
    rows = Rows()
    dispatch = dispatcher(deploy(one, "m"))
    task = asyncio.create_task(collect(dispatch, ask(), plan("m"), rows))
    await asyncio.sleep(delay)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert one.running == 0
    assert all(outcome == "cancelled" for _, _, outcome in rows.story())


async def test_a_client_that_leaves_without_a_stream_stops_the_upstream_too() -> None:
    one = ScriptedProvider("a", [HANG])
    rows = Rows()
    task = asyncio.create_task(
        dispatcher(deploy(one, "m")).complete(ask(), plan("m"), rows, deadline=soon())
    )
    await asyncio.sleep(0.02)
    assert one.running == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert one.running == 0
    assert rows.story() == [("primary", "m", "cancelled")]


async def test_an_answer_whose_usage_never_comes_is_whole_and_counted_by_us() -> None:
    for ending in ([], [StreamBrokenError("cut")]):
        one = ScriptedProvider("a", [TextDelta("whole answer"), Finished("stop"), *ending])
        rows = Rows()
        events = await collect(dispatcher(deploy(one, "m")), ask(), plan("m"), rows)
        assert events[-1].usage.estimated
        assert rows.story() == [("primary", "m", "answered")]


async def test_text_after_the_end_is_disorder() -> None:
    one = ScriptedProvider("a", [TextDelta("a"), Finished("stop"), TextDelta("b")])
    with pytest.raises(StreamBrokenError) as caught:
        await collect(dispatcher(deploy(one, "m")), ask(), plan("m"), Rows())
    assert caught.value.why == "disorder"


async def test_an_empty_answer_that_ends_as_one_is_an_answer() -> None:
    one = ScriptedProvider("a", [Finished("stop")])
    events = await collect(dispatcher(deploy(one, "m")), ask(), plan("m"), Rows())
    assert [type(event) for event in events] == [Opened, Finished, UsageReport]


async def test_a_whole_answer_names_who_gave_it_and_falls_back_alike() -> None:
    bad = ScriptedProvider("bad", [TextDelta("half"), StreamBrokenError("cut")])
    good = ScriptedProvider("good", say("fine"))
    rows = Rows()
    dispatch = dispatcher(deploy(bad, "m1"), deploy(good, "m2"))
    the_plan = plan("m1", "m2", retries_per_model=1)
    answer = await dispatch.complete(ask(), the_plan, rows, deadline=soon())
    assert answer.choices[0].text == "fine"
    assert (answer.model, answer.provider) == ("m2", "good")
    assert [row.outcome for row in rows.check()] == ["failed", "failed", "answered"]


async def test_a_request_that_must_stay_local_never_reaches_a_vendor() -> None:
    vendor = ScriptedProvider("vendor", say("leaked"))
    local = ScriptedProvider("local", [UpstreamFailedError("down")])
    dispatch = dispatcher(deploy(vendor, "far"), deploy(local, card("near", is_local=True)))
    with pytest.raises(ProviderError):
        await collect(dispatch, ask(), plan("far", "near", must_stay_local=True), Rows())
    with pytest.raises(NobodyCanAnswerError):
        await collect(dispatch, ask(), plan("far", must_stay_local=True), Rows())
    assert vendor.calls == []


async def test_retry_after_is_waited_for_when_nobody_else_is_there_and_skipped_when_too_long() -> (
    None
):
    pauses = []

    async def note(seconds: float) -> None:
        pauses.append(seconds)

    short = [OverloadedError("wait", status=429, retry_after_seconds=1.0)]
    one = ScriptedProvider("a", short, say("later"))
    dispatch = dispatcher(deploy(one, "m"), sleep=note)
    assert text_of(await collect(dispatch, ask(), plan("m"), Rows())) == "later"
    assert len(pauses) == 1 and pauses[0] >= 1.0

    long = [OverloadedError("wait", status=429, retry_after_seconds=50.0)]
    one, two = ScriptedProvider("a", long), ScriptedProvider("b", say("elsewhere"))
    dispatch = dispatcher(deploy(one, "m1"), deploy(two, "m2"), sleep=note)
    assert text_of(await collect(dispatch, ask(), plan("m1", "m2"), Rows())) == "elsewhere"
    assert len(pauses) == 1

    dispatch = dispatcher(deploy(ScriptedProvider("a", long), "m"), sleep=note)
    with pytest.raises(OverloadedError) as caught:
        await collect(dispatch, ask(), plan("m"), Rows())
    assert caught.value.retry_after_seconds == 50.0
    assert len(pauses) == 1


async def test_attempts_are_bounded_over_all_models() -> None:
    bad = ScriptedProvider("bad", [UpstreamFailedError("500")])
    rows = Rows()
    dispatch = dispatcher(*(deploy(bad, f"m{i}") for i in range(10)))
    with pytest.raises(AllFailedError):
        await collect(dispatch, ask(), plan(*(f"m{i}" for i in range(10)), max_attempts=4), rows)
    assert len(rows.check()) == 4


async def test_a_whole_answer_that_does_not_come_leaves_time_for_somebody_else() -> None:
    slow, good = ScriptedProvider("slow", [HANG]), ScriptedProvider("good", say("fine"))
    rows = Rows()
    dispatch = dispatcher(deploy(slow, "m1"), deploy(good, "m2"))
    the_plan = plan("m1", "m2", first_token_seconds=0.05, retries_per_model=0)
    answer = await dispatch.complete(ask(), the_plan, rows, deadline=soon(0.6))
    assert answer.choices[0].text == "fine"
    assert rows.check()[0].seconds > 0.2
    assert slow.running == 0


async def test_a_whole_answer_may_take_longer_than_a_first_token() -> None:
    slow = ScriptedProvider("slow", [0.15, *say("late")])
    the_plan = plan("m", first_token_seconds=0.05)
    answer = await dispatcher(deploy(slow, "m")).complete(ask(), the_plan, Rows(), deadline=soon())
    assert answer.choices[0].text == "late"


@pytest.mark.parametrize(
    "arguments", ['{"order": 1', '{"order"{"order": 1}', '{"order": 1}}', '{"INVALID_JSON":""}']
)
async def test_a_tool_call_whose_arguments_are_no_json_is_no_answer(arguments) -> None:
    call = [ToolCallDelta(0, arguments[:5], "call_1", "find"), ToolCallDelta(0, arguments[5:])]
    one = ScriptedProvider("a", [*call, Finished("tool_calls")])
    with pytest.raises(StreamBrokenError) as caught:
        await collect(dispatcher(deploy(one, "m")), ask(), plan("m"), Rows())
    assert caught.value.why == "malformed"
    cut_by_length = ScriptedProvider("a", [*call, Finished("length")])
    events = await collect(dispatcher(deploy(cut_by_length, "m")), ask(), plan("m"), Rows())
    assert Finished("length") in events


async def test_pieces_that_come_twice_are_seen_where_the_vendor_sends_a_piece_a_token() -> None:
    good = say("one ", "two ", "three")
    twice = [*good[:2], TextDelta("two "), *good[2:]]
    tidy = ScriptedProvider("a", good, good, good, twice)
    dispatch = dispatcher(deploy(tidy, "m"))
    for _ in range(3):
        await collect(dispatch, ask(), plan("m"), Rows())
    with pytest.raises(StreamBrokenError) as caught:
        await collect(dispatch, ask(), plan("m"), Rows())
    assert caught.value.why == "disorder"
    untidy = dispatcher(deploy(ScriptedProvider("b", twice, good, good, good, good, twice), "m"))
    for _ in range(6):
        await collect(untidy, ask(), plan("m"), Rows())
