"""Text made plain before it is hashed: one spelling for what means the same.

Traditional characters become simplified (`traditional.py`), full-width forms half-width, letters lower
case, digit runs one mark by their length, and placeholders of a privacy filter (`<PHONE_1>`) or of
anonymised logs (`[电话x]`) one mark by their kind.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.compiled import NATIVE
from local_models.classifiers.traditional import simplify

MAX_CHARS = 4_000
"""Longer texts are read by their first and last half of this; the middle is left out."""

_MARKS = {
    "phone": "\ue010",
    "order": "\ue011",
    "name": "\ue012",
    "address": "\ue013",
    "date": "\ue014",
    "amount": "\ue015",
    "link": "\ue016",
    "organisation": "\ue017",
    "face": "\ue018",
    "email": "\ue019",
    "number": "\ue003",
    "other": "\ue01f",
}
_DIGIT_MARKS = (
    "", *["\ue001"] * 2, *["\ue002"] * 2, *["\ue003"] * 4, *[_MARKS["order"]] * 2, _MARKS["phone"],
    _MARKS["order"],
)  # fmt: skip
"""The mark of a run of so many digits; the last one is that of every longer run."""
_KINDS = {
    "PHONE": "phone", "MOBILE": "phone", "TEL": "phone", "电话": "phone", "手机": "phone",
    "ORDER": "order", "ORDERID": "order", "ORDER_NUMBER": "order", "单号": "order",
    "NAME": "name", "PERSON": "name", "姓名": "name",
    "ADDRESS": "address", "LOCATION": "address", "地址": "address", "站点": "address",
    "DATE": "date", "TIME": "date", "日期": "date", "时间": "date",
    "AMOUNT": "amount", "MONEY": "amount", "金额": "amount",
    "URL": "link", "LINK": "link", "链接": "link",
    "ORG": "organisation", "ORGANISATION": "organisation", "组织机构": "organisation",
    "EMAIL": "email", "邮箱": "email", "数字": "number", "NUMBER": "number",
}  # fmt: skip

_TABLE = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    ord("覆"): "复",  # 回覆 is 回复
    ord("\u3000"): " ", ord("。"): ".", ord("、"): ",", ord("“"): '"', ord("”"): '"',
    ord("‘"): "'", ord("’"): "'", ord("…"): ".", ord("\t"): " ", ord("\n"): " ",
    ord("\r"): " ", ord("\u00a0"): " ", ord("\u200b"): None, ord("\ufeff"): None,
}  # fmt: skip

_DROPPED = 0xFFFFFFFF


def _plane() -> NDArray[np.uint32]:
    """The table as an array over the basic plane."""
    plane = np.arange(1 << 16, dtype="<u4")
    for code, become in _TABLE.items():
        plane[code] = (
            _DROPPED if become is None else ord(become) if isinstance(become, str) else become
        )
    return plane


PLANE = _plane()
"""What each code point of the basic plane is spelt as."""
DIGIT_MARKS = np.array([ord(mark or " ") for mark in _DIGIT_MARKS], dtype=np.uint32)
"""The marks of digit runs by length, as code points."""
_SPELLING = None if NATIVE is None else NATIVE.Spelling(PLANE, DIGIT_MARKS)
_SHORT = 120
"""Below this many characters calling numpy costs more than it saves."""

_PLACEHOLDER = re.compile(
    r"<([A-Z][A-Z_]*?)_?\d*>"
    r"|#e-s\[数字x\]"
    r"|\[(?:([a-z]+)_\d+|([\u4e00-\u9fff]{1,6})x)\]"
    r"|https?://[^\s\u4e00-\u9fff]+"
    r"|&[a-z]{2,6};",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_SPACES = re.compile(r" {2,}")
_REPEATS = re.compile(r"(.)\1{2,}")


def normalise(text: str) -> str:
    """The text as the feature pass reads it: one line, lower case, marks for numbers and names."""
    text = simplify(clip(text))
    text = translate(text) if _SPELLING is None else _SPELLING.translate(text)
    if "<" in text or "[" in text or "://" in text or "&" in text:
        text = _PLACEHOLDER.sub(_mark_of, text)
    return flatten(text) if _SPELLING is None else _SPELLING.flatten(text)


def flatten(text: str) -> str:
    """Lower case, one mark for a run of digits, no long repeats, one space between words.

    The compiled loop does the same.
    """
    text = text.lower()
    if _has_digits(text):
        text = _DIGITS.sub(_digits_of, text)
    if _has_repeats(text):
        text = _REPEATS.sub(r"\1\1", text)
    if "  " in text:
        text = _SPACES.sub(" ", text)
    return text.strip()


def translate(text: str) -> str:
    """Character by character; `str.translate` is slow on long texts of other scripts.

    The compiled loop does the same.
    """
    if len(text) < _SHORT or text.isascii():
        return text.translate(_TABLE)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    if codes.max() > 0xFFFF:
        return text.translate(_TABLE)
    codes = PLANE.take(codes)
    kept: bytes = codes[codes != _DROPPED].tobytes()
    return kept.decode("utf-32-le", "surrogatepass")


def _has_digits(text: str) -> bool:
    return not text.isascii() or any(digit in text for digit in "0123456789")


def _has_repeats(text: str) -> bool:
    """Whether a character stands three times in a row; for short texts the pattern is as quick."""
    if len(text) < _SHORT:
        return True
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    same = codes[1:] == codes[:-1]
    return bool((same[1:] & same[:-1]).any())


def clip(text: str, most: int = MAX_CHARS) -> str:
    """The text itself, or head and tail of one that is too long to read whole."""
    if len(text) <= most:
        return text
    half = most // 2
    return text[:half] + " " + text[-half:]


def _mark_of(found: re.Match[str]) -> str:
    whole = found.group(0)
    if whole.startswith("#"):
        return _MARKS["face"]
    if whole.startswith("&"):
        return " "
    if "://" in whole:
        return _MARKS["link"]
    kind = found.group(1) or found.group(2) or found.group(3)
    return _MARKS[_KINDS.get(kind.upper(), "other")]


def _digits_of(found: re.Match[str]) -> str:
    return _DIGIT_MARKS[min(found.end() - found.start(), len(_DIGIT_MARKS) - 1)]
