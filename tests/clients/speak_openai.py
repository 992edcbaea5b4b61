"""Does every case with OpenAI's own client, in whatever environment runs it.

Reads the errand as JSON, writes what happened as JSON. It imports nothing of this repository, and
leaves the client's retries at their default.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import openai

PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
TOOL = {
    "type": "function",
    "function": {
        "name": "get_order_status",
        "description": "Look up an order by its number.",
        "parameters": {
            "type": "object",
            "properties": {"order_number": {"type": "string"}},
            "required": ["order_number"],
        },
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
    return {"model": model, "messages": messages, "extra_headers": {"x-case": name}, **more}


async def chat(client: openai.AsyncOpenAI) -> Any:
    reply = await client.chat.completions.create(**ask("chat", "hello"))
    return {
        "text": reply.choices[0].message.content,
        "finish": reply.choices[0].finish_reason,
        "tokens": reply.usage.total_tokens,
        "request_id": reply._request_id,
    }


async def stream(client: openai.AsyncOpenAI) -> Any:
    options = {"stream": True, "stream_options": {"include_usage": True}}
    chunks = [
        chunk
        async for chunk in await client.chat.completions.create(**ask("stream", "hello", **options))
    ]
    return {
        "text": "".join(c.choices[0].delta.content or "" for c in chunks if c.choices),
        "finish": [c.choices[0].finish_reason for c in chunks if c.choices][-1],
        "tokens": chunks[-1].usage.total_tokens,
        "ids": len({chunk.id for chunk in chunks}),
    }


async def tools(client: openai.AsyncOpenAI) -> Any:
    asked = ask("tools", "Where is my order JD20261120099? Please look it up.", tools=[TOOL])
    first = (await client.chat.completions.create(**asked)).choices[0]
    call = first.message.tool_calls[0]
    asked["messages"] += [
        first.message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": call.id, "content": "in transit"},
    ]
    second = (await client.chat.completions.create(**asked)).choices[0]
    return {
        "first": first.finish_reason,
        "arguments": json.loads(call.function.arguments),
        "second": second.finish_reason,
        "text": second.message.content,
    }


async def schema(client: openai.AsyncOpenAI) -> Any:
    named = {"name": "ticket", "strict": True, "schema": SCHEMA}
    wanted = {"type": "json_schema", "json_schema": named}
    asked = ask("schema", "Classify: where is my parcel?", response_format=wanted)
    reply = await client.chat.completions.create(**asked)
    return json.loads(reply.choices[0].message.content)


async def image(client: openai.AsyncOpenAI) -> Any:
    picture = {"type": "image_url", "image_url": {"url": PIXEL}}
    content = [{"type": "text", "text": "What is wrong with this kettle?"}, picture]
    reply = await client.chat.completions.create(**ask("image", content))
    return {"text": reply.choices[0].message.content}


async def leave(client: openai.AsyncOpenAI) -> Any:
    """Read a little of a stream, leave, and wait long enough for the news to travel."""
    asked = ask("leave", "tell me a long story", model="patient", stream=True)
    answer = await client.chat.completions.create(**asked)
    chunks = aiter(answer)
    await anext(chunks)
    await anext(chunks)
    await answer.close()
    await asyncio.sleep(1)
    return {"by": time.time()}


async def give_up(client: openai.AsyncOpenAI) -> Any:
    """Wait a moment for a whole answer, and no longer."""
    hurried = client.with_options(max_retries=0, timeout=1.5)
    try:
        await hurried.chat.completions.create(**ask("give_up", "hello", model="silent"))
    except openai.APITimeoutError:
        await asyncio.sleep(1)
        return {"by": time.time()}
    raise AssertionError("an answer came")


async def one_case(client: openai.AsyncOpenAI, case: dict[str, Any]) -> Any:
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
        reply = await mine.chat.completions.create(**asked, stream=case["stream"])
        if case["stream"]:
            async for chunk in reply:
                delta = chunk.choices[0].delta if chunk.choices else None
                if delta is not None and (delta.content or delta.tool_calls):
                    said.append("piece")
    except openai.APIError as error:
        return {"error": describe(error), "pieces": len(said)}
    return {"value": "a clean end", "pieces": len(said)}


def describe(error: openai.APIError) -> dict[str, Any]:
    reply = getattr(error, "response", None)
    return {
        "class": type(error).__name__,
        "status": getattr(error, "status_code", 200),
        "code": error.code,
        "request_id": getattr(error, "request_id", None),
        "should_retry": reply.headers.get("x-should-retry") if reply is not None else None,
    }


async def unguarded(errand: dict[str, Any]) -> Any:
    """The same client straight at the vendor, without the gateway between them."""
    client = openai.AsyncOpenAI(base_url=errand["vendor_url"], api_key="sk-test")
    try:
        await client.chat.completions.create(**ask("unguarded", "hello", model="gpt-6-sol!504"))
    except openai.APIError as error:
        return describe(error)
    raise AssertionError("an answer came")


async def main() -> None:
    errand = json.load(sys.stdin)
    client = openai.AsyncOpenAI(base_url=f"{errand['url']}/v1", api_key=errand["key"])
    happy = (chat, stream, tools, schema, image, leave, give_up)
    cases = errand["cases"]
    names = [*(each.__name__ for each in happy), *(case["name"] for case in cases), "unguarded"]
    ends = await asyncio.gather(
        *(each(client) for each in happy),
        *(one_case(client, case) for case in cases),
        unguarded(errand),
    )
    told: dict[str, Any] = dict(zip(names, ends, strict=True))
    told["version"] = openai.__version__
    json.dump(told, sys.stdout)


asyncio.run(main())
