"""Who asks for a fault, and whom it strikes."""

from __future__ import annotations

import pytest

from providers.simulators.faults import Directive, read_directive, read_rate
from providers.simulators.plan import FaultPlan
from providers.simulators.process import LocalSimulator
from providers.simulators.settings import Settings
from tests.providers.simulators.raw import ask, send


def test_a_directive_has_a_name_a_number_and_a_position() -> None:
    assert read_directive("cut@20") == Directive("cut", None, 20)
    assert read_directive("stall=1.5@tool") == Directive("stall", 1.5, "tool")
    assert read_directive("429=3") == Directive("429", 3.0)
    assert str(read_directive("stall=5@before")) == "stall=5@before"


@pytest.mark.parametrize(
    ("text", "says"),
    [("cutt", "did you mean 'cut'"), ("cut@later", "position"), ("cut at 5", "is no fault")],
)
def test_a_wrong_directive_says_how_to_mend_it(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_directive(text)


def test_a_share_is_a_percentage_or_a_fraction() -> None:
    assert read_rate("cut@20:5%").share == 0.05
    assert read_rate("429=2:0.1").directive == Directive("429", 2.0)
    for text in ("cut", "cut:", "cut:150%", "cut:some"):
        with pytest.raises(ValueError, match="share"):
            read_rate(text)


def test_rates_hit_their_share_and_the_same_seed_the_same_requests() -> None:
    settings = Settings(faults=("cut:10%", "503:20%"), seed=7)
    hits = [str(FaultPlan(settings).choose((), stream=True))]
    plan, twin = FaultPlan(settings), FaultPlan(settings)
    hits = [str(plan.choose((), stream=True)) for _ in range(5000)]
    assert hits == [str(twin.choose((), stream=True)) for _ in range(5000)]
    assert 400 < hits.count("cut") < 600 and 880 < hits.count("503") < 1120


async def test_header_marker_and_model_name_ask_for_a_fault(
    openai_simulator: LocalSimulator,
) -> None:
    assert (await ask(openai_simulator, "openai", fault="503")).status == 503
    marked = await ask(openai_simulator, "openai", "hello [[simulate:503]]")
    assert marked.status == 503
    body = {"model": "gpt-5.4!503", "messages": [{"role": "user", "content": "hello"}]}
    assert (await send(openai_simulator, "/v1/chat/completions", body, {})).status == 503


async def test_a_marker_is_not_part_of_the_question(openai_simulator: LocalSimulator) -> None:
    plain = await ask(openai_simulator, "openai", "hello")
    marked = await ask(openai_simulator, "openai", "hello [[simulate:crlf]]", stream=False)
    assert marked.text == plain.text


async def test_a_directive_aimed_at_another_wire_is_not_ours(
    openai_simulator: LocalSimulator, dashscope_simulator: LocalSimulator
) -> None:
    question = "hello [[simulate:dashscope/503]]"
    assert (await ask(openai_simulator, "openai", question)).status == 200
    assert (await ask(dashscope_simulator, "dashscope", question)).status == 503


async def test_the_queue_strikes_the_next_requests_and_then_ends(
    openai_simulator: LocalSimulator,
) -> None:
    openai_simulator.queue("500", times=2)
    openai_simulator.queue("ok")
    openai_simulator.set_rates("503:100%")
    statuses = [(await ask(openai_simulator, "openai")).status for _ in range(4)]
    assert statuses == [500, 500, 200, 503]
    openai_simulator.reset()
    assert (await ask(openai_simulator, "openai")).status == 200


async def test_the_answers_length_can_be_set(openai_simulator: LocalSimulator) -> None:
    raw = await ask(openai_simulator, "openai", "hello [[simulate:tokens=100]]")
    said = [frame for frame in raw.frames if frame["choices"][0]["delta"].get("content")]
    assert len(said) == 100


async def test_an_unknown_fault_is_refused_and_not_ignored(
    openai_simulator: LocalSimulator,
) -> None:
    raw = await ask(openai_simulator, "openai", fault="cutt")
    assert raw.status == 400 and b"did you mean" in raw.body
