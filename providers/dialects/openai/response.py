"""Whole answers and errors in OpenAI's shape."""

from __future__ import annotations

import msgspec

from providers.calls import Choice, Completion
from providers.dialects.failures import read_error
from providers.dialects.openai.events import finish_reason_of, present
from providers.dialects.openai.wire import BODY_DECODER, Delta, WireChoice, usage_of, wire_usage
from providers.dialects.reading import ErrorEvent
from providers.dialects.toolcalls import first_broken
from providers.errors import StreamBrokenError, UpstreamFailedError
from providers.messages import FunctionCall, ToolCall

_encode = msgspec.json.Encoder().encode


def decode_completion(body: bytes) -> Completion:
    """A vendor's whole answer.

    Raises:
        ErrorEvent: the body is an error in spite of its status.
        UpstreamFailedError: the body is no answer.
    """
    try:
        answer = BODY_DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise UpstreamFailedError(f"The answer cannot be read: {problem}.") from None
    if answer.has_error() or not answer.choices:
        error = read_error(body)
        if error is not None:
            raise ErrorEvent(error)
        raise UpstreamFailedError("The answer has no choices.")
    return Completion(
        choices=tuple(_choice_of(choice) for choice in answer.choices),
        usage=usage_of(answer),
        upstream_id=answer.id,
    )


def encode_completion(
    completion: Completion,
    *,
    id: str,  # noqa: A002
    created: int,
    model: str,
    cost: str | None = None,
) -> bytes:
    """A whole answer for a client; `cost` is a decimal number as text and becomes `usage.cost`."""
    body: dict[str, object] = {
        "id": id,
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [_wire_choice(choice) for choice in completion.choices],
    }
    if completion.usage is not None:
        body["usage"] = wire_usage(completion.usage, cost)
        body["service_tier"] = completion.usage.service_tier or "default"
    return _encode(body)


def encode_error(
    message: str,
    *,
    type: str,  # noqa: A002
    param: str | None = None,
    code: str | None = None,
) -> bytes:
    """An error body with all four keys."""
    error = {"message": message, "type": type, "param": param, "code": code}
    return _encode({"error": error})


def _choice_of(choice: WireChoice) -> Choice:
    message = choice.message or Delta()
    calls = tuple(_tool_calls_of(message)) if message.tool_calls else ()
    try:
        reason = finish_reason_of(choice.finish_reason, len(calls))
    except StreamBrokenError as problem:
        raise UpstreamFailedError(problem.message) from None
    at = first_broken(call.function.arguments for call in calls) if calls else None
    if reason == "tool_calls" and at is not None:
        raise UpstreamFailedError(f"The arguments of the answer's tool call {at} are no JSON.")
    return Choice(
        index=choice.index,
        text=message.content,
        refusal=message.refusal,
        reasoning=message.reasoning_content or message.reasoning or None,
        tool_calls=calls,
        finish_reason=reason,
        logprobs=present(choice.logprobs),
    )


def _tool_calls_of(message: Delta) -> list[ToolCall]:
    calls = []
    for at, call in enumerate(message.tool_calls or ()):
        if call.function is None or not call.function.name:
            raise UpstreamFailedError(f"The answer's tool call {at} has no function name.")
        function = FunctionCall(call.function.name, call.function.arguments or "{}")
        calls.append(ToolCall(call.id or f"call_{at}", function))
    return calls


def _wire_choice(choice: Choice) -> dict[str, object]:
    message: dict[str, object] = {
        "role": "assistant",
        "content": choice.text,
        "refusal": choice.refusal,
    }
    if choice.reasoning is not None:
        message["reasoning_content"] = choice.reasoning
    if choice.tool_calls:
        message["tool_calls"] = choice.tool_calls
    return {
        "index": choice.index,
        "message": message,
        "logprobs": choice.logprobs,
        "finish_reason": choice.finish_reason,
    }
