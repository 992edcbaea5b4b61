"""What every wire has in common: the seam, limits, caches and small helpers."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from providers.simulators.answers import Answer
from providers.simulators.asks import Ask, Image
from providers.simulators.problems import Problem
from providers.simulators.requests import Request
from providers.simulators.settings import Settings
from providers.simulators.steps import Reply, Step

_UNKNOWN = ("unknown", "nonexistent", "missing")


@dataclass(slots=True)
class House:
    """What a simulated vendor remembers between requests."""

    settings: Settings
    serial: int = 0
    cached: dict[bytes, int] = field(default_factory=dict)
    minute: int = 0
    used: int = 0

    def next_id(self, prefix: str, length: int = 24) -> str:
        """A fresh id in the vendor's form."""
        self.serial += 1
        digest = hashlib.sha256(f"{self.settings.seed}/{prefix}/{self.serial}".encode())
        return prefix + digest.hexdigest()[:length]

    def spend(self) -> int:
        """Count one request against the minute's limit; requests that remain, or below zero."""
        minute = int(time.time() // 60)
        if minute != self.minute:
            self.minute, self.used = minute, 0
        self.used += 1
        return self.settings.requests_per_minute - self.used

    def remember_prefix(self, text: str, tokens: int) -> bool:
        """Whether this prompt prefix was seen before; remembers it."""
        key = hashlib.blake2b(text.encode(), digest_size=16).digest()
        known = key in self.cached
        if len(self.cached) > 10_000:
            self.cached.clear()
        self.cached[key] = tokens
        return known


class Dialect(Protocol):
    """One way of asking and answering: a path of a wire."""

    house: House

    def read(self, request: Request) -> Ask:
        """Understand a request; raises Problem."""
        ...

    def whole(self, ask: Ask, answer: Answer) -> Reply:
        """The answer in one piece."""
        ...

    def stream(self, ask: Ask, answer: Answer) -> Reply:
        """The answer token by token."""
        ...

    def problem(self, problem: Problem) -> Reply:
        """An error as the vendor words it."""
        ...

    def error_frame(self, problem: Problem) -> bytes:
        """The same error inside a stream."""
        ...

    def empty_frame(self) -> bytes:
        """A frame of the stream that carries no choice."""
        ...

    def usage_frames(self, ask: Ask, answer: Answer) -> tuple[Step, ...]:
        """A stream that holds usage and nothing else."""
        ...


class Wire(Protocol):
    """A vendor: its paths, and what it answers where there is no dialect."""

    base_path: str

    def dialect(self, request: Request) -> Dialect | None:
        """The dialect behind a path, if it is one of a model's."""
        ...

    def other(self, request: Request) -> Reply:
        """The model list, health, and the vendor's own 404; raises Problem."""
        ...

    def problem(self, problem: Problem) -> Reply:
        """An error where there is no dialect."""
        ...


def encode(value: Any) -> bytes:
    """Compact JSON."""
    return msgspec.json.encode(value)


def sse(value: Any) -> bytes:
    """One server-sent event without a name."""
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


def check_key(key: str) -> None:
    """Refuse an absent key and the one that stands for a wrong one.

    Raises:
        Problem: `no_key` or `unauthorized`.
    """
    if not key:
        raise Problem("no_key")
    if key == "sk-invalid":
        raise Problem("unauthorized")


def check_model(model: Any, families: tuple[str, ...], settings: Settings) -> str:
    """The model's name, if the vendor knows it.

    Raises:
        Problem: `model_not_found`, or `bad_request` without a name.
    """
    if not isinstance(model, str) or not model:
        raise Problem("bad_request", "you must provide a model parameter", "model")
    if model in settings.models:
        return model
    lowered = model.lower()
    if not lowered.startswith((*families, "simulated-")) or any(w in lowered for w in _UNKNOWN):
        raise Problem("model_not_found", model, "model")
    return model


def split_directive(model: str) -> tuple[str, tuple[str, ...]]:
    """`gpt-5.4!cut@20` is the model gpt-5.4 and the directive cut@20."""
    name, *directives = model.split("!")
    return name, tuple(each for each in directives if each)


def check_window(tokens: int, settings: Settings, usual: int) -> None:
    """Refuse a prompt that does not fit.

    Raises:
        Problem: `context_too_long` with both numbers.
    """
    window = settings.window_tokens or usual
    if tokens > window:
        raise Problem("context_too_long", facts=(("tokens", tokens), ("window", window)))


def too_long_numbers(problem: Problem, usual: int) -> tuple[int, int]:
    """Tokens and window of a `context_too_long`; plausible ones when it was simulated."""
    facts: Mapping[str, int] = dict(problem.facts)
    window = facts.get("window", usual)
    return facts.get("tokens", window + window // 10), window


def read_data_image(data: str) -> Image:
    """An image from base64 text; raises Problem when it is not base64."""
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Problem("bad_request", "The image is not valid base64.") from error
    return Image(len(raw), _pixels(raw))


def _pixels(raw: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or GIF; None for others."""
    if raw.startswith(b"\x89PNG") and len(raw) >= 24:
        width, height = struct.unpack(">II", raw[16:24])
        return width, height
    if raw.startswith(b"GIF8") and len(raw) >= 10:
        width, height = struct.unpack("<HH", raw[6:10])
        return width, height
    return None
