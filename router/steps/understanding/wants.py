"""What a request needs of a model, by its parts and not by what it says."""

from __future__ import annotations

from collections.abc import Sequence

from providers.messages import (
    AudioPart,
    ChatRequest,
    FilePart,
    ImagePart,
    Message,
    VideoPart,
)

_PARTS = {ImagePart: "image", AudioPart: "audio", FilePart: "file", VideoPart: "video"}
_NEEDS = {"image": "vision", "audio": "audio", "video": "video"}


def read_modalities(messages: Sequence[Message]) -> frozenset[str]:
    """text, and image, audio, file or video where a message carries one."""
    found = {"text"}
    for message in messages:
        if message.content is not None and not isinstance(message.content, str):
            found |= {_PARTS[type(part)] for part in message.content if type(part) in _PARTS}
    return frozenset(found)


def read_needs(request: ChatRequest, modalities: frozenset[str]) -> frozenset[str]:
    """Abilities without which a model cannot take the request."""
    needs = {_NEEDS[kind] for kind in modalities if kind in _NEEDS}
    if request.tools and request.tool_choice != "none":
        needs.add("tools")
    if request.response_format is not None:
        kind = request.response_format.type
        needs |= {"json_schema": {"json_schema"}, "json_object": {"json_mode"}}.get(kind, set())
    return frozenset(needs)
