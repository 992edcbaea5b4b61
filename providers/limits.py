"""What vendors say about our remaining allowance, and how long to wait, read from their headers."""

from __future__ import annotations

import datetime
import email.utils
import re
from collections.abc import Mapping
from dataclasses import dataclass

_PIECE = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_UNIT_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class RateLimits:
    """A vendor's own count of what we may still use; None where it said nothing."""

    limit_requests: int | None = None
    remaining_requests: int | None = None
    reset_requests_seconds: float | None = None
    limit_tokens: int | None = None
    remaining_tokens: int | None = None
    reset_tokens_seconds: float | None = None


def read_rate_limits(
    headers: Mapping[str, str], *, now: datetime.datetime | None = None
) -> RateLimits | None:
    """The vendor's rate-limit headers, or None when there are none. Header names in any case."""
    for names in _FAMILIES:
        # A loop, since every answer comes here.
        for name in names.values():
            if name in headers:
                return _read(headers, names, now)
    return None


# How each family of vendors names them: OpenAI `x-ratelimit-limit-requests`, Anthropic
# `anthropic-ratelimit-requests-limit`.
_SHAPES = (
    ("x-ratelimit", "{prefix}-{what}-{of}"),
    ("anthropic-ratelimit", "{prefix}-{of}-{what}"),
)
_PARTS = {
    f"{what}_{of}": {"what": what, "of": of}
    for what in ("limit", "remaining", "reset")
    for of in ("requests", "tokens")
}
_FAMILIES = [
    {key: order.format(prefix=prefix, **parts) for key, parts in _PARTS.items()}
    for prefix, order in _SHAPES
]


def _read(
    headers: Mapping[str, str], names: Mapping[str, str], now: datetime.datetime | None
) -> RateLimits:
    def count(key: str) -> int | None:
        value = headers.get(names[key], "").strip()
        return int(value) if value.isascii() and value.isdigit() else None

    def wait(key: str) -> float | None:
        return read_wait(headers.get(names[key], ""), now=now)

    return RateLimits(
        limit_requests=count("limit_requests"),
        remaining_requests=count("remaining_requests"),
        reset_requests_seconds=wait("reset_requests"),
        limit_tokens=count("limit_tokens"),
        remaining_tokens=count("remaining_tokens"),
        reset_tokens_seconds=wait("reset_tokens"),
    )


def read_retry_after(
    headers: Mapping[str, str], *, now: datetime.datetime | None = None
) -> float | None:
    """Seconds that the vendor asks us to wait; `retry-after-ms` is the finer and goes first."""
    millis = _number(headers.get("retry-after-ms", ""))
    if millis is not None:
        return millis / 1000
    return read_wait(headers.get("retry-after", ""), now=now)


def read_wait(text: str, *, now: datetime.datetime | None = None) -> float | None:
    """Seconds from any of the shapes in use: `2`, `0.5`, `6m0s`, `20ms`, an HTTP or ISO date."""
    text = text.strip()
    if not text:
        return None
    seconds = _number(text)
    if seconds is not None:
        return seconds
    pieces = _PIECE.findall(text)
    if pieces and "".join(f"{amount}{unit}" for amount, unit in pieces) == text:
        return float(sum(float(amount) * _UNIT_SECONDS[unit] for amount, unit in pieces))
    if not any(mark in text for mark in "-:"):
        return None
    return _until(text[:64], now or datetime.datetime.now(datetime.UTC))


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\s*\d{1,9}(\.\d+)?\s*", text, re.ASCII) else None


def _until(text: str, now: datetime.datetime) -> float | None:
    for parse in (email.utils.parsedate_to_datetime, datetime.datetime.fromisoformat):
        try:
            moment = parse(text)
        except (ValueError, TypeError, OverflowError):
            continue
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.UTC)
        return max(0.0, (moment - now).total_seconds())
    return None
