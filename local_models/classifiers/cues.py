"""Cues of a mood in a text: praise, thanks, things gone right or wrong, waits, counts, negations.

The words stand in `data/emotion_words.txt`, by kind. Sarcasm is seldom in a word; it is praise
beside something gone wrong. So what matters here is which kinds meet, in which order, and what a
negation turns around ("not bad", "一点也不好", "never broke").

One pass finds every word, sign and number that the lexicon knows, the longest at each place; only there
is anything looked at more closely.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from local_models.classifiers.normalise import normalise

WORDS = Path(__file__).parent / "data" / "emotion_words.txt"
MAX_CHARS = 320
"""Of a longer text the beginning and the end are searched, each half of this."""

TURNED = {
    "praise": "unpraise", "good": "ungood", "fail": "unfail", "anger": "unanger", "joy": "unjoy",
    "thanks": "unthanks", "bad": "nice", "nice": "bad",
}  # fmt: skip
"""What a kind becomes when it is denied."""
_TOKEN = re.compile(r"[a-z+/']+(?:-[a-z]+)*")
_IN_A_WORD = frozenset("abcdefghijklmnopqrstuvwxyz+/'")
_RUN_OF_SIGNS = re.compile(r"[!?.]+")
_QUOTED = re.compile(r"[\"「『][^\"」』]{1,24}[\"」』]")
_MARKS = frozenset("\ue001\ue002\ue003")
_RUN_OF_MARKS = re.compile(r"[\ue001-\ue003]+")
_DIGITS_ZH = frozenset("第一二两三四五六七八九十几半百俩仨")
_UNITS_ZH = re.compile(
    r"第?(?:[\ue001-\ue003]+|[一二两三四五六七八九十几半百俩仨]+)(?:个)?(?:多|来)?"
    r"(?:(?P<count>次|遍|回|通|趟|个人|人|家|台|双|条|封|件|个)|(?P<short>分钟|秒钟?|分)"
    r"|(?P<long>个?(?:天|周|月|年|小时|钟头|礼拜|星期|季度)))"
)
_NUMBERS_EN = frozenset(
    [
        "a",
        "an",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "several",
        "many",
    ]
)
UNITS_EN = {
    word: kind
    for kind, words in {
        "again": "times",
        "count": "calls emails agents people messages tickets visits letters attempts stories",
        "short": "minute minutes min mins second seconds sec secs",
        "long": "hour hours hr hrs day days night nights week weeks month months year years decade decades",
    }.items()
    for word in words.split()
}
_FOLLOWING = re.compile(r"[\s,.;:\"]*([a-z+/']+(?:-[a-z]+)*)")
_ENDINGS = ("ing", "ed", "es", "s", "d", "ly")
_LEAST_INFLECTED = 5
Kinds = tuple[str, ...]


class Cue(NamedTuple):
    """One cue in a text."""

    kind: str
    word: str
    start: int
    end: int


class Pattern(NamedTuple):
    """What the finder looks for: a word or one of its forms, or what something longer begins with."""

    word: str
    kinds: Kinds
    """None for what only begins a number, an amount or a run of signs."""
    is_lettered: bool
    """Whether it begins as a word of letters does, and so must stand where a word begins."""
    is_one_word: bool
    """Whether it is a single word of letters; what such a word only begins has been looked for itself."""
    is_plain: bool
    """Whether it is a word whose kinds hold wherever it stands by itself."""

    @property
    def flags(self) -> int:
        """The same for the compiled loop, with what else it tells patterns apart by, as bits."""
        first = self.word[0]
        told = (
            self.is_lettered, self.is_one_word, self.is_plain, self.word in _NUMBERS_EN,
            self.word == "n't", first in _MARKS, first in _DIGITS_ZH,
        )  # fmt: skip
        return sum(1 << bit for bit, holds in enumerate(told) if holds)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words by kind, ready to be searched for."""

    words: dict[str, Kinds]
    """Kinds by word or phrase."""
    finder: AhoCorasick
    """Finds `patterns`, the longest at each place."""
    patterns: list[Pattern]


@cache
def load_lexicon(path: Path = WORDS) -> Lexicon:
    """The words of a file, read once."""
    words: dict[str, Kinds] = {}
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("#"):
            head, _, held = line.partition(": ")
            kind = head.partition(" ")[0]
            for word in map(normalise, held.split("|")):
                kinds = words.get(word, ())
                words[word] = kinds if kind in kinds else (*kinds, kind)
    signs = ("".join(pair) for pair in product("!?.", repeat=2))
    known = {**dict.fromkeys((*_NUMBERS_EN, *_MARKS, *_DIGITS_ZH, *signs), ()), **_inflect(words)}
    known.update(words)
    finder = AhoCorasick(list(known), matchkind=MatchKind.LeftmostLongest)
    return Lexicon(words, finder, [_pattern(word, kinds) for word, kinds in known.items()])


def _pattern(word: str, kinds: Kinds) -> Pattern:
    is_lettered = word[0] in _IN_A_WORD and word != "n't"
    is_one_word = is_lettered and " " not in word and word[-1] in _IN_A_WORD
    is_plain = is_one_word and word not in _NUMBERS_EN
    return Pattern(word, kinds, is_lettered, is_one_word, is_plain)


def _inflect(words: dict[str, Kinds]) -> dict[str, Kinds]:
    """English words with an ending, five letters or more; the first ending that fits counts."""
    found: dict[str, Kinds] = {}
    plain = [word for word in words if _TOKEN.fullmatch(word)]
    for ending in _ENDINGS:
        for word in plain:
            for stem in (word, word[:-1]) if word.endswith("e") else (word,):
                form = stem + ending
                if len(form) >= _LEAST_INFLECTED and form not in found:
                    found[form] = words.get(stem) or words[word]
    return found


Found = tuple[str, str, int, int]
"""A cue as a bare tuple: making a `Cue` of each would cost as much as finding it."""


def find_cues(text: str) -> list[Cue]:
    """Every cue in the order in which they stand; a negated one has its kind turned around.

    The text must be normalised (`Features.text` is).
    """
    return [Cue(*found) for found in find_bare_cues(text)]


def find_bare_cues(text: str) -> list[Found]:
    """As `find_cues`, in bare tuples."""
    if len(text) > MAX_CHARS:
        text = text[: MAX_CHARS // 2] + " " + text[-MAX_CHARS // 2 :]
    lexicon, reach = load_lexicon(), 0
    patterns, letters = lexicon.patterns, _IN_A_WORD
    found: list[Found] = []
    for at, start, end in lexicon.finder.find_matches_as_indexes(text):
        if start < reach:
            continue
        word, kinds, is_lettered, is_one_word, is_plain = patterns[at]
        if is_lettered:
            # Most of these stand inside a word or only begin one, whose own forms would have been found.
            before, after = text[start - 1 : start], text[end : end + 1]
            if before in letters or (is_one_word and after in letters):
                continue
            if is_plain and before != "-" != after:
                for kind in kinds:
                    found.append((kind, word, start, end))
                reach = end
            else:
                reach = _english(text, word, kinds, start, found)
        elif word == "n't":
            reach = _english(text, word, kinds, start, found)
        elif word[0] in _MARKS:
            reach = _marked(text, start, found)
        elif kinds:
            reach = _add(found, kinds, word, start, end)
        elif word[0] in _DIGITS_ZH:
            reach = _amount(text, start, found)
        else:
            reach = _signs(text, start, found)
    if '"' in text or "」" in text or "』" in text:
        found += [("quoted", held.group(), *held.span()) for held in _QUOTED.finditer(text)]
        found.sort(key=itemgetter(2))
    return _turn_negated(found)


def _add(found: list[Found], kinds: Iterable[str], word: str, start: int, end: int) -> int:
    """Note a cue of each kind; gives where it ended."""
    for kind in kinds:
        found.append((kind, word, start, end))
    return end


def _english(text: str, word: str, kinds: Kinds, start: int, found: list[Found]) -> int:
    """A word, phrase or number that begins and ends where words do; gives where to go on."""
    end = start + len(word)
    if not _begins_a_word(text, start):
        # Only what denies is looked for inside words: "hasn't".
        if word != "n't" or not _ends_a_word(text, end):
            return 0
        while start > 0 and text[start - 1] in _IN_A_WORD:
            start -= 1
        return _add(found, kinds, text[start:end], start, end)
    if word[-1] in _IN_A_WORD and not _ends_a_word(text, end):
        token = _TOKEN.match(text, start)
        assert token is not None
        return _add(found, _kinds_of_word(token.group()), token.group(), start, token.end())
    if word in _NUMBERS_EN and (unit := _FOLLOWING.match(text, end)) and unit.group(1) in UNITS_EN:
        measure = unit.group(1)
        return _add(found, [UNITS_EN[measure]], f"{word} {measure}", start, unit.end())
    return _add(found, kinds, word, start, end)


def _begins_a_word(text: str, at: int) -> bool:
    before = text[at - 1] if at else " "
    return before not in _IN_A_WORD and not (
        before == "-" and at > 1 and text[at - 2] in _IN_A_WORD
    )


def _ends_a_word(text: str, at: int) -> bool:
    after = text[at : at + 1]
    return after not in _IN_A_WORD and not (after == "-" and "a" <= text[at + 1 : at + 2] <= "z")


@lru_cache(maxsize=16_384)
def _kinds_of_word(word: str) -> Kinds:
    """The kinds of a word without its ending; only words of five letters or more have one."""
    lexicon = load_lexicon()
    if known := lexicon.words.get(word):
        return known
    if word.endswith("n't"):
        return ("not",)
    if len(word) >= _LEAST_INFLECTED:
        for ending in _ENDINGS:
            if word.endswith(ending):
                stem = word[: -len(ending)]
                kinds = lexicon.words.get(stem) or lexicon.words.get(stem + "e")
                if kinds:
                    return kinds
    return ()


def _amount(text: str, at: int, found: list[Found]) -> int:
    """A count or a stretch of time that begins here, if one does; gives where to go on."""
    amount = _UNITS_ZH.match(text, at)
    if amount is None:
        return at + 1
    kind = "again" if text[at] == "第" else amount.lastgroup or ""
    return _add(found, [kind], amount.group(), at, amount.end())


def _marked(text: str, start: int, found: list[Found]) -> int:
    """A number with its unit; gives where it ended."""
    marks = _RUN_OF_MARKS.match(text, start)
    assert marks is not None
    unit = _FOLLOWING.match(text, marks.end())
    following = unit.group(1) if unit else ""
    if unit and following in UNITS_EN:
        word = f"{marks.group()} {following}"
        return _add(found, [UNITS_EN[following]], word, start, unit.end())
    if unit and following in ("th", "rd", "nd"):
        return _add(found, ["again"], marks.group() + following, start, unit.end())
    return max(marks.end(), _amount(text, start, found))


def _signs(text: str, start: int, found: list[Found]) -> int:
    """A run of marks of feeling."""
    run = _RUN_OF_SIGNS.match(text, start)
    assert run is not None
    signs = run.group()
    kind = "wonder" if "?" in signs else "bang" if signs[0] == "!" else "dots"
    return _add(found, [kind], signs, start, run.end())


def _turn_negated(cues: list[Found]) -> list[Found]:
    """A negation close before a cue turns it around: within two Chinese characters or two words."""
    denied, reach = -1, 0
    for at, (kind, word, start, end) in enumerate(cues):
        if kind == "not":
            denied, reach = end, 12 if word.isascii() else 2
        elif denied >= 0 and kind in TURNED and 0 <= start - denied <= reach:
            cues[at] = (TURNED[kind], word, start, end)
    return cues
