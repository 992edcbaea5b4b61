"""Token counts for calls whose vendor never told us: cancelled, lost or broken ones.

A count from characters, not a tokenizer: it runs when a client has already left and must cost
microseconds. English, code and Chinese answers come out within about a quarter of the truth; the
usage is marked `estimated` wherever it goes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import UNSET

from providers.calls import Usage
from providers.messages import ImagePart, Message, text_of

if TYPE_CHECKING:
    from providers.messages import ChatRequest

CountTokens = Callable[[str], int]

_ASCII_CHARACTERS_PER_TOKEN = 4.0
_OTHER_CHARACTERS_PER_TOKEN = 1.5
_TOKENS_PER_MESSAGE = 4
_TOKENS_PER_IMAGE = 765
"""A 1024 x 1024 picture in high detail, by OpenAI's published rule (85 + 4 x 170)."""


def estimate_tokens(text: str) -> int:
    """How many tokens a text is likely to be; at least one for any text."""
    if not text:
        return 0
    ascii_count = len(text.encode("ascii", "ignore"))
    others = len(text) - ascii_count
    return max(
        1, round(ascii_count / _ASCII_CHARACTERS_PER_TOKEN + others / _OTHER_CHARACTERS_PER_TOKEN)
    )


def estimate_prompt(request: ChatRequest, count: CountTokens = estimate_tokens) -> int:
    """How many tokens the whole request is likely to be: messages, pictures and tools."""
    words = sum(_message_tokens(message, count) for message in request.messages)
    tools = sum(
        count(tool.function.name + (tool.function.description or ""))
        + (0 if tool.function.parameters is UNSET else len(bytes(tool.function.parameters)) // 4)
        for tool in request.tools
    )
    return words + tools


def estimate_usage(
    request: ChatRequest, delivered: str, count: CountTokens = estimate_tokens
) -> Usage:
    """The usage of a call that ended without telling its own, from what was sent and came."""
    return Usage(
        prompt_tokens=estimate_prompt(request, count),
        completion_tokens=count(delivered),
        estimated=True,
    )


def add_usage(first: Usage | None, second: Usage | None) -> Usage | None:
    """Both calls' tokens together: what an answer with a seam really used."""
    if first is None or second is None:
        return first or second
    return Usage(
        prompt_tokens=first.prompt_tokens + second.prompt_tokens,
        completion_tokens=first.completion_tokens + second.completion_tokens,
        cache_read_tokens=first.cache_read_tokens + second.cache_read_tokens,
        cache_write_tokens=first.cache_write_tokens + second.cache_write_tokens,
        cache_write_1h_tokens=first.cache_write_1h_tokens + second.cache_write_1h_tokens,
        reasoning_tokens=first.reasoning_tokens + second.reasoning_tokens,
        service_tier=second.service_tier or first.service_tier,
        estimated=first.estimated or second.estimated,
    )


def _message_tokens(message: Message, count: CountTokens) -> int:
    calls = sum(count(call.function.name + call.function.arguments) for call in message.tool_calls)
    images = (
        sum(isinstance(part, ImagePart) for part in message.content)
        if isinstance(message.content, tuple)
        else 0
    )
    return _TOKENS_PER_MESSAGE + count(text_of(message)) + calls + images * _TOKENS_PER_IMAGE
