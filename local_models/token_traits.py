"""What in a text makes tokens: its characters by kind, how they stand together, and which words are strange.

A vocabulary learned from text splits it at words, groups digits, swallows indentation and rows of one mark,
holds the words that it often saw and cuts the others into pieces, down to single bytes. The traits count what
that hangs on; `tokenizer.py` weighs them.

`token_table.npz` says what the vocabularies hold: what each character costs when it stands alone, the marks that
are one token together, and a hash of every word, and of every two letters of other
alphabets that are one token. A word that is not held
is taken for held in one of 10,000 cases. `bench.tokens` makes the table.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.compiled import NATIVE

KINDS = (
    "lower", "upper", "digit", "space", "break", "tab", "mark", "accented", "vietnamese", "cyrillic", "greek", "arabic", "hebrew",
    "devanagari", "indic", "thai", "caucasian", "southern", "kana", "hangul", "han", "rare_han", "old_han", "wide", "box", "emoji", "other",
)  # fmt: skip
"""Of characters. Old Han are traditional ones, wide are the marks of East Asia and of typesetters."""
SHAPES = (
    "word", "far", "hump", "joint", "digit_group", "digit_after_blank", "mark_run", "mark_after_space", "space_run",
    "break_run", "tab_run", "blank_turn", "script_word", "letter_after_mark", "letter_after_break",
    "letter_after_apart", "script_after_other", "east_run", "east_after_space", "apart_after_space", "odd_pair",
    "strange_pair", "same_mark", "same_space", "same_break", "same_letter", "same_wide", "same_east",
)  # fmt: skip
VOCABULARIES = ("o200k", "cl100k", "qwen")
_UNHELD = ("strange_letters", "strange_script", "strange_east", "strange_marks", "strange_rows", "extra", "pieces")  # fmt: skip
TRAITS = (
    *KINDS, *SHAPES, *(f"{name}_{vocabulary}" for name in _UNHELD for vocabulary in VOCABULARIES), "bytes", "text",
)  # fmt: skip
"""The name of each trait, in the order of `count_traits`.

A Latin or East Asian letter, a mark or a blank that stands there for the third time in a row or more counts as `same_…`
and as nothing else. Words are runs of Latin letters; `far` are letters from the thirteenth of one on, `hump` a capital
behind a small letter, `joint` where letters and digits meet, `blank_turn` where spaces and tabs do; a `break_run` follows
no mark, which would swallow it. Odd and strange pairs are neighbouring letters that English has seldom or never. A
`script_word` is a word of another alphabet, an `east_run` a row of East Asian letters; `apart` is what belongs to no word:
wide marks, boxes, emoji and all that is rare.

For each vocabulary: letters of Latin words that it does not hold, with the space before them or without; what the
letters of such words of other alphabets cost alone, less those that are one token with the letter before; East Asian
letters, and marks behind a mark, that are none with the one before; marks in a row that it does not hold; what letters of
Latin and East Asian scripts cost alone beyond one token; and what all that is apart costs alone. `bytes` are those in
UTF-8, or what a character costs alone where normalising makes it longer; `text` is 1.
"""

_AT = {name: at for at, name in enumerate(TRAITS)}
_COMMON_PAIRS = (
    "abcdfgiklmnprstuvwy baeiloruy cacehiklortu daeiorsuy eacdefgilmnoprstvwxy faefiortu gaehioru haeiort "
    "iabcdefgklmnoprstv jou keins ladeilostuy mabeimopsuy nacdegiklnostuy oabcdfgiklmnoprstuvw paehiloprtu qu "
    "racdegiklmnorstuy sacehiopstu taehilorstuwy uabcdegilmnprst vaei waehino x yeos z"
)
_KNOWN_PAIRS = (
    "abcdefghijklmnprstuvwxyz babeijlorstuy cacehiklorstuy dadeilmnorsuvwy eabcdefghiklmnopqrstuvwxy faefilortuy "
    "gaeghilnorstuy hadeilmnorstuy iabcdefgiklmnopqrstuvxz jaeou kaeilnosy labcdefiklmoprstuvwy mabeimnoprsuy "
    "nacdefghijklmnorstuvy oabcdefghijklmnoprstuvwxy paehilmoprstuy qu rabcdefghiklmnoprstuvwy sabcdefhiklmnopqrstuwy "
    "tabcefhilmnoprstuvwy uabcdefgiklmnoprsty vaeioy waehilnors xaceipt yabcdeilmnoprstw zaeioy"
)
"""A letter with those that may follow it."""
_LETTERS = 26
_BLOCKS = (
    ("lower", "az"), ("upper", "AZ"), ("digit", "09"), ("accented", "\u00aa\u00aa"), ("accented", "\u00b5\u00b5"),
    ("accented", "\u00ba\u00ba"), ("accented", "\u00c0\u00d6"), ("accented", "\u00d8\u00f6"), ("accented", "\u00f8\u024f"),
    ("vietnamese", "\u0102\u0103"), ("vietnamese", "\u0110\u0111"), ("vietnamese", "\u01a0\u01b0"), ("vietnamese", "\u1e00\u1eff"),
    ("greek", "\u0386\u03ce"), ("cyrillic", "\u0400\u045f"), ("hebrew", "\u05d0\u05f4"), ("arabic", "\u0600\u064a"),
    ("arabic", "\u066a\u066f"), ("arabic", "\u0671\u06d5"), ("devanagari", "\u0900\u0963"), ("indic", "\u0981\u0dff"), ("thai", "\u0e01\u0e5b"),
    ("caucasian", "\u0531\u058a"), ("caucasian", "\u10d0\u10ff"), ("southern", "\u1000\u109f"), ("southern", "\u1780\u17ff"),
    ("kana", "\u3040\u30ff"), ("hangul", "\uac00\ud7a3"), ("rare_han", "\u3400\u4dbf"), ("rare_han", "\u4e00\u9fff"), ("rare_han", "\uf900\ufaff"),
    ("wide", "\u2010\u206f"), ("wide", "\u3000\u303f"), ("wide", "\uff00\uff65"), ("box", "\u2500\u259f"), ("emoji", "\u2600\u27bf"),
    ("emoji", "\u200d\u200d"), ("emoji", "\ufe0f\ufe0f"), ("emoji", "\u20e3\u20e3"), ("other", "\ud800\udfff"),
)  # fmt: skip


def _plane() -> NDArray[np.uint8]:
    """The kind of each character of the basic plane."""
    plane = np.full(1 << 16, _AT["other"], dtype=np.uint8)
    plane[:127] = _AT["mark"]
    for name, ends in _BLOCKS:
        plane[ord(ends[0]) : ord(ends[1]) + 1] = _AT[name]
    # The first levels of the old national character sets are the characters in use.
    for name, coding, leads in (("old_han", "big5", (0xA4, 0xC7)), ("han", "gb2312", (0xB0, 0xD8))):
        for lead in range(*leads):
            for tail in range(0x40, 0xFF):
                for character in bytes((lead, tail)).decode(coding, "ignore"):
                    if "\u3400" <= character <= "\u9fff":
                        plane[ord(character)] = _AT[name]
    plane[:32] = _AT["other"]
    plane[9] = _AT["tab"]
    plane[[10, 13]] = _AT["break"]
    plane[32] = _AT["space"]
    return plane


def _pairs() -> NDArray[np.uint8]:
    """Of two letters: 0 for common in English, 1 for odd, 2 for strange."""
    pairs = np.full((_LETTERS, _LETTERS), 2, dtype=np.uint8)
    for strangeness, letters in ((1, _KNOWN_PAIRS), (0, _COMMON_PAIRS)):
        for row in letters.split():
            for second in row[1:]:
                pairs[ord(row[0]) - ord("a"), ord(second) - ord("a")] = strangeness
    return pairs.ravel()


TABLE_FILE = Path(__file__).with_name("token_table.npz")
PLANE, PAIRS = _plane(), _pairs()
with np.load(TABLE_FILE) as _held:
    WORDS: NDArray[np.uint16] = _held["words"]
    """Of each place: which vocabularies hold what is hashed there (the lower three bits), and its mark."""
    ALONE: NDArray[np.uint16] = _held["alone"]
    """Tokens of each character alone, four bits a vocabulary; the next three bits: which hold rows of it."""
    MARKS: NDArray[np.uint8] = _held["marks"]
    """Of two ASCII marks: which vocabularies hold them as one token, and (the next three bits) rows of the first."""
_TABLES = tuple(each.tobytes() for each in (PLANE, PAIRS, WORDS, ALONE, MARKS))
_LATIN = ("lower", "upper", "accented", "vietnamese")
_EAST = ("kana", "hangul", "han", "rare_han", "old_han")
_SAME = {"mark": "same_mark", "space": "same_space", "break": "same_break", "tab": "same_break", "lower": "same_letter",
    "upper": "same_letter", "wide": "same_wide", "box": "same_wide", **dict.fromkeys(_EAST, "same_east")}  # fmt: skip
_SAME_OF = np.array([_AT[_SAME[name]] if name in _SAME else -1 for name in KINDS])
_GROUP_OF = np.array([0 if name in _LATIN else at for at, name in enumerate(KINDS)], dtype=np.uint8)
_NOTHING = 255
"""The kind of what stands before a text."""


def _among(*names: str) -> NDArray[np.bool_]:
    """Of each kind: whether it is one of these."""
    among = np.zeros(_NOTHING + 1, dtype=bool)
    among[[_AT[name] for name in names]] = True
    return among


_IS_LATIN, IS_EAST, IS_APART = _among(*_LATIN), _among(*_EAST), _among(*KINDS[-4:])
IS_SCRIPT = _among(*KINDS[_AT["cyrillic"] : _AT["southern"] + 1])
_IS_EXTRA = IS_EAST | _among("accented", "vietnamese")
_IS_BARE = IS_APART | _among("mark", "tab", "break")
_EMOJI, _FAR = (0x1F000, 0x1FB00), 0x20000
PLACES, TRIES, LONGEST = 1 << 19, 4, 20
"""Of WORDS; of those, where a hash is looked for; letters of the longest word that is held."""
_OF_PAIR, _ASCII = 30, 128
_AFTER_SPACE = 0x165667B1
_ALONE_FAR = 0x444


def count_traits(text: str) -> list[int]:
    """How often each of TRAITS stands in the text. More words never have less of any."""
    if NATIVE is None:
        return count_traits_in_arrays(text)
    return NATIVE.token_traits(text, *_TABLES)


def count_traits_in_arrays(text: str) -> list[int]:
    """What the compiled loop does."""
    if not text:
        return [0] * len(TRAITS)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    kinds = kinds_of(codes)
    before = np.concatenate(([_NOTHING], kinds[:-1]))
    same = np.zeros(len(codes), dtype=bool)
    same[2:] = (codes[2:] == codes[1:-1]) & (codes[1:-1] == codes[:-2]) & (_SAME_OF[kinds[2:]] >= 0)
    counts = np.bincount(kinds[~same], minlength=len(TRAITS))
    counts += np.bincount(_SAME_OF[kinds[same]], minlength=len(TRAITS))
    groups = _GROUP_OF[kinds]
    places = np.arange(len(codes), dtype=np.int32)
    starts = np.concatenate(([True], groups[1:] != groups[:-1]))
    within = places - np.maximum.accumulate(np.where(starts, places, 0))
    for name, held in _shapes(kinds, before, groups, within).items():
        counts[_AT[name]] += int(np.count_nonzero(held & ~same))
    for name, strangeness in (("odd_pair", 1), ("strange_pair", 2)):
        counts[_AT[name]] = int(((_strangeness(codes) == strangeness) & ~same).sum())
    starts |= (kinds == _AT["upper"]) & (before != _AT["upper"])
    _count_strange(counts, codes, kinds, before, starts, ~same)
    counts[_AT["text"]] = 1
    found: list[int] = counts.tolist()
    return found


def kinds_of(codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
    kinds: NDArray[np.uint8] = PLANE[np.minimum(codes, 0xFFFF)]
    if codes.max() > 0xFFFF:
        kinds[codes > 0xFFFF] = _AT["other"]
        kinds[(codes >= _EMOJI[0]) & (codes < _EMOJI[1])] = _AT["emoji"]
        kinds[(codes >= _FAR) & (codes < 2 * _FAR)] = _AT["rare_han"]
    return kinds


def _strangeness(codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Of each letter behind a letter; 0 elsewhere."""
    found = np.zeros(len(codes), dtype=np.uint8)
    letters = (codes | 32) - np.uint32(ord("a"))
    held = np.flatnonzero((letters[1:] < _LETTERS) & (letters[:-1] < _LETTERS))
    found[held + 1] = PAIRS[letters[held] * _LETTERS + letters[held + 1]]
    return found


def _shapes(
    kinds: NDArray[np.uint8],
    before: NDArray[np.uint8],
    groups: NDArray[np.uint8],
    within: NDArray[np.int32],
) -> dict[str, NDArray[np.bool_]]:
    """Where each of SHAPES holds, as far as the kinds of neighbours tell."""
    upper, digit, space, tab, mark, stop = (
        _AT[name] for name in ("upper", "digit", "space", "tab", "mark", "break")
    )
    letters, digits, marks, east = groups == 0, kinds == digit, kinds == mark, IS_EAST[kinds]
    spaces, after_space, after_tab = kinds == space, before == space, before == tab
    first, after_latin, script = within == 0, _IS_LATIN[before], IS_SCRIPT[kinds]
    return {
        "word": letters & first,
        "far": letters & (within >= 12),
        "hump": (kinds == upper) & after_latin & (before != upper),
        "joint": (letters & (before == digit)) | (digits & after_latin),
        "digit_group": digits & (within % 3 == 0),
        "digit_after_blank": digits & (after_space | after_tab),
        "mark_run": marks & first,
        "mark_after_space": marks & after_space,
        "space_run": spaces & (within == 1),
        "break_run": (kinds == stop) & first & (before != mark),
        "tab_run": (kinds == tab) & first,
        "blank_turn": (spaces & after_tab) | ((kinds == tab) & after_space),
        "script_word": script & first,
        "letter_after_mark": letters & (before == mark),
        "letter_after_break": letters & (after_tab | (before == stop)),
        "letter_after_apart": letters & IS_APART[before],
        "script_after_other": script & _IS_BARE[before],
        "east_run": east & ~IS_EAST[before],
        "east_after_space": east & after_space,
        "apart_after_space": IS_APART[kinds] & after_space,
    }


def _count_strange(
    counts: NDArray[np.int64],
    codes: NDArray[np.uint32],
    kinds: NDArray[np.uint8],
    before: NDArray[np.uint8],
    starts: NDArray[np.bool_],
    counted: NDArray[np.bool_],
) -> None:
    """What the vocabularies do not hold: words, pairs, rows, characters."""
    alone = np.where(codes < _FAR, ALONE[np.minimum(codes, _FAR - 1)], _ALONE_FAR)
    east, apart, marks = IS_EAST[kinds], IS_APART[kinds], kinds == _AT["mark"]
    is_script = IS_SCRIPT[kinds]
    of_word = (_IS_LATIN[kinds] | is_script) & counted
    words = _words_held(codes, before, starts)
    pairs, rows = np.zeros(len(codes), dtype=np.uint8), np.full(len(codes), 7, dtype=np.uint8)
    follows = (east[1:] & east[:-1]) | (is_script[1:] & (kinds[1:] == kinds[:-1]))
    seconds = np.flatnonzero(follows & counted[1:]) + 1
    pairs[seconds] = _look_up(
        _mix(codes[seconds - 1], _OF_PAIR) + _mix(codes[seconds], _OF_PAIR + 1)
    )
    seconds = np.flatnonzero(marks[1:] & marks[:-1] & counted[1:]) + 1
    pairs[seconds] = MARKS[codes[seconds - 1] * _ASCII + codes[seconds]] & 7
    within = np.zeros(len(codes), dtype=bool)
    within[seconds] = True
    rows[~counted & marks] = MARKS[codes[~counted & marks] * (_ASCII + 1)] >> 3
    rows[~counted & apart] = alone[~counted & apart] >> 12
    size = 1 + (codes > 0x7F) + (codes > 0x7FF) + (codes > 0xFFFF)
    counts[_AT["bytes"]] = int(np.maximum(size, alone >> 8 & 15).sum())
    for at, name in enumerate(VOCABULARIES):
        pieces, unheld = alone >> (4 * at) & 15, of_word & (words >> at & 1 == 0)
        joined = _second_of_pairs(pairs >> at & 1 == 1)
        counts[_AT[f"strange_letters_{name}"]] = int((unheld & ~is_script).sum())
        counts[_AT[f"strange_script_{name}"]] = int(pieces[unheld & is_script & ~joined].sum())
        counts[_AT[f"strange_east_{name}"]] = int((east & counted & ~joined).sum())
        counts[_AT[f"strange_marks_{name}"]] = int((within & ~joined).sum())
        counts[_AT[f"strange_rows_{name}"]] = int((marks & (rows >> at & 1 == 0)).sum())
        counts[_AT[f"extra_{name}"]] = int((pieces[_IS_EXTRA[kinds]] - 1).sum())
        counts[_AT[f"pieces_{name}"]] = int(pieces[apart & (counted | (rows >> at & 1 == 0))].sum())


def _words_held(
    codes: NDArray[np.uint32], before: NDArray[np.uint8], starts: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Of each character: which vocabularies hold the word that it is in, with the blank before it."""
    firsts = np.flatnonzero(starts)
    lengths = np.diff(np.append(firsts, len(codes)))
    within = np.arange(len(codes)) - np.repeat(firsts, lengths)
    sums = np.add.reduceat(_mix(codes, within), firsts, dtype=np.uint32)
    sums[before[firsts] == _AT["space"]] += np.uint32(_AFTER_SPACE)
    held = _look_up(sums)
    held[lengths > LONGEST] = 0
    held[(lengths == 1) & (codes[firsts] < _ASCII)] = 7
    return np.repeat(held, lengths)


def _second_of_pairs(held: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What is swallowed by the character before it, where pairs are joined from left to right."""
    places = np.arange(len(held))
    swallowed: NDArray[np.bool_] = held & (
        (places - np.maximum.accumulate(np.where(held, -1, places))) % 2 == 1
    )
    return swallowed


def _mix(codes: NDArray[np.uint32], within: NDArray[np.int64] | int) -> NDArray[np.uint32]:
    """What a character gives to the hash of a word, by its place there."""
    mixed = codes.astype(np.uint32) * np.uint32(0x9E3779B1)
    mixed += (np.atleast_1d(within) + 1).astype(np.uint32) * np.uint32(0x85EBCA77)
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(0x2C1B3C6D)
    mixed ^= mixed >> np.uint32(12)
    return mixed


def _look_up(sums: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Which vocabularies hold what has these hashes, a bit each."""
    place, mark = place_of(sums)
    found = np.zeros(len(sums), dtype=np.uint8)
    for step in range(TRIES):
        held = WORDS[(place + np.uint32(step)) & np.uint32(PLACES - 1)]
        fits = (held >> 3 == mark) & (found == 0)
        found[fits] = held[fits] & 7
    return found


def place_of(sums: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Where in WORDS a hash is looked for first, and its mark."""
    mixed = sums ^ (sums >> np.uint32(16))
    mixed *= np.uint32(0x7FEB352D)
    mixed ^= mixed >> np.uint32(15)
    return mixed & np.uint32(PLACES - 1), mixed >> np.uint32(19)


def hash_word(word: str, after_space: bool) -> int:
    """The hash of a word, as a text that holds it has."""
    codes = np.frombuffer(word.encode("utf-32-le"), dtype="<u4")
    total = int(_mix(codes, np.arange(len(codes))).sum(dtype=np.uint32))
    return (total + after_space * _AFTER_SPACE) & 0xFFFFFFFF


def hash_pair(pair: str) -> int:
    """The hash of two neighbours that belong to no alphabet of Latin letters."""
    codes = np.frombuffer(pair.encode("utf-32-le"), dtype="<u4")
    return int(_mix(codes, _OF_PAIR + np.arange(2)).sum(dtype=np.uint32))
