"""Cues of a mood in a text: praise, thanks, things gone right or wrong, waits, counts, negations.

The words stand in `data/emotion_words.txt`, by kind. Sarcasm is seldom in a word; it is praise
beside something gone wrong. So what matters here is which kinds meet, in which order, and what a
negation turns around ("not bad", "一点也不好", "never broke").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from local_models.classifiers.normalise import normalise

WORDS = Path(__file__).parent / "data" / "emotion_words.txt"
MAX_CHARS = 320
"""Of a longer text the beginning and the end are searched, each half of this."""

_TURNED = {
    "praise": "unpraise", "good": "ungood", "fail": "unfail", "anger": "unanger", "joy": "unjoy",
    "thanks": "unthanks", "bad": "nice", "nice": "bad",
}  # fmt: skip
_NUMBER_ZH = r"(?:[\ue001-\ue003]+|[一二两三四五六七八九十几半百俩仨]+)"
_NUMBER_EN = r"(?:[\ue001-\ue003]+|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|many)"
_AMOUNTS = re.compile(
    # A quick look whether an amount may begin here at all: at most places none does.
    r"(?=[第\ue001-\ue003一二两三四五六七八九十几半百俩仨\"「『!?.a]|on|tw|th|fo|fi|si|se|ei|ni|te|el|ma)"
    r"(?:"
    rf"(?P<again>第{_NUMBER_ZH}(?:次|回|遍|台|个|件|趟|天|双)|{_NUMBER_EN} ?times\b|[\ue001-\ue003](?:th|rd|nd)\b"
    rf"|\b(?:third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\b)"
    rf"|(?P<count>{_NUMBER_ZH}(?:多)?(?:次|遍|回|通|趟|个人|家|台|双|条|封)|(?:[\ue001-\ue003]|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve)) "
    rf"(?:calls|emails|agents|people|messages|tickets|visits|letters|attempts|stories)\b)"
    rf"|(?P<short>{_NUMBER_ZH}(?:来)?(?:分钟|秒钟?|分)|{_NUMBER_EN} ?(?:minutes?|mins?|seconds?|secs?)\b)"
    rf"|(?P<long>{_NUMBER_ZH}(?:个)?(?:多)?(?:天|周|月|年|小时|钟头|礼拜|星期|季度)"
    rf"|{_NUMBER_EN} ?(?:hours?|hrs?|days?|nights?|weeks?|months?|years?|decades?)\b)"
    r"|(?P<quoted>[\"「『][^\"」』]{1,24}[\"」』])"
    r"|(?P<bang>!{2})|(?P<wonder>\?[?!]|!\?)|(?P<dots>\.{2}))"
)
_TOKENS = re.compile(r"[a-z+/'\ue001-\ue003]+(?:-[a-z]+)*|[^\sa-z\u4e00-\u9fff]")
_ENDINGS = ("ing", "ed", "es", "s", "d", "ly")


class Cue(NamedTuple):
    """One cue in a text."""

    kind: str
    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words by kind, ready to be searched for."""

    chinese: dict[str, tuple[str, ...]]
    """Kinds by word."""
    lengths: dict[str, tuple[int, ...]]
    """By first character: how long words may be, the longest first."""
    english: dict[str, tuple[str, ...]]
    widest: dict[str, int]
    """By first word: how many words a phrase may have."""


@cache
def load_lexicon(path: Path = WORDS) -> Lexicon:
    """The words of a file, read once."""
    chinese: dict[str, tuple[str, ...]] = {}
    english: dict[str, tuple[str, ...]] = {}
    for line in path.read_text(encoding="utf-8").split("\n"):
        if not line or line.startswith("#"):
            continue
        head, _, words = line.partition(": ")
        kind, _, language = head.partition(" ")
        table = english if language == "en" else chinese
        for word in map(normalise, words.split("|")):
            table[word] = (*table.get(word, ()), kind)
    starts: dict[str, set[int]] = {}
    for word in chinese:
        starts.setdefault(word[0], set()).add(len(word))
    widest: dict[str, int] = {}
    for phrase in english:
        parts = phrase.split()
        widest[parts[0]] = max(widest.get(parts[0], 1), len(parts))
    lengths = {first: tuple(sorted(sizes, reverse=True)) for first, sizes in starts.items()}
    return Lexicon(chinese, lengths, english, widest)


def find_cues(text: str) -> list[Cue]:
    """Every cue in the order in which they stand; a negated one has its kind turned around.

    The text must be normalised (`Features.text` is).
    """
    if len(text) > MAX_CHARS:
        text = text[: MAX_CHARS // 2] + " " + text[-MAX_CHARS // 2 :]
    lexicon = load_lexicon()
    found = [*_chinese(text, lexicon), *_english(text, lexicon), *_amounts(text)]
    found.sort(key=lambda cue: cue.start)
    return _turn_negated(found)


def _chinese(text: str, lexicon: Lexicon) -> Iterator[Cue]:
    at, words, lengths = 0, lexicon.chinese, lexicon.lengths
    if lengths.keys().isdisjoint(text):
        return
    while at < len(text):
        for size in lengths.get(text[at], ()):
            kinds = words.get(text[at : at + size])
            if kinds:
                for kind in kinds:
                    yield Cue(kind, text[at : at + size], at, at + size)
                at += size
                break
        else:
            at += 1


def _english(text: str, lexicon: Lexicon) -> Iterator[Cue]:
    tokens = [(found.group(), found.start(), found.end()) for found in _TOKENS.finditer(text)]
    at = 0
    while at < len(tokens):
        word = tokens[at][0]
        for size in range(min(lexicon.widest.get(word, 1), len(tokens) - at), 0, -1):
            phrase = word if size == 1 else " ".join(token[0] for token in tokens[at : at + size])
            kinds = _kinds_of_word(word) if size == 1 else lexicon.english.get(phrase)
            if kinds:
                for kind in kinds:
                    yield Cue(kind, phrase, tokens[at][1], tokens[at + size - 1][2])
                at += size - 1
                break
        at += 1


@lru_cache(maxsize=16_384)
def _kinds_of_word(word: str) -> tuple[str, ...] | None:
    lexicon = load_lexicon()
    return lexicon.english.get(word) or _by_stem(word, lexicon)


def _by_stem(word: str, lexicon: Lexicon) -> tuple[str, ...] | None:
    """The kinds of a word without its ending; only words of five letters or more have one."""
    if word.endswith("n't"):
        return ("not",)
    if len(word) < 5:
        return None
    for ending in _ENDINGS:
        if word.endswith(ending):
            stem = word[: -len(ending)]
            kinds = lexicon.english.get(stem) or lexicon.english.get(stem + "e")
            if kinds:
                return kinds
    return None


def _amounts(text: str) -> Iterator[Cue]:
    for found in _AMOUNTS.finditer(text):
        yield Cue(found.lastgroup or "", found.group(), found.start(), found.end())


def _turn_negated(cues: list[Cue]) -> list[Cue]:
    """A negation close before a cue turns it around: within two Chinese characters or two words."""
    turned: list[Cue] = []
    denial: Cue | None = None
    for cue in cues:
        if cue.kind == "not":
            denial = cue
        elif denial and cue.kind in _TURNED and cue.start >= denial.end:
            reach = 12 if denial.word.isascii() else 2
            if cue.start - denial.end <= reach:
                cue = Cue(_TURNED[cue.kind], cue.word, cue.start, cue.end)
        turned.append(cue)
    return turned
