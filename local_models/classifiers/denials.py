"""Complaints and anger that are denied, settled or taken back: what a turn says besides.

"No complaints here, can I order the same again?" holds the words of a complaint and is none. What is denied is left
out, and what is left is read for itself, so that "I'm not angry, I'm disappointed" still tells of a mood. Not
denied is what is only outdone ("this is not a complaint, it is a formal notice") or missed ("no complaints procedure?").
"""

from __future__ import annotations

import re

from local_models.classifiers.compiled import lower
from local_models.classifiers.normalise import translate
from local_models.classifiers.traditional import simplify

_EDGES = " ,.;:!~-—–，。；：！\n"
_HINT = re.compile(
    r"complain|angry|upset|mad\b|annoyed|furious|cross\b|投诉|生气|发火|怪你|抱怨|怪罪|找茬|不满|差评"
)
_ANGRY = r"(?:angry|upset|mad|annoyed|furious|cross|irritated|frustrated|complaining)"
_SOFTLY = r"(?:really |at all |actually |even |here |just |in any way |particularly |that |so |too |very )*"
_OF_IT = r"(?: (?:here|at all|whatsoever|so far|though|from me|from my side|on my side|about (?:it|that|this|you|the (?:\w+ )?\w+|your \w+)|with (?:it|that|you|the \w+)|at (?:you|all|anyone)|or anything|as such|per se))*"
_PAPER = r"(?! ?(?:s )?(?:procedure|process|department|desk|form|box|page|e-?mail|address|team|line|number|policy|button|system|book|handling|option|officer|manager|link|centre|center))"
_DONE = r"(?:been |now |already |all |finally |successfully )*(?:resolved|solved|settled|closed|dealt with|handled|sorted|sorted out|taken care of|fixed|withdrawn|answered)"
_DENIED_EN = re.compile(
    rf"\b(?:i(?:'ve| have| had)? |we(?:'ve| have)? |there(?:'s| is| are) )?(?:have |has |had |got |absolutely )*(?:no|zero|never any|without|not any|nothing but no) (?:real |major |big |further |more |other )?complain(?:ts?|ing)\b{_PAPER}{_OF_IT}"
    rf"|\b(?:(?:this|it|that)(?:'s| is| was|s)? |i(?:'m| am) not (?:making|filing|writing) |just )?(?:not|isn't|is not|wasn't|aint|ain't) {_SOFTLY}(?:meant (?:as|to be) |intended as |supposed to be )?(?:an? |as an? |any |my )?(?:formal |real |actual )?complaint\b{_PAPER}{_OF_IT}"
    rf"|\b(?:i|we)(?:'m| am|'re| are| was)? ?{_SOFTLY}not {_SOFTLY}{_ANGRY}\b{_OF_IT}|\bnot {_SOFTLY}{_ANGRY}{_OF_IT}(?=$|[,;.!]| (?:but|just|only)\b)"
    rf"|\b(?:i|we) (?:(?:am|was|were|are) not|wasn't|weren't|aren't|do not|don't|did not|didn't|would not|wouldn't|never|won't|will not|can't|cannot|hate to|am not here to|am not going to|am not trying to)(?: \w+){{0,2}}? (?:want(?:ed)? to |like to |wish to |mean to |need to )?complain(?:ed|ing)?\b{_OF_IT}"
    rf"|\b(?:i'm|i am|we're|we are) not (?:here|trying|going|writing|calling) to complain\b{_OF_IT}|\b(?:can't|cannot|can not|couldn't) complain\b|\b(?:i|we)(?:'d| would) hate to complain\b"
    rf"|\b(?:(?:i|we)(?: have| had|'ve)? (?:got )?|there(?:'s| is) |got |have )?nothing (?:at all )?to complain about\b|\bwithout (?:wanting to )?complain(?:ing)?\b"
    rf"|(?:^|\b(?:my|the|our|that|this|last|previous|earlier) (?:\w+ )?)complaint (?:i (?:made|filed|sent|raised|had) )?(?:\w+ )?(?:has|is|was|got|have)(?: been)? {_DONE}\b"
    r"|\b(?:i|we|i'd like to|please|want to|can you|could you|to)(?:'d| would| want| like)?(?: to)? (?:withdraw|withdrew|retract|drop|take back|cancel|close|delete)(?:n|ed)? (?:my|the|our|that|this) (?:\w+ )?complaint\b(?: (?:i|we|that|from|which)\b(?: \w+){1,3}?(?=[,.;!]|$))?"
)
_OUTDONE_EN = re.compile(
    r"[\s,;.!:—–-]*(?:but |rather |instead |any ?more |yet |anymore )*(?:(?:it|this|that)(?:'s| is|s) |i(?:'m| am) |but )?(?:an? |my |the |your )?(?:\w+ )?(?:formal|final|legal|last|official|serious|notice|warning|demand|threat|promise|fact|disgrace|outrage|scandal|disaster|lawsuit|accusation|charge|crime|scam|fraud|theft|livid|furious|raging|enraged|fuming|disgusted|appalled)\b"
)
_NOT_ZH = "(?:不是|并?没有?(?:要|想)?|不算|不(?:想|要|打算|准备|会|为了)|并非|并不是|没打算|不是(?:来|想|要|为了)|别误会)"
_WHAT_ZH = "(?:(?:来|要|想|去|再|什么|任何|有|特意|在|为了)){0,3}(?:投诉|抱怨|怪(?:你们?|您)|怪罪|找茬|生气|发火|不满|给差评|打差评)(?:(?:你们?|您|谁|你们店|店家|商家|快递|任何人|客服))?(?:的)?(?:意思|意图|想法|打算)?"
_DENIED_ZH = re.compile(
    rf"(?:我|我们|这|这个|我这|真的?|也|可|倒|完全|绝对){{0,4}}(?<!能)(?<!要)(?<!是){_NOT_ZH}{_WHAT_ZH}(?:的|了|啊|哈|哦|呢|啦)?(?![电渠入通信处中部])"
    r"|(?:我|我的|之前|昨天|上次|那个|这个|的|前面){0,5}投诉(?:的(?:问题|事情?|单))?(?:我)?(?:已经?|都|现在|早就|也)*(?:解决|处理|撤销|撤回|撤|取消|搞定|处理好|结束)(?:好|完|掉)?(?:了)(?![吗没么?])"
    r"|(?:我|我们|请|帮我|想|要|麻烦|给我){0,4}(?:撤销|取消|撤回|撤掉|撤)(?:了|一下|掉)?(?:我的|之前的|那个|昨天的|这个|上次的){0,2}投诉(?:了|吧)?"
)
_OUTDONE_ZH = re.compile(
    "[,.!;，。]*(?:而是|这是|是|但是?)?[^,.!;?]{0,4}(?:警告|通知|举报|起诉|维权|愤怒|暴怒|失望|气愤|恶心|心寒|报警|曝光)"
)


def leave_denied_out(text: str) -> str | None:
    """What a text says besides the complaint or the anger that it denies; None where it denies none.

    It comes back in lower case and simplified, and may be empty.
    """
    plain = lower(simplify(text)).replace("’", "'")
    if not _HINT.search(plain):
        return None
    rest = _leave_out(_DENIED_EN, _OUTDONE_EN, plain)
    if not plain.isascii():
        rest = _leave_out(_DENIED_ZH, _OUTDONE_ZH, translate(rest))
        plain = translate(plain)
    return None if rest == plain else rest.strip(_EDGES)


def _leave_out(denied: re.Pattern[str], outdone: re.Pattern[str], plain: str) -> str:
    """The text less what is denied, but for what is only outdone by what follows."""
    rest, at = [], 0
    for found in denied.finditer(plain):
        if not outdone.match(plain, found.end()):
            rest.append(plain[at : found.start()])
            at = found.end()
    return " ".join([*rest, plain[at:]]) if at else plain
