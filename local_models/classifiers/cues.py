"""Cues of a mood in a text: praise, thanks, things gone right or wrong, waits, counts, negations.

The words stand in `data/emotion_words.txt`, by kind. Sarcasm is seldom in a word; it is praise
beside something gone wrong. So what matters here is which kinds meet, in which order, and what a
negation turns around ("not bad", "一点也不好", "never broke").

One pass over the tokens: a run of Chinese characters is searched at those places only where two
characters may begin a known word (one read of a table for the whole text), an English word costs
one look-up, and a pattern for amounts is tried only where a number stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.normalise import normalise

WORDS = Path(__file__).parent / "data" / "emotion_words.txt"
MAX_CHARS = 320
"""Of a longer text the beginning and the end are searched, each half of this."""

_TURNED = {
    "praise": "unpraise", "good": "ungood", "fail": "unfail", "anger": "unanger", "joy": "unjoy",
    "thanks": "unthanks", "bad": "nice", "nice": "bad",
}  # fmt: skip
_TOKENS = re.compile(
    r"[a-z+/']+(?:-[a-z]+)*|[\u4e00-\u9fff]+|[\ue001-\ue003]+|[!?.]{2,}|[:;]-?[()dp|/]|[^\s,.;:\"]"
)
_QUOTED = re.compile(r"[\"「『][^\"」』]{1,24}[\"」』]")
_HAN = re.compile("[\u4e00-\u9fff]")
_PLACES = 1 << 16
_MARKS = frozenset("\ue001\ue002\ue003")
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
_UNITS_EN = {
    **dict.fromkeys(["times"], "again"),
    **dict.fromkeys(
        [
            "calls",
            "emails",
            "agents",
            "people",
            "messages",
            "tickets",
            "visits",
            "letters",
            "attempts",
            "stories",
        ],
        "count",
    ),
    **dict.fromkeys(
        ["minute", "minutes", "min", "mins", "second", "seconds", "sec", "secs"], "short"
    ),
    **dict.fromkeys(
        [
            "hour",
            "hours",
            "hr",
            "hrs",
            "day",
            "days",
            "night",
            "nights",
            "week",
            "weeks",
            "month",
            "months",
            "year",
            "years",
            "decade",
            "decades",
        ],
        "long",
    ),
}
_ENDINGS = ("ing", "ed", "es", "s", "d", "ly")
Kinds = tuple[str, ...]


class Cue(NamedTuple):
    """One cue in a text."""

    kind: str
    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words by kind, ready to be searched for."""

    words: dict[str, Kinds]
    """Kinds by word or phrase."""
    sizes: dict[str, tuple[int, ...]]
    """By the first two Chinese characters (or the only one): how long words may be, longest first."""
    begins: NDArray[np.bool_]
    """By two characters mixed to 16 bits: whether a word may begin with them."""
    alone: NDArray[np.bool_]
    """By character: whether it is a word, or the beginning of an amount, by itself."""
    phrases: dict[str, tuple[int, ...]]
    """By the first two English words: how many words a phrase may have, most first."""
    leads: frozenset[str]
    """English words that may be the first of several."""


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
    sizes: dict[str, set[int]] = {}
    phrases: dict[str, set[int]] = {}
    for word in words:
        if "\u4e00" <= word[0] <= "\u9fff":
            sizes.setdefault(word[:2], set()).add(len(word))
        elif " " in word:
            parts = word.split()
            phrases.setdefault(" ".join(parts[:2]), set()).add(len(parts))
    leads = {pair.partition(" ")[0] for pair in phrases} | _NUMBERS_EN
    begins, alone = np.zeros(_PLACES, dtype=np.bool_), np.zeros(_PLACES, dtype=np.bool_)
    for pair in sizes:
        begins[_mix(_codes(pair))[0]] = True
    for character in {
        word for word in words if len(word) == 1 and ord(word) < _PLACES
    } | _DIGITS_ZH:
        alone[ord(character)] = True
    return Lexicon(words, _falling(sizes), begins, alone, _falling(phrases), frozenset(leads))


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _mix(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Each character with the one after it, as a place in a table of `_PLACES`."""
    mixed = codes * np.uint32(31)
    mixed[:-1] += codes[1:]
    mixed &= np.uint32(_PLACES - 1)
    return mixed


def _falling(table: dict[str, set[int]]) -> dict[str, tuple[int, ...]]:
    return {key: tuple(sorted(held, reverse=True)) for key, held in table.items()}


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
    lexicon, skip = load_lexicon(), 0
    leads, found = lexicon.leads, list[Found]()
    places = _find_places(text, lexicon) if _HAN.search(text) else []
    tokens = [(token.group(), *token.span()) for token in _TOKENS.finditer(text)]
    for at, (word, start, end) in enumerate(tokens):
        if start < skip:
            continue
        first = word[0]
        if first.isascii():
            if word in leads:
                skip = _lead(text, tokens, at, lexicon, found)
            elif "a" <= first <= "z" or first == "'":
                for kind in _kinds_of_word(word):
                    found.append((kind, word, start, end))
            else:
                _sign(word, start, end, found)
        elif "\u4e00" <= first <= "\u9fff":
            skip = _chinese(text, start, end, places, lexicon, found)
        else:
            skip = _mark(text, tokens, at, lexicon, found)
    if '"' in text or "」" in text or "』" in text:
        found += [("quoted", held.group(), *held.span()) for held in _QUOTED.finditer(text)]
        found.sort(key=itemgetter(2))
    return _turn_negated(found)


def _find_places(text: str, lexicon: Lexicon) -> list[int]:
    """Where a Chinese word or an amount may begin, the last place first."""
    codes = _codes(text)
    may = lexicon.begins.take(_mix(codes))
    may |= lexicon.alone.take(codes, mode="clip")
    places: list[int] = may.nonzero()[0].tolist()
    return places[::-1]


def _chinese(
    text: str, at: int, end: int, places: list[int], lexicon: Lexicon, found: list[Found]
) -> int:
    """The longest known word at each place of a run; gives where the last one ended.

    Takes the places that it has passed off the list.
    """
    words, sizes = lexicon.words, lexicon.sizes
    while places and places[-1] < end:
        place = places.pop()
        if place < at:
            continue
        for size in sizes.get(text[place : place + 2], ()):
            kinds = words.get(text[place : place + size])
            if kinds is not None:
                break
        else:
            kinds, size = words.get(text[place]), 1
        if kinds is not None:
            at = place + size
            word = text[place:at]
            for kind in kinds:
                found.append((kind, word, place, at))
        elif text[place] in _DIGITS_ZH:
            at = _amount(text, place, found)
    return at


def _amount(text: str, at: int, found: list[Found]) -> int:
    """A count or a stretch of time that begins here, if one does; gives where to go on."""
    amount = _UNITS_ZH.match(text, at)
    if amount is None:
        return at + 1
    kind = "again" if text[at] == "第" else amount.lastgroup or ""
    found.append((kind, amount.group(), at, amount.end()))
    return amount.end()


Tokens = list[tuple[str, int, int]]


def _lead(text: str, tokens: Tokens, at: int, lexicon: Lexicon, found: list[Found]) -> int:
    """The longest phrase that begins with a word, or the word; gives where it ended."""
    word, start, end = tokens[at]
    if at + 1 < len(tokens):
        following = tokens[at + 1][0]
        for size in lexicon.phrases.get(f"{word} {following}", ()):
            phrase = " ".join([token[0] for token in tokens[at : at + size]])
            kinds = lexicon.words.get(phrase)
            if kinds is not None and text.startswith(phrase, start):
                end = start + len(phrase)
                for kind in kinds:
                    found.append((kind, phrase, start, end))
                return end
        if word in _NUMBERS_EN and following in _UNITS_EN:
            found.append((_UNITS_EN[following], f"{word} {following}", start, tokens[at + 1][2]))
            return tokens[at + 1][2]
    for kind in _kinds_of_word(word):
        found.append((kind, word, start, end))
    return end


@lru_cache(maxsize=16_384)
def _kinds_of_word(word: str) -> Kinds:
    lexicon = load_lexicon()
    return lexicon.words.get(word) or _by_stem(word, lexicon)


def _by_stem(word: str, lexicon: Lexicon) -> Kinds:
    """The kinds of a word without its ending; only words of five letters or more have one."""
    if word.endswith("n't"):
        return ("not",)
    if len(word) >= 5:
        for ending in _ENDINGS:
            if word.endswith(ending):
                stem = word[: -len(ending)]
                kinds = lexicon.words.get(stem) or lexicon.words.get(stem + "e")
                if kinds:
                    return kinds
    return ()


def _mark(text: str, tokens: Tokens, at: int, lexicon: Lexicon, found: list[Found]) -> int:
    """A number with its unit, or a sign such as a smile; gives where it ended."""
    word, start, end = tokens[at]
    if word[0] not in _MARKS:
        for kind in lexicon.words.get(word, ()):
            found.append((kind, word, start, end))
        return end
    following = tokens[at + 1][0] if at + 1 < len(tokens) else ""
    if following in _UNITS_EN:
        found.append((_UNITS_EN[following], f"{word} {following}", start, tokens[at + 1][2]))
        return tokens[at + 1][2]
    if following in ("th", "rd", "nd"):
        found.append(("again", word + following, start, tokens[at + 1][2]))
        return tokens[at + 1][2]
    return max(end, _amount(text, start, found))


def _sign(word: str, start: int, end: int, found: list[Found]) -> None:
    """Marks of feeling."""
    if len(word) == 1 or word[0] in ":;":
        kinds = load_lexicon().words.get(word, ())
    elif "?" in word:
        kinds = ("wonder",)
    else:
        kinds = ("bang",) if word[0] == "!" else ("dots",)
    for kind in kinds:
        found.append((kind, word, start, end))


def _turn_negated(cues: list[Found]) -> list[Found]:
    """A negation close before a cue turns it around: within two Chinese characters or two words."""
    denied, reach = -1, 0
    for at, (kind, word, start, end) in enumerate(cues):
        if kind == "not":
            denied, reach = end, 12 if word.isascii() else 2
        elif denied >= 0 and kind in _TURNED and 0 <= start - denied <= reach:
            cues[at] = (_TURNED[kind], word, start, end)
    return cues
