"""What a request asks that not every client of ours can say to its vendor, told before anybody is called.

Each demand is a word. A kind of provider lists those that its client refuses, with why: a plan leaves its
models out of such a request, and the client itself refuses it before a byte is sent.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Raw

from providers.errors import UnsupportedError
from providers.messages import (
    AudioPart,
    ChatRequest,
    FilePart,
    ImagePart,
    Message,
    NamedTool,
    Part,
    RefusalPart,
    ResponseFormat,
    TextPart,
    VideoPart,
)

Refusals = Mapping[str, str]
"""Demands that a client refuses, each with why, as a sentence without its full stop."""
NO_REFUSALS: Refusals = MappingProxyType({})

PARAMS: Mapping[str, str] = MappingProxyType(
    {
        "several_answers": "n",
        "forced_call": "tool_choice",
        "logprobs": "logprobs",
        "json_schema": "response_format",
        "missing_schema": "response_format",
        "begun_answer": "messages",
        "image": "messages",
        "audio": "messages",
        "video": "messages",
        "file": "messages",
        "file_by_id": "messages",
        "plain_data_url": "messages",
        "function_role": "messages",
        "loose_arguments": "messages",
    }
)
"""Every demand, with the field of the request that makes it."""

_SAMPLE = 400
"""Characters by which data is taken for base64: a large file is not decoded whole for this."""


class _File(msgspec.Struct):
    file_data: Any = None


_decode_file = msgspec.json.Decoder(_File).decode
_decode_object = msgspec.json.Decoder(dict[str, Raw]).decode


def find_demands(request: ChatRequest) -> frozenset[str]:
    """Every demand that this request makes."""
    found: set[str] = set()
    if request.n > 1:
        found.add("several_answers")
    choice = request.tool_choice
    if choice == "required" or isinstance(choice, NamedTool):
        found.add("forced_call")
    if request.logprobs:
        found.add("logprobs")
    if request.response_format is not None:
        found.update(_of_format(request.response_format))
    for message in request.messages:
        if message.role == "function":
            found.add("function_role")
        if message.tool_calls and not all(
            is_object(call.function.arguments) for call in message.tool_calls
        ):
            found.add("loose_arguments")
        if isinstance(message.content, tuple):
            for part in message.content:
                found.update(_of_part(part))
    if begins_answer(request.messages):
        found.add("begun_answer")
    return frozenset(found)


def check_demands(demands: Iterable[str], refused: Refusals) -> None:
    """Refuse a request that makes one of the refused demands.

    Raises:
        UnsupportedError: it does; says why.
    """
    for demand in sorted(demands):
        if demand in refused:
            raise UnsupportedError(f"{refused[demand]}.", param=PARAMS[demand])


def say_refused(demands: frozenset[str], refused: Refusals) -> str:
    """Why a client does not take these demands; empty where it takes them all."""
    return "; ".join(refused[each] for each in sorted(demands & refused.keys()))


def begins_answer(messages: Iterable[Message]) -> bool:
    """Whether the talk ends with words of the assistant, for the model to go on from.

    Instructions have no place of their own in the talk, and an empty turn begins nothing.
    """
    for message in reversed(tuple(messages)):
        if message.role in ("system", "developer"):
            continue
        if message.role != "assistant":
            return False
        if says_something(message):
            return True
    return False


def says_something(message: Message) -> bool:
    """Whether a turn holds anything but blanks."""
    if message.tool_calls or (message.refusal and message.refusal.strip()):
        return True
    content = message.content
    if content is None or isinstance(content, str):
        return bool(content and content.strip())
    return any(_is_said(part) for part in content)


def is_object(arguments: str) -> bool:
    """Whether a call's arguments are a JSON object, or none at all."""
    if not arguments.strip():
        return True
    try:
        _decode_object(arguments)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def file_data(part: FilePart) -> str | None:
    """A document's own data; None where it is only named."""
    try:
        data = _decode_file(part.file).file_data
    except msgspec.DecodeError:
        return None
    return data if isinstance(data, str) else None


def is_base64(data: str) -> bool:
    """Whether data starts as base64 does."""
    try:
        return bool(base64.b64decode(data[:_SAMPLE], validate=True))
    except (binascii.Error, ValueError):
        return False


def is_plain_data_url(url: str) -> bool:
    """Whether a URL carries its data in another way than as base64."""
    if not url.startswith("data:"):
        return False
    comma = url.find(",")
    head, data = (url[5:comma], url[comma + 1 :][:_SAMPLE]) if comma >= 0 else (url[5:], "")
    return head.partition(";")[2] != "base64" or not is_base64(data)


def _of_format(wanted: ResponseFormat) -> Iterable[str]:
    if wanted.type != "json_schema":
        return ()
    has_schema = wanted.json_schema is not None and isinstance(wanted.json_schema.schema, Raw)
    return ("json_schema",) if has_schema else ("json_schema", "missing_schema")


def _of_part(part: Part) -> Iterable[str]:
    if isinstance(part, ImagePart):
        return ("image", "plain_data_url") if is_plain_data_url(part.image_url.url) else ("image",)
    if isinstance(part, FilePart):
        data = file_data(part)
        if data is None:
            return ("file", "file_by_id")
        is_plain = is_plain_data_url(data) if data.startswith("data:") else not is_base64(data)
        return ("file", "plain_data_url") if is_plain else ("file",)
    if isinstance(part, AudioPart):
        return ("audio",)
    return ("video",) if isinstance(part, VideoPart) else ()


def _is_said(part: Part) -> bool:
    if isinstance(part, TextPart):
        return bool(part.text.strip())
    return bool(part.refusal.strip()) if isinstance(part, RefusalPart) else True
