"""What the gateway is compared with: a fixed upstream, and the barest proxy that Python can be.

Run as `python -m bench.peers upstream|passthrough --port N [--target URL]`; each is a process of
its own, so that its CPU time can be read apart.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import aiohttp
import uvicorn
import uvloop

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
CHUNKS = 100
ANSWER = ("Your parcel left the warehouse this morning and arrives tomorrow. " * 16)[:1000]
_PAUSE_SECONDS = 0.002
_JSON = [(b"content-type", b"application/json")]
_STREAM = [(b"content-type", b"text/event-stream; charset=utf-8")]
_USAGE = {"prompt_tokens": 380, "completion_tokens": 200, "total_tokens": 580}


def _frame(**rest: Any) -> bytes:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return b"data: " + json.dumps({**head, **rest}).encode() + b"\n\n"


def _choice(delta: dict[str, Any], reason: str | None = None) -> list[dict[str, Any]]:
    return [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]


_COMPLETION = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": ANSWER, "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": _USAGE,
    }
).encode()
_FRAMES = [
    _frame(choices=_choice({"role": "assistant", "content": ""}), usage=None),
    *(_frame(choices=_choice({"content": f"word{n:03d} "}), usage=None) for n in range(CHUNKS)),
    _frame(choices=_choice({}, "stop"), usage=None),
    _frame(choices=[], usage=_USAGE),
    b"data: [DONE]\n\n",
]


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        piece: bytes = message.get("body", b"")
        body += piece
        if not message.get("more_body", False):
            return body


async def upstream(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """Answer at once with a fixed 1 kB, or stream a hundred chunks, two milliseconds apart."""
    body = await _read(receive)
    if b'"stream":true' not in body and b'"stream": true' not in body:
        await send({"type": "http.response.start", "status": 200, "headers": _JSON})
        await send({"type": "http.response.body", "body": _COMPLETION})
        return
    await send({"type": "http.response.start", "status": 200, "headers": _STREAM})
    for frame in _FRAMES:
        await send({"type": "http.response.body", "body": frame, "more_body": True})
        await asyncio.sleep(_PAUSE_SECONDS)
    await send({"type": "http.response.body", "body": b""})


class Passthrough:
    """The baseline: takes a request, sends the same bytes on, hands the answer's bytes back."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        body = await _read(receive)
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=512), auto_decompress=False
            )
        headers = {"content-type": "application/json", "authorization": "Bearer sk-upstream"}
        async with self._session.post(
            f"{self._target}/chat/completions", data=body, headers=headers
        ) as answer:
            kind = answer.headers["content-type"]
            start = [(b"content-type", kind.encode())]
            await send({"type": "http.response.start", "status": answer.status, "headers": start})
            if kind.startswith("application/json"):
                await send({"type": "http.response.body", "body": await answer.read()})
                return
            async for piece in answer.content.iter_any():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})


def main() -> None:
    """Serve one peer until the process is stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=("upstream", "passthrough"))
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--target", default="")
    given = parser.parse_args()
    app = upstream if given.peer == "upstream" else Passthrough(given.target)
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=given.port,
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
