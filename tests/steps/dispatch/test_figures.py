"""What was measured of a model counts less the older it is, so that it is tried again by itself."""

from __future__ import annotations

import pytest

from policies.decision import Plan
from policies.engine import decide
from policies.explain import plan_as_tree
from policies.loader import parse_policy
from policies.signals import Caller, Candidate, ModelHealth, Signals, Surroundings
from providers.errors import UpstreamFailedError
from router.steps.dispatch import Breakers, Dispatcher
from router.steps.dispatch.figures import left_after
from router.steps.dispatch.health import Gauge
from tests.policies.worlds import NOON, make_model
from tests.steps.dispatch.doubles import (
    Rows,
    Script,
    ScriptedProvider,
    ask,
    card,
    deploy,
    dispatcher,
    say,
)
from tests.steps.dispatch.test_breaker import Clock
from tests.steps.dispatch.test_dispatcher import collect

SICK = """
name: health
pools:
  strong: {objective: best, models: [sol]}
  cheap: {models: [luna]}
rules: [{name: sick, when: {health: {of: strong, %s}}, use: cheap}]
default: {use: strong, fallbacks: [cheap]}
"""
FASTEST = (
    "{name: fast, pools: {all: {objective: fastest, models: [sol, luna]}}, default: {use: all}}"
)
FAILED = [UpstreamFailedError("500", status=500)]
FORGOTTEN = 660.0


class Town:
    """Two models behind a dispatcher whose clock the tests move, and a policy that reads it."""

    def __init__(self, policy: str, *sol: Script, **card_of_sol: float) -> None:
        self.clock = Clock()
        self.sol = ScriptedProvider("a", *sol)
        self.policy = parse_policy(policy)
        self.cards = {"sol": card_of_sol, "luna": {"first_token_seconds": 1.5}}
        self.dispatcher: Dispatcher = dispatcher(
            deploy(self.sol, card("sol", "a", **card_of_sol)),
            deploy(ScriptedProvider("b", say("hello")), card("luna", "b", **self.cards["luna"])),
            clock=self.clock,
            breakers=Breakers(clock=self.clock),
        )

    def gauge(self, model: str) -> Gauge:
        return self.dispatcher._upstreams[model][0].gauge

    def health(self, model: str = "sol") -> ModelHealth:
        self.clock.now += 0.25
        return self.dispatcher.health()[model]

    def plan(self) -> Plan:
        self.clock.now += 0.25
        models: list[Candidate] = [make_model(name, **self.cards[name]) for name in self.cards]
        around = Surroundings(now=NOON, health=self.dispatcher.health())
        return decide(self.policy, Signals(), Caller(), models, around)

    async def ask(self) -> str:
        """Ask once; gives the rule that decided."""
        the_plan = self.plan()
        await collect(self.dispatcher, ask(), the_plan, Rows())
        return the_plan.rule


async def test_a_model_that_failed_is_tried_again_when_its_error_rate_has_aged() -> None:
    town = Town(SICK % "error_rate: above 0.3", *[FAILED] * 3, say("well again"))
    while await town.ask() != "sick":
        pass
    assert town.health().error_rate > 0.3
    town.clock.now += 60
    calls = len(town.sol.calls)
    assert await town.ask() == "sick" and len(town.sol.calls) == calls
    town.clock.now += 300
    rules = [await town.ask() for _ in range(12)]
    assert "sick" not in rules and len(town.sol.calls) == calls + 12
    assert town.health().error_rate < 0.05


async def test_a_model_that_still_fails_when_it_is_tried_again_is_left_alone_again() -> None:
    town = Town(SICK % "error_rate: above 0.3", FAILED)
    tried = 0
    for _ in range(360):
        town.clock.now += 9.5
        tried += await town.ask() != "sick"
    assert 5 < tried < 40, "in an hour: a few times, and not one call in ten"


async def test_what_decides_is_what_is_said() -> None:
    town = Town(SICK % "error_rate: above 0.3", FAILED)
    while await town.ask() != "sick":
        pass
    town.clock.now += 90
    the_plan = town.plan()
    rate = town.dispatcher.health()["sol"].error_rate
    assert 0.3 < rate < 0.45, "it has faded, and not far enough"
    assert f"error_rate of strong {rate:g} is above 0.3" in plan_as_tree(the_plan)


async def test_a_model_that_was_slow_is_tried_again() -> None:
    town = Town(SICK % "first_token_seconds: above 5", say("quick"))
    for _ in range(100):
        town.gauge("sol").answered(20.0, 22.0, 100)
    assert await town.ask() == "sick"
    town.clock.now += 120
    assert await town.ask() == "sick"
    town.clock.now += 300
    assert [await town.ask() for _ in range(6)] == ["default"] * 6
    assert town.health().first_token_seconds == pytest.approx(0.0, abs=0.01), "a hundred are past"


async def test_one_slow_call_after_a_long_silence_says_that_it_is_slow_still() -> None:
    town = Town(SICK % "first_token_seconds: above 5", say("quick"))
    for _ in range(101):
        town.gauge("sol").answered(20.0, 22.0, 100)
    town.clock.now += 400
    assert (town.health().first_token_seconds or 0) < 5
    town.gauge("sol").answered(20.0, 22.0, 100)
    assert await town.ask() == "sick"


async def test_a_card_that_says_slow_keeps_no_model_away_either() -> None:
    town = Town(SICK % "first_token_seconds: above 5", say("quick"), first_token_seconds=6.0)
    town.gauge("sol").answered(20.0, 22.0, 100)
    town.clock.now += FORGOTTEN - 5
    assert await town.ask() == "sick"
    town.clock.now += 10
    assert town.health().first_token_seconds is None
    assert await town.ask() == "default"


@pytest.mark.parametrize(
    ("first", "seconds"),
    [(20.0, 22.0), (0.2, 300.2), (None, 300.0)],
    ids=["begins late", "writes slowly", "answers whole and late"],
)
async def test_the_fastest_of_a_pool_may_be_one_that_was_slow_once(
    first: float | None, seconds: float
) -> None:
    town = Town(FASTEST, say("x"), first_token_seconds=0.3, tokens_per_second=80.0)
    assert town.plan().primary.model == "sol"
    town.gauge("sol").answered(first, seconds, 200)
    assert town.plan().primary.model == "luna"
    for _ in range(12):
        town.clock.now += 60
        town.gauge("luna").answered(1.5, 6.5, 200)
    assert town.plan().primary.model == "sol"


def gauge(clock: Clock, **card_: float) -> Gauge:
    told = Gauge(clock)
    told.expect(card("m", **card_))
    return told


@pytest.mark.parametrize("pause_seconds", [0.0, 1.0, 10.0, 29.0])
def test_a_model_with_traffic_keeps_its_figures(pause_seconds: float) -> None:
    clock, still = Clock(), Clock()
    one, other = gauge(clock, first_token_seconds=0.1), gauge(still, first_token_seconds=0.1)
    for number in range(60):
        for told in (one, other):
            if number % 3:
                told.answered(0.5 + number % 7, 3.0 + number % 11, 100)
            else:
                told.failed(2.0)
        clock.now += pause_seconds
    assert (one.error_rate, one.p50(), one.p95(), one.tokens_per_second) == (
        other.error_rate,
        other.p50(),
        other.p95(),
        other.tokens_per_second,
    )
    assert one.latency_seconds == other.latency_seconds


def test_figures_halve_their_way_to_the_card() -> None:
    clock = Clock()
    told = gauge(clock, first_token_seconds=1.0, tokens_per_second=100.0)
    told.answered(9.0, 19.0, 200)
    told.failed(1.0)
    clock.now += 60
    assert (told.p50(), told.tokens_per_second, told.error_rate) == (9.0, 20.0, 0.2)
    clock.now += 120
    assert told.p50() == pytest.approx(5.0)
    assert told.tokens_per_second == pytest.approx(60.0)
    assert told.error_rate == pytest.approx(0.1)
    clock.now += 480
    assert (told.p50(), told.tokens_per_second, told.error_rate) == (1.25, 97.5, 0.00625)
    clock.now += 1
    assert (told.p50(), told.tokens_per_second, told.error_rate) == (None, None, 0.0)
    assert told.latency_seconds is None


def test_without_a_card_they_go_where_policies_take_the_unknown_to_be() -> None:
    clock = Clock()
    told = gauge(clock)
    told.answered(9.0, 19.0, 100)
    clock.now += 180
    assert told.p50() == pytest.approx(5.0) and told.tokens_per_second == pytest.approx(25.0)


def test_a_call_that_takes_long_is_no_silence() -> None:
    clock = Clock()
    told = gauge(clock)
    for _ in range(20):
        clock.now += 310
        told.answered(200.0, 300.0, 100)
    assert told.p50() == 200.0 and told.tokens_per_second == 1.0


def test_a_failure_after_a_long_silence_brings_nothing_back() -> None:
    clock = Clock()
    told = gauge(clock)
    for _ in range(20):
        told.answered(20.0, 22.0, 100)
        told.failed(20.0)
    clock.now += 3600
    told.failed(1.0)
    assert (told.p50(), told.tokens_per_second, told.latency_seconds) == (None, None, None)
    assert told.error_rate == pytest.approx(0.2), "as after the first call of all"


def test_answers_that_do_not_stream_renew_no_first_token_time() -> None:
    clock = Clock()
    told = gauge(clock)
    told.answered(20.0, 22.0, 100)
    for _ in range(20):
        clock.now += 50
        told.answered(None, 4.0, 100)
    assert told.p50() is None, "or a rule that sends only streams away would hold for ever"
    assert told.tokens_per_second == 25.0


def test_the_time_after_which_a_hedge_starts_does_not_age() -> None:
    clock = Clock()
    told = gauge(clock)
    for _ in range(20):
        told.answered(3.0, 5.0, 100)
    clock.now += 3600
    assert told.p50() is None and told.p95() == 3.0


def with_two_deployments(clock: Clock) -> Dispatcher:
    """A dispatcher whose model `m` stands at two places."""
    good = ScriptedProvider("a", say("x"))
    places = (deploy(good, "m", "one"), deploy(good, "m", "two"))
    return dispatcher(*places, clock=clock, breakers=Breakers(clock=clock))


async def test_a_deployment_that_was_slow_once_is_drawn_again() -> None:
    clock = Clock()
    dispatch = with_two_deployments(clock)
    one, two = dispatch._upstreams["m"]
    one.gauge.answered(20.0, 21.0, 10)
    for _ in range(12):
        two.gauge.answered(0.5, 1.5, 10)
        assert clock.now > 500 or two.cost() < one.cost()
        clock.now += 60
    assert one.cost() < two.cost()


async def test_a_deployment_that_fades_does_not_speak_for_one_with_traffic() -> None:
    clock = Clock()
    dispatch = with_two_deployments(clock)
    idle, busy = dispatch._upstreams["m"]
    idle.gauge.answered(2.0, 4.0, 100)
    for _ in range(20):
        busy.gauge.answered(3.0, 5.0, 100)
        assert dispatch.health()["m"].first_token_seconds == (2.0 if clock.now <= 160 else 3.0)
        clock.now += 50


async def test_new_settings_keep_the_figures_and_take_the_new_card() -> None:
    town = Town(FASTEST, say("x"))
    town.gauge("sol").answered(9.0, 19.0, 100)
    town.dispatcher.use({"sol": [deploy(town.sol, card("sol", "a", first_token_seconds=3.0))]})
    town.clock.now += 60
    assert town.health().first_token_seconds == pytest.approx(9.0, abs=0.02)
    town.clock.now += 120
    assert town.health().first_token_seconds == pytest.approx(6.0, abs=0.02)


def test_nothing_is_left_after_eleven_minutes_and_all_of_it_for_one() -> None:
    assert left_after(-5.0) == left_after(60.0) == 1.0
    assert left_after(180.0) == 0.5
    assert left_after(FORGOTTEN) == 1 / 32 and left_after(FORGOTTEN + 1) == 0.0
