"""A vendor on OpenAI's wire whose every model says exactly what a test wrote for it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Ended:
    """A text that ends for another reason than its own end."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Slow:
    """What is said after a while."""

    seconds: float
    said: str | int


Said = str | int | float | dict[str, Any] | Ended | Slow
"""An answer's text, an HTTP status, seconds of silence before an empty answer, or a tool call."""


class ScriptedModels:
    """Plays each model's lines in turn, the last one again and again; keeps what it was asked."""

    def __init__(self, **lines: Sequence[Said]) -> None:
        self.lines = {name: list(said) for name, said in lines.items()}
        self.asked: list[dict[str, Any]] = []
        self.base_url = ""

    def asked_of(self, model: str) -> list[dict[str, Any]]:
        """The bodies that came for one model."""
        return [body for body in self.asked if body["model"] == model]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One chat completion."""
        body = await request.json()
        self.asked.append(body)
        lines = self.lines[body["model"]]
        said = lines.pop(0) if len(lines) > 1 else lines[0]
        if isinstance(said, Slow):
            await asyncio.sleep(said.seconds)
            said = said.said
        if isinstance(said, int):
            return web.json_response({"error": {"message": "scripted"}}, status=said)
        if isinstance(said, float):
            await asyncio.sleep(said)
            said = ""
        if body.get("stream"):
            return await self._stream(request, body["model"], said)
        return web.json_response(_whole(body["model"], said))

    async def _stream(
        self, request: web.Request, model: str, said: str | dict[str, Any] | Ended
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for delta in _deltas(said):
            await response.write(_frame({"choices": [{"index": 0, "delta": delta}]}))
        end = {"index": 0, "delta": {}, "finish_reason": _finish(said)}
        await response.write(_frame({"choices": [end]}))
        await response.write(_frame({"choices": [], "usage": _USAGE}))
        await response.write(b"data: [DONE]\n\n")
        return response


_USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}


def _finish(said: str | dict[str, Any] | Ended) -> str:
    if isinstance(said, Ended):
        return said.reason
    return "stop" if isinstance(said, str) else "tool_calls"


def _deltas(said: str | dict[str, Any] | Ended) -> list[dict[str, Any]]:
    if isinstance(said, Ended):
        said = said.text
    if isinstance(said, str):
        pieces = [said[at : at + 4] for at in range(0, len(said), 4)]
        return [{"role": "assistant", "content": ""}, *({"content": each} for each in pieces)]
    return [{"role": "assistant", "tool_calls": [{"index": 0, **said}]}]


def _whole(model: str, said: str | dict[str, Any] | Ended) -> dict[str, Any]:
    text = said.text if isinstance(said, Ended) else said
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if isinstance(said, dict):
        message = {"role": "assistant", "content": None, "tool_calls": [said]}
    choice = {"index": 0, "message": message, "finish_reason": _finish(said)}
    return {"id": "c-1", "object": "chat.completion", "created": 1, "model": model,
            "choices": [choice], "usage": _USAGE}  # fmt: skip


def _frame(more: dict[str, Any]) -> bytes:
    chunk = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, **more}
    return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"


@contextlib.asynccontextmanager
async def serve_models(**lines: Sequence[Said]) -> AsyncIterator[ScriptedModels]:
    """The vendor on a free port of the loopback."""
    models = ScriptedModels(**lines)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", models.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    models.base_url = f"http://127.0.0.1:{port}/v1"
    try:
        yield models
    finally:
        await runner.cleanup()


def settings_for(models: ScriptedModels, policy: str, *local: str) -> dict[str, Any]:
    """Settings of a gateway whose only models these are; those named last count as local."""
    return {
        "providers": {
            "mine": {"kind": "openai", "api_key": "sk-test", "base_url": models.base_url}
        },
        "models": {
            name: {
                "provider": "mine",
                "wire_name": name,
                "window_tokens": 32_000,
                "max_output_tokens": 4_000,
                "abilities": ["streaming", "tools", "json_mode", "json_schema"],
                "is_local": name in local,
                "prices": {"input": 1, "output": 2},
            }
            for name in models.lines
        },
        "policy": policy,
    }
