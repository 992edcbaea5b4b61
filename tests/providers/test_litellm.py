"""The long tail: litellm's own words, played by a package of the same shape."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from providers import errors
from providers.calls import Deadline, Finished, Opened, StreamEvent, TextDelta, UsageReport
from providers.messages import ChatRequest, Message
from providers.registry import open_provider
from providers.settings import ProviderSettings, SettingsError
from tests.providers.scripted import card

# What litellm 1.106 does in the parts that we use: chunks and answers with `model_dump_json`, a
# wrapper that knows whether a finish_reason was received, errors that carry a status.
DOUBLE = """
import asyncio, json, os, types

assert os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"
model_list = ["b/x", "a/y"]
asked = []
script = {}

class OpenAIError(Exception):
    def __init__(self, message, status_code):
        super().__init__(message)
        self.message, self.status_code = message, status_code

openai = types.SimpleNamespace(OpenAIError=OpenAIError)

class Said:
    def __init__(self, body):
        self.body = body
    def model_dump_json(self):
        return json.dumps(self.body)

class Chunks:
    def __init__(self, bodies, received):
        self.bodies, self.received_finish_reason = list(bodies), received
        self.closed = False
    def __aiter__(self):
        return self
    async def __anext__(self):
        if not self.bodies:
            raise StopAsyncIteration
        body = self.bodies.pop(0)
        if body == "hang":
            await asyncio.sleep(60)
        if isinstance(body, Exception):
            raise body
        return Said(body)
    async def aclose(self):
        self.closed = True

async def acompletion(**asks):
    asked.append(asks)
    if "error" in script:
        raise script["error"]
    if asks.get("stream"):
        script["chunks"] = Chunks(script["bodies"], script.get("received"))
        return script["chunks"]
    return Said(script["body"])
"""
REQUEST = ChatRequest(model="m", messages=(Message("user", "Hello"),), max_tokens=5)
MODEL = card(wire_name="groq/llama")
SETTINGS = ProviderSettings(name="p", kind="litellm", api_key="k", base_url="http://x")


@pytest.fixture
def double(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "litellm").mkdir()
    (tmp_path / "litellm" / "__init__.py").write_text(DOUBLE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    monkeypatch.delitem(sys.modules, "litellm", raising=False)
    import litellm

    yield litellm
    sys.modules.pop("litellm", None)


def delta(finish: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"id": "c1", "choices": [{"index": 0, "delta": fields, "finish_reason": finish}]}


async def collect(into: list[StreamEvent], seconds: float = 5) -> None:
    provider = open_provider(SETTINGS)
    async for event in provider.stream(MODEL, REQUEST, deadline=Deadline.after(seconds)):
        into.append(event)


async def test_a_stream_is_asked_for_without_retries_and_read_like_any_other(double: Any) -> None:
    usage = {"id": "c1", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}
    bodies = [delta(content="hi"), delta("stop"), usage]
    double.script.update(bodies=bodies, received="stop")
    events: list[StreamEvent] = []
    await collect(events)
    assert events[:3] == [Opened("m", "p", "c1"), TextDelta("hi"), Finished("stop")]
    assert isinstance(events[3], UsageReport)
    (asked,) = double.asked
    assert asked["model"] == "groq/llama"
    assert (asked["num_retries"], asked["max_retries"], asked["max_tokens"]) == (0, 0, 5)
    assert (asked["api_key"], asked["api_base"]) == ("k", "http://x")
    assert double.script["chunks"].closed


async def test_an_end_that_litellm_made_up_is_a_cut(double: Any) -> None:
    double.script.update(bodies=[delta(content="hi"), delta("stop")], received=None)
    events: list[StreamEvent] = []
    with pytest.raises(errors.StreamBrokenError) as caught:
        await collect(events)
    assert caught.value.why == "cut"
    assert Finished("stop") not in events


async def test_its_errors_are_ours_by_status_and_words(double: Any) -> None:
    for status, words, kind in [
        (429, "slow down", errors.OverloadedError),
        (429, "You exceeded your current quota", errors.QuotaExhaustedError),
        (400, "maximum context length is 5", errors.ContextTooLongError),
        (500, "x", errors.UpstreamFailedError),
    ]:
        double.script["error"] = double.OpenAIError(words, status)
        with pytest.raises(errors.ProviderError) as caught:
            await collect([])
        assert type(caught.value) is kind
        assert caught.value.status == status


async def test_an_error_or_a_silence_after_the_first_token_breaks_the_stream(double: Any) -> None:
    for last, why in [(double.OpenAIError("x", 503), "error_event"), ("hang", "stall")]:
        double.script.update(bodies=[delta(content="hi"), last], received=None)
        with pytest.raises(errors.StreamBrokenError) as caught:
            await collect([], seconds=0.5)
        assert caught.value.why == why
        assert double.script["chunks"].closed


async def test_a_whole_answer_and_the_list_of_models_are_read(double: Any) -> None:
    message = {"role": "assistant", "content": "hi"}
    double.script["body"] = {
        "id": "c",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
    }
    provider = open_provider(SETTINGS)
    answer = await provider.complete(MODEL, REQUEST, deadline=Deadline.after(5))
    assert answer.choices[0].text == "hi"
    assert await provider.list_models() == ["a/y", "b/x"]
    await provider.close()


def test_a_missing_package_is_said_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "litellm", None)
    with pytest.raises(SettingsError, match="uv sync --extra litellm"):
        open_provider(SETTINGS)


async def test_region_and_account_go_with_the_call_and_are_in_no_description(double: Any) -> None:
    message = {"role": "assistant", "content": "hi"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    double.script["body"] = {"id": "c", "choices": [choice]}
    options = {"aws_region_name": "eu-central-1", "aws_secret_access_key": "hidden"}
    settings = ProviderSettings(name="p", kind="litellm", options=options)
    await open_provider(settings).complete(MODEL, REQUEST, deadline=Deadline.after(5))
    (asked,) = double.asked
    assert {name: asked[name] for name in options} == options
    assert "hidden" not in repr(settings)
