"""Messages in Anthropic's blocks: `system` apart, roles alternating, tool results with the user.

What this vendor has no block for was refused before; see `refusals`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Raw

from providers.messages import (
    FilePart,
    ImagePart,
    Message,
    Part,
    RefusalPart,
    TextPart,
    ToolCall,
)

Block = dict[str, Any]


def system_of(messages: Iterable[Message]) -> list[Block]:
    """Every system and developer message as blocks, in order."""
    blocks: list[Block] = []
    for message in messages:
        if message.role in ("system", "developer"):
            blocks += _blocks_of(message)
    return blocks


def turns_of(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """The conversation as alternating turns; turns of one side in a row become one."""
    turns: list[dict[str, Any]] = []
    for message in messages:
        if message.role in ("system", "developer"):
            continue
        role = "assistant" if message.role == "assistant" else "user"
        blocks = _turn_blocks(message)
        if not blocks:
            continue
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        else:
            turns.append({"role": role, "content": blocks})
    return turns


def without_open_end(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The turns without blanks at the end of an assistant's last one: it is refused with them."""
    while turns and turns[-1]["role"] == "assistant":
        blocks = turns[-1]["content"]
        while blocks and blocks[-1]["type"] == "text":
            if text := blocks[-1]["text"].rstrip():
                blocks[-1] = {**blocks[-1], "text": text}
                break
            blocks.pop()
        if blocks:
            break
        turns.pop()
    return turns


def _turn_blocks(message: Message) -> list[Block]:
    if message.role == "tool":
        content = _blocks_of(message)
        result: Block = {"type": "tool_result", "tool_use_id": message.tool_call_id}
        return [{**result, "content": content} if content else result]
    blocks = _blocks_of(message)
    if message.refusal:
        blocks.append({"type": "text", "text": message.refusal})
    return blocks + [_tool_use(call) for call in message.tool_calls]


def _blocks_of(message: Message) -> list[Block]:
    content = message.content
    if content is None or isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return [block for part in content if (block := _block_of(part)) is not None]


def _block_of(part: Part) -> Block | None:
    if isinstance(part, TextPart):
        return _text_block(part)
    if isinstance(part, ImagePart):
        return {"type": "image", "source": _source_of(part.image_url.url)}
    if isinstance(part, RefusalPart):
        return {"type": "text", "text": part.refusal} if part.refusal else None
    return _document(part) if isinstance(part, FilePart) else None


def _text_block(part: TextPart) -> Block | None:
    # An empty text block is refused with 400.
    if not part.text:
        return None
    block: Block = {"type": "text", "text": part.text}
    if part.cache_control is not None:
        block["cache_control"] = part.cache_control
    return block


def _source_of(url: str) -> Block:
    if not url.startswith("data:"):
        return {"type": "url", "url": url}
    head, _, data = url[5:].partition(",")
    media_type = head.partition(";")[0] or "image/png"
    return {"type": "base64", "media_type": media_type, "data": data}


def _document(part: FilePart) -> Block:
    file = msgspec.json.decode(part.file)
    data: str = file["file_data"]
    source = _source_of(data if data.startswith("data:") else f"data:application/pdf;base64,{data}")
    block: Block = {"type": "document", "source": source}
    if isinstance(file.get("filename"), str):
        block["title"] = file["filename"]
    return block


def _tool_use(call: ToolCall) -> Block:
    arguments = call.function.arguments.strip() or "{}"
    function = call.function.name
    return {"type": "tool_use", "id": call.id, "name": function, "input": Raw(arguments.encode())}
