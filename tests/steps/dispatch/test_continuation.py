"""What a continuation repeats is cut off; what it adds is not."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from providers.calls import Finished, TextDelta, ToolCallDelta
from router.steps.dispatch.continuation import Trimmer, overlap


def trimmed(prefix: str, pieces: list[str]) -> str:
    trimmer = Trimmer(prefix)
    return "".join(trimmer.feed(piece) for piece in pieces) + trimmer.flush()


def test_a_repeated_tail_goes_and_a_short_coincidence_stays() -> None:
    assert trimmed("The parcel left Shanghai", ["left Shang", "hai today"]) == " today"
    assert trimmed("您的订单已经发货", ["您的订单已经发货", "，明天到"]) == "，明天到"
    assert trimmed("ha ha", ["ha", " ha!"]) == "ha ha!"
    assert trimmed("你好", ["好的"]) == "好的"


def test_fresh_words_pass_from_the_first_piece_on() -> None:
    trimmer = Trimmer("Your parcel is ")
    assert trimmer.feed("on") == "on"
    assert trimmer.is_done


def test_held_text_comes_before_whatever_follows() -> None:
    trimmer = Trimmer("Your parcel is ")
    assert trimmer.pass_on(TextDelta("parcel")) == []
    assert trimmer.pass_on(Finished("stop")) == [TextDelta("parcel"), Finished("stop")]
    call = ToolCallDelta(0, "{}")
    assert Trimmer("x").pass_on(call) == [call]


@given(st.text("ab 你好", max_size=12), st.text("ab 你好", max_size=20), st.data())
def test_the_result_does_not_depend_on_how_the_text_is_cut(prefix, text, data) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5)))
    edges = [0, *cuts, len(text)]
    pieces = [text[a:b] for a, b in itertools.pairwise(edges)]
    result = trimmed(prefix, pieces)
    assert result == trimmed(prefix, [text])
    assert text.endswith(result)
    gone = text[: len(text) - len(result)]
    assert prefix.endswith(gone)
    assert gone == "" or len(gone.encode()) >= 8


@given(st.text(min_size=9, max_size=40), st.text(max_size=20))
def test_a_whole_repeat_is_found(prefix, rest) -> None:
    assert overlap(prefix, prefix + rest) >= len(prefix) or not prefix.isprintable()
