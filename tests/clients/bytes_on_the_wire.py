"""The same requests without any client library: with curl where it is installed, and by hand."""

from __future__ import annotations

import asyncio
import http.client
import json
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.clients.cases import CASES, KEY, Case
from tests.clients.materials import IMAGE, SCHEMA, TOOL
from tests.clients.town import Town, open_town

CURL = shutil.which("curl")
WAYS = ("by-hand", "curl") if CURL else ("by-hand",)
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """One response as it came: chunked encoding undone, nothing else."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[str]:
        """The data of each server-sent event."""
        blocks = self.body.decode().split("\n\n")
        return [block.removeprefix("data: ") for block in blocks if block.startswith("data: ")]


Post = Callable[[str, bytes, dict[str, str], float], Awaitable[Reply]]
"""Send a body to a URL under headers, and wait so many seconds at most."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What came of every case, and what the vendor saw."""

    replies: dict[str, Reply]
    knocks: dict[str, int]
    upstream: list[dict[str, Any]]


async def run_errand(way: str, folder: Path) -> Errand:
    """Every case once, and the happy ones."""
    post = _post_with_curl if way == "curl" else _post_by_hand
    async with open_town("openai", folder) as town:
        replies = dict(await asyncio.gather(*_everything(town, post)))
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not any(one["disconnected_at"] for one in town.vendor.log()):
                await asyncio.sleep(0.02)
        return Errand(replies, town.door.knocks, town.vendor.log())


def _everything(town: Town, post: Post) -> list[Awaitable[tuple[str, Reply]]]:
    wanted = {"type": "json_schema", "json_schema": {"name": "ticket", "schema": SCHEMA}}
    picture = [{"type": "text", "text": "What is this?"}, IMAGE]
    happy: dict[str, dict[str, Any]] = {
        "chat": {},
        "stream": {"stream": True, "stream_options": {"include_usage": True}},
        "tools": {"tools": [TOOL], "text": "Please look up my order JD20261120099."},
        "schema": {"response_format": wanted},
        "image": {"text": picture},
    }
    sent = [_send(town, post, name, **more) for name, more in happy.items()]
    sent.append(_send(town, post, "leave", model="patient", stream=True, patience=1.5))
    return [*sent, *(_send_case(town, post, case) for case in CASES)]


def _send_case(town: Town, post: Post, case: Case) -> Awaitable[tuple[str, Reply]]:
    more: dict[str, Any] = {"stream": case.stream, **case.body}
    if case.tool:
        more |= {"tools": [TOOL], "text": "Please look up my order JD20261120099."}
    headers = {"x-pointsman-timeout": case.timeout} if case.timeout else {}
    return _send(
        town, post, case.name, model=case.wished_model, key=case.key, headers=headers, **more
    )


async def _send(
    town: Town,
    post: Post,
    name: str,
    *,
    text: Any = "hello",
    model: str = "fine",
    key: str = KEY,
    headers: dict[str, str] | None = None,
    patience: float = _PATIENCE_SECONDS,
    **more: Any,
) -> tuple[str, Reply]:
    body = {"model": model, "messages": [{"role": "user", "content": text}], **more}
    lines = {
        "authorization": f"Bearer {key}",
        "content-type": "application/json",
        "x-case": name,
        **(headers or {}),
    }
    url = f"{town.url}/v1/chat/completions"
    return name, await post(url, json.dumps(body).encode(), lines, patience)


async def _post_with_curl(url: str, body: bytes, headers: dict[str, str], patience: float) -> Reply:
    lines = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    program = await asyncio.create_subprocess_exec(
        str(CURL), "-sS", "-N", "-i", "--noproxy", "*", "--max-time", str(patience),
        "--data-binary", "@-", *lines, url,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    written, _ = await program.communicate(body)
    head, _, rest = written.partition(b"\r\n\r\n")
    first, *others = head.decode().split("\r\n")
    pairs = (line.split(": ", 1) for line in others)
    return Reply(int(first.split()[1]), {name.lower(): value for name, value in pairs}, rest)


async def _post_by_hand(url: str, body: bytes, headers: dict[str, str], patience: float) -> Reply:
    return await asyncio.to_thread(_post_now, url, body, headers, patience)


def _post_now(url: str, body: bytes, headers: dict[str, str], patience: float) -> Reply:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=patience)
    try:
        connection.request("POST", place.path, body, headers)
        answer = connection.getresponse()
        pieces = []
        try:
            while piece := answer.read1(65_536):
                pieces.append(piece)
        except TimeoutError:
            pass  # as curl does at its own limit: leave with what there is
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, told, b"".join(pieces))
    finally:
        connection.close()
