"""What comes back from a model, and the clock that a call runs under."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec import Raw

from providers.messages import ToolCall

FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens that one call used, in one sense for every vendor.

    `prompt_tokens` includes what was read from or written to a cache; `completion_tokens` includes
    reasoning. `estimated` is true when we counted because the vendor sent no usage.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    """Written to the short-lived (5-minute) cache."""
    cache_write_1h_tokens: int = 0
    reasoning_tokens: int = 0
    service_tier: str | None = None
    estimated: bool = False


class TextDelta(msgspec.Struct, frozen=True):
    """Some more of the answer's text."""

    text: str
    choice: int = 0
    logprobs: Raw | None = None


class ReasoningDelta(msgspec.Struct, frozen=True):
    """Some more of the model's thinking aloud."""

    text: str
    choice: int = 0


class RefusalDelta(msgspec.Struct, frozen=True):
    """Some more of the model's refusal."""

    text: str
    choice: int = 0


class ToolCallDelta(msgspec.Struct, frozen=True):
    """Some more of a tool call: id and name come with the first piece of each `index`."""

    index: int
    arguments: str = ""
    id: str | None = None
    name: str | None = None
    choice: int = 0


class Finished(msgspec.Struct, frozen=True):
    """The upstream said itself why it stopped. A stream without this event was cut."""

    reason: FinishReason
    choice: int = 0


class UsageReport(msgspec.Struct, frozen=True):
    """What the call used; the last one of a stream holds."""

    usage: Usage


class Opened(msgspec.Struct, frozen=True):
    """Who answers. The dispatcher sends one first, and one more at every seam."""

    model: str
    provider: str
    upstream_id: str | None = None
    seam: bool = False
    """True when this upstream continues the text that another one began."""
    ignored: tuple[str, ...] = ()
    """Fields of the request that were left out of this call; the dispatcher fills it."""


StreamEvent = (
    Opened | TextDelta | ReasoningDelta | RefusalDelta | ToolCallDelta | Finished | UsageReport
)


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One whole answer."""

    index: int = 0
    text: str | None = None
    refusal: str | None = None
    reasoning: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: FinishReason = "stop"
    logprobs: Raw | None = None


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer to a request that was not streamed."""

    choices: tuple[Choice, ...]
    usage: Usage | None = None
    upstream_id: str | None = None
    model: str = ""
    """The model that answered, by our name; the dispatcher fills it."""
    provider: str = ""
    ignored: tuple[str, ...] = ()
    """Fields of the request that were left out of the call; the dispatcher fills it."""


class Deadline:
    """A moment by which something must be done, on a monotonic clock (seconds)."""

    __slots__ = ("_clock", "at", "connect_seconds")

    def __init__(
        self,
        at: float,
        clock: Callable[[], float] = time.monotonic,
        connect_seconds: float | None = None,
    ) -> None:
        self.at = at
        self._clock = clock
        self.connect_seconds = connect_seconds
        """At most so long for a connection to come about; None: as the provider is set up."""

    @classmethod
    def after(cls, seconds: float, clock: Callable[[], float] = time.monotonic) -> Deadline:
        """A deadline this many seconds from now."""
        return cls(clock() + seconds, clock)

    def left(self) -> float:
        """Seconds that remain, never below zero."""
        left = self.at - self._clock()
        return left if left > 0.0 else 0.0

    def passed(self) -> bool:
        """Whether the moment is over."""
        return self._clock() >= self.at

    def within(self, seconds: float, connect_seconds: float | None = None) -> Deadline:
        """The earlier of this deadline and that many seconds from now.

        With `connect_seconds`, a connection has so long to come about.
        """
        at = self._clock() + seconds
        if connect_seconds is None:
            connect_seconds = self.connect_seconds
        return Deadline(at if at < self.at else self.at, self._clock, connect_seconds)

    def connecting_within(self, seconds: float) -> Deadline:
        """The same deadline, with so many seconds for a connection to come about."""
        return Deadline(self.at, self._clock, seconds)


AttemptKind = Literal[
    "primary", "retry", "fallback", "hedge", "continuation", "dispatcher", "judge", "shadow"
]
Outcome = Literal["answered", "failed", "broken", "cancelled", "lost"]


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One upstream call as the ledger keeps it: exactly one row, however it ended.

    Times are seconds; `started_at` is Unix time. Outcomes: `answered` whole; `failed` before any
    token; `broken` after the first; `cancelled` because the client left; `lost` a hedge's race.
    """

    number: int
    kind: AttemptKind
    model: str
    provider: str
    deployment: str
    started_at: float
    seconds: float
    outcome: Outcome
    first_token_seconds: float | None = None
    error: str | None = None
    """Class name of the error, such as `OverloadedError`."""
    status: int | None = None
    usage: Usage | None = None
    """None when nothing was used, for instance when no connection came about."""
    seam_at: int | None = None
    """Characters already sent when this attempt continued another one's answer."""
