"""Whether an answer says of itself that it cannot help."""

from __future__ import annotations

import re

_LOOKED_AT = 300
"""Characters: who cannot help says so at once; later mentions are about something else."""
_CHINESE = re.compile(
    r"超出了?(?:我|本人)的(?:能力|职责|知识|服务)?(?:范围)?|不在我的(?:能力|知识|服务|职责)?范围|"
    r"我(?:也|还|真的|暂时|确实)?(?:不(?:太)?(?:知道|清楚|了解|确定|明白|懂|会)|没办法|没法)|这个我不(?:知道|清楚|会|懂)|"
    r"(?:我|暂时|目前|抱歉|对不起|不好意思)[，,、]?(?:我)?(?:也|暂时|目前|还)?(?:无法|不能|没有办法)(?:回答|提供|确认|处理|查询|查到|帮|判断|完成|告诉|给出)|"
    r"帮不(?:了|上)|答不(?:了|上来)(?!的)|回答不了(?!的)|看不到(?:您的?|你的?)?(?:实时|具体)?(?:订单|信息|物流|数据)|"
    r"不掌握|没有(?:查到|找到)?(?:相关|这方面|足够)的?(?:信息|资料|数据)|我只(?:会|能)回答|作为(?:一个|一名)?(?:AI|人工智能|语言模型)|"
    r"没(?:太)?(?:听|看)(?:懂|明白)"
)
_ENGLISH = re.compile(
    r"\b(?:beyond (?:me|my (?:ability|abilities|knowledge|scope))|outside (?:of )?my (?:scope|abilities|knowledge)|"
    r"(?<!when )(?<!if )i(?: do not| don[’']?t) (?:know|understand|have (?:that|this|any|enough|access|information|data))|"
    r"i(?: am|[’']m) (?:not sure|unsure|unable|not able|not allowed|afraid i (?:can|do))|"
    r"i (?:can[’']?t|cannot|can not|could not|couldn[’']?t) (?:help|answer|assist|see|access|find|provide|do|tell|say|check)|"
    r"cannot see live orders|without data on|only answer (?:\w+ )?questions about|as an ai\b|as a language model|"
    r"(?:no|not enough|insufficient) (?:information|data) (?:about|on|to)\b)",
    re.IGNORECASE,
)


def is_refusal(text: str) -> bool:
    """Whether an answer begins by saying that it does not know, cannot see or may not do something.

    An apology alone is none, and neither is what a shop does not do ("cannot be returned").
    """
    beginning = text.strip()[:_LOOKED_AT]
    return bool(_CHINESE.search(beginning) or _ENGLISH.search(beginning))
