"""Pieces against the numbers that came with them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from providers.calls import TextDelta
from providers.dialects.numbering import FrameNumbers, TokenCount
from providers.errors import StreamBrokenError, UnnumberedError

STEPS = st.lists(st.integers(0, 4), min_size=2, max_size=30)
"""How many tokens each piece of an honest server is ahead of the one before."""


def counts(steps: list[int]) -> list[int]:
    return [1 + sum(steps[: at + 1]) for at in range(len(steps))]


def read(numbers: list[int], **options: bool) -> None:
    order = TokenCount(**options)
    for at, number in enumerate(numbers):
        order.take(number, [TextDelta(str(at))])


@given(STEPS)
def test_a_count_that_stands_still_or_leaps_is_an_honest_one(steps: list[int]) -> None:
    read(counts(steps))


@given(STEPS)
def test_an_honest_server_never_has_more_pieces_than_tokens(steps: list[int]) -> None:
    read(list(counts([1 + step for step in steps])), exact=True)


@given(st.lists(st.integers(1, 4), min_size=2, max_size=30), st.randoms())
def test_any_other_order_of_numbered_pieces_is_seen(steps: list[int], chance) -> None:
    honest = counts(steps)
    other = list(honest)
    chance.shuffle(other)
    assume(other != honest)
    with pytest.raises(StreamBrokenError) as caught:
        read(list(other))
    assert caught.value.why == "disorder"


def test_a_piece_that_comes_again_spoils_nothing_and_one_from_further_on_does() -> None:
    with pytest.raises(StreamBrokenError) as repeated:
        read([1, 2, 3, 2])
    assert not repeated.value.spoilt
    with pytest.raises(StreamBrokenError) as moved:
        read([1, 3, 2])
    assert moved.value.spoilt


def test_a_piece_that_came_twice_is_seen_where_each_is_a_token_at_least() -> None:
    read([1, 2, 2])
    with pytest.raises(StreamBrokenError, match="piece 3 came at token 2"):
        read([1, 2, 2], exact=True)


@pytest.mark.parametrize("numbers", [[0, 1, 1], [0, 2], [0, 1, 0], [5, 6, None]])
def test_frames_numbered_one_by_one_lack_none_and_come_once(numbers: list[int | None]) -> None:
    frames = FrameNumbers()
    *good, wrong = numbers
    for number in good:
        frames.take(number)
    with pytest.raises(StreamBrokenError) as caught:
        frames.take(wrong)
    assert caught.value.why == "disorder"
    assert not caught.value.spoilt
    with pytest.raises(UnnumberedError):
        FrameNumbers().take(None)


@given(st.lists(st.integers(0, 6), max_size=7))
def test_frames_pass_only_as_an_unbroken_run_from_the_first(numbers: list[int]) -> None:
    frames = FrameNumbers(first=0)
    passed = []
    with contextlib.suppress(StreamBrokenError):
        for number in numbers:
            frames.take(number)
            passed.append(number)
    assert passed == list(range(len(passed)))
    assert len(passed) == len(numbers) or numbers[len(passed)] != len(passed)
