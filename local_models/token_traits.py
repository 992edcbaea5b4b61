"""What in a text makes tokens: its characters by kind, and how they stand together.

A vocabulary learned from text splits it at words, groups digits, swallows indentation and rows of one mark,
and cuts what it seldom saw into pieces. The traits count what that hangs on; `tokenizer.py` weighs them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.compiled import NATIVE

KINDS = (
    "lower", "upper", "digit", "space", "break", "tab", "mark", "accented", "vietnamese", "cyrillic", "greek", "arabic", "hebrew",
    "indic", "thai", "kana", "hangul", "han", "rare_han", "old_han", "wide", "emoji", "other",
)  # fmt: skip
"""Of characters. Old Han are traditional ones, wide are the marks of East Asia and of typesetters."""
SHAPES = (
    "word", "late", "far", "shout", "hump", "joint", "odd_pair", "strange_pair", "digit_group", "digit_after_space",
    "mark_run", "space_run", "break_run", "script_word", "same_mark", "same_space", "same_break", "same_letter", "same_other",
)  # fmt: skip
TRAITS = (*KINDS, *SHAPES)
"""The name of each trait, in the order of `count_traits`.

A character that stands there for the third time in a row or more counts as `same_…` and as nothing else,
digits aside. Words are runs of Latin letters; `late` and `far` are letters from the eighth and the thirteenth of a word
on, `shout` a capital behind a capital, `hump` one behind a small letter, `joint` where letters and digits
meet. Odd and strange pairs are neighbouring letters that English has seldom or never. A `script_word` is a
word of another alphabet.
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
    ("accented", "\u00ba\u00ba"), ("accented", "\u00c0\u024f"), ("vietnamese", "\u0102\u0103"), ("vietnamese", "\u0110\u0111"), ("vietnamese", "\u01a0\u01b0"), ("vietnamese", "\u1e00\u1eff"), ("greek", "\u0370\u03ff"),
    ("cyrillic", "\u0400\u045f"), ("hebrew", "\u0590\u05ff"), ("arabic", "\u0600\u06ff"), ("arabic", "\u0750\u077f"),
    ("indic", "\u0900\u0dff"), ("thai", "\u0e00\u0eff"), ("kana", "\u3040\u30ff"), ("hangul", "\uac00\ud7a3"),
    ("rare_han", "\u3400\u9fff"), ("rare_han", "\uf900\ufaff"), ("wide", "\u2010\u206f"), ("wide", "\u3000\u303f"), ("wide", "\uff00\uff65"),
    ("emoji", "\u2600\u27bf"), ("emoji", "\u200d\u200d"), ("emoji", "\ufe0f\ufe0f"), ("emoji", "\u20e3\u20e3"),
    ("mark", "\ud800\udfff"),
)  # fmt: skip


def _plane() -> NDArray[np.uint8]:
    """The kind of each character of the basic plane; half of a pair is written as a question mark."""
    plane = np.full(1 << 16, _AT["other"], dtype=np.uint8)
    plane[:128] = _AT["mark"]
    for name, ends in _BLOCKS:
        plane[ord(ends[0]) : ord(ends[1]) + 1] = _AT[name]
    # The first levels of the old national character sets are the characters in use.
    for name, coding, leads in (("old_han", "big5", (0xA4, 0xC7)), ("han", "gb2312", (0xB0, 0xD8))):
        for lead in range(*leads):
            for tail in range(0x40, 0xFF):
                for character in bytes((lead, tail)).decode(coding, "ignore"):
                    if "\u3400" <= character <= "\u9fff":
                        plane[ord(character)] = _AT[name]
    plane[:32] = _AT["tab"]
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


PLANE, PAIRS = _plane(), _pairs()
_TABLES = (PLANE.tobytes(), PAIRS.tobytes())
_LATIN = ("lower", "upper", "accented", "vietnamese")
_SAME = {"mark": "same_mark", "space": "same_space", "break": "same_break", "tab": "same_break"}
_SAME_OF = np.array(
    [
        _AT[_SAME.get(name, "same_letter" if at < 2 else "same_other")]
        for at, name in enumerate(KINDS)
    ]
)
_GROUP_OF = np.array([0 if name in _LATIN else at for at, name in enumerate(KINDS)])
_FIRST_SCRIPT, _LAST_SCRIPT = _AT["cyrillic"], _AT["hangul"]
_EMOJI, _FAR_HAN = (0x1F000, 0x1FB00), (0x20000, 0x40000)


def count_traits(text: str) -> list[int]:
    """How often each of TRAITS stands in the text. More text never has less of any."""
    if NATIVE is None:
        return count_traits_in_arrays(text)
    return NATIVE.token_traits(text, *_TABLES)


def count_traits_in_arrays(text: str) -> list[int]:
    """What the compiled loop does."""
    if not text:
        return [0] * len(TRAITS)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    kinds = _kinds_of(codes)
    before = np.concatenate(([255], kinds[:-1]))
    same = np.zeros(len(codes), dtype=bool)
    same[2:] = (
        (codes[2:] == codes[1:-1]) & (codes[1:-1] == codes[:-2]) & (kinds[2:] != _AT["digit"])
    )
    counts = np.bincount(kinds[~same], minlength=len(TRAITS))
    counts += np.bincount(_SAME_OF[kinds[same]], minlength=len(TRAITS))
    groups = _GROUP_OF[kinds]
    starts = np.concatenate(([True], groups[1:] != groups[:-1]))
    places = np.arange(len(codes))
    within = places - np.maximum.accumulate(np.where(starts, places, 0))
    shapes = _shapes(kinds, before, groups, within)
    counts[len(KINDS) : len(KINDS) + len(shapes)] = [int((held & ~same).sum()) for held in shapes]
    found: list[int] = counts.tolist()
    for at, strangeness in ((_AT["odd_pair"], 1), (_AT["strange_pair"], 2)):
        found[at] = int(((_strangeness(codes) == strangeness) & ~same).sum())
    return found


def _kinds_of(codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
    kinds: NDArray[np.uint8] = PLANE[np.minimum(codes, 0xFFFF)]
    if codes.max() > 0xFFFF:
        kinds[codes > 0xFFFF] = _AT["other"]
        kinds[(codes >= _EMOJI[0]) & (codes < _EMOJI[1])] = _AT["emoji"]
        kinds[(codes >= _FAR_HAN[0]) & (codes < _FAR_HAN[1])] = _AT["rare_han"]
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
    groups: NDArray[np.int64],
    within: NDArray[np.int64],
) -> list[NDArray[np.bool_]]:
    """Where each of SHAPES holds, as far as neighbours tell; the pairs are left empty."""
    upper, digit, space = (_AT[name] for name in ("upper", "digit", "space"))
    letters, digits, nothing = groups == 0, kinds == digit, np.zeros(len(kinds), dtype=bool)
    after_letter = np.isin(before, [_AT[name] for name in _LATIN])
    is_script = (kinds >= _FIRST_SCRIPT) & (kinds <= _LAST_SCRIPT)
    capital = kinds == upper
    return [
        letters & (within == 0),
        letters & (within >= 7),
        letters & (within >= 12),
        capital & (before == upper),
        capital & after_letter & (before != upper),
        (letters & (before == digit)) | (digits & after_letter),
        nothing,
        nothing,
        digits & (within % 3 == 0),
        digits & (before == space),
        (kinds == _AT["mark"]) & (within == 0),
        (kinds == space) & (within == 1),
        (kinds == _AT["break"]) & (within == 0),
        is_script & (within == 0),
    ]
