"""Complaints and anger that are denied, settled or taken back: what a turn says besides.

"No complaints here, can I order the same again?" holds the words of a complaint and is none. What is denied is left
out, and what is left is read for itself, so that "I'm not angry, I'm disappointed" still tells of a mood. Not
denied is what is only outdone ("this is not a complaint, it is a formal notice") or missed ("no complaints procedure?").
"""

from __future__ import annotations

import re
from collections.abc import Callable

from local_models.classifiers.compiled import lower
from local_models.classifiers.normalise import translate
from local_models.classifiers.regional import speak_mandarin
from local_models.classifiers.traditional import simplify

_EDGES = " ,.;:!~-—–，。；：！\n"
_HINT = re.compile(
    r"complain|angry|upset|mad\b|annoyed|furious|cross\b|sue\b|suing|\breport|告[你您贵]|投诉|生气|发火|怪你|抱怨|怪罪|责怪|找茬|不满|意见|差评|客诉|撤诉|举报|追究|1(?:2315|2345|950)|和解"
)
_ANGRY = r"(?:angry|upset|mad|annoyed|furious|cross|irritated|frustrated|complaining)"
_SOFTLY = r"(?:really |at all |actually |even |here |just |in any way |particularly |that |so |too |very )*"
_OF_IT = r"(?: (?:here|at all|whatsoever|so far|though|from me|from my side|on my side|about (?:it|that|this|you|the (?:\w+ )?\w+|your \w+)|with (?:it|that|you|the \w+)|at (?:you|all|anyone)|or anything|as such|per se))*"
_PAPER = r"(?! ?(?:s )?(?:procedure|process|department|desk|form|box|page|e-?mail|address|team|line|number|policy|button|system|book|handling|option|officer|manager|link|centre|center))"
_DONE = r"(?:been |now |already |all |finally |successfully )*(?:resolved|solved|settled|closed|dealt with|handled|sorted|sorted out|taken care of|fixed|withdrawn|answered)"
_SUES = r"(?:su(?:e|ing)|report(?:ing)?) (?:you|u|anyone|anybody|your \w+|them)\b(?: guys)?|su(?:e|ing)\b(?! (?:\w+ )?(?:but|until|yet))"
_DENIED_EN = re.compile(
    rf"\b(?:i(?:'ve| have| had)? |we(?:'ve| have)? |there(?:'s| is| are) )?(?:have |has |had |got |absolutely )*(?:no|zero|never any|without|not any|nothing but no) (?:real |major |big |further |more |other )?complain(?:ts?|ing)\b{_PAPER}{_OF_IT}"
    rf"|\b(?:(?:this|it|that)(?:'s| is| was|s)? |i(?:'m| am) not (?:making|filing|writing) |just )?(?:not|isn't|is not|wasn't|aint|ain't) {_SOFTLY}(?:meant (?:as|to be) |intended as |supposed to be )?(?:an? |as an? |any |my )?(?:formal |real |actual )?complaint\b{_PAPER}{_OF_IT}"
    rf"|\b(?:i|we)(?:'m| am|'re| are| was)? ?{_SOFTLY}not {_SOFTLY}{_ANGRY}\b{_OF_IT}|\bnot {_SOFTLY}{_ANGRY}{_OF_IT}(?=$|[,;.!]| (?:but|just|only)\b)"
    rf"|\b(?:i|we) (?:(?:am|was|were|are) not|wasn't|weren't|aren't|do not|don't|did not|didn't|would not|wouldn't|never|won't|will not|can't|cannot|hate to|am not here to|am not going to|am not trying to)(?: \w+){{0,2}}? (?:want(?:ed)? to |like to |wish to |mean to |need to )?complain(?:ed|ing)?\b{_OF_IT}"
    rf"|\b(?:i'm|i am|we're|we are) not (?:here|trying|going|writing|calling) to complain\b{_OF_IT}|\b(?:can't|cannot|can not|couldn't) complain\b|\b(?:i|we)(?:'d| would) hate to complain\b"
    rf"|\b(?:(?:i|we)(?: have| had|'ve)? (?:got )?|there(?:'s| is) |got |have )?nothing (?:at all )?to complain about\b|\bwithout (?:wanting to )?complain(?:ing)?\b"
    rf"|(?:\b(?:i|we)(?:'m| am|'re| are| was|'ll| will)? ?|\bim |^){_SOFTLY}(?:not|never) (?:(?:threatening|gonna|going|planning|trying|about|here|looking|saying|meaning) (?:to |i(?:'ll| will|'d) )?)?(?:{_SUES})"
    rf"|\b(?:i|we) (?:won't|wouldn't|don't (?:want|plan|mean|intend) to|(?:will|would|do) not(?: (?:want|plan|mean|intend) to)?) (?:{_SUES})|\b(?:i have )?no (?:intention|plans?|wish|desire|need) (?:of|to) (?:{_SUES})"
    rf"|(?:^|\b(?:my|the|our|that|this|last|previous|earlier) (?:\w+ )?)complaint (?:i (?:made|filed|sent|raised|had) )?(?:\w+ )?(?:has|is|was|got|have)(?: been)? {_DONE}\b"
    r"|\b(?:i|we|i'd like to|please|want to|can you|could you|to)(?:'d| would| want| like)?(?: to)? (?:withdraw|withdrew|retract|drop|take back|cancel|close|delete)(?:n|ed)? (?:my|the|our|that|this) (?:\w+ )?complaint\b(?: (?:i|we|that|from|which)\b(?: \w+){1,3}?(?=[,.;!]|$))?"
)
_OUTDONE_EN = re.compile(
    r"[\s,;.!:—–-]{0,8}(?:but |rather |instead |any ?more |yet |anymore )*(?:(?:it|this|that)(?:'s| is|s) |i(?:'m| am) |but )?(?:an? |my |the |your )?(?:\w{1,20} )?(?:formal|final|legal|last|official|serious|notice|warning|demand|threat|(?<= a )promise|fact|disgrace|outrage|scandal|disaster|lawsuit|accusation|charge|crime|scam|fraud|theft|livid|furious|raging|enraged|fuming|disgusted|appalled)\b"
)
_NOT_ZH = "(?:不(?:用|必|需要|再|要)(?:再)?|不(?=投诉|客诉|举报|起诉|追究|差评|打12315)|不是|并?(?:从来|从)?没有?(?:啥|什么)?(?:要|想)?|不算|不(?:想|要|打算|准备|会|为了)|并非|并不是|没打算|不是(?:来|想|要|为了)|别误会)"
_WHAT_ZH = "(?:(?:说|来|要|想|去|再|什么|任何|有|特意|在|为了)){0,3}(?:投诉|客诉|举报|起诉|告(?=你|您|贵)|追究|抱怨|责?怪(?:你们?|您)|怪罪|找茬|生气|发火|不满意?|给差评|打差评|差评|[打拨找](?:12315|12345|1950|消协))(?:(?:你们?|您|谁|你们店|店家|商家|快递|任何人|客服))?(?:过(?:你们?|您|谁)?|的)?(?:意思|意图|想法|打算)?"
_CLOSED_ZH = "(?:关闭|关掉|关了?|结案|结束|结了|结|算了吧?|作废|撤销|撤回|撤掉|撤|取消|停了?|删了?|(?:不用|不必|不需要)(?:再)?(?:处理|跟进|管))"
_DENIED_ZH = re.compile(
    rf"(?:我|我们|这|这个|我这|真的?|也|可|倒|完全|绝对){{0,4}}(?<!能)(?<!要)(?<!是){_NOT_ZH}{_WHAT_ZH}(?:的|了|啊|哈|哦|呢|啦)?(?![电渠入通信处中部])"
    rf"|(?:我|我的|之前|昨天|上次|那个|这个|那边|的|前面|已经?|把){{0,5}}(?:投诉|举报|差评)(?:的(?:问题|事情?|工?单)|工?单)?(?:就|也|可以|能|已经?|都|现在|我|给|直接|先|请|麻烦|帮我){{0,4}}{_CLOSED_ZH}(?:了|吧|掉|啦){{0,2}}(?!不|[吗没么?]|也没)"
    r"|(?:消协|12315|平台|工商|那边|我|已经?|这边|都|也){0,5}(?:撤诉|和解)了?(?!不|[吗没么?]|就)|(?:之前|刚才|上次|我|昨天){0,3}说的?(?:要|去)?投诉你?们?(?:是|都是|只是)(?:气话|一时生气|冲动)|投诉(?=回访)|(?:我)?(?:对)?(?:你们?|您|店家)没(?:有)?(?:什么|啥|任何)?(?:意见|不满)"
    r"|(?:我|我的|之前|昨天|上次|那个|这个|的|前面){0,5}投诉(?:的(?:问题|事情?|单))?(?:我)?(?:已经?|都|现在|早就|也)*(?:解决|处理|撤销|撤回|撤|取消|搞定|处理好|结束)(?:好|完|掉)?(?:了)(?![吗没么?])"
    r"|(?:我|我们|请|帮我|想|要|麻烦|给我){0,4}(?:撤销|取消|撤回|撤掉|撤|关闭|结束|删除|删)(?:了|一下|掉)?(?:我的|之前的|那个|昨天的|这个|上次的){0,2}(?:投诉|举报|差评)(?:工?单|了|吧){0,2}(?!不)"
)
_ASSURED = re.compile(
    "(?:i |we |and |so |but |just ){0,2}(?:promise|swear|(?:pinky )?promise you|honest|honestly|no worries|(?:do not|don't) worry|trust me|cross my heart|relax)"
    "|(?:我|我们|你们?|您|请|可以|就){0,2}(?:保证|发誓|放心|别担心|别紧张|别怕|不用担心|不骗你|真的)(?:吧|啦|哈|哦|了)?"
)
"""What is only said to be believed."""
_REFUSED_ZH = re.compile(
    "(?:为什么|凭什么|怎么|谁|休想|别想|别|做梦|逼|让我|要我|叫我|你们|说好|你说|说我|以为|绝|不会|才|没|要是|除非|不是我|算我|不让|未经).{0,8}$"
)
"""Before what is not withdrawn, but asked for, forbidden or laid at somebody's door."""
_ASKED_ZH = re.compile(
    "^(?:吗|么|没|[?]|.{0,4}[?]|(?:是)?(?:不行|不可能|给你|对不起|难|便宜|你们?逼)|(?:你们?|谁)(?:投诉|$)|算我)"
)
_AGAIN_ZH = re.compile(
    "[,.!;，。]{0,6}(?:麻烦|请|帮我|给我|把它|就|你们){0,3}(?:撤回?|撤销|撤掉|关闭|取消|结案)(?:了|一下|吧|掉|它){0,2}(?=$|[,.!;，。])"
)
"""Said once more of what was withdrawn."""
_OUTDONE_ZH = re.compile(
    "[,.!;，。]{0,6}(?:而是|这是|是|但是?)?[^,.!;?]{0,4}(?:警告|通知|举报|起诉|维权|愤怒|暴怒|失望|气愤|恶心|心寒|报警|曝光)"
)


_REACH = 16
"""Characters around a denial in which it may be taken back."""
_WHOM_ZH = (
    "(?:人工(?!智能|智慧)|真人|经理|主管|领导|负责人|专员|老板|店长)(?:客服|坐席|座席|服务|同事)?"
)
_UNWANTED_ZH = re.compile(
    rf"(?:我|那|先|就|也|暂时|还是|其实|请|您|你){{0,3}}(?:不(?:用|需要|必|想|要|找|转|叫|麻烦)|别|无需|甭|没必要)(?:再|先|去|给我|帮我|急着|着急){{0,2}}(?:转接?|找|叫|联系|麻烦|接|要|喊|打扰|惊动|请|换)?(?:你们?的?|客服)?{_WHOM_ZH}(?:了|啦|也行|也可以|来|哈|处理){{0,2}}"
)
_WANTED_ZH = re.compile(
    ".{0,8}(?:[?]|吗|我?就(?:投诉|举报|告|起诉|差评)|敷衍|忽悠|骗|没完|不行|试试)"
)
_WHY_ZH = re.compile("为什么|为啥|凭什么|怎么|怎么还|还|干嘛|总|老是?|一直|是不是|要是|如果|再$")
_WAS_THERE_ZH = re.compile(
    "(?:你们的?|之前的?|那个|上次的?|刚才的?|昨天的?|那位){0,2}(?:人工|真人|经理|主管)(?:客服|坐席|座席|服务|那边|同事)?(?=(?:昨天|今天|刚才|刚刚|刚|上次|之前|上午|下午|早上|前天|上周|也|都){0,2}"
    "(?:说|让我|叫我|告诉|已经|帮我|给我(?!转|接|回|打电话|找)|答应|回复(?:过|了|我|说)|回过|答复|处理(?:完|好|过|了)|解决|登记|承诺|跟我说(?!话)|通知|查过|挺|很好|态度(?:很|真|挺)好|不错|打过|联系过我))"
    "|(?:你们的?)?人工(?:客服|坐席|服务)?(?=(?:是|都|一般|早上|晚上|周末|周[一二三四五六日]|节假日){0,2}(?:几点|什么时候|上班|下班|值班|服务时间|工作时间|休息))|有没有人工(?:客服)?(?=.{0,6}(?:值班|上班))"
)
_BY_HAND_ZH = re.compile(
    "人工(?=智能|智慧|费|草|湖|岛|林|皮|毛|缝|织|编|雕|刻|绘|养|种|栽|培|繁|孵|授|降|挑|采|收|刷|打[蜡磨]|酿|制|造|合成|钻|宝石|水晶|晶|珍珠|泪|耳|关节|骨|心|瓣|牙|呼吸|气候|假|菌|香|色素|甜|台灯|灯|成本|价|多少|怎么算|另|单独|装|拆|搬|组装|上漆|调|翻译|拣|拍照|草坪|雪|受精|流产|胰|血|肾|肺|肝|喂|清洗|费用|贵|便宜|木|石|玉|松|花|树|竹|果|饲|蜂|模)"
    "|(?<![转接找叫喊换要请进])人工(?=[\u4e00-\u9fff]{1,6}(?:多少钱|价格|有货|有卖|保暖|褪色|掉色|环保|报销|证书|几克拉|质量|材质|结实))"
)
_INVOICE_ZH = re.compile("^ ?专 ?$")
_WHOM_EN = r"(?:(?:real|live|actual|human|customer|service|support|your|the|any|a|an) )*(?:human beings?|humans?|persons?|agents?|managers?|supervisors?|representatives?|reps?|operators?|advis[eo]rs?)\b"
_UNWANTED_EN = re.compile(
    rf"\b(?:(?:there(?:'s| is) )?no need (?:for|of|to (?:(?:speak|talk|chat) (?:to|with)|call|involve|get|contact)) |(?:i |we )?(?:really )?(?:don't|do not) (?:need|want)(?: to)?(?: (?:speak|talk|chat|be transferred|be connected|be put through))?(?: (?:to|with))? "
    rf"|(?:please )?(?:don't|do not) (?:get|call|send|fetch) (?:me )?|without (?:involving |calling |needing )?|instead of )(?! ?to\b){_WHOM_EN}|\bno {_WHOM_EN} (?:is |are )?(?:needed|required|necessary)"
    r"|\b(?:please )?(?:don't|do not|no need to) (?:transfer|connect|escalate|pass|put)(?: me| this)?(?: through| on| over)?(?: (?:to|with) (?:\w+ ){0,2}(?:human|person|agent|manager|representative|rep|supervisor|someone|anyone))?"
)
_WAS_THERE_EN = re.compile(
    r"\b(?:the|your|an?|that|one of your) (?:last |first |previous |other |human |live |support |service |customer |nice ){0,2}(?:agents?|representatives?|managers?|reps?|advis[eo]rs?|person|supervisors?|human)(?: (?:that |who |whom )?(?:i|we) (?:just )?(?:spoke|talked|chatted|dealt)(?: (?:to|with))?| on the (?:phone|chat))?(?: (?:yesterday|today|earlier|last \w+|this morning|before|just now))? "
    r"((?:has |have |had )?(?:already |just |kindly )?(?:said|told|fixed|helped|changed|promised|confirmed|gave|given|refunded|sent|solved|resolved|cancelled|canceled|answered|called me|advised|explained|updated)\b)"
)
_PERSON = re.compile(
    r"人工|真人|活人|经理|主管|领导|负责人|专员|专人|店长|老板|客服|\b(?:humans?|persons?|agents?|managers?|supervisors?|representatives?|reps?|operators?|someone|somebody|people|boss)\b"
)


def leave_denied_out(text: str) -> str | None:
    """What a text says besides the complaint or the anger that it denies; None where it denies none.

    It comes back in lower case, simplified and in Mandarin's words, and may be empty.
    """
    plain = lower(simplify(text)).replace("’", "'")
    if not _HINT.search(plain):
        return None
    plain = speak_mandarin(plain)
    rest = _leave_out(_DENIED_EN, _is_outdone_in_english, plain)
    if not plain.isascii():
        rest = _leave_out(_DENIED_ZH, _is_meant_in_chinese, translate(rest))
        plain = translate(plain)
    if rest == plain:
        return None
    rest = rest.strip(_EDGES)
    return "" if _ASSURED.fullmatch(rest) else rest


def leave_person_out(text: str) -> str | None:
    """What a text says besides a person whom it does not call for; None where it speaks of none.

    Left out is who is not wanted ("no need for a human, just tell me the fee"); who was there already is the other
    side ("the agent said" becomes "you said", 人工说 becomes 你们说), and what is made by hand is said so
    (人工草坪 becomes 手工草坪). It comes back in lower case, simplified and in Mandarin's words, and may be empty.
    """
    plain = speak_mandarin(lower(simplify(text)).replace("’", "'"))
    if plain.isascii():
        rest = _WAS_THERE_EN.sub(r"you \1", _UNWANTED_EN.sub(" ", plain))
    else:
        plain = translate(plain)
        rest = _leave_out(_UNWANTED_ZH, _is_wanted_in_chinese, plain)
        rest = _WAS_THERE_ZH.sub("你们", rest)
        rest = _BY_HAND_ZH.sub("手工", rest)
        rest = _INVOICE_ZH.sub("专票", rest)
    return None if rest == plain else rest.strip(_EDGES)


def names_person(text: str) -> bool:
    """Whether a text in lower case names somebody who may be called for."""
    return _PERSON.search(text) is not None


def _is_outdone_in_english(found: re.Match[str]) -> bool:
    return _OUTDONE_EN.match(found.string, found.end()) is not None


def _is_meant_in_chinese(found: re.Match[str]) -> bool:
    """Whether what looks denied or withdrawn is only outdone, asked, or not let go."""
    plain, end = found.string, found.end()
    start = max(plain.rfind(mark, 0, found.start()) for mark in ",.!?;") + 1
    before = plain[max(start, found.start() - _REACH) : found.start()]
    return bool(
        _OUTDONE_ZH.match(plain, end)
        or _ASKED_ZH.match(plain[end : end + _REACH])
        or _REFUSED_ZH.search(before)
    )


def _is_wanted_in_chinese(found: re.Match[str]) -> bool:
    """Whether a denial of a person is a reproach or a question, or only says what happens otherwise."""
    plain, end = found.string, found.end()
    return bool(
        _WANTED_ZH.match(plain[end : end + _REACH])
        or _WHY_ZH.search(plain[max(0, found.start() - 4) : found.start()])
    )


def _leave_out(
    denied: re.Pattern[str], is_meant: Callable[[re.Match[str]], bool], plain: str
) -> str:
    """The text less what is denied, but for what is meant all the same; said once more it goes too."""
    rest, at = [], 0
    for found in denied.finditer(plain):
        if found.start() >= at and not is_meant(found):
            rest.append(plain[at : found.start()])
            again = _AGAIN_ZH.match(plain, found.end())
            at = again.end() if again else found.end()
    return " ".join([*rest, plain[at:]]) if at else plain
