"""Gather what `spelling.py` mends by: which words are right, and which mistaken for others that sound alike.

    uv run --with pypinyin==0.55.0 python -m local_models.classifiers.train_spelling [--out FOLDER]

English words are those of the project's own texts, with how often they stand there. Chinese ones are pairs of characters that
stand together more often than chance, with the syllable of each character, so that "发飘" is found to sound like "发票"; how a
character sounds is what `pypinyin` (MIT) knows. pypinyin is wanted here and nowhere else.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from local_models.classifiers.spelling import (
    CHINESE,
    ENGLISH,
    WEIGHTS,
    is_right,
    substitutes_of,
    swaps_of,
)
from local_models.classifiers.wordpieces import load_pieces

_DATA = Path(__file__).parent / "data"
_TEXTS = (
    "intents", "turns", "fragments", "general", "emotion", "emotion_calm", "talks", "exchanges",
)  # fmt: skip
_ENGLISH_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_HAN = re.compile("[\u4e00-\u9fff]+")

_LEAST_ENGLISH = 2
"""How often a word must stand in the texts to be one, ..."""
_SLIP_OF = 8
"""... and how many times less often than one that it is a slip of the finger away from, to be a slip itself."""
_NO_SLIPS = """
whats cant thats wont dont whos hows shes hes theres wheres isnt wasnt youre theyre telly carer rung nicer classy expire shuts fella brill pint halal
plugs fiver mend skips tills modem bots pricey mains mince gent farce redo tarp latte matte oily lite decaf hoot saver oled rinse latex stag halve
reuse rant loot weld lidl mulch roomy sprain cleanser tiers rugs ovens zips payed menus queues mums nans bruh prob util brag nowt resent dined forma
plasters const
"""
"""Words that the rule takes for slips and that are none."""

_LEAST_MEANT, _LEAST_RIGHT, _LEAST_TIE = 25, 6, 2.0
"""How often two characters must stand side by side to be what others are mended to, how often to stay as they are, and how
much more often than by chance (a logarithm) for either."""
_MISTAKEN = 30
"""So many times less often than a word that sounds the same stands what is taken for a slip."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Count, and write the two files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the files go")
    options = parser.parse_args(arguments)
    english, chinese = list(_read_texts("en")), list(_read_texts("zh"))
    _write(options.out / ENGLISH, count_english(english))
    _write(options.out / CHINESE, find_sounds(chinese, _read_sounds()))


def count_english(texts: Iterable[str]) -> list[str]:
    """Lines of a word and its count, without what is but another word's slip."""
    counts: Counter[str] = Counter()
    for text in texts:
        if _HAN.search(text) is None:
            counts.update(_ENGLISH_WORD.findall(text.lower().replace("\u2019", "'")))
    pieces = load_pieces()
    right = {
        word: count
        for word, count in counts.items()
        if word in pieces or (count >= _LEAST_ENGLISH and not _is_slip(word, count, counts))
    }
    return [f"{word}\t{count}" for word, count in sorted(right.items())]


def _is_slip(word: str, count: int, counts: Counter[str]) -> bool:
    """Whether a word is one slip away from another that stands far more often, and is no other form of a word."""
    if word in _NO_SLIPS.split() or "'" in word or is_right(word, load_pieces()):
        return False
    meant = max((counts[other] for other in (*typos_of(word), *substitutes_of(word))), default=0)
    return meant >= _SLIP_OF * count


def typos_of(word: str) -> Iterator[str]:
    """Every way to undo one slip in a word behind its first letter: two letters swapped, one too many, one too few."""
    yield from swaps_of(word)
    yield from (word[:at] + word[at + 1 :] for at in range(1, len(word)))
    for at in range(1, len(word) + 1):
        yield from (word[:at] + letter + word[at:] for letter in ascii_lowercase)


def find_sounds(texts: Iterable[str], sounds: dict[str, str]) -> list[str]:
    """Lines of three kinds: `s` a syllable and its characters, `w` a word and its count, `r` pairs that are right as
    they are although they sound like one.

    `sounds` gives each character's syllable.
    """
    singles: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for text in texts:
        for run in _HAN.findall(text):
            singles.update(run)
            pairs.update(first + second for first, second in pairwise(run))
    heard = {char: sound for char, sound in sounds.items() if singles[char] or _is_common(char)}
    of_syllable: dict[str, list[str]] = {}
    for char, syllable in heard.items():
        of_syllable.setdefault(syllable, []).append(char)
    whole, of_pairs = sum(singles.values()), sum(pairs.values())

    def is_tied(pair: str) -> bool:
        by_chance = singles[pair[0]] / whole * singles[pair[1]] / whole
        return math.log(pairs[pair] / of_pairs / by_chance) >= _LEAST_TIE

    tied = {pair: count for pair, count in pairs.items() if count >= _LEAST_RIGHT and is_tied(pair)}
    words = {
        pair: count
        for pair, count in tied.items()
        if count >= _LEAST_MEANT and pair[0] in heard and pair[1] in heard
    }
    genuine = {
        other
        for pair, count in words.items()
        for other in _sound_alike(pair, heard, of_syllable)
        if pairs[other] * _MISTAKEN >= count
    }
    right = genuine | tied.keys() - _mistaken(tied, pairs, heard, of_syllable) - words.keys()
    return [
        *(f"s\t{syllable}\t{''.join(sorted(chars))}" for syllable, chars in sorted(of_syllable.items())),
        *(f"w\t{word}\t{count}" for word, count in sorted(words.items())),
        "r\t" + "".join(sorted(right)),
    ]  # fmt: skip


def _sound_alike(
    pair: str, heard: dict[str, str], of_syllable: dict[str, list[str]]
) -> Iterator[str]:
    """Pairs that differ from this one in a character of the same syllable."""
    first, second = pair[0], pair[1]
    yield from (other + second for other in of_syllable[heard[first]] if other != first)
    yield from (first + other for other in of_syllable[heard[second]] if other != second)


def _mistaken(
    tied: dict[str, int],
    pairs: Counter[str],
    heard: dict[str, str],
    of_syllable: dict[str, list[str]],
) -> set[str]:
    """Those of the pairs that are so rare beside one that sounds the same that they are its slips ("发飘")."""
    return {
        pair
        for pair, count in tied.items()
        if pair[0] in heard
        and pair[1] in heard
        and any(
            count * _MISTAKEN < pairs[other] for other in _sound_alike(pair, heard, of_syllable)
        )
    }


def _is_common(char: str) -> bool:
    """Whether a character is of the 3,755 that GB 2312 calls the first level."""
    try:
        coded = char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return len(coded) == 2 and 0xB0 <= coded[0] < 0xD8


def _read_sounds() -> dict[str, str]:
    """Every character's commonest syllable, without its tone."""
    from pypinyin.constants import PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_normal

    return {
        chr(code): to_normal(told.partition(",")[0])
        for code, told in PINYIN_DICT.items()
        if 0x4E00 <= code < 0xA000
    }


def _read_texts(language: str) -> Iterator[str]:
    """Every text of the project's own data that is learned, whoever says it."""
    for name in _TEXTS:
        with (_DATA / f"{name}_{language}.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                yield from _texts_of(json.loads(line))


def _texts_of(row: dict[str, Any]) -> Iterator[str]:
    if "said" in row:
        yield from (said[1] for said in row["said"])
    elif "turns" in row:
        yield from (row["user"], row["agent"], *(turn[0] for turn in row["turns"]))
    else:
        yield row["text"]


def _write(path: Path, lines: Sequence[str]) -> None:
    """The same bytes for the same lines."""
    path.write_bytes(gzip.compress("\n".join(lines).encode("utf-8"), mtime=0))


if __name__ == "__main__":
    main()
