"""The JSON shapes of a frame on DashScope's own wire."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw, UnsetType

from providers.calls import Usage
from providers.dialects.openai.wire import PromptDetails, ToolPiece


class TextOf(msgspec.Struct):
    """A part of a message at models that also see."""

    text: str | None = None


class NativeMessage(msgspec.Struct):
    """What one frame adds to the answer."""

    content: str | list[TextOf] | None = None
    reasoning_content: str | None = None
    tool_calls: list[ToolPiece] | None = None


class NativeChoice(msgspec.Struct):
    """The one answer. `finish_reason` is the text "null" until the end."""

    message: NativeMessage | None = None
    finish_reason: str | None = None
    logprobs: Raw | UnsetType = UNSET


class Output(msgspec.Struct):
    """Where a frame has its answer."""

    choices: list[NativeChoice] | None = None


class OutputDetails(msgspec.Struct):
    """What the answer's tokens were."""

    reasoning_tokens: int | None = None


class NativeUsage(msgspec.Struct):
    """Tokens so far; some frames have none."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    prompt_tokens_details: PromptDetails | None = None
    output_tokens_details: OutputDetails | None = None


class Frame(msgspec.Struct):
    """One event of a stream, or an error in its place."""

    output: Output | UnsetType | None = UNSET
    usage: NativeUsage | None = None
    request_id: str | None = None
    code: str | None = None


FRAME_DECODER = msgspec.json.Decoder(Frame)


def usage_of(wire: NativeUsage) -> Usage:
    """The usage in our sense."""
    prompt = wire.prompt_tokens_details or PromptDetails()
    answer = wire.output_tokens_details or OutputDetails()
    return Usage(
        prompt_tokens=wire.input_tokens or 0,
        completion_tokens=wire.output_tokens or 0,
        cache_read_tokens=prompt.cached_tokens or 0,
        cache_write_tokens=prompt.cache_write_tokens or prompt.cache_creation_input_tokens or 0,
        reasoning_tokens=answer.reasoning_tokens or 0,
    )
