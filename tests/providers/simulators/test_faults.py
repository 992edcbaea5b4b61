"""Each fault does what it says, byte by byte."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from providers.simulators.faults import FAULTS
from providers.simulators.process import LocalSimulator, serve_simulator
from providers.simulators.settings import INSTANT
from tests.providers.simulators.raw import PATHS, Raw, ask, text_of

Check = Callable[[Raw, Raw], bool]
QUICK = {"stall": "0.1", "crawl": "0.01", "slow": "0.1", "pings-only": "0.02", "refuse": "0.05"}
ENDLESS = frozenset({"hang", "hang-headers", "stall-forever", "pings-only"})
STATUSES = {"400": 400, "401": 401, "403": 403, "404": 404, "408": 408, "413": 413, "422": 422,
            "402": 402, "429": 429, "429-ms": 429, "429-date": 429, "429-bare": 429, "quota": 429,
            "500": 500, "502": 502, "503": 503, "504": 504, "529": 529, "context": 400,
            "content-filter": 400}  # fmt: skip


def _code(raw: Raw) -> Any:
    return json.loads(raw.body)["error"]["code"]


def _half_said(raw: Raw, plain: Raw) -> bool:
    return 0 < len(raw.text) < len(plain.text) and plain.text.startswith(raw.text)


def _finish(raw: Raw) -> Any:
    choices = [frame["choices"][0] for frame in raw.frames if frame.get("choices")]
    return choices[-1]["finish_reason"]


def _is_bad_json(raw: Raw) -> bool:
    try:
        return not raw.frames
    except ValueError:
        return True


STREAM: dict[str, Check] = {
    "close": lambda raw, plain: raw.data == b"" and raw.end == "eof",
    "reset": lambda raw, plain: raw.data == b"" and raw.end == "reset",
    "refuse": lambda raw, plain: raw.data == b"" and raw.end == "reset",
    "hang": lambda raw, plain: raw.data == b"" and raw.end == "open",
    "hang-headers": lambda raw, plain: raw.status == 200 and not raw.rest and raw.end == "open",
    "429": lambda raw, plain: raw.header("retry-after") == "1",
    "429-ms": lambda raw, plain: raw.header("retry-after-ms") == "200",
    "429-date": lambda raw, plain: str(raw.header("retry-after")).endswith("gmt"),
    "429-bare": lambda raw, plain: raw.header("retry-after") is None,
    "quota": lambda raw, plain: _code(raw) == "insufficient_quota",
    "context": lambda raw, plain: _code(raw) == "context_length_exceeded",
    "502": lambda raw, plain: b"<html>" in raw.body and raw.header("content-type") == "text/html",
    "html": lambda raw, plain: b"<html>" in raw.body and raw.status == 200,
    "wrong-type": lambda raw, plain: raw.status == 200 and raw.body.startswith(b"upstream connect"),
    "wrong-label": lambda raw, plain: (
        raw.header("content-type") == "application/octet-stream" and b"[DONE]" in raw.body
    ),
    "empty": lambda raw, plain: raw.status == 200 and raw.body == b"" and raw.is_whole,
    "error-200": lambda raw, plain: raw.status == 200 and "error" in json.loads(raw.body),
    "cut": lambda raw, plain: _half_said(raw, plain) and not raw.is_whole and raw.end == "eof",
    "cut-reset": lambda raw, plain: not raw.is_whole and raw.end == "reset",
    "stall": lambda raw, plain: raw.text == plain.text and raw.is_whole,
    "stall-forever": lambda raw, plain: _half_said(raw, plain) and raw.end == "open",
    "crawl": lambda raw, plain: raw.text == plain.text,
    "bad-chunk": lambda raw, plain: b"not a chunk" in raw.data and not raw.is_whole,
    "eof": lambda raw, plain: _half_said(raw, plain) and raw.is_whole and b"[DONE]" not in raw.body,
    "done-early": lambda raw, plain: (
        _half_said(raw, plain) and _finish(raw) is None and raw.body.endswith(b"data: [DONE]\n\n")
    ),
    "no-finish": lambda raw, plain: raw.text == plain.text and _finish(raw) is None,
    "no-done": lambda raw, plain: (
        raw.text == plain.text and _finish(raw) == "stop" and b"[DONE]" not in raw.body
    ),
    "malformed": lambda raw, plain: _is_bad_json(raw) and b"[DONE]" in raw.body,
    "truncated-frame": lambda raw, plain: raw.is_whole and not raw.body.endswith(b"\n"),
    "bad-utf8": lambda raw, plain: b"\xff\xfe" in raw.body,
    "error-event": lambda raw, plain: "error" in raw.frames[-1] and b"[DONE]" not in raw.body,
    "error-event-done": lambda raw, plain: "error" in raw.frames[-1] and b"[DONE]" in raw.body,
    "usage-only": lambda raw, plain: len(raw.frames) == 1 and "usage" in raw.frames[0],
    "empty-choices": lambda raw, plain: [frame["choices"] for frame in raw.frames] == [[]] * 5,
    "duplicate": lambda raw, plain: len(raw.frames) == len(plain.frames) + 8,
    "restart": lambda raw, plain: raw.text.endswith(plain.text) and len(raw.text) > len(plain.text),
    "lost": lambda raw, plain: len(raw.frames) == len(plain.frames) - 4 and _finish(raw) == "stop",
    "reorder": lambda raw, plain: sorted(raw.text) == sorted(plain.text) and raw.text != plain.text,
    "pings-only": lambda raw, plain: (
        raw.end == "open" and raw.body.count(b": ping\n\n") > 3 and raw.text == ""
    ),
    "odd-finish": lambda raw, plain: _finish(raw) == "malfunction",
    "filtered-answer": lambda raw, plain: (
        _half_said(raw, plain) and _finish(raw) == "content_filter"
    ),
    "cut-arguments": lambda raw, plain: _finish(raw) == "stop",
    "whole-instead": lambda raw, plain: raw.text == plain.text and not raw.is_chunked,
    "separators": lambda raw, plain: (
        "\u2028\u0085\u2029" in raw.text and len(raw.text) == len(plain.text) + 5
    ),
    "crlf": lambda raw, plain: raw.body.count(b"\r\n") == raw.body.count(b"\n") > 0,
    "cr": lambda raw, plain: b"\n" not in raw.body and b"\r\r" in raw.body,
    "no-space": lambda raw, plain: b"data:{" in raw.body and b"data: " not in raw.body,
    "bytewise": lambda raw, plain: raw.data.count(b"\r\n1\r\n") > 1000,
    "merged": lambda raw, plain: raw.text == plain.text,
    "comments": lambda raw, plain: raw.body.count(b": keep-alive\n\n") > 20,
    "slow": lambda raw, plain: raw.text == plain.text,
}
WHOLE: dict[str, Check] = {
    "cut": lambda raw, plain: not raw.is_whole and len(raw.rest) > 50 and raw.end == "eof",
    "cut-reset": lambda raw, plain: not raw.is_whole and raw.end == "reset",
    "stall-forever": lambda raw, plain: not raw.is_whole and raw.end == "open",
    "truncated-json": lambda raw, plain: raw.is_whole and len(raw.body) < len(plain.body) * 0.6,
    "wrong-length": lambda raw, plain: int(raw.header("content-length") or 0)
    == len(raw.rest) + 100,
    "short-length": lambda raw, plain: int(raw.header("content-length") or 0) == len(raw.rest) - 20,
    "truncated-gzip": lambda raw, plain: raw.is_whole and _breaks_off(raw.body),
    "malformed-body": lambda raw, plain: raw.is_whole and b'" "' in raw.body,
    "stream-instead": lambda raw, plain: raw.is_chunked and raw.text == plain.text,
    "blank-lines": lambda raw, plain: raw.body.startswith(b"\n\n\n") and raw.text == plain.text,
    "odd-finish": lambda raw, plain: b'"malfunction"' in raw.body,
    "filtered-answer": lambda raw, plain: _half_said(raw, plain)
    and b'"content_filter"' in raw.body,
    "cut-arguments": lambda raw, plain: raw.text == plain.text,
    "bytewise": lambda raw, plain: raw.body[-200:] == plain.body[-200:],
}  # fmt: skip


def _breaks_off(packed: bytes) -> bool:
    try:
        gzip.decompress(packed)
    except (EOFError, zlib.error):
        return packed.startswith(b"\x1f\x8b")
    return False


def _spell(fault: str) -> str:
    return f"{fault}={QUICK[fault]}" if fault in QUICK else fault


@pytest.fixture
async def simulators() -> AsyncIterator[dict[str, LocalSimulator]]:
    async with AsyncExitStack() as stack:
        running = {}
        for wire in ("openai", "anthropic", "dashscope", "llama_server"):
            running[wire] = await stack.enter_async_context(serve_simulator(wire, pacing=INSTANT))
        running["dashscope_native"] = running["dashscope"]
        running["llama_completion"] = running["llama_server"]
        yield running


def test_every_fault_has_a_check_of_its_own() -> None:
    for name, fault in FAULTS.items():
        if fault.stream:
            assert name in STREAM or name in STATUSES, f"{name} is not checked in a stream"
        elif name not in WHOLE:
            pytest.fail(f"{name} is not checked in a whole answer")


@pytest.mark.parametrize("fault", [name for name in FAULTS if FAULTS[name].stream])
async def test_a_fault_of_a_stream_does_what_it_says(
    fault: str, openai_simulator: LocalSimulator
) -> None:
    plain = await ask(openai_simulator, "openai")
    patience = 0.4 if fault in ENDLESS else 10
    raw = await ask(openai_simulator, "openai", fault=_spell(fault), patience_seconds=patience)
    assert raw.status == STATUSES.get(fault, raw.status)
    assert STREAM.get(fault, lambda *_: True)(raw, plain), raw.data[-600:]
    assert openai_simulator.log()[-1]["fault"] == _spell(fault)


@pytest.mark.parametrize("fault", [name for name in FAULTS if FAULTS[name].whole])
async def test_a_fault_of_a_whole_answer_does_what_it_says(
    fault: str, openai_simulator: LocalSimulator
) -> None:
    plain = await ask(openai_simulator, "openai", stream=False)
    patience = 0.4 if fault in ENDLESS else 10
    raw = await ask(
        openai_simulator, "openai", fault=_spell(fault), stream=False, patience_seconds=patience
    )
    assert raw.status == STATUSES.get(fault, raw.status)
    if fault in WHOLE:
        assert WHOLE[fault](raw, plain), raw.data[-600:]
    elif fault in ("slow", "stall", "separators"):
        assert raw.is_whole and plain.text.startswith(raw.text[:10])
    elif fault != "wrong-label":
        assert STREAM.get(fault, lambda *_: True)(raw, plain), raw.data[-600:]


@pytest.mark.parametrize("dialect", PATHS)
@pytest.mark.parametrize("stream", [True, False])
async def test_harmless_oddities_leave_the_answer_whole_on_every_wire(
    dialect: str, stream: bool, simulators: dict[str, LocalSimulator]
) -> None:
    simulator = simulators[dialect]
    plain = await ask(simulator, dialect, stream=stream)
    for name, fault in FAULTS.items():
        if fault.harmless and fault.applies_to(stream=stream):
            raw = await ask(simulator, dialect, stream=stream, fault=_spell(name))
            kept = raw.text
            if name == "separators":
                for sign in "\u2028\u0085\u2029\x1c\x0b":
                    kept = kept.replace(sign, "", 1)
            assert kept == plain.text, name
            assert raw.is_whole, name


@pytest.mark.parametrize("dialect", PATHS)
@pytest.mark.parametrize("stream", [True, False])
async def test_no_harmful_fault_passes_for_the_plain_answer_on_any_wire(
    dialect: str, stream: bool, simulators: dict[str, LocalSimulator]
) -> None:
    simulator = simulators[dialect]
    plain = await ask(simulator, dialect, stream=stream)
    # The arguments of a tool call need a tool; `no-done` and `crawl` change no byte everywhere.
    idle = {"cut-arguments", "stall", "crawl", "no-done"}
    harmful = [
        name
        for name, fault in FAULTS.items()
        if not fault.harmless and name not in idle and fault.applies_to(stream=stream)
    ]

    async def fail(name: str) -> Raw:
        patience = 0.3 if name in ENDLESS else 10
        return await ask(
            simulator, dialect, stream=stream, fault=_spell(name), patience_seconds=patience
        )

    # Those that never end are waited for side by side, before the one that closes the port.
    endless = [name for name in harmful if name in ENDLESS]
    answers = dict(zip(endless, await asyncio.gather(*map(fail, endless)), strict=True))
    for name in harmful:
        raw = answers[name] if name in answers else await fail(name)
        if name == "refuse":
            await _until_it_listens(simulator)
        same = raw.status == plain.status and _same_answer(raw, plain)
        assert not same, f"{name} changed nothing: {raw.data[-300:]!r}"


async def _until_it_listens(simulator: LocalSimulator) -> None:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", simulator.port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
    pytest.fail("the simulator did not listen again")


def _same_answer(raw: Raw, plain: Raw) -> bool:
    """Whether a client could take one for the other."""
    if raw.header("content-type") != plain.header("content-type") or not raw.is_whole:
        return False
    try:
        texts_agree = raw.text == plain.text
    except ValueError:
        return False
    return texts_agree and len(raw.body) == len(plain.body) and raw.body[-9:] == plain.body[-9:]


@pytest.mark.parametrize("dialect", [name for name in PATHS if name != "llama_completion"])
async def test_cut_at_tool_ends_inside_the_arguments(
    dialect: str, simulators: dict[str, LocalSimulator]
) -> None:
    question = "What is the state of order A1234567?"
    plain = await ask(simulators[dialect], dialect, question, tools=True)
    raw = await ask(simulators[dialect], dialect, question, tools=True, fault="cut@tool")
    assert b"get_order" in raw.body and not raw.is_whole
    assert b'arguments":"' in raw.body or b"partial_json" in raw.body
    assert 0 < len(raw.body) < len(plain.body)


async def test_a_position_counts_tokens(openai_simulator: LocalSimulator) -> None:
    raw = await ask(openai_simulator, "openai", fault="cut@3")
    assert raw.text == "Your parcel is"
    assert (await ask(openai_simulator, "openai", fault="cut@before")).text == ""
    beyond = await ask(openai_simulator, "openai", fault="cut@5000")
    assert beyond.text and _finish(beyond) is None and not beyond.is_whole


async def test_refuse_closes_the_port_for_a_while(openai_simulator: LocalSimulator) -> None:
    await ask(openai_simulator, "openai", fault="refuse=0.3")
    with pytest.raises(ConnectionRefusedError):
        await ask(openai_simulator, "openai")
    await _until_it_listens(openai_simulator)
    assert text_of({"choices": [{"delta": {"content": "x"}}]}) == "x"
    assert (await ask(openai_simulator, "openai")).is_whole
