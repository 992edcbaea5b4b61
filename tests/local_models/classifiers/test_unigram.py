"""Texts cut into the likeliest pieces."""

from __future__ import annotations

from itertools import pairwise

import pytest

from local_models.classifiers.unigram import BLANK, Unigram

SCORES = {"▁": -3.0, "▁我": -4.0, "我": -5.0, "要": -5.0, "我要": -6.0, "退": -6.0, "货": -6.0, "退货": -7.0, "re": -4.0, "▁re": -4.5,
          "turn": -5.0, "return": -11.0, "▁return": -6.0}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("我要退货", ["▁", "我要", "退货"]),
        ("return", ["▁return"]),
        ("re return", ["▁re", "▁return"]),
        ("退x货", ["▁", "退", "x", "货"]),
        ("", ["▁"]),
    ],
)
def test_the_likeliest_pieces_are_taken(text: str, cut: list[str]) -> None:
    assert Unigram(SCORES).cut(text) == cut


def test_pieces_are_the_text_again_and_none_is_needlessly_cut() -> None:
    text = "我要退货 return 什么" * 400
    pieces = Unigram(SCORES).cut(text)
    assert "".join(pieces) == BLANK + text.replace(" ", BLANK)
    assert all(left + right not in SCORES or SCORES[left] + SCORES[right] >= SCORES[left + right]
               for left, right in pairwise(pieces) if left in SCORES and right in SCORES)  # fmt: skip
