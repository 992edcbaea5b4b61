"""One spelling for what means the same, character by character, so that places stay."""

from __future__ import annotations

import re

from local_models.classifiers.traditional import simplify

_WIDE = re.compile(r"[０-９＠＋－．Ａ-Ｚａ-ｚ]")
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_OTHERWISE = {"帐号": "账号", "帐户": "账户", "身分证": "身份证", "联络人": "联系人"}
"""What Taiwan and Hong Kong, and some at home, write with another character."""
_SIGNS = ("帐", "分证", "联络")


def plain(text: str) -> str:
    """The text in simplified characters and with narrow digits and letters, as long as it is."""
    if text.isascii():
        return text
    simple = simplify(text)
    if _WIDE.search(simple):
        simple = simple.translate(_NARROW)
    if any(sign in simple for sign in _SIGNS):
        for word, usual in _OTHERWISE.items():
            simple = simple.replace(word, usual)
    return simple
