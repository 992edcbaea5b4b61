"""Signs that say how somebody feels whatever the words beside them, and those that say nothing of it.

The heads met some emoji often and some never; a sign of rage is one beside any words, and laughing or
shrugging is no anger. WeChat and Taobao write their signs in brackets ("[发怒]"). A sign that somebody asks for
("有😡玩偶吗"), or that stands beside laughter ("笑死我了😡"), is no rage.
"""

from __future__ import annotations

import re

from local_models.classifiers.compiled import lower
from local_models.classifiers.traditional import simplify

_IN_BRACKETS = r"\[(?:[发愤恼暴]?怒|怒火|发火|抓狂|生气|咒骂|angry|rage|scold)\]"
_RAGE = f"(?:[😡🤬👿😤💢🖕🤮😠]|{_IN_BRACKETS})"
_ANGRY = re.compile(_RAGE)
_LAUGHING = re.compile(
    "[😂🤣😅🤷][\u200d\ufe0f♀♂🏻-🏿]{0,5}|\\[(?:微笑|呲牙|偷笑|大笑|憨笑|笑哭|破涕为笑|捂脸|坏笑)\\]"
)
_LAUGHTER = re.compile(
    r"[😂🤣😆😹]|\[(?:笑哭|破涕为笑|偷笑|大笑|呲牙|坏笑)\]|哈哈|嘻嘻|笑死|笑喷|笑不活|开(?:个|的)?玩笑|逗(?:你|您)(?:玩|呢)|闹着玩|\b(?:haha|hehe|lol|lmao|rofl|just kidding|jk|joking)"
)
_GOODS = "(?:表情|图案|玩偶|公仔|抱枕|贴纸|手办|挂件|徽章|头像|印花|款|钥匙扣|杯|帽|面具|口罩|emoji|emoticon|face|plush|stickers?|mugs?|pillows?|keychains?|keyrings?|t?-?shirts?|toys?|pins?|badges?|masks?)"
_ASKED_FOR = re.compile(
    rf"{_RAGE}[\s\"'”’」]{{0,2}}(?:这[个种款]|那[个种款]|的|一样的?|样子的?|fac(?:e|ed)|angry)?[\s]?(?:[^\s，。,.!?！？了]{{1,4}})?{_GOODS}(?![^，。,.!！]{{0,12}}(?:[坏破丢烂碎错假]|没|broken|wrong|fake|missing|late))"
    rf"|(?:有|卖|要|买|印|\b(?:a|an|any|the|this|with|sell|have|for)\s)[^，。,.!！了人]{{0,4}}{_RAGE}[^，。,.!！了]{{1,12}}(?:吗|么|嘛|多少钱|怎么卖|[?？])"
)
"""Goods that show such a sign."""
_SICK = re.compile(
    r"孕吐|晕[车船机]|恶心|反胃|想吐|呕吐|吐了|\b(?:morning sickness|nausea|nauseous|car ?sick|sea ?sick|travel sickness|throw(?:ing)? up|vomit\w*)\b"
)
_REMEDY = re.compile(
    r"(?:可以|能|可不可以|能不能|适合|管用|有用|推荐|哪[款种个])[^。！!]{0,12}(?:吗|么|嘛|呢|[?？]|$)|(?:有用|管用|有效|好用)(?:吗|么|嘛)|\b(?:does|do|is|are|can|will|which|any)\b[^.!]{0,60}[?]"
)
_SICKLY = "🤮"


def count_angry(typed: str) -> int:
    """How many signs of rage stand in a text that means them; -1 where it holds some and means none."""
    if typed.isascii() and "[" not in typed:
        return 0
    plain = lower(simplify(typed))
    count = len(_ANGRY.findall(plain))
    if not count:
        return 0
    if is_in_fun(plain) or _ASKED_FOR.search(plain):
        return -1
    is_remedy = _SICKLY in plain and _SICK.search(plain) and _REMEDY.search(plain)
    return -1 if is_remedy else count


def without_rage(typed: str) -> str:
    """The text without signs of rage, which are looked for in its simplified form."""
    return _ANGRY.sub(" ", lower(simplify(typed))).strip()


def is_in_fun(plain: str) -> bool:
    """Whether somebody laughs or jokes by a sign or a word; of a simplified text in lower case."""
    return _LAUGHTER.search(plain) is not None


def laughs(typed: str) -> bool:
    """Whether somebody laughs or shrugs in it by a sign."""
    return not typed.isascii() and _LAUGHING.search(typed) is not None


def without_laughter(typed: str) -> str:
    """The text without such signs; empty where nothing else is in it."""
    return _LAUGHING.sub(" ", typed).strip()
