"""Does every case with Anthropic's own client, in whatever environment runs it.

Reads the errand as JSON, writes what happened as JSON. It imports nothing of this repository, and
leaves the client's retries at their default.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import anthropic

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
TOOL = {
    "name": "get_order_status",
    "description": "Look up an order by its number.",
    "input_schema": {
        "type": "object",
        "properties": {"order_number": {"type": "string"}},
        "required": ["order_number"],
    },
}
SCHEMA = {
    "type": "object",
    "properties": {"intent": {"type": "string"}, "urgent": {"type": "boolean"}},
    "required": ["intent", "urgent"],
    "additionalProperties": False,
}


def ask(name: str, text: Any, model: str = "fine", **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": text}]
    headers = {"x-case": name}
    usual = {"model": model, "max_tokens": 400, "messages": messages, "extra_headers": headers}
    return {**usual, **more}


async def chat(client: anthropic.AsyncAnthropic) -> Any:
    reply = await client.messages.create(**ask("chat", "hello"))
    return {
        "text": reply.content[0].text,
        "finish": reply.stop_reason,
        "tokens": reply.usage.input_tokens + reply.usage.output_tokens,
        "request_id": reply._request_id,
    }


async def stream(client: anthropic.AsyncAnthropic) -> Any:
    async with client.messages.stream(**ask("stream", "hello")) as events:
        reply = await events.get_final_message()
    return {
        "text": reply.content[0].text,
        "finish": reply.stop_reason,
        "tokens": reply.usage.input_tokens + reply.usage.output_tokens,
        "ids": 1,
    }


async def tools(client: anthropic.AsyncAnthropic) -> Any:
    asked = ask("tools", "Where is my order JD20261120099? Please look it up.", tools=[TOOL])
    first = await client.messages.create(**asked)
    call = first.content[-1]
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "in transit"}
    asked["messages"] += [
        {"role": "assistant", "content": [block.model_dump() for block in first.content]},
        {"role": "user", "content": [result]},
    ]
    second = await client.messages.create(**asked)
    return {
        "first": first.stop_reason,
        "arguments": call.input,
        "second": second.stop_reason,
        "text": second.content[0].text,
    }


async def schema(client: anthropic.AsyncAnthropic) -> Any:
    wanted = {"format": {"type": "json_schema", "schema": SCHEMA}}
    asked = ask("schema", "Classify: where is my parcel?", extra_body={"output_config": wanted})
    return json.loads((await client.messages.create(**asked)).content[0].text)


async def image(client: anthropic.AsyncAnthropic) -> Any:
    source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
    text = {"type": "text", "text": "What is wrong with this kettle?"}
    asked = ask("image", [{"type": "image", "source": source}, text])
    return {"text": (await client.messages.create(**asked)).content[0].text}


async def leave(client: anthropic.AsyncAnthropic) -> Any:
    """Read a little of a stream, leave, and wait long enough for the news to travel."""
    asked = ask("leave", "tell me a long story", model="patient", stream=True)
    answer = await client.messages.create(**asked)
    events = aiter(answer)
    await anext(events)
    await anext(events)
    await answer.close()
    await asyncio.sleep(1)
    return {"by": time.time()}


async def give_up(client: anthropic.AsyncAnthropic) -> Any:
    """Wait a moment for a whole answer, and no longer."""
    hurried = client.with_options(max_retries=0, timeout=1.5)
    try:
        await hurried.messages.create(**ask("give_up", "hello", model="silent"))
    except anthropic.APITimeoutError:
        await asyncio.sleep(1)
        return {"by": time.time()}
    raise AssertionError("an answer came")


async def one_case(client: anthropic.AsyncAnthropic, case: dict[str, Any]) -> Any:
    said: list[str] = []
    headers = {"x-case": case["name"]}
    if case["timeout"]:
        headers["x-pointsman-timeout"] = case["timeout"]
    text = "Please look up my order JD20261120099." if case["tool"] else "hello"
    asked = ask(case["name"], text, model=case["model"], extra_headers=headers)
    asked["extra_body"] = case["body"]
    if case["tool"]:
        asked["tools"] = [TOOL]
    mine = client.with_options(api_key=case["key"])
    try:
        reply = await mine.messages.create(**asked, stream=case["stream"])
        if case["stream"]:
            async for event in reply:
                if event.type == "content_block_delta":
                    said.append("piece")
    except anthropic.APIError as error:
        return {"error": describe(error), "pieces": len(said)}
    return {"value": "a clean end", "pieces": len(said)}


def describe(error: anthropic.APIError) -> dict[str, Any]:
    reply = getattr(error, "response", None)
    body = error.body if isinstance(error.body, dict) else {}
    told = body.get("error") or {}
    return {
        "class": type(error).__name__,
        "status": getattr(error, "status_code", 200),
        "type": told.get("type"),
        "code": (told.get("details") or {}).get("error_code"),
        "request_id": getattr(error, "request_id", None),
        "should_retry": reply.headers.get("x-should-retry") if reply is not None else None,
    }


async def unguarded(errand: dict[str, Any]) -> Any:
    """The same client straight at the vendor, without the gateway between them."""
    client = anthropic.AsyncAnthropic(base_url=errand["vendor_url"], api_key="sk-test")
    try:
        await client.messages.create(**ask("unguarded", "hello", model="claude-haiku-5-5!504"))
    except anthropic.APIError as error:
        return describe(error)
    raise AssertionError("an answer came")


async def main() -> None:
    errand = json.load(sys.stdin)
    client = anthropic.AsyncAnthropic(base_url=errand["url"], api_key=errand["key"])
    happy = (chat, stream, tools, schema, image, leave, give_up)
    cases = errand["cases"]
    names = [*(each.__name__ for each in happy), *(case["name"] for case in cases), "unguarded"]
    ends = await asyncio.gather(
        *(each(client) for each in happy),
        *(one_case(client, case) for case in cases),
        unguarded(errand),
    )
    told: dict[str, Any] = dict(zip(names, ends, strict=True))
    told["version"] = anthropic.__version__
    json.dump(told, sys.stdout)


asyncio.run(main())
