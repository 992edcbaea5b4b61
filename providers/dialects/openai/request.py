"""Chat requests in OpenAI's shape: read from a client, written for a vendor."""

from __future__ import annotations

import re
from operator import attrgetter

import msgspec
from msgspec import UNSET, Raw

from providers.base import Model
from providers.dialects.depth import check_depth
from providers.dialects.errors import DecodeError
from providers.dialects.lengths import clamp_tokens
from providers.dialects.metadata import PLACE, check_names, name_wrong_entry, read_metadata
from providers.dialects.openai.differences import OPENAI, Differences
from providers.dialects.openai.wire import KNOWN_FIELDS, RequestBody
from providers.messages import ChatRequest, Message, TextPart
from providers.notes import note_dropped

_decode_body = msgspec.json.Decoder(RequestBody).decode


class _KnownBody(RequestBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request that holds nothing which we do not know."""


_decode_known_body = msgspec.json.Decoder(_KnownBody).decode
_decode_fields = msgspec.json.Decoder(dict[str, Raw]).decode
_encode = msgspec.json.Encoder().encode
_PLACE = re.compile(r" - at `\$\.?(.*)`$")
# Fields whose answers would come in shapes that this gateway does not carry.
_REFUSED = {
    "functions": "`functions` is OpenAI's retired form; send `tools` instead.",
    "function_call": "`function_call` is OpenAI's retired form; send `tool_choice` instead.",
    "audio": "Spoken answers are not supported; leave `audio` out.",
}
# Ours, never the vendor's: callers write user, tier and session into it.
_OURS = frozenset({"metadata"})
_STREAM_OPTIONS = (
    {"include_usage": True},
    {"include_usage": True, "continuous_usage_stats": True},
)


def decode_request(body: bytes) -> ChatRequest:
    """A client's JSON body as a request. Fields we do not know go to `extra` as they came.

    Raises:
        DecodeError: the body is no JSON or nested too deep, a field has a wrong type or value, or
            one is missing.
    """
    check_depth(body)
    try:
        # Most requests hold only what we know: nothing is left to look for.
        return _request_of(_decode_known_body(body), {}, body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _decode_closely(body)


def _decode_closely(body: bytes) -> ChatRequest:
    try:
        wire = _decode_body(body)
        fields = _decode_fields(body)
    except msgspec.ValidationError as problem:
        raise _wrong_field(str(problem), body) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise DecodeError(f"The body is no valid JSON: {problem}. Send a JSON object.") from None
    extra = {}
    if not fields.keys() <= KNOWN_FIELDS:
        extra = {key: raw for key, raw in fields.items() if key not in KNOWN_FIELDS}
    return _request_of(wire, extra, body)


def encode_request(
    request: ChatRequest,
    model: Model,
    differences: Differences = OPENAI,
    *,
    stream: bool,
    prefix: str | None = None,
) -> bytes:
    """The request as JSON for this vendor. What it refuses is left out, and said so in the log.

    With a `prefix` the vendor is told that its answer has begun with those words.
    """
    body: dict[str, object] = {
        "model": model.wire_name,
        "messages": _messages_for(request.messages, differences),
    }
    if stream:
        body["stream"] = True
        if differences.sends_stream_options:
            body["stream_options"] = _STREAM_OPTIONS[differences.numbering == "usage"]
    _add_options(body, request, differences)
    if request.max_tokens is not None:
        body[differences.max_tokens_field] = clamp_tokens(request, model)
    if request.extra:
        body.update((key, raw) for key, raw in request.extra.items() if key not in _OURS)
    if stream and differences.numbering == "timings":
        body["timings_per_token"] = True
    if prefix is not None:
        _add_prefix(body, prefix, differences)
    for names in (model.drops, differences.drops):
        for name in names:
            if (value := body.pop(name, None)) is not None:
                note_dropped(model, name, value)
    return _encode(body)


def _add_prefix(body: dict[str, object], prefix: str, differences: Differences) -> None:
    begun: dict[str, object] = {"role": "assistant", "content": prefix}
    if differences.prefix_mark is not None:
        begun[differences.prefix_mark] = True
    messages = body["messages"]
    assert isinstance(messages, list)
    messages.append(begun)
    body.update(differences.prefix_fields)


def _check_presence(wire: RequestBody, extra: dict[str, Raw]) -> None:
    if not wire.model:
        raise DecodeError(
            "`model` is missing; send a model's name, a pool's name or `auto`.", param="model"
        )
    if not wire.messages:
        raise DecodeError(
            "`messages` is missing or empty; send at least one message, such as "
            '[{"role": "user", "content": "Hello"}].',
            param="messages",
        )
    for name, mend in _REFUSED.items() if extra else ():
        if name in extra and bytes(extra[name]) != b"null":
            raise DecodeError(mend, param=name, code="unsupported_parameter")
    if wire.stream_options is not None and not wire.stream:
        raise DecodeError(
            "`stream_options` is only allowed with `stream: true`; add it or leave both out.",
            param="stream_options",
        )


_BOUNDS: dict[str, tuple[float, float]] = {
    "max_tokens": (1, 1e9),
    "max_completion_tokens": (1, 1e9),
    "temperature": (0, 2),
    "top_p": (0, 1),
    "n": (1, 128),
    "presence_penalty": (-2, 2),
    "frequency_penalty": (-2, 2),
    "top_logprobs": (0, 20),
}

_bounded = attrgetter(*_BOUNDS)
_UNBOUNDED = (None,) * len(_BOUNDS)


def _check_values(wire: RequestBody) -> None:
    values = _bounded(wire)
    if values != _UNBOUNDED:
        for name, value in zip(_BOUNDS, values, strict=True):
            low, high = _BOUNDS[name]
            if value is None or low <= value <= high:
                continue
            raise DecodeError(
                f"`{name}` is {value:g} but must be between {low:g} and {high:g}.", param=name
            )
    for at, message in enumerate(wire.messages or ()):
        _check_message(at, message)


def _check_message(at: int, message: Message) -> None:
    if message.role == "tool" and not message.tool_call_id:
        raise DecodeError(
            f"messages[{at}] has role `tool` but no `tool_call_id`; name the call it answers.",
            param=f"messages[{at}].tool_call_id",
        )
    if message.content is None and message.role != "assistant":
        raise DecodeError(
            f"messages[{at}] has role `{message.role}` but no `content`; send a text.",
            param=f"messages[{at}].content",
        )


def _wrong_field(problem: str, body: bytes) -> DecodeError:
    place = _PLACE.search(problem)
    if place is None:
        return DecodeError(f"The body is no chat request: {problem}.")
    param = place[1]
    if param == PLACE:
        param, mend = name_wrong_entry(body)
        return DecodeError(f"`{param}` {mend}.", param=param)
    what = problem[: place.start()].replace("Object missing required field", "Missing field")
    return DecodeError(f"`{param}` is wrong: {what}.", param=param)


def _request_of(wire: RequestBody, extra: dict[str, Raw], body: bytes) -> ChatRequest:
    if wire.metadata is not UNSET:
        check_names(body)
    _check_presence(wire, extra)
    _check_values(wire)
    stop = wire.stop
    options = wire.stream_options
    return ChatRequest(
        model=wire.model or "",
        messages=wire.messages or (),
        stream=bool(wire.stream),
        include_usage=bool(options and options.include_usage),
        tools=wire.tools or (),
        tool_choice=wire.tool_choice,
        parallel_tool_calls=wire.parallel_tool_calls,
        response_format=wire.response_format,
        max_tokens=wire.max_completion_tokens or wire.max_tokens,
        stop=(stop,) if isinstance(stop, str) else stop or (),
        temperature=wire.temperature,
        top_p=wire.top_p,
        n=wire.n or 1,
        seed=wire.seed,
        presence_penalty=wire.presence_penalty,
        frequency_penalty=wire.frequency_penalty,
        logprobs=wire.logprobs,
        top_logprobs=wire.top_logprobs,
        reasoning_effort=wire.reasoning_effort,
        user=wire.user,
        metadata=read_metadata(wire.metadata),
        extra=extra,
    )


_SAME_NAMES = (
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "response_format",
    "stop",
    "temperature",
    "top_p",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "logprobs",
    "top_logprobs",
    "user",
)

_same_values = attrgetter(*_SAME_NAMES)
_NO_VALUES = _same_values(ChatRequest(model="", messages=()))


def _add_options(body: dict[str, object], request: ChatRequest, differences: Differences) -> None:
    values = _same_values(request)
    if values != _NO_VALUES:
        for name, value in zip(_SAME_NAMES, values, strict=True):
            if value is not None and value != ():
                body[name] = value
    if request.n > 1:
        body["n"] = request.n
    effort = request.reasoning_effort
    if effort is not None and differences.thinking_switch is None:
        body["reasoning_effort"] = effort
    elif effort is not None and differences.thinking_switch is not None:
        body[differences.thinking_switch] = effort != "none"


def _messages_for(messages: tuple[Message, ...], differences: Differences) -> list[object]:
    """The messages as this vendor takes them; most are passed on as they are."""
    knows_developer = differences.knows_developer
    return [
        message
        if type(message.content) is str
        and message.reasoning_content is None
        and (knows_developer or message.role != "developer")
        else _message_for(message, differences)
        for message in messages
    ]


def _message_for(message: Message, differences: Differences) -> object:
    changes: dict[str, object] = {}
    if message.role == "developer" and not differences.knows_developer:
        changes["role"] = "system"
    if message.reasoning_content is not None and not differences.keeps_reasoning:
        changes["reasoning_content"] = None
    if message.content is None and differences.content_always:
        changes["content"] = ""
    if isinstance(message.content, tuple) and not differences.keeps_cache_control:
        changes["content"] = tuple(
            TextPart(part.text) if isinstance(part, TextPart) else part for part in message.content
        )
    return msgspec.structs.replace(message, **changes) if changes else message
