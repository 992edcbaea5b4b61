"""Vendors whose wire numbers its pieces: what they are asked for, and what their numbers show."""

from __future__ import annotations

from typing import Any

import pytest

from providers import errors
from providers.calls import TextDelta
from tests.contracts.test_openai_relatives import delta, stream
from tests.providers.scripted import Script, sse

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
