"""Whether a text is an address and nothing else: an answer to who asked where to send something, and no exercise."""

from __future__ import annotations

import re

_DIGITS = "[\ue001-\ue003\\d]"
_PARTS = re.compile(
    rf"[省市区县镇乡村路街道巷弄里段]|{_DIGITS} ?(?:[号栋幢楼层室户座]|单元|巷|弄)|之{_DIGITS}"
)
_LEAST_PARTS = 3
_CHINESE = re.compile(
    r"(?:(?:收货|新|收件|送货|寄送)?地址(?:改[成为])?(?:是|为)?[:：,， ]{0,2})?[\u4e00-\u9fff\w\ue000-\ue01f #\-,，.、()（）]{6,80}"
)
_SAYS = re.compile(
    "[?？吗呢吧了我你您请]|怎么|为什么|什么|多少|哪|送到|寄到|改成|改为|发到|翻译|介绍|天气|攻略|旅游|附近"
)
_ENGLISH = re.compile(
    rf"(?:(?:my |the |new |delivery |shipping )?address(?: is)?[:, ]{{0,2}})?(?:(?:flat|apt|apartment|unit|suite) ?[\w\ue001-\ue003]{{1,4}},? )?{_DIGITS}{{1,5}}[a-z]? [a-z' .]{{2,40}}"
    r"\b(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|close|way|terrace|place)\b[\w\ue000-\ue01f ,.\-]{0,60}"
)


def is_address(plain: str) -> bool:
    """Whether a text as `normalise` spells it gives an address, perhaps with a name and a phone beside it, and says nothing."""
    if _ENGLISH.fullmatch(plain):
        return True
    if _CHINESE.fullmatch(plain) is None or _SAYS.search(plain.replace("地址改成", "")):
        return False
    return len(_PARTS.findall(plain)) >= _LEAST_PARTS
