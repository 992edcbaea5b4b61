"""How a customer closes a talk: that is all, it will do, what was waited for is there.

"No" and "没有" close it only behind "anything else?", "ok" never does. Nothing is closed by the answer to an offer to
connect, to a question, or to what refuses or puts off.
"""

from __future__ import annotations

import re

_ANYTHING_ELSE = re.compile(
    r"\b(?:any(?:thing|one)?|something|what) else\b|\b(?:any|no) (?:other|further|more) (?:questions?|concerns?|issues?|problems?|matters?|requests?)\b|\b(?:is|was|will|would) (?:that|this|it) (?:be )?(?:all|everything)\b|\b(?:further|other) (?:help|assistance)\b"
    r"|(?:其他|其它|别的)(?:的|什么|任何|可以|能|需要|要|想|疑问|问题|事|帮|服务|咨询|吗|么|[?])|还(?:有|需要|要)(?:什么|啥|哪)|还有(?:疑问|问题|事)|(?:还|另外)需要(?:帮|我)"
)
"""Asked where all that was wanted is said to be done."""
_PUTS_OFF = re.compile(
    r"\b(?:cannot|can't|can not|couldn't|unable|unfortunately|won't|not (?:possible|able|allowed|eligible|available)|against our policy|afraid|sorry|moment|minute|please (?:wait|hold|allow)|hold on|bear with|let me|look into|looking into|i(?:'ll| will) (?:check|see|try|ask))\b"
    r"|抱歉|对不起|不好意思|无法|不能|没法|没办法|不支持|不可以|不行|遗憾|稍等|稍候|稍后|请等|耐心|等待|我(?:先|来|帮您|帮你|给您|给你)?(?:看|查|核实|了解|问)"
)
"""After this nothing is settled, however politely it is taken."""
_TELLS_MORE = re.compile(
    r"补充|说明|描述|提供|细节|\b(?:tell|add|share|remember|report|details?)\b"
)
"""Asked for more of the story, not for more wishes."""
_NEAR = 30
"""Characters behind "anything else" in which that stands."""
_MOST_CHARS = 80
"""Who closes a talk says no more than that."""

_WORD_EN = r"(?:ok(?:ay)?|k|alright|all right|right|yes|yeah|yep|yup|cool|great|good|nice|lovely|awesome|excellent|thanks?(?: you)?|thank u|thx|ty|cheers|so much|very much|a lot|then|well|oh|ah|i think|i guess|for now|for today|really|just|mate|guys?)"
_NO_EN = r"(?:no|nope|nah|none|nothing|not (?:really|now|today|at the moment))"
_ALL_EN = (
    r"(?:that(?:'s| is|s| was|'ll be| will be) (?:all|everything|about it|it)(?: (?:i|we) (?:need|needed|wanted|had|have)(?: to know)?)?|(?:i(?:'m| am|m)|we(?:'re| are)) (?:all )?(?:good|set|fine|sorted|happy)(?: (?:now|here))?|nothing else|nothing more|no (?:more|further|other) questions"
    r"|all (?:good|set|done|sorted)(?: now| here)?|(?:good)?bye(?: bye)?|bye bye|see (?:you|ya)(?: later)?|have a (?:good|great|nice|lovely) (?:day|one|evening|weekend|night)|good night|take care|you too|i have everything(?: i need(?:ed)?)?)"
)
_DOES_EN = (
    r"(?:(?:that|it|this)(?:'ll| will|'d| would)? (?:works?|do|does it|helps?|is enough|will do)(?: (?:well |fine |great |perfectly )?for me)?|works for me|perfect|sounds (?:good|great|perfect|fine|like a plan)|(?:that|it)(?:'s| is|s) (?:fine|great|perfect|ok(?:ay)?|good|alright|acceptable|fair(?: enough)?)(?: (?:by|with|for) me)?|fair enough|i(?:'m| am) (?:ok(?:ay)?|happy|fine) with (?:that|it)"
    r"|i(?:'ll| will| can) (?:take|accept|live with) (?:it|that)|no (?:problem|worries)|glad to hear (?:it|that)|good to (?:know|hear))"
)
_CLOSES_EN = re.compile(
    rf"(?:(?:(?:{_WORD_EN}|{_NO_EN}) ){{0,5}}{_ALL_EN}|(?:{_WORD_EN} ){{0,5}}(?:no )?{_DOES_EN})(?: (?:{_WORD_EN}|{_ALL_EN}|{_DOES_EN})){{0,6}}"
)
_ITSELF_EN = re.compile(
    r"(?:(?:ok(?:ay)?|right|alright|all right|well|oh|then|so) ){0,3}that(?:'s| is|s) it(?: then)?"
)
"""As well said in anger."""
_NO_MORE_EN = re.compile(rf"(?:{_WORD_EN} ){{0,3}}{_NO_EN}(?: (?:{_WORD_EN}|{_NO_EN})){{0,5}}")

_WORD_ZH = "(?:ok|好的?|嗯+?|哦|噢|行|那|就|了|啦|咯|哈|啊|呀|呢|的|吧|谢谢?|多谢|感谢|辛苦|麻烦|您|你|你们|客服|亲|知道|明白|清楚|收到|先|我|也|暂时|目前|现在|应该)"
_ALL_ZH = (
    "(?:没(?:有)?(?:其他|其它|别的|什么|啥)(?:的)?(?:问题|事情?|疑问|需要|要问的?)?(?:了|啦|咯)?|就这(?:样|些|个|件事)|这样就(?:好|行|可以)|先这样|拜拜?|再见|88|没事(?:了|啦)"
    "|可以了|那就好|能接受|我?接受|满意|问题解决)"
)
_CLOSES_ZH = re.compile(
    rf"{_WORD_ZH}{{0,6}}(?:{_ALL_ZH}{_WORD_ZH}{{0,6}}){{1,3}}"
    rf"|{_WORD_ZH}{{0,4}}(?:可以的?|行的?|也行|没问题){_WORD_ZH}{{0,4}}(?:谢|感谢|辛苦|麻烦您|麻烦你)(?:谢|{_WORD_ZH}){{0,5}}"
)
_NO_MORE_ZH = re.compile(
    rf"{_WORD_ZH}{{0,5}}(?:没有?|不(?:用|需要|必)?|无)(?:问题|事情?|疑问|需要|别的|其他|其它|什么|{_WORD_ZH}){{0,6}}"
)

_THING_EN = r"(?:refund|money|cash|parcels?|package|delivery|order|items?|goods|replacement|shipment|stuff|payment|compensation|credit|voucher|invoice|product|it all|everything)"
_TIME_EN = r"(?:today|yesterday|finally|at last|this (?:morning|afternoon|evening|week)|last night|earlier(?: today)?|just now|in the (?:mail|post)|an hour ago)"
_BEHIND_EN = rf"(?: (?:{_TIME_EN}|now|already|thanks?(?: you)?|thank you so much|cheers|ok|great|all good|perfect)){{0,4}}"
_AHEAD_EN = r"(?:yes|yeah|yep|yup|ok(?:ay)?|oh|ah|hi|hey|great|well|actually|finally|just|update|thanks?|thank you)"
_MET_EN = re.compile(
    rf"(?:{_AHEAD_EN} ){{0,4}}(?:(?:(?:i|we)(?:'ve| have)? )?(?:(?:just|finally|already|now) ){{0,2}}(?:got|received)(?: back)? (?:(?:my|the|our|a|all my) )?(?:new |full |whole )?{_THING_EN}(?: back)?{_BEHIND_EN}"
    rf"|(?:(?:i|we)(?:'ve| have)? )?(?:(?:just|already) ){{0,2}}(?:got|received) (?:it|them|that|mine) {_TIME_EN}{_BEHIND_EN}|(?:(?:i|we)(?:'ve| have)? )?(?:(?:just|finally|already) ){{1,2}}(?:got|received) (?:it|them|mine){_BEHIND_EN}|(?:i|we)(?:'ve| have)? received (?:it|them){_BEHIND_EN}"
    rf"|(?:it|they|(?:my|the|our) (?:new )?{_THING_EN})(?:'s| is| are| has| have|'ve)?(?: (?:just|finally|already|now|been)){{0,2}} (?:arrived|here|came|come through|came through|come|delivered|showed up|turned up|received|(?:back )?in my account){_BEHIND_EN}"
    rf"|{_THING_EN} (?:received|arrived|came|came through){_BEHIND_EN})"
)
_THING_ZH = "(?:退款|钱款?|款项?|货|货物|商品|东西|快递|包裹|补发的?|赔偿|赔付|补偿|发票|外卖|餐|件|换的|新的)"
_WHEN_ZH = "(?:我|们|已经?|刚刚?|刚才|今天|昨天|现在|终于|都|也|是的|对|嗯|哦|好的?|有|谢谢?|您|你|了|啦|咯|的|哈|啊)"
_MET_ZH = re.compile(
    rf"{_WHEN_ZH}{{0,5}}(?:(?:收到|拿到|到)(?:了)?(?:你们?的?|的)?{_THING_ZH}|{_THING_ZH}{_WHEN_ZH}{{0,3}}(?:收到|拿到|到账?|退回?来?|回来)){_WHEN_ZH}{{0,5}}"
)
_CAME_ZH = re.compile(rf"{_WHEN_ZH}{{0,5}}(?:收到|拿到|到账?){_WHEN_ZH}{{0,5}}")
_WELL_ZH = re.compile(
    "(?:挺|很|蛮|还|都|也|非常|真|没有?问题|没毛病|就|好|不错|满意|喜欢|的|了|啊|哈|谢谢?|多谢|感谢|辛苦|您|你|可以|行|嗯|哦){1,8}"
)
_DONE_ZH = re.compile("[了啦咯已]")
_ASKS_WHETHER = re.compile(
    r"\b(?:did|has|have|is|are|was)\b[^.!;]{0,40}\b(?:arriv|receiv|got|get|deliver|come|came|refund|parcel|package)|(?:收到|到货|到账|送到|拿到)[^.!;]{0,6}(?:吗|没|了[?])"
)
_ASKS_MORE = re.compile(
    r"\b(?:when|what|where|which|who|how|code|e-?mail|sms|text|link|label|form)\b|什么|哪|几|多少|验证码|短信|邮件|链接|消息|通知|电话"
)


_CONDITION = re.compile(
    r"再不|[不没]\S{1,14}(?:就|的话)|否则|不然|要是|如果|\b(?:if|unless|until|or else|otherwise|by (?:\w+day|tomorrow|tonight|the end|today))\b|\bor i(?:'ll|'m| will)\b"
)


def closes_talk(said: str, answer: str, *, is_asked: bool, is_offered: bool) -> bool:
    """Whether a turn says that all is settled that was wanted.

    `said`: its clauses with single blanks between, in lower case and simplified; no question. `answer`: what was answered
    before it, which may have asked something or offered to connect the customer.
    """
    if not answer or is_offered or len(said) > _MOST_CHARS:
        return False
    plain = said if said.isascii() else said.replace(" ", "")
    closes, no_more = (_CLOSES_EN, _NO_MORE_EN) if said.isascii() else (_CLOSES_ZH, _NO_MORE_ZH)
    if _asks_for_more(answer):
        return bool(no_more.fullmatch(plain) or closes.fullmatch(plain))
    if is_asked or _PUTS_OFF.search(answer) or _ITSELF_EN.fullmatch(plain):
        return False
    return closes.fullmatch(plain) is not None


def is_there_now(said: str, answer: str, *, is_asked: bool, was_waited_for: bool) -> bool:
    """Whether a turn says nothing but that goods or money have come, which settles what was called for.

    To a question it may be but an answer, unless the question is whether they have come and the call `was_waited_for` them.
    """
    if len(said) > _MOST_CHARS:
        return False
    if is_asked and not (
        was_waited_for and _ASKS_WHETHER.search(answer) and not _ASKS_MORE.search(answer)
    ):
        return False
    if said.isascii():
        return _MET_EN.fullmatch(said) is not None
    clauses = said.split(" ")
    patterns = (_MET_ZH, _CAME_ZH) if is_asked else (_MET_ZH,)
    met = [
        each
        for each in clauses
        if _DONE_ZH.search(each) and any(pattern.fullmatch(each) for pattern in patterns)
    ]
    return bool(met) and all(each in met or _WELL_ZH.fullmatch(each) for each in clauses)


def names_condition(call: str) -> bool:
    """Whether a call or a threat, in lower case and simplified, is made unless something comes."""
    return _CONDITION.search(call) is not None


def _asks_for_more(answer: str) -> bool:
    """Whether an answer asks what else is wanted."""
    found = _ANYTHING_ELSE.search(answer)
    return found is not None and not _TELLS_MORE.search(answer, found.end(), found.end() + _NEAR)
