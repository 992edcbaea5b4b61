"""A whole message, read from Anthropic."""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from providers.calls import Choice, Completion
from providers.dialects.anthropic.wire import ANSWER_DECODER, STOP_REASONS, Answer, Block, usage_of
from providers.dialects.failures import read_error
from providers.dialects.reading import ErrorEvent
from providers.errors import UpstreamFailedError
from providers.messages import FunctionCall, ToolCall


def decode_message(body: bytes) -> Completion:
    """The vendor's whole answer.

    Raises:
        ErrorEvent: the body is an error in spite of its status.
        UpstreamFailedError: the body is no answer.
    """
    try:
        answer = ANSWER_DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise UpstreamFailedError(f"The answer cannot be read: {problem}.") from None
    if answer.error is not UNSET and (error := read_error(body)) is not None:
        raise ErrorEvent(error)
    return Completion(
        choices=(_choice_of(answer),), usage=usage_of(answer.usage), upstream_id=answer.id
    )


def _choice_of(answer: Answer) -> Choice:
    if isinstance(answer.content, msgspec.UnsetType):
        raise UpstreamFailedError("The answer has no content.")
    reason = STOP_REASONS.get(answer.stop_reason or "")
    if reason is None:
        raise UpstreamFailedError(
            f"The answer ended with the unknown stop_reason {answer.stop_reason!r}."
        )
    texts = [block.text for block in answer.content if block.type == "text" and block.text]
    thoughts = [b.thinking for b in answer.content if b.type == "thinking" and b.thinking]
    return Choice(
        text="".join(texts) if texts else None,
        reasoning="".join(thoughts) if thoughts else None,
        tool_calls=tuple(_call_of(block) for block in answer.content if block.type == "tool_use"),
        finish_reason=reason,
    )


def _call_of(block: Block) -> ToolCall:
    if not block.id or not block.name:
        raise UpstreamFailedError("The answer has a tool call without an id or a name.")
    arguments = "{}" if isinstance(block.input, msgspec.UnsetType) else bytes(block.input).decode()
    return ToolCall(block.id, FunctionCall(block.name, arguments))
