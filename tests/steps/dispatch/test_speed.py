"""How fast a model writes, and what is guessed of an answer that nobody saw."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from providers.simulators.settings import INSTANT, Pacing
from router.steps.dispatch.health import Gauge
from tests.steps.dispatch.doubles import Rows, ask, plan, soon
from tests.steps.dispatch.test_dispatcher import collect
from tests.steps.dispatch.test_over_real_wires import Counted, vendors

LONG = "How do refunds work? [[simulate:tokens=120]]"
MERGED = f"{LONG} [[simulate:merged]]"
PACED = Pacing(first_token_seconds=0.1, tokens_per_second=60.0)


async def _leave_unseen(town: Counted, question: str, seconds: float) -> int:
    """Ask for a whole answer, leave after so long, and give the tokens that were written down."""
    rows = Rows()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await town.dispatcher.complete(ask(question), plan("m1"), rows, deadline=soon(30))
    (row,) = rows.check()
    assert row.outcome == "cancelled" and row.usage is not None and row.usage.estimated
    return row.usage.completion_tokens


async def test_a_stream_that_came_in_one_piece_does_not_make_a_model_fast() -> None:
    async with vendors(pacing=PACED) as town:
        await collect(town.dispatcher, ask(MERGED), plan("m1"), Rows())
        assert town.dispatcher.health()["m1"].tokens_per_second is None
        assert await _leave_unseen(town, LONG, 1.0) <= 40
        for _ in range(2):
            await collect(town.dispatcher, ask(LONG), plan("m1"), Rows())
        await collect(town.dispatcher, ask(MERGED), plan("m1"), Rows())
        assert 35 < await _leave_unseen(town, LONG, 1.0) < 80


async def test_an_unseen_answer_of_a_model_without_a_speed_is_not_free() -> None:
    async with vendors(pacing=PACED) as town:
        assert 20 < await _leave_unseen(town, LONG, 1.0) <= 60


async def test_no_unseen_answer_is_guessed_longer_than_answers_there_are() -> None:
    async with vendors(pacing=INSTANT) as town:
        for _ in range(3):
            await collect(town.dispatcher, ask(LONG), plan("m1"), Rows())
        town.one.set_pacing(Pacing(first_token_seconds=5.0, tokens_per_second=60.0))
        assert await _leave_unseen(town, LONG, 0.6) <= 130


def gauge(*streams: tuple[float, float, int]) -> Gauge:
    told = Gauge()
    for first, seconds, tokens in streams:
        told.answered(first, seconds, tokens)
    return told


def test_one_odd_stream_among_many_changes_nothing() -> None:
    steady = [(0.2, 20.2, 300)] * 4
    assert gauge(*steady, (20.2, 20.2001, 300)).tokens_per_second == pytest.approx(15)
    assert gauge((20.2, 20.2001, 300), *steady).tokens_per_second == pytest.approx(15)
    assert gauge(*steady, (0.2, 300.2, 300)).tokens_per_second == pytest.approx(15)


def test_a_first_stream_in_one_piece_took_the_whole_time() -> None:
    assert gauge((20.0, 20.001, 300)).tokens_per_second == pytest.approx(15, rel=0.01)


def test_a_model_that_becomes_faster_is_told_soon() -> None:
    slow, fast = [(0.2, 20.2, 300)] * 100, [(0.2, 2.2, 300)] * 20
    assert gauge(*slow, *fast).tokens_per_second == pytest.approx(150)


def test_a_guess_counts_from_the_first_word_and_ends_where_answers_end() -> None:
    told = gauge(*[(0.5, 10.5, 200)] * 4)
    assert told.guess_tokens(0.4, None) == 0
    assert told.guess_tokens(2.5, None) == 40
    assert told.guess_tokens(300.0, None) == 200


def test_answers_that_never_stream_have_a_speed_too() -> None:
    told = Gauge()
    told.answered(None, 4.0, 200)
    assert told.tokens_per_second == 50
    assert told.guess_tokens(2.0, None) == 100


def test_where_nothing_was_measured_the_card_speaks_and_no_guess_is_long() -> None:
    assert Gauge().guess_tokens(2.0, None) == 80
    assert Gauge().guess_tokens(600.0, None) == 300
    assert Gauge().guess_tokens(2.0, 50.0) == 100
    assert Gauge().guess_tokens(600.0, 50.0) == 300


def test_an_answer_that_nobody_can_have_written_meanwhile_says_nothing_of_the_speed() -> None:
    told = gauge((0.001, 0.001, 300))
    assert told.tokens_per_second is None
    assert told.guess_tokens(2.0, 50.0) == 99
