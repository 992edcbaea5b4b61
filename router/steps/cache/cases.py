"""Whether a text speaks of one case: an order, a payment, an account of somebody's own, or how things stand now.

This is asked where an answer would be kept for equal requests, so it is careful: a cache that is not
looked up costs one call, and a stale answer about somebody's parcel costs trust.
"""

from __future__ import annotations

import re

from local_models.classifiers.compiled import lower as lower_of
from local_models.classifiers.traditional import simplify
from router.steps.cache.case_words import (
    ASKS_EN,
    ASKS_ZH,
    CHANGING_EN,
    CHANGING_ZH,
    FIRST_EN,
    GENERAL_EN,
    GENERAL_ZH,
    MATTERS_EN,
    MATTERS_ZH,
    ONESELF_EN,
    ONESELF_ZH,
    OWN_EN,
    OWN_ZH,
    TROUBLE_ZH,
    USUALLY_ZH,
)

_DIGITS = re.compile(r"\d{4}|\d\d[- ]\d\d[- ]\d\d")
"""Of an order, a card, a phone, a year: as many as a tail has that customers quote."""
_CODE = re.compile(r"(?<![a-z\d])(?=[a-z]{0,12}\d)[a-z\d]{6,40}(?![a-z\d])")
_DIGITS_IN_A_CODE = 3
_SENTENCES = re.compile(r"[。！？?!；;\n]|\.(?=\s)")


def speaks_of_one_case(text: str) -> bool:
    """Whether it does: four digits in a row, a code of letters and digits, or words of one's own case.

    Digits of any script count. Words are a wish or an order ("I want a refund", 取消订单), what points at
    something ("where is it", 到哪了), or a matter of cases in a sentence that does not ask how things are in
    general: "退款到账了吗" is one case, "退款一般多久到账" is none. So is what asks how something stands now ("is the
    outage fixed", 现在有货吗) or how it stands with oneself ("am I approved", 我有多少积分): the answer changes. Where it
    can not be told, it is one.
    """
    if _DIGITS.search(text):
        return True
    lower = lower_of(simplify(text)).replace("’", "'")
    if any(
        sum(map(str.isdecimal, code.group())) >= _DIGITS_IN_A_CODE for code in _CODE.finditer(lower)
    ):
        return True
    return any(map(_is_own, filter(str.strip, _SENTENCES.split(lower))))


def asks_in_general(text: str) -> bool:
    """Whether a word of it asks how things are for everybody: "how", "usually", 怎么, 一般, 支持."""
    lower = lower_of(simplify(text)).replace("’", "'")
    return any(each.search(lower) for each in (GENERAL_EN, GENERAL_ZH, USUALLY_ZH))


def _is_own(sentence: str) -> bool:
    asked = ASKS_EN.sub(" ", sentence)
    if OWN_EN.search(asked) or FIRST_EN.match(asked.lstrip()):
        return True
    if CHANGING_EN.search(asked.rstrip()) or ONESELF_EN.search(asked):
        return True
    if MATTERS_EN.search(asked) and not GENERAL_EN.search(asked):
        return True
    if sentence.isascii():
        return False
    asked = ASKS_ZH.sub("", sentence)
    if OWN_ZH.search(asked) or CHANGING_ZH.search(asked) or ONESELF_ZH.search(asked):
        return True
    if USUALLY_ZH.search(asked):
        return False
    if TROUBLE_ZH.search(asked):
        return True
    return bool(MATTERS_ZH.search(asked)) and not GENERAL_ZH.search(asked)
