"""What haste does to a customer's message: dropped, doubled and swapped characters, lost commas."""

from __future__ import annotations

import random
import re

_KEEP = re.compile(r"<[A-Z_0-9]+>|[A-Z-]*\d{4,}|[^<]|<")
_FILLERS = {
    "zh": "的了啊呢吧哈嘛呀就都也还那这",
    "en": "so just really well like actually now then",
}


def disturb(text: str, language: str, rng: random.Random) -> str:
    """The text, two times in five with a few slips; placeholders and order numbers stay whole."""
    if rng.random() < 0.6:
        return text
    pieces = _KEEP.findall(text) if language == "zh" else text.split(" ")
    kept = [slip for piece in pieces for slip in _slip(piece, language, rng)]
    return _recase(("" if language == "zh" else " ").join(kept), language, rng)


def _slip(piece: str, language: str, rng: random.Random) -> list[str]:
    if rng.random() > 0.08 or re.search(r"\d{4}|<", piece):
        return [piece]
    kind = rng.choice(("drop", "drop", "filler", "typo", "strange"))
    if kind == "drop":
        return []
    if kind == "filler":
        words = _FILLERS[language]
        return [piece, rng.choice(words if language == "zh" else words.split())]
    if kind == "strange":
        return [piece, _strange(language, rng)]
    return [_mistype(piece, rng)]


def _mistype(piece: str, rng: random.Random) -> str:
    if len(piece) < 4:
        return piece
    at = rng.randrange(1, len(piece) - 1)
    return piece[:at] + piece[at + 1] + piece[at] + piece[at + 2 :]


def _strange(language: str, rng: random.Random) -> str:
    """A character or word that the patterns hold nowhere, so that unknown ones do not confuse."""
    if language == "zh":
        return chr(rng.randint(0x4E00, 0x9FA5))
    return "".join(rng.choice("abcdefghiklmnoprstuvwy") for _ in range(rng.randint(3, 7)))


def _recase(text: str, language: str, rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.25:
        return re.sub(r"[，。！？,.!?]", " " if language == "zh" else "", text).strip()
    if language == "en" and chance < 0.6:
        return text.lower() if not re.search(r"<|[A-Z]-?\d", text) else text
    if language == "en" and chance < 0.66 and "<" not in text:
        return text.upper()
    return text
