"""Waits and allowances as vendors write them."""

from __future__ import annotations

import datetime

import pytest

from providers.limits import RateLimits, read_rate_limits, read_retry_after, read_wait

NOW = datetime.datetime(2026, 11, 21, 12, 0, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2", 2.0),
        ("0.5", 0.5),
        ("20ms", 0.02),
        ("6m0s", 360.0),
        ("1h2m3.5s", 3723.5),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30.0),
        ("2026-11-21T12:01:00Z", 60.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("5 apples", None),
        ("1" * 30, None),
    ],
)
def test_every_shape_of_wait_is_seconds(text: str, seconds: float | None) -> None:
    assert read_wait(text, now=NOW) == seconds


def test_milliseconds_are_finer_and_go_first() -> None:
    assert read_retry_after({"retry-after-ms": "150", "retry-after": "1"}) == 0.15
    assert read_retry_after({"retry-after": "7"}) == 7.0
    assert read_retry_after({}) is None


def test_openais_and_anthropics_headers_say_the_same_in_other_words() -> None:
    openai = {
        "x-ratelimit-limit-requests": "100",
        "x-ratelimit-remaining-requests": "9",
        "x-ratelimit-reset-requests": "6s",
        "x-ratelimit-limit-tokens": "5000",
        "x-ratelimit-remaining-tokens": "40",
        "x-ratelimit-reset-tokens": "6m0s",
    }
    anthropic = {
        "anthropic-ratelimit-requests-limit": "100",
        "anthropic-ratelimit-requests-remaining": "9",
        "anthropic-ratelimit-requests-reset": "2026-11-21T12:00:06Z",
        "anthropic-ratelimit-tokens-limit": "5000",
        "anthropic-ratelimit-tokens-remaining": "40",
        "anthropic-ratelimit-tokens-reset": "2026-11-21T12:06:00Z",
    }
    expected = RateLimits(100, 9, 6.0, 5000, 40, 360.0)
    assert read_rate_limits(openai, now=NOW) == expected
    assert read_rate_limits(anthropic, now=NOW) == expected


def test_no_headers_or_nonsense_in_them_is_no_count() -> None:
    assert read_rate_limits({}) is None
    limits = read_rate_limits({"x-ratelimit-limit-requests": "many"})
    assert limits == RateLimits()
