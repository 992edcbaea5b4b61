"""How each deployment fares: moving figures, and the snapshot that planning looks at."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from policies.scoring import USUAL_FIRST_TOKEN_SECONDS, USUAL_TOKENS_PER_SECOND
from policies.signals import HEALTHY, ModelHealth
from router.steps.dispatch.figures import Median, fade, left_after

if TYPE_CHECKING:
    from providers.base import Model
    from router.steps.dispatch.deployments import Upstream

UNKNOWN_LATENCY_SECONDS = 0.05
"""A deployment that was never asked, or long ago, looks quick, so that it is tried."""
_KEPT = 128
_KEPT_SPEEDS = 31
_LEAST_FOR_P95 = 20
_WEIGHT = 0.2
_FASTEST = 2_000.0
"""Tokens a second that no model writes: what seems faster was held back and came in one piece, or
was not written for this call at all."""
_USUAL_TOKENS = 300
"""Of an answer, where none was seen yet: what policies take for one that say nothing else."""


class Gauge:
    """Moving figures of one deployment: first-token times, speed, failures.

    All that a model is chosen by fades while no call renews it (see `figures`). The percentiles do
    not: they tell when to hedge, which moves with the very calls that it is about.
    """

    __slots__ = (
        "_clock",
        "_error_rate",
        "_first_token",
        "_first_tokens",
        "_heard_at",
        "_latency_seconds",
        "_lengths",
        "_speed",
        "_usual_seconds",
        "_usual_speed",
        "_whole",
        "_whole_speed",
        "tidy_streams",
    )

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._heard_at: float | None = None
        self._usual_seconds = USUAL_FIRST_TOKEN_SECONDS
        self._usual_speed = USUAL_TOKENS_PER_SECOND
        self._first_token = Median(_KEPT)
        self._first_tokens: deque[float] = deque(maxlen=_KEPT)
        self._whole: deque[float] = deque(maxlen=_KEPT)
        self._speed = Median(_KEPT_SPEEDS)
        self._whole_speed = Median(_KEPT_SPEEDS)
        self._lengths: deque[int] = deque(maxlen=_KEPT)
        self._latency_seconds: float | None = None
        self._error_rate = 0.0
        self.tidy_streams = 0
        """Streams with no more pieces than tokens; far below zero once one had more."""

    def expect(self, model: Model) -> None:
        """Take from the card what figures fade to; without it, what policies take for unknown."""
        self._usual_seconds = model.first_token_seconds or USUAL_FIRST_TOKEN_SECONDS
        self._usual_speed = model.tokens_per_second or USUAL_TOKENS_PER_SECOND

    @property
    def is_empty(self) -> bool:
        """Whether no call has ended yet."""
        return self._heard_at is None

    @property
    def is_silent(self) -> bool:
        """Whether no call has ended for so long that figures fade."""
        return self._left(self._clock()) < 1.0

    @property
    def error_rate(self) -> float:
        """Moving share of the calls that failed; nothing again when long nobody called."""
        return fade(self._error_rate, 0.0, self._left(self._clock()))

    @property
    def latency_seconds(self) -> float | None:
        """Moving average of the first-token time (of the whole answer where nothing streams)."""
        return self._latency_at(self._clock())

    @property
    def tokens_per_second(self) -> float | None:
        """Median speed of the latest answers, those that streamed where there are any."""
        now, usual = self._clock(), self._usual_speed
        streamed = self._speed.at(now, usual)
        return self._whole_speed.at(now, usual) if streamed is None else streamed

    def answered(self, first_token_seconds: float | None, seconds: float, tokens: int) -> None:
        """A call went well."""
        seen = seconds if first_token_seconds is None else first_token_seconds
        now, begun_at = self._hear(seconds, seen)
        if first_token_seconds is None:
            self._whole.append(seconds)
        else:
            self._first_tokens.append(first_token_seconds)
            self._first_token.add(
                first_token_seconds, begun_at=begun_at, now=now, usual=self._usual_seconds
            )
        if tokens > 1 and seconds > 0:
            self._lengths.append(tokens)
            speed = _speed(seconds - (first_token_seconds or 0.0), seconds, tokens)
            if speed < _FASTEST:
                speeds = self._whole_speed if first_token_seconds is None else self._speed
                speeds.add(speed, begun_at=begun_at, now=now, usual=self._usual_speed)

    def failed(self, seconds: float) -> None:
        """A call went wrong: it also counts as slow, or a fast failure would look attractive."""
        self._hear(seconds, None)

    def _hear(self, seconds: float, seen: float | None) -> tuple[float, float]:
        """Renew what every call tells of; gives the time, and when the call began.

        `seen` is how long it took to begin, None where it failed. A silence ends where a call
        begins: one that takes long is none.
        """
        now = self._clock()
        begun_at = now - seconds
        left, old = self._left(begun_at), self._latency_at(begun_at)
        known = fade(self._error_rate, 0.0, left)
        self._error_rate = known + _WEIGHT * ((seen is None) - known)
        if seen is None and old is not None:
            seen = max(seconds, old)
        if old is not None and seen is not None:
            # What is gone of the old one leaves its place to the new one.
            seen = old + (1.0 - (1.0 - _WEIGHT) * left) * (seen - old)
        self._latency_seconds = seen
        self._heard_at = now
        return now, begun_at

    def _latency_at(self, now: float) -> float | None:
        left = self._left(now)
        if self._latency_seconds is None or not left:
            return None
        return fade(self._latency_seconds, UNKNOWN_LATENCY_SECONDS, left)

    def _left(self, now: float) -> float:
        return 0.0 if self._heard_at is None else left_after(now - self._heard_at)

    def guess_tokens(self, seconds: float, card_tokens_per_second: float | None) -> int:
        """About how many tokens an answer has after so long of which nothing was seen.

        No more than nearly all answers here have: it may as well have stopped, or never begun.
        """
        writing = seconds - (self.p50() or 0.0)
        speed = self.tokens_per_second or card_tokens_per_second or USUAL_TOKENS_PER_SECOND
        return max(0, min(self._longest(), int(writing * speed)))

    def _longest(self) -> int:
        if not self._lengths:
            return _USUAL_TOKENS
        return sorted(self._lengths)[int(len(self._lengths) * 0.95)]

    def p50(self) -> float | None:
        """Median first-token time of the latest calls."""
        return self._first_token.at(self._clock(), self._usual_seconds)

    def p95(self, streamed: bool = True) -> float | None:
        """95th percentile of the first-token (or whole-answer) time; None with too few calls."""
        times = self._first_tokens if streamed else self._whole
        if len(times) < _LEAST_FOR_P95:
            return None
        return sorted(times)[int(len(times) * 0.95)]


def health_of(upstreams: Sequence[Upstream]) -> ModelHealth:
    """One model's health from all its deployments: available while one of them is."""
    if upstreams and all(upstream.is_untouched for upstream in upstreams):
        # Most models of a catalogue are not called at all, and all of them are looked at.
        return HEALTHY
    able = [upstream for upstream in upstreams if upstream.why_not() == ""]
    if not able:
        return ModelHealth(
            is_available=False,
            why="; ".join(f"{one.name}: {one.why_not()}" for one in upstreams) or "no deployment",
            error_rate=1.0,
        )
    fastest = min(able, key=_rank)
    return ModelHealth(
        why="; ".join(f"{one.name}: {one.why_not()}" for one in upstreams if one.why_not()),
        first_token_seconds=fastest.gauge.p50(),
        p95_first_token_seconds=fastest.gauge.p95(),
        tokens_per_second=fastest.gauge.tokens_per_second,
        error_rate=min(one.gauge.error_rate for one in able),
        load=min(one.load for one in able),
    )


def load_of(upstreams: Iterable[Upstream]) -> float:
    """How busy they are together, 0..1: calls under way and waiting, against all their places.

    One that was never called says nothing, and one that cannot be called has no places.
    """
    wanted = places = 0
    for one in upstreams:
        if not one.is_untouched and not one.why_not():
            wanted += one.limiter.wanted
            places += one.places
    return min(1.0, wanted / places) if places else 0.0


def _rank(upstream: Upstream) -> tuple[bool, bool, float, bool]:
    """Whose figures stand for the model, the least one's: the quickest of those that have traffic.

    One that fades on its way to the card would hide how the others fare.
    """
    gauge = upstream.gauge
    first = gauge.p50()
    return first is None, gauge.is_silent, first or 0.0, gauge.tokens_per_second is None


def _speed(speaking: float, seconds: float, tokens: int) -> float:
    """Tokens a second from the first to the last; of the whole call where all came at once."""
    return tokens / (speaking if speaking * _FASTEST > tokens else seconds)
