"""llama-server's chat, its raw completion, and what it says about itself."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import openai
import pytest

from providers.simulators.process import LocalSimulator, start_simulator
from providers.simulators.settings import INSTANT
from tests.providers.simulators.raw import PATHS, ask, send

BEGUN = "<|im_start|>user\n你好<|im_end|>\n<|im_start|>assistant\n"


async def test_the_first_delta_holds_a_null_and_the_last_the_timings(
    llama_simulator: LocalSimulator,
) -> None:
    frames = (await ask(llama_simulator, "llama_server")).frames
    assert frames[0]["choices"][0]["delta"] == {"role": "assistant", "content": None}
    assert frames[-1]["timings"]["predicted_n"] == 42
    assert frames[-1]["choices"][0]["finish_reason"] == "stop"


async def test_tokens_are_counted_in_each_chunk_only_when_asked(
    llama_simulator: LocalSimulator,
) -> None:
    body = {"messages": [{"role": "user", "content": "hello"}], "stream": True}
    plain = (await send(llama_simulator, PATHS["llama_server"], body, {})).frames
    assert ["timings" in frame for frame in plain] == [False] * (len(plain) - 1) + [True]
    body |= {"timings_per_token": True, "stream_options": {"include_usage": True}}
    *timed, finish, usage = (await send(llama_simulator, PATHS["llama_server"], body, {})).frames
    made = [frame["timings"]["predicted_n"] for frame in timed]
    assert made == list(range(len(timed)))
    assert "timings" not in finish and usage["timings"]["predicted_n"] == made[-1]


async def test_openais_client_reads_it_and_sees_integer_codes(
    llama_simulator: LocalSimulator,
) -> None:
    async with openai.AsyncOpenAI(
        base_url=llama_simulator.base_url, api_key="none", max_retries=0
    ) as client:
        made: Any = await client.chat.completions.create(
            model="anything", messages=[{"role": "user", "content": "hello"}]
        )
        assert made.timings["prompt_n"] > 0 and made.usage.completion_tokens > 10
        with pytest.raises(openai.InternalServerError) as loading:
            await client.chat.completions.create(
                model="anything",
                messages=[{"role": "user", "content": "hello"}],
                extra_headers={"x-simulate": "503"},
            )
    assert loading.value.code == "503" and loading.value.type == "unavailable_error"


async def test_a_raw_prompt_is_continued_where_it_ends(llama_simulator: LocalSimulator) -> None:
    whole = await send(llama_simulator, PATHS["llama_completion"], {"prompt": BEGUN}, {})
    text = json.loads(whole.body)["content"]
    for at in (1, 5, 17):
        body = {"prompt": BEGUN + text[:at], "stream": True}
        raw = await send(llama_simulator, PATHS["llama_completion"], body, {})
        assert text[:at] + raw.text == text
        assert raw.frames[-1]["stop"] is True and raw.frames[-1]["stop_type"] == "eos"
    body = {"prompt": BEGUN, "n_predict": 3}
    short = await send(llama_simulator, PATHS["llama_completion"], body, {})
    assert json.loads(short.body)["stop_type"] == "limit"


async def test_a_prompt_beyond_the_window_names_both_numbers(
    llama_simulator: LocalSimulator,
) -> None:
    raw = await ask(llama_simulator, "llama_server", "word " * 9000)
    error = json.loads(raw.body)["error"]
    assert error["type"] == "exceed_context_size_error" and error["code"] == 400
    assert error["n_prompt_tokens"] > error["n_ctx"] == 8192


def test_health_and_properties_answer() -> None:
    with start_simulator("llama_server", pacing=INSTANT, window_tokens=4096) as simulator:
        with urllib.request.urlopen(f"{simulator.root_url}/health") as reply:
            assert json.load(reply) == {"status": "ok"}
        with urllib.request.urlopen(f"{simulator.root_url}/props") as reply:
            assert json.load(reply)["default_generation_settings"]["n_ctx"] == 4096
