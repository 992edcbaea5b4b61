"""How long a request is, before anybody is asked: in tokens, for every family of models.

Text is estimated by what stands in it. What is no text is counted by its bytes, or by a fixed number where
only its address is known; those rules are on the safe side.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from math import ceil
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw, UnsetType

from local_models.classifiers.matter import LONG_DOCUMENT_CHARS, count_said
from local_models.tokenizer import Tokens, estimate_by_family, estimate_tokens
from providers.messages import (
    AudioPart,
    ChatRequest,
    FilePart,
    ImagePart,
    Message,
    VideoPart,
    text_of,
)

_PER_MESSAGE = 4
_PER_IMAGE = 800
_PER_ADDRESS = {"file": 10_000, "audio": 2_000, "video": 20_000}
"""Tokens of what is given by its address or its name alone."""
_BYTES_PER_TOKEN = {"document": 10, "audio": 250, "wave": 1_000, "video": 200}
"""A page of a PDF comes with 10 to 50 kB, a second of speech with 4 kB (48 as a wave), of film with 60 or more."""
_TEXT_ENDINGS = (
    ".txt", ".md", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".html", ".htm", ".yaml", ".yml", ".log", ".py", ".js", ".ts",
    ".java", ".c", ".h", ".cpp", ".go", ".rs", ".sql", ".sh", ".css", ".ini", ".toml", ".tex", ".rtf", ".srt",
)  # fmt: skip
_TEXT_KIND = re.compile(
    r"data:(?:text/|application/(?:json|xml|yaml|x-yaml|javascript|sql|csv|x-ndjson))",
    re.IGNORECASE,
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_HAN_SAYS = 3
"""Chinese says in one sign what takes three letters."""
_LOOKED_AT = 1_000
"""Characters of a text's beginning, and of its end, that tell its script."""
_CHARS_PER_TOKEN = 4


class Attached(NamedTuple):
    """What a part that is no text comes to."""

    text: str
    """Its own words, where it is a text file."""
    tokens: int
    """What everything else in it comes to."""
    is_document: bool = False


def estimate_prompt(request: ChatRequest, family: str = "o200k") -> int:
    """About how many tokens the whole request is: messages, files, tool calls, tools and schema."""
    text, others = _measure(request)
    return estimate_tokens(text, family) + others


def estimate_prompts(request: ChatRequest) -> dict[str, Tokens]:
    """The same for every family, and how many tokens it is at most; see `estimate_by_family`."""
    return estimate_by_family(*_measure(request))


def longest_text(request: ChatRequest) -> int:
    """Characters of the longest user turn or file, rows of blanks left out. One in Chinese counts threefold, as
    it says as much in a third: each by its own script, whatever the others are written in."""
    turns = [_reach(text_of(each)) for each in request.messages if each.role == "user"]
    files = [
        _reach(part.text) if part.text else part.tokens * _CHARS_PER_TOKEN
        for message in request.messages
        for part in attached(message)
        if part.is_document
    ]
    return max([*turns, *files], default=0)


def _reach(text: str) -> int:
    # Of a short text nobody asks how short it is: only what may be long is looked at.
    said = count_said(text)
    if said * _HAN_SAYS < LONG_DOCUMENT_CHARS or text.isascii():
        return said
    text = text.strip()
    seen = text[:_LOOKED_AT] + text[-_LOOKED_AT:]
    return said * (_HAN_SAYS if len(_HAN.findall(seen)) * 3 > len(seen) else 1)


def _measure(request: ChatRequest) -> tuple[str, int]:
    """All text of a request, and the tokens of what is none."""
    texts: list[str] = []
    others = _PER_MESSAGE * len(request.messages)
    for message in request.messages:
        texts.append(text_of(message))
        texts += [call.function.name + call.function.arguments for call in message.tool_calls]
        for part in attached(message):
            texts.append(part.text)
            others += part.tokens
    for tool in request.tools:
        function = tool.function
        texts += [function.name, function.description or "", _raw(function.parameters)]
    if request.response_format is not None and request.response_format.json_schema is not None:
        texts.append(_raw(request.response_format.json_schema.schema))
    return "\n".join(texts), others


def attached(message: Message) -> Iterator[Attached]:
    """What a message carries besides its text."""
    if message.content is None or isinstance(message.content, str):
        return
    for part in message.content:
        if isinstance(part, ImagePart):
            yield Attached("", _PER_IMAGE)
        elif isinstance(part, FilePart):
            yield _read_file(_fields(part.file))
        elif isinstance(part, AudioPart):
            yield Attached("", _count_audio(_fields(part.input_audio)))
        elif isinstance(part, VideoPart):
            yield Attached("", _count_video(_fields(part.video_url)))


def _read_file(told: dict[str, Any]) -> Attached:
    data, name = told.get("file_data"), told.get("filename")
    if not isinstance(data, str):
        return Attached("", _PER_ADDRESS["file"], is_document=True)
    is_text = _TEXT_KIND.match(data) is not None
    if is_text or (isinstance(name, str) and name.lower().endswith(_TEXT_ENDINGS)):
        text = _decode(data)
        if text is not None:
            return Attached(text, 0, is_document=True)
    return Attached("", _share(_bytes_of(data), "document"), is_document=True)


def _decode(data: str) -> str | None:
    """The text of a file; None where it is not in base64."""
    try:
        return base64.b64decode(data.partition(",")[2] or data, validate=True).decode(
            "utf-8", "replace"
        )
    except (binascii.Error, ValueError):
        return None


def _count_audio(told: dict[str, Any]) -> int:
    data = told.get("data")
    if not isinstance(data, str) or data.startswith(("http://", "https://")):
        return _PER_ADDRESS["audio"]
    return _share(_bytes_of(data), "wave" if told.get("format") in ("wav", "pcm16") else "audio")


def _count_video(told: dict[str, Any]) -> int:
    url = told.get("url")
    if not isinstance(url, str) or not url.startswith("data:"):
        return _PER_ADDRESS["video"]
    return _share(_bytes_of(url), "video")


def _bytes_of(data: str) -> int:
    """What so much base64 stands for."""
    return (len(data) - data.find(",") - 1) * 3 // 4


def _share(size: int, kind: str) -> int:
    return ceil(size / _BYTES_PER_TOKEN[kind])


def _fields(raw: Raw) -> dict[str, Any]:
    """The fields of a part that is passed on as it came; none where it is no object."""
    try:
        told = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return {}
    return told if isinstance(told, dict) else {"url": told}


def _raw(value: Raw | UnsetType) -> str:
    """A raw JSON slice as text; nothing for one that is not set."""
    return bytes(value).decode("utf-8", "replace") if isinstance(value, Raw) else ""
