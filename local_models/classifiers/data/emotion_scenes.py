"""Scenes for the emotion heads: a thing, what goes wrong with it, and what goes well.

`emotion_scenes.jsonl` holds by scene (parcels, repairs, meals, offices) the things spoken of and what
becomes of them. Any thing with any end makes an event, so that the thing says nothing and the end
everything. Gaps in an end are filled with amounts drawn anew: `{L}` days to months, `{S}` hours to two
days, `{l}` a long wait, `{s}` a short one, `{N}` several.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SCENES = Path(__file__).parent / "emotion_scenes.jsonl"
_GAP = re.compile(r"\{([LSlsN])\}")
_ZH = ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十")
_EN = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
       "twelve")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """What one scene is made of."""

    language: str
    about: str
    """What praise fits it, as in `emotion_praise.jsonl`."""
    objects: list[str]
    bad: list[str]
    good: list[str]

    def draw(self, rng: random.Random) -> tuple[str, str]:
        """An event as it went wrong and as it went well, of the same thing."""
        thing, between = rng.choice(self.objects), "" if self.language == "zh" else " "
        ends = (self._fill(rng.choice(ends), rng) for ends in (self.bad, self.good))
        bad, good = (thing + between + end for end in ends)
        return bad, good

    def _fill(self, end: str, rng: random.Random) -> str:
        amounts = _AMOUNTS[self.language]
        return _GAP.sub(lambda gap: amounts[gap.group(1)](rng), end)


def read_scenes(path: Path = SCENES) -> list[Scene]:
    """The scenes of a file."""
    held: dict[tuple[str, str], Scene] = {}
    for row in map(json.loads, filter(None, path.read_text(encoding="utf-8").split("\n"))):
        language, name = row["lang"], row["scene"]
        scene = held.setdefault((language, name), Scene(language, row["about"], [], [], []))
        {"object": scene.objects, "bad": scene.bad, "good": scene.good}[row["kind"]].extend(
            row["texts"]
        )
    return list(held.values())


def _number_zh(rng: random.Random, least: int, most: int) -> str:
    """In digits or in words, as often."""
    value = rng.randint(least, most)
    if rng.random() < 0.5:
        return str(value)
    tens, ones = divmod(value, 10)
    if not tens:
        return _ZH[ones]
    return ("" if tens == 1 else "二" if tens == 2 else _ZH[tens]) + "十" + _one_zh(ones)


def _one_zh(ones: int) -> str:
    return "" if not ones else "二" if ones == 2 else _ZH[ones]


def _number_en(rng: random.Random, least: int, most: int) -> str:
    value = rng.randint(least, most)
    return str(value) if value >= len(_EN) or rng.random() < 0.5 else _EN[value]


def _drawer(
    number: Callable[[random.Random, int, int], str],
) -> Callable[..., Callable[[random.Random], str]]:
    """What makes an amount of some shapes: fixed words, or a number from least to most with its unit."""

    def of(*shapes: str | tuple[int, int, str]) -> Callable[[random.Random], str]:
        def draw(rng: random.Random) -> str:
            shape = rng.choice(shapes)
            if isinstance(shape, str):
                return shape
            least, most, unit = shape
            return number(rng, least, most) + unit

        return draw

    return of


_zh, _en = _drawer(_number_zh), _drawer(_number_en)
_AMOUNTS: dict[str, dict[str, Callable[[random.Random], str]]] = {
    "zh": {
        "L": _zh((5, 60, "天"), (5, 60, "天"), (2, 9, "个月"), (2, 8, "周"), (2, 6, "个星期"), (2, 5, "个礼拜"),
                 (10, 30, "个工作日"), "半个月", "大半个月", "一个多月", "二十多天", "半年", "好几个月", "十来天"),
        "S": _zh((1, 6, "小时"), (2, 8, "个小时"), "当天", "当晚", "第二天", "隔天", "一天", "两天", "半天", "半小时",
                 "一个钟头", "次日"),
        "l": _zh((40, 99, "分钟"), (2, 7, "小时"), (2, 6, "个小时"), (2, 5, "个钟头"), "一上午", "一下午", "大半天",
                 "一整天", "两个半小时", "一晚上", "俩小时"),
        "s": _zh((1, 20, "分钟"), (1, 20, "分钟"), (5, 50, "秒"), "几分钟", "几秒", "一会儿", "不到五分钟", "十来分钟"),
        "N": _zh((3, 15, ""), (3, 9, ""), "好几", "七八", "十几"),
    },
    "en": {
        "L": _en((5, 60, " days"), (2, 9, " weeks"), (2, 9, " months"), (6, 30, " business days"), "half a year",
                 "over a month", "several weeks", "months"),
        "S": _en((2, 9, " hours"), (2, 3, " days"), "a day", "an hour", "one day", "half a day", "a few hours"),
        "l": _en((40, 99, " minutes"), (2, 7, " hours"), "an hour and a half", "two and a half hours", "all morning",
                 "half a day"),
        "s": _en((2, 20, " minutes"), (5, 50, " seconds"), "a minute", "a few minutes", "seconds", "no time"),
        "N": _en((3, 15, ""), (3, 9, ""), "several"),
    },
}  # fmt: skip
