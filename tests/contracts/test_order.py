"""Vendors whose wire numbers its pieces: what they are asked for, and what their numbers show."""

from __future__ import annotations

from typing import Any

import pytest

from providers import errors
from providers.base import Model
from providers.calls import Deadline, Opened, StreamEvent, TextDelta, ToolCallDelta, UsageReport
from providers.continuing import ContinuingProvider
from providers.messages import ChatRequest, Function, Message, Tool
from providers.registry import open_provider
from providers.settings import ProviderSettings, SettingsError
from providers.simulators.process import LocalSimulator, serve_simulator
from providers.simulators.settings import INSTANT
from tests.contracts.test_openai_relatives import delta, stream
from tests.providers.scripted import Script, card, sse, vendor

ENGINES = {
    "llama-server": {"timings_per_token": True},
    "vllm": {"stream_options": {"include_usage": True, "continuous_usage_stats": True}},
    "sglang": {"stream_options": {"include_usage": True, "continuous_usage_stats": True}},
}


def counted(engine: str, tokens: int, *, choice: int = 0, **fields: Any) -> dict[str, Any]:
    """A chunk with the count of tokens so far, as this server writes it."""
    chunk = delta(fields.pop("finish", None), **fields)
    chunk["choices"][0]["index"] = choice
    if engine == "llama-server":
        return {**chunk, "timings": {"prompt_n": 9, "predicted_n": tokens, "predicted_ms": 1.5}}
    return {**chunk, "usage": {"prompt_tokens": 9, "completion_tokens": tokens}}


@pytest.mark.parametrize("engine", ENGINES)
async def test_each_server_is_asked_to_count_in_its_own_words(engine: str) -> None:
    body = sse(
        counted(engine, 0, role="assistant", content=""),
        counted(engine, 1, content="Good"),
        counted(engine, 4, content=" day"),
        counted(engine, 5, finish="stop"),
    )
    events, double = await stream("llama_server", Script(body), options={"engine": engine})
    assert ENGINES[engine].items() <= double.asked[0].json.items()
    assert events[:2] == [TextDelta("Good"), TextDelta(" day")]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("order", "spoilt"), [((1, 3, 2), True), ((1, 2, 1), False)])
async def test_a_piece_whose_count_goes_back_breaks_the_stream(
    engine: str, order: tuple[int, ...], spoilt: bool
) -> None:
    pieces = [counted(engine, number, content=f" {number}") for number in order]
    body = sse(*pieces, counted(engine, 4, finish="stop"))
    with pytest.raises(errors.StreamBrokenError) as caught:
        await stream("llama_server", Script(body), options={"engine": engine})
    assert (caught.value.why, caught.value.spoilt) == ("disorder", spoilt)


@pytest.mark.parametrize("engine", ["vllm", "llama-server"])
async def test_each_of_several_answers_counts_for_itself(engine: str) -> None:
    body = sse(
        counted(engine, 3, content="a b c"),
        counted(engine, 1, choice=1, content="x"),
        counted(engine, 4, content=" d"),
        counted(engine, 2, choice=1, content=" y"),
        counted(engine, 5, finish="stop"),
        counted(engine, 3, choice=1, finish="stop"),
    )
    events, _ = await stream("llama_server", Script(body), options={"engine": engine})
    assert [event.text for event in events if isinstance(event, TextDelta)] == [
        "a b c",
        "x",
        " d",
        " y",
    ]


@pytest.mark.parametrize("engine", [*ENGINES, "llama-cpp-python"])
async def test_a_server_that_counts_nothing_is_believed(engine: str) -> None:
    body = sse(delta(content="Good"), delta(content=" day"), delta("stop"))
    events, _ = await stream("llama_server", Script(body), options={"engine": engine})
    assert events[:2] == [TextDelta("Good"), TextDelta(" day")]


async def test_the_settings_can_say_what_counts_and_that_nothing_does() -> None:
    backwards = sse(
        counted("vllm", 2, content="b"),
        counted("vllm", 1, content="a"),
        counted("vllm", 3, finish="stop"),
    )
    events, double = await stream("openai", Script(backwards))
    assert events[:2] == [TextDelta("b"), TextDelta("a")]
    assert double.asked[0].json["stream_options"] == {"include_usage": True}
    with pytest.raises(errors.StreamBrokenError, match="out of order"):
        await stream("openai", Script(backwards), options={"numbering": "usage"})
    _, double = await stream(
        "llama_server", Script(backwards), options={"engine": "vllm", "numbering": "none"}
    )
    assert "continuous_usage_stats" not in double.asked[0].json["stream_options"]


WIRES = {
    "openai": ({"numbering": "responses"}, "gpt-6-luna", "/v1/responses"),
    "dashscope": (
        {"numbering": "native"},
        "qwen-max",
        "/api/v1/services/aigc/text-generation/generation",
    ),
}
QUESTION = ChatRequest(model="m", messages=(Message("user", "How long does a refund take?"),))


def opened(kind: str, base_url: str, options: dict[str, str]) -> ContinuingProvider:
    provider = open_provider(
        ProviderSettings(name=kind, kind=kind, api_key="k", base_url=base_url, options=options)
    )
    assert isinstance(provider, ContinuingProvider)
    return provider


async def both_ways(
    wire: str, request: ChatRequest, double: LocalSimulator, prefix: str | None = None
) -> tuple[list[StreamEvent], list[StreamEvent]]:
    """One answer as the vendor is usually asked for it, and in proven order."""
    options, name, path = WIRES[wire]
    model = Model(
        name="m",
        provider=wire,
        wire_name=name,
        window_tokens=8000,
        max_output_tokens=1000,
        abilities=frozenset({"streaming", "prefill"}),
    )
    provider, deadline = opened(wire, double.base_url, options), Deadline.after(10)
    assert provider.proves_order(model, request)
    usual = (
        provider.stream(model, request, deadline=deadline)
        if prefix is None
        else provider.continue_from(model, request, prefix, deadline=deadline)
    )
    proven = provider.stream_in_order(model, request, deadline=deadline, prefix=prefix)
    made = [
        [event async for event in one if not isinstance(event, Opened)] for one in (usual, proven)
    ]
    assert double.log()[-1]["path"] == path
    await provider.close()
    return made[0], made[1]


@pytest.mark.parametrize("wire", WIRES)
async def test_an_answer_in_proven_order_is_the_same_answer(wire: str) -> None:
    tool = Tool(Function("open_refund", "Open a refund for the customer"))
    calls = ChatRequest(
        model="m", messages=QUESTION.messages, tools=(tool,), tool_choice="required"
    )
    async with serve_simulator(wire, pacing=INSTANT) as double:
        usual, proven = await both_ways(wire, QUESTION, double)
        assert [e for e in proven if not isinstance(e, UsageReport)] == usual[:-1]
        said = [e.usage for e in (usual[-1], proven[-1]) if isinstance(e, UsageReport)]
        assert said[0].completion_tokens == said[1].completion_tokens
        usual, proven = await both_ways(wire, calls, double)
        assert usual[:-1] == proven[:-1]
        assert any(isinstance(event, ToolCallDelta) for event in proven)


async def test_a_begun_answer_is_continued_in_proven_order_too() -> None:
    async with serve_simulator("dashscope", pacing=INSTANT) as double:
        usual, _ = await both_ways("dashscope", QUESTION, double)
        whole = "".join(event.text for event in usual if isinstance(event, TextDelta))
        _, rest = await both_ways("dashscope", QUESTION, double, prefix=whole[:20])
    told = "".join(event.text for event in rest if isinstance(event, TextDelta))
    assert whole[:20] + told == whole


async def test_a_server_that_turns_out_to_number_nothing_is_not_asked_to_prove_again() -> None:
    model = card()
    opening = {"type": "response.created", "response": {"id": "r"}}
    async with vendor(Script(sse(opening, done=False))) as double:
        provider = opened("openai", double.url, {"numbering": "responses"})
        assert provider.proves_order(model, QUESTION)
        with pytest.raises(errors.UnnumberedError) as caught:
            await anext(provider.stream_in_order(model, QUESTION, deadline=Deadline.after(5)))
        assert not provider.proves_order(model, QUESTION)
        assert (caught.value.provider, caught.value.model) == ("openai", "m")
        assert caught.value.retryable and not caught.value.hurts_health
        with pytest.raises(errors.UnsupportedError):
            provider.stream_in_order(model, QUESTION, deadline=Deadline.after(5))
        await provider.close()


@pytest.mark.parametrize(
    ("kind", "base_url", "options", "proves"),
    [
        ("openai", "", {}, True),
        ("openai", "https://api.openai.com/v1", {}, True),
        ("openai", "https://other.example/v1", {}, False),
        ("openai", "https://other.example/v1", {"numbering": "responses"}, True),
        ("openai", "https://other.example/v1", {"numbering": "usage"}, False),
        ("openai", "", {"numbering": "none"}, False),
        ("dashscope", "", {}, True),
        ("dashscope", "https://proxy.example/compatible-mode/v1", {}, False),
        ("dashscope", "https://proxy.example/compatible-mode/v1", {"numbering": "native"}, True),
        ("dashscope", "", {"numbering": "none"}, False),
        ("llama_server", "", {}, False),
        ("anthropic", "", {}, False),
    ],
)
async def test_who_proves_the_order_is_known_before_anybody_is_asked(
    kind: str, base_url: str, options: dict[str, str], proves: bool
) -> None:
    provider = opened(kind, base_url, options)
    assert provider.proves_order(card(), QUESTION) is proves
    await provider.close()


def test_the_native_wire_needs_the_address_of_the_compatible_one() -> None:
    with pytest.raises(SettingsError, match="/compatible-mode/v1"):
        opened("dashscope", "https://proxy.example/v1", {"numbering": "native"})
