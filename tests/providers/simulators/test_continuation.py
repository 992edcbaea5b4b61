"""A simulated model goes on where another one stopped, to the letter."""

from __future__ import annotations

import json
from typing import Any

import pytest

from providers.simulators.answers import make_answer, read_continuation
from providers.simulators.asks import Ask, Turn
from providers.simulators.process import LocalSimulator
from tests.providers.simulators.raw import PATHS, ask, send

QUESTION = "Order A998877 is broken, where is my refund? My phone is <PHONE_1>."
VERSION = {"anthropic-version": "2023-06-01"}


@pytest.mark.parametrize("begun", [3, 20, 57, 90])
async def test_prefix_and_continuation_make_the_whole_answer(
    begun: int,
    openai_simulator: LocalSimulator,
    anthropic_simulator: LocalSimulator,
    dashscope_simulator: LocalSimulator,
    llama_simulator: LocalSimulator,
) -> None:
    text = (await ask(openai_simulator, "openai", QUESTION)).text
    prefix = text[:begun].rstrip()
    messages = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": prefix}]
    partial = [messages[0], {**messages[1], "partial": True}]
    asked: list[tuple[LocalSimulator, str, dict[str, Any]]] = [
        (anthropic_simulator, "anthropic", {"model": "claude-haiku-4-5", "max_tokens": 500, "messages": messages}),
        (dashscope_simulator, "dashscope", {"model": "qwen-max", "messages": partial}),
        (dashscope_simulator, "dashscope_native", {"model": "qwen-max", "input": {"messages": partial}, "parameters": {"result_format": "message"}}),
        (llama_simulator, "llama_server", {"messages": messages}),
        (openai_simulator, "openai", {"model": "gpt-5.4", "messages": messages, "continue_final_message": True}),
    ]  # fmt: skip
    for simulator, dialect, body in asked:
        raw = await send(simulator, PATHS[dialect], body, VERSION)
        assert prefix + raw.text == text, dialect


async def test_a_model_told_in_words_to_continue_does(openai_simulator: LocalSimulator) -> None:
    text = (await ask(openai_simulator, "openai", QUESTION)).text
    told = [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": text[:40]},
        {"role": "user", "content": "Continue exactly where you left off, without repeating."},
    ]
    body = {"model": "gpt-5.4", "messages": told}
    raw = await send(openai_simulator, PATHS["openai"], body, {})
    assert text[:40] + raw.text == text


async def test_openai_starts_anew_after_an_assistant_message(
    openai_simulator: LocalSimulator,
) -> None:
    text = (await ask(openai_simulator, "openai", QUESTION)).text
    turns = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": text[:40]}]
    body = {"model": "gpt-5.4", "messages": turns}
    assert (await send(openai_simulator, PATHS["openai"], body, {})).text == text


@pytest.mark.parametrize(
    ("model", "prefix", "status"),
    [
        ("claude-haiku-4-5", "I have", 200),
        ("claude-haiku-4-5", "I have ", 400),
        ("claude-sonnet-4-6", "I have", 400),
        ("claude-sonnet-5", "I have", 400),
    ],
)
async def test_newer_claude_models_and_trailing_blanks_refuse_a_prefill(
    anthropic_simulator: LocalSimulator, model: str, prefix: str, status: int
) -> None:
    turns = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": prefix}]
    body = {"model": model, "max_tokens": 100, "messages": turns}
    raw = await send(anthropic_simulator, PATHS["anthropic"], body, VERSION)
    assert raw.status == status
    assert status == 200 or b"final assistant" in raw.body or b"prefill" in raw.body


def test_foreign_words_are_still_continued_with_something() -> None:
    turns = (Turn("user", "hello"), Turn("assistant", "A sentence that we never say"))
    read = read_continuation(Ask(model="m", turns=turns, continues=True, question="hello"))
    assert make_answer(read).text.strip()


async def test_a_structured_answer_continues_too(dashscope_simulator: LocalSimulator) -> None:
    schema = {"type": "object", "properties": {"order_number": {"type": "string"}}}
    shape = {"type": "json_schema", "json_schema": {"name": "s", "schema": schema}}
    user = {"role": "user", "content": QUESTION}
    body = {"model": "qwen-max", "messages": [user], "response_format": shape}
    whole = (await send(dashscope_simulator, PATHS["dashscope"], body, {})).text
    assert json.loads(whole) == {"order_number": "A998877"}
    turns = [user, {"role": "assistant", "content": whole[:9], "partial": True}]
    raw = await send(dashscope_simulator, PATHS["dashscope"], {**body, "messages": turns}, {})
    assert whole[:9] + raw.text == whole
