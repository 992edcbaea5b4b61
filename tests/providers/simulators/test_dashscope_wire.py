"""DashScope's two ways of asking, by their bytes and through OpenAI's client."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import openai

from providers.simulators.process import LocalSimulator
from tests.providers.simulators.raw import PATHS, Raw, ask, send

SSE = {"x-dashscope-sse": "enable"}


async def _native(simulator: LocalSimulator, *, stream: bool = True, **parameters: Any) -> Raw:
    body = {
        "model": "qwen-max",
        "input": {"messages": [{"role": "user", "content": "你好"}]},
        "parameters": {"result_format": "message", **parameters},
    }
    return await send(simulator, PATHS["dashscope_native"], body, SSE if stream else {})


def _events(raw: Raw) -> list[dict[str, Any]]:
    lines = re.findall(rb"^data: ?(.*)$", raw.body, re.MULTILINE)
    return [json.loads(line) for line in lines if line != b"[DONE]"]


async def test_a_native_stream_is_cumulative_unless_told_otherwise(
    dashscope_simulator: LocalSimulator,
) -> None:
    grown = _events(await _native(dashscope_simulator))
    pieces = _events(await _native(dashscope_simulator, incremental_output=True))
    texts = [event["output"]["choices"][0]["message"]["content"] for event in pieces]
    whole = grown[-1]["output"]["choices"][0]["message"]["content"]
    assert "".join(texts) == whole
    for earlier, later in itertools.pairwise(grown):
        before = earlier["output"]["choices"][0]["message"]["content"]
        assert later["output"]["choices"][0]["message"]["content"].startswith(before)


async def test_native_events_number_themselves_and_say_null_until_the_end(
    dashscope_simulator: LocalSimulator,
) -> None:
    raw = await _native(dashscope_simulator, incremental_output=True)
    assert raw.body.startswith(b"id:1\nevent:result\n:HTTP_STATUS/200\ndata:{")
    reasons = [event["output"]["choices"][0]["finish_reason"] for event in _events(raw)]
    assert set(reasons[:-1]) == {"null"} and reasons[-1] == "stop"
    made = [event["usage"]["output_tokens"] for event in _events(raw)]
    assert made == sorted(made) and made[-1] == made[-2]


async def test_a_native_error_in_a_stream_names_its_status_in_a_comment(
    dashscope_simulator: LocalSimulator,
) -> None:
    raw = await ask(dashscope_simulator, "dashscope_native", fault="error-event@2")
    assert b"event:error\n:HTTP_STATUS/503\ndata:{" in raw.body
    limited = await ask(dashscope_simulator, "dashscope_native", fault="429-bare")
    assert json.loads(limited.body)["code"] == "Throttling.RateQuota"
    unpaid = await ask(dashscope_simulator, "dashscope_native", fault="402")
    assert unpaid.status == 400 and json.loads(unpaid.body)["code"] == "Arrearage"


async def test_result_format_text_holds_the_text_alone(dashscope_simulator: LocalSimulator) -> None:
    raw = await _native(dashscope_simulator, stream=False, result_format="text")
    assert json.loads(raw.body)["output"] == {
        "text": json.loads(raw.body)["output"]["text"],
        "finish_reason": "stop",
    }


async def test_later_pieces_of_a_tool_call_have_an_empty_id(
    dashscope_simulator: LocalSimulator,
) -> None:
    question = "What is the state of order A1234567?"
    for dialect in ("dashscope", "dashscope_native"):
        raw = await ask(dashscope_simulator, dialect, question, tools=True)
        found = [_tool_calls(frame) for frame in _events(raw) if _tool_calls(frame)]
        ids = [calls[0]["id"] for calls in found]
        assert ids[0].startswith("call_") and set(ids[1:]) == {""}
        text = "".join(calls[0]["function"]["arguments"] for calls in found)
        assert json.loads(text)["order_number"] == "A1234567"


def _tool_calls(frame: dict[str, Any]) -> Any:
    choices = frame["choices"] if "choices" in frame else frame["output"]["choices"]
    part = choices[0].get("delta") or choices[0].get("message") or {} if choices else {}
    return part.get("tool_calls")


async def test_the_compatible_mode_works_with_openais_client(
    dashscope_simulator: LocalSimulator,
) -> None:
    async with openai.AsyncOpenAI(
        base_url=dashscope_simulator.base_url, api_key="k", max_retries=0
    ) as client:
        stream = await client.chat.completions.create(
            model="qwen-max",
            messages=[{"role": "user", "content": "你好"}],
            stream=True,
            stream_options={"include_usage": True},
            extra_body={"enable_thinking": True},
        )
        chunks: list[Any] = [chunk async for chunk in stream]
    thoughts = [getattr(c.choices[0].delta, "reasoning_content", None) for c in chunks if c.choices]
    assert any(thoughts)
    assert chunks[-1].usage.completion_tokens_details.reasoning_tokens > 5
