"""Which of several deployments is asked."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter

from policies.signals import ModelHealth
from providers.errors import AuthenticationFailedError, OverloadedError, UpstreamFailedError
from providers.limits import RateLimits
from router.steps.dispatch.breaker import Breakers
from router.steps.dispatch.deployments import Upstream, pick
from router.steps.dispatch.limiter import Limiter
from tests.steps.dispatch.doubles import (
    Rows,
    ScriptedProvider,
    ask,
    deploy,
    dispatcher,
    plan,
    say,
    text_of,
)
from tests.steps.dispatch.test_dispatcher import collect


def upstreams(*weights: float) -> list[Upstream]:
    provider = ScriptedProvider("p", say("x"))
    breakers = Breakers()
    return [
        Upstream(
            deploy(provider, "m", name=f"d{n}", weight=weight), breakers.of(f"d{n}"), Limiter("d")
        )
        for n, weight in enumerate(weights)
    ]


def test_a_session_meets_the_same_deployment_and_others_keep_theirs_when_one_is_lost() -> None:
    four, rng = upstreams(1, 1, 1, 1), random.Random(1)
    before = {f"s{n}": pick(four, f"s{n}", rng).name for n in range(2000)}
    after = {session: pick(four[:3], session, rng).name for session in before}
    assert all(after[s] == name for s, name in before.items() if name != "d3")
    shares = Counter(before.values())
    assert all(420 < count < 580 for count in shares.values())


def test_sessions_follow_the_weights() -> None:
    three, rng = upstreams(3, 1, 0.0001), random.Random(1)
    shares = Counter(pick(three, f"s{n}", rng).name for n in range(4000))
    assert 2850 < shares["d0"] < 3150 and shares["d2"] < 10


def test_the_quicker_and_the_less_busy_of_two_is_taken() -> None:
    two, rng = upstreams(1, 1), random.Random(1)
    two[0].gauge.answered(0.9, 1.0, 10)
    two[1].gauge.answered(0.1, 1.0, 10)
    assert pick(two, "", rng).name == "d1"
    two[1].limiter.in_flight = 20
    assert pick(two, "", rng).name == "d0"


async def test_another_key_of_the_same_model_is_asked_before_another_model() -> None:
    bad = ScriptedProvider("a", [AuthenticationFailedError("401", status=401)])
    good, other = ScriptedProvider("a", say("same model")), ScriptedProvider("b", say("other"))
    dispatch = dispatcher(
        deploy(bad, "m1", "key-1", weight=1e9), deploy(good, "m1", "key-2"), deploy(other, "m2")
    )
    rows = Rows()
    assert text_of(await collect(dispatch, ask(), plan("m1", "m2"), rows)) == "same model"
    assert [row.deployment for row in rows.check()] == ["key-1", "key-2"]
    assert text_of(await collect(dispatch, ask(), plan("m1", "m2"), Rows())) == "same model"
    assert len(bad.calls) == 1, "its breaker is open"


async def test_a_deployment_whose_allowance_is_used_up_rests() -> None:
    one, two = ScriptedProvider("a", say("one")), ScriptedProvider("b", say("two"))
    dispatch = dispatcher(deploy(one, "m1"), deploy(two, "m2"))
    dispatch.on_limits("a", RateLimits(remaining_requests=0, reset_requests_seconds=30.0))
    assert text_of(await collect(dispatch, ask(), plan("m1", "m2"), Rows())) == "two"
    assert not dispatch.health()["m1"].is_available
    assert "rate-limited" in dispatch.health()["m1"].why


async def test_one_callers_retry_after_is_honoured_for_the_next_caller() -> None:
    limited = [OverloadedError("429", status=429, retry_after_seconds=30.0)]
    one, two = ScriptedProvider("a", limited), ScriptedProvider("b", say("two"))
    dispatch = dispatcher(deploy(one, "m1"), deploy(two, "m2"))
    for _ in range(3):
        assert text_of(await collect(dispatch, ask(), plan("m1", "m2"), Rows())) == "two"
    assert len(one.calls) == 1


async def test_health_tells_figures_and_an_open_breaker() -> None:
    good = ScriptedProvider("a", say("some", "words", "here"))
    bad = ScriptedProvider("b", [UpstreamFailedError("500")])
    dispatch = dispatcher(deploy(good, "m1"), deploy(bad, "m2"))
    for _ in range(8):
        await collect(dispatch, ask(), plan("m2", "m1"), Rows())
    dispatch._health_at = None
    health = dispatch.health()
    assert health["m1"].is_available and health["m1"].first_token_seconds is not None
    assert isinstance(health["m2"], ModelHealth) and not health["m2"].is_available
    assert "breaker open" in health["m2"].why


async def test_a_model_that_nobody_calls_is_healthy_until_somebody_does() -> None:
    dispatch = dispatcher(deploy(ScriptedProvider("a", say("hello")), "m1"))
    assert dispatch.health()["m1"] == ModelHealth()
    dispatch._upstreams["m1"][0].limiter.take()
    dispatch._health_at = None
    assert dispatch.health()["m1"].load > 0


async def test_new_settings_keep_what_was_learned() -> None:
    bad = ScriptedProvider("a", [AuthenticationFailedError("401", status=401)])
    good = ScriptedProvider("b", say("fine"))
    dispatch = dispatcher(deploy(bad, "m1"), deploy(good, "m2"))
    await collect(dispatch, ask(), plan("m1", "m2"), Rows())
    dispatch.use({"m1": [deploy(bad, "m1")], "m2": [deploy(good, "m2")]})
    await collect(dispatch, ask(), plan("m1", "m2"), Rows())
    assert len(bad.calls) == 1


async def test_load_is_told_against_the_slots_that_a_deployment_has() -> None:
    local = dataclasses.replace(deploy(ScriptedProvider("a", say("hello")), "m1"), slots=4)
    vendor = deploy(ScriptedProvider("b", say("hello")), "m2")
    dispatch = dispatcher(local, vendor)
    assert dispatch.load() == 0.0
    for _ in range(3):
        dispatch._upstreams["m1"][0].limiter.take()
    dispatch._health_at = None
    assert dispatch.health()["m1"].load == dispatch.load() == 0.75


async def test_the_whole_load_is_over_what_is_in_use_and_can_be_called() -> None:
    local = dataclasses.replace(deploy(ScriptedProvider("a", say("hello")), "m1"), slots=4)
    other = dataclasses.replace(deploy(ScriptedProvider("b", say("hello")), "m2"), slots=12)
    dispatch = dispatcher(local, other)
    for upstream, calls in ((dispatch._upstreams["m1"][0], 4), (dispatch._upstreams["m2"][0], 4)):
        for _ in range(calls):
            upstream.limiter.take()
    dispatch._health_at = None
    assert dispatch.load() == 0.5
    dispatch._upstreams["m1"][0].rest(10)
    dispatch._health_at = None
    assert dispatch.load() == 4 / 12
