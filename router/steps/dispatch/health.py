"""How each deployment fares: moving figures, and the snapshot that planning looks at."""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from policies.scoring import USUAL_TOKENS_PER_SECOND
from policies.signals import HEALTHY, ModelHealth

if TYPE_CHECKING:
    from router.steps.dispatch.deployments import Upstream

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
    """Moving figures of one deployment: first-token times, speed, failures."""

    __slots__ = (
        "_first_tokens",
        "_lengths",
        "_speeds",
        "_whole",
        "_whole_speeds",
        "error_rate",
        "latency_seconds",
        "tidy_streams",
    )

    def __init__(self) -> None:
        self._first_tokens: deque[float] = deque(maxlen=_KEPT)
        self._whole: deque[float] = deque(maxlen=_KEPT)
        self._speeds: deque[float] = deque(maxlen=_KEPT_SPEEDS)
        self._whole_speeds: deque[float] = deque(maxlen=_KEPT_SPEEDS)
        self._lengths: deque[int] = deque(maxlen=_KEPT)
        self.latency_seconds: float | None = None
        """Moving average of the first-token time (of the whole answer where nothing streams)."""
        self.error_rate = 0.0
        self.tidy_streams = 0
        """Streams with no more pieces than tokens; far below zero once one had more."""

    @property
    def is_empty(self) -> bool:
        """Whether no call has ended yet."""
        return not (self._first_tokens or self._whole or self.error_rate)

    @property
    def tokens_per_second(self) -> float | None:
        """Median speed of the latest answers, those that streamed where there are any."""
        speeds = self._speeds or self._whole_speeds
        return statistics.median(speeds) if speeds else None

    def answered(self, first_token_seconds: float | None, seconds: float, tokens: int) -> None:
        """A call went well."""
        self.error_rate += _WEIGHT * (0.0 - self.error_rate)
        if first_token_seconds is None:
            self._whole.append(seconds)
        else:
            self._first_tokens.append(first_token_seconds)
        seen = seconds if first_token_seconds is None else first_token_seconds
        self.latency_seconds = _blend(self.latency_seconds, seen)
        if tokens > 1 and seconds > 0:
            self._lengths.append(tokens)
            speed = _speed(seconds - (first_token_seconds or 0.0), seconds, tokens)
            if speed < _FASTEST:
                (self._whole_speeds if first_token_seconds is None else self._speeds).append(speed)

    def failed(self, seconds: float) -> None:
        """A call went wrong: it also counts as slow, or a fast failure would look attractive."""
        self.error_rate += _WEIGHT * (1.0 - self.error_rate)
        if self.latency_seconds is not None:
            self.latency_seconds = _blend(self.latency_seconds, max(seconds, self.latency_seconds))

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
        return statistics.median(self._first_tokens) if self._first_tokens else None

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
    fastest = min(able, key=lambda one: one.gauge.p50() or 0.0)
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


def _speed(speaking: float, seconds: float, tokens: int) -> float:
    """Tokens a second from the first to the last; of the whole call where all came at once."""
    return tokens / (speaking if speaking * _FASTEST > tokens else seconds)


def _blend(old: float | None, new: float) -> float:
    return new if old is None else old + _WEIGHT * (new - old)
