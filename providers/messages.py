"""What travels to a model: one chat request, in the field's common (OpenAI) vocabulary.

Every wire decodes into these structs and encodes out of them; nothing else in the house knows a
vendor's JSON. Values are frozen. What a gateway only passes on (tool schemas, unknown fields) stays
a raw JSON slice: it is neither parsed nor copied.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, Raw, UnsetType

Role = Literal["system", "developer", "user", "assistant", "tool", "function"]


class TextPart(msgspec.Struct, frozen=True, tag_field="type", tag="text", omit_defaults=True):
    """A piece of text inside a message."""

    text: str
    cache_control: dict[str, str] | None = None


class ImageUrl(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where an image is: an http(s) URL or a `data:` URL with base64."""

    url: str
    detail: str | None = None


class ImagePart(msgspec.Struct, frozen=True, tag_field="type", tag="image_url", omit_defaults=True):
    """An image inside a message."""

    image_url: ImageUrl


class AudioPart(msgspec.Struct, frozen=True, tag_field="type", tag="input_audio"):
    """Recorded sound inside a message, passed on as it came."""

    input_audio: Raw


class FilePart(msgspec.Struct, frozen=True, tag_field="type", tag="file"):
    """A document inside a message, passed on as it came."""

    file: Raw


class VideoPart(msgspec.Struct, frozen=True, tag_field="type", tag="video_url"):
    """A film inside a message (Qwen), passed on as it came."""

    video_url: Raw


class RefusalPart(msgspec.Struct, frozen=True, tag_field="type", tag="refusal"):
    """An earlier refusal of the assistant, sent back as history."""

    refusal: str


Part = TextPart | ImagePart | AudioPart | FilePart | VideoPart | RefusalPart


class FunctionCall(msgspec.Struct, frozen=True):
    """The call itself: `arguments` is a JSON text, as on OpenAI's wire, never an object."""

    name: str
    arguments: str


class ToolCall(msgspec.Struct, frozen=True):
    """One function that the assistant wants to have called."""

    id: str
    function: FunctionCall
    type: str = "function"


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One turn of the conversation."""

    role: Role
    content: str | tuple[Part, ...] | None = None
    name: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None


class Function(msgspec.Struct, frozen=True, omit_defaults=True):
    """A function on offer; `parameters` is its JSON schema, passed on as it came."""

    name: str
    description: str | None = None
    parameters: Raw | UnsetType = UNSET
    strict: bool | None = None


class Tool(msgspec.Struct, frozen=True):
    """One tool that the model may call."""

    function: Function
    type: str = "function"


class JsonSchema(msgspec.Struct, frozen=True, omit_defaults=True):
    """The schema of a structured answer."""

    name: str
    schema: Raw | UnsetType = UNSET
    description: str | None = None
    strict: bool | None = None


class ResponseFormat(msgspec.Struct, frozen=True, omit_defaults=True):
    """The shape that the answer must have: `text`, `json_object` or `json_schema`."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None


class NamedFunction(msgspec.Struct, frozen=True):
    """The name of the one function that must be called."""

    name: str


class NamedTool(msgspec.Struct, frozen=True):
    """A tool choice that names one function."""

    function: NamedFunction
    type: str = "function"


ToolChoice = Literal["none", "auto", "required"] | NamedTool


class ChatRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One chat request on its way through the house.

    `max_tokens` holds `max_completion_tokens` too (the newer name wins when both came). `extra`
    carries fields of the body that we do not know, as raw JSON, for vendors that do.
    """

    model: str
    messages: tuple[Message, ...]
    stream: bool = False
    include_usage: bool = False
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    temperature: float | None = None
    top_p: float | None = None
    n: int = 1
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    reasoning_effort: str | None = None
    user: str | None = None
    metadata: dict[str, str] = {}
    extra: dict[str, Raw] = {}


def text_of(message: Message) -> str:
    """The message's own words, its text parts joined by line ends; no image, no tool call."""
    content = message.content
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    return "\n".join(part.text for part in content if isinstance(part, TextPart))
