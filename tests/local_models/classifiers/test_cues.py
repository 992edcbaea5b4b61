"""Cues of a mood: kinds, turned by negation, in English and Chinese."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from local_models.classifiers.amounts import find_amounts
from local_models.classifiers.cues import MAX_CHARS, find_bare_cues, find_cues, load_lexicon
from local_models.classifiers.mood_features import (
    CUES,
    hash_cues,
    name_kinds,
    open_cues,
    read_cues,
    read_mood_features,
)
from local_models.classifiers.normalise import normalise


def kinds_of(text: str) -> list[str]:
    return [cue.kind for cue in find_cues(normalise(text))]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("你们真行", "praise"),
        ("打了十个电话没人接", "fail"),
        ("退款秒到", "good"),
        ("第三次发错", "again"),
        ("等了3个月", "long"),
        ("two minutes", "short"),
        ("thanks for nothing", "thanks"),
        ("it arrived broken", "fail"),
        ("so shameful", "anger"),
        ('your "premium" support', "quoted"),
        ("why??", "wonder"),
        ("🙃", "odd"),
        ("才来", "late"),
        ("话音刚落", "soon"),
        ("the moment I asked", "soon"),
        ("in 3 days", "long"),
        ("12 minutes", "short"),
        ("the 4th one", "again"),
        ("第3回", "again"),
        (":)", "joy"),
    ],
)
def test_a_cue_is_found_by_its_kind(text: str, kind: str) -> None:
    assert kind in kinds_of(text)


@pytest.mark.parametrize(
    ("text", "turned", "plain"),
    [
        ("not very helpful", "unpraise", "praise"),
        ("never shattered", "unfail", "fail"),
        ("不满意", "unpraise", "praise"),
    ],
)
def test_a_negation_close_before_turns_a_cue_around(text: str, turned: str, plain: str) -> None:
    assert turned in kinds_of(text)
    assert plain not in kinds_of(text)


def test_a_negation_far_before_turns_nothing_around() -> None:
    assert "praise" in kinds_of("not now, but the service at your shop was great")


def test_the_longest_word_wins_over_those_inside_it() -> None:
    words = [cue.word for cue in find_cues("名不虚传")]
    assert words == ["名不虚传"]


def test_a_long_text_is_searched_at_its_ends_only() -> None:
    middle = "字码" * MAX_CHARS
    assert "anger" in kinds_of("垃圾" + middle)
    assert "anger" in kinds_of(middle + "垃圾")
    assert kinds_of(middle + "垃圾" + middle) == []


def test_an_empty_text_still_has_a_cue_so_that_the_view_is_never_empty() -> None:
    assert "any" in name_kinds([])
    assert len(hash_cues([], 0)) > 0
    assert (read_mood_features("").hashes >> 30 == CUES).all()


def test_the_longest_phrase_wins_over_the_words_inside_it() -> None:
    words = [cue.word for cue in find_cues("it never crashed once")]
    assert "never crashed" in words
    assert "crashed" not in words


def test_a_phrase_that_the_text_breaks_off_is_not_found() -> None:
    assert "fail" not in kinds_of("no, answer me")
    assert "fail" in kinds_of("no answer")


def test_words_inside_quotes_are_cues_too() -> None:
    kinds = kinds_of('your "premium" support')
    assert kinds.index("quoted") < kinds.index("praise")


def test_cues_stand_in_the_order_of_the_text_whatever_the_language() -> None:
    starts = [cue.start for cue in find_cues(normalise("great，坏了，wow，“马上”解决 in 3 days"))]
    assert starts == sorted(starts)
    assert len(starts) >= 5


def test_names_tell_what_praise_meets_what_follows_what_and_what_outweighs() -> None:
    names = name_kinds(["praise", "fail", "late"])
    assert {"praise+fail", "praise+late", "praise>fail", "begins praise", "ends late"} <= names
    assert {"balance -2", "praise&-2"} <= names
    assert "balance 1" in name_kinds(["praise", "good"])


def test_features_hold_the_cues_as_a_view_of_their_own_and_are_the_same_each_time() -> None:
    once, again = read_mood_features("真行，又坏了"), read_mood_features("真行，又坏了")
    assert once.hashes.tolist() == again.hashes.tolist()
    assert (once.hashes >> 30 == CUES).any()
    assert len(once.hashes) == len(once.weights)


def test_no_word_is_listed_twice_under_one_kind() -> None:
    lexicon = load_lexicon()
    for word, kinds in lexicon.words.items():
        assert len(set(kinds)) == len(kinds), word


PARTS = [
    "great", "not", "n't", "has", "a", "an", "one", "day", "days", "hours", "times", "\ue001", "\ue003", "第", "三", "两", "个",
    "多", "来", "人", "次", "分", "钟", "秒", "月", "小时", "星期", "真行", "不", "谢谢", "坏", "了", " ", " ", ".", "!!", "?!", '"', "「",
    "」", "-", "'", "+", "/", "th", "nd", "can i", "t", "who", "still", "oh great", "thank", "s", "ing", "👍", "é", "\u2028",
]  # fmt: skip


def both(plain: str, typed: str = "") -> tuple[list[tuple[str, int, int]], list[int], list[int]]:
    compiled = open_cues()
    assert compiled is not None, "the compiled loops are part of what the tests install"
    found = find_bare_cues(plain)
    assert compiled.find(plain) == [(kind, start, end) for kind, _, start, end in found]
    slow = hash_cues(found, len(plain), find_amounts(typed))
    return compiled.find(plain), sorted(read_cues(plain, typed)), sorted(slow)


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PARTS), max_size=40).map("".join)))
@example("3个多月 两多个人 第\ue001次 \ue002 th one  day, a. week hasn't isn't-x can it who'd")
@example('"good" "「x」 「""」')
@settings(max_examples=400)
def test_the_compiled_loop_finds_and_says_the_same(text: str) -> None:
    found, one, other = both(normalise(text), text)
    assert one == other
    assert len(found) == len(find_cues(normalise(text)))


def test_the_lexicons_own_words_are_found_alike_by_both() -> None:
    words = list(load_lexicon().words)
    for at in range(0, len(words), 7):
        _, one, other = both(normalise(" ".join(words[at : at + 7]) + ("x" * 400) + words[at]))
        assert one == other
