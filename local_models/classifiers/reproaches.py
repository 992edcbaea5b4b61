"""Words of thanks and vows that no glad customer says: "thanks for nothing", "I'll never buy here again", 再也不来了.

The heads of moods take them for joy now and then: their words are those of regulars.
"""

from __future__ import annotations

import re

from local_models.classifiers.compiled import lower
from local_models.classifiers.regional import speak_mandarin
from local_models.classifiers.traditional import simplify

_IN_FUN = re.compile(r"\b(?:kidding|joking|jk|haha)\b|开玩笑|哈哈")
_MOST_CHARS = 240
"""Of longer texts the heads know enough."""
_HINT = re.compile(r"nothing|thank|never|time|lost|再|不|绝|后|最")
_SHOP = r"(?:(?:(?:from|with|at|to|in|on|of) )?(?:here|you(?: guys| people| lot)?|u|your \w+|this (?:shop|store|company|site|website|place|app|brand|seller|platform)))"
_DEAL = r"(?:buy|order|shop|come|us|book|stay|deal|do business|spend(?: a \w+)?|return|trust|recommend|purchas)(?:e|ing|ping)?(?: (?:anything|a thing|another \w+|back|money))?"
_REPROACH = re.compile(
    r"\b(?:thanks|thank you|thank u|thx|ty|cheers)(?: (?:a lot|so much|very much|a million|a bunch|guys))? for (?:(?:absolutely|literally|basically) )?(?:nothing\b(?! (?:less|but|short))|(?:wast|ruin|ignor|ly|los|break|mess|screw|delay|cancell?)ing\b)"
    r"|\bno thanks to (?:you|u|your)\b"
    rf"|(?:'ll|\bwill|\bwould|\bgonna|\bgoing to) never(?: ever)? {_DEAL} {_SHOP}(?! (?:more|without|or|unless)\b)"
    rf"|\bnever(?: ever)? {_DEAL}(?: {_SHOP})? (?:ever )?again\b|\bthe (?:last|final) time (?:i|we|i'll|we'll|i will|we will)(?: ever)? {_DEAL}\b(?! (?:without|elsewhere|any other|anywhere))"
    r"|\b(?:lost|losing) (?:a|an|me as a|another|my) (?:\w+ )?(?:customer|business)\b"
    r"|(?:再也不(?:会|想)?|不会再|绝(?:对)?不(?:会)?再|以后(?:都|再也|绝对|打死)不(?:会)?(?:再)?)(?:来|在|去)?(?:你们?(?:家|店|这|这里|这儿|平台)?|这家店?|这里|这个店)?(?:的|家|店)?(?:来|买|光顾|回购|购买|下单|相信|信|用)(?:你们?(?:家|店)?|这家店?|这里)?(?:的?(?:东西|产品|货|店|平台|家)|的)?(?:了|啦)?(?=$|[ ,.!，。！~])"
    r"|最后一次(?:来|买|光顾|在你们?|在这)|谢谢?(?:你们?)?(?:全家|祖宗|个鬼)"
)


def is_reproach(text: str) -> bool:
    """Whether a short text thanks for nothing, or vows never to come back."""
    if len(text) > _MOST_CHARS:
        return False
    plain = lower(simplify(text)).replace("’", "'")
    if not _HINT.search(plain):
        return False
    return bool(_REPROACH.search(speak_mandarin(plain))) and not _IN_FUN.search(plain)
