"""How a customer closes a talk: that is all, it will do.

"No" and "没有" close it only behind an offer of further help, "ok" never does. Nothing is closed by the answer to an
offer to connect, to a question, or to what refuses, puts off or tells how long to wait.
"""

from __future__ import annotations

import re

_ANYTHING_ELSE = re.compile(
    r"\b(?:any(?:thing|one)?|something|what) else\b|\b(?:any|no) (?:other|further|more) (?:questions?|concerns?|issues?|problems?|matters?|requests?)\b|\b(?:is|was|will|would) (?:that|this|it) (?:be )?(?:all|everything)\b|\b(?:further|other) (?:help|assistance)\b"
    r"|(?:其他|其它|别的)(?:的|什么|任何|可以|能|需要|要|想|疑问|问题|事|帮|服务|咨询|吗|么|[?])|还(?:有|需要|要)(?:什么|啥|哪)|还有(?:疑问|问题|事)|(?:还|另外)需要(?:帮|我)"
)
"""Asked for more of something: of wishes, or of the story."""
_HELPS_EN = r"(?: (?:that|which))? (?:i|we)(?:'m| am| can| could| may| might)? (?:\w+ )?(?:help|assist|do\b|support)"
_BY_THE_WAY_EN = r"(?: (?:today|now|then|please|for (?:you|today|now|me)|at all|at the moment|sir|madam|from (?:me|us|our side)|(?:that )?(?:you(?:'d| would)? (?:need|want|like|require)|i should know)))*"
_HELP_EN = re.compile(
    rf"\b(?:any|some)thing else{_HELPS_EN}|\bwhat else (?:can|could|may) (?:i|we) (?:help|assist|do)\b|\b(?:help|assist|support)(?: you)?(?: (?:out|further))? with anything else\b|\b(?:i|we) do anything else(?: for you)?\b"
    rf"|\b(?:any|some)thing else you(?:'d| would)? (?:need|want|like|require)(?: (?:help|assistance)(?: with)?| to (?:ask|know))?{_BY_THE_WAY_EN}(?=[?.!]|$)|\byou(?:'d| would)? (?:need|like|want|require) anything else{_BY_THE_WAY_EN}(?=[?.!]|$)"
    rf"|\bany (?:other|further|more) (?:questions|concerns|requests)\b(?! (?:about|with|regarding|on) (?:the|your|this))|\bany (?:other|further|more) (?:issues?|problems?|matters?|things?){_HELPS_EN}|\b(?:further|other|more) (?:help|assistance)\b"
)
"""Further help is offered."""
_ELSE_ALONE_EN = re.compile(
    rf"(?:(?:and|so|ok(?:ay)?|well|is there|was there|will there be),? ){{0,3}}anything else{_BY_THE_WAY_EN}[?]"
)
_ALL_WANTED_EN = re.compile(
    r"\b(?:will|would) (?:that|this|it) be (?:all|everything)(?: (?:for (?:today|now|you)|today|then|sir|madam))*[?]|\bis (?:that|this|it) (?:all|everything) (?:for (?:today|now|you)|(?:that )?(?:you need|i can))[^.!?;]{0,30}[?]"
)
"""To this "no" means that more is wanted."""
_HELP_ZH = re.compile(
    r"(?:什么|啥|哪里|哪些|其他|其它|别的|任何|还)[^.!?;,]{0,6}(?:帮(?:到|您|你|忙|助)|[能可]以?[为给帮](?:您|你)|协助|效劳|需要(?:的|吗|么|[?])|需求|服务|咨询|吩咐)"
)
_MORE_ZH = re.compile(
    r"(?:还有|还存在|另外有|有)(?:什么|啥|哪些|任何)?(?:其他|其它|别的)?的?(?:问题|疑问|事情?)|(?:其他|其它|别的)(?:的)?(?:问题|疑问|事情?)|还有(?:其他|其它|别的)(?:的)?(?:吗|么|[?])"
)
"""More wishes where something was done for the first, otherwise more of the story."""
_DONE_FOR_ZH = re.compile(
    "(?:已|帮|为|给|会|将|马上)[^.!?;,]{0,8}(?:退|补|发(?![现生霉])|寄|换|改|取消|处理|解决|提交|申请|办|安排|开(?:具|票|好)|赔|修|更新|设置|催|送|到账|完成|成功)"
)
_TAKEN_DOWN = re.compile(
    r"记录|记下|登记|反馈|备注|收到|了解|明白|知道|\b(?:noted?|recorded|written|wrote|added|logged|understood|understand|got (?:it|that)|i see)\b"
)
"""What is only taken down may be followed by more of it."""
_ACKNOWLEDGES = re.compile(
    r"\b(?:ok(?:ay)?|thanks?|thank you|sure|right|alright|great|perfect|sorry|to hear that|for (?:that|this|sharing|letting me know|the (?:\w+ ){0,2}\w+)|i|am|so)\b|[^\w]"
)
_STORY = re.compile(
    r"补充|说明|描述|提供|细节|除了|除此|以外|之外|破损|损坏|坏|碎|裂|洒|漏|缺|少了|证据|凭证|照片|图片|异常|故障|瑕疵|划痕|地方|部位|配件|质量|外壳|设备|机器|现象|症状|报错"
    r"|\b(?:tell|add|share|remember|report|details?|miss(?:ing|ed)?|broken|damaged?|wrong|happened|besides|apart from|other than|evidence|faulty|defects?|affected)\b"
)
"""Asked for more of the story, not for more wishes."""
_REFUSES = re.compile(
    r"\b(?:cannot|can't|can not|couldn't|unable|unfortunately|won't|not (?:possible|able|allowed|eligible|available)|against our policy|afraid)\b|无法|不能|没法|没办法|不支持|不可以|不行|遗憾"
)
_STAFF = r"(?:agents?|humans?|managers?|supervisors?|advis[eo]rs?|operators?|representatives?|reps?|specialists?|colleagues?|someone|somebody|staff)"
_WAITS = re.compile(
    rf"\b(?:queued?|queu(?:e?ing)|in (?:the )?line|ahead of you|position|wait(?:s|ed|ing|list)?|patien(?:t|ce)|busy|minutes?|mins?|hours?|hrs?|back (?:at|on|in|by|online|tomorrow|after|from|soon|shortly)|open(?:s|ing)?|reopens?|closed|offline|(?:are|is|be) online|live chat|weekdays?|mon(?:day)? ?(?:-|to|through) ?\w+|again (?:later|tomorrow)|shortly|soon|later|estimated|(?:high|heavy|large) (?:volumes?|demand)|number \d+|\d+(?:st|nd|rd|th) in|next (?:available|free)|stay (?:connected|online|with us|on)|hold(?:ing)?|a (?:while|bit)|(?:support|team|chat|service|lines?) (?:\w+ )?(?:starts?|resumes?|begins?|works?)|on (?:a )?break|out of office)\b"
    rf"|\b{_STAFF}\b(?![^.!?;]{{0,40}}\b(?:approved|agreed|authori[sz]ed|confirmed|refunded)\b)"
    r"|排队|排在|队列|队伍|前面|前边|位(?:客户|用户|顾客|客人|人|亲)|[位人]在等|候|等(?:一|下|会|待|到|您|你|人|\d)|[要需请再还稍久得]等|上班|下班|休息|(?:工作|服务|营业|在线|办公)时间|[点时]后?(?:开始|在线|上线|回来)|预计|预估|大约需|分钟|小时|钟头|占线|忙|高峰|较多|人(?:有点|比较|太|很)?多|咨询量|第\d+位|别着?急|不要着?急|[点后早]联系|人数|轮到|轮候|离线|不在线|尽快|接听|接待|值班"
    r"|(?:人工|真人|经理|主管|专员|店长|坐席|座席|领导|负责人|接线员)(?![^.!?;]{0,12}(?:同意|批准|批了|答应|审批通过))"
)
"""It has to be waited for, or is about whoever is called for: assent to that gives nothing up."""
_PUTS_OFF = re.compile(
    r"\b(?:sorry|moment|please (?:wait|hold|allow)|hold on|bear with|let me|look into|looking into|i(?:'ll| will) (?:check|see|try|ask))\b"
    r"|抱歉|对不起|不好意思|稍等|稍候|稍后|请等|耐心|等待|我(?:先|来|帮您|帮你|给您|给你)?(?:看|查|核实|了解|问)"
)
"""After this nothing is settled, however politely it is taken."""
_SENTENCES = re.compile(r"[^.!?;\n]+[.!?;\n]*")
_CLAUSES = re.compile(r"[^,.!?;\n]+[.!?;\n]*")
_ASKS_OTHERWISE = re.compile(
    r"[?]|吗|么$|呢$|哪|多少|请(?:您|你)?(?:描述|说明|提供|选择|上传|输入|告|发)|麻烦(?:您|你)?(?:提供|说|发|描述)|\b(?:please|kindly) (?:tell|provide|describe|select|give|share|enter|upload|send)\b"
)
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


def closes_talk(said: str, answer: str, *, is_asked: bool, is_offered: bool) -> bool:
    """Whether a turn says that all is settled that was wanted.

    `said`: its clauses with single blanks between, in lower case and simplified; no question. `answer`: what was answered
    before it, which may have asked something or offered to connect the customer.
    """
    if not answer or is_offered or len(said) > _MOST_CHARS:
        return False
    plain = said if said.isascii() else said.replace(" ", "")
    closes, no_more = (_CLOSES_EN, _NO_MORE_EN) if said.isascii() else (_CLOSES_ZH, _NO_MORE_ZH)
    if makes_wait(answer):
        return False
    if _ANYTHING_ELSE.search(answer):
        if _offers_more(answer) and no_more.fullmatch(plain):
            return _REFUSES.search(answer) is None
        is_end = _offers_more(answer) or _ALL_WANTED_EN.search(answer) is not None
        return is_end and closes.fullmatch(plain) is not None
    if is_asked or _PUTS_OFF.search(answer) or _REFUSES.search(answer):
        return False
    return closes.fullmatch(plain) is not None and not _ITSELF_EN.fullmatch(plain)


def makes_wait(answer: str) -> bool:
    """Whether an answer, in lower case and simplified, asks for patience or tells of those who are called for."""
    return _WAITS.search(answer) is not None


def _offers_more(answer: str) -> bool:
    """Whether further help is offered and nothing else is asked."""
    sentences = [each.strip() for each in _SENTENCES.findall(answer)]
    offers = [at for at, each in enumerate(sentences) if _ANYTHING_ELSE.search(each)]
    if len(offers) != 1:
        return False
    (at,) = offers
    sentence, others = sentences[at], [each for each in sentences if each != sentences[at]]
    if any(_ASKS_OTHERWISE.search(each) for each in others):
        return False
    clauses = [each.strip() for each in _CLAUSES.findall(sentence)]
    clause = next((each for each in clauses if _ANYTHING_ELSE.search(each)), "")
    asked = [each for each in clauses if each != clause and _ASKS_OTHERWISE.search(each)]
    if asked or _STORY.search(clause) or "除" in sentence:
        return False
    if _HELP_EN.search(clause) or _HELP_ZH.search(clause):
        return True
    before = answer[: answer.index(clause)]
    if _TAKEN_DOWN.search(before):
        return False
    if _ELSE_ALONE_EN.fullmatch(clause):
        return not _STORY.search(before) and _ACKNOWLEDGES.sub("", before) != ""
    is_story = _STORY.search(sentence) is not None
    return not is_story and bool(_MORE_ZH.search(clause) and _DONE_FOR_ZH.search(before))
