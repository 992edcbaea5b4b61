"""Where private data may stand: looked for by the compiled loops and without them alike."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local_models.classifiers.compiled import NATIVE
from router.steps.privacy.digits import find_runs, find_runs_in_bytes
from router.steps.privacy.words import find_words, find_words_one_by_one

PARTS = [
    "1", "23", "0", "12345", "123456", "9" * 18, "a", "S ", "to ", ": ", "-A", " B", ".", "é1", "É", " É", " ", "  ", "    ", "-", " - ", "(", ")", "\u00a0", "\u2010", "\u200b", "²", "\u3000", "９", "٣", " ", "", "mr", "Ms".lower(), "items", "name", "my name is", "i am", "i'm", "密码", "电话", "手机",
    "telephone", "api key", "api_key", "://", "sk-", "ghp_", "eyj", "qq", "v信", "é", "😀", "\ud83d", "box", "suite", "apt ",
]  # fmt: skip
TEXTS = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PARTS), max_size=20).map("".join))


@given(TEXTS)
@example("1a22\u06603 ４5")
@example("007")
@example("1234 (567) 89; 123456, 7-8 90 1")
def test_runs_of_digits_are_the_same_by_both(text: str) -> None:
    assert NATIVE is not None, "the compiled loops are part of what the tests install"
    assert find_runs(text) == find_runs_in_bytes(text)


@given(TEXTS.map(str.lower))
@example("telephone call, cell phone: my telegram")
@example("éms 1mr _dr dr")
def test_announcing_words_are_the_same_by_both(lower: str) -> None:
    found, expected = find_words(lower), find_words_one_by_one(lower)
    assert {group: sorted(hits) for group, hits in found.items()} == {
        group: sorted(hits) for group, hits in expected.items()
    }


def test_a_title_inside_a_word_announces_nobody() -> None:
    assert find_words("the items seem mystical") == {}
    assert [hit[1:] for hit in find_words("dear ms li")["title"]] == [(5, 7)]


def test_words_that_cannot_be_looked_for_are_refused() -> None:
    assert NATIVE is not None
    for word, group in (("x", 0), ("y" * 25, 0), ("name", 1), ("name", -1)):
        with pytest.raises(ValueError, match=f"'{word}' is too short or too long, or its group"):
            NATIVE.Announcers([(word, group, False)], ["only"])
