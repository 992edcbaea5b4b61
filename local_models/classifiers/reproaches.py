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
_HINT = re.compile(r"nothing|thank|thx|never|time|lost|losing|再|不|绝|后|最|谢")
_SHOP = r"(?:(?:(?:from|with|at|to|in|on|of) )?(?:here|you(?: guys| people| lot)?|u|your \w+|this (?:shop|store|company|site|website|place|app|brand|seller|platform)))"
_DEAL = r"(?:buy|order|shop|come|us|book|stay|deal|do business|spend(?: a \w+)?|return|trust|recommend|purchas)(?:e|ing|ping)?(?: (?:anything|a thing|another \w+|back|money))?"
_GOODS = "(?:parcel|package|order|luggage|bag|suitcase|shipment|delivery|letter|items?|things|stuff|money)"
_WRONG = (
    r"(?:wasting\b(?! (?:no|little) )|ruining\b|lying (?:to|about)\b|lying$|ignoring (?:me|us|my (?:\w+ ){0,2}(?:e-?mails|messages|calls|complaints?|questions|requests?))\b|messing (?:up|me|us)\b|screwing (?:me|us|this|it|that|everything|my \w+|up)\b"
    rf"|losing (?:my|our|the) (?:\w+ )?{_GOODS}\b)"
)
"""What nobody is thanked for; who cancels, delays or breaks something down may well be."""
_CUSTOMER = r"(?:an?(?: \w+)? customer|another(?: \w+)? customer|me as a customer|(?:my|our)(?: \w+)? (?:business|custom))"
_GONE = r"(?=$| ?[,.!;:…~—-]| (?:today|forever|for (?:good|life|ever)|because|over|due|with this|here|now|thanks|so|after|who|of \w+ (?:years|months)|and (?:i|all|my friends))\b)"
_REPROACH = re.compile(
    rf"\b(?:thanks|thank you|thank u|thx|ty|cheers)(?: (?:a lot|so much|very much|a million|a bunch|guys))? for (?:(?:absolutely|literally|basically) )?(?:nothing\b(?! (?:less|but|short))|{_WRONG})"
    r"|\bno thanks to (?:(?:you|u)\b(?! too)|your (?:\w+ )?(?:team|company|support|service|staff|people|courier|drivers?)\b)"
    rf"|(?:'ll|\bwill|\bwould|\bgonna|\bgoing to) never(?: ever)? {_DEAL} {_SHOP}(?! (?:more|without|or|unless)\b)"
    rf"|\bnever(?: ever)? {_DEAL}(?: {_SHOP})? (?:ever )?again\b|(?<!when is )(?<!when was )\bthe (?:last|final) time (?:i|we|i'll|we'll|i will|we will)(?: ever)? {_DEAL}\b(?! (?:without|elsewhere|any other|anywhere))"
    rf"|(?<!if )(?<!when )(?<!once )\b(?:you|u|ya|your (?:shop|store|company|brand))(?:'ve|'re| have| has| are| is| just| guys| now| officially){{0,3}} (?:lost|losing) {_CUSTOMER}{_GONE}|^(?:well,? |congrats,? |congratulations,? )?lost an?(?: \w+)? customer[.!]{{0,3}}$"
    r"|谢谢?(?:(?:你|您)们?的?(?:全家|祖宗)(?=$|[ ,.!，。！~])|(?:(?:你|您)们?)?个鬼)"
)
_YOURS = (
    "(?:你们?(?:这个|这)?(?:家|店|里|儿|平台)?|这家店?|这里|这儿|这个(?:店|平台)|这(?:店|平台))"
)
_BUYS = "(?:来|买|光顾|回购|购买|下单|消费)"
_STUFF = "(?:的?(?:东西|产品|货)|的)?"
_NEVER = "(?:再也不(?:会|想)?|不会再|绝(?:对)?不(?:会)?(?:再)?|以后(?:都|再也|绝对|打死)不(?:会)?(?:再)?)"
_END = "(?=$|[ ,.!，。！~])"
_VOW = re.compile(
    rf"{_NEVER}(?:(?:来|在|去|到|从|跟)?{_YOURS}(?:的|家|店)?(?:{_BUYS}|相信|信|用){_STUFF}|(?:{_BUYS}|去|相信|信|用){_YOURS}(?:家|店|平台)?{_STUFF})(?:了|啦)?{_END}"
    rf"|(?:最后一次(?:来|在|到|去|从|跟)?{_YOURS}(?:家|店)?(?:{_BUYS}(?:东西|货)?)?|最后一次{_BUYS}{_YOURS}(?:家|店)?{_STUFF})(?:(?:了|啦){_END}|$)"
    rf"|这(?:绝对|肯定|真的)?是(?:我们?)?最后一次(?:(?:来|在|到|去|从|跟)?{_YOURS}(?:家|店)?)?(?:{_BUYS}{_YOURS}?{_STUFF})?(?:了|啦)?{_END}"
    rf"|(?:^|[ ,.!，。！~]|我们?|俺|咱|真的|肯定|可能|应该|估计|下次|以后|今后)(?:{_NEVER}(?:来|买|光顾|回购|购买|下单|相信|信)|再也不用)(?:了|啦)?{_END}"
)
"""Of a shop that is named, or of nothing else: a number, a card or a size is given up without anger."""
_KINDLY = re.compile(
    "谢|感恩|照顾|关照|搬家|搬走|退休|毕业|回国|出国|(?:快递员|师傅|骑手)(?:已经?)?(?:走|来过|离开)|买过|有了|够了|停产|下架"
)
"""Why somebody stays away who has nothing against the shop."""
_ASKS = re.compile("帮我|帮忙|请|麻烦|怎么|如何|[吗?？]|能不能|能否|可以|什么时候|注销|换绑|祝")


def is_reproach(text: str) -> bool:
    """Whether a short text thanks for nothing, or vows never to come back."""
    if len(text) > _MOST_CHARS:
        return False
    plain = lower(simplify(text)).replace("’", "'")
    if not _HINT.search(plain) or _IN_FUN.search(plain):
        return False
    said = speak_mandarin(plain)
    return _REPROACH.search(said) is not None or (not said.isascii() and _vows(said))


def _vows(said: str) -> bool:
    """Whether a text vows in Chinese to stay away, and neither thanks nor wants something else done."""
    vow = _VOW.search(said)
    return vow is not None and not (_KINDLY.search(said) or _ASKS.search(said, vow.end()))
