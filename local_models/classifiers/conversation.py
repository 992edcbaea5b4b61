"""Signals of the whole conversation: asked again, mood over turns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from local_models.classifiers.compiled import NATIVE
from local_models.classifiers.features import Features

REASK_SIMILARITY = 0.6
"""Share of the shorter turn's n-grams from which on a turn says again what an earlier one said."""
REASK_CHARS = 4
"""Shorter turns ("ok", "yes") repeat each other without meaning to; of Chinese ones those that ask nothing."""
_LONGEST_WISH = 12
"""A short wish with all its marks ("退款！！！") is no longer than that."""
_UNITS_FOR_A_CHANGE = 9
"""A change in both directions is a slip of the pen only where so many words stand beside each changed one."""

_NUMBERS = re.compile(r"\d+")
_UNITS = re.compile(r"[a-zà-ɏ']+|[^\W\d_a-zà-ɏ\ue001-\ue003\ue010\ue011]")
_SAME = tuple(
    (re.compile(pattern), become)
    for pattern, become in (
        ("(?:怎么|为什么|为啥|咋)?还(?:没有?|不)", "时"),
        ("(?:什么|啥)时候|何时|几时|哪天|多久|多长时间", "时"),
        ("为什么|为啥|怎么回事|怎么(?=被|会)", "因"),
        ("怎么样?|如何|咋样?", "怎"),
        (
            "我(?:是)?(?:问|说)的是|我(?:就)?(?:想)?问(?:一?下|问)?|请问|到底|究竟|现在|目前|能不能|可不可以|可以|是不是",
            "",
        ),
        (
            "你好|您好|谢谢|感谢|麻烦|辛苦|好的|没错|是的|对的|知道|明白|收到|没问题|帮我|给我|一下|我们|你们",
            "",
        ),
    )
)
"""Wordings of one thing, and wordings of nothing."""
_IDLE_WORDS = (
    "a an the is are was were am be been do does did i you we my your our it its this that to of in on at for please "
    "thanks thank hello hi hey ok okay yes yeah no so and but can could will would shall should may just again still "
    "now asked asking said repeat me very much i'm it's tell know want sure right great fine good"
)
_IDLE = frozenset(
    (
        *_IDLE_WORDS.split(),
        *("的了啊呀吗呢吧啦嘛哦喔哈哎喂呗我你您它是在就也都再又请里儿能会好嗯行对亲很"),
    )
)
_SHORT_WISH = re.compile("[\u3400-\u9fff]{2,3}")
_PARTICLES = "了的啊呀呢吧啦嘛哦吗么哈"
_NO_WISH_WORDS = (
    "没 没有 有 不 不是 不用 不要 不需要 不行 不会 不知道 不清楚 不好意思 要 需要 确定 确认 同意 没事 没关系 算 继续 再见 拜拜 "
    "晚安 早安 早 早上好 下午好 晚上好 呵呵 嘻嘻 下一个 懂 了解 同上 一样 都行 都可以 随便 真 真棒 厉害 对不起 抱歉 客气 不客气 "
    "对对 是是 行行 嗯嗯 好好 可以 在 在不在 有人 喜欢 满意 不错 还行 还好 一般 加油 刚刚 昨天 今天 明天 先生 女士 小姐 男 女 多谢 好滴 等等 稍等 在不"
)
_NO_WISHES = frozenset(_NO_WISH_WORDS.split())
"""Short Chinese turns that answer, greet or nod: said twice they ask nothing twice."""


def is_reask(now: Features, earlier: Sequence[Features]) -> bool:
    """Whether this turn asks what an earlier one asked, in the same words or others.

    What differs counts by what it says: "红色的有货吗" and "蓝色的有货吗" are two questions, and so are two order
    numbers; "我的快递到哪了" and "快递现在在哪里" are one. Mere thanks and consent ask nothing. A wish of two
    or three Chinese signs is one again where it is said word for word.
    """
    wish = _read_short_wish(now.text)
    if wish and any(_read_short_wish(before.text) == wish for before in earlier):
        return True
    if _is_short(now):
        return False
    return any(_asks_the_same(now, before) for before in earlier if not _is_short(before))


def _is_short(turn: Features) -> bool:
    """By what was typed: a number is one sign in the normalised text."""
    return len(turn.typed or turn.text) < REASK_CHARS


def _read_short_wish(plain: str) -> str:
    """What a turn of a few Chinese signs wants, in its own words; empty where it wants nothing, or says more."""
    if len(plain) > _LONGEST_WISH:
        return ""
    wish = "".join(_UNITS.findall(plain)).rstrip(_PARTICLES)
    is_idle = wish in _NO_WISHES or not read_matter(wish, wish)[0]
    return "" if is_idle or not _SHORT_WISH.fullmatch(wish) else wish


def _asks_the_same(now: Features, before: Features) -> bool:
    said, numbers = read_matter(now.text, now.typed)
    said_before, numbers_before = read_matter(before.text, before.typed)
    if numbers_before and numbers - numbers_before:
        return False
    if not said or not said_before:
        return not said and not said_before and bool(numbers) and numbers == numbers_before
    fewer, more = sorted((len(said), len(said_before)))
    changed = min(len(said - said_before), len(said_before - said))
    if changed and changed * _UNITS_FOR_A_CHANGE >= fewer:
        return False
    # What says less says most of the other all the same, or stands in it nearly word for word.
    return (not changed and 2 * fewer > more) or similarity(now, before) >= REASK_SIMILARITY


@lru_cache(maxsize=1024)
def read_matter(plain: str, typed: str) -> tuple[frozenset[str], frozenset[str]]:
    """What a turn says, less what any turn may say: its words, or signs where it is Chinese; and its numbers."""
    for pattern, become in _SAME:
        plain = pattern.sub(become, plain)
    units = _UNITS.findall(plain)
    return frozenset(units) - _IDLE, frozenset(_NUMBERS.findall(typed))


def similarity(one: Features, other: Features) -> float:
    """Common n-grams over those of the shorter text, 0..1."""
    shorter = min(len(one.hashes), len(other.hashes))
    return count_shared(one, other) / shorter if shorter else 0.0


def count_shared(one: Features, other: Features) -> int:
    """How many n-grams two texts have in common."""
    if NATIVE is None:
        return count_shared_with_numpy(one, other)
    return NATIVE.shared(one.raw_hashes, other.raw_hashes)


def count_shared_with_numpy(one: Features, other: Features) -> int:
    """What the compiled loop does."""
    return len(np.intersect1d(one.hashes, other.hashes, assume_unique=True))


def mood_trend(moods: Sequence[float]) -> float:
    """The last third of the turns against those before it: below 0 worse, above 0 better, -1..1.

    Each mood runs from -1 (as angry as can be) to 1.
    """
    if len(moods) < 2:
        return 0.0
    last = max(1, len(moods) // 3)
    late, early = moods[-last:], moods[:-last]
    return max(-1.0, min(1.0, (sum(late) / len(late) - sum(early) / len(early)) / 2.0))
