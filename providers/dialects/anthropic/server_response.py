"""Whole answers and errors in Anthropic's shape, for a client."""

from __future__ import annotations

import msgspec
from msgspec import Raw

from providers.calls import Choice, Completion, FinishReason, Usage
from providers.errors import UpstreamFailedError
from providers.messages import ToolCall

STOP_REASONS: dict[FinishReason, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}
_TIERS = frozenset({"standard", "priority", "batch"})
_encode = msgspec.json.Encoder().encode


def encode_message(
    completion: Completion,
    *,
    id: str,  # noqa: A002
    shows_thinking: bool = False,
    cost: str | None = None,
) -> bytes:
    """A whole answer; `cost` is a decimal number as text and becomes `usage.cost`.

    Raises:
        UpstreamFailedError: the arguments of a tool call are no JSON object, as this wire wants.
    """
    choice = completion.choices[0]
    return _encode(
        {
            "id": id,
            "type": "message",
            "role": "assistant",
            "model": completion.model,
            "content": _blocks(choice, shows_thinking),
            "stop_reason": "refusal" if choice.refusal else STOP_REASONS[choice.finish_reason],
            "stop_sequence": None,
            "stop_details": None,
            "usage": wire_usage(completion.usage or Usage(estimated=True), cost),
        }
    )


def encode_error(
    message: str,
    *,
    type: str,  # noqa: A002
    request_id: str,
    code: str | None = None,
) -> bytes:
    """An error body; `code` is our own word for it, where clients look for the vendor's."""
    error: dict[str, object] = {"type": type, "message": message}
    if code is not None:
        error["details"] = {"error_code": code}
    return _encode({"type": "error", "error": error, "request_id": request_id})


def wire_usage(usage: Usage, cost: str | None = None) -> dict[str, object]:
    """Our usage in Anthropic's words, where `input_tokens` leaves out what a cache gave or took."""
    written = usage.cache_write_tokens + usage.cache_write_1h_tokens
    plain = usage.prompt_tokens - usage.cache_read_tokens - written
    tier = usage.service_tier
    wire: dict[str, object] = {
        "input_tokens": max(0, plain),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": usage.cache_read_tokens,
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage.cache_write_tokens,
            "ephemeral_1h_input_tokens": usage.cache_write_1h_tokens,
        },
        "output_tokens": usage.completion_tokens,
        "service_tier": tier if tier in _TIERS else "standard",
    }
    if cost is not None:
        wire["cost"] = Raw(cost.encode())
    return wire


def _blocks(choice: Choice, shows_thinking: bool) -> list[dict[str, object]]:
    blocks: list[dict[str, object]] = []
    if choice.reasoning and shows_thinking:
        blocks.append({"type": "thinking", "thinking": choice.reasoning, "signature": ""})
    for text in (choice.text, choice.refusal):
        if text:
            blocks.append({"type": "text", "text": text})
    was_cut = choice.finish_reason == "length"
    return blocks + [block for call in choice.tool_calls if (block := _tool_use(call, was_cut))]


def _tool_use(call: ToolCall, was_cut: bool) -> dict[str, object] | None:
    """The call as a block; None for one whose arguments the token limit cut short."""
    arguments = call.function.arguments.strip() or "{}"
    try:
        is_object = isinstance(msgspec.json.decode(arguments), dict)
    except (msgspec.DecodeError, RecursionError):
        is_object = False
    if is_object:
        raw = Raw(arguments.encode())
        return {"type": "tool_use", "id": call.id, "name": call.function.name, "input": raw}
    if was_cut:
        return None
    raise UpstreamFailedError(
        f"The answer calls tool '{call.function.name}' with arguments that are no JSON object."
    )
