"""Turns of a Messages request as our messages: tool results apart, then what the user said."""

from __future__ import annotations

import msgspec

from providers.dialects.anthropic.server_wire import (
    Base64Source,
    DocumentBlock,
    FileSource,
    ImageBlock,
    InBlock,
    InMessage,
    RedactedThinkingBlock,
    TextBlock,
    TextSource,
    ThinkingBlock,
    ToolResultBlock,
    ToolUseBlock,
    UrlSource,
)
from providers.dialects.errors import DecodeError
from providers.messages import (
    FilePart,
    FunctionCall,
    ImagePart,
    ImageUrl,
    Message,
    Part,
    TextPart,
    ToolCall,
)

_encode = msgspec.json.Encoder().encode
_FAILED = "Error: "


def message_of_system(system: str | tuple[TextBlock, ...]) -> Message:
    """The instructions, their cache marks kept."""
    if isinstance(system, str):
        return Message("system", system)
    return Message("system", _joined([_text(block) for block in system]))


def messages_of(at: int, turn: InMessage) -> list[Message]:
    """One turn as one or more messages; `at` is its place, for what is said of a mistake.

    A user's turn may hold results of tools: each becomes a message of its own, ahead of the rest,
    because on other wires nothing may stand between a call and its result.
    """
    if isinstance(turn.content, str):
        return [Message(turn.role, turn.content)]
    if turn.role == "assistant":
        return [_assistant(at, turn.content)]
    results: list[Message] = []
    parts: list[Part] = []
    for number, block in enumerate(turn.content):
        place = f"messages.{at}.content.{number}"
        if isinstance(block, ToolResultBlock):
            result, pictures = _result(place, block)
            results.append(result)
            parts += pictures
        elif (part := _part(place, block)) is not None:
            parts.append(part)
    return [*results, Message(turn.role, _joined(parts))] if parts or not results else results


def _assistant(at: int, blocks: tuple[InBlock, ...]) -> Message:
    parts: list[Part] = []
    calls: list[ToolCall] = []
    thoughts: list[str] = []
    for number, block in enumerate(blocks):
        if isinstance(block, ToolUseBlock):
            calls.append(_call(f"messages.{at}.content.{number}", block))
        elif isinstance(block, ThinkingBlock):
            thoughts.append(block.thinking)
        elif isinstance(block, TextBlock):
            parts.append(_text(block))
        elif not isinstance(block, RedactedThinkingBlock):
            raise _misplaced(f"messages.{at}.content.{number}", "the assistant's turn")
    return Message(
        "assistant",
        _joined(parts) if parts or not calls else None,
        tool_calls=tuple(calls),
        reasoning_content="\n".join(thoughts) or None,
    )


def _call(place: str, block: ToolUseBlock) -> ToolCall:
    arguments = bytes(block.input).decode()
    if not arguments.startswith("{"):
        raise DecodeError(f"{place}.input: must be a JSON object.", param=f"{place}.input")
    return ToolCall(block.id, FunctionCall(block.name, arguments))


def _result(place: str, block: ToolResultBlock) -> tuple[Message, list[Part]]:
    """The result's words, and its pictures: other wires let only the user show one."""
    content = block.content or ""
    pictures: list[Part] = []
    if not isinstance(content, str):
        words: list[str] = []
        for number, inner in enumerate(content):
            part = _part(f"{place}.content.{number}", inner)
            if isinstance(part, TextPart):
                words.append(part.text)
            elif part is not None:
                pictures.append(part)
        content = "\n".join(words)
    if block.is_error:
        content = _FAILED + content
    return Message("tool", content, tool_call_id=block.tool_use_id), pictures


def _part(place: str, block: InBlock) -> Part | None:
    if isinstance(block, TextBlock):
        return _text(block)
    if isinstance(block, ImageBlock):
        return ImagePart(ImageUrl(_url(place, block)))
    if isinstance(block, DocumentBlock):
        return _document(place, block)
    raise _misplaced(place, "the user's turn")


def _text(block: TextBlock) -> TextPart:
    return TextPart(block.text, block.cache_control)


def _joined(parts: list[Part] | list[TextPart]) -> str | tuple[Part, ...]:
    """One plain text as a string, which every vendor takes in every role."""
    if not parts:
        return ""
    first = parts[0]
    if len(parts) == 1 and isinstance(first, TextPart) and first.cache_control is None:
        return first.text
    return tuple(parts)


def _url(place: str, block: ImageBlock) -> str:
    source = block.source
    if isinstance(source, UrlSource):
        return source.url
    if isinstance(source, FileSource):
        raise _elsewhere(place)
    return f"data:{source.media_type};base64,{source.data}"


def _document(place: str, block: DocumentBlock) -> Part:
    source = block.source
    if isinstance(source, TextSource):
        return TextPart(f"{block.title}\n\n{source.data}" if block.title else source.data)
    if not isinstance(source, Base64Source):
        raise _elsewhere(place)
    file = {"file_data": f"data:{source.media_type};base64,{source.data}"}
    if block.title:
        file["filename"] = block.title
    return FilePart(msgspec.Raw(_encode(file)))


def _elsewhere(place: str) -> DecodeError:
    return DecodeError(
        f"{place}.source: the bytes are not in the request, and other vendors cannot fetch them "
        "there. Send them as base64.",
        param=f"{place}.source",
    )


def _misplaced(place: str, where: str) -> DecodeError:
    return DecodeError(f"{place}.type: such a block cannot stand in {where}.", param=place)
