"""The JSON shapes of Anthropic's Messages API."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw, UnsetType

from providers.calls import FinishReason, Usage

STOP_REASONS: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    # The vendor's own tools took too long in one turn: the answer is not whole.
    "pause_turn": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


class CacheCreation(msgspec.Struct):
    """Tokens written to the cache, by how long they stay."""

    ephemeral_5m_input_tokens: int | None = None
    ephemeral_1h_input_tokens: int | None = None


class OutputDetails(msgspec.Struct):
    """What the answer's tokens were."""

    reasoning_tokens: int | None = None
    thinking_tokens: int | None = None


class WireUsage(msgspec.Struct):
    """Tokens as Anthropic counts them: `input_tokens` is without the cached ones."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_creation: CacheCreation | None = None
    output_tokens_details: OutputDetails | None = None
    service_tier: str | None = None


class Block(msgspec.Struct):
    """One block of an answer; types that we do not know have none of these fields."""

    type: str
    text: str | None = None
    thinking: str | None = None
    id: str | None = None
    name: str | None = None
    input: Raw | UnsetType = UNSET


class BlockDelta(msgspec.Struct):
    """Some more of a block, or the end of the message."""

    type: str = ""
    text: str | None = None
    thinking: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None


class Answer(msgspec.Struct):
    """A whole message, or its frame at the start of a stream."""

    id: str | None = None
    content: list[Block] | UnsetType = UNSET
    stop_reason: str | None = None
    usage: WireUsage | None = None
    error: Raw | UnsetType = UNSET


class WireEvent(msgspec.Struct):
    """One event of a stream."""

    type: str
    index: int = -1
    message: Answer | None = None
    content_block: Block | None = None
    delta: BlockDelta | None = None
    usage: WireUsage | None = None


ANSWER_DECODER = msgspec.json.Decoder(Answer)
EVENT_DECODER = msgspec.json.Decoder(WireEvent)


def newer(usage: WireUsage, update: WireUsage) -> WireUsage:
    """Usage with what a later event says; counts are cumulative and may be left out."""
    said = {
        name: value
        for name in WireUsage.__struct_fields__
        if (value := getattr(update, name)) is not None
    }
    return msgspec.structs.replace(usage, **said)


def usage_of(wire: WireUsage | None) -> Usage | None:
    """The usage in our sense, or None where no input was counted."""
    if wire is None or wire.input_tokens is None:
        return None
    read = wire.cache_read_input_tokens or 0
    written = wire.cache_creation_input_tokens or 0
    hour = (wire.cache_creation.ephemeral_1h_input_tokens or 0) if wire.cache_creation else 0
    details = wire.output_tokens_details or OutputDetails()
    return Usage(
        prompt_tokens=wire.input_tokens + read + max(written, hour),
        completion_tokens=wire.output_tokens or 0,
        cache_read_tokens=read,
        cache_write_tokens=max(0, written - hour),
        cache_write_1h_tokens=hour,
        reasoning_tokens=details.reasoning_tokens or details.thinking_tokens or 0,
        service_tier=wire.service_tier,
    )
