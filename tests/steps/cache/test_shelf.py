"""Where answers lie: for a time, and never more than there is room for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from providers.calls import Choice, Completion
from router.steps.cache.shelf import Kept, Shelf


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _kept(text: str = "hello") -> Kept:
    return Kept(Completion(choices=(Choice(text=text),), model="m", provider="p"), "0.01")


def test_an_answer_is_found_as_it_was_until_its_time_is_over() -> None:
    clock = Clock()
    shelf = Shelf(clock=clock)
    shelf.keep(b"a", _kept("你好"), seconds=10)
    assert shelf.find(b"a") == _kept("你好")
    assert shelf.find(b"b") is None
    clock.now = 10.0
    assert shelf.find(b"a") is None
    assert (shelf.entries, shelf.size_bytes) == (0, 0)


def test_what_was_longest_out_of_use_goes_first() -> None:
    shelf = Shelf(most_entries=2, clock=Clock())
    for key in (b"a", b"b"):
        shelf.keep(key, _kept(), seconds=10)
    shelf.find(b"a")
    shelf.keep(b"c", _kept(), seconds=10)
    assert [shelf.find(key) is not None for key in (b"a", b"b", b"c")] == [True, False, True]


def test_an_answer_larger_than_the_shelf_puts_no_other_out() -> None:
    shelf = Shelf(most_bytes=10_000, clock=Clock())
    shelf.keep(b"a", _kept(), seconds=10)
    shelf.keep(b"b", _kept("x" * 10_000), seconds=10)
    assert shelf.find(b"a") is not None
    assert shelf.find(b"b") is None


def test_what_nobody_asks_for_any_more_does_not_lie_about() -> None:
    clock = Clock()
    shelf = Shelf(clock=clock)
    shelf.keep(b"a", _kept(), seconds=10)
    clock.now = 20.0
    shelf.keep(b"b", _kept(), seconds=10)
    assert shelf.entries == 1


@given(
    st.lists(
        st.tuples(st.binary(min_size=1, max_size=1), st.integers(0, 3_000), st.floats(0.1, 9.0)),
        max_size=60,
    )
)
def test_it_never_holds_more_than_it_may(kept: list[tuple[bytes, int, float]]) -> None:
    clock = Clock()
    shelf = Shelf(most_entries=5, most_bytes=10_000, clock=clock)
    for key, size, seconds in kept:
        clock.now += 1.0
        shelf.keep(key, _kept("x" * size), seconds)
        assert shelf.entries <= 5
        assert 0 <= shelf.size_bytes <= 10_000
    clock.now += 100.0
    assert [shelf.find(key) for key, _, _ in kept] == [None] * len(kept)
    assert shelf.size_bytes == shelf.entries == 0
