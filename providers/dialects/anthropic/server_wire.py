"""The JSON shapes of a Messages request, as Anthropic's clients send them."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, Raw, UnsetType

from providers.dialects.metadata import Value


class Base64Source(msgspec.Struct, frozen=True, tag_field="type", tag="base64"):
    """The bytes themselves."""

    media_type: str
    data: str


class UrlSource(msgspec.Struct, frozen=True, tag_field="type", tag="url"):
    """Where the bytes lie."""

    url: str


class TextSource(msgspec.Struct, frozen=True, tag_field="type", tag="text"):
    """A document of plain text."""

    data: str


class FileSource(msgspec.Struct, frozen=True, tag_field="type", tag="file"):
    """A file at the vendor's, which other vendors do not have."""

    file_id: str


class TextBlock(msgspec.Struct, frozen=True, tag_field="type", tag="text"):
    """Words."""

    text: str
    cache_control: dict[str, str] | None = None


class ImageBlock(msgspec.Struct, frozen=True, tag_field="type", tag="image"):
    """A picture."""

    source: Base64Source | UrlSource | FileSource


class DocumentBlock(msgspec.Struct, frozen=True, tag_field="type", tag="document"):
    """A PDF, or a plain text with a title."""

    source: Base64Source | UrlSource | TextSource | FileSource
    title: str | None = None


class ToolUseBlock(msgspec.Struct, frozen=True, tag_field="type", tag="tool_use"):
    """A call that the assistant made."""

    id: str
    name: str
    input: Raw


class ToolResultBlock(msgspec.Struct, frozen=True, tag_field="type", tag="tool_result"):
    """What a call gave."""

    tool_use_id: str
    content: str | tuple[TextBlock | ImageBlock | DocumentBlock, ...] | None = None
    is_error: bool | None = None


class ThinkingBlock(msgspec.Struct, frozen=True, tag_field="type", tag="thinking"):
    """Earlier thinking, sent back as history."""

    thinking: str


class RedactedThinkingBlock(msgspec.Struct, frozen=True, tag_field="type", tag="redacted_thinking"):
    """Earlier thinking that only the vendor can read."""

    data: str


InBlock = (
    TextBlock
    | ImageBlock
    | DocumentBlock
    | ToolUseBlock
    | ToolResultBlock
    | ThinkingBlock
    | RedactedThinkingBlock
)


class InMessage(msgspec.Struct, frozen=True):
    """One turn. `system` inside the conversation is the newer version's."""

    role: Literal["user", "assistant", "system"]
    content: str | tuple[InBlock, ...]


class InTool(msgspec.Struct, frozen=True):
    """A tool of the client's own, or (by `type`) one of the vendor's."""

    name: str
    type: str | None = None
    description: str | None = None
    input_schema: Raw | UnsetType = UNSET
    strict: bool | None = None


class InToolChoice(msgspec.Struct, frozen=True):
    """Which tool must, may or must not be called."""

    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


class InFormat(msgspec.Struct, frozen=True):
    """The shape that the answer must have."""

    type: Literal["json_schema"]
    schema: Raw


class InOutputConfig(msgspec.Struct, frozen=True):
    """How hard to try, and in what shape to answer."""

    effort: str | None = None
    format: InFormat | None = None


class InThinking(msgspec.Struct, frozen=True):
    """Whether to think aloud."""

    type: str


class MessagesBody(msgspec.Struct, frozen=True, kw_only=True):
    """A Messages request; clients may send null for what they leave out."""

    model: str | None = None
    messages: tuple[InMessage, ...] | None = None
    max_tokens: int | None = None
    system: str | tuple[TextBlock, ...] | None = None
    stream: bool | None = None
    tools: tuple[InTool, ...] | None = None
    tool_choice: InToolChoice | None = None
    stop_sequences: tuple[str, ...] | None = None
    temperature: float | None = None
    top_p: float | None = None
    output_config: InOutputConfig | None = None
    thinking: InThinking | None = None
    metadata: dict[str, Value] | None = None


KNOWN_FIELDS = frozenset(MessagesBody.__struct_fields__)
