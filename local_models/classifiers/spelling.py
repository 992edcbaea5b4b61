"""Slips of the finger mended before a turn's wish is read: "my oder hasnt arived", "发飘开错了".

The heads know words by their letters, and a swapped pair of them makes another word: every tenth hurried English message was read
otherwise than the same one in clean letters, and as many Chinese ones with a wrong homophone. An English word that nobody
knows becomes the known one that is a slip away, if there is one; two Chinese characters that never stand side by side become the word that sounds
the same and differs in one of them. What the words come from: `train_spelling.py`. Only wishes, calls for a person and English moods are read
so: names, numbers and quotes are read as they were typed.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from local_models.classifiers.wordpieces import load_pieces

WEIGHTS = Path(__file__).parent / "weights"
ENGLISH, CHINESE = "spelling_en.txt.gz", "spelling_zh.txt.gz"

_WORD = re.compile(r"(?<![\w'@./-])[a-z][a-z']*(?![\w'@-]|\.\w)")
_RUN = re.compile("[\u4e00-\u9fff]{2,}")
_SHORTEST = 3
"""Letters; a shorter word has too many neighbours."""
_LONGEST = 20
_LEAST_MEANT = 3
"""How often the texts must hold a word that another is mended to."""
_GROUPS = ("aeiou", "ey", "iy", "cs", "sz", "ck", "gj", "mn", "bv", "dt", "fv")
"""Letters that are taken for each other by ear or beside each other on the keyboard."""
_LOOK_ALIKE = {
    letter: "".join(
        sorted({other for group in _GROUPS if letter in group for other in group} - {letter})
    )
    for letter in "abcdefghijklmnopqrstuvwxyz"
}
_SUBSTITUTED = 6
"""Letters that a word must have to be mended by putting one letter for another."""
_SWAPPED, _LACKS, _TWICE, _ALIKE = 20.0, 10.0, 20.0, 0.5
"""How often these slips are made, to one letter too many that is not its neighbour's double."""
_OFTEN = 300
"""How often the texts must hold a word for what is rare elsewhere to be its slip."""
_STEM = 3
"""Letters of what a word may be a form of; one more before "y" and "ly", which begin and end many."""

_SHORTHAND = {
    "u": "you", "ur": "your", "plz": "please", "pls": "please", "wud": "would", "cud": "could", "shud": "should", "kno": "know", "teh": "the", "hte": "the",
    "tmrw": "tomorrow", "tmr": "tomorrow", "abt": "about", "wen": "when", "wot": "what", "wat": "what", "wats": "what's", "cuz": "because",
    "cos": "because", "bcos": "because", "coz": "because", "aswell": "as well", "alot": "a lot", "gonna": "going to", "wanna": "want to",
    "gotta": "got to", "thru": "through", "rly": "really", "ppl": "people", "msg": "message", "hav": "have", "im": "i'm", "noo": "no",
    "tho": "though", "lemme": "let me", "gimme": "give me", "dunno": "don't know", "cmon": "come on", "giv": "give", "evn": "even",
    "dat": "that", "dis": "this", "acct": "account", "appt": "appointment", "cust": "customer", "recd": "received", "addy": "address",
    "gotit": "got it", "thankyou": "thank you", "goin": "going", "ther": "there", "wich": "which", "bak": "back",
    "oder": "order", "stil": "still",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sounds:
    """Chinese words by what they sound like."""

    syllables: dict[str, str]
    """What each character sounds like."""
    first_kept: dict[str, str]
    """A first character and the second's syllable, to the commonest word."""
    second_kept: dict[str, str]
    """The first's syllable and a second character, to the commonest word."""
    words: frozenset[str]
    right: frozenset[str]
    """Pairs that are what was meant: the words, and rarer ones."""


def mend_spelling(text: str) -> str:
    """The text with its slips mended, for one in lower case as `normalise` spells it.

    Texts with Chinese in them keep their English words, and the other way round what nobody can mend stays.
    """
    if text.isascii():
        return _WORD.sub(_mend_match, text)
    if _RUN.search(text) is None:
        return _WORD.sub(_mend_match, text)
    return _RUN.sub(lambda run: mend_homophones(run.group()), text)


def open_spelling() -> None:
    """Load what words are known, once: 40 ms."""
    load_pieces()
    _find_lacking()
    _load_chinese()


def _mend_match(found: re.Match[str]) -> str:
    return mend_word(found.group())


@lru_cache(maxsize=8_192)
def mend_word(word: str) -> str:
    """An English word, or the known one that it is a slip away from."""
    if word in _SHORTHAND:
        return _SHORTHAND[word]
    if not _SHORTEST <= len(word) <= _LONGEST or "'" in word or _is_known(word):
        return word
    meant = dict(_weigh_meant(word))
    return max(meant, key=lambda other: (meant[other], other)) if meant else word


def _weigh_meant(word: str) -> Iterator[tuple[str, float]]:
    """The known words that a slip makes this one of, with how likely each was meant.

    Each begins like the word. One of three letters can only lack one.
    """
    counts, lacking = _load_english(), _find_lacking()
    if word in lacking:
        yield lacking[word], counts[lacking[word]] * _LACKS
    if len(word) == _SHORTEST:
        return
    others = [(other, _SWAPPED) for other in swaps_of(word)]
    others += [(other, _TWICE if is_double else 1.0) for other, is_double in _shorter(word)]
    others += [(other, _ALIKE) for other in substitutes_of(word)]
    for other, weight in others:
        if counts.get(other, 0) >= _LEAST_MEANT:
            yield other, counts[other] * weight


def swaps_of(word: str) -> Iterator[str]:
    """Every way to undo that two letters were swapped, but for the first."""
    for at in range(1, len(word) - 1):
        if word[at] != word[at + 1]:
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _shorter(word: str) -> Iterator[tuple[str, bool]]:
    """Every way to undo that a letter is too many, but for the first, and whether it is its neighbour's double."""
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :], word[at] == word[at - 1]


def substitutes_of(word: str) -> Iterator[str]:
    """Every way to undo one letter put for another like it, in a word that is long enough."""
    if len(word) < _SUBSTITUTED:
        return
    for at in range(1, len(word)):
        for letter in _LOOK_ALIKE[word[at]]:
            yield word[:at] + letter + word[at + 1 :]


def _is_known(word: str) -> bool:
    """Whether a word is right, by the texts or by a vocabulary; one that only the latter has ("oder", "pease") is none
    where it is a slip away from what the texts hold often."""
    counts = _load_english()
    if is_right(word, counts):
        return True
    if not is_right(word, load_pieces()):
        return False
    return not any(score >= _OFTEN * _LACKS for _, score in _weigh_meant(word))


def is_right(word: str, known: Collection[str]) -> bool:
    """Whether a word or what it is a form of is known."""
    if word in known:
        return True
    stems = []
    for ending in ("s", "es", "ed", "ing", "er", "ers", "ly", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= _STEM + ending.endswith("y"):
            stem = word[: -len(ending)]
            stems.append(stem)
            if ending in ("ed", "ing", "er"):
                stems.append(stem + "e")
                if stem[-1] == stem[-2]:
                    stems.append(stem[:-1])
    return any(stem in known for stem in stems)


def mend_homophones(run: str) -> str:
    """Chinese characters, each pair that is no word and sounds like one put right.

    A character that makes a word with its other neighbour is what was meant ("查下物流" is no afternoon).
    """
    sounds = _load_chinese()
    chars, last = list(run), len(run) - 1
    at = 0
    while at < last:
        first, second = chars[at], chars[at + 1]
        if first + second not in sounds.right:
            before = chars[at - 1] if at else ""
            behind = chars[at + 2] if at + 2 <= last else ""
            word = _meant(before, first, second, behind, sounds)
            if word:
                chars[at : at + 2] = word
                at += 1
        at += 1
    return "".join(chars)


def _meant(before: str, first: str, second: str, behind: str, sounds: _Sounds) -> str | None:
    syllables, words = sounds.syllables, sounds.words
    if second in syllables and second + behind not in words:
        word = sounds.first_kept.get(first + syllables[second])
        if word is not None:
            return word
    if first in syllables and before + first not in words:
        return sounds.second_kept.get(syllables[first] + second)
    return None


@cache
def _load_english() -> dict[str, int]:
    """How often each known word stands in the project's texts."""
    counts = {}
    for line in _read(ENGLISH):
        word, count = line.split("\t")
        counts[word] = int(count)
    return counts


@cache
def _find_lacking() -> dict[str, str]:
    """What each known word becomes without one of its letters but the first, to the commonest of such words."""
    counts = _load_english()
    known = [
        word for word, count in counts.items() if count >= _LEAST_MEANT and len(word) > _SHORTEST
    ]
    known.sort(key=lambda word: (counts[word], word))
    return {
        word[:at] + word[at + 1 :]: word
        for word in known
        if len(word) <= _LONGEST and word.isalpha()
        for at in range(1, len(word))
    }  # fmt: skip


@cache
def _load_chinese() -> _Sounds:
    syllables: dict[str, str] = {}
    words: dict[str, int] = {}
    right: set[str] = set()
    for line in _read(CHINESE):
        kind, name, *told = line.split("\t")
        if kind == "s":
            syllables |= dict.fromkeys(told[0], name)
        elif kind == "w":
            words[name] = int(told[0])
        else:
            right.update(name[at : at + 2] for at in range(0, len(name), 2))
    first_kept: dict[str, str] = {}
    second_kept: dict[str, str] = {}
    for word in sorted(words, key=lambda word: words[word]):
        first, second = word[0], word[1]
        first_kept[first + syllables[second]] = word
        second_kept[syllables[first] + second] = word
    known = frozenset(words)
    return _Sounds(syllables, first_kept, second_kept, known, known | right)


def _read(name: str) -> list[str]:
    return gzip.decompress((WEIGHTS / name).read_bytes()).decode("utf-8").split("\n")
