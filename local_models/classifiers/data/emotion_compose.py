"""Breadth for the emotion heads: lines composed of parts whose meeting decides what they mean.

Praise beside something gone wrong is sarcasm; the same praise beside a good end is praise; the
same trouble with a calm question is neutral, and with an outburst anger. Composing each part with
many others teaches a head to look at what meets, not at the part.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_GAP = re.compile(r"\{(\w+)\}")
PARTS = Path(__file__).parent / "emotion_parts.jsonl"

JOINS = {
    "zh": ("，", "，", "，", "！", "。", " ", "", "～", "...", ",", "!", "？"),
    "en": (", ", ". ", "! ", " - ", "... ", ": ", "; ", " "),
}
_SO = {
    "zh": ("", "", "", "，", "都", "居然", "竟然"),
    "en": ("", "", "", "and ", "because ", "now "),
}


@dataclass(frozen=True, slots=True)
class Composed:
    """A composed line and what it means."""

    text: str
    label: str
    intensity: float
    is_sarcastic: bool = False


Parts = dict[tuple[str, str], list[str]]


def read_parts(path: Path = PARTS) -> Parts:
    """The parts by language and kind."""
    parts: Parts = {}
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line:
            row = json.loads(line)
            parts.setdefault((row["lang"], row["kind"]), []).append(row["text"])
    return parts


def compose_moods(count: int, *, parts: Parts | None = None, seed: int = 11) -> list[Composed]:
    """`count` lines in each language, the kinds in equal shares; the same seed, the same lines."""
    rng, held = random.Random(seed), parts or read_parts()
    made = []
    for language in ("zh", "en"):
        kit = _Kit(held, language, rng)
        for _ in range(count):
            made.append(rng.choice(_MAKERS)(kit))
    return made


class _Kit:
    """Draws parts of one language."""

    def __init__(self, parts: Parts, language: str, rng: random.Random) -> None:
        self.parts, self.language, self.rng = parts, language, rng

    def draw(self, kind: str) -> str:
        """A part of the kind, the gaps in it filled with parts of the kinds that they name."""
        text = self.rng.choice(self.parts[self.language, kind])
        return _GAP.sub(lambda gap: self.draw(gap.group(1)), text)

    def join(self, *pieces: str) -> str:
        text = pieces[0]
        for piece in pieces[1:]:
            text += self.rng.choice(JOINS[self.language]) + piece
        return text

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def shuffled(self, *pieces: str) -> list[str]:
        held = list(pieces)
        self.rng.shuffle(held)
        return held

    def after(self, piece: str) -> str:
        return self.rng.choice(_SO[self.language]) + piece


def _sarcasm(kit: _Kit) -> Composed:
    """Praise and trouble, now and then a mocking mood before or after."""
    pieces = kit.shuffled(kit.draw("praise"), kit.after(kit.draw("fail")))
    if kit.chance(0.25):
        pieces.insert(kit.rng.choice((0, 2)), kit.draw("mood"))
    if kit.chance(0.15):
        pieces.append(kit.draw("fail"))
    if kit.chance(0.1):
        pieces.append(kit.draw("praise"))
    return Composed(kit.join(*pieces), "negative", 0.7, True)


def _praise(kit: _Kit) -> Composed:
    """Praise and a good end."""
    pieces = kit.shuffled(kit.draw("praise"), kit.draw("good"))
    if kit.chance(0.15):
        pieces.insert(
            0, kit.draw("mood").replace("呵呵", "哈哈").replace("🙄", "😊").replace("🙃", "😊")
        )
    if kit.chance(0.2):
        pieces.append(kit.draw("good"))
    return Composed(kit.join(*pieces), "positive", 0.65)


def _verdict(kit: _Kit) -> Composed:
    """Praise with no word of what became of it: taken as it is said."""
    kinds = kit.rng.choice((("verdict",), ("verdict", "praise"), ("praise", "praise"), ("praise",)))
    return Composed(kit.join(*(kit.draw(kind) for kind in kinds)), "positive", 0.6)


def _good_end(kit: _Kit) -> Composed:
    """A good end alone, or two."""
    pieces = [kit.draw("good")] + ([kit.draw("good")] if kit.chance(0.5) else [])
    return Composed(kit.join(*pieces), "positive", 0.5)


def _rescued(kit: _Kit) -> Composed:
    """Trouble, but then a good end."""
    but = kit.rng.choice(
        ("但是", "不过", "还好", "幸好")
        if kit.language == "zh"
        else ("but ", "luckily ", "though ", "but in the end ")
    )
    pieces = [kit.draw("problem"), but + kit.draw("good")]
    if kit.chance(0.6):
        pieces.append(kit.draw("praise"))
    return Composed(kit.join(*pieces), "positive", 0.5)


def _spoiled(kit: _Kit) -> Composed:
    """A good side, but trouble."""
    but = kit.rng.choice(
        ("但是", "可是", "可惜", "就是", "结果")
        if kit.language == "zh"
        else ("but ", "too bad ", "except ", "yet ")
    )
    return Composed(kit.join(kit.draw("good"), but + kit.draw("fail")), "negative", 0.5)


def _anger(kit: _Kit) -> Composed:
    """Trouble and an outburst."""
    pieces = kit.shuffled(kit.draw(kit.rng.choice(("fail", "fail", "problem"))), kit.draw("anger"))
    if kit.chance(0.2):
        pieces.append(kit.draw("anger"))
    return Composed(kit.join(*pieces), "negative", 0.8)


def _trouble(kit: _Kit) -> Composed:
    """Two things gone wrong, told with a reproach in the telling."""
    return Composed(kit.join(kit.draw("fail"), kit.draw("fail")), "negative", 0.6)


def _calm(kit: _Kit) -> Composed:
    """A problem and a question."""
    pieces = [kit.draw("problem"), kit.draw("ask")]
    if kit.chance(0.3):
        pieces = pieces[::-1]
    if kit.chance(0.2):
        pieces.append("谢谢" if kit.language == "zh" else "thanks")
    return Composed(kit.join(*pieces), "neutral", 0.0)


def _plain(kit: _Kit) -> Composed:
    """A problem alone, as a fact."""
    return Composed(kit.draw("problem"), "neutral", 0.0)


_MAKERS: Sequence[Callable[[_Kit], Composed]] = (
    _sarcasm, _sarcasm, _sarcasm, _praise, _praise, _praise, _verdict, _good_end, _rescued,
    _spoiled, _anger, _trouble, _calm, _calm, _plain,
)  # fmt: skip

_OPENERS = {
    "zh": (
        "你好，",
        "亲，",
        "哎，",
        "那个，",
        "客服，",
        "我说",
        "唉，",
        "喂，",
        "您好！",
        "",
        "",
        "",
    ),
    "en": ("hi, ", "so ", "hey ", "um ", "well ", "ok ", "hello, ", "", "", ""),
}
_ENDS = {
    "zh": (
        "。",
        "！",
        "!!",
        "？",
        "...",
        "～",
        "啊",
        "吧",
        "呢",
        "哦",
        "了",
        "哈",
        "，真的",
        "",
        "",
    ),
    "en": (".", "!", "!!", "...", " :/", "", "", "", " please", " lol", "?"),
}


def disturb(text: str, language: str, rng: random.Random) -> str:
    """A line as another hand would type it: an opener, another end, no commas, case, a lost letter."""
    if rng.random() < 0.35:
        text = rng.choice(_OPENERS[language]) + text
    if rng.random() < 0.5:
        text = text.rstrip("。.!！") + rng.choice(_ENDS[language])
    if rng.random() < 0.2:
        text = text.replace("，", " ").replace(", ", " ")
    if language == "en":
        chance = rng.random()
        text = text.lower() if chance < 0.3 else text.upper() if chance < 0.35 else text
    if rng.random() < 0.2 and len(text) > 8:
        at = rng.randrange(1, len(text) - 1)
        text = text[:at] + text[at + 1 :]
    return text
