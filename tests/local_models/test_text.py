"""Bytes become text only in whole characters, and never past a stop string."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from local_models.text import TextJoiner

TEXTS = st.text(alphabet="ab您好😀\n停", max_size=30)


@given(TEXTS, st.lists(st.integers(1, 5), max_size=40))
def test_however_bytes_are_cut_the_text_is_the_same(text: str, sizes: list[int]) -> None:
    joiner, data, said = TextJoiner(), text.encode(), ""
    for size in sizes:
        said += joiner.feed(data[:size])
        data = data[size:]
    assert said + joiner.feed(data) + joiner.finish() == text


@given(
    TEXTS, st.lists(st.integers(1, 3), max_size=60), st.sampled_from(["ab", "aab", "停", "好😀"])
)
def test_nothing_after_a_stop_string_is_ever_shown(text: str, sizes: list[int], stop: str) -> None:
    joiner, data, said = TextJoiner((stop,)), text.encode(), ""
    for size in [*sizes, len(data) or 1]:
        said += joiner.feed(data[:size])
        data = data[size:]
        if joiner.stopped:
            break
    said += joiner.finish()
    assert said == text.split(stop)[0]
    assert joiner.stopped == (stop in text)


def test_a_broken_character_at_the_end_is_shown_as_a_replacement() -> None:
    joiner = TextJoiner()
    assert joiner.feed("好".encode()[:2]) == ""
    assert joiner.finish() == "\ufffd"


def test_the_earliest_of_several_stop_strings_wins() -> None:
    joiner = TextJoiner(("world", "lo"))
    assert joiner.feed(b"hello world") == "hel"
    assert joiner.stopped
