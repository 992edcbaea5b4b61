"""Words that people choose, as conditions compare them: `VIP`, ` vip` and `ｖｉｐ` are one word."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Give a word without its case and width, and without blanks around it."""
    if text.isascii():
        return text.strip().lower()
    return unicodedata.normalize("NFKC", text).strip().casefold()
