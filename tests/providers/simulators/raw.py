"""A client that takes what comes and judges nothing: bytes, and how the connection ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from dataclasses import dataclass
from typing import Any

from providers.simulators.process import LocalSimulator

PATHS = {
    "openai": "/v1/chat/completions",
    "anthropic": "/v1/messages",
    "dashscope": "/compatible-mode/v1/chat/completions",
    "dashscope_native": "/api/v1/services/aigc/text-generation/generation",
    "llama_server": "/v1/chat/completions",
    "llama_completion": "/completion",
}
MODELS = {
    "openai": "gpt-5.4",
    "anthropic": "claude-sonnet-5",
    "dashscope": "qwen-max",
    "dashscope_native": "qwen-max",
    "llama_server": "local",
    "llama_completion": "local",
}
TOOL = {
    "type": "object",
    "properties": {"order_number": {"type": "string"}, "reason": {"type": "string"}},
    "required": ["order_number", "reason"],
}
DESCRIPTION = "Look up an order by its number"


@dataclass(frozen=True)
class Raw:
    """What came over the wire. `end` is eof, reset, or open: it was still open when we left."""

    data: bytes
    end: str

    @property
    def head(self) -> str:
        return self.data.partition(b"\r\n\r\n")[0].decode("latin-1").lower()

    @property
    def status(self) -> int | None:
        return int(self.data.split(b" ", 2)[1]) if self.data else None

    def header(self, name: str) -> str | None:
        found = re.search(rf"^{name}: (.*?)\r?$", self.head, re.MULTILINE)
        return found.group(1) if found else None

    @property
    def rest(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[2]

    @property
    def is_chunked(self) -> bool:
        return self.header("transfer-encoding") == "chunked"

    @property
    def body(self) -> bytes:
        """The body with HTTP's chunks taken away; half a chunk counts as what arrived of it."""
        if not self.is_chunked:
            return self.rest
        body, rest = b"", self.rest
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            if not re.fullmatch(rb"[0-9a-f]+", size):
                break
            body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
        return body

    @property
    def is_whole(self) -> bool:
        """Whether HTTP itself says that the reply ended."""
        if self.is_chunked:
            return self.rest.endswith(b"0\r\n\r\n")
        length = self.header("content-length")
        return length is not None and int(length) == len(self.rest)

    @property
    def frames(self) -> list[Any]:
        """The JSON of every data line."""
        lines = re.findall(rb"^data: ?(.*?)\r?$", self.body.replace(b"\r", b"\n"), re.MULTILINE)
        return [json.loads(line) for line in lines if line != b"[DONE]"]

    @property
    def text(self) -> str:
        """The answer's text, whichever wire and whether streamed or not."""
        if "text/event-stream" not in (self.header("content-type") or ""):
            return text_of(json.loads(self.body))
        return "".join(text_of(frame) for frame in self.frames)


def text_of(value: Any) -> str:
    """Text of a frame or a whole answer of any wire; stream frames of native must be incremental."""
    if "choices" in value or "output" in value:
        choices = value["choices"] if "choices" in value else value["output"].get("choices", [])
        parts = [choice.get("delta") or choice.get("message") or {} for choice in choices]
        return "".join(part.get("content") or "" for part in parts)
    if isinstance(value.get("content"), list):
        return "".join(block.get("text", "") for block in value["content"])
    if isinstance(value.get("delta"), dict):
        return str(value["delta"].get("text", ""))
    return value["content"] if isinstance(value.get("content"), str) else ""


def make_body(dialect: str, question: str, *, stream: bool, tools: bool = False) -> dict[str, Any]:
    """A request of that dialect with one user message."""
    messages = [{"role": "user", "content": question}]
    body: dict[str, Any] = {"model": MODELS[dialect], "messages": messages, "stream": stream}
    function = {"name": "get_order", "description": DESCRIPTION}
    offered: Any = [{"type": "function", "function": {**function, "parameters": TOOL}}]
    if dialect == "anthropic":
        body["max_tokens"] = 1000
        offered = [{**function, "input_schema": TOOL}]
    if dialect == "llama_completion":
        prompt = f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"
        return {"prompt": prompt, "stream": stream}
    if dialect == "dashscope_native":
        options: dict[str, Any] = {"result_format": "message", "incremental_output": True}
        if tools:
            options["tools"] = offered
        return {"model": "qwen-max", "input": {"messages": messages}, "parameters": options}
    return {**body, "tools": offered} if tools else body


async def ask(
    simulator: LocalSimulator,
    dialect: str,
    question: str = "Where is my parcel?",
    *,
    stream: bool = True,
    fault: str = "",
    tools: bool = False,
    patience_seconds: float = 5.0,
    **headers: str,
) -> Raw:
    """Ask once and read until the connection ends or patience does."""
    given = {"anthropic-version": "2023-06-01", "x-simulate": fault, **headers}
    if dialect == "dashscope_native" and stream:
        given["x-dashscope-sse"] = "enable"
    body = make_body(dialect, question, stream=stream, tools=tools)
    return await send(simulator, PATHS[dialect], body, given, patience_seconds)


async def send(
    simulator: LocalSimulator,
    path: str,
    body: Any,
    headers: dict[str, str],
    patience_seconds: float = 5.0,
) -> Raw:
    """Post JSON on a connection of its own."""
    payload = json.dumps(body).encode()
    fixed = {"host": "simulator", "authorization": "Bearer key", "connection": "close"}
    lines = [f"{name}: {value}" for name, value in {**fixed, **headers}.items()]
    lines += [f"content-length: {len(payload)}", "", ""]
    request = f"POST {path} HTTP/1.1\r\n".encode() + "\r\n".join(lines).encode() + payload
    reader, writer = await asyncio.open_connection("127.0.0.1", simulator.port)
    try:
        writer.write(request)
        return await _drain(reader, patience_seconds)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _drain(reader: asyncio.StreamReader, patience_seconds: float) -> Raw:
    data = b""
    try:
        async with asyncio.timeout(patience_seconds):
            while piece := await reader.read(65536):
                data += piece
    except TimeoutError:
        return Raw(data, "open")
    except ConnectionResetError:
        return Raw(data, "reset")
    return Raw(data, "eof")
