"""Cutting a text into the pieces of words that BERT's English models read (WordPiece, lower case).

The vocabulary is that of bert-base-uncased (Apache-2.0, Google): 30,522 pieces, one a line, the number of a
piece being its line.
"""

from __future__ import annotations

import gzip
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

VOCABULARY = Path(__file__).parent / "weights" / "wordpieces.txt.gz"

_START, _END, _UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
_LONGEST_WORD = 100
"""Longer ones are no words."""
_REMEMBERED = 4_096
_CJK = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip
"""Where each character is a word."""


@cache
def load_pieces() -> dict[str, int]:
    """The number of each piece."""
    lines = gzip.decompress(VOCABULARY.read_bytes()).decode("utf-8").split("\n")
    return {piece: at for at, piece in enumerate(lines)}


def cut_pieces(text: str, most: int) -> list[int]:
    """The numbers of a text's pieces between start and end, `most` in all at most."""
    pieces = load_pieces()
    found = [pieces[_START]]
    for word in split_words(text):
        found += _cut_word(word)
        if len(found) >= most:
            break
    return [*found[: most - 1], pieces[_END]]


def split_words(text: str) -> list[str]:
    """Words in lower case without accents; each mark, and each Chinese character, is a word."""
    spaced: list[str] = []
    for sign in unicodedata.normalize("NFD", text.lower()):
        kind = unicodedata.category(sign)
        if sign in "\t\n\r" or kind == "Zs":
            spaced.append(" ")
        elif sign in "\0\ufffd" or kind in ("Cc", "Cf", "Cn", "Co", "Mn"):
            continue
        elif _is_mark(sign, kind) or _is_cjk(sign):
            spaced += (" ", sign, " ")
        else:
            spaced.append(sign)
    return "".join(spaced).split()


def _is_mark(sign: str, kind: str) -> bool:
    """Every sign of ASCII that is neither letter, digit nor space is a mark."""
    return kind[0] == "P" or (sign.isascii() and not sign.isalnum() and sign.isprintable())


def _is_cjk(sign: str) -> bool:
    code = ord(sign)
    return code >= 0x3400 and any(first <= code <= last for first, last in _CJK)


@lru_cache(_REMEMBERED)
def _cut_word(word: str) -> tuple[int, ...]:
    """The longest piece that begins the word, then the longest that goes on from there, and so on."""
    pieces = load_pieces()
    if len(word) > _LONGEST_WORD:
        return (pieces[_UNKNOWN],)
    found: list[int] = []
    begin = 0
    while begin < len(word):
        prefix = "##" if begin else ""
        for end in range(len(word), begin, -1):
            number = pieces.get(prefix + word[begin:end])
            if number is not None:
                found.append(number)
                begin = end
                break
        else:
            return (pieces[_UNKNOWN],)
    return tuple(found)
