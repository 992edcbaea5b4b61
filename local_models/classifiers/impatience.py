r"""What impatience adds to a question, and is no part of it: oaths, haste, reproaches, how long somebody has waited.

"Where the hell is my order then" asks what "where is my order" asked, and "他妈的那什么时候发货，都三天了" what "什么时候发货" did.
What such a turn says besides is told in one wording: Cantonese in the mainland's words, the day that something happens on,
and money back. A word that may add a condition or a thing is left where it stands: "马上发货吗", "那XL有货吗", "7天了能退吗".
"""

from __future__ import annotations

import re
from functools import lru_cache

from local_models.classifiers.features import Features
from local_models.classifiers.regional import speak_mandarin

_LONGEST = 120
"""In what is longer the question is a sentence of its own."""

_BEGIN = r"(?:^|(?<=[,.!?;:~ ]))"
_WHEN = "(?:什么时候|啥时候?|何时|几时|哪天|多久|多长时间)"
_PENDING = f"(?:{_WHEN}|(?:怎么|为什么|为啥|咋)?还(?:没有?|不))"
_ASKED_NEXT = "(?=[^,.!?;]{0,12}(?:什么|啥|几|哪|多久|多长|多少|怎|何时|为何|咋))"
_MAYBE = "(?:才|能|会|可以|给我|给|再){0,3}"
_RETURNED = "(?:还?给我|回来?|还|我|下来|到账?)?"

_MURMUR = re.compile("^唔(?=[ ,.])")
_WORDINGS_ZH = tuple(
    (re.compile(pattern), become)
    for pattern, become in (
        ("在哪度", "在哪"),
        ("去了?边(?=$|[呀啊呢,.!? ])", "到哪"),
        ("哪一天|哪一?日(?!期)", "哪天"),
        (
            f"(?<![穿买拍要码鞋])几号(?=(?:之?前)?(?:你们?|您)?{_MAYBE}[发到送退寄出派补配来开])|(?<=[货送账款])(?:是|在)?几号",
            "什么时候",
        ),
        (f"(?:具体|大概|大约|准确|确切)(?:是|要|得|会|在){{0,2}}(?={_WHEN}|[到在]了?哪)", ""),
        (f"({_WHEN}(?:你们?|您)?)才", r"\1"),
        (
            "把(?:我的?)?钱(?:都|全)?(?:给我)?退(?:还?给我|回来|还|了)?|退还?(?:给我|我的|我)?钱|钱退(?:还?给我|回来)",
            "退款",
        ),
        (f"(?:我的)?钱(?:到底|究竟)?({_PENDING}){_MAYBE}(?:退{_RETURNED}|到账?)(?![货换押期])", r"退款\1"),
        (f"退款(?:到底|究竟|要|得)?({_PENDING}){_MAYBE}(?:退{_RETURNED}|到账?|下来|回来)(?![货换押期])", r"退款\1"),
        (f"({_PENDING}){_MAYBE}退款(?:到账|给我)?", r"退款\1"),
        ("老子|劳资|本大爷", "我"),
    )
)  # fmt: skip
_OATHS_ZH = (
    "[他她]妈的?(?!妈)|[特踏]么的?(?<!模特么)|他[娘马]的|(?<![a-z])(?:t[mn]+d|tm(?=的|[^a-z\\d ])|nmd|wtf|wc)(?![a-z])|尼玛|卧槽|狗日的|(?<![一-鿿])妈的"
    f"|{_BEGIN}我?[靠操艹擦日](?=[,.! ]|我的|你们|怎么|什么|到底)|我(?:的|滴)个?天(?:哪|呐|啊)?|我勒个去|天[啊哪呐](?![^,.!?]{{0,2}}发)"
    "|(?:破|狗屁|鬼|该死的?|倒霉)(?=包裹|快递|订单|单子|东西)"
    f"|{_BEGIN}(?:垃圾|破|烂|黑心|骗子|无良)(?:店铺?|平台|商家|公司|客服|卖家)"
    f"|{_BEGIN}我?(?:真的?|也是)?(?:服了|无语了?|醉了|气死我?了|烦死我?了|急死我?了|受不了了|忍不了了|够了)(?:你们?)?"
    "|(?:你们?)?(?:听不懂(?:人话|中文)?(?=[吗么])|听(?:懂|到|见|清)没有?|[聋瞎]了?)(?:[吗么](?=$|[,.!?我]))"
)
_REPROACHES_ZH = (
    f"(?:你们?|您)?(?:还|都|一直|根本|也){{0,2}}没有?(?:说|讲|答)(?:清楚?|明白|过)?{_ASKED_NEXT}"
    f"|(?:请|麻烦)?(?:你们?|您)?(?:就|倒是|直接|快点?|赶[紧快]|到底|能不能|先|给我|只要|只管|正面){{0,3}}(?:说|回答我?|回复我?|告诉我)(?:清楚|一?[下句声])?{_ASKED_NEXT}"
    f"|我(?:就|只|现在|真的?){{0,2}}(?:(?:想|要){{1,2}}知道|只关心)|{_BEGIN}我(?:就|都|在|刚才?|再)?(?:说|问)(?:你们?|您)?(?=我[要想]|退|换|什么|啥|到底|几|哪|怎么|为|发货|人工|转|取消|赔)"
    "|(?:给我?|要)个?(?:准话|准信|准数|痛快话|说法|明确答复|准确时间)|(?:请)?(?:正面)?回答我?的?问题"
    "|[别少甭](?:再|跟我|给我|光){0,2}(?:废话|扯(?:淡|皮|别的|那些|没用的|了)?|绕(?:弯子?|圈子?|来绕去)?|打太极|复制粘贴|敷衍我?|转移话题|答非所问|踢皮球|忽悠我?|糊弄我?)了?"
)
_THEN_ZH = f"{_BEGIN}(?:好吧?|行吧?|嗯|哦|ok)?[, ]?(?:所以(?:说|呢)?|那么?(?![个件款条双种些边里儿天次样家位只台张本部份套笔单年月晚时])(?=[^,.!?;]{{0,16}}(?:什么时候|啥时候|何时|几[号时]|哪天|[到在]了?哪|为什么|为啥|[怎咋]么?还|还没)))"
_PRESSING_ZH = re.compile(f"{_OATHS_ZH}|{_REPROACHES_ZH}|{_THEN_ZH}")
_FAST = "(?:马上|立[刻马即]|赶[紧快忙]|抓紧|尽[快早]|快[点些]|麻溜儿?|火速|速速|速度|即刻)"
_HASTE_ZH = re.compile(
    f"(?<![我能会以是不否]){_FAST}(?:就|地|的|先)?(?=给|帮|替|把|退|发|赔|处理|解决|安排|转|派|送|换|取消|查|回复|联系|开|补|修)|(?<=[款货钱理决])[,!. ]?{_FAST}(?=$|[!,.])"
    "|(?:必须|务必)(?:要|得|给我)?(?=退款|退钱|赔|解决|处理|发货)|(?<![有没么满无])(?:强烈)?要求(?:你们?|商家|平台)?(?=退款|退钱|赔|发货|处理|解决)"
    "|(?<![一-鿿])快(?=给我|帮我|把|退款|退钱|发货|处理|解决|转人工|取消|查)"
)
_ASKS_ZH = re.compile("[吗么?？几哪怎咋啥多没谁]|什|何|还不|([一-鿿])不\\1|能不|是否|行不")
"""Where something is asked, haste may be what is asked for."""
_REPORTS_ZH = re.compile("了(?!吧)")

_SPAN = r"[\ue001-\ue003\d一二两三四五六七八九十几好多半]{1,4}个?多?(?:小时|钟头|天|日|周|星期|礼拜|月|年|分钟|晚上)[多半]?(?:时间)?"
_WAITED_ZH = re.compile(
    f"(?:我|这|都|已经|足足|整整|快|超过|等了?|拖了?|过了?|过去了?|下单|付款|申请|买了?|拍了?|订了?|到现在|一直){{0,4}}(?:{_SPAN}(?:过去)?了|这么(?:久|多天|长时间)了|[好很]久了)(?:都|啊|呀)?|(?:等|拖|过去?)了{_SPAN}"
    "|[等拖]了?(?:这么久|这么多天|那么久|好久|很久|半天|太久|老半天)了?"
)
_WAITS_ZH = re.compile(f"{_PENDING}|[到在]了?哪|为什么|为啥|没[发到收退送动]")
"""What somebody waits for; elsewhere a span of time may be a condition."""

_ASK_WORD = "(?:where|when|what|why|how|who)"
_OATH = r"(?:f[*#@$u-]{1,4}c?k?|fu?c?k(?:ing)?)"
_TO_ASK_WORD_EN = re.compile(
    rf"\b({_ASK_WORD})(?: |'s |s )(?:(?:the|in the|on) (?:(?:actual|bloody|holy) )?(?:hell|heck|frick|freak|devil|world|earth|f|{_OATH})(?:'?s| is| are)?|tf|exactly|precisely|{_OATH})(?=$|[ ,.!?])"
)
_PRESSING_EN = re.compile(
    rf"\b(?:wtf|wth|ffs|omf?g|jfc|smh|{_OATH}(?:ing|in)?|f[*]+ing|fkn|(?:freak|frick|frigg|eff|flipp)in[g']?|god ?dam(?:n|ned|mit)?|damn(?:ed|it)?|dammit|bloody|darn(?:ed)?|dang)(?![\w])"
    r"|(?<=\bmy )(?:stupid|shitty|crappy|lousy|wretched)\b|\bfor (?:god|christ|fuck|heaven|pete|goodness)'?s? sakes?\b|\b(?:jesus(?: christ)?|oh my god|my god|come on)\b"
    r"|\bfor the (?:last|second|third|fourth|fifth|tenth|hundredth|thousandth|umpteenth|nth|[\ue001-\ue003\d]{1,3}(?:st|nd|rd|th)) time\b|\bhow many (?:more )?times (?:do|must|should) i (?:have to |need to )?(?:ask|say|repeat)(?: this| that| it)?(?: to you)?\b"
    r"|\b(?:just )?answer (?:me|us|my question|the question)\b|\bstop (?:dodging|avoiding|ignoring|evading) (?:me|my question|the question)\b|\ball i (?:want|need)(?: to know)? is\b|\b(?:my|the|simple) question is\b|\bhurry up(?: and)?\b"
    r"|\bthis is (?:so |absolutely |just |totally |getting |beyond )?(?:ridiculous|unacceptable|absurd|bullshit|bs|insane|a joke|annoying|outrageous|pathetic|disgusting)\b"
    r"|\bi(?:'?m| am) (?:so |really |getting )?(?:angry|pissed(?: off)?|furious|fed up|sick of (?:this|waiting|asking)|tired of (?:this|waiting|asking))\b"
    rf"|^(?:(?:well|seriously|honestly|dude|bro|bruh|guys|ugh|argh|listen|mate|sir|so|ok|okay|and|but|then)[ ,.!?]{{1,4}}){{1,4}}(?={_ASK_WORD}(?:'?s)?\b|i want\b|give me\b|tell me\b|refund me\b|is\b|my\b)"
)
_THEN_EN = re.compile(r" then(?=\W{0,4}$)")
_HASTE_EN = re.compile(
    r"\b(?:immediately|instantly|asap|at once|right away|this instant|right this (?:second|minute))\b|^you(?:'d| had)? (?:must|better|need to|have to) |(?<=\bi )(?:demand|insist on)\b"
)
_WAITED_EN = re.compile(
    r"\b(?:i(?:'?ve| have|'?m| am)?|we(?:'?ve| have|'?re| are)?) (?:been )?(?:still )?wait(?:ing|ed)(?: for)?(?: over| more than| almost| about| nearly)? (?:[\ue001-\ue003\d]{1,6}|an?|one|two|three|four|five|six|seven|eight|nine|ten|several|many|ages)(?: (?:whole|full|long|business))?(?: (?:minutes?|hours?|days?|weeks?|months?))?(?: already| now)?(?: and| but)?"
    r"|\bit(?:'?s| has) (?:already )?been(?: over| more than| almost| about| nearly| like)? (?:[\ue001-\ue003\d]{1,6}|an?|one|two|three|four|five|six|seven|eight|nine|ten|several|many|ages|forever)(?: (?:whole|full|long|business))?(?: (?:minutes?|hours?|days?|weeks?|months?))?(?: already| now)?(?: and| but)?",
    re.IGNORECASE,
)
_WAITS_EN = re.compile(r"\b(?:where|when|why|still|not|yet|status)\b|n't\b")
_MONEY_EN = re.compile(
    r"\b((?:where|when)\b[^.?!]{0,40}?\bmy) money\b(?! (?:back|order|transfer|box|clip))"
)


def calm_down(turn: Features) -> Features:
    """A turn as somebody would say it who has time; the turn itself where nothing shows that he has none."""
    if len(turn.text) > _LONGEST:
        return turn
    plain = _say_calmly(turn.text)
    if plain == turn.text:
        return turn
    typed = _WAITED_EN.sub(" ", _WAITED_ZH.sub("", turn.typed)) if turn.typed else ""
    return Features(plain, turn.raw_hashes, turn.raw_weights, typed)


def ask_alike(one: str, other: str) -> bool:
    """Whether two turns, said calmly, both ask, both report, or both want something: "马上退款" wants what
    "可以退款吗" asked about."""
    if one.isascii() or other.isascii():
        return True
    asks = _ASKS_ZH.search(one) is not None
    if asks != (_ASKS_ZH.search(other) is not None):
        return False
    return asks or (_REPORTS_ZH.search(one) is None) == (_REPORTS_ZH.search(other) is None)


@lru_cache(maxsize=1024)
def _say_calmly(plain: str) -> str:
    said = _calm_english(plain)
    if not said.isascii():
        said = _calm_chinese(speak_mandarin(_MURMUR.sub("", said)))
    said = said.strip(" ,;")
    return said if any(map(str.isalnum, said)) else plain


def _calm_english(plain: str) -> str:
    rest = _WAITED_EN.sub(" ", plain)
    if rest != plain and _WAITS_EN.search(rest):
        plain = rest
    plain = _PRESSING_EN.sub(" ", _TO_ASK_WORD_EN.sub(r"\1", plain))
    if "then" in plain and _WAITS_EN.search(plain):
        plain = _THEN_EN.sub("", plain)
    if "?" not in plain:
        plain = _HASTE_EN.sub(" ", plain)
    return _MONEY_EN.sub(r"\1 refund", plain)


def _calm_chinese(plain: str) -> str:
    rest = _WAITED_ZH.sub("", plain)
    if rest != plain and _WAITS_ZH.search(rest):
        plain = rest
    plain = _PRESSING_ZH.sub("", plain)
    if not _ASKS_ZH.search(plain):
        plain = _HASTE_ZH.sub("", plain)
    for pattern, become in _WORDINGS_ZH:
        plain = pattern.sub(become, plain)
    return plain
