"""Messages in Anthropic's blocks: `system` apart, roles alternating, tool results with the user."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Raw

from providers.errors import UnsupportedError
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
    """The conversation as alternating turns; turns of one side in a row become one.

    Raises:
        UnsupportedError: something that this vendor has no block for.
    """
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


def _turn_blocks(message: Message) -> list[Block]:
    if message.role == "function":
        raise UnsupportedError("Anthropic has no role `function`; send role `tool`.")
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
    if isinstance(part, FilePart):
        return _document(part)
    raise UnsupportedError("Anthropic takes no audio and no video; ask a model that does.")


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
    media_type, _, encoding = head.partition(";")
    if encoding != "base64" or not _is_base64(data):
        raise UnsupportedError("Anthropic takes data URLs in base64 only; encode the file so.")
    return {"type": "base64", "media_type": media_type or "image/png", "data": data}


def _is_base64(data: str) -> bool:
    """Whether it starts as base64 does; a large file is not decoded whole for this."""
    try:
        return bool(base64.b64decode(data[:400], validate=True))
    except (binascii.Error, ValueError):
        return False


def _document(part: FilePart) -> Block:
    file = msgspec.json.decode(part.file)
    data = file.get("file_data") if isinstance(file, dict) else None
    if not isinstance(data, str):
        raise UnsupportedError("Anthropic takes files as `file_data` only, not by file id.")
    source = _source_of(data if data.startswith("data:") else f"data:application/pdf;base64,{data}")
    block: Block = {"type": "document", "source": source}
    if isinstance(file.get("filename"), str):
        block["title"] = file["filename"]
    return block


def _tool_use(call: ToolCall) -> Block:
    arguments = call.function.arguments.strip() or "{}"
    try:
        parsed = msgspec.json.decode(arguments)
    except (msgspec.DecodeError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise UnsupportedError(
            f"Anthropic wants arguments that are a JSON object; those of call {call.id} are not."
        )
    function = call.function.name
    return {"type": "tool_use", "id": call.id, "name": function, "input": Raw(arguments.encode())}
